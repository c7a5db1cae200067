"""What a coordinator needs to give cases out, beside how far each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.reviews.desk.room import Room
from lltic.reviews.people import Person

__all__ = ["check_case", "not_given", "reviewers", "setting_of", "with_form"]


def setting_of(room: Room, case_id: str) -> str:
    """Return where the case's stay was, such as ``acute`` or ``mental_health``.

    Empty where the case book does not say.
    """
    return str(room.casebook.get(case_id, {}).get("setting", ""))


def not_given(room: Room) -> list[dict[str, str]]:
    """Return the cases of the case book that nobody was ever given."""
    return [
        {"case_id": case_id, "setting": setting_of(room, case_id)}
        for case_id in sorted(room.casebook)
        if case_id not in room.state.cases
    ]


def reviewers(people: Iterable[Person]) -> list[dict[str, str]]:
    """Return who can be given a case: account and discipline, by account."""
    found = [p for p in people if "reviewer" in p.roles]
    return [
        {"reviewer": p.name, "discipline": p.discipline}
        for p in sorted(found, key=lambda person: person.name)
    ]


def with_form(room: Room, operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the opening of a place with the form that a case nobody reads yet is read by."""
    value = operation.get("value")
    said = value if isinstance(value, Mapping) else {}
    return {**operation, "value": {**said, "form": room.study.settings.form}}


def check_case(room: Room, case_id: str) -> None:
    """Refuse a case that is neither on record nor in the case book."""
    if case_id not in room.state.cases and case_id not in room.casebook:
        raise Refused(Problem("no-such-case", "case", "is not one of this study"))
