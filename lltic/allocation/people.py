"""Who may read which case: reviewers and cases as allocation sees them, and the rules between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lltic.records import Assignment

__all__ = ["CONFLICTS", "OUT", "CaseToRead", "Reviewer", "conflicts", "why_out"]


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who reads, and what keeps cases from them.

    ``organisations`` are those of the spells (``provider_id``), ``wards`` and ``practices``
    where they work, ``patients`` case ids or person ids of people they looked after. ``limit``
    is the most cases they read in all, None for no limit; ``elsewhere`` is how many of these
    they have outside the cases that are given out now. Who is not ``available`` keeps what
    they have and is given nothing.
    """

    name: str
    discipline: str = ""
    organisations: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    limit: int | None = None
    available: bool = True
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class CaseToRead:
    """A case with its places, and what a conflict of interest may hang on.

    ``standing`` are the places that count, one without a reviewer being offered to whoever
    takes it; ``left_by`` knows the case and is not to read it (again): who handed it back,
    or settles it. ``closed`` are positions that were taken out again; ``ever`` is how many
    reviews it ever had. A case that is ``full`` gets no new places, whatever is asked.
    ``barred`` holds conflicts that were declared elsewhere, by reviewer. ``in_since`` says of
    each reader whose reading is in, and may be repeated, since when, as an instant;
    ``read_again`` were given it a second time.
    """

    case_id: str
    person_id: str = ""
    provider_id: str = ""
    ward: str = ""
    practice_id: str = ""
    stratum: str = ""
    standing: tuple[Assignment, ...] = ()
    left_by: frozenset[str] = frozenset()
    closed: tuple[int, ...] = ()
    ever: int = 0
    full: bool = False
    barred: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    in_since: Mapping[str, str] = field(default_factory=dict)
    read_again: tuple[str, ...] = ()

    @property
    def readers(self) -> tuple[str, ...]:
        """Those who have a place, by position."""
        return tuple(a.reviewer for a in self.standing if a.reviewer)


def _among(value: str, known: Sequence[str]) -> bool:
    return bool(value.strip()) and _plain(value) in {_plain(one) for one in known}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


Rule = Callable[[CaseToRead, Reviewer], bool]

CONFLICTS: Mapping[str, Rule] = {
    "own-ward": lambda case, who: _among(case.ward, who.wards),
    "own-organisation": lambda case, who: _among(case.provider_id, who.organisations),
    "own-practice": lambda case, who: _among(case.practice_id, who.practices),
    "own-patient": lambda case, who: bool({case.case_id, case.person_id} & set(who.patients)),
}
"""The conflicts of interest a plan may name."""

OUT: Mapping[str, str] = {
    "own-ward": "works on the ward",
    "own-organisation": "works for the organisation",
    "own-practice": "works at the practice",
    "own-patient": "looked after the person",
    "knows-case": "handed it back or settles it",
    "reads-it": "reads it already",
    "not-available": "is not available",
    "at-limit": "has as many cases as they take",
    "other-discipline": "is of another discipline",
}
"""Why somebody is not asked, in words."""


def conflicts(case: CaseToRead, reviewer: Reviewer, rules: Sequence[str]) -> tuple[str, ...]:
    """Return which conflicts of interest stand between a reviewer and a case.

    Of those named; and what was declared elsewhere counts in any case.
    """
    found = [rule for rule in rules if CONFLICTS[rule](case, reviewer)]
    return tuple(dict.fromkeys([*found, *case.barred.get(reviewer.name, ())]))


def why_out(
    case: CaseToRead, reviewer: Reviewer, rules: Sequence[str], side: str = ""
) -> tuple[str, ...]:
    """Return why a reviewer may not be given a case; nothing when they may.

    Parameters
    ----------
    rules : sequence of str
        The conflicts of interest that count, of :data:`CONFLICTS`.
    side : str
        The discipline that is asked for, if one is.

    Returns
    -------
    tuple of str
        Of :data:`OUT`; limits are not looked at here.
    """
    found = list(conflicts(case, reviewer, rules))
    if reviewer.name in case.readers:
        found.append("reads-it")
    elif reviewer.name in case.left_by:
        found.append("knows-case")
    if not reviewer.available:
        found.append("not-available")
    if side and reviewer.discipline != side:
        found.append("other-discipline")
    return tuple(found)
