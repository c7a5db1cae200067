"""Why each case is read by whom: who was chosen, who might have been, who was out and by what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lltic.allocation.people import CaseToRead, Reviewer, conflicts, why_out
from lltic.allocation.plan import AllocationPlan
from lltic.allocation.wanted import Task, by_lot
from lltic.clock import parse_instant
from lltic.records import Assignment

__all__ = ["Reading", "against", "barred", "due", "readings", "repeats"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Why a case is read by whom.

    ``kept`` read it before, ``given`` are new, ``spare`` might have been given it as well;
    ``out`` says of everybody else by which rules. ``waiting`` places are left over.
    """

    case_id: str
    stratum: str
    everybody: bool
    kept: tuple[str, ...]
    given: tuple[str, ...]
    waiting: int
    spare: tuple[str, ...]
    out: Mapping[str, tuple[str, ...]]


def readings(
    cases: Sequence[CaseToRead],
    people: Sequence[Reviewer],
    plan: AllocationPlan,
    tasks: Sequence[Task],
    new: Sequence[Assignment],
    full: Collection[str],
) -> Iterator[Reading]:
    """Yield why each case is read by whom; ``full`` are those who are at their limit now."""
    given: dict[str, list[str]] = {}
    for a in new:
        if a.reviewer:
            given.setdefault(a.case_id, []).append(a.reviewer)
    wanted: Counter[str] = Counter()
    sides: dict[str, set[str]] = {}
    for task in tasks:
        wanted[task.case.case_id] += 0 if task.everybody else len(task.places)
        sides.setdefault(task.case.case_id, set()).add(task.side)
    everybodys = {t.case.case_id for t in tasks if t.everybody}
    for case in cases:
        got = given.get(case.case_id, [])
        out, spare = {}, []
        asked = sides.get(case.case_id, {""})
        for who in people:
            if who.name in (*case.readers, *got):
                continue
            side = "" if "" in asked or who.discipline in asked else min(asked)
            rules = why_out(case, who, plan.conflicts, side)
            if not rules and who.name in full:
                rules = ("at-limit",)
            if rules:
                out[who.name] = rules
            else:
                spare.append(who.name)
        yield Reading(
            case_id=case.case_id,
            stratum=case.stratum,
            everybody=case.case_id in everybodys,
            kept=case.readers,
            given=tuple(got),
            waiting=max(wanted[case.case_id] - len(got), 0),
            spare=tuple(spare),
            out=out,
        )


def barred(
    case: CaseToRead, people: Sequence[Reviewer], plan: AllocationPlan
) -> dict[str, tuple[str, ...]]:
    """Return who may not read a case, and by which conflicts, declared here or elsewhere."""
    found = {who.name: conflicts(case, who, plan.conflicts) for who in people}
    return {name: rules for name, rules in {**case.barred, **found}.items() if rules}


def repeats(
    cases: Sequence[CaseToRead], new: Sequence[Assignment], plan: AllocationPlan, seed: int
) -> tuple[tuple[str, str], ...]:
    """Return who is to read which of their cases again: those given before, then by lot.

    Not the sides of a joint review: the two meet over their readings when both are in.
    """
    before = {(name, case.case_id) for case in cases for name in case.read_again}
    theirs: dict[str, set[str]] = {}
    for a in (*(a for case in cases for a in case.standing), *new):
        if a.reviewer and (not a.discipline or (a.reviewer, a.case_id) in before):
            theirs.setdefault(a.reviewer, set()).add(a.case_id)

    def order(name: str, case_id: str) -> tuple[bool, str]:
        return (name, case_id) not in before, by_lot(f"{case_id}:{name}", seed)

    return tuple(
        (name, case_id)
        for name in sorted(theirs)
        for number, case_id in enumerate(sorted(theirs[name], key=lambda c: order(name, c)))
        if number < plan.repeats or (name, case_id) in before
    )


def due(
    planned: Sequence[tuple[str, str]],
    cases: Sequence[CaseToRead],
    people: Sequence[Reviewer],
    plan: AllocationPlan,
    now: datetime,
) -> tuple[tuple[str, str], ...]:
    """Return which planned second readings can be given now, to people who are available.

    The first reading has been in for ``repeat_after_days`` days, and no conflict of interest
    was declared since.
    """
    known = {case.case_id: case for case in cases}
    wait = timedelta(days=plan.repeat_after_days)
    there = {who.name: who for who in people if who.available}
    found = []
    for name, case_id in planned:
        case, who = known[case_id], there.get(name)
        since = case.in_since.get(name)
        if who is None or since is None or name in case.read_again or name in case.barred:
            continue
        if now - parse_instant(since) >= wait and not conflicts(case, who, plan.conflicts):
            found.append((name, case_id))
    return tuple(found)


def against(
    cases: Sequence[CaseToRead], barred: Mapping[str, Mapping[str, Sequence[str]]]
) -> tuple[tuple[str, str, str], ...]:
    """Return (reviewer, case, conflict) of what was given before the conflict was declared."""
    return tuple(
        (name, case.case_id, rule)
        for case in cases
        for name in case.readers
        for rule in barred[case.case_id].get(name, ())
    )
