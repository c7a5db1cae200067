"""What may happen next, and who may do it: one operation in, one draft event out.

Pure functions over the state; the service calls them before anything is
written. Whatever is not plainly allowed is refused, with a reason in words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lltic.errors import Problem, Refused
from lltic.form import check_complete, check_value
from lltic.records import Event
from lltic.reviews.events import Draft
from lltic.reviews.state import LOCKED, OPEN, ReviewState, State

__all__ = ["Conflict", "Person", "decide", "may_code", "review_of", "text_hash"]

ROLES = ("reviewer", "coordinator", "coder", "analyst", "auditor", "administrator")

OPERATION_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

OPERATION_KINDS = ("answer", "submit", "hand_back", "code", "uncode", "coding_done")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    name: str
    label: str
    organisation: str
    roles: tuple[str, ...]


class Conflict(Refused):
    """The field was changed elsewhere since the writer saw it; nothing was overwritten."""

    def __init__(self, path: str, answer: Any, version: int) -> None:
        hint = "Compare the two and keep one; both are safe until then."
        super().__init__(Problem("conflict", path, "was changed in another window", hint=hint))
        self.conflict = {"value": answer, "version": version}


def decide(state: State, person: Person, operation: Mapping[str, Any], at: str) -> Draft | Event:
    """Return the event an operation makes, or the event it already made.

    Parameters
    ----------
    operation : mapping
        ``op_id``, ``kind`` (see ``OPERATION_KINDS``), ``review_id``, ``case_id``
        and what the kind needs: ``field``, ``value``, ``base_version``, ``reason``.
    at : str
        The instant, from the service's clock.

    Raises
    ------
    Refused
        With the problem; :class:`Conflict` carries the other value.
    """
    op_id, kind = operation.get("op_id"), operation.get("kind")
    if not (isinstance(op_id, str) and OPERATION_ID.fullmatch(op_id)):
        raise Refused(
            Problem("bad-operation", "op_id", "is not an operation id", "8-64 letters, digits")
        )
    if kind not in OPERATION_KINDS:
        raise Refused(Problem("bad-operation", "kind", "is not known", ", ".join(OPERATION_KINDS)))
    done = state.operations.get(op_id)
    if done is not None:
        if done.actor == person.name and done.review_id == operation.get("review_id"):
            return done
        raise Refused(Problem("bad-operation", "op_id", "was used for something else"))
    coding = kind in ("code", "uncode", "coding_done")
    find = _text_of if coding else review_of
    review = find(state, person, operation.get("review_id"))
    if operation.get("case_id") != review.case_id:
        hint = "Nothing was written. Go back to the task list and open the case again."
        raise Refused(Problem("wrong-case", "case_id", "is not this review's case", hint=hint))
    draft = _DECISIONS[kind](state, person, review, operation)
    role = "coder" if coding else "reviewer"
    return Draft(
        op_id=op_id,
        at=at,
        actor=person.name,
        role=role,
        organisation=person.organisation,
        case_id=review.case_id,
        review_id=review.review_id,
        **draft,
    )


def review_of(state: State, person: Person, review_id: Any) -> ReviewState:
    """Return a reviewer's own review.

    Somebody else's is refused in the same words as one that does not exist.
    """
    review = state.reviews.get(review_id) if isinstance(review_id, str) else None
    if review is None or review.reviewer != person.name or "reviewer" not in person.roles:
        hint = "Go back to the list of your cases."
        raise Refused(Problem("no-such-review", "review", "is not one of yours", hint=hint))
    return review


def _is_open(review: ReviewState) -> None:
    if review.status != OPEN:
        hint = "It can be read, not changed."
        raise Refused(
            Problem("review-closed", "this review", "was submitted or handed back", hint=hint)
        )


def _answer(state: State, person: Person, review: ReviewState, op: Mapping[str, Any]) -> dict:
    _is_open(review)
    form = state.forms[review.form_hash]
    path, answer = op.get("field"), op.get("value")
    problems = check_value(form, str(path), answer)
    if problems:
        raise Refused(problems)
    known = review.fields.get(str(path))
    version = known.version if known else 0
    if op.get("base_version") != version:
        raise Conflict(str(path), known.answer if known else None, version)
    return {
        "kind": "answered",
        "field": path,
        "value": answer,
        "base_version": version,
        "definition_hash": review.form_hash,
    }


def _submit(state: State, person: Person, review: ReviewState, op: Mapping[str, Any]) -> dict:
    _is_open(review)
    problems = check_complete(state.forms[review.form_hash], review.answers)
    if problems:
        raise Refused(problems)
    return {"kind": "submitted", "definition_hash": review.form_hash}


def _hand_back(state: State, person: Person, review: ReviewState, op: Mapping[str, Any]) -> dict:
    _is_open(review)
    reason = op.get("reason") or ""
    if not isinstance(reason, str) or len(reason) > 2000:
        raise Refused(
            Problem("bad-value", "reason", "is not a short text", "up to 2,000 characters")
        )
    return {"kind": "handed_back", "reason": reason, "definition_hash": review.form_hash}


def may_code(state: State, person: Person, review: ReviewState) -> bool:
    """Say whether a coder may read this review's text.

    Only once every review of the case is in, and never a case the coder
    reviews: a reviewer who codes would see the other's judgement.
    """
    own = any(state.reviews[r].reviewer == person.name for r in state.by_case[review.case_id])
    closed = review.status == LOCKED and state.case_is_closed(review.case_id)
    return "coder" in person.roles and closed and not own


def _text_of(state: State, person: Person, review_id: Any) -> ReviewState:
    review = state.reviews.get(review_id) if isinstance(review_id, str) else None
    if review is None or not may_code(state, person, review):
        hint = "Go back to the list of texts."
        raise Refused(Problem("no-such-text", "text", "is not open to you for coding", hint=hint))
    return review


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text that is coded, so that a coding names its source."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _code(state: State, person: Person, review: ReviewState, op: Mapping[str, Any]) -> dict:
    field = review.fields.get(str(op.get("field")))
    text = field.answer.get("value") if field and field.answer else None
    if not isinstance(text, str) or str(op.get("field")) not in _text_items(state, review):
        raise Refused(Problem("no-such-text", "field", "holds no text to code"))
    value = op.get("value")
    wanted = {"theme", "start", "end", "codebook_hash"}
    if not isinstance(value, Mapping) or set(value) != wanted:
        raise Refused(Problem("bad-value", "value", "is not a coding", ", ".join(sorted(wanted))))
    codebook = state.definitions.get(value["codebook_hash"], {})
    themes = [code["code"] for code in codebook.get("codes", ())]
    if value["theme"] not in themes:
        raise Refused(Problem("bad-value", "theme", "is not in the codebook", ", ".join(themes)))
    start, end = value["start"], value["end"]
    if not (type(start) is int and type(end) is int and 0 <= start < end <= len(text)):
        raise Refused(
            Problem("bad-value", "passage", "is not inside the text", f"0 to {len(text)}")
        )
    return {
        "kind": "coded",
        "field": op["field"],
        "value": {
            "theme": value["theme"],
            "start": start,
            "end": end,
            "source_hash": text_hash(text),
            "codebook": codebook["name"],
        },
        "definition_hash": value["codebook_hash"],
    }


def _text_items(state: State, review: ReviewState) -> tuple[str, ...]:
    return state.forms[review.form_hash].text_items()


def _uncode(state: State, person: Person, review: ReviewState, op: Mapping[str, Any]) -> dict:
    coding_id = str((op.get("value") or {}).get("coding_id"))
    coding = state.coding.codings.get(coding_id)
    if coding is None or coding.coder != person.name or coding.review_id != review.review_id:
        raise Refused(Problem("no-such-coding", "coding", "is not one of yours on this text"))
    value = {"coding_id": coding_id}
    return {
        "kind": "uncoded",
        "field": coding.item,
        "value": value,
        "definition_hash": coding.codebook_hash,
    }


def _coding_done(state: State, person: Person, review: ReviewState, op: Mapping[str, Any]) -> dict:
    return {"kind": "coding_done"}


_DECISIONS = {
    "answer": _answer,
    "submit": _submit,
    "hand_back": _hand_back,
    "code": _code,
    "uncode": _uncode,
    "coding_done": _coding_done,
}
