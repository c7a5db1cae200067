"""A coder's queue and texts: locked reviews, without their authors."""

from __future__ import annotations

from typing import Any

from lltic.errors import Problem, Refused
from lltic.form import Form, asked, is_relevant
from lltic.records import to_plain
from lltic.reviews.desk.reviewing import evidence_of
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
    """Return the free texts of one review with what stands beside them, and this coder's codings.

    Of the notes a coder sees the passages that the reviewer laid beside a text, and what
    the documents are called; the documents themselves stay with the reviewers.
    """
    review = room.state.reviews.get(review_id)
    if review is None or not may_code(room.state, person, review):
        raise Refused(Problem("no-such-text", "text", "is not open to you for coding"))
    texts = _texts(room, review)
    shown = {one["item"] for one in texts}
    codings = [
        to_plain(c)
        for c in room.state.coding.codings.values()
        if c.review_id == review_id and c.coder == person.name
    ]
    return {
        "review_id": review_id,
        "case_id": review.case_id,
        "texts": texts,
        "evidence": [one for one in evidence_of(review) if one["field"] in shown],
        "documents": _documents(room, review),
        "codings": codings,
        "done": (review_id, person.name) in room.state.coding.done,
    }


def _texts(room: Room, review: ReviewState) -> list[dict[str, Any]]:
    """Every free text that was asked for and written, in the order of the form."""
    form = room.state.form_of(review)
    found = []
    for path, page, item in asked(form, review.answers):
        words = review.answers.get(path, {}).get("value")
        if item.type == "text" and is_relevant(path, item, form, review.answers) and words:
            label = f"{item.label}{_entry_words(form, review, path)}"
            found.append({"item": path, "page": page.title, "label": label, "text": str(words)})
    return [one for one in found if one["text"].strip()]


def _entry_words(form: Form, review: ReviewState, path: str) -> str:
    """Which entry a question is of, such as " (problem 2)"."""
    entry = form.entry(path)
    if entry is None:
        return ""
    ids = review.answers[entry.path]["value"]
    return f" ({entry.group.entry} {ids.index(entry.entry_id) + 1})"


def _documents(room: Room, review: ReviewState) -> list[dict[str, str]]:
    """What the documents that are cited are called; not what else the case has."""
    cited = {one.document for one in review.cited.values()}
    known = room.casebook.get(review.case_id, {}).get("documents", ())
    return [
        {"id": d["id"], "title": d.get("title", ""), "date": d.get("date", "")}
        for d in known
        if d["id"] in cited
    ]
