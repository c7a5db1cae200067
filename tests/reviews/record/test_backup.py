"""Backups are taken while people work, restored onto a clean place, and checked all through."""

from __future__ import annotations

import json
import shutil
import threading

import pytest
from record_stores import draft, on_postgres

from lltic.audit.store import verify
from lltic.cli import main
from lltic.errors import LlticError
from lltic.reviews import read
from lltic.reviews.record import erasure
from lltic.reviews.record.anchor import anchor
from lltic.reviews.record.backup import backup, read_manifest
from lltic.reviews.record.opening import reading, writing
from lltic.reviews.record.restore import restore
from lltic.study import Study

AT = "2026-11-01T09:00:00.000000Z"
CASE = "AAAAA-00001"


def heads(study) -> dict:
    with reading(study) as store:
        return {"events": store.head(), "accesses": store.accesses.head()}


def passes(study, anchor_file=None) -> bool:
    return all(claim.passed for claim in verify(study, anchor_file))


@pytest.fixture
def with_accesses(reviewed):
    with writing(reviewed) as store:
        store.accesses.append([draft(1, {"code": "no-such-review"}, kind="refused")])
    return reviewed


def test_a_restored_study_has_the_same_heads_and_passes(with_accesses, tmp_path):
    before, judged = heads(with_accesses), read.judgements(with_accesses)
    made = backup(with_accesses, tmp_path / "backup", AT)
    assert made.heads == before and read_manifest(tmp_path / "backup") == made
    shutil.rmtree(with_accesses.path)  # a clean host
    study = restore(tmp_path / "backup", tmp_path / "restored")
    assert heads(study) == before and passes(study)
    assert read.judgements(study) == judged
    assert (study.keys.stat().st_mode & 0o777) == 0o700
    with writing(study) as store:
        store.append([draft("after", case_id=CASE, kind="held", value={"for": "x"})])


def test_a_backup_is_taken_while_the_service_writes(with_accesses, tmp_path):
    stop = threading.Event()
    with writing(with_accesses) as store:

        def work() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                store.append([draft(f"a-{number}", case_id=f"NEW-{number}", kind="read")])

        worker = threading.Thread(target=work)
        worker.start()
        try:
            made = [backup(with_accesses, tmp_path / f"backup-{n}", AT) for n in range(3)]
        finally:
            stop.set()
            worker.join(30)
    assert made[0].heads["events"][0] < made[2].heads["events"][0]
    for n, one in enumerate(made):
        study = restore(tmp_path / f"backup-{n}", tmp_path / f"restored-{n}")
        assert heads(study) == one.heads
        list(read.events(study))  # every key is there


def test_the_record_alone_and_the_keys_alone_say_nothing(with_accesses, tmp_path):
    backup(with_accesses, tmp_path / "backup", AT)
    assert b"sepsis" not in (tmp_path / "backup/study/reviews.db").read_bytes()
    assert not list((tmp_path / "backup/study").glob("keys*"))
    (tmp_path / "backup/keys").rename(tmp_path / "elsewhere")
    with pytest.raises(LlticError) as error:
        restore(tmp_path / "backup", tmp_path / "restored")
    assert set(error.value.codes) == {"backup-damaged"} and not (tmp_path / "restored").exists()
    study = restore(tmp_path / "backup", tmp_path / "restored", keys=tmp_path / "elsewhere")
    assert passes(study)


@pytest.mark.parametrize("name", ["study/reviews.db", "keys/cases.db", "study/study.toml"])
def test_a_damaged_backup_is_refused(with_accesses, tmp_path, name):
    backup(with_accesses, tmp_path / "backup", AT)
    file = tmp_path / "backup" / name
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    with pytest.raises(LlticError) as error:
        restore(tmp_path / "backup", tmp_path / "restored")
    assert error.value.codes == ("backup-damaged",) and name in str(error.value)
    assert not (tmp_path / "restored").exists()


def test_a_backup_with_more_or_less_in_it_is_refused(with_accesses, tmp_path):
    backup(with_accesses, tmp_path / "backup", AT)
    (tmp_path / "backup/study/more.txt").write_text("more")
    (tmp_path / "backup/keys/pseudonym.key").unlink()
    with pytest.raises(LlticError) as error:
        restore(tmp_path / "backup", tmp_path / "restored")
    assert error.value.codes == ("backup-damaged", "backup-damaged")
    (tmp_path / "backup/manifest.json").unlink()
    with pytest.raises(LlticError) as error:
        restore(tmp_path / "backup", tmp_path / "restored")
    assert error.value.codes == ("not-a-backup",)


