"""What the state holds of one case: its reviews, their answers, what followed from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lltic.records import Citation, Event

__all__ = [
    "ADJUDICATION",
    "CONSENSUS",
    "HANDED_BACK",
    "INDEPENDENT",
    "LOCKED",
    "OFFERED",
    "OPEN",
    "REPEAT",
    "STAGE_2",
    "CaseState",
    "Escalation",
    "FieldState",
    "ReviewState",
]

OFFERED, OPEN, LOCKED, HANDED_BACK = "offered", "open", "locked", "handed_back"

INDEPENDENT = "independent"
REPEAT = "repeat"
"""The same case read once more by the same reader, to see how steady a reading is."""

ADJUDICATION, CONSENSUS, STAGE_2 = "adjudication", "consensus", "stage_2"


@dataclass(slots=True)
class FieldState:
    """The present answer to one item, and how often it was written."""

    answer: dict[str, Any] | None
    version: int
    seq: int
    at: str = ""


@dataclass(slots=True)
class ReviewState:
    """One review of one case: one reviewer's own, or one that follows from others.

    ``kind`` is independent, repeat, adjudication, consensus or stage_2; ``discipline`` the
    side of a joint review, else empty; a repeat ``repeats`` the reading of that id.
    ``members`` are the people who may write in it: one, or both of a consensus; none while it
    is offered. ``out_since`` is when it came to where it is: given, offered, taken or opened
    again. ``signed`` holds who has put their name to it as it stands, ``seal`` the hash of the
    event that locked it.
    """

    review_id: str
    case_id: str
    form: str
    form_hash: str
    position: int = 1
    kind: str = INDEPENDENT
    discipline: str = ""
    repeats: str = ""
    members: tuple[str, ...] = ()
    status: str = OPEN
    fields: dict[str, FieldState] = field(default_factory=dict)
    cited: dict[str, Citation] = field(default_factory=dict)
    out_since: str = ""
    signed: dict[str, str] = field(default_factory=dict)
    saved_at: str = ""
    submitted_at: str = ""
    receipt: str = ""
    seal: str = ""
    reopened: list[str] = field(default_factory=list)

    @property
    def reviewer(self) -> str:
        """Who writes it; of a consensus, the first of them; empty while it is offered."""
        return self.members[0] if self.members else ""

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """The answers as the form's rules take them."""
        return {path: f.answer for path, f in self.fields.items() if f.answer is not None}


@dataclass(slots=True)
class Escalation:
    """A concern handed on; ``version`` counts what was added to it since."""

    escalation_id: str
    case_id: str
    review_id: str
    trigger: str
    says: str
    at: str
    record: dict[str, str] = field(default_factory=dict)
    version: int = 0


@dataclass(slots=True)
class CaseState:
    """One case: its reviews by id, in order, and what followed from them.

    ``repeats`` are the second readings by the id of the first: they change nothing of the case.
    """

    case_id: str
    joint: bool = False
    reviews: list[str] = field(default_factory=list)
    repeats: dict[str, str] = field(default_factory=dict)
    follow_ups: dict[str, str] = field(default_factory=dict)
    escalations: list[str] = field(default_factory=list)
    unblinded: list[Event] = field(default_factory=list)
    left_by: set[str] = field(default_factory=set)
    erased: bool = False
