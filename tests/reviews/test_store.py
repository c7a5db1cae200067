"""Every store keeps what it is given, all or nothing, in a chain."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from lltic.reviews.events import GENESIS, Draft, digest
from lltic.reviews.store import MemoryStore, SqlStore, StoreUnavailable, open_sqlite

AT = "2026-10-05T09:00:00.000000Z"


def draft(number: int, value="x") -> Draft:
    return Draft(f"operation-{number}", AT, "a", "reviewer", "o", "answered", value=value)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    engine = open_sqlite(tmp_path / "reviews.db")
    yield SqlStore(engine)
    engine.dispose()


def test_an_empty_store_starts_at_the_beginning(store):
    assert store.head() == (0, GENESIS) and list(store.read()) == []


def test_events_come_back_as_they_were_in_a_chain(store):
    values = ["naïve 😀", {"value": [1, 2.5, None, True]}, "", "\u2028\x0b\ud7ff"]
    sealed = store.append([draft(n, v) for n, v in enumerate(values)])
    found = list(store.read())
    assert found == sealed and [e.value for e in found] == values
    previous = GENESIS
    for seq, event in enumerate(found, 1):
        assert event.seq == seq and event.prev_hash == previous
        assert event.hash == digest(event, seq, previous)
        previous = event.hash
    assert store.head() == (len(values), previous)
    assert list(store.read(after=2)) == found[2:]


def test_a_repeated_operation_stops_the_whole_batch(store):
    store.append([draft(1)])
    before = store.head()
    for batch in ([draft(2), draft(1)], [draft(3), draft(3)]):
        with pytest.raises(StoreUnavailable) as error:
            store.append(batch)
        assert error.value.codes == ("duplicate-operation",)
        assert store.head() == before


def test_a_full_disk_refuses_and_the_next_try_goes_through(tmp_path):
    engine = open_sqlite(tmp_path / "reviews.db")
    store = SqlStore(engine)
    store.append([draft(1)])
    before = store.head()

    def allow(pages: int) -> None:
        with engine.connect() as connection:
            connection.execute(sa.text(f"PRAGMA max_page_count = {pages}"))

    allow(1)  # SQLite keeps what it has and takes no page more
    with pytest.raises(StoreUnavailable) as error:
        store.append([draft(2, "y" * 100_000)])
    assert error.value.codes == ("store-unavailable",) and "yyy" not in str(error.value)
    assert store.head() == before and len(list(store.read())) == 1
    allow(1_000_000)
    store.append([draft(2, "y" * 100_000)])
    assert store.head()[0] == 2
    engine.dispose()


def test_commits_are_flushed_to_the_disk(tmp_path):
    engine = open_sqlite(tmp_path / "reviews.db")
    with engine.connect() as connection:
        modes = [
            connection.execute(sa.text(f"PRAGMA {p}")).scalar()
            for p in ("journal_mode", "synchronous")
        ]
    assert modes == ["wal", 2]  # 2 is FULL
    engine.dispose()