def test_a_swapped_record_is_found_by_its_head_even_with_the_hash_mended(with_accesses, tmp_path):
    """Somebody replaces the record by an older one, and its hash in the manifest too."""
    backup(with_accesses, tmp_path / "old", AT)
    with writing(with_accesses) as store:
        store.append([draft("later", case_id=CASE, kind="held", value={"for": "x"})])
    backup(with_accesses, tmp_path / "new", AT)
    shutil.copy(tmp_path / "old/study/reviews.db", tmp_path / "new/study/reviews.db")
    plain = json.loads((tmp_path / "new/manifest.json").read_text())
    older = json.loads((tmp_path / "old/manifest.json").read_text())
    plain["files"]["study/reviews.db"] = older["files"]["study/reviews.db"]
    (tmp_path / "new/manifest.json").write_text(json.dumps(plain))
    with pytest.raises(LlticError) as error:
        restore(tmp_path / "new", tmp_path / "restored")
    assert error.value.codes == ("backup-damaged",) and not (tmp_path / "restored").exists()


def test_what_was_erased_since_the_backup_is_erased_again(with_accesses, tmp_path):
    backup(with_accesses, tmp_path / "backup", AT)
    with writing(with_accesses) as store:
        erasure.erase(with_accesses, store, CASE, at=AT, actor="J.Ward", reason="Its time is over")
    anchor(with_accesses, tmp_path / "anchors", AT)
    study = restore(tmp_path / "backup", tmp_path / "restored", anchor=tmp_path / "anchors")
    assert read.judgements(study) == [] and passes(study)
    assert not (study.documents / f"doc-{CASE}.txt").exists()
    last = list(read.events(study))[-1]
    assert last.kind == "erased" and "Erased again" in last.reason


def test_places_that_are_not_empty_are_refused(with_accesses, tmp_path):
    backup(with_accesses, tmp_path / "backup", AT)
    for act, code in (
        (lambda: backup(with_accesses, tmp_path / "backup", AT), "not-empty"),
        (lambda: backup(with_accesses, with_accesses.path / "inside", AT), "inside-the-study"),
        (lambda: restore(tmp_path / "backup", with_accesses.path), "not-empty"),
    ):
        with pytest.raises(LlticError) as error:
            act()
        assert error.value.codes == (code,)


def test_from_sqlite_to_postgres_and_back(with_accesses, tmp_path, postgres_url):
    """One schema: a backup is the same kind of file from either, and goes to either."""
    before = heads(with_accesses)
    backup(with_accesses, tmp_path / "one", AT)
    there = restore(tmp_path / "one", tmp_path / "there", url=postgres_url)
    assert there.settings.reviews_url == postgres_url and not there.reviews.exists()
    assert heads(there) == before and passes(there)
    with pytest.raises(LlticError) as error:
        restore(tmp_path / "one", tmp_path / "again", url=postgres_url)
    assert error.value.codes == ("database-not-empty",)
    with writing(there) as store:
        store.append([draft("there", case_id=CASE, kind="held", value={"for": "x"})])
        made = backup(there, tmp_path / "two", AT)  # while it is held for writing
    back = restore(tmp_path / "two", tmp_path / "back", url="")
    assert back.reviews.is_file() and heads(back) == made.heads == heads(there) != before
    assert passes(back)


def test_a_study_without_a_record_can_be_backed_up(tmp_path):
    study = Study.init(tmp_path / "study", title="Test")
    backup(study, tmp_path / "backup", AT)
    restored = restore(tmp_path / "backup", tmp_path / "restored")
    assert passes(restored) and restored.settings == study.settings


def test_the_commands(with_accesses, tmp_path, capsys):
    study = ["--study", str(with_accesses.path)]
    backup_to, restored = str(tmp_path / "backup"), str(tmp_path / "restored")
    anchors = str(tmp_path / "anchors")
    assert main(["audit", "anchor", "--to", anchors, *study]) == 0
    assert main(["backup", backup_to, *study]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == backup_to
    assert main(["restore", backup_to, restored, "--anchor", anchors]) == 0
    assert main(["audit", "store", "--anchor", anchors, "--study", restored]) == 0
    assert "PASS anchor" in capsys.readouterr().out
    assert main(["restore", backup_to, restored]) == 2


def test_postgres_settings_reach_a_study(tmp_path, postgres_url):
    study = Study.init(tmp_path / "study", title="Test")
    on_postgres(study, postgres_url)
    assert Study.open(study.path).settings.reviews_url == postgres_url
