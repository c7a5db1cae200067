"""One event, and the chain that makes a change to any of them visible.

An event's hash is the SHA-256 of its own canonical JSON together with the hash
of the event before it; the first follows :data:`GENESIS`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from typing import Any

from lltic.records import Event

__all__ = ["GENESIS", "KINDS", "Draft", "digest", "seal", "value_text"]

GENESIS = "0" * 64

KINDS = (
    "defined",  # a form or codebook, whole, before anything is made under it
    "assigned",  # a case given to a reviewer
    "answered",  # one item answered, changed or cleared
    "submitted",  # a review locked
    "handed_back",  # a case returned by its reviewer
    "coded",  # a theme laid on a passage
    "uncoded",  # and taken off again
    "coding_done",  # a coder has read a review to its end
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that has not taken its place in the record yet; see :class:`Event`."""

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


_CONTENT = tuple(f.name for f in fields(Draft))


def value_text(value: Any) -> str:
    """Return an event's value as the canonical JSON text that is stored and hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(content: Draft | Event, seq: int, prev_hash: str) -> str:
    """Return the hash of an event at a place in the chain."""
    body = [seq, prev_hash, *(getattr(content, name) for name in _CONTENT)]
    return hashlib.sha256(value_text(body).encode("utf-8", "surrogatepass")).hexdigest()


def seal(draft: Draft, seq: int, prev_hash: str) -> Event:
    """Return the draft as the event at place ``seq``, after the one with ``prev_hash``."""
    content = {name: getattr(draft, name) for name in _CONTENT}
    return Event(seq=seq, prev_hash=prev_hash, hash=digest(draft, seq, prev_hash), **content)
