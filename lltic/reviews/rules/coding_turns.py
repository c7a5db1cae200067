"""Who codes which text: take one, give it back before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.reviews.people import Person
from lltic.reviews.rules.coding import may_code, of_its_case, text_of
from lltic.reviews.rules.refusals import short_text
from lltic.reviews.state import ReviewState, State

__all__ = ["in_order", "release_text", "take_text"]


def in_order(state: State, reviews: list[ReviewState]) -> list[ReviewState]:
    """Return reviews in the order in which their texts are offered.

    As they were submitted, or by the plan's lot. It says nothing of what anybody has done.
    """
    plan = state.coding.plan
    if plan is None or plan.order == "date":
        return sorted(reviews, key=lambda r: (r.submitted_at, r.review_id))
    return sorted(reviews, key=lambda r: (plan.lot("order", r.review_id), r.review_id))


def take_text(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Take the next text in order that has a place, or the named one."""
    review = text_of(state, person, op) if op.get("review_id") else _next(state, person)
    if person.name in state.coding.text(review.review_id).coders:
        raise Refused(Problem("already-yours", "this text", "is yours already"))
    place = {"case_id": review.case_id, "review_id": review.review_id}
    return [{"kind": "text_taken", "role": "coder", **place}]


def _next(state: State, person: Person) -> ReviewState:
    for review in in_order(state, list(state.reviews.values())):
        mine = person.name in state.coding.text(review.review_id).coders
        if not mine and may_code(state, person, review):
            return review
    hint = "Look again later: texts appear when every reviewer of a case has submitted."
    raise Refused(Problem("nothing-to-take", "no text", "waits to be coded", hint=hint))


def release_text(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give a text back that was begun and not finished; its codings by this coder are put aside.

    One's own, as a coder; as a coordinator who does not code somebody else's, with a reason:
    ``value`` then names the ``coder``. What was written stays on record.
    """
    value = op.get("value")
    said = value if isinstance(value, Mapping) else {}
    whose = said.get("coder", person.name)
    if "coordinator" in person.roles and whose != person.name:
        return [_released(_others(state, person, whose, op), "coordinator", whose, op)]
    review = state.reviews.get(str(op.get("review_id")))
    if review is None or whose != person.name or not _begun(state, whose, review):
        raise _not_begun()
    return [_released(of_its_case(review, op), "coder", whose, op)]


def _others(state: State, person: Person, whose: Any, op: Mapping[str, Any]) -> ReviewState:
    if "coder" in person.roles:
        hint = "Ask a coordinator who does not code."
        message = "would tell you who codes what"
        raise Refused(Problem("not-allowed", "this step", message, hint=hint))
    review = state.reviews.get(str(op.get("review_id")))
    if review is None or not isinstance(whose, str) or not _begun(state, whose, review):
        raise _not_begun()
    return of_its_case(review, op)


def _begun(state: State, whose: str, review: ReviewState) -> bool:
    text = state.coding.text(review.review_id)
    coding = whose in text.coders and whose not in text.done
    return coding or (whose == text.settler and not text.settled_at)


def _not_begun() -> Refused:
    message = "is not one that was begun and never finished"
    return Refused(Problem("no-such-text", "text", message, hint="Load the page again."))


def _released(review: ReviewState, role: str, whose: str, op: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": "text_released",
        "role": role,
        "case_id": review.case_id,
        "review_id": review.review_id,
        "value": {"coder": whose},
        "reason": short_text(op, "reason", needed=role == "coordinator"),
    }
