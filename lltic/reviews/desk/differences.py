"""Where the reviewers of a case differ: never before all of them are in, and no words."""

from __future__ import annotations

from typing import Any

from lltic.form import Difference, apart
from lltic.reviews.desk.room import Room, cases_in, needs_role
from lltic.reviews.people import Person
from lltic.reviews.state import ADJUDICATION, CONSENSUS

__all__ = ["discordant"]


def discordant(room: Room, person: Person) -> dict[str, Any]:
    """Return the cases whose reviewers differ where the form asks for agreement.

    Also those that have been settled since. What is said of a question is how far its
    scores lie apart, not who gave which.
    """
    needs_role(person, "coordinator")
    in_now = cases_in(room, person)
    found = [_row(room, case_id) for case_id in in_now if not room.state.concordant(case_id)]
    return {**room.about(), "discordant": found}


def _row(room: Room, case_id: str) -> dict[str, Any]:
    state = room.state
    settling = state.follow_up(case_id, CONSENSUS) or state.follow_up(case_id, ADJUDICATION)
    sides = state.independent(case_id)
    key = ("apart", case_id, *(side.seal for side in sides))
    if key not in room.known:
        found = apart([(state.form_of(side), side.answers) for side in sides])
        room.known[key] = [_item(one) for one in found]
    return {
        "case_id": case_id,
        "stage": state.stage(case_id),
        "readers": len(sides),
        "settled_by": list(settling.members) if settling else [],
        "settled": settling is not None and settling.status == "locked",
        "items": room.known[key],
    }


def _item(one: Difference) -> dict[str, Any]:
    return {
        "item": one.path,
        "page": one.page.title,
        "question": one.item.label,
        "levels": one.levels,
        "decides": one.decides,
    }
