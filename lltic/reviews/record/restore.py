"""The way back from a backup, onto an empty folder or an empty database, checked all through."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from lltic.clock import Clock, system_clock, to_text
from lltic.errors import LlticError, Problem
from lltic.reviews.accounts.grants import Grants
from lltic.reviews.accounts.schema import open_accounts
from lltic.reviews.record.anchor import erased_since, read_anchors, study_id
from lltic.reviews.record.backup import (
    Manifest,
    cannot,
    copy_lines,
    hash_of,
    listed,
    read_manifest,
    refuse_full,
)
from lltic.reviews.record.engines import open_postgres, open_sqlite
from lltic.reviews.record.erasure import erase_again
from lltic.reviews.record.events import BOOKS, GENESIS, digest
from lltic.reviews.record.keeping import keeping
from lltic.reviews.record.keys import MemoryKeys
from lltic.reviews.record.opening import reading, writing
from lltic.reviews.record.schema import upgrade
from lltic.reviews.record.sql import SqlStore
from lltic.study import FOLDERS, Study, write_folder_atomically

__all__ = ["restore"]

Heads = Mapping[str, tuple[int, str]]


def restore(
    folder: Path,
    target: Path,
    *,
    keys: Path | None = None,
    anchor: Path | None = None,
    url: str | None = None,
    clock: Clock = system_clock,
) -> Study:
    """Make a study from a backup. Whoever was logged in logs in again.

    Parameters
    ----------
    folder : Path
        What :func:`~lltic.reviews.record.backup.backup` made.
    target : Path
        A new or empty folder.
    keys : Path, optional
        Where the backup's keys are, when they are kept apart.
    anchor : Path, optional
        An anchor file: cases it knows to be erased are erased again.
    url : str, optional
        Another database for the record, empty: ``reviews.db``. The backup's own
        when None.

    Raises
    ------
    LlticError
        ``not-a-backup``, ``backup-damaged`` (per file), ``database-not-empty``,
        ``bad-anchor``; nothing was made then.
    """
    refuse_full(target)
    manifest = read_manifest(folder)
    keys = keys or folder / "keys"
    _check_files(manifest, folder, keys)
    anchors = read_anchors(anchor) if anchor else []
    target = target.resolve()
    with write_folder_atomically(target) as fresh, _read_whole(folder):
        _fill(folder, keys, fresh, url)
        study = Study.open(fresh)
        if study_id(study) != manifest.study or any(a.study != manifest.study for a in anchors):
            raise LlticError(_damaged(str(folder), "is of another study than its keys or anchor"))
        if study.settings.reviews_url:
            _into_postgres(study, folder / "study" / "reviews.db", to_text(clock()))
        if _checked_heads(study) != manifest.heads:
            raise LlticError(_damaged(str(folder), "does not have the head that it had"))
        with writing(study, clock) as store:
            # Erased between the copy of the record and that of the keys, or after the backup.
            on_record = {c.case_id for c in keeping(store.stored()).cases.values() if c.erased_at}
            wanted = {*erased_since(anchors, frozenset()), *store.keys.erased()} - on_record
            for case_id in sorted(wanted):
                erase_again(study, store, case_id, at=to_text(clock()))
        _end_what_people_held(study.keys / "accounts.db", clock)
    return Study.open(target)


@contextmanager
def _read_whole(folder: Path) -> Iterator[None]:
    """Refuse in one way whatever a file holds that no lltic wrote."""
    try:
        yield
    except (ValueError, KeyError, TypeError, RecursionError, sa.exc.DBAPIError):
        raise LlticError(_damaged(str(folder), "holds what cannot be read")) from None


def _check_files(manifest: Manifest, folder: Path, keys: Path) -> None:
    places = {name: folder / name for name in listed(folder) if not name.startswith("keys/")}
    if keys.is_dir():
        places |= {f"keys/{name}": keys / name for name in listed(keys)}
    wanted, there = set(manifest.files), set(places)
    problems = [_damaged(name, "is not there") for name in sorted(wanted - there)]
    problems += [_damaged(name, "was not in the backup") for name in sorted(there - wanted)]
    problems += [
        _damaged(name, "is not what was copied")
        for name in sorted(wanted & there)
        if hash_of(places[name]) != manifest.files[name]
    ]
    if problems:
        raise LlticError(problems)


def _damaged(where: str, message: str) -> Problem:
    hint = "Nothing was restored. Take another backup."
    return Problem("backup-damaged", where, message, hint=hint)


def _fill(folder: Path, keys: Path, fresh: Path, url: str | None) -> None:
    try:
        shutil.copytree(folder / "study", fresh, dirs_exist_ok=True)
        shutil.copytree(keys, fresh / "keys")
        (fresh / "keys").chmod(0o700)
    except OSError as error:
        raise LlticError(cannot(fresh, error)) from None
    settings = fresh / "study.toml"
    text = settings.read_text("utf-8")
    if url is not None:
        text = re.sub(r"(?ms)^\[reviews\].*?(?=^\[|\Z)", "", text)
        text += f'\n[reviews]\nurl = "{url}"\n' if url else ""
        settings.write_text(text, "utf-8")
    # Folders that were empty were not copied.
    for name in FOLDERS:
        (fresh / name).mkdir(exist_ok=True)


def _end_what_people_held(accounts: Path, clock: Clock) -> None:
    """Who logged out, or lost a right, since the backup does not come back by an old page."""
    if not accounts.is_file():
        return
    engine = open_accounts(accounts)
    try:
        Grants(engine, clock).end_all()
    finally:
        engine.dispose()


def _into_postgres(study: Study, file: Path, at: str) -> None:
    """Write the lines into an empty database; the copy in the folder is taken away."""
    source = open_sqlite(file, read_only=True)
    target = open_postgres(study.settings.reviews_url, writer=True)
    try:
        upgrade(target, at)
        for book in BOOKS:
            if SqlStore(target, MemoryKeys(), create=False, book=book).head() != (0, GENESIS):
                hint = "Make a new, empty database and name it with --url."
                where = study.settings.reviews_url
                problem = Problem("database-not-empty", where, "holds a record", hint=hint)
                raise LlticError(problem)
        for book in BOOKS:
            lines = SqlStore(source, MemoryKeys(), create=False, book=book).stored()
            copy_lines(lines, target, book)
    finally:
        source.dispose()
        target.dispose()
    study.reviews.unlink()


def _checked_heads(study: Study) -> Heads:
    """Return the heads of both books, having followed the chains to them."""
    heads: dict[str, tuple[int, str]] = dict.fromkeys(BOOKS, (0, GENESIS))
    with reading(study) as store:
        if store is not None:
            for book, lines in (("events", store), ("accesses", store.accesses)):
                for line in lines.stored():
                    seq, before = heads[book]
                    follows = (line.seq, line.prev_hash) == (seq + 1, before)
                    if not follows or digest(line) != line.hash:
                        where = f"{book}, {line.seq}"
                        raise LlticError(_damaged(where, "is not what was recorded"))
                    heads[book] = (line.seq, line.hash)
    return heads
