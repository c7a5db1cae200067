"""One event, and the two chains that make a change to any of them visible.

An event takes its place by being *stored*: its value and its reason become
texts (sealed with the case's key when it belongs to a case, see
:mod:`lltic.reviews.record.sealing`), and its hash is the SHA-256 of those texts
together with the hash of the event before it and of the event before it in the
same review. So whoever has the record alone can check the chains, and a case
whose key is gone leaves them whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from lltic.errors import LlticError, Problem

__all__ = [
    "ACCESS_KINDS",
    "BOOKS",
    "ERASED",
    "GENESIS",
    "KINDS",
    "UNCHAINED",
    "Draft",
    "Stored",
    "digest",
    "value_text",
]

GENESIS = "0" * 64

UNCHAINED = "-"
"""Stands for the hash before it in the review, in events from before there was such a chain."""

KINDS = (
    "defined",  # a form or codebook, whole, before anything is made under it
    "assigned",  # a case given to a reviewer
    "offered",  # a case open to whoever takes it
    "taken",  # and taken, or taken over
    "given",  # and given to somebody by a coordinator
    "barred",  # who may not read a case, by a declared conflict of interest
    "answered",  # one item answered, changed or cleared
    "submitted",  # a review locked
    "cited",  # a passage of the notes laid beside an answer
    "uncited",  # and taken away again
    "handed_back",  # a case returned by its reviewer
    "reopened",  # a locked review opened again, with a reason
    "opened",  # a review that follows from others: adjudication, consensus, stage 2
    "escalated",  # a concern handed on, and what became of it
    "escalation_updated",
    "unblinded",  # the blind broken, with a reason
    "coded",  # a theme laid on a passage
    "uncoded",  # and taken off again
    "coding_done",  # a coder has read a review to its end
    "coding_planned",  # how the coding goes: what is coded twice, and when it may stop
    "text_taken",  # a review's words taken by a coder
    "text_released",  # and given back before they were done
    "resolved",  # of two coders' differences, what stands of one
    "text_resolved",  # and that all of a text are settled
    "suggested",  # what a model would have looked at in a text; nobody sees it yet
    "suggestions_shown",  # handed to a coder who is done with the text
    "suggestion_rejected",  # and set aside by them; one that is taken is a coding
    "held",  # kept for a court or an inquiry, whatever its age
    "hold_released",
    "retention_set",  # how long it is kept
    "erased",  # its key destroyed
)

ACCESS_KINDS = (
    "refused",  # something asked for and not given
    "read",  # somebody else's review, note or text opened
    "logged_in",
    "login_failed",
    "locked_out",
    "signed",  # who they are, shown again for one act
    "logged_out",
)

BOOKS: Mapping[str, tuple[str, ...]] = {"events": KINDS, "accesses": ACCESS_KINDS}
"""The two books of a record, and what each one says."""


class _Erased(str):
    """The one text that no person wrote: compare it with ``is``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ERASED"

    def __copy__(self) -> _Erased:
        return self

    def __deepcopy__(self, memo: object) -> _Erased:
        return self

    def __reduce__(self) -> str:
        return "ERASED"


ERASED: Final = _Erased("[erased]")
"""What an event's value (and its reason, if it had one) is once its case was erased."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A :class:`~lltic.records.Event` that has not taken its place in the record yet."""

    op_id: str
    at: str
    actor: str
    role: str
    organisation: str
    kind: str
    case_id: str = ""
    review_id: str = ""
    field: str = ""
    value: Any = None
    base_version: int = 0
    reason: str = ""
    definition_hash: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it lies in the record: ``value`` and ``reason`` are the stored texts."""

    seq: int
    op_id: str
    at: str
    actor: str
    role: str
    organisation: str
    kind: str
    case_id: str
    review_id: str
    field: str
    value: str
    base_version: int
    reason: str
    definition_hash: str
    review_prev_hash: str
    prev_hash: str
    hash: str


CONTENT = tuple(f.name for f in fields(Draft))
COLUMNS = tuple(f.name for f in fields(Stored))
TEXTS = tuple(name for name in CONTENT if name not in ("value", "base_version"))


def value_text(value: Any) -> str:
    """Return an event's value as canonical JSON text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(stored: Stored | Mapping[str, Any]) -> str:
    """Return the hash that an event's stored texts and its place in the chains give.

    An event from before there was a chain per review is hashed as it was then.
    """
    row = stored if isinstance(stored, Mapping) else {n: getattr(stored, n) for n in COLUMNS}
    content = {name: row[name] for name in CONTENT}
    places = [row["seq"], row["prev_hash"], row["review_prev_hash"]]
    if row["review_prev_hash"] == UNCHAINED:
        places.pop()
        content["value"] = json.loads(content["value"])
    body = value_text([*places, *content.values()])
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def check_texts(draft: Draft) -> None:
    """Raise :class:`LlticError` (``bad-text``) for what no store can keep."""
    for name in TEXTS:
        text = getattr(draft, name)
        if "\0" in text or not _encodable(text):
            raise LlticError(Problem("bad-text", name, "holds half a character or a NUL"))
    if not _encodable(value_text(draft.value)):
        raise LlticError(Problem("bad-text", "value", "holds half a character"))


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
