"""Stores of every kind, and drafts to put into them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lltic.reviews.record.engines import open_postgres, open_sqlite
from lltic.reviews.record.events import Draft
from lltic.reviews.record.keys import KeyFile, Keys, MemoryKeys
from lltic.reviews.record.sql import SqlStore
from lltic.study import Study

AT = "2026-10-05T09:00:00.000000Z"


def draft(number: object, value: object = "x", **more: object) -> Draft:
    content: dict = {"kind": "answered", "value": value, **more}
    return Draft(f"operation-{number}", AT, "a", "reviewer", "o", **content)


@contextmanager
def sqlite_store(folder: Path, keys: Keys | None = None) -> Iterator[SqlStore]:
    """A store as the service has it: the record in one file, the keys in another."""
    engine = open_sqlite(folder / "reviews.db")
    own = None if keys else KeyFile(folder / "cases.db")
    try:
        yield SqlStore(engine, keys or own)
    finally:
        engine.dispose()
        if own:
            own.engine.dispose()


@contextmanager
def postgres_store(url: str, keys: Keys | None = None) -> Iterator[SqlStore]:
    engine, reader = open_postgres(url, writer=True), open_postgres(url)
    try:
        yield SqlStore(engine, keys or MemoryKeys(), reader=reader)
    finally:
        engine.dispose()
        reader.dispose()


def on_postgres(study: Study, url: str) -> None:
    """Let a study's settings say that its record is in PostgreSQL."""
    file = study.path / "study.toml"
    file.write_text(f'{file.read_text("utf-8")}\n[reviews]\nurl = "{url}"\n', "utf-8")
