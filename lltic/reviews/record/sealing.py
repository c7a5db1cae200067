"""What is written about a case, under a key of its own: without the key it is gone for good.

Values and reasons of a case's events are sealed with AES-SIV (RFC 5297) under a
random key of that case. The same text in the same event seals to the same bytes,
so a repeated write is the same write; the event's name, kind, case, review and
field are bound in, so a sealed text means nothing anywhere else. The chains
cover the sealed text: erasing a case's key leaves them whole.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from lltic.errors import LlticError, Problem
from lltic.records import Event
from lltic.reviews.record.events import (
    ACCESS_KINDS,
    COLUMNS,
    ERASED,
    UNCHAINED,
    Draft,
    Stored,
    value_text,
)
from lltic.reviews.record.keys import Keys

__all__ = ["OPEN_KINDS", "Sealer", "is_sealed"]

OPEN_KINDS = frozenset({"held", "hold_released", "retention_set", "erased", *ACCESS_KINDS})
"""What is said about keeping a case, and who asked for it: both outlast what was written in it."""

MARK = "siv1:"
"""Begins every sealed text, and no JSON text."""


def belongs_to_case(event: Draft | Stored | Event) -> bool:
    """Say whether what an event holds is the case's, and goes with it."""
    return bool(event.case_id) and event.kind not in OPEN_KINDS


def is_sealed(event: Stored | Event) -> bool:
    """Say whether an event's texts lie sealed in the record.

    A line of the book of accesses that names a case was, once; its own text says so.
    """
    if event.kind in ACCESS_KINDS:
        return isinstance(event.value, str) and event.value.startswith(MARK)
    return belongs_to_case(event) and event.review_prev_hash != UNCHAINED


class Sealer:
    """Turns a draft's value and reason into stored texts, and back.

    Parameters
    ----------
    keys : Keys
        Where the cases' keys are.
    """

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        # AESSIV expands its key when it is made: once per case is enough.
        self._ciphers: dict[bytes, AESSIV] = {}

    def prepare(self, drafts: list[Draft]) -> None:
        """Make the keys that are needed, on disk before the first event under them.

        Raises
        ------
        LlticError
            ``case-erased`` when a case's key was destroyed: nothing is added to it.
        """
        self.keys.make({draft.case_id for draft in drafts if belongs_to_case(draft)})

    def seal(self, draft: Draft) -> tuple[str, str]:
        """Return the stored texts of a draft's value and reason."""
        value = value_text(draft.value)
        if not belongs_to_case(draft):
            return value, draft.reason
        cipher = self._cipher(draft.case_id)
        if cipher is None:  # prepare() refuses these; nothing may be stored in the open instead
            raise LlticError(Problem("case-erased", draft.case_id, "was erased"))
        return (
            _seal(cipher, value, _bound(draft, "value")),
            _seal(cipher, draft.reason, _bound(draft, "reason")) if draft.reason else "",
        )

    def open(self, stored: Stored) -> Event:
        """Return an event as people may read it; :data:`ERASED` where its key is gone.

        Raises
        ------
        LlticError
            ``no-case-key`` when the key is missing though the case was not erased,
            ``record-damaged`` when the stored text is not what was sealed.
        """
        content: dict[str, Any] = {name: getattr(stored, name) for name in COLUMNS}
        if not is_sealed(stored):
            return Event(**{**content, "value": _parsed(stored, stored.value)})
        cipher = self._cipher(stored.case_id)
        if cipher is None:
            reason = ERASED if stored.reason else ""
            return Event(**{**content, "value": ERASED, "reason": reason})
        value = _open(cipher, stored, stored.value, "value")
        reason = _open(cipher, stored, stored.reason, "reason") if stored.reason else ""
        return Event(**{**content, "value": _parsed(stored, value), "reason": reason})

    def _cipher(self, case_id: str) -> AESSIV | None:
        key = self.keys.find(case_id)
        if key is None:
            return None
        if key not in self._ciphers:
            self._ciphers[key] = AESSIV(key)
        return self._ciphers[key]


def _bound(event: Draft | Stored, part: str) -> list[bytes]:
    # One text rather than several: nobody need wonder how empty ones are told apart.
    names = [event.op_id, event.kind, event.case_id, event.review_id, event.field, part]
    return [value_text(names).encode()]


def _seal(cipher: AESSIV, text: str, bound: list[bytes]) -> str:
    sealed = cipher.encrypt(text.encode(), bound)
    return MARK + base64.urlsafe_b64encode(sealed).decode("ascii")


def _open(cipher: AESSIV, stored: Stored, text: str, part: str) -> str:
    try:
        if not text.startswith(MARK):
            raise ValueError
        sealed = base64.urlsafe_b64decode(text.removeprefix(MARK).encode("ascii"))
        return cipher.decrypt(sealed, _bound(stored, part)).decode()
    except (InvalidTag, ValueError, binascii.Error):
        raise LlticError(_damaged(stored)) from None


def _parsed(stored: Stored, text: str) -> Any:
    parse: Callable[[str], Any] = json.loads
    try:
        return parse(text)
    except ValueError:
        raise LlticError(_damaged(stored)) from None


def _damaged(stored: Stored) -> Problem:
    hint = "Run 'lltic audit store'; it names what was changed. Restore the last good backup."
    return Problem("record-damaged", f"event {stored.seq}", "is not what was written", hint=hint)
