"""How far reviewers agree, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from lltic.agreement.alpha import krippendorff_alpha, krippendorff_alpha_by_distance
from lltic.agreement.bands import Benchmark, bands
from lltic.agreement.bootstrap import bootstrap
from lltic.agreement.caution import cautions
from lltic.agreement.coefficients import (
    Coefficient,
    brennan_prediger,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from lltic.agreement.icc import icc
from lltic.agreement.ratings import ratings_matrix, tally
from lltic.agreement.readings import without_repeats
from lltic.agreement.weights import Levels, Matrix
from lltic.errors import NotComputable, UsageError, unknown
from lltic.records import Estimate, Judgement
from lltic.wording import number_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BESIDE", "ItemAgreement", "agreement_table", "double_reviewed", "to_frame"]

BESIDE: Mapping[str, str] = {
    "alpha": "Krippendorff's alpha",
    "alpha_ordinal_distance": "alpha, ordinal distance",
    "brennan_prediger": "Brennan-Prediger",
    "icc": "ICC, one-way",
}
"""Coefficients that may stand beside raw agreement, kappa and AC2, and what they are called."""


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """Agreement on one scored item, over the cases that two reviewers scored.

    An estimate is None where it is undefined; ``warnings`` then says why.
    ``n_scored_once`` counts the cases that one reviewer scored and another,
    who has locked too, did not: a disagreement about whether the item applies,
    which no coefficient here sees. ``beside`` holds the coefficients that were asked for
    by name, ``benchmark`` how likely kappa is to lie in each band of a published scale.
    """

    item: str
    n_cases: int
    n_scored_once: int
    raw_agreement: Estimate | None
    kappa: Estimate | None
    ac2: Estimate | None
    warnings: tuple[str, ...] = ()
    beside: Mapping[str, Estimate | None] = field(default_factory=dict)
    benchmark: Benchmark | None = None

    @property
    def estimates(self) -> dict[str, Estimate | None]:
        """Every coefficient by name, in the order of a table's columns."""
        usual = {"raw_agreement": self.raw_agreement, "kappa": self.kappa, "ac2": self.ac2}
        return {**usual, **self.beside}


def double_reviewed(judgements: Iterable[Judgement]) -> int:
    """Return how many cases two people or more have read and locked."""
    reviews = {(j.case_id, j.review_id) for j in without_repeats(judgements)}
    return sum(n >= 2 for n in Counter(case_id for case_id, _ in reviews).values())


def agreement_table(
    judgements: Sequence[Judgement],
    form_scales: Mapping[str, Levels],
    *,
    weights: str = "quadratic",
    level: float = 0.95,
    beside: Collection[str] = (),
    generator: np.random.Generator | None = None,
    replicates: int = 2000,
) -> list[ItemAgreement]:
    """Return agreement per scored item, in the order of the form.

    Readers are interchangeable: kappa is :func:`fleiss_kappa` (for two readers
    Scott's pi), which does not change when first and second reader are swapped.
    Only cases scored at least twice are used, and a person's second reading of a case not.

    Parameters
    ----------
    judgements : sequence of Judgement
        Locked, before any consensus.
    form_scales : mapping of item path to (q,) levels
        Every level of each scored item, in order, used or not.
    weights : str
        Credits for kappa, AC2, alpha and Brennan-Prediger; raw agreement counts equal scores
        only. With ``identity`` they are the unweighted kappa and AC1.
    beside : collection of str
        More coefficients, of :data:`BESIDE`.
    generator : numpy.random.Generator, optional
        When given, the intervals of kappa and AC2 are BCa bootstraps over
        cases; else they come from the linearised standard error on Fisher's
        scale, which covers about as well and needs no chance.
    replicates : int
        How often the cases are drawn again.

    Raises
    ------
    UsageError
        ``unknown-coefficient``, ``unknown-weights``.
    LlticError
        ``rating-outside-scale``.
    """
    if problems := [unknown("coefficient", n, tuple(BESIDE)) for n in beside if n not in BESIDE]:
        raise UsageError(problems)
    settings = _Settings(weights, level, tuple(beside), generator, replicates)
    use, table = without_repeats(judgements), []
    for item, levels in form_scales.items():
        of_item = [j for j in use if j.item == item]
        _, ratings = ratings_matrix(of_item, item, levels)
        once = _scored_once(of_item)
        hashes = {j.form_hash for j in of_item}
        form_hash = hashes.pop() if len(hashes) == 1 else ""
        row = _item_agreement(item, ratings, levels, settings, form_hash)
        extra = _about_applicability(once) + _about_versions(len(hashes))
        table.append(replace(row, n_scored_once=once, warnings=row.warnings + extra))
    return table


