"""What a coder is told of suggestions on a review: nothing at all before they are done with it."""

from __future__ import annotations

from typing import Any

from lltic.records import SuggestedTheme
from lltic.reviews.desk.room import Room
from lltic.reviews.people import Person
from lltic.reviews.rules.coding import latest_codebook, text_hash
from lltic.reviews.rules.suggesting import is_done, unseen
from lltic.reviews.state import ReviewState
from lltic.reviews.suggested import OPEN

__all__ = ["suggestions"]


def suggestions(room: Room, person: Person, review: ReviewState) -> dict[str, Any]:
    """Return the suggestions on record as shown to a coder, and how many they may ask for.

    ``{"waiting": 0, "shown": []}`` before they may see any, whether there are some or not.
    What was shown stays, also when somebody else comes to code the text after them.
    """
    if not is_done(room.state, person, review):
        return {"waiting": 0, "shown": []}
    suggested = room.state.suggested
    shown = [suggested.by_id[one] for one in suggested.seen_by(review.review_id, person.name)]
    rows = [
        _row(one, *suggested.said_of(person.name, one.suggestion_id))
        for one in shown
        if _speaks_of(room, review, one)
    ]
    wanted = [row for row in rows if row["answer"] != OPEN or _stands(room, review, row)]
    return {"waiting": len(unseen(room.state, person, review)), "shown": wanted}


def _row(one: SuggestedTheme, answer: str, coding_id: str) -> dict[str, Any]:
    return {
        "suggestion_id": one.suggestion_id,
        "item": one.item,
        "theme": one.theme,
        "probability": one.probability,
        "precision": one.precision,
        "words": list(one.words),
        "answer": answer,
        "coding_id": coding_id,
    }


def _speaks_of(room: Room, review: ReviewState, one: SuggestedTheme) -> bool:
    """Whether the text and the codebook are still those that were looked at."""
    text = review.answers.get(one.item, {}).get("value")
    same = isinstance(text, str) and text_hash(text) == one.source_hash
    return same and one.codebook_hash == latest_codebook(room.state)[0]


def _stands(room: Room, review: ReviewState, row: dict[str, Any]) -> bool:
    """Whether the last model that looked still says so."""
    offer = room.state.suggested.offers[review.review_id][row["item"]]
    return row["suggestion_id"] in offer.suggestions
