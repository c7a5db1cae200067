"""How far reviewers agree, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lltic.agreement.bootstrap import bootstrap
from lltic.agreement.caution import cautions
from lltic.agreement.coefficients import (
    Coefficient,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from lltic.agreement.ratings import ratings_matrix, tally
from lltic.agreement.weights import Levels, Matrix
from lltic.errors import NotComputable
from lltic.records import Estimate, Judgement

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ItemAgreement", "agreement_table", "double_reviewed", "to_frame"]


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """Agreement on one scored item, over the cases that two reviewers scored.

    An estimate is None where it is undefined; ``warnings`` then says why.
    ``n_scored_once`` counts the cases that one reviewer scored and another,
    who has locked too, did not: a disagreement about whether the item applies,
    which no coefficient here sees.
    """

    item: str
    n_cases: int
    n_scored_once: int
    raw_agreement: Estimate | None
    kappa: Estimate | None
    ac2: Estimate | None
    warnings: tuple[str, ...] = ()


def double_reviewed(judgements: Iterable[Judgement]) -> int:
    """Return how many cases have two locked reviews or more."""
    reviews = {(j.case_id, j.review_id) for j in judgements}
    return sum(n >= 2 for n in Counter(case_id for case_id, _ in reviews).values())


def agreement_table(
    judgements: Sequence[Judgement],
    form_scales: Mapping[str, Levels],
    *,
    weights: str = "quadratic",
    level: float = 0.95,
    generator: np.random.Generator | None = None,
) -> list[ItemAgreement]:
    """Return agreement per scored item, in the order of the form.

    Readers are interchangeable: kappa is :func:`fleiss_kappa` (for two readers
    Scott's pi), which does not change when first and second reader are swapped.
    Only cases scored at least twice are used.

    Parameters
    ----------
    judgements : sequence of Judgement
        Locked, before any consensus.
    form_scales : mapping of item path to (q,) levels
        Every level of each scored item, in order, used or not.
    weights : str
        Credits for kappa and AC2; raw agreement counts equal scores only.
    generator : numpy.random.Generator, optional
        When given, the intervals of kappa and AC2 are BCa bootstraps over
        cases; else they come from the linearised standard error on Fisher's
        scale, which covers about as well and needs no chance.

    Raises
    ------
    LlticError
        ``rating-outside-scale``.
    """
    table = []
    for item, levels in form_scales.items():
        of_item = [j for j in judgements if j.item == item]
        _, ratings = ratings_matrix(of_item, item, levels)
        once = _scored_once(of_item)
        hashes = {j.form_hash for j in of_item}
        form_hash = hashes.pop() if len(hashes) == 1 else ""
        row = _item_agreement(item, ratings, levels, weights, level, generator, form_hash)
        extra = _about_applicability(once) + _about_versions(len(hashes))
        table.append(replace(row, n_scored_once=once, warnings=row.warnings + extra))
    return table


def _item_agreement(
    item: str,
    ratings: Matrix,
    levels: Levels,
    weights: str,
    level: float,
    generator: np.random.Generator | None,
    form_hash: str,
) -> ItemAgreement:
    paired = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2]
    try:
        raw = percent_agreement(paired, levels)
    except NotComputable as reason:
        return ItemAgreement(item, len(paired), 0, None, None, None, (_sentence(reason),))
    said: list[str] = []
    kappa = _or_reason(fleiss_kappa, paired, levels, weights, said)
    ac2 = _or_reason(gwet_ac, paired, levels, weights, said)
    said += cautions(raw, kappa, tally(paired, levels, weights))

    def estimate(kind: str, found: Coefficient | None) -> Estimate | None:
        if found is None:
            return None
        if generator is None or found.se == 0:
            return found.estimate(level, interval="atanh", definition_hash=form_hash)
        return bootstrap(
            kind,
            paired,
            levels,
            weights,
            generator=generator,
            level=level,
            definition_hash=form_hash,
        )

    estimates = (estimate("kappa", kappa), estimate("ac", ac2))
    said += [w for e in estimates if e is not None for w in e.warnings]
    warnings = tuple(dict.fromkeys(said))
    shown = [None if e is None else replace(e, warnings=warnings) for e in estimates]
    agreed = replace(_raw_estimate(raw, paired, level, form_hash), warnings=warnings)
    return ItemAgreement(item, raw.n_cases, 0, agreed, shown[0], shown[1], warnings)


def _raw_estimate(raw: Coefficient, paired: Matrix, level: float, form_hash: str) -> Estimate:
    """Return raw agreement; with two ratings per case it is a share of cases."""
    estimate = raw.estimate(level, definition_hash=form_hash)
    if ((~np.isnan(paired)).sum(axis=1) > 2).any():
        return replace(estimate, low=max(0.0, estimate.low or 0.0))
    from scipy.stats import binomtest

    agreed = round(raw.value * raw.n_cases)
    interval = binomtest(agreed, raw.n_cases).proportion_ci(level, method="wilson")
    return replace(
        estimate,
        low=float(interval.low),
        high=float(interval.high),
        numerator=agreed,
        method="share of cases with equal scores, Wilson score interval",
    )


def _or_reason(
    function: Callable[..., Coefficient],
    ratings: Matrix,
    levels: Levels,
    weights: str,
    said: list[str],
) -> Coefficient | None:
    try:
        return function(ratings, levels, weights)
    except NotComputable as reason:
        said.append(_sentence(reason))
        return None


def _sentence(reason: NotComputable) -> str:
    problem = reason.problems[0]
    return f"{problem.where.capitalize()} is not defined: {problem.message}. {problem.hint}".strip()


def _scored_once(of_item: Iterable[Judgement]) -> int:
    """Count cases with one score and, from another locked review, a reason for none."""
    scored: dict[str, int] = {}
    declined: set[str] = set()
    for j in of_item:
        if not j.missing and j.value is not None:
            scored[j.case_id] = scored.get(j.case_id, 0) + 1
        else:
            declined.add(j.case_id)
    return sum(1 for case_id, times in scored.items() if times == 1 and case_id in declined)


def _about_applicability(once: int) -> tuple[str, ...]:
    if not once:
        return ()
    noun = "case was" if once == 1 else "cases were"
    return (f"{once} {noun} scored by one reviewer and not by the other, and cannot count here.",)


def _about_versions(left: int) -> tuple[str, ...]:
    return ("The scores were given under more than one version of the form.",) if left > 1 else ()


def to_frame(rows: Sequence[ItemAgreement]) -> pd.DataFrame:
    """Return the table as pandas: one row per item, each estimate as value, low and high."""
    import pandas as pd

    columns: list[dict[str, object]] = []
    for row in rows:
        line: dict[str, object] = {"item": row.item, "cases": row.n_cases}
        for name in ("raw_agreement", "kappa", "ac2"):
            estimate: Estimate | None = getattr(row, name)
            line[name] = None if estimate is None else estimate.value
            line[f"{name}_low"] = None if estimate is None else estimate.low
            line[f"{name}_high"] = None if estimate is None else estimate.high
        columns.append({**line, "warnings": " ".join(row.warnings)})
    return pd.DataFrame(columns)
