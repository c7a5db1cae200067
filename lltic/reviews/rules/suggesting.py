"""Suggestions: who may see which, and when; to ask for them, to set one aside.

A coder sees what a model would have looked at in a text only when their own coding of
it is committed: they have said that they are done with it, as it stands. Where two code
a text blind to each other, both must be done, and where they differ that must be
settled: neither is steered, nor who settles. A theme that somebody has laid on the text
is never suggested for it, nor one that the coder has set aside there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.reviews.coding_differences import is_finished
from lltic.reviews.people import Person
from lltic.reviews.rules.coding import latest_codebook, text_hash, text_of
from lltic.reviews.rules.marking import already_answered, shown_to
from lltic.reviews.rules.refusals import bad_operation
from lltic.reviews.state import ReviewState, State
from lltic.reviews.suggested import OPEN, REJECTED, Offer

__all__ = [
    "is_current",
    "is_done",
    "may_see",
    "reject_suggestion",
    "see_suggestions",
    "unseen",
]


def is_done(state: State, person: Person, review: ReviewState) -> bool:
    """Say whether a coder is done with a review as it is sealed now."""
    place = review.review_id, person.name
    return state.suggested.done_at.get(place) == review.seal != ""


def may_see(state: State, person: Person, review: ReviewState) -> bool:
    """Say whether a coder may be shown more suggestions on a review they may code.

    They are done with it, and what was found in it stands.
    """
    return is_done(state, person, review) and is_finished(state.coding, review.review_id)


def unseen(state: State, person: Person, review: ReviewState) -> list[str]:
    """Return the ids of suggestions that a coder may see and was not shown, in their order."""
    if not may_see(state, person, review):
        return []
    seen = state.suggested.seen_by(review.review_id, person.name)
    found = []
    for item, offer in state.suggested.offers.get(review.review_id, {}).items():
        if not is_current(state, review, item, offer):
            continue
        out = _laid(state, review, item) | _set_aside(state, person, review, item)
        out |= _not_for(state, item)
        themes = {one: state.suggested.by_id[one].theme for one in offer.suggestions}
        found += [one for one, theme in themes.items() if one not in seen and theme not in out]
    return found


def is_current(state: State, review: ReviewState, item: str, offer: Offer) -> bool:
    """Say whether a model spoke of this text as it stands, under the codebook in use."""
    text = review.answers.get(item, {}).get("value")
    same = isinstance(text, str) and text_hash(text) == offer.source_hash
    return same and offer.codebook_hash == latest_codebook(state)[0]


def _laid(state: State, review: ReviewState, item: str) -> set[str]:
    """The themes that were laid on a text, whether they stand or not, and those above them."""
    _, codebook = latest_codebook(state)
    parents = {entry["code"]: entry.get("parent", "") for entry in codebook.get("codes", ())}
    laid: set[str] = set()
    for coding in state.coding.text(review.review_id).codings.values():
        if coding.item == item:
            laid.update(_and_above(coding.theme, parents))
    return laid


def _and_above(theme: str, parents: Mapping[str, str]) -> Iterator[str]:
    while theme:
        yield theme
        theme = parents.get(theme, "")


def _not_for(state: State, item: str) -> set[str]:
    """The themes that the codebook does not allow on the phase of care a text is of."""
    _, codebook = latest_codebook(state)
    phases = {entry["code"]: entry.get("phases", ()) for entry in codebook.get("codes", ())}
    return {code for code, some in phases.items() if some and item.split(".")[0] not in some}


def _set_aside(state: State, person: Person, review: ReviewState, item: str) -> set[str]:
    """The themes a coder has set aside on a text, whichever model suggested them."""
    shown = state.suggested.seen_by(review.review_id, person.name)
    found = [state.suggested.by_id[one] for one in shown]
    return {
        one.theme
        for one in found
        if one.item == item and state.suggested.answer(person.name, one.suggestion_id) == REJECTED
    }


# -- operations --------------------------------------------------------------------------------


def see_suggestions(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Ask for the suggestions on a review; what is asked for is on record before it is shown."""
    review = text_of(state, person, op)
    if not may_see(state, person, review):
        hint = "Read all of the text and say so first."
        raise Refused(Problem("not-coded-yet", "this text", "is not coded yet", hint=hint))
    ids = unseen(state, person, review)
    if not ids:
        raise Refused(Problem("no-suggestions", "this text", "has nothing more to show"))
    return [_event("suggestions_shown", state, review, value={"suggestions": ids})]


def reject_suggestion(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Set a suggestion aside: ``value`` holds its ``suggestion_id``."""
    review = text_of(state, person, op)
    value = op.get("value")
    if not isinstance(value, Mapping) or set(value) != {"suggestion_id"}:
        raise bad_operation("value", "is not a suggestion", "suggestion_id")
    one = shown_to(state, person, review, value["suggestion_id"])
    if state.suggested.answer(person.name, one) != OPEN:
        raise already_answered()
    item = state.suggested.by_id[one].item
    made = _event("suggestion_rejected", state, review, field=item, value={"suggestion_id": one})
    return [made]


def _event(kind: str, state: State, review: ReviewState, **more: Any) -> dict[str, Any]:
    place = {"role": "coder", "case_id": review.case_id, "review_id": review.review_id}
    return {"kind": kind, **place, "definition_hash": latest_codebook(state)[0], **more}
