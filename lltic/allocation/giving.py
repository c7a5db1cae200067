"""Give the places of a sample to its reviewers, and say why each one.

Three steps, each deciding only what the one before left open: as many places as can be
given, with even workloads (:mod:`~lltic.allocation.flow`); mixed pairs
(:mod:`~lltic.allocation.mixing`); who is first reader, evenly (the flow again).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from lltic.allocation.binding import binding
from lltic.allocation.flow import spread
from lltic.allocation.mixing import mix
from lltic.allocation.people import CaseToRead, Reviewer, why_out
from lltic.allocation.plan import SIDES, AllocationPlan, problems_of
from lltic.allocation.readings import Reading, against, barred, due, readings, repeats
from lltic.allocation.wanted import Task, tasks_of
from lltic.errors import LlticError, Problem, UsageError
from lltic.records import Assignment

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Counts = npt.NDArray[np.int64]

__all__ = ["Allocation", "allocate"]

NO_LIMIT = 1 << 30


@dataclass(frozen=True, slots=True)
class Allocation:
    """What an allocation gives, and why.

    ``new`` are the assignments to be made, by case and position; after a partial one those
    without a reviewer stay on offer, where a case has another reader. ``barred`` names who
    may not read which case and by which conflict. ``repeats`` are (reviewer, case) to be
    read again, ``again`` those of them that are due now, ``before`` those that were given
    before. ``against`` are (reviewer, case, conflict) of reviews that were given
    before the conflict was declared. ``problems`` is empty but after a partial allocation.
    """

    new: tuple[Assignment, ...]
    kept: tuple[Assignment, ...]
    readings: tuple[Reading, ...]
    barred: Mapping[str, Mapping[str, tuple[str, ...]]]
    repeats: tuple[tuple[str, str], ...]
    again: tuple[tuple[str, str], ...]
    before: tuple[tuple[str, str], ...]
    against: tuple[tuple[str, str, str], ...]
    problems: tuple[Problem, ...]
    seed: int

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """Everything that somebody has, by case and position."""
        named = [a for a in (*self.kept, *self.new) if a.reviewer]
        return tuple(sorted(named, key=lambda a: (a.case_id, a.position)))


def allocate(
    cases: Iterable[CaseToRead],
    reviewers: Iterable[Reviewer],
    plan: AllocationPlan,
    *,
    seed: int | None = None,
    partial: bool = False,
    now: datetime | None = None,
) -> Allocation:
    """Return the assignments that are still missing.

    Parameters
    ----------
    cases : iterable of CaseToRead
        The sampled cases, in any order, with the places they have: those are never changed.
    reviewers : iterable of Reviewer
        In any order.
    plan : AllocationPlan
        Its ``reviewers`` are not looked at; ``form`` names the form they fill in.
    seed : int, optional
        Takes the place of the plan's. The same seed and input give the same allocation.
    partial : bool
        Give what can be given, where not everything can.
    now : datetime, optional
        Second readings that are due by then are given; none without it.

    Raises
    ------
    UsageError
        ``too-few-reviewers``, ``duplicate-reviewer``, ``empty-reviewer``,
        ``no-reviewer-of-side``, and what :func:`~lltic.allocation.plan.problems_of` names.
    LlticError
        ``too-few-may-read``, ``limits-too-low``, each with what would help.
    """
    people = sorted(reviewers, key=lambda who: who.name)
    known = {case.case_id: case for case in cases}
    ordered = [known[case_id] for case_id in sorted(known)]
    _check(people, plan)
    seed = plan.seed if seed is None else seed
    rng = np.random.default_rng(seed)
    board = _board(ordered, people, plan, tasks_of(ordered, people, plan, seed))
    taken = spread(board.need, board.allowed, board.held, board.limit, rng)
    problems = binding(board.tasks, people, plan, board.need, board.allowed, taken)
    if problems and not partial:
        raise LlticError(problems)
    taken = _mixed(board, taken, rng)
    new = _placed(board, taken, rng)
    loads = board.held + taken.sum(axis=0)
    full = {people[p].name for p in np.flatnonzero(loads >= board.limit)}
    kept_from = {case.case_id: barred(case, people, plan) for case in ordered}
    twice = repeats(ordered, new, plan, seed)
    return Allocation(
        new=tuple(new),
        kept=tuple(a for case in ordered for a in case.standing if a.reviewer),
        readings=tuple(readings(ordered, people, plan, board.tasks, new, full)),
        barred=kept_from,
        repeats=twice,
        again=due(twice, ordered, people, plan, now) if now else (),
        before=tuple((n, c.case_id) for c in ordered for n in c.read_again),
        against=against(ordered, kept_from),
        problems=problems,
        seed=seed,
    )


@dataclass(frozen=True)
class _Board:
    """What is to be given to whom, as arrays by task, by person, and by task and person."""

    cases: Sequence[CaseToRead]
    people: Sequence[Reviewer]
    tasks: Sequence[Task]
    need: Counts
    allowed: Flags
    held: Counts
    limit: Counts


def _board(
    cases: Sequence[CaseToRead],
    people: Sequence[Reviewer],
    plan: AllocationPlan,
    tasks: Sequence[Task],
) -> _Board:
    allowed = np.array(
        [[not why_out(t.case, who, plan.conflicts, t.side) for who in people] for t in tasks],
        dtype=bool,
    ).reshape(len(tasks), len(people))
    may = allowed.sum(axis=1)
    # A case of everybody's is that of everybody who may read it.
    need = [
        min(len(t.places), int(n)) if t.everybody else len(t.places)
        for t, n in zip(tasks, may, strict=True)
    ]
    loads = Counter(name for case in cases for name in case.readers)
    return _Board(
        cases,
        people,
        tasks,
        np.array(need, dtype=np.int64),
        allowed,
        np.array([loads[who.name] + who.elsewhere for who in people], dtype=np.int64),
        np.array([_most(who) for who in people], dtype=np.int64),
    )


def _most(who: Reviewer) -> int:
    return NO_LIMIT if who.limit is None else who.limit


def _check(people: Sequence[Reviewer], plan: AllocationPlan) -> None:
    problems = problems_of(plan)
    for name, count in Counter(who.name for who in people).items():
        if not name.strip():
            problems.append(Problem("empty-reviewer", "--reviewer", "a name is empty"))
        elif count > 1:
            problems.append(Problem("duplicate-reviewer", f"--reviewer {name}", "is named twice"))
    if plan.reading == "joint":
        disciplines = {who.discipline for who in people}
        hint = "Say what they are: lltic users add NAME --discipline primary_care."
        message = "a joint review needs a reviewer of this discipline"
        problems += [
            Problem("no-reviewer-of-side", side, message, hint=hint)
            for side in SIDES
            if side not in disciplines
        ]
    elif (found := len({who.name for who in people if who.available})) < plan.readers:
        message = f"readers per case {plan.readers}: needs at least as many reviewers"
        hint = f"Name more with --reviewer NAME; of {len(people)} so far {found} can be asked."
        problems.append(Problem("too-few-reviewers", "--reviewer", message, hint=hint))
    if problems:
        raise UsageError(problems)


def _mixed(board: _Board, taken: Flags, rng: np.random.Generator) -> Flags:
    cases, people = board.cases, board.people
    row = {case.case_id: i for i, case in enumerate(cases)}
    # Those who have left are met too: a column each, which nobody may take.
    names = [who.name for who in people]
    names += sorted({name for case in cases for name in case.readers} - set(names))
    column = {name: i for i, name in enumerate(names)}
    reads = np.zeros((len(cases), len(names)), dtype=np.int64)
    for case in cases:
        for name in case.readers:
            reads[row[case.case_id], column[name]] = 1
    more = len(names) - len(people)
    wide = ((0, 0), (0, more))
    found = mix(
        np.array([row[t.case.case_id] for t in board.tasks], dtype=np.int64),
        np.pad(board.allowed, wide),
        np.pad(taken, wide),
        reads,
        np.pad(board.held, (0, more)),
        np.pad(board.limit, (0, more)),
        rng,
    )
    return found[:, : len(people)]


def _placed(board: _Board, taken: Flags, rng: np.random.Generator) -> list[Assignment]:
    """Return who takes which place: the first places evenly, so that they carry no meaning."""
    people, tasks = board.people, board.tasks
    firsts = Counter(
        a.reviewer for case in board.cases for a in case.standing if a.position == 1 and a.reviewer
    )
    chosen = np.array([t.places[0].position == 1 for t in tasks], dtype=bool) & taken.any(axis=1)
    first = spread(
        chosen.astype(np.int64),
        taken & chosen[:, None],
        np.array([firsts[who.name] for who in people], dtype=np.int64),
        np.full(len(people), NO_LIMIT, dtype=np.int64),
        rng,
    )
    new: list[Assignment] = []
    for i, task in enumerate(tasks):
        lots = [int(p) for p in rng.permutation(np.flatnonzero(taken[i]))]
        names = [people[p].name for p in sorted(lots, key=lambda p: not first[i, p])]
        new += [replace(a, reviewer=n) for a, n in zip(task.places, names, strict=False)]
    new += _left_open(tasks, taken, new)
    return sorted(new, key=lambda a: (a.case_id, a.position))


def _left_open(
    tasks: Sequence[Task], taken: Flags, given: Sequence[Assignment]
) -> list[Assignment]:
    """Return the places to be offered, so that no case is concluded by some of its readers."""
    read = {a.case_id for a in given}
    found = []
    for i, task in enumerate(tasks):
        case = task.case
        if task.everybody or not (case.case_id in read or case.readers):
            continue
        on_offer = {a.review_id for a in case.standing}
        left = task.places[int(taken[i].sum()) :]
        found += [a for a in left if a.review_id not in on_offer]
    return found
