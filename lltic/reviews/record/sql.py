"""The record in SQLite or PostgreSQL, one schema, through SQLAlchemy.

``append`` returns only after the commit is on disk (SQLite in WAL mode with
``synchronous=FULL``; PostgreSQL as its server is set, which is the same).
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from lltic.clock import Clock, system_clock, to_text
from lltic.records import Event
from lltic.reviews.record.engines import for_writing
from lltic.reviews.record.events import COLUMNS, GENESIS, UNCHAINED, Draft, Stored
from lltic.reviews.record.keys import Keys, MemoryKeys
from lltic.reviews.record.problems import CommitUnknown, RecordMoved, driver_errors, named
from lltic.reviews.record.schema import TABLES, check_version, upgrade
from lltic.reviews.record.sealing import Sealer
from lltic.reviews.record.store import Batch, EventStore

__all__ = ["SqlStore"]


class SqlStore:
    """One book of a record in a database.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        For writing; see :mod:`lltic.reviews.record.engines`.
    reader : sqlalchemy.Engine, optional
        For reading, where the writer's connection is for writing alone.
    keys : Keys
        Where the cases' keys are.
    create : bool
        Bring the schema up to date; for the one writer only. A reader takes a
        record of any age as it is.
    clock : Clock
        Says when a step of the schema was taken.
    book : str
        ``events`` or ``accesses``.
    """

    def __init__(
        self,
        engine: sa.Engine,
        keys: Keys | None = None,
        *,
        reader: sa.Engine | None = None,
        create: bool = True,
        clock: Clock = system_clock,
        book: str = "events",
    ) -> None:
        self.engine = engine
        self._writer = for_writing(engine)
        self._reader = reader or engine
        self.keys: Keys = keys or MemoryKeys()
        self.book = book
        self._table = TABLES[book]
        self._sealer = Sealer(self.keys)
        # Waiting here is fair; waiting for the database's own lock is by luck.
        self._turn = threading.Lock()
        self._known: tuple[int, str] | None = None
        if create:
            upgrade(engine, to_text(clock()))
            self._known = self.head()

    @cached_property
    def accesses(self) -> EventStore:
        """The other book, in the same database and under the same keys."""
        return SqlStore(self.engine, self.keys, reader=self._reader, create=False, book="accesses")

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Seal drafts and keep them in one transaction; returns after the commit."""
        drafts = list(drafts)
        if not drafts:
            return []
        with driver_errors():
            self._sealer.prepare(drafts)  # all new keys in one commit of theirs
        with self.batch() as batch:
            return [batch.add(draft) for draft in drafts]

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Take drafts one by one, and keep them in one transaction when the block ends well."""
        with self._turn, driver_errors(), self._writer.connect() as connection:
            transaction = connection.begin()
            try:
                head = yield from self._fill(connection)
            except BaseException:
                transaction.rollback()
                raise
            try:
                transaction.commit()
                self._known = head
            except (sa.exc.DBAPIError, OSError) as error:
                # This connection may be in any state now, and so may the batch.
                connection.invalidate()
                self._known = None
                raise CommitUnknown(named(error)) from None

    def _fill(self, connection: sa.Connection) -> Generator[Batch, None, tuple[int, str]]:
        if connection.dialect.name == "postgresql":
            turn = sa.text("SELECT pg_advisory_xact_lock(hashtext(:book))")
            connection.execute(turn, {"book": f"lltic {self.book}"})

        def review_head(review_id: str) -> str:
            return self._review_head(connection, review_id)

        head = self._head(connection)
        if self.book == "events" and self._known not in (None, head):
            self._known = head
            raise RecordMoved()
        batch = Batch(self._sealer, head, review_head)
        yield batch
        rows = [{name: getattr(line, name) for name in COLUMNS} for line in batch.lines]
        if rows:
            connection.execute(self._table.insert(), rows)
        return (batch.lines[-1].seq, batch.lines[-1].hash) if batch.lines else head

    def read(self, after: int = 0) -> Iterator[Event]:
        """Yield events in order, those behind ``seq`` = ``after``."""
        for line in self.stored(after):
            yield self._sealer.open(line)

    def stored(self, after: int = 0) -> Iterator[Stored]:
        """Yield the same as they lie in the record, sealed."""
        with driver_errors(), self._reader.connect() as connection:
            yield from self.lines(connection, after)

    def lines(self, connection: sa.Connection, after: int = 0) -> Iterator[Stored]:
        """Yield them within a transaction of the caller's."""
        query = self._select(connection)
        if query is not None:
            found = query.where(self._table.c.seq > after).order_by(self._table.c.seq)
            for row in connection.execute(found).mappings():
                yield Stored(**row)

    def _select(self, connection: sa.Connection) -> sa.Select[Any] | None:
        """The columns of this book, for a record of any age; None where it has no such book."""
        version = check_version(connection)
        if version < (1 if self.book == "events" else 3):
            return None
        columns: list[Any] = [self._table.c[name] for name in COLUMNS]
        if version < 2:
            unchained = sa.literal(UNCHAINED).label("review_prev_hash")
            columns = [unchained if c.name == "review_prev_hash" else c for c in columns]
        return sa.select(*columns)

    def find(self, op_id: str) -> Event | None:
        """Return the event an operation made, or None."""
        with driver_errors(), self._reader.connect() as connection:
            query = self._select(connection)
            if query is None:
                return None
            row = connection.execute(query.where(self._table.c.op_id == op_id)).mappings().first()
        return self._sealer.open(Stored(**row)) if row else None

    def head(self) -> tuple[int, str]:
        """Return the last event's seq and hash."""
        with driver_errors(), self._reader.connect() as connection:
            return self._head(connection) if self._select(connection) is not None else (0, GENESIS)

    def _head(self, connection: sa.Connection) -> tuple[int, str]:
        c = self._table.c
        row = connection.execute(sa.select(c.seq, c.hash).order_by(c.seq.desc()).limit(1)).first()
        return (row.seq, row.hash) if row else (0, GENESIS)

    def _review_head(self, connection: sa.Connection, review_id: str) -> str:
        c = self._table.c
        query = sa.select(c.hash).where(c.review_id == review_id).order_by(c.seq.desc()).limit(1)
        return connection.scalar(query) or ""
