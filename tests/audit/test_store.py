"""One byte changed in the record is found, and the event is named."""

from __future__ import annotations

import json
import random
import sqlite3

import pytest

from lltic.audit.store import verify
from lltic.reviews import admin, bulk
from lltic.reviews.record.engines import open_sqlite
from lltic.reviews.record.events import COLUMNS, Draft
from lltic.reviews.record.opening import case_keys
from lltic.reviews.record.sealing import Sealer
from lltic.reviews.record.sql import SqlStore
from lltic.reviews.record.store import Batch
from lltic.study import Study


def failed(study) -> dict[str, str]:
    return {claim.name: claim.detail for claim in verify(study) if not claim.passed}


def rewrite(study, statement, *values):
    """Change the record behind the triggers' back, as somebody with the file could."""
    connection = sqlite3.connect(study.reviews)
    kept = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = kept.fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement, values)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def test_an_honest_record_passes(reviewed):
    claims = verify(reviewed)
    assert [c.name for c in claims] == ["file", "guards", "chain", "accesses", "texts", "replay"]
    assert all(c.passed for c in claims)


def test_the_database_itself_refuses_to_change_an_event(reviewed):
    connection = sqlite3.connect(reviewed.reviews)
    for statement in ("UPDATE events SET value = '1' WHERE seq = 5", "DELETE FROM events"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_a_guard_that_is_gone_is_named(reviewed):
    connection = sqlite3.connect(reviewed.reviews)
    connection.execute("DROP TRIGGER accesses_no_delete")
    connection.close()
    assert "accesses_no_delete" in failed(reviewed)["guards"]


def test_nothing_a_reviewer_wrote_lies_open_in_the_file(reviewed):
    connection = sqlite3.connect(reviewed.reviews)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"sepsis" not in reviewed.reviews.read_bytes()


def test_one_flipped_byte_in_an_answer_names_its_event(reviewed):
    connection = sqlite3.connect(reviewed.reviews)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    seq, value = connection.execute(
        "SELECT seq, value FROM events WHERE field = 'admission.judgement'"
    ).fetchone()
    connection.close()
    raw = bytearray(reviewed.reviews.read_bytes())
    at = raw.index(value.encode()) + 20
    raw[at] ^= 0x01
    reviewed.reviews.write_bytes(raw)
    assert f"event {seq}:" in failed(reviewed)["chain"]


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE events SET value = '{\"value\":5}' WHERE seq = 9", 9),
        ("UPDATE events SET actor = 'ben' WHERE seq = 9", 9),
        ("UPDATE events SET at = '2026-10-05T08:00:00.000000Z' WHERE seq = 9", 9),
        ("UPDATE events SET base_version = 7 WHERE seq = 9", 9),
        ("UPDATE events SET definition_hash = 'x' WHERE seq = 9", 9),
        ("UPDATE events SET kind = 'nothing' WHERE seq = 9", 9),
        ("UPDATE events SET value = 'no json' WHERE seq = 9", 9),
        ("UPDATE events SET value = '{ \"value\":4}' WHERE seq = 9", 9),
        ("DELETE FROM events WHERE seq = 9", 9),
        ("UPDATE events SET hash = 'g' || substr(hash, 2) WHERE seq = 9", 9),
        ("UPDATE events SET prev_hash = '0' WHERE seq = 9", 9),
        ("UPDATE events SET review_prev_hash = '0' WHERE seq = 9", 9),
        ("UPDATE events SET review_prev_hash = '-' WHERE seq = 9", 9),
        ("UPDATE events SET reason = x'00ff' WHERE seq = 9", 9),
        ("UPDATE events SET base_version = 'seven' WHERE seq = 9", 9),
    ],
)
def test_every_kind_of_change_names_its_event(reviewed, statement, seq):
    rewrite(reviewed, statement)
    found = failed(reviewed)
    assert f"event {seq}" in found["chain"] or f"event {seq + 1}" in found["chain"], found


def test_two_events_swapped_are_found(reviewed):
    rewrite(
        reviewed,
        "UPDATE events SET value = (SELECT value FROM events b WHERE b.seq = 21 - events.seq) "
        "WHERE seq IN (10, 11)",
    )
    assert "event 10:" in failed(reviewed)["chain"]


def test_an_event_sealed_by_a_forger_is_found_by_the_rules(reviewed):
    """A forger with the file and the keys can seal a chain anew; the rules still know better."""
    keys = case_keys(reviewed)
    engine = open_sqlite(reviewed.reviews, read_only=True)
    store = SqlStore(engine, keys, create=False)
    locked = next(e for e in store.read() if e.kind == "answered")
    before = {line.review_id: line.hash for line in store.stored()}
    batch = Batch(Sealer(keys), store.head(), lambda review: before[review])
    draft = {n: getattr(locked, n) for n in Draft.__dataclass_fields__}
    change = {"op_id": "forged-0001", "base_version": 1, "value": {"value": "no"}}
    batch.add(Draft(**{**draft, **change}))
    engine.dispose()
    keys.engine.dispose()
    (line,) = batch.lines
    connection = sqlite3.connect(reviewed.reviews)
    marks = ", ".join("?" for _ in COLUMNS)
    values = [getattr(line, name) for name in COLUMNS]
    statement = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({marks})"
    connection.execute(statement, values)
    connection.commit()
    connection.close()
    found = failed(reviewed)
    assert set(found) == {"replay"} and f"event {line.seq}" in found["replay"]


def test_a_hundred_random_bytes_in_the_answers_are_all_found(reviewed):
    connection = sqlite3.connect(reviewed.reviews)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    rows = connection.execute("SELECT value FROM events WHERE kind = 'answered'").fetchall()
    connection.close()
    whole = reviewed.reviews.read_bytes()
    chance = random.Random(14)
    for _ in range(100):
        value = chance.choice(rows)[0].encode()
        raw = bytearray(whole)
        at = raw.index(value) + chance.randrange(len(value))
        raw[at] ^= 1 << chance.randrange(8)
        reviewed.reviews.write_bytes(raw)
        assert failed(reviewed), f"a byte at {at} was changed and nobody saw it"
    reviewed.reviews.write_bytes(whole)
    assert not failed(reviewed)


def test_a_study_without_a_record_says_so(tmp_path):
    (claim,) = verify(Study.init(tmp_path / "empty"))
    assert claim.passed and "no record yet" in claim.detail
    assert json.dumps(claim.detail)


def test_bulk_import_refuses_what_the_service_would(reviewed):
    from lltic.errors import Refused
    from lltic.reviews.people import Person

    person = Person("amira", "", "GP", ("reviewer",))
    operation = {
        "op_id": "bulk-bad-1",
        "kind": "answer",
        "review_id": "AAAAA-00002-1",
        "case_id": "AAAAA-00002",
        "field": "admission.score",
        "value": {"value": 9},
        "base_version": 0,
    }
    with admin.writing(reviewed) as store:
        before = store.head()
        with pytest.raises(Refused):
            bulk.record(store, [(person, operation, "2026-10-05T09:00:00.000000Z")])
        assert store.head() == before
