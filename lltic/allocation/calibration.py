"""A few cases that everybody reads, to talk about what the scale means; the rest as usual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lltic.allocation.balance import allocate
from lltic.errors import Problem, UsageError
from lltic.records import Assignment

__all__ = ["allocate_with_calibration"]


def allocate_with_calibration(
    case_ids: Iterable[str],
    reviewers: Sequence[str],
    *,
    everybody: int,
    readers: int = 2,
    form: str = "sjr",
    seed: int = 0,
    existing: Iterable[Assignment] = (),
) -> tuple[Assignment, ...]:
    """Return the assignments that are still missing, some cases being everybody's.

    Those are the cases that more than ``readers`` read already, then the first by case id,
    which is by lot: so a second run, or a larger sample, keeps the set that was begun.

    Parameters
    ----------
    everybody : int
        How many cases all reviewers read.
    case_ids, reviewers, readers, form, seed, existing
        As :func:`~lltic.allocation.allocate` takes them.

    Raises
    ------
    UsageError
        ``no-such-count`` for less than none; and what ``allocate`` raises.
    """
    if everybody < 0:
        raise UsageError(Problem("no-such-count", "--calibration", "must be 0 or more"))
    cases, before = sorted(set(case_ids)), list(existing)
    read = Counter(a.case_id for a in before)
    chosen = sorted(cases, key=lambda case_id: (read[case_id] <= readers, case_id))[:everybody]
    many = max(readers, len(reviewers))
    # Also with no case: a reviewer who is named twice, or too few of them, are said first.
    shared = allocate(chosen, reviewers, readers=many, form=form, seed=seed, existing=before)
    known = [*before, *shared]
    rest = allocate(cases, reviewers, readers=readers, form=form, seed=seed, existing=known)
    return tuple(sorted([*shared, *rest], key=lambda a: (a.case_id, a.position)))
