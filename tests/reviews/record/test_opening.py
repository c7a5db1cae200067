"""One writer at a time, on a disk that keeps its word, and any number of readers."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from postgres import Server, cluster
from record_stores import AT, draft, on_postgres, postgres_store

from lltic.audit.store import verify
from lltic.errors import LlticError
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.record.backup import backup
from lltic.reviews.record.disk import file_system, of_mounts, refuse_distant
from lltic.reviews.record.engines import WRITER, open_sqlite
from lltic.reviews.record.opening import reading, where, writing
from lltic.reviews.record.restore import restore
from lltic.reviews.record.store import CommitUnknown, RecordMoved, StoreUnavailable
from lltic.study import Study


@pytest.fixture(params=["sqlite", "postgres"])
def study(request, tmp_path):
    made = Study.init(tmp_path / "study", title="Test")
    if request.param == "postgres":
        on_postgres(made, request.getfixturevalue("postgres_url"))
    return Study.open(made.path)


def test_there_is_one_writer_and_readers_beside_it(study):
    with reading(study) as store:
        assert store is None
    with writing(study) as store:
        store.append([draft(1)])
        with pytest.raises(LlticError) as error, writing(study):
            pass
        assert error.value.codes == ("record-in-use",)
        with reading(study) as reader:
            assert reader.head() == store.head()
        store.append([draft(2)])
    with writing(study) as store:
        assert store.head()[0] == 2


def test_reading_on_while_appending_does_not_wait_for_itself(study):
    with writing(study) as store:
        store.append([draft(n) for n in range(3)])
        for event in store.read():
            store.append([draft(f"{event.seq}-more")])
            if event.seq == 3:
                break
        assert store.head()[0] == 6


def test_who_comes_while_another_opens_the_same_old_file_waits(tmp_path):
    """SQLite itself would say "locked" at once to the second who turns a file to WAL."""
    file = tmp_path / "accounts.db"
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE people (name TEXT)")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError), closing(sqlite3.connect(file)) as alone:
            alone.execute("PRAGMA journal_mode=WAL")
        done = threading.Timer(0.3, other.execute, ["COMMIT"])
        done.start()
        engine = open_sqlite(file)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        engine.dispose()
        done.join()


def test_two_computers_cannot_both_write_to_one_database(postgres_url, tmp_path):
    """Their studies are two folders, so no lock file helps; the database does."""
    studies = []
    for name in ("one", "two"):
        made = Study.init(tmp_path / name, title="Test")
        on_postgres(made, postgres_url)
        studies.append(Study.open(made.path))
    with writing(studies[0]):
        with pytest.raises(LlticError) as error, writing(studies[1]):
            pass
        assert error.value.codes == ("record-in-use",)
    with writing(studies[1]) as store:
        store.append([draft(1)])


def test_a_password_does_not_belong_into_the_settings(tmp_path):
    made = Study.init(tmp_path / "study", title="Test")
    for url in (
        "postgresql+psycopg://me:hunter2@host/db",
        "postgresql+psycopg://me@host/db?password=hunter2",
        "mysql://host/db",
    ):
        file = made.path / "study.toml"
        kept = file.read_text("utf-8")
        on_postgres(made, url)
        with pytest.raises(LlticError) as error:
            Study.open(made.path)
        assert error.value.codes == ("bad-settings",) and "hunter2" not in str(error.value)
        file.write_text(kept, "utf-8")
    assert where(Study.open(made.path)).endswith("reviews.db")


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "virtiofs", "fuse"])
def test_a_share_is_refused(tmp_path, kind):
    with pytest.raises(LlticError) as error:
        refuse_distant(tmp_path, kind)
    assert error.value.codes == ("not-a-local-disk",) and kind in str(error.value)


def test_local_disks_are_let_through(tmp_path):
    for kind in ("ext4", "xfs", "btrfs", "overlay", "apfs", "tmpfs", "fuseblk", ""):
        refuse_distant(tmp_path, kind)
    refuse_distant(tmp_path)
    mounts = Path("/proc/self/mounts")
    if mounts.is_file():
        assert file_system(tmp_path) in mounts.read_text("utf-8").split()


def test_the_nearest_mount_counts():
    mounts = "a / ext4 rw 0 0\nb /srv nfs rw 0 0\nc /srv/local ext4 rw 0 0\nd /srvx cifs rw 0 0"
    assert of_mounts("/srv/x", mounts) == "nfs"
    assert of_mounts("/srv", mounts) == "nfs"
    assert of_mounts("/srv/local/x", mounts) == "ext4"
    assert of_mounts("/srv2", mounts) == "ext4"
    assert of_mounts("/srv/x", mounts + "\ne /srv ext4 rw 0 0") == "ext4"


def test_a_study_on_a_share_is_not_opened(tmp_path, monkeypatch):
    study = Study.init(tmp_path / "study", title="Test")
    monkeypatch.setattr("lltic.reviews.record.disk.file_system", lambda folder: "nfs4")
    with pytest.raises(LlticError) as error, writing(study):
        pass
    assert error.value.codes == ("not-a-local-disk",)


def test_a_writer_that_lost_its_session_notices_what_another_wrote(postgres_url):
    """The pool mends a lost session silently; the projection in memory would be stale."""
    with postgres_store(postgres_url) as store:
        store.append([draft(1)])
        ends = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
        Server(postgres_url, iter(())).run(ends + " AND application_name = 'lltic'")
        with postgres_store(postgres_url) as second:
            second.append([draft(2)])
            with pytest.raises(LlticError) as error:
                store.append([draft(3)])
            assert error.value.codes == ("record-in-use",)
        with pytest.raises(RecordMoved):
            store.append([draft(3)])
        assert [e.op_id for e in store.read(after=1)] == ["operation-2"]
        store.append([draft(3)])
        assert store.head()[0] == 3


def test_the_record_is_for_its_owner_alone(tmp_path):
    study = Study.init(tmp_path / "study", title="Test")
    with writing(study) as store:
        store.append([draft(1)])
        modes = {f.name: f.stat().st_mode & 0o077 for f in study.path.glob("reviews.db*")}
    assert len(modes) == 3 and set(modes.values()) == {0}


@pytest.mark.parametrize("name", ["autumn #2", "100%25?mode=ro", "a&b=é "])
def test_a_study_is_its_folder_whatever_the_folder_is_called(tmp_path, name):
    """Two whose names differ behind a # only were once one record, beside both."""
    one, other = (Study.init(tmp_path / part / name, title="Test") for part in ("a", "b"))
    for number, study in enumerate((one, other)):
        Accounts(study.keys).add(Person(f"person-{number}", "", "", ("reviewer",)), "x" * 20)
        with writing(study) as store:
            assert store.head()[0] == 0
            store.keys.make([f"CASE{number}"])
            store.append([draft(number, {"for": "x"}, kind="held", case_id=f"CASE{number}")])
        assert [claim for claim in verify(study) if not claim.passed] == []
        copy = tmp_path / f"copy-{number}" / name
        backup(study, copy, AT)
        restored = restore(copy, study.path.with_name("back"))
        assert Accounts(restored.keys).names() == [f"person-{number}"]
    assert {entry.name for entry in tmp_path.iterdir()} == {"a", "b", "copy-0", "copy-1"}
    assert {entry.name for entry in (tmp_path / "a").iterdir()} == {name, "back"}
    assert (one.keys / "accounts.db").stat().st_mode & 0o077 == 0


