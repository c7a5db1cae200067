"""The accounts of any age become today's, by numbered steps and nothing beside them."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from small_study import AMIRA, BEN, PASSWORD

from lltic.errors import LlticError
from lltic.reviews.accounts import Accounts, schema
from lltic.reviews.accounts.grants import hashed
from lltic.reviews.vouching import Vouching, voucher_secret
from lltic.study import Study

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
ISSUER, SUBJECT = "https://sign-in.example/tenant-7", "oid-1"
LATER = "2027-01-01T00:00:00.000000Z"

VERSION_1 = """
CREATE TABLE people (
    name TEXT NOT NULL, label TEXT NOT NULL, organisation TEXT NOT NULL, roles TEXT NOT NULL,
    password_hash TEXT NOT NULL, failures INTEGER NOT NULL, locked_until TEXT NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE grants (
    token_hash TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, session_hash TEXT NOT NULL,
    kernel_id TEXT NOT NULL, expires_at TEXT NOT NULL, PRIMARY KEY (token_hash)
);
CREATE INDEX ix_grants_session_hash ON grants (session_hash);
"""

VERSION_2 = """
CREATE TABLE grants (token_hash TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    session_hash TEXT NOT NULL, kernel_id TEXT NOT NULL, expires_at TEXT NOT NULL,
    act TEXT NOT NULL DEFAULT '', method TEXT NOT NULL DEFAULT '', op_id TEXT NOT NULL DEFAULT '');
CREATE TABLE people (
    name TEXT NOT NULL, label TEXT DEFAULT '' NOT NULL, organisation TEXT DEFAULT '' NOT NULL,
    roles TEXT DEFAULT '' NOT NULL, password_hash TEXT DEFAULT '' NOT NULL,
    discipline TEXT DEFAULT '' NOT NULL, active BOOLEAN DEFAULT '1' NOT NULL,
    must_change BOOLEAN DEFAULT '0' NOT NULL, changed_at TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE attempts (name_hash TEXT NOT NULL, failures INTEGER NOT NULL,
    locked_until TEXT DEFAULT '' NOT NULL, forget_at TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (name_hash));
CREATE INDEX ix_attempts_forget_at ON attempts (forget_at);
CREATE INDEX ix_grants_session_hash ON grants (session_hash);
PRAGMA user_version = 2;
"""

BESIDE_THE_STEPS = """
CREATE TABLE identities (issuer TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (issuer, subject));
CREATE TABLE vouched (grant_hash TEXT NOT NULL, name TEXT NOT NULL, expires_at TEXT NOT NULL,
    PRIMARY KEY (grant_hash));
"""
"""What a version 2 had as well once somebody had asked who may vouch."""

AGES = {
    "new": "",
    "1": VERSION_1,
    "2": VERSION_2,
    "2 where people sign in elsewhere": VERSION_2 + BESIDE_THE_STEPS,
}


@pytest.fixture
def study(tmp_path) -> Study:
    return Study.init(tmp_path / "study", title="Test")


def run(study: Study, script: str, *values) -> None:
    with closing(sqlite3.connect(study.keys / "accounts.db")) as connection:
        if values:
            connection.execute(script, values)
        else:
            connection.executescript(script)
        connection.commit()


def shape(study: Study) -> tuple[int, dict[str, dict[str, bool]]]:
    """The version of the file, and of each of its tables the columns: whether one may be NULL."""
    with closing(sqlite3.connect(study.keys / "accounts.db")) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        found = {}
        for (name,) in tables.fetchall():
            columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
            found[name] = {column[1]: not column[3] for column in columns}
    return version, found


def known() -> dict[str, dict[str, bool]]:
    tables = schema.metadata.tables.values()
    return {t.name: {c.name: bool(c.nullable) for c in t.columns} for t in tables}


@pytest.mark.parametrize("age", AGES)
def test_a_file_of_any_age_gets_the_tables_that_the_code_knows(study, clock, age):
    run(study, AGES[age])
    accounts = Accounts(study.keys, clock, CHEAP)
    assert shape(study) == (schema.VERSION, known())
    before = indexes(study)
    Vouching(study, accounts, clock)
    assert shape(study) == (schema.VERSION, known()), "a table was made beside the steps"
    assert indexes(study) == before >= {"ix_grants_session_hash", "ix_attempts_forget_at"}


def indexes(study: Study) -> set[str]:
    with closing(sqlite3.connect(study.keys / "accounts.db")) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


def test_who_signs_in_elsewhere_still_does_and_nothing_of_theirs_is_lost(study, clock):
    run(study, VERSION_2 + BESIDE_THE_STEPS)
    person = (AMIRA.name, AMIRA.label, AMIRA.organisation, '["reviewer"]', CHEAP.hash(PASSWORD))
    people = "INSERT INTO people (name, label, organisation, roles, password_hash, changed_at) "
    run(study, people + "VALUES (?, ?, ?, ?, ?, ?)", *person, LATER)
    off = "INSERT INTO people (name, label, organisation, roles, active) VALUES (?, ?, ?, ?, 0)"
    run(study, off, BEN.name, BEN.label, BEN.organisation, '["reviewer"]')
    run(study, "INSERT INTO identities VALUES (?, ?, ?)", ISSUER, SUBJECT, AMIRA.name)
    run(study, "INSERT INTO vouched VALUES (?, ?, ?)", hashed("a grant"), AMIRA.name, LATER)
    session = (hashed("session"), "session", AMIRA.name, hashed("session"), "", LATER, "", "", "")
    run(study, "INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", *session)

    accounts = Accounts(study.keys, clock, CHEAP)
    vouching = Vouching(study, accounts, clock)
    assert vouching.identities(AMIRA.name) == [(ISSUER, SUBJECT)]
    assert vouching.redeem("a grant")[1] == accounts.session("session") == AMIRA
    assert accounts.log_in(AMIRA.name, PASSWORD)[1] == AMIRA
    ben = accounts.account(BEN.name)
    assert ben is not None and not ben.active
    grant, _ = vouching.vouch(voucher_secret(study).read_text(), ISSUER, SUBJECT)
    assert vouching.redeem(grant)[1] == AMIRA


@pytest.mark.parametrize("age", [age for age in AGES if age != "new"])
def test_a_step_that_fails_leaves_the_file_and_its_version_as_they_were(
    study, clock, monkeypatch, age
):
    def fail(connection: sa.Connection) -> None:
        assert connection.exec_driver_sql("SELECT * FROM sign_ins").all() == []
        raise RuntimeError

    run(study, AGES[age])
    before = shape(study)
    with monkeypatch.context() as broken:
        broken.setattr(schema, "STEPS", (*schema.STEPS, fail))
        broken.setattr(schema, "VERSION", schema.VERSION + 1)
        with pytest.raises(RuntimeError):
            Accounts(study.keys, clock, CHEAP)
    assert shape(study) == before != (schema.VERSION, known())
    Accounts(study.keys, clock, CHEAP)
    assert shape(study) == (schema.VERSION, known())


def test_several_who_come_at_once_to_an_old_file_take_each_step_once(study, clock, monkeypatch):
    """The service, and a command of the operator's."""
    run(study, VERSION_2 + BESIDE_THE_STEPS)
    taken: list[str] = []

    def counted(step):
        def take(connection: sa.Connection) -> None:
            taken.append(step.__name__)
            step(connection)

        return take

    monkeypatch.setattr(schema, "STEPS", tuple(map(counted, schema.STEPS)))
    ready, failures = threading.Barrier(6), []

    def come() -> None:
        ready.wait(30)
        try:
            Accounts(study.keys, clock, CHEAP).names()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures and taken == ["_signing_in_elsewhere"]
    assert shape(study) == (schema.VERSION, known())


def test_a_damaged_file_is_told_from_a_disk_that_refuses(study, clock):
    (study.keys / "accounts.db").write_bytes(b"no database at all" * 500)
    with pytest.raises(LlticError) as error:
        Accounts(study.keys, clock, CHEAP)
    assert error.value.codes == ("accounts-damaged",) and "backup" in str(error.value)
    (study.keys / "accounts.db").unlink()
    (study.keys / "accounts.db").mkdir()
    with pytest.raises(LlticError) as error:
        Accounts(study.keys, clock, CHEAP)
    assert error.value.codes == ("store-unavailable",)


def test_only_the_steps_make_tables():
    """A table that somebody makes in passing has no version, and no way to another shape."""
    package = Path(schema.__file__).parents[1]
    makers = {f.name for f in package.rglob("*.py") if "create_all(" in f.read_text("utf-8")}
    assert makers == {"keys.py"}  # keys/cases.db: one table, which never had another shape
