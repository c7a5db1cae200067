"""Heads written down elsewhere show what the chain alone cannot."""

from __future__ import annotations

import json

import pytest
from record_stores import draft, on_postgres

from lltic.audit.store import verify
from lltic.cli import main
from lltic.errors import LlticError
from lltic.reviews.record.anchor import anchor, read_anchors, study_id
from lltic.reviews.record.engines import open_postgres
from lltic.reviews.record.opening import reading, writing
from lltic.study import Study

AT = "2026-11-01T09:00:00.000000Z"


def failed(study, file) -> dict[str, str]:
    return {claim.name: claim.detail for claim in verify(study, file) if not claim.passed}


def test_each_visit_adds_a_line_and_all_must_still_be_there(reviewed, tmp_path):
    file = tmp_path / "anchors"
    made = [anchor(reviewed, file, AT)]
    with writing(reviewed) as store:
        store.append([draft("new", {"for": "x"}, kind="held")])
        made.append(anchor(reviewed, file, AT))  # beside the writer
        store.accesses.append([draft(1, kind="refused")])
    made.append(anchor(reviewed, file, AT))
    assert read_anchors(file) == made and file.read_text().count("\n") == 3
    assert made[0].heads["events"] != made[1].heads["events"] == made[2].heads["events"]
    assert failed(reviewed, file) == {}
    assert file.read_text().isascii() and "amira" not in file.read_text()


def test_a_study_without_a_record_has_the_beginning_as_its_head(tmp_path):
    study = Study.init(tmp_path / "study", title="Test")
    file = tmp_path / "anchors"
    assert anchor(study, file, AT).heads["events"] == (0, "0" * 64)
    assert failed(study, file) == {}
    with writing(study) as store:
        store.append([draft(1)])
    anchor(study, file, AT)
    study.reviews.unlink()  # the whole record is gone, and nothing in the folder says so
    assert verify(study)[0].passed
    assert "was cut off" in failed(study, file)["anchor"]


@pytest.mark.parametrize(
    "text", ["", "nonsense\n", "{}\n", '{"at":1}\n', "[1,2]\n", '{"events":[1,2,3]}\n']
)
def test_a_file_that_is_no_anchor_proves_nothing(reviewed, tmp_path, text):
    file = tmp_path / "anchors"
    file.write_text(text)
    with pytest.raises(LlticError) as error:
        read_anchors(file)
    assert set(error.value.codes) == {"bad-anchor"}
    assert set(failed(reviewed, file)) == {"anchor"}
    assert main(["audit", "store", "--study", str(reviewed.path), "--anchor", str(file)]) == 1


def test_a_missing_file_and_one_that_cannot_be_written_are_named(reviewed, tmp_path):
    assert set(failed(reviewed, tmp_path / "nowhere")) == {"anchor"}
    with pytest.raises(LlticError) as error:
        anchor(reviewed, tmp_path, AT)
    assert error.value.codes == ("cannot-write",)


def test_another_studys_anchor_is_not_taken(reviewed, tmp_path):
    other = Study.init(tmp_path / "other", title="Test")
    assert study_id(other) != study_id(reviewed)
    anchor(other, tmp_path / "anchors", AT)
    assert "another study" in failed(reviewed, tmp_path / "anchors")["anchor"]


def test_a_changed_line_of_the_anchor_is_seen(reviewed, tmp_path):
    file = tmp_path / "anchors"
    anchor(reviewed, file, AT)
    line = json.loads(file.read_text())
    line["events"][1] = "f" * 64
    file.write_text(json.dumps(line) + "\n")
    assert "written anew" in failed(reviewed, file)["anchor"]


@pytest.fixture
def on_a_server(small_study, postgres_url):
    """The small study's record, moved into PostgreSQL line by line."""
    with reading(small_study) as store:
        drafts = [
            draft(e.seq, e.value, kind=e.kind, definition_hash=e.definition_hash, field=e.field)
            for e in store.read()
            if e.kind == "defined"
        ]
    on_postgres(small_study, postgres_url)
    study = Study.open(small_study.path)
    with writing(study) as store:
        store.append(drafts)
        store.append([draft(f"hold-{n}", {"for": str(n)}, kind="held") for n in range(5)])
        store.accesses.append([draft(n, {"n": n}, kind="refused") for n in range(5)])
    return study


OFF = "ALTER TABLE {0} DISABLE TRIGGER ALL; {1}; ALTER TABLE {0} ENABLE TRIGGER ALL"


@pytest.mark.parametrize(
    ("book", "statement", "claim"),
    [
        ("events", "UPDATE events SET actor = 'b' WHERE seq = 4", "chain"),
        ("events", "UPDATE events SET value = '7' WHERE seq = 4", "chain"),
        ("events", "DELETE FROM events WHERE seq = 4", "chain"),
        ("accesses", "UPDATE accesses SET value = '7' WHERE seq = 2", "accesses"),
        ("accesses", "DELETE FROM accesses WHERE seq = 2", "accesses"),
        ("events", "DELETE FROM events WHERE seq > 4", "anchor"),
        ("accesses", "TRUNCATE accesses", "anchor"),
        ("events", "DROP TRIGGER events_append_only ON events", "guards"),
        ("events", "DROP TRIGGER events_next ON events", "guards"),
    ],
)
def test_tampering_with_a_server_is_found(on_a_server, tmp_path, book, statement, claim):
    anchor(on_a_server, tmp_path / "anchors", AT)
    assert failed(on_a_server, tmp_path / "anchors") == {}
    engine = open_postgres(on_a_server.settings.reviews_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(OFF.format(book, statement))
    engine.dispose()
    assert claim in failed(on_a_server, tmp_path / "anchors")


def test_a_switched_off_guard_is_named(on_a_server, tmp_path):
    engine = open_postgres(on_a_server.settings.reviews_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE accesses DISABLE TRIGGER accesses_next")
    engine.dispose()
    assert failed(on_a_server, None) == {"guards": "not there, or switched off: accesses_next"}
