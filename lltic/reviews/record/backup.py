"""A copy of a whole study while people work in it, and the way back from it.

The record is copied first and the keys after it: a key is on disk before the
first event under it, so a copy never holds words without their key. They lie in
two folders, so that they can be kept in two places: neither is readable alone.
``manifest.json`` comes last, with the hash of every file and the heads of both
chains; a folder without it is not a backup.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lltic import __version__
from lltic.errors import LlticError, Problem, UsageError
from lltic.reviews.record.anchor import study_id
from lltic.reviews.record.engines import for_writing, open_postgres, open_sqlite, sqlite_uri
from lltic.reviews.record.events import BOOKS, COLUMNS, Stored
from lltic.reviews.record.keys import MemoryKeys
from lltic.reviews.record.problems import driver_errors
from lltic.reviews.record.schema import TABLES, upgrade
from lltic.reviews.record.sql import SqlStore
from lltic.study import Study, write_atomically

__all__ = ["Manifest", "backup", "copy_lines", "hash_of", "read_manifest"]

LEFT_OUT = ("reviews.db", "reviews.db-wal", "reviews.db-shm", "reviews.lock")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when it was made, of which study, the heads, a hash per file."""

    made_at: str
    study: str
    heads: Mapping[str, tuple[int, str]]
    files: Mapping[str, str]


def backup(study: Study, target: Path, at: str) -> Manifest:
    """Copy a study into a new or empty folder; the service may run meanwhile.

    Raises
    ------
    UsageError
        ``not-empty`` when something is in the folder, ``inside-the-study``.
    LlticError
        ``cannot-write`` for a full disk: what was copied is of no use.
    """
    target = target.resolve()
    if target.is_relative_to(study.path):
        hint = "Name a folder elsewhere, best on another disk."
        raise UsageError(Problem("inside-the-study", str(target), "is in the study", hint=hint))
    refuse_full(target)
    try:
        for folder in (target, target / "study", target / "keys"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        heads = _copy_record(study, target / "study" / "reviews.db", at)
        _copy_keys(study.keys, target / "keys")
        _copy_rest(study, target / "study")
        files = {name: hash_of(target / name) for name in listed(target)}
    except (OSError, sqlite3.Error) as error:
        raise LlticError(cannot(target, error)) from None
    made = Manifest(at, study_id(study), heads, files)
    plain = {
        "backup": 1,
        "lltic": __version__,
        "made_at": at,
        "study": made.study,
        "heads": {book: list(head) for book, head in heads.items()},
        "files": files,
    }
    with write_atomically(target / "manifest.json", permissions=0o600) as stream:
        json.dump(plain, stream, indent=1)
    return made


def read_manifest(folder: Path) -> Manifest:
    """Return a backup's manifest; ``not-a-backup`` when there is none that can be read."""
    file = folder / "manifest.json"
    try:
        return _parsed(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        hint = "Name the folder that 'lltic backup' made."
        message = "holds no backup that can be read"
        raise LlticError(Problem("not-a-backup", str(folder), message, hint=hint)) from None


def _parsed(plain: Any) -> Manifest:
    heads = {}
    for book in BOOKS:
        seq, head = plain["heads"][book]
        heads[book] = (seq, head)
    files = plain["files"]
    if not isinstance(files, dict):
        raise TypeError
    texts = [plain["made_at"], plain["study"], *files.keys(), *files.values()]
    texts += [head for _, head in heads.values()]
    numbers = [plain["backup"], *(seq for seq, _ in heads.values())]
    right = all(type(n) is int for n in numbers) and all(isinstance(t, str) for t in texts)
    if not right or plain["backup"] != 1:
        raise TypeError
    return Manifest(plain["made_at"], plain["study"], heads, dict(files))


def refuse_full(folder: Path) -> None:
    """Raise ``not-empty`` when something is in a folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        hint = "Name a new folder, or an empty one."
        raise UsageError(Problem("not-empty", str(folder), "is there and not empty", hint=hint))


def cannot(target: Path, error: Exception) -> Problem:
    """Return the problem that a disk refused."""
    hint = "Make room and start again with an empty folder."
    message = f"cannot be written: {getattr(error, 'strerror', None) or 'the disk refused'}"
    return Problem("cannot-write", str(target), message, hint=hint)


def listed(folder: Path) -> Iterator[str]:
    """Yield the names of a backup's files, in order, but the manifest's."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and name != "manifest.json":
            yield name


def hash_of(file: Path) -> str:
    """Return a file's SHA-256."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copy_record(study: Study, file: Path, at: str) -> dict[str, tuple[int, str]]:
    """Copy the record as it is at one moment; from PostgreSQL too it becomes a SQLite file."""
    if study.settings.reviews_url:
        _export(study.settings.reviews_url, file, at)
    elif study.reviews.is_file():
        _copy_sqlite(study.reviews, file)
    else:
        engine = open_sqlite(file)
        upgrade(engine, at)
        engine.dispose()
        _one_file(file)
    engine = open_sqlite(file, read_only=True)
    try:
        store = SqlStore(engine, MemoryKeys(), create=False)
        return {"events": store.head(), "accesses": store.accesses.head()}
    finally:
        engine.dispose()


def _copy_sqlite(source: Path, file: Path) -> None:
    """Copy a database as it is at one moment, with what lies beside its file.

    Not as a reader: after a power failure the first to come rolls back what was half-written.
    """
    with (
        closing(sqlite3.connect(sqlite_uri(source, "rw"), uri=True)) as there,
        closing(sqlite3.connect(file)) as here,
    ):
        there.backup(here)
    _one_file(file)


def _one_file(file: Path) -> None:
    """Leave nothing beside the file that would have to be copied with it."""
    file.chmod(0o600)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    _flush(file)


def _export(url: str, file: Path, at: str) -> None:
    source, target = open_postgres(url), open_sqlite(file)
    try:
        upgrade(target, at)
        with driver_errors(), source.connect() as connection:
            # One moment for both books, however long the copying takes.
            connection.execution_options(isolation_level="REPEATABLE READ")
            for book in BOOKS:
                lines = SqlStore(source, MemoryKeys(), create=False, book=book).lines(connection)
                copy_lines(lines, target, book)
    finally:
        source.dispose()
        target.dispose()
    _one_file(file)


def copy_lines(lines: Iterator[Stored], target: sa.Engine, book: str) -> None:
    """Write a book's lines as they are into an empty one, in one transaction."""
    with driver_errors(), for_writing(target).begin() as connection:
        rows = [{name: getattr(line, name) for name in COLUMNS} for line in lines]
        for start in range(0, len(rows), 1000):
            connection.execute(TABLES[book].insert(), rows[start : start + 1000])


def _copy_keys(source: Path, target: Path) -> None:
    for file in sorted(source.iterdir()):
        if not file.is_file() or file.name.endswith(("-wal", "-shm", "-journal")):
            continue
        copy = target / file.name
        if file.suffix == ".db":
            _copy_sqlite(file, copy)
        else:
            _copy_file(file, copy)
        if copy.exists():
            copy.chmod(0o600)


def _copy_rest(study: Study, target: Path) -> None:
    for file in sorted(study.path.rglob("*")):
        name = file.relative_to(study.path)
        if name.parts[0] == "keys" or name.as_posix() in LEFT_OUT or not file.is_file():
            continue
        (target / name.parent).mkdir(parents=True, exist_ok=True, mode=0o700)
        _copy_file(file, target / name)


def _copy_file(source: Path, target: Path) -> None:
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:
        if source.exists():
            raise
        return  # people work meanwhile: a file on its way to its name was there for a moment
    _flush(target)


def _flush(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
