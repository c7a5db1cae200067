"""What is said when something is not allowed; the same words whether it exists or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem, Refused

__all__ = ["Conflict", "bad_operation", "not_yours", "short_text"]

MAX_REASON = 2000


class Conflict(Refused):
    """The thing was changed elsewhere since the writer saw it; nothing was overwritten."""

    def __init__(self, path: str, answer: Any, version: int, at: str = "") -> None:
        hint = "Compare the two and keep one; both are safe until then."
        super().__init__(Problem("conflict", path, "was changed in another window", hint=hint))
        self.conflict = {"value": answer, "version": version, "at": at}


def bad_operation(where: str, message: str, allowed: str = "") -> Refused:
    """Return the refusal of an operation that is not well made."""
    return Refused(Problem("bad-operation", where, message, allowed))


def not_yours() -> Refused:
    """Return the refusal of a review that is somebody else's, or not there at all."""
    hint = "Go back to the list of your cases."
    return Refused(Problem("no-such-review", "review", "is not one of yours", hint=hint))


def short_text(operation: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
    """Return an operation's short text; refused when it is none, or needed and blank."""
    text = operation.get(key) or ""
    if not isinstance(text, str) or len(text) > MAX_REASON or (needed and not text.strip()):
        allowed = f"{'1 to' if needed else 'up to'} {MAX_REASON:,} characters"
        raise Refused(Problem("bad-value", key, "is not a short text", allowed))
    return text
