"""Themes on passages of locked reviews: lay one on, take it off, be done with a text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.reviews.people import Person
from lltic.reviews.state import INDEPENDENT, LOCKED, ReviewState, State

__all__ = ["code", "coding_done", "may_code", "text_hash", "uncode"]


def may_code(state: State, person: Person, review: ReviewState) -> bool:
    """Say whether a coder may read this review's text.

    Only once every review of the case is in, and never a case the coder
    reviews: a reviewer who codes would see the other's judgement.
    """
    own = person.name in state.readers(review.case_id)
    closed = review.status == LOCKED and state.case_is_closed(review.case_id)
    return "coder" in person.roles and closed and not own and review.kind == INDEPENDENT


def _text_of(state: State, person: Person, op: Mapping[str, Any]) -> ReviewState:
    review_id = op.get("review_id")
    review = state.reviews.get(review_id) if isinstance(review_id, str) else None
    if review is None or not may_code(state, person, review):
        hint = "Go back to the list of texts."
        raise Refused(Problem("no-such-text", "text", "is not open to you for coding", hint=hint))
    if op.get("case_id") != review.case_id:
        hint = "Nothing was written. Go back to the list of texts and open it again."
        raise Refused(Problem("wrong-case", "case_id", "is not this text's case", hint=hint))
    return review


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text that is coded, so that a coding names its source."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _event(kind: str, review: ReviewState, **more: Any) -> list[dict[str, Any]]:
    place = {"role": "coder", "case_id": review.case_id, "review_id": review.review_id}
    return [{"kind": kind, **place, **more}]


def code(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lay a theme on a passage: ``value`` holds theme, start, end and codebook_hash."""
    review = _text_of(state, person, op)
    path = str(op.get("field"))
    field = review.fields.get(path)
    text = field.answer.get("value") if field and field.answer else None
    if not isinstance(text, str) or not state.form_of(review).is_text(path):
        raise Refused(Problem("no-such-text", "field", "holds no text to code"))
    value = op.get("value")
    wanted = {"theme", "start", "end", "codebook_hash"}
    if not isinstance(value, Mapping) or set(value) != wanted:
        raise Refused(Problem("bad-value", "value", "is not a coding", ", ".join(sorted(wanted))))
    codebook = state.definitions.get(str(value["codebook_hash"]), {})
    themes = [entry["code"] for entry in codebook.get("codes", ())]
    if value["theme"] not in themes:
        raise Refused(Problem("bad-value", "theme", "is not in the codebook", ", ".join(themes)))
    start, end = value["start"], value["end"]
    if not (type(start) is int and type(end) is int and 0 <= start < end <= len(text)):
        raise Refused(
            Problem("bad-value", "passage", "is not inside the text", f"0 to {len(text)}")
        )
    coding = {
        "theme": value["theme"],
        "start": start,
        "end": end,
        "source_hash": text_hash(text),
        "codebook": codebook["name"],
    }
    return _event("coded", review, field=path, value=coding, definition_hash=value["codebook_hash"])


def uncode(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Take one of one's own codings off again: ``value`` holds its coding_id."""
    review = _text_of(state, person, op)
    value = op.get("value")
    coding_id = value.get("coding_id") if isinstance(value, Mapping) else None
    coding = state.coding.codings.get(str(coding_id))
    if coding is None or coding.coder != person.name or coding.review_id != review.review_id:
        raise Refused(Problem("no-such-coding", "coding", "is not one of yours on this text"))
    return _event(
        "uncoded",
        review,
        field=coding.item,
        value={"coding_id": coding_id},
        definition_hash=coding.codebook_hash,
    )


def coding_done(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Say that a text was read to its end."""
    return _event("coding_done", _text_of(state, person, op))
