"""Where events are kept. Nothing is ever changed or removed; appending is all or nothing.

One suite of tests runs on every store. ``append`` returns only after the commit
is on disk (SQLite in WAL mode with ``synchronous=FULL``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from lltic.errors import LlticError, Problem
from lltic.records import Event
from lltic.reviews.events import GENESIS, Draft, seal, value_text

__all__ = ["EventStore", "MemoryStore", "SqlStore", "StoreUnavailable", "open_sqlite"]


class StoreUnavailable(LlticError):
    """The disk or the database refused; nothing was written, trying again may help."""


class EventStore(Protocol):
    """What the service needs of a store."""

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Seal drafts and keep them, all or none; returns after the commit."""

    def read(self, after: int = 0) -> Iterator[Event]:
        """Yield events in order, those behind ``seq`` = ``after``."""

    def head(self) -> tuple[int, str]:
        """Return the last event's seq and hash, ``(0, GENESIS)`` when there is none."""


class MemoryStore:
    """The reference: a list. For tests and for thinking."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Seal drafts and keep them, all or none."""
        taken = {event.op_id for event in self._events}
        if len({d.op_id for d in drafts} | taken) != len(drafts) + len(taken):
            raise StoreUnavailable(
                Problem("duplicate-operation", "the record", "repeats an operation")
            )
        sealed = _chain(drafts, *self.head())
        self._events += sealed
        return sealed

    def read(self, after: int = 0) -> Iterator[Event]:
        """Yield events in order."""
        yield from self._events[after:]

    def head(self) -> tuple[int, str]:
        """Return the last event's seq and hash."""
        return (self._events[-1].seq, self._events[-1].hash) if self._events else (0, GENESIS)


def _chain(drafts: Sequence[Draft], seq: int, prev_hash: str) -> list[Event]:
    sealed = []
    for draft in drafts:
        seq += 1
        sealed.append(seal(draft, seq, prev_hash))
        prev_hash = sealed[-1].hash
    return sealed


metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("op_id", sa.Text, nullable=False, unique=True),
    *(
        sa.Column(name, sa.Text, nullable=False)
        for name in ("at", "actor", "role", "organisation", "kind", "case_id", "review_id", "field")
    ),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("base_version", sa.Integer, nullable=False),
    *(
        sa.Column(name, sa.Text, nullable=False)
        for name in ("reason", "definition_hash", "prev_hash", "hash")
    ),
)

for verb in ("UPDATE", "DELETE"):
    trigger = sa.DDL(
        f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events "
        "BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END"
    )
    sa.event.listen(events, "after_create", trigger.execute_if(dialect="sqlite"))


class SqlStore:
    """Events in a database, through SQLAlchemy.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        From :func:`open_sqlite`.
    create : bool
        Make the table when it is not there; not for readers.
    """

    def __init__(self, engine: sa.Engine, *, create: bool = True) -> None:
        self.engine = engine
        if create:
            with _mapped_errors():
                metadata.create_all(engine)

    def append(self, drafts: Sequence[Draft]) -> list[Event]:
        """Seal drafts and keep them in one transaction; returns after the commit."""
        with _mapped_errors(), self.engine.begin() as connection:
            sealed = _chain(drafts, *self._head(connection))
            rows = [_to_row(event) for event in sealed]
            if rows:
                connection.execute(events.insert(), rows)
        return sealed

    def read(self, after: int = 0) -> Iterator[Event]:
        """Yield events in order, those behind ``seq`` = ``after``."""
        query = sa.select(events).where(events.c.seq > after).order_by(events.c.seq)
        with _mapped_errors(), self.engine.connect() as connection:
            for row in connection.execute(query).mappings():
                yield from_row(row)

    def head(self) -> tuple[int, str]:
        """Return the last event's seq and hash."""
        with _mapped_errors(), self.engine.connect() as connection:
            return self._head(connection)

    @staticmethod
    def _head(connection: sa.Connection) -> tuple[int, str]:
        query = sa.select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
        row = connection.execute(query).first()
        return (row.seq, row.hash) if row else (0, GENESIS)


def _to_row(event: Event) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    return {**row, "value": value_text(event.value)}


def from_row(row: Any) -> Event:
    """Return a database row as an event."""
    return Event(**{**row, "value": json.loads(row["value"])})


class _mapped_errors:  # noqa: N801 - reads as a statement
    """Turn what a driver raises into one clear error without any stored value."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sa.exc.IntegrityError):
            problem = Problem("duplicate-operation", "the record", "repeats an operation")
            raise StoreUnavailable(problem) from None
        if isinstance(error, (sa.exc.DatabaseError, sa.exc.InterfaceError)):
            hint = "Nothing was written. Check the disk's space and permissions; it is tried again."
            what = type(error.orig).__name__ if error.orig else "error"
            problem = Problem(
                "store-unavailable", "the record", f"cannot be used ({what})", hint=hint
            )
            raise StoreUnavailable(problem) from None


def open_sqlite(path: Path, *, read_only: bool = False) -> sa.Engine:
    """Open the event log's SQLite file: WAL, every commit flushed to the disk.

    Parameters
    ----------
    path : Path
        ``reviews.db`` of a study, on a local disk.
    read_only : bool
        For readers beside a running service; the file must exist.
    """
    mode = "ro" if read_only else "rwc"
    uri = f"sqlite:///file:{path.as_posix()}?mode={mode}&uri=true"
    engine = sa.create_engine(uri, connect_args={"timeout": 10})

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        if not read_only:
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine
