"""What every store does, and the reference: a list.

Nothing is ever changed or removed; appending is all or nothing, and one suite
of tests runs on every store. A record has two books of one structure, the
``events`` and the ``accesses``, each with its own chain.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from lltic.records import Event
from lltic.reviews.record.events import (
    CONTENT,
    GENESIS,
    Draft,
    Stored,
    check_texts,
    digest,
)
from lltic.reviews.record.keys import Keys, MemoryKeys
from lltic.reviews.record.problems import (
    CommitUnknown,
    DuplicateOperation,
    RecordMoved,
    StoreUnavailable,
)
from lltic.reviews.record.sealing import Sealer

__all__ = [
    "Batch",
    "CommitUnknown",
    "DuplicateOperation",
    "EventStore",
    "MemoryStore",
    "RecordMoved",
    "StoreUnavailable",
]


class EventStore(Protocol):
    """What the service needs of a store; safe to call from many threads."""

    @property
    def accesses(self) -> EventStore:
        """The other book: refusals, log-ins, reads by others than the reviewer."""

    @property
    def keys(self) -> Keys:
        """The keys of the cases."""

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Seal drafts and keep them, all or none; returns after the commit.

        Raises
        ------
        DuplicateOperation
            One of them is on record already.
        CommitUnknown
            All of them may be on record: read on, or repeat.
        RecordMoved
            Somebody else wrote meanwhile: read on, and decide again.
        StoreUnavailable
            Nothing was written.
        LlticError
            ``case-erased``, ``bad-text``: these cannot be recorded.
        """

    def batch(self) -> AbstractContextManager[Batch]:
        """Take drafts one by one; all or none are kept when the block ends well.

        Nobody else appends meanwhile; what is raised is what :meth:`append` raises.
        """

    def read(self, after: int = 0) -> Iterator[Event]:
        """Yield events in order, those behind ``seq`` = ``after``."""

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the same as they lie in the record, sealed."""

    def find(self, op_id: str) -> Event | None:
        """Return the event an operation made, or None."""

    def head(self) -> tuple[int, str]:
        """Return the last event's seq and hash, ``(0, GENESIS)`` when there is none."""


class Batch:
    """Drafts that take their places in the chains together, or not at all.

    Parameters
    ----------
    sealer : Sealer
        Makes and opens the stored texts.
    head : (int, str)
        Seq and hash of the event before the first of them.
    review_head : callable
        The hash of the last event of a review so far, empty when there is none.
    """

    def __init__(
        self, sealer: Sealer, head: tuple[int, str], review_head: Callable[[str], str]
    ) -> None:
        self.lines: list[Stored] = []
        self._sealer = sealer
        self._head = head
        self._review_head = review_head
        self._last: dict[str, str] = {}

    def add(self, draft: Draft) -> Event:
        """Give a draft its place; it is on record when the batch is."""
        check_texts(draft)
        self._sealer.prepare([draft])
        value, reason = self._sealer.seal(draft)
        seq, prev_hash = self._head
        review = draft.review_id
        content = {name: getattr(draft, name) for name in CONTENT}
        places: dict[str, Any] = {"seq": seq + 1, "prev_hash": prev_hash, "review_prev_hash": ""}
        if review:
            last = self._last.get(review) or self._review_head(review)
            places["review_prev_hash"] = last or GENESIS
        row = {**content, **places, "value": value, "reason": reason}
        row["hash"] = digest(row)
        self._head = (seq + 1, row["hash"])
        self._last[review] = row["hash"]
        self.lines.append(Stored(**row))
        return Event(**content, **places, hash=row["hash"])


class MemoryStore:
    """The reference: a list. For tests and for thinking."""

    def __init__(self, keys: Keys | None = None, book: str = "events") -> None:
        self.keys: Keys = keys or MemoryKeys()
        self.book = book
        self._sealer = Sealer(self.keys)
        self._lines: list[Stored] = []
        self._operations: dict[str, Stored] = {}
        self._reviews: dict[str, str] = {}
        self._turn = threading.Lock()
        self._accesses: MemoryStore | None = None

    @property
    def accesses(self) -> EventStore:
        """The other book, under the same keys."""
        if self._accesses is None:
            self._accesses = MemoryStore(self.keys, "accesses")
        return self._accesses

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Seal drafts and keep them, all or none."""
        with self.batch() as batch:
            return [batch.add(draft) for draft in drafts]

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Take drafts one by one, and keep them, all or none, when the block ends well."""
        with self._turn:
            batch = Batch(self._sealer, self.head(), lambda review: self._reviews.get(review, ""))
            yield batch
            names = [line.op_id for line in batch.lines]
            if len(set(names)) < len(names) or any(name in self._operations for name in names):
                raise DuplicateOperation()
            self._lines += batch.lines
            self._operations |= {line.op_id: line for line in batch.lines}
            self._reviews |= {line.review_id: line.hash for line in batch.lines}

    def read(self, after: int = 0) -> Iterator[Event]:
        """Yield events in order."""
        for line in self.stored(after):
            yield self._sealer.open(line)

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the same as they lie in the record."""
        yield from self._lines[after:]

    def find(self, op_id: str) -> Event | None:
        """Return the event an operation made, or None."""
        line = self._operations.get(op_id)
        return self._sealer.open(line) if line else None

    def head(self) -> tuple[int, str]:
        """Return the last event's seq and hash."""
        return (self._lines[-1].seq, self._lines[-1].hash) if self._lines else (0, GENESIS)
