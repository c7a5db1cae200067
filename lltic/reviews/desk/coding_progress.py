"""How far the coding is, for who codes it or looks after it; and who has which text.

Without a plan anybody may still come to code a text, so that a coder is then shown their
own texts alone. Which texts two people code is for no coder to know: the plan's seed, which
decides it, is told to nobody, and how many there are to nobody who codes, who would see it
grow with a text that comes in.
"""

from __future__ import annotations

from typing import Any

from lltic.reviews.coding_progress import codable, how_far
from lltic.reviews.desk.room import Room, needs_role
from lltic.reviews.people import Person

__all__ = ["progress"]


def progress(room: Room, person: Person) -> dict[str, Any]:
    """Return how far the coding of a study is; for a coordinator who does not code also who."""
    needs_role(person, "coder", "coordinator", "analyst")
    codes = "coder" in person.roles
    own = codes and room.state.coding.plan is None
    found = how_far(room.state, person.name if own else "")
    if found["plan"]:
        found["plan"] = {key: value for key, value in found["plan"].items() if key != "seed"}
    if codes:
        found["double"] = None
    out = _out(room) if "coordinator" in person.roles and not codes else []
    return {**room.about(), **found, "out": out}


def _out(room: Room) -> list[dict[str, str]]:
    """Return who has which text since when: begun and not finished, oldest first."""
    found = []
    for review in codable(room.state):
        text = room.state.coding.text(review.review_id)
        place = {"review_id": review.review_id, "case_id": review.case_id}
        for name, since in text.coders.items():
            if name not in text.done:
                found.append({**place, "coder": name, "since": since, "doing": "coding"})
        if text.settler and not text.settled_at:
            since = text.settling_since
            found.append({**place, "coder": text.settler, "since": since, "doing": "settling"})
    return sorted(found, key=lambda one: one["since"])
