"""A key for each case, apart from the record, made once and destroyed once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from lltic.errors import LlticError, Problem
from lltic.reviews.record.engines import sqlite_engine
from lltic.reviews.record.problems import driver_errors, unavailable

__all__ = ["Fresh", "KeyFile", "Keys", "MemoryKeys", "derived", "random_key"]

Fresh = Callable[[str], bytes]
"""What makes a case's key: from its id, 32 bytes."""


def random_key(case_id: str) -> bytes:
    """Return a key that nobody can make again."""
    return secrets.token_bytes(32)


def derived(study_key: bytes) -> Fresh:
    """Return a maker of keys that follow from the study's own, for make-believe studies only.

    Such a study is the same byte for byte on every machine. Nothing in it needs
    protection: whoever has the study's key can make every case's again.
    """

    def fresh(case_id: str) -> bytes:
        return hmac.new(study_key, f"case text\x1f{case_id}".encode(), hashlib.sha256).digest()

    return fresh


class Keys(Protocol):
    """Where the keys of cases are kept."""

    def find(self, case_id: str) -> bytes | None:
        """Return a case's key, None when the case was erased; ``no-case-key`` without either."""

    def make(self, case_ids: Iterable[str]) -> None:
        """Make the keys that are not there yet, on disk when this returns."""

    def erase(self, case_id: str) -> None:
        """Destroy a case's key for good; a second time does nothing."""

    def erased(self) -> frozenset[str]:
        """Return the cases whose keys were destroyed."""


class MemoryKeys:
    """The reference: a dict. For tests and for thinking."""

    def __init__(self, fresh: Fresh = random_key) -> None:
        self._fresh = fresh
        self._keys: dict[str, bytes | None] = {}

    def find(self, case_id: str) -> bytes | None:
        """Return a case's key, None when the case was erased."""
        if case_id not in self._keys:
            raise LlticError(_missing(case_id))
        return self._keys[case_id]

    def make(self, case_ids: Iterable[str]) -> None:
        """Make the keys that are not there yet."""
        wanted = sorted(case_ids)
        _none_erased(wanted, self.erased())
        for case_id in wanted:
            self._keys.setdefault(case_id, self._fresh(case_id))

    def erase(self, case_id: str) -> None:
        """Destroy a case's key for good."""
        self._keys[case_id] = None

    def erased(self) -> frozenset[str]:
        """Return the cases whose keys were destroyed."""
        return frozenset(case_id for case_id, key in self._keys.items() if key is None)


metadata = sa.MetaData()

table = sa.Table(
    "case_keys",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("key", sa.LargeBinary),  # NULL: destroyed
)


class KeyFile:
    """Keys in ``keys/cases.db``, readable by its owner only.

    Parameters
    ----------
    path : Path
        The SQLite file, on a local disk.
    fresh : callable
        Makes a new case's key; :func:`random_key` but for make-believe studies.
    create : bool
        Make the file when it is not there; not for readers.
    """

    def __init__(self, path: Path, fresh: Fresh = random_key, *, create: bool = True) -> None:
        self._fresh = fresh
        self._known: dict[str, bytes | None] = {}
        self._path = path
        # Readers too: after a power failure the first to come rolls back what was half-written.
        self.engine = sqlite_engine(path, "rw")
        sa.event.listen(self.engine, "connect", _durable)
        if create:
            try:
                path.touch(mode=0o600)
            except OSError as error:
                raise unavailable(error) from None
            with driver_errors():
                metadata.create_all(self.engine)

    def find(self, case_id: str) -> bytes | None:
        """Return a case's key, None when the case was erased."""
        if case_id not in self._known:
            self._load()
        if case_id not in self._known:
            raise LlticError(_missing(case_id))
        return self._known[case_id]

    def make(self, case_ids: Iterable[str]) -> None:
        """Make the keys that are not there yet, on disk when this returns."""
        wanted = sorted(case_ids)
        if all(self._known.get(case_id) for case_id in wanted):
            return
        _none_erased(wanted, self.erased())
        new = [case_id for case_id in wanted if case_id not in self._known]
        if new:
            # Two threads may both come with a new case: the first one's key stands.
            rows = [{"case_id": case_id, "key": self._fresh(case_id)} for case_id in new]
            with driver_errors(), self.engine.begin() as connection:
                connection.execute(table.insert().prefix_with("OR IGNORE"), rows)
            self._load()

    def erase(self, case_id: str) -> None:
        """Destroy a case's key for good; its bytes in the file are overwritten."""
        with driver_errors(), self.engine.begin() as connection:
            connection.execute(table.delete().where(table.c.case_id == case_id))
            connection.execute(table.insert().values(case_id=case_id, key=None))
        self._known[case_id] = None

    def erased(self) -> frozenset[str]:
        """Return the cases whose keys were destroyed."""
        self._load()
        return frozenset(case_id for case_id, key in self._known.items() if key is None)

    def _load(self) -> None:
        if not self._path.is_file():
            return
        with driver_errors(), self.engine.connect() as connection:
            rows = connection.execute(sa.select(table.c.case_id, table.c.key)).all()
        self._known = {row.case_id: row.key for row in rows}


def _durable(connection: Any, record: object) -> None:
    """A key that is lost loses a case: each commit is on disk, and so is the journal's end."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=EXTRA")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _none_erased(wanted: Iterable[str], erased: frozenset[str]) -> None:
    hint = "Nothing more is written about it. Nothing was changed."
    gone = [case_id for case_id in wanted if case_id in erased]
    if gone:
        raise LlticError([Problem("case-erased", case, "was erased", hint=hint) for case in gone])


def _missing(case_id: str) -> Problem:
    hint = "Restore keys/cases.db from the backup: without it what was written cannot be read."
    return Problem("no-case-key", case_id, "has no key in this study", hint=hint)
