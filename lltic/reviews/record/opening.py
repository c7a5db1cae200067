"""A study's record, opened by its settings: for the one writer, or for a reader.

One writer at a time. On SQLite a lock file beside the record says so, on
PostgreSQL the session that writes (see :func:`~lltic.reviews.record.engines.open_postgres`).
The service holds it while it runs, ``lltic`` commands while they work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from lltic.clock import Clock, system_clock
from lltic.errors import LlticError
from lltic.reviews.record.disk import refuse_distant
from lltic.reviews.record.engines import in_use, open_postgres, open_sqlite
from lltic.reviews.record.erasure import finish
from lltic.reviews.record.keys import Fresh, KeyFile, derived, random_key
from lltic.reviews.record.problems import driver_errors
from lltic.reviews.record.schema import check_version
from lltic.reviews.record.sql import SqlStore
from lltic.study import Study

__all__ = ["case_keys", "reading", "where", "writing"]


def where(study: Study) -> str:
    """Return where the record is, for messages; it never holds a password."""
    return study.settings.reviews_url or str(study.reviews)


def case_keys(study: Study, *, create: bool = False) -> KeyFile:
    """Return the keys of a study's cases; a make-believe study's follow from its own key."""
    refuse_distant(study.keys)
    fresh: Fresh = random_key
    if study.settings.synthetic:
        fresh = derived(study.pseudonym_key())
    return KeyFile(study.keys / "cases.db", fresh, create=create)


@contextmanager
def writing(study: Study, clock: Clock = system_clock) -> Iterator[SqlStore]:
    """Open the record for writing, alone.

    Raises
    ------
    LlticError
        ``record-in-use`` while the service, or another command, holds it;
        ``not-a-local-disk``; ``record-too-new``.
    """
    # The keys are a file beside either kind of record: one writer for them too.
    lock = FileLock(study.path / "reviews.lock")
    try:
        lock.acquire(timeout=0.2)
    except Timeout:
        raise LlticError(in_use(where(study))) from None
    try:
        with _store(study, clock) as store:
            finish(study, store)
            yield store
    finally:
        lock.release()


@contextmanager
def _store(study: Study, clock: Clock) -> Iterator[SqlStore]:
    url = study.settings.reviews_url
    engine = open_postgres(url, writer=True) if url else open_sqlite(study.reviews)
    reader = open_postgres(url) if url else None
    keys = case_keys(study, create=True)
    try:
        yield SqlStore(engine, keys, reader=reader, clock=clock)
    finally:
        for one in (engine, reader, keys.engine):
            if one is not None:
                one.dispose()


@contextmanager
def reading(study: Study) -> Iterator[SqlStore | None]:
    """Open the record for reading, beside a running service; None when there is none yet."""
    url = study.settings.reviews_url
    if not url and not study.reviews.is_file():
        yield None
        return
    engine = open_postgres(url) if url else open_sqlite(study.reviews, read_only=True)
    keys = case_keys(study)
    try:
        with driver_errors(), engine.connect() as connection:
            there = check_version(connection) > 0
        yield SqlStore(engine, keys, create=False) if there else None
    finally:
        engine.dispose()
        keys.engine.dispose()