@dataclass(frozen=True, slots=True)
class _Settings:
    """How every item of a table is worked out."""

    weights: str
    level: float
    beside: tuple[str, ...]
    generator: np.random.Generator | None
    replicates: int

    def estimate(
        self, kind: str, found: Coefficient, paired: Matrix, levels: Levels, form_hash: str
    ) -> Estimate:
        """Return a coefficient with its interval, drawn again where chance was given."""
        linear = found.estimate(self.level, interval="atanh", definition_hash=form_hash)
        if self.generator is None or found.se == 0:
            return linear
        try:
            return self.drawn(kind, paired, levels, form_hash, self.generator)
        except NotComputable as reason:
            return replace(linear, warnings=(_not_drawn(found.name, reason),))

    def drawn(
        self, kind: str, paired: Matrix, levels: Levels, form_hash: str, by: np.random.Generator
    ) -> Estimate:
        return bootstrap(
            kind,
            paired,
            levels,
            self.weights,
            generator=by,
            replicates=self.replicates,
            level=self.level,
            definition_hash=form_hash,
        )


def _item_agreement(
    item: str, ratings: Matrix, levels: Levels, settings: _Settings, form_hash: str
) -> ItemAgreement:
    paired = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2]
    none = dict.fromkeys(settings.beside)
    try:
        raw = percent_agreement(paired, levels)
    except NotComputable as reason:
        said = (_sentence(reason),)
        return ItemAgreement(item, len(paired), 0, None, None, None, said, none)
    notes: list[str] = []
    kappa = _or_reason(fleiss_kappa, paired, levels, settings.weights, notes)
    ac2 = _or_reason(gwet_ac, paired, levels, settings.weights, notes)
    notes += cautions(raw, kappa, tally(paired, levels, settings.weights))
    found = {
        kind: None
        if coefficient is None
        else settings.estimate(kind, coefficient, paired, levels, form_hash)
        for kind, coefficient in (("kappa", kappa), ("ac", ac2))
    }
    found |= {n: _beside(n, paired, levels, settings, form_hash, notes) for n in settings.beside}
    notes += [w for e in found.values() if e is not None for w in e.warnings]
    warnings = tuple(dict.fromkeys(notes))
    shown = {n: None if e is None else replace(e, warnings=warnings) for n, e in found.items()}
    agreed = replace(raw_estimate(raw, paired, settings.level, form_hash), warnings=warnings)
    return ItemAgreement(
        item=item,
        n_cases=raw.n_cases,
        n_scored_once=0,
        raw_agreement=agreed,
        kappa=shown.pop("kappa"),
        ac2=shown.pop("ac"),
        warnings=warnings,
        beside=shown,
        benchmark=None if kappa is None or kappa.se == 0 else bands(kappa.value, kappa.se),
    )


def _beside(
    name: str,
    paired: Matrix,
    levels: Levels,
    settings: _Settings,
    form_hash: str,
    said: list[str],
) -> Estimate | None:
    """Return one more coefficient; None, with the reason in ``said``, where it is undefined."""
    try:
        if name == "icc":
            as_many = not np.isnan(paired).any()
            if settings.generator is not None and as_many:
                return settings.drawn("icc_one_way", paired, levels, form_hash, settings.generator)
            found = icc(paired, "one_way").estimate(settings.level, definition_hash=form_hash)
            if settings.generator is not None:  # a redraw knows cases with all readings alone
                said.append("No bootstrap of the ICC: cases differ in their number of readings.")
            return found
        one = _of_name(name, paired, levels, settings.weights)
        return settings.estimate(name, one, paired, levels, form_hash)
    except NotComputable as reason:
        said.append(_sentence(reason))
        return None


def _of_name(name: str, paired: Matrix, levels: Levels, weights: str) -> Coefficient:
    if name == "alpha_ordinal_distance":
        return krippendorff_alpha_by_distance(paired, levels)
    function = krippendorff_alpha if name == "alpha" else brennan_prediger
    return function(paired, levels, weights)


def raw_estimate(
    raw: Coefficient, paired: Matrix, level: float = 0.95, form_hash: str = ""
) -> Estimate:
    """Return raw agreement; with two ratings per case it is a share of cases."""
    estimate = raw.estimate(level, definition_hash=form_hash)
    if ((~np.isnan(paired)).sum(axis=1) > 2).any():
        return estimate
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
    what = f"{problem.where[:1].upper()}{problem.where[1:]}"
    return f"{what} is not defined: {problem.message}. {problem.hint}".strip()


def _not_drawn(name: str, reason: NotComputable) -> str:
    return f"No bootstrap of {name}: {reason.problems[0].message}."


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
    cases = number_of(once, "case was", "cases were")
    return (f"{cases} scored by one reviewer and not by the other, and cannot count here.",)


def _about_versions(left: int) -> tuple[str, ...]:
    return ("The scores were given under more than one version of the form.",) if left > 1 else ()


def to_frame(rows: Sequence[ItemAgreement]) -> pd.DataFrame:
    """Return the table as pandas: one row per item, each estimate as value, low and high."""
    import pandas as pd

    columns: list[dict[str, object]] = []
    for row in rows:
        line: dict[str, object] = {"item": row.item, "cases": row.n_cases}
        for name, estimate in row.estimates.items():
            line[name] = None if estimate is None else estimate.value
            line[f"{name}_low"] = None if estimate is None else estimate.low
            line[f"{name}_high"] = None if estimate is None else estimate.high
        columns.append({**line, "warnings": " ".join(row.warnings)})
    return pd.DataFrame(columns)
