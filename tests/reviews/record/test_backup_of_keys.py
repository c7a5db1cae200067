"""Keys in a backup: whole at one moment, also while people log in; never more secrets."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import timedelta

import pytest
from running_service import CHEAP, served
from small_study import AMIRA, BEN, PASSWORD, make_study

from lltic.clock import system_clock
from lltic.errors import LlticError, Refused
from lltic.reviews import read
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.record import backup as copying
from lltic.reviews.record import erasure
from lltic.reviews.record.backup import backup
from lltic.reviews.record.opening import case_keys, writing
from lltic.reviews.record.restore import restore
from lltic.reviews.vouching import voucher_secret
from lltic.study import Study

AT = "2026-11-01T09:00:00.000000Z"
CASE = "AAAAA-00001"
NEW = Person("nadia", "Dr N.", "GP", ("reviewer",))


@pytest.fixture
def study(tmp_path) -> Study:
    return make_study(tmp_path / "study", system_clock)


def refused(call, *arguments) -> str:
    with pytest.raises(Refused) as error:
        call(*arguments)
    return error.value.codes[0]


def test_an_account_of_a_moment_ago_is_in_the_copy_though_it_is_not_in_the_file(study, tmp_path):
    accounts = Accounts(study.keys, hasher=CHEAP)
    accounts.names()  # a service that holds the file open, so that nobody tidies it up
    accounts.add(NEW, PASSWORD)
    assert (study.keys / "accounts.db-wal").stat().st_size
    alone = (study.keys / "accounts.db").read_bytes()
    assert NEW.name.encode() not in alone, "to copy the file would do"
    backup(study, tmp_path / "backup", AT)
    assert {f.name for f in (tmp_path / "backup/keys").iterdir()} == {
        *("accounts.db", "cases.db", "pseudonym.key"),
    }
    restored = Accounts(restore(tmp_path / "backup", tmp_path / "back").keys, hasher=CHEAP)
    assert restored.log_in(NEW.name, PASSWORD)[1] == NEW


def test_backups_while_the_service_runs_and_people_log_in(study, tmp_path):
    """Each copy has every account from before it was begun, and is whole."""
    made, stop, failures = [], threading.Event(), []
    people = Accounts(study.keys, hasher=CHEAP)

    def log_in(line) -> None:
        while not stop.is_set():
            try:
                line.client("amira").desk()
            except Exception as error:
                failures.append(error)
                return

    with writing(study) as store, served(study, store) as line:
        workers = [threading.Thread(target=log_in, args=(line,)) for _ in range(2)]
        for worker in workers:
            worker.start()
        try:
            for number in range(4):
                person = Person(f"person-{number}", "", "GP", ("reviewer",))
                people.add(person, PASSWORD)  # as 'lltic users add' does, in a process of its own
                made.append(backup(study, tmp_path / f"backup-{number}", AT))
        finally:
            stop.set()
            for worker in workers:
                worker.join(60)
    assert not failures
    assert made[0].heads["accesses"][0] < made[3].heads["accesses"][0], "nobody logged in meanwhile"
    for number in range(4):
        back = restore(tmp_path / f"backup-{number}", tmp_path / f"back-{number}")
        with closing(sqlite3.connect(back.keys / "accounts.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        known = set(Accounts(back.keys).names())
        assert {f"person-{n}" for n in range(number + 1)} <= known
        assert f"person-{number + 1}" not in known


KILLED = """
import os, sqlite3, sys
from pathlib import Path
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
keys = Path(sys.argv[1])
Accounts(keys).add(Person("nadia", "Dr N.", "GP", ("reviewer",)), "correct-horse-battery")
cases = sqlite3.connect(keys / "cases.db", isolation_level=None)
cases.execute("PRAGMA cache_size = 1")
cases.execute("BEGIN IMMEDIATE")
for number in range(2000):
    cases.execute("INSERT INTO case_keys VALUES (?, ?)", (f"half-{number}", b"x" * 500))
os._exit(9)
"""


def test_after_a_power_failure_what_was_committed_is_copied_and_nothing_half_written(
    study, tmp_path
):
    """A journal and a write-ahead log are left beside the files."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(study.keys)], check=False)
    assert done.returncode == 9
    left = {f.name for f in study.keys.iterdir()}
    assert {"accounts.db-wal", "cases.db-journal"} <= left
    backup(study, tmp_path / "backup", AT)
    back = restore(tmp_path / "backup", tmp_path / "back")
    assert NEW.name in Accounts(back.keys).names()
    with closing(sqlite3.connect(back.keys / "cases.db")) as connection:
        (half,) = connection.execute(
            "SELECT COUNT(*) FROM case_keys WHERE case_id LIKE 'half-%'"
        ).fetchone()
    assert half == 0
    assert len(list(read.events(back))) == len(list(read.events(study)))


# -- which secrets are in it, and for how long ------------------------------------------------