@pytest.fixture
def own_cluster():
    with cluster() as made:
        yield made


def test_a_server_that_dies_and_comes_back_loses_nothing_and_stays_locked(own_cluster):
    """Killed while appending; every acknowledged event is there, every op_id once."""
    server = Server(own_cluster.url, iter(range(9)))
    with server.database() as url, postgres_store(url) as store:
        acknowledged: list[str] = []
        unsure: list[str] = []
        stop = threading.Event()

        def work() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                one = draft(f"kill-{number}")
                while not stop.is_set():
                    try:
                        store.append([one])
                        acknowledged.append(one.op_id)
                        break
                    except CommitUnknown:
                        unsure.append(one.op_id)
                    except StoreUnavailable as error:
                        if error.codes == ("duplicate-operation",):
                            assert one.op_id in unsure
                            acknowledged.append(one.op_id)
                            break
                        time.sleep(0.05)

        worker = threading.Thread(target=work)
        worker.start()
        for _ in range(3):
            time.sleep(0.4)
            own_cluster.kill()
            own_cluster.start()
        time.sleep(0.6)
        stop.set()
        worker.join(60)
        found = [event.op_id for event in store.read()]
        assert len(set(found)) == len(found) > 20
        assert set(acknowledged) <= set(found)
        with pytest.raises(LlticError) as error, postgres_store(url) as second:
            second.append([draft("second")])
        assert error.value.codes == ("record-in-use",)


def test_the_lock_of_a_session_that_is_just_ending_is_waited_for(postgres_url):
    """A command begins in the moment the server still ends the session of the one before."""
    import psycopg

    with psycopg.connect(postgres_url.replace("postgresql+psycopg", "postgresql")) as before:
        before.execute("SELECT pg_advisory_lock(hashtext(%s))", (WRITER,))
        before.commit()
        ending = threading.Timer(0.2, before.close)
        ending.start()
        with postgres_store(postgres_url) as store:
            store.append([draft(1)])
        ending.join()
