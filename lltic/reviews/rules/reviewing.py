"""A person's own review: answer, submit, hand back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.form import check_complete, check_value
from lltic.reviews.people import Person
from lltic.reviews.rules.refusals import Conflict, not_yours, short_text
from lltic.reviews.rules.settling import after_hand_back, after_lock
from lltic.reviews.state import ADJUDICATION, OPEN, STAGE_2, FieldState, ReviewState, State

__all__ = ["answer", "event_of", "hand_back", "open_review", "review_of", "submit"]


def review_of(state: State, person: Person, review_id: Any) -> ReviewState:
    """Return a review that a person may write.

    Somebody else's is refused in the same words as one that does not exist.
    """
    review = state.reviews.get(review_id) if isinstance(review_id, str) else None
    if review is None or person.name not in review.members or _role(review) not in person.roles:
        raise not_yours()
    if state.is_read_again(review):
        hint = "Send in your second reading, or hand it back; then this one is shown again."
        message = "is kept from you while you read the case again"
        raise Refused(Problem("read-again", "your first reading", message, hint=hint))
    return review


def _role(review: ReviewState) -> str:
    return "adjudicator" if review.kind in (ADJUDICATION, STAGE_2) else "reviewer"


def open_review(state: State, person: Person, operation: Mapping[str, Any]) -> ReviewState:
    """Return the review an operation is about, when the person may change it now."""
    review = review_of(state, person, operation.get("review_id"))
    if operation.get("case_id") != review.case_id:
        hint = "Nothing was written. Go back to the task list and open the case again."
        raise Refused(Problem("wrong-case", "case_id", "is not this review's case", hint=hint))
    if review.status != OPEN:
        hint = "It can be read, not changed."
        raise Refused(
            Problem("review-closed", "this review", "was submitted or handed back", hint=hint)
        )
    return review


def event_of(kind: str, review: ReviewState, **more: Any) -> dict[str, Any]:
    """Return an event of a review, made under its form."""
    return {
        "kind": kind,
        "role": _role(review),
        "case_id": review.case_id,
        "review_id": review.review_id,
        "definition_hash": review.form_hash,
        **more,
    }


def answer(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Answer one item, change it or clear it; ``base_version`` is the version last seen."""
    review = open_review(state, person, op)
    path, given = op.get("field"), op.get("value")
    if not isinstance(path, str) or state.form_of(review).item(path) is None:
        # What was sent is not repeated: it may be anything.
        raise Refused(Problem("unknown-item", "field", "is not an item of this form"))
    problems = check_value(state.form_of(review), path, given)
    if problems:
        raise Refused(problems)
    known = review.fields.get(str(path))
    version = known.version if known else 0
    if op.get("base_version") != version:
        known = known or FieldState(None, 0, 0)
        raise Conflict(str(path), known.answer, version, known.at)
    return [event_of("answered", review, field=path, value=given, base_version=version)]


def submit(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Put one's name to a review; it locks when everybody has who writes in it."""
    review = open_review(state, person, op)
    problems = check_complete(state.form_of(review), review.answers)
    if problems:
        raise Refused(problems)
    made = [event_of("submitted", review)]
    if {*review.signed, person.name} >= set(review.members):
        made += after_lock(state, review)
    return made


def hand_back(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give a case back, with or without a reason; somebody else may take it."""
    review = open_review(state, person, op)
    if len(review.members) > 1:
        hint = "Agree with the other, or ask your coordinator."
        raise Refused(Problem("not-yours-alone", "a consensus", "cannot be handed back", hint=hint))
    reason = short_text(op, "reason")
    declined = {"declined": not review.fields}
    return [
        event_of("handed_back", review, reason=reason, value=declined),
        *after_hand_back(state, review),
    ]
