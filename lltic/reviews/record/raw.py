"""The record as it lies there, for an auditor who trusts nothing: no keys, no rules, no repair.

A byte that was flipped may leave text that is not UTF-8, a number where a text
belongs, or a file that is no database: it is all handed over to be named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import sqlalchemy as sa

from lltic.reviews.record.engines import open_postgres, sqlite_uri
from lltic.reviews.record.events import UNCHAINED
from lltic.reviews.record.problems import driver_errors
from lltic.reviews.record.schema import version_of
from lltic.reviews.record.sql import SqlStore
from lltic.study import Study

__all__ = ["Unreadable", "is_there", "lines", "missing_guards", "whole"]

Row = Mapping[str, Any]


class Unreadable(Exception):
    """The file is damaged where it would have to be read; says how."""


GUARDS: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    "sqlite": {
        1: ("events_no_update", "events_no_delete"),
        2: ("events_next",),
        3: ("accesses_no_update", "accesses_no_delete", "accesses_next"),
    },
    "postgresql": {
        1: ("events_append_only",),
        2: ("events_next",),
        3: ("accesses_append_only", "accesses_next"),
    },
}
"""The triggers that refuse a change, by the version that brought them."""


def is_there(study: Study) -> bool:
    """Say whether a study has a record at all."""
    if study.settings.reviews_url:
        with _postgres(study) as connection:
            return version_of(connection) > 0
    return study.reviews.is_file()


def whole(study: Study) -> str:
    """Return what the database itself finds wrong with its file; empty when nothing."""
    if study.settings.reviews_url:
        return ""  # PostgreSQL has no such question; its reads fail loudly where checksums are on
    try:
        with closing(_sqlite(study)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    except sqlite3.DatabaseError as error:
        return f"the database cannot be read: {error}"
    return "" if found == ["ok"] else "; ".join(found)


def missing_guards(study: Study) -> list[str]:
    """Return the triggers that should refuse changes and are not there, or are switched off."""
    if study.settings.reviews_url:
        with _postgres(study) as connection:
            query = "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"
            there = {row[0] for row in connection.exec_driver_sql(query)}
            version = version_of(connection)
        expected = GUARDS["postgresql"]
    else:
        try:
            with closing(_sqlite(study)) as connection:
                names = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
                tables = {row["name"] for row in names if row["type"] == "table"}
                counted = "SELECT MAX(version) FROM schema_version"
                known = "schema_version" in tables
                version = connection.execute(counted).fetchone()[0] if known else 1
        except sqlite3.DatabaseError as error:
            raise Unreadable(str(error)) from None
        there = {row["name"] for row in names if row["type"] == "trigger"}
        expected = GUARDS["sqlite"]
    wanted = [name for number, some in expected.items() if number <= version for name in some]
    return [name for name in wanted if name not in there]


def lines(study: Study, book: str) -> Iterator[Row]:
    """Yield a book's lines by seq, whatever they hold.

    Raises
    ------
    Unreadable
        Where the database cannot be read.
    """
    if study.settings.reviews_url:
        engine = open_postgres(study.settings.reviews_url)
        try:
            for line in SqlStore(engine, create=False, book=book).stored():
                yield {name: getattr(line, name) for name in line.__dataclass_fields__}
        finally:
            engine.dispose()
        return
    try:
        with closing(_sqlite(study)) as connection:
            query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?"
            if connection.execute(query, (book,)).fetchone() is None:
                if book == "events":
                    raise Unreadable("there is no table of events")
                return
            # The book's name is one of two of ours.
            query = f"SELECT * FROM {book} ORDER BY seq"  # noqa: S608
            for row in connection.execute(query):
                yield {"review_prev_hash": UNCHAINED, **dict(row)}
    except sqlite3.DatabaseError as error:
        raise Unreadable(str(error)) from None


def _sqlite(study: Study) -> sqlite3.Connection:
    connection = sqlite3.connect(sqlite_uri(study.reviews, "ro"), uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.row_factory = sqlite3.Row
    return connection


class _postgres:  # noqa: N801 - reads as a statement
    """A connection of one's own to a study's PostgreSQL record."""

    def __init__(self, study: Study) -> None:
        self._engine = open_postgres(study.settings.reviews_url)

    def __enter__(self) -> sa.Connection:
        try:
            with driver_errors():
                self._connection = self._engine.connect()
        except BaseException:
            self._engine.dispose()
            raise
        return self._connection

    def __exit__(self, *error: object) -> None:
        self._connection.close()
        self._engine.dispose()
