"""What the events add up to: a projection that can be thrown away and rebuilt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lltic.form import Form
from lltic.records import Coding, Event, from_plain

__all__ = ["CodingState", "FieldState", "ReviewState", "State", "replay"]

OPEN, LOCKED, HANDED_BACK = "open", "locked", "handed_back"


@dataclass(slots=True)
class FieldState:
    """The present answer to one item, and how often it was written."""

    answer: dict[str, Any] | None
    version: int
    seq: int


@dataclass(slots=True)
class ReviewState:
    """One reviewer's review of one case."""

    review_id: str
    case_id: str
    reviewer: str
    position: int
    form: str
    form_hash: str
    status: str = OPEN
    fields: dict[str, FieldState] = field(default_factory=dict)
    saved_at: str = ""
    submitted_at: str = ""
    receipt: str = ""

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """The answers as the form's rules take them."""
        return {path: f.answer for path, f in self.fields.items() if f.answer is not None}


@dataclass(slots=True)
class CodingState:
    """Who has read which review to its end for coding."""

    done: set[tuple[str, str]] = field(default_factory=set)
    codings: dict[str, Coding] = field(default_factory=dict)


@dataclass(slots=True)
class State:
    """Everything the service knows, folded from the events in order."""

    reviews: dict[str, ReviewState] = field(default_factory=dict)
    by_case: dict[str, list[str]] = field(default_factory=dict)
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    coding: CodingState = field(default_factory=CodingState)
    operations: dict[str, Event] = field(default_factory=dict)
    seq: int = 0

    def apply(self, event: Event) -> None:
        """Fold one event in; unknown kinds are an error, never skipped."""
        getattr(self, f"_{event.kind}")(event)
        self.operations[event.op_id] = event
        self.seq = event.seq

    def case_is_closed(self, case_id: str) -> bool:
        """Say whether every review of the case is locked or handed back, and one is locked."""
        states = [self.reviews[r].status for r in self.by_case.get(case_id, ())]
        return OPEN not in states and LOCKED in states

    def _defined(self, event: Event) -> None:
        self.definitions[event.definition_hash] = event.value
        if event.field == "form":
            self.forms[event.definition_hash] = from_plain(Form, event.value)

    def _assigned(self, event: Event) -> None:
        value = event.value
        self.reviews[event.review_id] = ReviewState(
            event.review_id,
            event.case_id,
            value["reviewer"],
            value["position"],
            value["form"],
            event.definition_hash,
        )
        self.by_case.setdefault(event.case_id, []).append(event.review_id)

    def _answered(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        review.fields[event.field] = FieldState(event.value, event.base_version + 1, event.seq)
        review.saved_at = event.at

    def _submitted(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        review.status = LOCKED
        review.submitted_at = event.at
        review.receipt = receipt(event)

    def _handed_back(self, event: Event) -> None:
        self.reviews[event.review_id].status = HANDED_BACK

    def _coded(self, event: Event) -> None:
        value = event.value
        self.coding.codings[event.op_id] = Coding(
            coding_id=event.op_id,
            review_id=event.review_id,
            case_id=event.case_id,
            item=event.field,
            theme=value["theme"],
            start=value["start"],
            end=value["end"],
            source_hash=value["source_hash"],
            coder=event.actor,
            codebook=value["codebook"],
            codebook_hash=event.definition_hash,
            seq=event.seq,
        )

    def _uncoded(self, event: Event) -> None:
        self.coding.codings.pop(event.value["coding_id"], None)

    def _coding_done(self, event: Event) -> None:
        self.coding.done.add((event.review_id, event.actor))


def receipt(event: Event) -> str:
    """Return the code a reviewer may keep: the start of the submitting event's hash."""
    return f"{event.hash[:4]}-{event.hash[4:8]}".upper()


def replay(events: Iterable[Event]) -> State:
    """Return the state that the events add up to."""
    state = State()
    for event in events:
        state.apply(event)
    return state
