"""What an allocation plan may say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from lltic.allocation.people import Reviewer
from lltic.definitions import Loaded, load
from lltic.errors import LlticError, Problem

__all__ = ["SIDES", "AllocationPlan", "PlannedReviewer", "load_allocation_plan", "problems_of"]

SIDES = ("primary_care", "secondary_care")
"""The disciplines of a joint review; position 1 is the first of them."""

Conflict = Literal["own-ward", "own-organisation", "own-practice", "own-patient"]


@dataclass(frozen=True, slots=True)
class PlannedReviewer:
    """What a plan says of one reviewer; their discipline and organisation come from the account."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    name: str
    organisations: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()
    practices: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    limit: int | None = None
    available: bool = True

    def as_reviewer(self, discipline: str = "", organisation: str = "") -> Reviewer:
        """Return the reviewer, with what their account says."""
        return Reviewer(
            name=self.name,
            discipline=discipline,
            organisations=(*self.organisations, *([organisation] if organisation else [])),
            wards=self.wards,
            practices=self.practices,
            patients=self.patients,
            limit=self.limit,
            available=self.available,
        )


@dataclass(frozen=True, slots=True)
class AllocationPlan:
    """How cases are given to readers.

    ``reading`` is ``independent`` or ``joint`` (one reader of each of :data:`SIDES`).
    ``overlap`` is the share of cases that get ``readers`` readers, the rest get one;
    ``calibration`` so many cases are everybody's; ``repeats`` is how many cases each reader
    is to read again, ``repeat_after_days`` days after the first reading is in or later: by
    then it should be forgotten; none of a joint review, whose readers see each other's
    judgements as soon as both are in. ``conflicts`` are the conflicts of interest that count.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    name: str = ""
    version: str = ""
    title: str = ""
    source: str = ""
    reading: Literal["independent", "joint"] = "independent"
    readers: int = 2
    overlap: float = 1.0
    calibration: int = 0
    repeats: int = 0
    repeat_after_days: int = 28
    conflicts: tuple[Conflict, ...] = ("own-ward", "own-practice", "own-patient")
    form: str = ""
    seed: int = 0
    reviewers: tuple[PlannedReviewer, ...] = ()


def load_allocation_plan(name: str, study: Path | None = None) -> Loaded[AllocationPlan]:
    """Find, read and check an allocation plan, ``plans/allocation-*.yml``.

    Parameters
    ----------
    name : str
    study : Path, optional
        The study's folder, whose own plans come first.

    Raises
    ------
    UsageError
        ``unknown-allocation-plan``.
    LlticError
        Every problem of the file at once, see :func:`problems_of`.
    """
    loaded = load("allocation plan", name, AllocationPlan, study)
    problems = problems_of(loaded.model, str(loaded.path))
    if problems:
        raise LlticError(problems)
    return loaded


def problems_of(plan: AllocationPlan, where: str = "plan") -> list[Problem]:
    """Return what cannot be in a plan.

    ``no-readers``, ``no-such-count``, ``bad-overlap``, ``plan-seed``, ``joint-plan``,
    ``duplicate-reviewer``, ``empty-reviewer``.
    """
    return list(_problems(plan, where))


def _problems(plan: AllocationPlan, where: str) -> Iterator[Problem]:
    if plan.readers < 1:
        yield Problem("no-readers", f"{where}: readers", "must be 1 or more")
    for key in ("calibration", "repeats", "repeat_after_days"):
        if getattr(plan, key) < 0:
            yield Problem("no-such-count", f"{where}: {key}", "must be 0 or more")
    if not 0 <= plan.overlap <= 1:
        yield Problem("bad-overlap", f"{where}: overlap", "must be from 0 to 1")
    if plan.seed < 0:
        yield Problem("plan-seed", f"{where}: seed", "must be 0 or more")
    if plan.reading == "joint":
        if plan.repeats:
            message = "is not for joint reviews: their readers see each other's when they agree"
            yield Problem("joint-plan", f"{where}: repeats", message, "0")
        wanted = {"readers": 2, "overlap": 1.0, "calibration": 0}
        for key, value in wanted.items():
            if getattr(plan, key) != value:
                message = "a joint review has one reader of each side"
                yield Problem("joint-plan", f"{where}: {key}", message, str(value))
    for name, count in Counter(r.name for r in plan.reviewers).items():
        if not name.strip():
            yield Problem("empty-reviewer", f"{where}: reviewers", "a name is empty")
        elif count > 1:
            yield Problem("duplicate-reviewer", f"{where}: {name}", "is named twice")
    for reviewer in plan.reviewers:
        if reviewer.limit is not None and reviewer.limit < 0:
            yield Problem("no-such-count", f"{where}: {reviewer.name}.limit", "must be 0 or more")