def test_secrets_lie_in_the_keys_folder_for_their_owner_only_and_nowhere_else(study, tmp_path):
    """As docs/security.md says: the two folders are kept apart, neither can be read alone."""
    voucher = voucher_secret(study).read_text()
    accounts = Accounts(study.keys, hasher=CHEAP)
    session, person = accounts.log_in("amira", PASSWORD)
    ticket = accounts.ticket(session, "kernel-1")
    capability, _ = accounts.exchange(ticket)
    signature, _ = accounts.sign(session, PASSWORD, "submit:AAAAA-00001-1")
    (study.keys / "voucher.key").chmod(0o644)
    with writing(study) as store:
        case_key = store.keys.find(CASE)
    backup(study, tmp_path / "backup", AT)
    assert person == AMIRA and case_key
    files = [f for f in (tmp_path / "backup").rglob("*") if f.is_file()]
    for file in files:
        raw, in_keys = file.read_bytes(), file.parent.name == "keys"
        for secret in (PASSWORD, session, ticket, capability, signature):
            assert secret.encode() not in raw, f"a secret lies open in {file.name}"
        for secret in (voucher.encode(), b"k" * 32, case_key):
            assert in_keys or secret not in raw, f"a key lies in {file.name}"
        assert not in_keys or file.stat().st_mode & 0o777 == 0o600
    assert any(case_key in file.read_bytes() for file in files), "the test looks for the wrong key"
    for folder in ("study", "keys"):
        assert (tmp_path / "backup" / folder).stat().st_mode & 0o777 == 0o700


def test_a_key_that_was_destroyed_is_in_no_backup_after_that(study, tmp_path):
    """And in the ones before it is, which is why they are to be kept short and apart."""
    with writing(study) as store:
        key = store.keys.find(CASE)
        backup(study, tmp_path / "before", AT)
        erasure.erase(study, store, CASE, at=AT, actor="J.Ward", reason="Its time is over")
        backup(study, tmp_path / "after", AT)  # while the record is held for writing
    there = {
        name: any(key in f.read_bytes() for f in (tmp_path / name).rglob("*") if f.is_file())
        for name in ("before", "after")
    }
    assert there == {"before": True, "after": False}
    keys = case_keys(restore(tmp_path / "after", tmp_path / "back"))
    assert keys.find(CASE) is None and keys.erased() == {CASE}
    keys.engine.dispose()


def test_nobody_comes_in_by_what_they_held_when_the_backup_was_made(study, tmp_path):
    """Who logged out since, or was disabled, must not come back by an old page."""
    accounts = Accounts(study.keys, hasher=CHEAP)
    session, _ = accounts.log_in("amira", PASSWORD)
    capability, _ = accounts.exchange(accounts.ticket(session, "kernel-1"))
    accounts.disable(BEN.name)
    backup(study, tmp_path / "backup", AT)
    accounts.close_session(session)
    back = Accounts(restore(tmp_path / "backup", tmp_path / "back").keys, hasher=CHEAP)
    assert refused(back.session, session) == "no-session"
    assert refused(back.capability, capability) == "no-session"
    assert refused(back.log_in, BEN.name, PASSWORD) == "wrong-login"
    # The person whose page it was goes on with it, having shown again who they are.
    person = back.admit(back.whose(session), PASSWORD)
    assert back.session(back.carry_on(session, person)) == AMIRA
    assert back.sessions() == 1


# -- what goes wrong on the way ----------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of a file")
def test_a_full_disk_is_told_and_leaves_no_backup(study, tmp_path):
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))

    command = [sys.executable, "-m", "lltic", "backup", str(tmp_path / "backup")]
    done = subprocess.run(
        [*command, "--study", str(study.path)],
        preexec_fn=small_disk,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert "cannot be written" in done.stderr and "Make room" in done.stderr
    with pytest.raises(LlticError) as error:
        restore(tmp_path / "backup", tmp_path / "back")
    assert error.value.codes == ("not-a-backup",)


def test_a_file_that_is_on_its_way_to_its_name_may_vanish_meanwhile(study, tmp_path, monkeypatch):
    passing = [study.outputs / ".board.xlsx.tmp", study.keys / ".voucher.key.tmp"]
    for file in passing:
        file.write_text("half")
    real = shutil.copy2

    def copy(source, target):
        if source in passing:
            source.unlink()
        return real(source, target)

    monkeypatch.setattr(copying.shutil, "copy2", copy)
    made = backup(study, tmp_path / "backup", AT)
    assert not any(name.endswith(".tmp") for name in made.files)
    assert restore(tmp_path / "backup", tmp_path / "back").settings == study.settings


def test_the_jump_of_a_clock_does_not_bring_sessions_back(study, tmp_path):
    """A host that is behind by an hour restores no session either."""
    accounts = Accounts(study.keys, hasher=CHEAP)
    session, _ = accounts.log_in("amira", PASSWORD)
    backup(study, tmp_path / "backup", AT)

    def behind():
        return system_clock() - timedelta(hours=1)

    restored = restore(tmp_path / "backup", tmp_path / "back", clock=behind)
    for clock in (behind, system_clock):
        assert refused(Accounts(restored.keys, clock, CHEAP).session, session) == "no-session"
