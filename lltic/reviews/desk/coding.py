"""A coder's queue and texts: locked reviews, without their authors."""

from __future__ import annotations

from typing import Any

from lltic.errors import Problem, Refused
from lltic.records import to_plain
from lltic.reviews.desk.room import Room
from lltic.reviews.people import Person
from lltic.reviews.rules import may_code
from lltic.reviews.state import ReviewState

__all__ = ["queue", "text"]


def queue(room: Room, person: Person) -> dict[str, Any]:
    """Return the reviews whose text a coder may read, and the codebook."""
    done = room.state.coding.done
    codebook_hash, codebook = _codebook(room)
    rows = [
        {
            "review_id": review.review_id,
            "case_id": review.case_id,
            "done": (review.review_id, person.name) in done,
            "codings": _count(room, review, person),
        }
        for review in room.state.reviews.values()
        if may_code(room.state, person, review)
    ]
    return {**room.about(), "texts": rows, "codebook": codebook, "codebook_hash": codebook_hash}


def _count(room: Room, review: ReviewState, person: Person) -> int:
    codings = room.state.coding.codings.values()
    return sum(c.review_id == review.review_id and c.coder == person.name for c in codings)


def _codebook(room: Room) -> tuple[str, dict[str, Any]]:
    """The codebook registered last."""
    books = [(h, d) for h, d in room.state.definitions.items() if "codes" in d]
    return books[-1] if books else ("", {"codes": []})


def text(room: Room, person: Person, review_id: str) -> dict[str, Any]:
    """Return the free texts of one review, and this coder's codings on them."""
    review = room.state.reviews.get(review_id)
    if review is None or not may_code(room.state, person, review):
        raise Refused(Problem("no-such-text", "text", "is not open to you for coding"))
    form = room.state.form_of(review)
    titles = {path: (page.title, item.label) for path, page, item in form.items()}
    texts = [
        {"item": path, "page": titles[path][0], "label": titles[path][1], "text": answer["value"]}
        for path in form.text_items()
        if (answer := review.answers.get(path)) and str(answer.get("value") or "").strip()
    ]
    codings = [
        to_plain(c)
        for c in room.state.coding.codings.values()
        if c.review_id == review_id and c.coder == person.name
    ]
    return {
        "review_id": review_id,
        "case_id": review.case_id,
        "texts": texts,
        "codings": codings,
        "done": (review_id, person.name) in room.state.coding.done,
    }
