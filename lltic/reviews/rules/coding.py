"""Themes on passages of locked reviews: lay one on, take it off, be done with a text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.records import Coding
from lltic.reviews.people import Person
from lltic.reviews.rules.marking import mark
from lltic.reviews.state import INDEPENDENT, LOCKED, ReviewState, State

__all__ = [
    "code",
    "coding_done",
    "is_blind",
    "latest_codebook",
    "may_code",
    "may_read_text",
    "text_hash",
    "text_of",
    "uncode",
]

NEEDED = frozenset({"theme", "start", "end", "codebook_hash"})
OPTIONAL = frozenset({"polarity", "suggestion"})


def may_read_text(state: State, person: Person, review: ReviewState) -> bool:
    """Say whether a coder may read this review's text at all.

    Only once every review of the case is in, and never a case the coder reviews: a
    reviewer who codes would see the other's judgement. Nor one with which they have
    declared a conflict of interest.
    """
    own = person.name in state.readers(review.case_id)
    barred = own or state.is_barred(person.name, review.case_id)
    closed = review.status == LOCKED and state.case_is_closed(review.case_id)
    return "coder" in person.roles and closed and not barred and review.kind == INDEPENDENT


def may_code(state: State, person: Person, review: ReviewState) -> bool:
    """Say whether a coder codes this review's text, or may begin to."""
    place = state.coding.has_place(person.name, review.review_id)
    return place and may_read_text(state, person, review)


def is_blind(state: State, review: ReviewState) -> bool:
    """Say whether somebody who codes a text, or is still to code it, is not done with it."""
    return not state.coding.is_closed(review.review_id)


def latest_codebook(state: State) -> tuple[str, dict[str, Any]]:
    """Return the codebook in force, the one registered last, with its hash; or an empty one."""
    books = [(digest, d) for digest, d in state.definitions.items() if "codes" in d]
    return books[-1] if books else ("", {"codes": []})


def text_of(state: State, person: Person, op: Mapping[str, Any]) -> ReviewState:
    """Return the review whose text an operation is about; refused where it is not open."""
    review_id = op.get("review_id")
    review = state.reviews.get(review_id) if isinstance(review_id, str) else None
    if review is None or not may_code(state, person, review):
        hint = "Go back to the list of texts."
        raise Refused(Problem("no-such-text", "text", "is not open to you for coding", hint=hint))
    return of_its_case(review, op)


def of_its_case(review: ReviewState, op: Mapping[str, Any]) -> ReviewState:
    """Refuse an operation that names another case than its text's."""
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


def _check_open(state: State, person: Person, review: ReviewState, suggestion: str = "") -> None:
    """Refuse a change to codings that are final."""
    if state.coding.is_final(person.name, review.review_id, suggestion):
        message = "was said to be read to its end, and can no longer be changed"
        hint = "Write to your coordinator if something important is missing."
        raise Refused(Problem("coding-final", "your coding of this text", message, hint=hint))


def code(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lay a theme on a passage: ``value`` holds theme, start, end and codebook_hash.

    It may hold a ``polarity``, one of those that the codebook lets the theme show, and the
    ``suggestion`` that it answers: such a one may come when the coding is final. Laying the
    first one takes the text.
    """
    review = text_of(state, person, op)
    value = op.get("value")
    if not (isinstance(value, Mapping) and "suggestion" in value):
        _check_open(state, person, review)
    path = str(op.get("field"))
    field = review.fields.get(path)
    text = field.answer.get("value") if field and field.answer else None
    if not isinstance(text, str) or not state.form_of(review).is_text(path):
        raise Refused(Problem("no-such-text", "field", "holds no text to code"))
    if not isinstance(value, Mapping) or set(value) - OPTIONAL != NEEDED:
        raise Refused(Problem("bad-value", "value", "is not a coding", ", ".join(sorted(NEEDED))))
    codebook = _codebook(state, value["codebook_hash"])
    polarity = _fitting(codebook, value, path.split(".")[0])
    marked = mark(state, person, review, path, value)
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
        **({"polarity": polarity} if polarity else {}),
        **({"suggestion": marked} if marked else {}),
    }
    return _event("coded", review, field=path, value=coding, definition_hash=value["codebook_hash"])


def _codebook(state: State, digest: Any) -> dict[str, Any]:
    """Return the codebook that a coding names, which must be the one in force."""
    in_force, codebook = latest_codebook(state)
    if not in_force or digest != in_force:
        hint = "Load the page again: there is another version of the codebook now."
        raise Refused(Problem("bad-value", "codebook_hash", "is not the one in use", hint=hint))
    return codebook


def _fitting(codebook: Mapping[str, Any], value: Mapping[str, Any], phase: str) -> str:
    """Return the polarity of a coding whose theme may stand on this phase of care and show it."""
    entries = {entry["code"]: entry for entry in codebook["codes"]}
    theme, polarity = value["theme"], value.get("polarity", "")
    entry = entries.get(theme) if isinstance(theme, str) else None
    if entry is None:
        raise Refused(Problem("bad-value", "theme", "is not in the codebook", ", ".join(entries)))
    phases = entry.get("phases", ())
    if phases and phase not in phases:
        message = "is not for this phase of care"
        raise Refused(Problem("bad-value", "theme", message, ", ".join(phases)))
    if not isinstance(polarity, str) or polarity not in ("", *entry.get("polarity", ())):
        allowed = ", ".join(entry.get("polarity", ()))
        raise Refused(Problem("bad-value", "polarity", "is not one this theme can show", allowed))
    return polarity


def uncode(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Take one of one's own codings off again: ``value`` holds its coding_id."""
    review = text_of(state, person, op)
    coding = _own_coding(state, person, review, op.get("value"))
    _check_open(state, person, review, coding.suggestion)
    return _event(
        "uncoded",
        review,
        field=coding.item,
        value={"coding_id": coding.coding_id},
        definition_hash=coding.codebook_hash,
    )


def _own_coding(state: State, person: Person, review: ReviewState, value: Any) -> Coding:
    coding_id = value.get("coding_id") if isinstance(value, Mapping) else None
    coding = state.coding.text(review.review_id).codings.get(str(coding_id))
    if coding is None or coding.coder != person.name:
        raise Refused(Problem("no-such-coding", "coding", "is not one of yours on this text"))
    return coding


def coding_done(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Say that a text was read to its end."""
    return _event("coding_done", text_of(state, person, op))
