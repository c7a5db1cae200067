"""What stands in the way when not every place can be given, and what would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lltic.allocation.people import OUT, Reviewer, why_out
from lltic.allocation.plan import AllocationPlan
from lltic.allocation.wanted import Task
from lltic.errors import Problem

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Counts = npt.NDArray[np.int64]

__all__ = ["binding"]

MOST_NAMES = 6
PARTIAL = "Or give the rest with --partial."


def binding(
    tasks: Sequence[Task],
    people: Sequence[Reviewer],
    plan: AllocationPlan,
    need: Counts,
    allowed: Flags,
    taken: Flags,
) -> tuple[Problem, ...]:
    """Return why places are left over: too few may read a case, or limits are too low.

    Parameters
    ----------
    tasks, people, plan
        What was asked.
    need, allowed, taken : arrays by task, and by task and person
        As :func:`~lltic.allocation.flow.spread` takes and returns them.

    Returns
    -------
    tuple of Problem
        ``too-few-may-read`` once for each ward (or side) and set of reasons, counting cases;
        ``limits-too-low`` once for each group of reviewers, counting places. Empty when
        nothing is left over.
    """
    may = allowed.sum(axis=1)
    found = _few(tasks, people, plan, need, may)
    left = np.minimum(need, may) - taken.sum(axis=1)
    return (*found, *_limits(people, left, allowed, taken))


def _few(
    tasks: Sequence[Task],
    people: Sequence[Reviewer],
    plan: AllocationPlan,
    need: Counts,
    may: Counts,
) -> list[Problem]:
    groups: Counter[tuple[str, str]] = Counter()
    for i in np.flatnonzero(may < need).tolist():
        task = tasks[i]
        asked = [who for who in people if not task.side or who.discipline == task.side]
        out = {who.name: why_out(task.case, who, plan.conflicts, task.side) for who in asked}
        reasons = Counter(OUT[rules[0]] for rules in out.values() if rules)
        # The plan names the ward, too: this tells nobody more than who works there.
        by_ward = any("own-ward" in rules for rules in out.values())
        where = f"cases of ward {task.case.ward}" if by_ward else "cases"
        if task.side:
            where += f", {task.side}"
        able = f"{may[i]} of {len(asked)} reviewers may read such a case, {need[i]} more asked for"
        why = ", ".join(f"{words}: {n}" for words, n in sorted(reasons.items()))
        groups[where, f"{able} ({why})" if why else able] += 1
    hint = f"Name a reviewer to whom none of this applies. {PARTIAL}"
    return [
        Problem("too-few-may-read", where, message, hint=hint, count=count)
        for (where, message), count in sorted(groups.items())
    ]


def _limits(
    people: Sequence[Reviewer], left: Counts, allowed: Flags, taken: Flags
) -> list[Problem]:
    """Follow each place that is left over to those who might make room, and find them all full."""
    waiting, found = set(np.flatnonzero(left > 0).tolist()), []
    while waiting:
        group, full = {min(waiting)}, set[int]()
        while True:
            rows = sorted(group)
            reached = set(np.flatnonzero((allowed & ~taken)[rows].any(axis=0)).tolist())
            columns = sorted(reached)
            wider = group | set(np.flatnonzero(taken[:, columns].any(axis=1)).tolist())
            # Whoever waits for one of the same people waits for the same limits.
            wider |= {t for t in waiting if (allowed & ~taken)[t, columns].any()}
            if wider == group and reached == full:
                break
            group, full = wider, reached
        found.append(_limit(people, sorted(full), int(left[sorted(group & waiting)].sum())))
        waiting -= group
    return found


def _limit(people: Sequence[Reviewer], full: Sequence[int], short: int) -> Problem:
    names = ", ".join(people[p].name for p in full[:MOST_NAMES])
    more = f" and {len(full) - MOST_NAMES} more" if len(full) > MOST_NAMES else ""
    message = "everybody who may take the place has as many cases as their limit"
    hint = f"Raise their limits by {short} in all, or name another reviewer. {PARTIAL}"
    where = f"limits of {names}{more}"
    return Problem("limits-too-low", where, message, hint=hint, count=short)
