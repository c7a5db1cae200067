"""A joint review: each case to one reader from primary care and one from secondary care."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lltic.allocation.balance import allocate
from lltic.errors import Problem, UsageError
from lltic.records import Assignment

__all__ = ["SIDES", "allocate_joint"]

SIDES = ("primary_care", "secondary_care")


def allocate_joint(
    case_ids: Iterable[str],
    reviewers: Mapping[str, Sequence[str]],
    *,
    form: str = "lltic_joint",
    seed: int = 0,
    existing: Iterable[Assignment] = (),
) -> tuple[Assignment, ...]:
    """Return the assignments that are still missing, both sides of each case.

    Parameters
    ----------
    case_ids : iterable of str
        The sampled cases.
    reviewers : mapping of str to sequence of str
        The reviewers' names by discipline; those of :data:`SIDES` are used.
    form : str
        A form with sections for each side.
    seed : int
        The same seed and the same input give the same allocation.
    existing : iterable of Assignment
        What was assigned before; it is never changed and counts as workload.

    Returns
    -------
    tuple of Assignment
        New ones only, sorted by case and position; position 1 is primary care.

    Raises
    ------
    UsageError
        ``no-reviewer-of-side`` for each side nobody can take.
    """
    lacking = [side for side in SIDES if not reviewers.get(side)]
    if lacking:
        hint = "Say what they are: lltic users add NAME --discipline primary_care."
        message = "a joint review needs a reviewer of this discipline"
        raise UsageError([Problem("no-reviewer-of-side", s, message, hint=hint) for s in lacking])
    cases, before = sorted(set(case_ids)), list(existing)
    new: list[Assignment] = []
    for position, side in enumerate(SIDES, 1):
        held = [replace(a, position=1) for a in before if a.discipline == side]
        for a in allocate(cases, reviewers[side], readers=1, form=form, seed=seed, existing=held):
            review_id = f"{a.case_id}-{position}"
            new.append(replace(a, review_id=review_id, position=position, discipline=side))
    return tuple(sorted(new, key=lambda a: (a.case_id, a.position)))
