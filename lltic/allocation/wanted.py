"""Which places are to be given: what a plan asks of each case beyond what it has."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from lltic.allocation.people import CaseToRead, Reviewer, conflicts
from lltic.allocation.plan import SIDES, AllocationPlan
from lltic.records import Assignment

__all__ = ["Task", "by_lot", "calibration_set", "tasks_of"]


@dataclass(frozen=True, slots=True)
class Task:
    """The places of one case (of one side of a joint case) that wait for different people.

    ``places`` are assignments without a reviewer; ``as_many`` of them as may read the case
    where it is everybody's, else all.
    """

    case: CaseToRead
    side: str
    places: tuple[Assignment, ...]
    everybody: bool = False


def by_lot(case_id: str, seed: int) -> str:
    """Return where a case stands in a queue by lot, whatever other cases there are."""
    return hashlib.sha256(f"{seed}:{case_id}".encode()).hexdigest()


def calibration_set(
    cases: Sequence[CaseToRead], reviewers: Sequence[Reviewer], plan: AllocationPlan, seed: int
) -> frozenset[str]:
    """Return the cases that everybody reads.

    First those that more than ``readers`` read already, so that a second run, or a larger
    sample, keeps the set that was begun; then those that fewest have a conflict with, by lot.
    """

    def order(case: CaseToRead) -> tuple[bool, bool, int, str]:
        barred = sum(bool(conflicts(case, who, plan.conflicts)) for who in reviewers)
        begun = len(case.standing) > plan.readers
        return not begun, case.full, barred, by_lot(case.case_id, seed)

    return frozenset(c.case_id for c in sorted(cases, key=order)[: plan.calibration])


def _read_twice(
    cases: Sequence[CaseToRead], everybodys: frozenset[str], plan: AllocationPlan, seed: int
) -> frozenset[str]:
    """Return the cases with all their readers; the rest are read once.

    Those that have several first, then those that nobody has yet, by lot: what was begun
    with one reader stays so while there are others.
    """

    def order(case: CaseToRead) -> tuple[bool, bool, bool, str]:
        has = len(case.standing)
        return case.case_id not in everybodys, has < 2, has == 1, by_lot(case.case_id, seed)

    many = int(plan.overlap * len(cases) + 0.5)
    return frozenset(c.case_id for c in sorted(cases, key=order)[:many]) | everybodys


def tasks_of(
    cases: Sequence[CaseToRead], reviewers: Sequence[Reviewer], plan: AllocationPlan, seed: int
) -> list[Task]:
    """Return what is to be given, by case."""
    if plan.reading == "joint":
        return [task for case in cases for task in _sides(case, plan.form)]
    everybodys = calibration_set(cases, reviewers, plan, seed)
    twice = _read_twice(cases, everybodys, plan, seed)
    found = []
    for case in cases:
        everybody = case.case_id in everybodys
        used = {a.position for a in case.standing} | set(case.closed)
        more = (plan.readers if case.case_id in twice else 1) - len(used)
        if everybody:
            newcomers = [r for r in reviewers if r.available and r.name not in case.readers]
            more = len(newcomers) - len(_offered(case))
        numbers = (p for p in count(1) if p not in used)
        more = 0 if case.full else max(more, 0)
        places = [
            *_offered(case),
            *_fresh(case, plan.form, {next(numbers): "" for _ in range(more)}),
        ]
        # An offered place of one side, from an earlier joint plan, is given within that side.
        for side in dict.fromkeys(a.discipline for a in places):
            those = tuple(a for a in places if a.discipline == side)
            found.append(Task(case, side, those, everybody))
    return found


def _offered(case: CaseToRead) -> list[Assignment]:
    return [a for a in case.standing if not a.reviewer]


def _sides(case: CaseToRead, form: str) -> list[Task]:
    offered = _offered(case)
    has = {a.discipline for a in case.standing}
    # Begun without sides it stays so: a position has one reader.
    begun = case.full or "" in has
    lacking = {
        position: side
        for position, side in enumerate(SIDES, 1)
        if side not in has and position not in case.closed and not begun
    }
    places = [*offered, *_fresh(case, form, lacking)]
    return [
        Task(case, side, tuple(a for a in places if a.discipline == side))
        for side in dict.fromkeys(a.discipline for a in places)
    ]


def _fresh(case: CaseToRead, form: str, sides: Mapping[int, str]) -> list[Assignment]:
    """Return new places by position, under the next free review ids."""
    first = max(case.ever, len(case.standing)) + 1
    return [
        Assignment(f"{case.case_id}-{number}", case.case_id, "", position, form, side)
        for number, (position, side) in enumerate(sides.items(), first)
    ]
