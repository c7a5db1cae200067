"""Draw the cases that will be read, each with its chance of being drawn.

The draw is sequential simple random sampling with permanent random numbers (Ohlsson 1995,
"Coordination of samples using permanent random numbers", in Cox et al., Business Survey
Methods, ch. 9): every case has a number of its own, made from the seed and its case id, and
within each stratum the n cases with the smallest numbers are drawn. That is a simple random
sample without replacement of each stratum; it does not depend on the order in which cases come
or on which others there are, and a larger sample with the same seed holds the smaller one
wherever no stratum gives fewer cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from lltic.definitions import Loaded
from lltic.errors import LlticError, Problem
from lltic.records import Case, SampledCase
from lltic.sampling.apportion import apportion
from lltic.sampling.plan import Plan
from lltic.sampling.sample import Sample, Stratum
from lltic.sampling.strata import MUST_REVIEW, must_review, stratum_of

__all__ = ["draw", "permanent_number"]


def draw(cases: Iterable[Case], plan: Loaded[Plan], seed: int | None = None) -> Sample:
    """Draw a sample.

    Parameters
    ----------
    cases : iterable of Case
        The cases of the cohort, in any order; the draw does not depend on it.
    plan : Loaded of Plan
    seed : int, optional
        Takes the place of the plan's seed.

    Returns
    -------
    Sample
        Cases sorted by case id, each with its stratum and its inclusion probability, the
        number drawn of its stratum over the number of cases in it.

    Raises
    ------
    LlticError
        ``no-cases`` when there is nothing to draw from; ``plan-too-small`` when the plan asks
        for fewer cases than its strata need; ``plan-spread`` when a stratum has no spread.
    """
    everything = sorted({case.case_id: case for case in cases}.values(), key=lambda c: c.case_id)
    if not everything:
        hint = "Look at the attrition table of 'lltic cohort build'."
        raise LlticError(Problem("no-cases", "cohort", "has no cases to draw from", hint=hint))
    model, used = plan.model, None
    if model.method != "census":
        used = model.seed if seed is None else seed
    certain = [case for case in everything if must_review(case, model)]
    groups: dict[str, list[str]] = {}
    for case in everything:
        if not must_review(case, model):
            groups.setdefault(stratum_of(case, model), []).append(case.case_id)
    groups = dict(sorted(groups.items()))
    wanted, sizes = _sizes(plan, {name: len(ids) for name, ids in groups.items()})
    strata, sampled = [], []
    if model.must_review:
        strata.append(Stratum(MUST_REVIEW, len(certain), len(certain), len(certain), True))
        sampled += [(case.case_id, strata[0]) for case in certain]
    for (name, ids), size, want in zip(groups.items(), sizes, wanted, strict=True):
        stratum = Stratum(name, len(ids), size, want)
        strata.append(stratum)
        first = sorted(ids, key=lambda i: permanent_number(used or 0, i))
        sampled += [(case_id, stratum) for case_id in first[:size]]
    ref = f"{plan.name} v{plan.version}"
    return Sample(
        cases=tuple(
            SampledCase(case_id, stratum.name, stratum.probability, ref, plan.hash)
            for case_id, stratum in sorted(sampled, key=lambda pair: pair[0])
        ),
        population=len(everything),
        seed=used,
        plan=ref,
        plan_hash=plan.hash,
        method=model.method,
        allocation=model.spread_over if model.method == "stratified" else "",
        strata=tuple(strata),
        notes=tuple(_notes(model, groups, certain)),
    )


def permanent_number(seed: int, case_id: str) -> bytes:
    """Return a case's permanent random number, evenly spread, as 32 bytes that can be compared.

    Examples
    --------
    >>> permanent_number(1, "4F7K2-9QDXM").hex()[:8]
    '765775cf'
    """
    return sha256(f"{seed} {case_id}".encode()).digest()


def _sizes(
    plan: Loaded[Plan], populations: Mapping[str, int]
) -> tuple[Sequence[int], Sequence[int]]:
    """Return how many cases the plan wants of each stratum, and how many it gets."""
    model, there = plan.model, list(populations.values())
    if model.method == "census" or not there:
        return there, there
    if model.spread_over == "fixed":
        default = model.per_stratum or model.least
        wanted = [max(model.sizes.get(name, default), model.least) for name in populations]
        return wanted, [min(pair) for pair in zip(wanted, there, strict=True)]
    total = model.n if model.n is not None else int((model.fraction or 0.0) * sum(there) + 0.5)
    total = max(1, total)
    least = [min(model.least, n) for n in there]
    if sum(least) > total:
        message = f"asks for {total} cases; its {len(there)} strata need {sum(least)}"
        hint = "Ask for more cases, a smaller minimum, or fewer strata."
        raise LlticError(Problem("plan-too-small", str(plan.path), message, hint=hint))
    shares = _shares(plan, populations)
    ideal = [total * share / sum(shares) for share in shares]
    wanted = [max(model.least, int(x + 1e-9)) for x in ideal]
    return wanted, apportion(total, shares, least, there)


def _shares(plan: Loaded[Plan], populations: Mapping[str, int]) -> list[float]:
    model = plan.model
    if model.spread_over == "equal":
        return [1.0] * len(populations)
    if model.spread_over == "proportional":
        return [float(n) for n in populations.values()]
    without = [name for name in populations if name not in model.spreads]
    if without:
        raise LlticError(
            Problem("plan-spread", f"{plan.path}: spreads", f"none is given for '{name}'")
            for name in without
        )
    return [n * model.spreads[name] for name, n in populations.items()]


def _notes(
    plan: Plan, groups: Mapping[str, Sequence[str]], certain: Sequence[Case]
) -> Iterator[str]:
    """Yield what the plan asks for and the cohort does not have."""
    there = sum(len(ids) for ids in groups.values())
    if plan.n is not None and plan.n > there:
        yield f"The plan asks for {plan.n}; there are no more than {there}."
    for name in sorted({*plan.sizes, *plan.spreads} - set(groups)):
        yield f"The plan names the stratum '{name}'; no case is in it."
    carried = {flag for case in certain for flag in case.flags}
    if plan.must_review and not certain:
        yield "No case is flagged for review, so none is taken with certainty."
    for flag in plan.must_review if certain else ():
        if flag != "any" and flag not in carried:
            yield f"No case is flagged '{flag}'."
