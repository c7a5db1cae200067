"""A coder's queue and texts: locked reviews, without their authors."""

from __future__ import annotations

from typing import Any

from lltic.errors import Problem, Refused
from lltic.records import Coding, to_plain
from lltic.reviews.desk.coded_texts import documents_of, texts_of
from lltic.reviews.desk.reviewing import evidence_of
from lltic.reviews.desk.room import Room
from lltic.reviews.desk.suggesting import suggestions
from lltic.reviews.people import Person
from lltic.reviews.rules import in_order, latest_codebook, may_code

__all__ = ["queue", "text"]


def queue(room: Room, person: Person) -> dict[str, Any]:
    """Return the reviews whose text a coder may read, in their order, and the codebook.

    Those the coder has, and those with a place for them. Whether anybody else codes a
    text, or is to, cannot be told from it.
    """
    coding = room.state.coding
    codebook_hash, codebook = latest_codebook(room.state)
    open_to = [r for r in room.state.reviews.values() if may_code(room.state, person, r)]
    rows = []
    for review in in_order(room.state, open_to):
        text = coding.text(review.review_id)
        rows.append(
            {
                "review_id": review.review_id,
                "case_id": review.case_id,
                "yours": person.name in text.coders,
                "done": person.name in text.done,
                "codings": len(text.by(person.name)),
            }
        )
    book = {"codebook": codebook, "codebook_hash": codebook_hash}
    return {**room.about(), "texts": rows, **book, "planned": coding.plan is not None}


def text(room: Room, person: Person, review_id: str) -> dict[str, Any]:
    """Return the free texts of one review with what stands beside them, and this coder's codings.

    Of the notes a coder sees the passages that the reviewer laid beside a text, and what
    the documents are called; the documents themselves stay with the reviewers. Only who
    has taken the text sees it, so that the record knows who can no longer review the case.
    """
    review = room.state.reviews.get(review_id)
    if review is None or not may_code(room.state, person, review):
        raise Refused(Problem("no-such-text", "text", "is not open to you for coding"))
    coded = room.state.coding.text(review_id)
    if person.name not in coded.coders:
        hint = "Go back to the list of texts and open it there."
        raise Refused(Problem("not-taken", "this text", "is not yours", hint=hint))
    texts = texts_of(room, review)
    shown = {one["item"] for one in texts}
    return {
        "review_id": review_id,
        "case_id": review.case_id,
        "texts": texts,
        "evidence": [one for one in evidence_of(review) if one["field"] in shown],
        "documents": documents_of(room, review),
        "codings": [_plain(coding) for coding in coded.by(person.name)],
        "yours": person.name in coded.coders,
        "done": person.name in coded.done,
        "final": room.state.coding.is_final(person.name, review_id),
        "suggestions": suggestions(room, person, review),
    }


def _plain(coding: Coding) -> dict[str, Any]:
    """A coder's own coding, without its place in the record: that would tell of others."""
    return {key: value for key, value in to_plain(coding).items() if key != "seq"}
