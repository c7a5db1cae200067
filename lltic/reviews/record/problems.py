"""What a store can say went wrong, and drivers' errors turned into it."""

from __future__ import annotations

import sqlalchemy as sa

from lltic.errors import LlticError, Problem

__all__ = [
    "CommitUnknown",
    "DuplicateOperation",
    "RecordMoved",
    "StoreUnavailable",
    "driver_errors",
]

HINT = "Nothing was written. Check the disk's space and permissions; it is tried again."


class StoreUnavailable(LlticError):
    """The disk or the database refused; trying again may help, and is safe.

    Nothing was written, unless it is a :class:`CommitUnknown`. Whoever keeps a
    projection brings it up to date (``read(after=...)``) before trying again.
    """


class DuplicateOperation(StoreUnavailable):
    """An operation of the batch is on record already; nothing of the batch was written."""

    def __init__(self) -> None:
        hint = "Read what was recorded since; it was done before."
        super().__init__(
            Problem("duplicate-operation", "the record", "repeats an operation", hint=hint)
        )


class CommitUnknown(StoreUnavailable):
    """The link or the disk failed while committing: the batch is on record whole, or not at all.

    ``find`` tells which. Repeating it is safe: an operation is never recorded twice.
    """

    def __init__(self, what: str) -> None:
        hint = "Check the disk and the link, and try again: nothing is recorded twice."
        message = f"failed at the last moment ({what})"
        super().__init__(Problem("commit-unknown", "the record", message, hint=hint))


class RecordMoved(StoreUnavailable):
    """Somebody else wrote since this writer last did; nothing was written now.

    It can happen when a database took the writer's session away and gave it back
    after another one's. Read on before trying again.
    """

    def __init__(self) -> None:
        hint = "Nothing was written. What is new is read first; it is tried again."
        super().__init__(Problem("record-moved", "the record", "was written to", hint=hint))


class driver_errors:  # noqa: N801 - reads as a statement
    """Turn what a driver raises into one clear error without any stored value."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sa.exc.IntegrityError):
            raise DuplicateOperation() from None
        if isinstance(error, (sa.exc.DBAPIError, sa.exc.TimeoutError)):
            raise unavailable(error) from None


def unavailable(error: BaseException) -> StoreUnavailable:
    """Return the error that says a disk or a database refused."""
    message = f"cannot be used ({named(error)})"
    return StoreUnavailable(Problem("store-unavailable", "the record", message, hint=HINT))


def named(error: BaseException) -> str:
    """Return the kind of a driver's error, never its text: that may quote what was written."""
    return type(getattr(error, "orig", None) or error).__name__
