"""Every store keeps what it is given, all or nothing, in two chains."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
import sqlalchemy as sa
from record_stores import AT, draft, sqlite_store

from lltic.errors import LlticError
from lltic.reviews.record.events import GENESIS, digest
from lltic.reviews.record.store import DuplicateOperation, StoreUnavailable


def test_an_empty_store_starts_at_the_beginning(store):
    assert store.head() == (0, GENESIS) and list(store.read()) == []
    assert store.find("operation-1") is None and store.append([]) == []


def test_events_come_back_as_they_were_in_a_chain(store):
    values = ["naïve 😀", {"value": [1, 2.5, None, True]}, "", "\u2028\x0b\ud7ff\0"]
    sealed = store.append([draft(n, v) for n, v in enumerate(values)])
    found = list(store.read())
    assert found == sealed and [e.value for e in found] == values
    previous = GENESIS
    for seq, line in enumerate(store.stored(), 1):
        assert line.seq == seq and line.prev_hash == previous
        assert line.hash == digest(line)
        previous = line.hash
    assert store.head() == (len(values), previous)
    assert list(store.read(after=2)) == found[2:]
    assert store.find("operation-2") == found[2]


def test_each_review_has_a_chain_of_its_own(store):
    reviews = ["r1", "", "r2", "r1", "r1", "r2", ""]
    store.append([draft(n, review_id=r) for n, r in enumerate(reviews[:4])])
    store.append([draft(n, review_id=r) for n, r in enumerate(reviews[4:], 4)])
    last = {}
    for event, review in zip(store.read(), reviews, strict=True):
        expected = last.get(review, GENESIS) if review else ""
        assert event.review_prev_hash == expected
        last[review] = event.hash


def test_the_two_books_are_apart(store):
    store.append([draft(1)])
    assert store.accesses.head() == (0, GENESIS)
    store.accesses.append([draft(1, kind="refused"), draft(2, kind="read")])
    assert store.head()[0] == 1 and store.accesses.head()[0] == 2
    assert [e.kind for e in store.accesses.read()] == ["refused", "read"]


def test_a_repeated_operation_stops_the_whole_batch(store):
    store.append([draft(1)])
    before = store.head()
    for batch in ([draft(2), draft(1)], [draft(3), draft(3)]):
        with pytest.raises(DuplicateOperation) as error:
            store.append(batch)
        assert error.value.codes == ("duplicate-operation",)
        assert store.head() == before
    store.append([draft(2)])
    assert store.head()[0] == 2


def test_a_batch_that_is_broken_off_leaves_nothing(store):
    def breaks_off() -> None:
        with store.batch() as batch:
            batch.add(draft(1))
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        breaks_off()
    assert store.head() == (0, GENESIS)
    with store.batch() as batch:
        made = batch.add(draft(1))
    assert list(store.read()) == [made]


@pytest.mark.parametrize("change", [{"value": "\ud800"}, {"reason": "\ud800"}, {"reason": "a\0b"}])
def test_half_a_character_is_refused_before_anything_is_written(store, change):
    with pytest.raises(LlticError) as error:
        store.append([draft(1), draft(2, **change)])
    assert error.value.codes == ("bad-text",)
    assert store.head() == (0, GENESIS)


def test_twenty_threads_append_and_nothing_is_lost_or_counted_twice(store):
    """Each thread appends to a review of its own; the chains are whole afterwards."""
    threads, each = 20, 25
    wrong: list[BaseException] = []
    acknowledged: list[tuple[int, str]] = []

    def write(number: int) -> None:
        try:
            for n in range(each):
                one = draft(f"{number}-{n}", f"text {n}", review_id=f"review-{number}")
                acknowledged.extend((e.seq, e.op_id) for e in store.append([one]))
        except BaseException as error:
            wrong.append(error)

    running = [threading.Thread(target=write, args=(n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(120)
    assert wrong == []
    found = list(store.stored())
    assert [line.seq for line in found] == list(range(1, threads * each + 1))
    assert sorted(acknowledged) == sorted((line.seq, line.op_id) for line in found)
    assert Counter(line.review_id for line in found) == {
        f"review-{n}": each for n in range(threads)
    }
    previous, last = GENESIS, {}
    for line in found:
        assert line.prev_hash == previous
        assert line.review_prev_hash == last.get(line.review_id, GENESIS)
        assert digest(line) == line.hash
        previous = last[line.review_id] = line.hash


def test_a_full_disk_refuses_and_the_next_try_goes_through(tmp_path):
    with sqlite_store(tmp_path) as store:
        store.append([draft(1)])
        before = store.head()

        def allow(pages: int) -> None:
            with store.engine.connect() as connection:
                connection.execute(sa.text(f"PRAGMA max_page_count = {pages}"))

        allow(1)  # SQLite keeps what it has and takes no page more
        with pytest.raises(StoreUnavailable) as error:
            store.append([draft(2, "y" * 100_000)])
        assert error.value.codes == ("store-unavailable",) and "yyy" not in str(error.value)
        assert store.head() == before and len(list(store.read())) == 1
        allow(1_000_000)
        store.append([draft(2, "y" * 100_000)])
        assert store.head()[0] == 2


def test_commits_are_flushed_to_the_disk(tmp_path):
    with sqlite_store(tmp_path) as store, store.engine.connect() as connection:
        modes = [
            connection.execute(sa.text(f"PRAGMA {p}")).scalar()
            for p in ("journal_mode", "synchronous")
        ]
    assert modes == ["wal", 2]  # 2 is FULL


ANEW = (
    "INSERT INTO {0} SELECT 9, 'other', at, actor, role, organisation, kind, case_id, review_id, "
    "field, value, base_version, reason, definition_hash, prev_hash, hash, review_prev_hash "
    "FROM {0} WHERE seq = 1"
)
CHANGES = {
    "sqlite": (
        "UPDATE {0} SET value = '1' WHERE seq = 1",
        "DELETE FROM {0} WHERE seq = 1",
        "DELETE FROM {0}",
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0} WHERE seq = 1",
        ANEW,
        ANEW.replace("INSERT", "INSERT OR REPLACE").replace("9, 'other'", "2, op_id"),
    ),
    "postgresql": (
        "UPDATE {0} SET value = '1' WHERE seq = 1",
        "UPDATE {0} SET value = '1' WHERE seq = 99",
        "DELETE FROM {0} WHERE seq = 1",
        "DELETE FROM {0}",
        "TRUNCATE {0}",
        "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT (seq) DO UPDATE SET value = '1'",
        ANEW,
    ),
}


@pytest.mark.parametrize("book", ["events", "accesses"])
def test_the_database_itself_refuses_to_change_the_past(sql_store, book):
    for one in (sql_store, sql_store.accesses):
        one.append([draft(1)])
    for statement in CHANGES[sql_store.engine.dialect.name]:
        with pytest.raises(sa.exc.DBAPIError, match=r"append-only|out of order"):
            with sql_store.engine.begin() as connection:
                connection.exec_driver_sql(statement.format(book))
    assert [e.value for e in sql_store.read()] == ["x"]
    assert [e.at for e in sql_store.accesses.read()] == [AT]
