"""How a record's database is opened: SQLite by its path, PostgreSQL by its address."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from lltic.errors import LlticError, Problem
from lltic.reviews.record.disk import refuse_distant
from lltic.reviews.record.problems import unavailable

__all__ = ["for_writing", "in_use", "open_postgres", "open_sqlite", "sqlite_engine", "sqlite_uri"]

WRITER = "lltic writer"

SQLITE_WAIT = 10.0
"""Seconds until a lock that others hold on a file is an error."""

PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A dead link must not hold a reviewer's words for minutes (libpq; seconds, the last in ms)."""


def open_sqlite(path: Path, *, read_only: bool = False) -> sa.Engine:
    """Open a record's SQLite file: WAL, every commit flushed to the disk.

    Parameters
    ----------
    path : Path
        ``reviews.db`` of a study, on a local disk.
    read_only : bool
        For readers beside a running service; the file must exist.

    Raises
    ------
    LlticError
        ``not-a-local-disk`` for a network share and the like.
    """
    refuse_distant(path.parent)
    if not read_only:
        try:
            # Who judged what, and when, is for the service's account alone.
            path.touch(mode=0o600)
        except OSError as error:
            raise unavailable(error) from None
    engine = sqlite_engine(path, "ro" if read_only else "rwc")

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, record: object) -> None:
        # The driver begins transactions late and not before DDL; we say when, ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        if not read_only:
            _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A writer that begins as a reader may find, too late, that another was faster.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Use WAL; of several who come at once to a file without it, each waits for the one before.

    SQLite waits for other locks itself. Here two who both hold a part of the file
    would wait for each other, so it refuses at once and leaves the waiting to us.
    """
    until = time.monotonic() + SQLITE_WAIT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # Of an extended code, the last byte is what happened.
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def sqlite_uri(path: Path, mode: str) -> str:
    """Return a file as SQLite takes it, whatever characters its path has.

    A ``#`` as it stands would end the name, and two folders would have one file.

    Examples
    --------
    >>> sqlite_uri(Path("/studies/autumn #2/reviews.db"), "ro")
    'file:/studies/autumn%20%232/reviews.db?mode=ro'
    """
    return f"{_sqlite_name(path)}?mode={mode}"


def sqlite_engine(path: Path, mode: str) -> sa.Engine:
    """Return a plain engine on a file; ``mode`` is ``ro``, ``rw`` or ``rwc``."""
    # Put together from its parts: a URL that is parsed is unquoted on the way.
    url = sa.URL.create("sqlite", database=_sqlite_name(path), query={"mode": mode, "uri": "true"})
    return sa.create_engine(url, connect_args={"timeout": SQLITE_WAIT})


def _sqlite_name(path: Path) -> str:
    return f"file:{quote(path.as_posix(), safe='/:')}"


def for_writing(engine: sa.Engine) -> sa.Engine:
    """Return the engine for transactions that write."""
    return engine.execution_options(writes=True)


WAITS = (0.05,) * 10
"""Seconds between tries for the writer's lock: a server may still be ending the session of a
command that has just ended."""


def open_postgres(url: str, *, writer: bool = False) -> sa.Engine:
    """Open a record's PostgreSQL database.

    The one writer has a single connection, and that session holds the lock that
    makes it the only one. When the server takes the session away, the lock goes
    with it, and the next connection must win it again before it writes anything.

    Parameters
    ----------
    url : str
        ``postgresql+psycopg://user@host/database``; the password comes from
        PGPASSFILE, ``~/.pgpass`` or the environment of the service.
    writer : bool
        Take the lock.

    Raises
    ------
    LlticError
        ``no-driver`` when psycopg is not installed. The lock is tried on the first
        connection: ``record-in-use``.
    """
    only_one: dict[str, Any] = {"pool_size": 1, "max_overflow": 0} if writer else {}
    try:
        engine = sa.create_engine(
            url,
            pool_pre_ping=True,
            connect_args={**PATIENCE, "application_name": "lltic"},
            **only_one,
        )
    except ImportError:
        hint = "Install it with: pip install 'lltic[postgres]'"
        raise LlticError(
            Problem("no-driver", "psycopg", "is needed for PostgreSQL and not there", hint=hint)
        ) from None

    if writer:

        @sa.event.listens_for(engine, "connect")
        def _be_the_only_one(connection: Any, record: object) -> None:
            query = "SELECT pg_try_advisory_lock(hashtext(%s))"
            for wait in (*WAITS, None):
                (won,) = connection.execute(query, (WRITER,)).fetchone()
                if won or wait is None:
                    break
                connection.execute("SELECT pg_sleep(%s)", (wait,))
            # Whatever the server's default: an acknowledgement comes after the flush.
            connection.execute("SET synchronous_commit TO on")
            connection.commit()
            if not won:
                connection.close()
                raise LlticError(in_use("the record"))

    return engine


def in_use(where: str) -> Problem:
    """Return the problem that somebody else writes."""
    hint = "Stop 'lltic serve' first, then run the command again. Nothing was changed."
    return Problem("record-in-use", where, "is in use by a running service", hint=hint)
