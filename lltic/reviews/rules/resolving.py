"""Where those who coded a text differ: somebody else says what stands, without knowing who.

The one who settles is a coder who did not code the text. They see both sides under
letters, keep one side's passages or none for each difference, and say when all is settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.reviews.coding_differences import Difference, compared
from lltic.reviews.people import Person
from lltic.reviews.rules.coding import may_read_text, of_its_case
from lltic.reviews.state import ReviewState, State

__all__ = ["may_settle", "resolve", "resolving_done"]


def may_settle(state: State, person: Person, review: ReviewState) -> bool:
    """Say whether somebody may settle what the coders of a text differ on, or has settled it."""
    text = state.coding.text(review.review_id)
    if not text.is_double or not state.coding.is_closed(review.review_id):
        return False
    if person.name in text.coders or text.settler not in ("", person.name):
        return False
    return may_read_text(state, person, review) and bool(compared(text)[1])


def _text_of(state: State, person: Person, op: Mapping[str, Any]) -> ReviewState:
    review_id = op.get("review_id")
    review = state.reviews.get(review_id) if isinstance(review_id, str) else None
    if review is None or not may_settle(state, person, review):
        hint = "Go back to the list of texts."
        raise Refused(Problem("no-such-text", "text", "is not open to you to settle", hint=hint))
    if state.coding.text(review.review_id).settled_at:
        raise Refused(Problem("coding-final", "this text", "is settled, and stays so"))
    return of_its_case(review, op)


def resolve(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Say what stands of one difference.

    ``value`` holds the ``difference`` and what to ``keep``: the ids of all codings of one
    side, or none. It may be said again until the text is settled.
    """
    review = _text_of(state, person, op)
    value = op.get("value")
    if not isinstance(value, Mapping) or set(value) != {"difference", "keep"}:
        raise Refused(Problem("bad-value", "value", "settles nothing", "difference, keep"))
    found = _difference(state, review, value["difference"])
    sides = [[c.coding_id for c in side] for side in found.sides]
    if value["keep"] not in ([], *sides):
        raise Refused(Problem("bad-value", "keep", "is neither one side's codings nor none"))
    kept = {"difference": found.difference_id, "keep": list(value["keep"])}
    return [_event("resolved", review, field=found.item, value=kept)]


def _difference(state: State, review: ReviewState, wanted: Any) -> Difference:
    for one in compared(state.coding.text(review.review_id))[1]:
        if one.difference_id == wanted:
            return one
    raise Refused(Problem("no-such-difference", "difference", "is not one of this text"))


def resolving_done(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Say that all differences of a text are settled; then it stands."""
    review = _text_of(state, person, op)
    text = state.coding.text(review.review_id)
    left = [d for d in compared(text)[1] if d.difference_id not in text.kept]
    if left:
        message = "have no decision yet"
        raise Refused(Problem("not-settled", "differences", message, count=len(left)))
    return [_event("text_resolved", review)]


def _event(kind: str, review: ReviewState, **more: Any) -> dict[str, Any]:
    place = {"role": "coder", "case_id": review.case_id, "review_id": review.review_id}
    return {"kind": kind, **place, **more}
