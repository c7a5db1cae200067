"""Evidence: a passage of the notes beside an answer, and taken away again.

Whether the passage stands in the document as it says is checked by the desk,
which can read documents; here is who may cite, where, and what a passage is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.reviews.people import Person
from lltic.reviews.rules.reviewing import event_of, open_review
from lltic.reviews.state import State

__all__ = ["cite", "uncite"]

MAX_QUOTE = 4_000
"""Characters of one passage: a long page of notes."""

MAX_CITED = 500
"""Passages of one review."""

PASSAGE = ("document", "sha256", "page", "start", "end", "text")


def cite(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lay a passage of the case's notes beside an item.

    ``value`` holds ``document``, ``sha256`` of its text, ``page`` from 1, ``start`` and
    ``end`` in code points of that page's text, and ``text``, the passage itself.
    """
    review = open_review(state, person, op)
    path, value = op.get("field"), op.get("value")
    if not isinstance(path, str) or state.form_of(review).item(path) is None:
        raise Refused(Problem("unknown-item", "field", "is not an item of this form"))
    if not isinstance(value, Mapping) or set(value) != set(PASSAGE) or not _is_passage(value):
        allowed = f"{', '.join(PASSAGE)}; up to {MAX_QUOTE:,} characters"
        raise Refused(Problem("bad-value", "value", "is not a passage", allowed))
    if len(review.cited) >= MAX_CITED:
        hint = "Take one away first."
        raise Refused(
            Problem("too-many-passages", "evidence", f"is {MAX_CITED} already", hint=hint)
        )
    return [event_of("cited", review, field=path, value=dict(value))]


def _is_passage(value: Mapping[str, Any]) -> bool:
    document, sha256, text = value["document"], value["sha256"], value["text"]
    page, start, end = (value[name] for name in ("page", "start", "end"))
    if not (isinstance(document, str) and isinstance(text, str) and isinstance(sha256, str)):
        return False
    if not all(type(number) is int and number < 2**31 for number in (page, start, end)):
        return False
    inside = page >= 1 and 0 <= start < end <= start + MAX_QUOTE
    named = 1 <= len(document) <= 100 and re.fullmatch("[0-9a-f]{64}", sha256) is not None
    return inside and named and len(text) == end - start


def uncite(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Take a passage away again: ``value`` holds its ``citation_id``."""
    review = open_review(state, person, op)
    value = op.get("value")
    citation_id = value.get("citation_id") if isinstance(value, Mapping) else None
    known = review.cited.get(citation_id) if isinstance(citation_id, str) else None
    if known is None:
        raise Refused(Problem("no-such-passage", "evidence", "is not in this review"))
    return [event_of("uncited", review, field=known.item, value={"citation_id": citation_id})]
