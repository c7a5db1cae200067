"""What every view looks at: the state, the case book, the study."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from lltic.errors import Problem, Refused
from lltic.records import to_plain
from lltic.reviews.people import Person
from lltic.reviews.state import ReviewState, State
from lltic.study import Study

__all__ = ["Room", "cases_in", "needs_role"]


@dataclass(frozen=True)
class Room:
    """One study as it stands; views read it and change nothing.

    ``rows`` are lines of lists by review, as they were made last: see ``reviewing``.
    ``known`` is what was made of locked reviews, by what it is and their seals.
    """

    study: Study
    state: State
    casebook: dict[str, Any]
    rows: dict[str, tuple[object, dict[str, Any]]] = field(default_factory=dict)
    forms: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    known: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @classmethod
    def of(cls, study: Study, state: State) -> Room:
        """Return the room of a study, with its case book when there is one."""
        file = study.cohort / "casebook.json"
        return cls(study, state, json.loads(file.read_text("utf-8")) if file.is_file() else {})

    def form(self, review: ReviewState) -> dict[str, Any]:
        """Return the form as this review is asked it, as plain data."""
        key = review.form_hash, review.discipline
        if key not in self.forms:
            self.forms[key] = to_plain(self.state.form_of(review))
        return self.forms[key]

    def whole_form(self, form_hash: str) -> dict[str, Any]:
        """Return a form with the parts of all disciplines, as plain data."""
        key = form_hash, ""
        if key not in self.forms:
            self.forms[key] = to_plain(self.state.forms[form_hash])
        return self.forms[key]

    def is_blind(self, person: Person, case_id: str) -> bool:
        """Say whether a person is a reader of a case that is not in yet, or reads it again."""
        reads = person.name in self.state.readers(case_id)
        out = not self.state.case_is_closed(case_id)
        return reads and (out or self.state.reads_again(person.name, case_id))

    def about(self) -> dict[str, Any]:
        """Return what every first page says of the study."""
        settings = self.study.settings
        return {
            "title": settings.title,
            "synthetic": settings.synthetic,
            "support": settings.support,
            "idle_minutes": settings.idle_minutes,
        }


def cases_in(room: Room, person: Person) -> list[str]:
    """Return the cases that are in, and not erased: those a coordinator may read."""
    return [
        case_id
        for case_id, case in room.state.cases.items()
        if not case.erased
        and room.state.case_is_closed(case_id)
        and not room.is_blind(person, case_id)
    ]


def needs_role(person: Person, *roles: str) -> None:
    """Refuse who has none of the roles."""
    if not set(roles) & set(person.roles):
        hint = "Ask your coordinator if you need it."
        raise Refused(Problem("not-allowed", "this page", "is not open to you", hint=hint))
