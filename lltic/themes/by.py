"""Where a theme belongs: its prevalence by phase of care, and by what a case is.

By phase the denominator is the cases with a coded text about that phase, and a theme counts
where it stands in such a text. By anything else it is the cases of the group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lltic.errors import NotComputable, Problem
from lltic.records import Case
from lltic.themes.counted import Counted, Polarity
from lltic.themes.prevalence import Estimator, ThemePrevalence, share_of

__all__ = [
    "INTERFACES",
    "interface_of",
    "months_of",
    "prevalence_by",
    "prevalence_by_phase",
    "scores_as_groups",
    "settings_of",
]

SOON = 7
"""Days from discharge to death that are called soon: a week, in which care is still that which
was handed over."""

INTERFACES: Mapping[str, str] = {
    "in_hospital": "Died in hospital",
    "soon_after_discharge": f"Died within {SOON} days of discharge",
    "later_after_discharge": f"Died more than {SOON} days after discharge",
}
"""On which side of the handover from hospital a death was, and what that is called."""


def prevalence_by_phase(
    counted: Counted,
    *,
    phases: Sequence[str] = (),
    polarity: Polarity = "",
    level: float = 0.95,
    estimator: Estimator | None = None,
) -> list[ThemePrevalence]:
    """Return the prevalence by phase of care: of the cases with a coded text about that phase.

    ``phases`` gives their order, usually the form's; others follow by name.
    Phases without a coded text are left out. See :func:`~lltic.themes.prevalence` for the rest.
    """
    order = [p for p in phases if p in counted.phases]
    order += [p for p in counted.phases if p not in phases]
    rows = []
    for phase in order:
        here = counted.in_phase(phase)
        rows += share_of(here, counted, polarity, level, estimator, phase=phase)
    return rows


def prevalence_by(
    counted: Counted,
    by: str,
    group_of: Mapping[str, str],
    *,
    groups: Sequence[str] = (),
    polarity: Polarity = "",
    level: float = 0.95,
    estimator: Estimator | None = None,
) -> list[ThemePrevalence]:
    """Return the prevalence in each group of cases.

    Parameters
    ----------
    counted : Counted
    by : str
        What the groups are of, such as ``setting``.
    group_of : mapping of case id to group
        Cases that are not in it are left out, and the estimates say how many.
    groups : sequence of str
        Their order; others follow by name. Groups without a coded case are left out.
    polarity, level, estimator
        As for :func:`~lltic.themes.prevalence`.

    Raises
    ------
    NotComputable
        ``no-group``: no coded case is in any group.
    """
    present = {group_of[case] for case in counted.cases if case in group_of}
    if not present:
        hint = "Look at what the groups are made from: the cases, or the scores of their reviews."
        message = "no coded case is in a group"
        raise NotComputable(Problem("no-group", by, message, hint=hint))
    order = [g for g in groups if g in present] + sorted(present - set(groups))
    outside = len(counted.cases - set(group_of))
    said = (f"Left out, in no group by {by}: cases {outside}.",) if outside else ()
    rows = []
    for group in order:
        cases = [case for case in counted.cases if group_of.get(case) == group]
        here = counted.among(cases)
        everything = Counted(
            counted.texts, counted.codings, counted.codebook, (*counted.warnings, *said)
        )
        rows += share_of(here, everything, polarity, level, estimator, by=by, group=group)
    return rows


def settings_of(cases: Sequence[Case]) -> dict[str, str]:
    """Return the setting of each case's index spell, by case id."""
    return {case.case_id: case.setting for case in cases}


def interface_of(cases: Sequence[Case]) -> dict[str, str]:
    """Return on which side of the handover from hospital each death was, by case id.

    One of :data:`INTERFACES`. A death after discharge whose days are not known is left out.

    Examples
    --------
    >>> from types import SimpleNamespace as Of
    >>> days = {"A": None, "B": 7, "C": 8}
    >>> cases = [
    ...     Of(case_id=c, category="post_discharge" if d else "in_hospital",
    ...        days_discharge_to_death=d) for c, d in days.items()
    ... ]
    >>> interface_of(cases)
    {'A': 'in_hospital', 'B': 'soon_after_discharge', 'C': 'later_after_discharge'}
    """
    found = {}
    for case in cases:
        days = case.days_discharge_to_death
        if case.category == "in_hospital":
            found[case.case_id] = "in_hospital"
        elif days is not None:
            soon = days <= SOON
            found[case.case_id] = "soon_after_discharge" if soon else "later_after_discharge"
    return found


def months_of(cases: Sequence[Case]) -> dict[str, str]:
    """Return the month of each death as ``2026-09``, by case id; unknown dates are left out."""
    return {c.case_id: f"{c.died_on:%Y-%m}" for c in cases if c.died_on is not None}


def scores_as_groups(scores: Mapping[str, float]) -> dict[str, str]:
    """Return whole-number scores as the names of groups.

    Examples
    --------
    >>> scores_as_groups({"A": 2.0, "B": 5})
    {'A': '2', 'B': '5'}
    """
    return {case: f"{score:g}" for case, score in scores.items()}
