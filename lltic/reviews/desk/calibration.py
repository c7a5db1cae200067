"""How scores agree and how they are spread: for reviewers to talk about, not to rank them.

Counts only, in plain Python: the coefficients, which need a library of their own, are
``lltic agreement``'s. Everything is from cases that are in, as their reviewers locked
them, before any adjudication or consensus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from lltic.form import Form, Item, Page, resolve
from lltic.reviews.desk.room import Room, cases_in, needs_role
from lltic.reviews.people import Person

__all__ = ["FEWEST", "calibration"]

FEWEST = 5
"""Scores of one person, and of all others, below which they are not laid side by side.

Ours, not a standard's: a handful of cases says more of the cases than of who read them.
"""

READ_BY_ALL = 3
"""Readers from which a case is one to calibrate by; two is how every case is read."""

Scores = Mapping[str, int | None]
"""A case's scores of one item, by reviewer; None where the reviewer gave a reason for none."""


@dataclass
class _Tally:
    """One scored item over all cases that are in."""

    form: Form
    page: Page
    item: Item
    apart: Counter[int] = field(default_factory=Counter)
    scored_once: int = 0
    given: dict[str, Counter[int]] = field(default_factory=dict)
    together: list[dict[str, Any]] = field(default_factory=list)

    def add(self, case_id: str, scores: Scores) -> None:
        """Count a case: each pair of its readers, and each score."""
        for one, other in combinations(scores.values(), 2):
            if one is not None and other is not None:
                self.apart[abs(one - other)] += 1
            elif one is not None or other is not None:
                self.scored_once += 1
        for name, score in scores.items():
            if score is not None:
                self.given.setdefault(name, Counter())[score] += 1
        if len(scores) >= READ_BY_ALL:
            counts = self._counts([Counter(s for s in scores.values() if s is not None)])
            self.together.append({"case_id": case_id, "readers": len(scores), "given": counts})

    def row(self, path: str) -> dict[str, Any]:
        """Return what is said of the item, and of each person beside all others."""
        scale = self.form.scales[self.item.scale or ""]
        people, too_few = self._people()
        return {
            "form": self.form.title,
            "item": path,
            "page": self.page.title,
            "question": self.item.label,
            "kind": self.page.kind,
            "levels": [{"value": p.value, "label": p.label} for p in self._points(scale.points)],
            "pairs": sum(self.apart.values()),
            "equal": self.apart[0],
            "one_apart": self.apart[1],
            "further": sum(n for gap, n in self.apart.items() if gap > 1),
            "scored_once": self.scored_once,
            "given": self._counts(self.given.values()),
            "people": people,
            "too_few": too_few,
            "together": self.together,
        }

    def _points(self, points: Iterable[Any]) -> list[Any]:
        return sorted(points, key=lambda point: point.value)

    def _counts(self, of: Iterable[Counter[int]]) -> list[int]:
        whole: Counter[int] = sum(of, Counter())
        return [whole[level] for level in self.form.scales[self.item.scale or ""].levels]

    def _people(self) -> tuple[list[dict[str, Any]], int]:
        """Return who has enough scores to be laid beside the others, and how many have not."""
        total = sum(counts.total() for counts in self.given.values())
        enough = [
            name
            for name, counts in sorted(self.given.items())
            if counts.total() >= FEWEST and total - counts.total() >= FEWEST
        ]
        rows = [
            {
                "reviewer": name,
                "given": self._counts([self.given[name]]),
                "others": self._counts(c for other, c in self.given.items() if other != name),
            }
            for name in enough
        ]
        return rows, len(self.given) - len(enough)


def calibration(room: Room, person: Person) -> dict[str, Any]:
    """Return, item by item, how often two readers of a case gave the same score.

    And how each reviewer's scores are spread beside those of all others; nobody's with
    fewer than :data:`FEWEST`.
    """
    needs_role(person, "coordinator")
    in_now = cases_in(room, person)
    tallies: dict[tuple[str, str], _Tally] = {}
    for case_id in in_now:
        for (form_hash, path), scores in _scores(room, case_id).items():
            key = form_hash, path
            if key not in tallies:
                tallies[key] = _tally(room.state.forms[form_hash], path)
            tallies[key].add(case_id, scores)
    return {
        **room.about(),
        "cases_in": len(in_now),
        "unblinded": sum(bool(room.state.cases[case_id].unblinded) for case_id in in_now),
        "fewest": FEWEST,
        "items": [tally.row(path) for (_, path), tally in tallies.items()],
    }


def _tally(form: Form, path: str) -> _Tally:
    page, item = next((page, item) for p, page, item in form.items() if p == path)
    return _Tally(form, page, item)


def _scores(room: Room, case_id: str) -> dict[tuple[str, str], dict[str, int | None]]:
    """Return a case's scores, as locked, by the form's hash and the item."""
    found: dict[tuple[str, str], dict[str, int | None]] = {}
    for review in room.state.independent(case_id):
        key = ("scores", review.review_id, review.seal)
        if key not in room.known:
            form = room.state.form_of(review)
            sheet = resolve(form, review.answers)
            room.known[key] = {path: sheet[path]["value"] for path in form.scored_items()}
        for path, value in room.known[key].items():
            found.setdefault((review.form_hash, path), {})[review.reviewer] = value
    return found
