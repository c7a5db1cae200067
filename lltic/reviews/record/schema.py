"""The tables, and the numbered steps by which a record of any age becomes today's.

A step and the line that says it was taken are one transaction, on SQLite and on
PostgreSQL. A step only ever adds: no step touches a line that was written, so
every hash stays what it was. A released step is never changed; there is a next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from lltic.errors import LlticError, Problem
from lltic.reviews.record.engines import for_writing
from lltic.reviews.record.events import UNCHAINED
from lltic.reviews.record.problems import driver_errors

__all__ = ["STEPS", "TABLES", "VERSION", "Step", "upgrade", "version_of"]

metadata = sa.MetaData()


def _book(name: str) -> sa.Table:
    texts = ("at", "actor", "role", "organisation", "kind", "case_id", "review_id", "field")
    return sa.Table(
        name,
        metadata,
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("op_id", sa.Text, nullable=False, unique=True),
        *(sa.Column(text, sa.Text, nullable=False) for text in texts),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("definition_hash", sa.Text, nullable=False),
        sa.Column("prev_hash", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("review_prev_hash", sa.Text, nullable=False),
    )


TABLES = {name: _book(name) for name in ("events", "accesses")}
"""The two books. How they are made is in the steps; this is what they are today."""

taken = sa.Table(
    "schema_version",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
)

Statements = Callable[[str], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the schema: its number, what it brings, its statements per dialect."""

    version: int
    what: str
    statements: Statements


_COLUMNS = """
    seq {whole} PRIMARY KEY, op_id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, actor TEXT NOT NULL,
    role TEXT NOT NULL, organisation TEXT NOT NULL, kind TEXT NOT NULL, case_id TEXT NOT NULL,
    review_id TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
    base_version INTEGER NOT NULL, reason TEXT NOT NULL, definition_hash TEXT NOT NULL,
    prev_hash TEXT NOT NULL, hash TEXT NOT NULL"""

_WHOLE = {"sqlite": "INTEGER", "postgresql": "BIGINT"}
"""SQLite's INTEGER PRIMARY KEY is the row's own number; elsewhere it would end at 2**31."""

_SAID = "the record is append-only"


def _never_changed(book: str, dialect: str) -> Iterator[str]:
    if dialect == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {book}_no_{verb.lower()} BEFORE {verb} ON {book} "
                f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
            )
        return
    yield (
        "CREATE OR REPLACE FUNCTION lltic_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$"
    )
    # Per statement, so that one which would meet no line is refused like any other.
    yield (
        f"CREATE TRIGGER {book}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {book} "
        "FOR EACH STATEMENT EXECUTE FUNCTION lltic_append_only()"
    )


def _always_next(book: str, dialect: str) -> Iterator[str]:
    """A line is added behind the last one, and SQLite's REPLACE replaces nothing.

    REPLACE deletes what is in its way without asking the triggers on DELETE.
    """
    following = f"NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM {book})"  # noqa: S608 - our own name
    if dialect == "sqlite":
        repeated = f"EXISTS (SELECT 1 FROM {book} WHERE op_id = NEW.op_id)"  # noqa: S608
        yield (
            f"CREATE TRIGGER {book}_next BEFORE INSERT ON {book} WHEN {following} OR {repeated} "
            "BEGIN SELECT RAISE(ABORT, 'out of order or repeated'); END"
        )
        return
    name = f"lltic_{book}_next"
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {following} "
        "THEN RAISE unique_violation USING MESSAGE = 'out of order or repeated'; END IF; "
        "RETURN NEW; END $$"
    )
    yield (
        f"CREATE TRIGGER {book}_next BEFORE INSERT ON {book} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _columns(dialect: str) -> str:
    return _COLUMNS.format(whole=_WHOLE[dialect])


def _first(dialect: str) -> Iterator[str]:
    yield f"CREATE TABLE events ({_columns(dialect)})"
    yield from _never_changed("events", dialect)


def _chain_per_review(dialect: str) -> Iterator[str]:
    yield f"ALTER TABLE events ADD COLUMN review_prev_hash TEXT NOT NULL DEFAULT '{UNCHAINED}'"
    yield "CREATE INDEX events_review ON events (review_id, seq)"
    yield from _always_next("events", dialect)


def _accesses(dialect: str) -> Iterator[str]:
    yield f"CREATE TABLE accesses ({_columns(dialect)}, review_prev_hash TEXT NOT NULL)"
    yield "CREATE INDEX accesses_review ON accesses (review_id, seq)"
    yield from _never_changed("accesses", dialect)
    yield from _always_next("accesses", dialect)


STEPS = (
    Step(1, "the events", _first),
    Step(2, "a chain per review, and nothing out of order", _chain_per_review),
    Step(3, "the book of accesses", _accesses),
)

VERSION = STEPS[-1].version


def version_of(connection: sa.Connection) -> int:
    """Return which steps a database has taken: 0 for an empty one.

    A record made before steps were counted is a 1.
    """
    there = set(sa.inspect(connection).get_table_names())
    if "schema_version" in there:
        return connection.scalar(sa.select(sa.func.max(taken.c.version))) or 0
    return 1 if "events" in there else 0


def check_version(connection: sa.Connection) -> int:
    """Return the version; raise ``record-too-new`` for one this lltic does not know."""
    version = version_of(connection)
    if version > VERSION:
        hint = "Use the lltic that wrote it, or a newer one. Nothing was changed."
        message = f"has version {version}; this lltic knows up to {VERSION}"
        raise LlticError(Problem("record-too-new", "the record", message, hint=hint))
    return version


def upgrade(engine: sa.Engine, at: str, upto: int = VERSION) -> int:
    """Take the steps that are missing; return how many.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Of the one writer.
    at : str
        The instant, for the line that says the step was taken.
    upto : int
        Stop there; for tests of records of other ages.
    """
    count = 0
    with driver_errors():
        with engine.connect() as connection:
            if check_version(connection) >= upto:
                return 0
        for step in STEPS[:upto]:
            with for_writing(engine).begin() as connection:
                count += _take(connection, step, at)
    return count


def _take(connection: sa.Connection, step: Step, at: str) -> bool:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('lltic schema'))"))
    version = version_of(connection)
    taken.create(connection, checkfirst=True)
    known = connection.scalar(sa.select(sa.func.count()).select_from(taken))
    if version == 1 and not known:  # from before steps were counted
        connection.execute(taken.insert().values(version=1, at=at, what=STEPS[0].what))
    if version >= step.version:
        return False
    for statement in step.statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
    connection.execute(taken.insert().values(version=step.version, at=at, what=step.what))
    return True
