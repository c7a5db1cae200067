"""A record of any age becomes today's, and every hash stays what it was."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from record_stores import AT, draft

from lltic.errors import LlticError
from lltic.reviews.record.engines import open_postgres, open_sqlite
from lltic.reviews.record.events import COLUMNS, UNCHAINED, digest
from lltic.reviews.record.keys import MemoryKeys
from lltic.reviews.record.schema import STEPS, TABLES, VERSION, upgrade, version_of
from lltic.reviews.record.sql import SqlStore
from lltic.reviews.state import replay

DUMP = Path(__file__).with_name("version_1.sql")
"""A record as lltic wrote it before steps were counted: two cases, 43 events."""

HEAD = (43, "b7d7162bb945456e2cb1f90984618d231d59cb7c5bc6a87265a7eb530b8cc241")


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request, tmp_path):
    if request.param == "sqlite":
        made = open_sqlite(tmp_path / "reviews.db")
    else:
        made = open_postgres(request.getfixturevalue("postgres_url"))
    yield made
    made.dispose()


def as_of_version(engine: sa.Engine, version: int, keys: MemoryKeys) -> None:
    """Make a record of an age, with events in it that were written at that age."""
    upgrade(engine, AT, upto=1)
    old = sqlite3.connect(":memory:")
    old.executescript(DUMP.read_text("utf-8"))
    names = [name for name in COLUMNS if name != "review_prev_hash"]
    rows = old.execute(f"SELECT {', '.join(names)} FROM events ORDER BY seq").fetchall()
    old.close()
    marks = ", ".join(f":{name}" for name in names)
    insert = sa.text(f"INSERT INTO events ({', '.join(names)}) VALUES ({marks})")
    with engine.begin() as connection:
        connection.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])
    if version == 1:
        with engine.begin() as connection:  # nothing counted steps then
            connection.exec_driver_sql("DROP TABLE schema_version")
        return
    upgrade(engine, AT, upto=version)
    store = SqlStore(engine, keys, create=False)
    review = {"case_id": "AAAAA-00002", "review_id": "AAAAA-00002-2"}
    store.append([draft(f"new-{n}", {"value": "later"}, field=f"f{n}", **review) for n in range(3)])


def facts(engine: sa.Engine, keys: MemoryKeys) -> tuple:
    store = SqlStore(engine, keys, create=False)
    state = replay(store.read())
    answers = {review: state.reviews[review].answers for review in state.reviews}
    return store.head(), [line.hash for line in store.stored()], answers


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_every_upgrade_replays_to_the_same_head(engine, version):
    keys = MemoryKeys()
    as_of_version(engine, version, keys)
    before = facts(engine, keys)  # a reader takes it as it is
    assert before[0] == HEAD if version == 1 else before[0][0] == 46
    assert upgrade(engine, AT) == VERSION - version
    assert upgrade(engine, AT) == 0
    assert facts(engine, keys) == before
    store = SqlStore(engine, keys)
    for line in store.stored():
        assert digest(line) == line.hash
    assert [line.review_prev_hash for line in store.stored()][:43] == [UNCHAINED] * 43
    with engine.connect() as connection:
        taken = connection.exec_driver_sql("SELECT version FROM schema_version ORDER BY version")
        assert [row[0] for row in taken] == [step.version for step in STEPS]


def test_the_first_new_event_of_an_old_review_follows_its_last_old_one(engine):
    keys = MemoryKeys()
    as_of_version(engine, 1, keys)
    store = SqlStore(engine, keys)
    last = [e for e in store.read() if e.review_id == "AAAAA-00001-1"][-1]
    (event,) = store.append([draft("new", case_id="AAAAA-00001", review_id="AAAAA-00001-1")])
    assert (event.review_prev_hash, event.prev_hash) == (last.hash, HEAD[1])


def test_a_step_that_fails_leaves_nothing_of_itself(engine, monkeypatch):
    from lltic.reviews.record import schema

    def broken(dialect):
        yield from STEPS[1].statements(dialect)
        yield "SELECT nothing FROM nowhere"

    steps = (STEPS[0], schema.Step(2, "broken", broken), STEPS[2])
    monkeypatch.setattr(schema, "STEPS", steps)
    with pytest.raises(LlticError) as error:
        upgrade(engine, AT)
    assert error.value.codes == ("store-unavailable",)
    with engine.connect() as connection:
        assert version_of(connection) == 1
        columns = {c["name"] for c in sa.inspect(connection).get_columns("events")}
    assert "review_prev_hash" not in columns
    monkeypatch.undo()
    assert upgrade(engine, AT) == VERSION - 1


def test_a_record_of_tomorrow_is_left_alone(engine):
    upgrade(engine, AT)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO schema_version VALUES ({VERSION + 1}, '', '')")
    for attempt in (lambda: SqlStore(engine), lambda: list(SqlStore(engine, create=False).read())):
        with pytest.raises(LlticError) as error:
            attempt()
        assert error.value.codes == ("record-too-new",)


def test_the_steps_make_the_tables_that_the_code_knows(engine):
    upgrade(engine, AT)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        for name, table in TABLES.items():
            there = {c["name"]: c["nullable"] for c in inspector.get_columns(name)}
            assert set(there) == {c.name for c in table.columns}
            assert not any(nullable for column, nullable in there.items() if column != "seq")
