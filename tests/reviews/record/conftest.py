"""The same tests on every kind of store."""

from __future__ import annotations

import pytest
from record_stores import postgres_store, sqlite_store

from lltic.reviews.record.store import MemoryStore


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    yield from _sql(request, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"])
def sql_store(request, tmp_path):
    yield from _sql(request, tmp_path)


def _sql(request, tmp_path):
    if request.param == "sqlite":
        with sqlite_store(tmp_path) as made:
            yield made
    else:
        with postgres_store(request.getfixturevalue("postgres_url")) as made:
            yield made
