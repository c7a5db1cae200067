"""Agreement part by part: per phase, form, setting, side, month; and whether the parts differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import atanh
from typing import Any

import numpy as np

from lltic.agreement.items import ItemAgreement, agreement_table, double_reviewed
from lltic.agreement.readings import without_repeats
from lltic.agreement.weights import Levels
from lltic.errors import NotComputable, Problem
from lltic.records import Estimate, Judgement

__all__ = [
    "Differing",
    "Part",
    "by_case",
    "by_form",
    "by_phase",
    "by_side",
    "differing",
    "month_of",
]

UNKNOWN = "not known"
"""The part of cases of which nothing is known, last in every breakdown."""

BETWEEN = "between sides"

FEWEST = 10
"""Cases of a part below which it is not tested against the others. Our own line."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a breakdown, and how far readers agree in it, item by item.

    ``n_cases`` counts the part's cases that two people have read.
    """

    by: str
    part: str
    n_cases: int
    rows: tuple[ItemAgreement, ...]


@dataclass(frozen=True, slots=True)
class Differing:
    """Whether kappa of an item differs between parts by more than chance.

    ``q`` is Cochran's statistic on Fisher's scale with ``df`` degrees of freedom, ``p`` the
    chance of so much or more if all parts had one kappa, ``p_adjusted`` the same when all
    items of the breakdown are tested (Holm).
    """

    item: str
    parts: tuple[str, ...]
    q: float
    df: int
    p: float
    p_adjusted: float


def by_case(
    judgements: Sequence[Judgement],
    form_scales: Mapping[str, Levels],
    part_of: Mapping[str, str | None],
    by: str,
    **more: Any,
) -> list[Part]:
    """Return agreement per kind of case, such as its setting, its specialty, its month.

    Parameters
    ----------
    judgements : sequence of Judgement
        Locked, before any consensus.
    form_scales : mapping of item path to (q,) levels
    part_of : mapping of case id to part
        A case that is not in it, or has None or nothing, is of the part ``not known``.
    by : str
        What the parts are, such as ``setting``.
    more
        Passed on to :func:`~lltic.agreement.agreement_table`.

    Returns
    -------
    list of Part
        In the order of their names, ``not known`` last.
    """
    found: dict[str, list[Judgement]] = {}
    for j in judgements:
        found.setdefault(part_of.get(j.case_id) or UNKNOWN, []).append(j)
    ordered = sorted(found, key=lambda part: (part == UNKNOWN, part))
    return [_part(by, part, found[part], form_scales, more) for part in ordered]


def by_form(
    judgements: Sequence[Judgement],
    scales_of_forms: Mapping[str, Mapping[str, Levels]],
    **more: Any,
) -> list[Part]:
    """Return agreement per instrument; each form by its own items.

    Parameters
    ----------
    scales_of_forms : mapping of a form's name to its mapping of item path to levels
        Judgements by other forms are left out.
    """
    parts = []
    for form, scales in scales_of_forms.items():
        of_form = [j for j in judgements if j.form == form]
        if of_form:
            parts.append(_part("form", form, of_form, scales, more))
    return parts


def by_phase(
    judgements: Sequence[Judgement],
    form_scales: Mapping[str, Levels],
    phase_of: Mapping[str, str],
    **more: Any,
) -> list[Part]:
    """Return agreement per phase of care: the items of each phase of the form together.

    Parameters
    ----------
    phase_of : mapping of item path to phase
        In the order of the form; an item without a phase is left out.
    """
    phases: dict[str, dict[str, Levels]] = {}
    for item, levels in form_scales.items():
        if phase_of.get(item):
            phases.setdefault(phase_of[item], {})[item] = levels
    return [_part("phase", phase, judgements, scales, more) for phase, scales in phases.items()]


def by_side(
    judgements: Sequence[Judgement],
    form_scales: Mapping[str, Levels],
    sides: Mapping[str, str],
    **more: Any,
) -> list[Part]:
    """Return agreement of pairs within each side, and of pairs across the border.

    Parameters
    ----------
    sides : mapping of review id to side
        Reviews that are not in it are left out.

    Returns
    -------
    list of Part
        Each side, then ``between sides``: there the readers still count as
        interchangeable, so that the parts can be compared; which side scores higher is
        told by :func:`~lltic.agreement.border`.
    """
    known = [j for j in without_repeats(judgements) if sides.get(j.review_id)]
    parts = []
    for side in sorted({sides[j.review_id] for j in known}):
        own = [j for j in known if sides[j.review_id] == side]
        parts.append(_part("side", side, own, form_scales, more))
    first: dict[tuple[str, str], tuple[int, str]] = {}
    for j in known:
        key, rank = (j.case_id, sides[j.review_id]), (j.position, j.review_id)
        first[key] = min(first.get(key, rank), rank)
    one_each = {review_id for _, review_id in first.values()}
    across = [j for j in known if j.review_id in one_each]
    return [*parts, _part("side", BETWEEN, across, form_scales, more)]


def month_of(locked_at: Mapping[str, str], judgements: Iterable[Judgement]) -> dict[str, str]:
    """Return the month, such as ``2026-10``, in which a case's last review was locked.

    Parameters
    ----------
    locked_at : mapping of review id to instant
        As the record writes it: ISO 8601.
    """
    found: dict[str, str] = {}
    for j in judgements:
        at = locked_at.get(j.review_id, "")[:7]
        found[j.case_id] = max(found.get(j.case_id, ""), at)
    return found


def differing(parts: Sequence[Part]) -> list[Differing]:
    """Return for each item whether its kappa differs between the parts, the surest first.

    Parts with fewer than ten cases of the item, with no kappa or with a perfect one are not
    tested; an item needs two parts that are. Parts must not share cases, as phases do.

    Source
    ------
    Cochran (1954), Biometrics 10:101-129, on atanh(kappa) with its linearised standard
    error; Fleiss (1981), ch. 13.3, does the same for kappas of independent groups. Holm
    (1979), Scand J Stat 6:65-70.
    """
    from scipy.special import chdtrc

    known: dict[str, list[tuple[str, float, float]]] = {}
    for part in parts:
        for row in part.rows:
            if row.kappa is not None and row.n_cases >= FEWEST and _has_width(row.kappa):
                error = _error_on_fishers_scale(row.kappa)
                known.setdefault(row.item, []).append((part.part, atanh(row.kappa.value), error))
    tested = []
    for item, of_item in known.items():
        if len(of_item) < 2:
            continue
        value = np.array([v for _, v, _ in of_item])
        weight = np.array([e for *_, e in of_item]) ** -2.0
        q = float((weight * (value - np.average(value, weights=weight)) ** 2).sum())
        df = len(of_item) - 1
        tested.append((float(chdtrc(df, q)), q, df, item, tuple(p for p, *_ in of_item)))
    found, so_far = [], 0.0
    for rank, (p, q, df, item, names) in enumerate(sorted(tested)):
        so_far = max(so_far, min(1.0, p * (len(tested) - rank)))
        found.append(Differing(item, names, q, df, p, so_far))
    return found


def _has_width(kappa: Estimate) -> bool:
    ends = kappa.low, kappa.high
    return all(end is not None and abs(end) < 1 for end in ends) and ends[0] != ends[1]


def _error_on_fishers_scale(kappa: Estimate) -> float:
    from scipy.special import stdtrit

    if kappa.low is None or kappa.high is None or not kappa.denominator:
        raise NotComputable(Problem("no-interval", "kappa", "the estimate has no interval"))
    t = float(stdtrit(max(1.0, kappa.denominator - 1), (1 + kappa.level) / 2))
    return (atanh(kappa.high) - atanh(kappa.low)) / (2 * t)


def _part(
    by: str,
    part: str,
    judgements: Sequence[Judgement],
    form_scales: Mapping[str, Levels],
    more: Mapping[str, Any],
) -> Part:
    rows = agreement_table(judgements, form_scales, **more)
    of_items = [j for j in judgements if j.item in form_scales and not j.missing]
    return Part(by, part, double_reviewed(of_items), tuple(rows))
