"""What a record should have set off, worked out from its events alone, and what it did set off.

Written apart from the rules it judges: nothing of ``lltic.reviews.rules``, of the state or of the
forms' triggers is used here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lltic.records import Event

__all__ = ["Concerns", "concerns"]

LOW = (1, 2)
HARM = ("probably", "yes")
MORE_LIKELY_THAN_NOT = (1, 2, 3)


@dataclass
class Concerns:
    """Two counts that should be the same: by (review, trigger), and by case.

    ``locks`` is how often a review was locked, ``locked_again`` how often after a reopening,
    ``low`` how many of the locks had to set something off.
    """

    due: set[tuple[str, str]] = field(default_factory=set)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    second_due: set[str] = field(default_factory=set)
    second_made: Counter[str] = field(default_factory=Counter)
    locks: int = 0
    locked_again: int = 0
    low: int = 0

    def wrong(self) -> list[str]:
        """Return everything that is missing, that is there twice, or that nothing called for."""
        found = [f"nobody was told: {one}" for one in self.due if one not in self.told]
        found += [f"without cause: {one}" for one in self.told if one not in self.due]
        found += [f"told {n} times: {one}" for one, n in self.told.items() if n > 1]
        found += [f"no second stage: {c}" for c in self.second_due if c not in self.second_made]
        found += [
            f"second stage for nothing: {c}" for c in self.second_made if c not in self.second_due
        ]
        found += [f"{n} second stages: {c}" for c, n in self.second_made.items() if n > 1]
        return found


@dataclass
class _Sheet:
    """One review as its events make it."""

    form: str
    members: set[str]
    answers: dict[str, Any] = field(default_factory=dict)
    signed: set[str] = field(default_factory=set)
    locked: int = 0


def concerns(events: Iterable[Event]) -> Concerns:
    """Work through a record."""
    found = Concerns()
    sheets: dict[str, _Sheet] = {}
    for event in events:
        _one(event, sheets, found)
    return found


def _one(event: Event, sheets: dict[str, _Sheet], found: Concerns) -> None:
    value: Any = event.value
    sheet = sheets.get(event.review_id)
    if event.kind == "assigned":
        sheets[event.review_id] = _Sheet(value["form"], {value["reviewer"]})
    elif event.kind == "offered":
        sheets[event.review_id] = _Sheet(value["form"], set())
        if value.get("kind") == "stage_2":
            found.second_made[event.case_id] += 1
    elif event.kind == "opened":
        sides = [sheets[review].answers for review in value["sources"]]
        same = {k: v for k, v in sides[0].items() if all(side.get(k) == v for side in sides)}
        sheets[event.review_id] = _Sheet(value["form"], set(value["members"]), same)
    elif event.kind == "escalated":
        found.told[event.review_id, value["trigger"]] += 1
    elif sheet is None:
        return
    elif event.kind == "taken":
        sheet.members = {event.actor}
    elif event.kind == "answered":
        sheet.answers[event.field] = value
        sheet.signed.clear()
    elif event.kind == "reopened":
        sheet.signed.clear()
    elif event.kind == "submitted":
        sheet.signed.add(event.actor)
        if sheet.signed >= sheet.members:
            _lock(event, sheet, found)


def _lock(event: Event, sheet: _Sheet, found: Concerns) -> None:
    found.locks += 1
    found.locked_again += sheet.locked > 0
    sheet.locked += 1
    said = {path: (answer or {}).get("value") for path, answer in sheet.answers.items()}
    set_off = set()
    if said.get("overall.score") in LOW:
        set_off.add("poor_care")
    problem = said.get("problems.any") == "yes" and said.get("problems.monitoring.harm") in HARM
    if sheet.form == "sjr" and problem:
        set_off.add("harm")
    if sheet.form == "sjr_stage2" and said.get("avoidability.score") in MORE_LIKELY_THAN_NOT:
        set_off.add("more_likely_than_not")
    found.low += bool(set_off)
    found.due |= {(event.review_id, trigger) for trigger in set_off}
    if sheet.form == "sjr" and set_off:
        found.second_due.add(event.case_id)
