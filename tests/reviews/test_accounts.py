"""Who may come in."""

from __future__ import annotations

import dataclasses
import stat
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from small_study import AMIRA, PASSWORD

from lltic.errors import LlticError, Refused, UsageError
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def accounts(small_study, clock) -> Accounts:
    return Accounts(small_study.keys, clock, CHEAP)


def refused(call, *arguments) -> str:
    with pytest.raises(Refused) as error:
        call(*arguments)
    return error.value.codes[0]


def again(accounts, session, password):
    """Go on with a session, as the service does it."""
    person = accounts.admit(accounts.whose(session), password)
    return accounts.carry_on(session, person), person


def change(accounts, name, password, new):
    """Choose a new password, as the service does it."""
    person = accounts.may_change(name, password, new)
    accounts.set_password(name, new)
    return person


def test_the_right_password_opens_a_session(accounts):
    session, person = accounts.log_in("amira", PASSWORD)
    assert person == AMIRA == accounts.session(session)


@pytest.mark.parametrize(("name", "password"), [("amira", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(accounts, name, password):
    assert refused(accounts.log_in, name, password) == "wrong-login"


def test_five_wrong_passwords_close_the_account_for_a_while(accounts, clock):
    for _ in range(5):
        assert refused(accounts.log_in, "amira", "wrong password") == "wrong-login"
    assert refused(accounts.log_in, "amira", PASSWORD) == "locked-out"
    clock.jump = timedelta(minutes=6)
    accounts.log_in("amira", PASSWORD)


def test_a_ticket_is_good_once_and_for_a_minute(accounts, clock):
    session, _ = accounts.log_in("amira", PASSWORD)
    ticket = accounts.ticket(session, "kernel")
    capability, person = accounts.exchange(ticket)
    assert person == AMIRA == accounts.capability(capability)
    assert refused(accounts.exchange, ticket) == "no-session"
    late = accounts.ticket(session, "kernel")
    clock.jump = timedelta(seconds=90)
    assert refused(accounts.exchange, late) == "no-session"


def test_logging_out_ends_everything_that_came_from_the_session(accounts):
    session, _ = accounts.log_in("amira", PASSWORD)
    capability, _ = accounts.exchange(accounts.ticket(session, "kernel"))
    ticket = accounts.ticket(session, "kernel")
    accounts.close_session(session)
    assert refused(accounts.session, session) == "no-session"
    assert refused(accounts.capability, capability) == "no-session"
    assert refused(accounts.exchange, ticket) == "no-session"


def test_a_capability_ends_with_its_session(accounts, clock):
    session, _ = accounts.log_in("amira", PASSWORD)
    clock.jump = timedelta(hours=11)
    capability, _ = accounts.exchange(accounts.ticket(session, "kernel"))
    clock.jump = timedelta(hours=13)
    assert refused(accounts.capability, capability) == "no-session"


def test_one_kind_of_secret_is_not_good_for_another(accounts):
    session, _ = accounts.log_in("amira", PASSWORD)
    ticket = accounts.ticket(session, "kernel")
    assert refused(accounts.capability, session) == "no-session"
    assert refused(accounts.session, ticket) == "no-session"
    assert refused(accounts.capability, ticket) == "no-session"
    assert refused(accounts.capability, "") == "no-session"


def test_a_removed_person_is_out_at_once(accounts):
    session, _ = accounts.log_in("amira", PASSWORD)
    capability, _ = accounts.exchange(accounts.ticket(session, "kernel"))
    accounts.remove("amira")
    assert refused(accounts.capability, capability) == "no-session"


def test_no_secret_is_kept_and_the_file_is_the_owners(accounts, small_study):
    session, _ = accounts.log_in("amira", PASSWORD)
    ticket = accounts.ticket(session, "kernel")
    file = small_study.keys / "accounts.db"
    raw = file.read_bytes()
    for secret in (PASSWORD, session, ticket):
        assert secret.encode() not in raw
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_bad_account_says_everything_that_is_wrong(accounts):
    with pytest.raises(UsageError) as error:
        accounts.add(Person("Amira Khan", "", "", ("boss",)), "short")
    assert error.value.codes == ("bad-account",) * 3


@pytest.mark.parametrize("text", ["two\nlines", "nul\0", "half \ud800", "\x1b[31m", "x" * 201])
def test_a_name_that_cannot_be_shown_or_kept_is_refused(accounts, text):
    with pytest.raises(UsageError) as error:
        accounts.add(Person("dan", text, text, ("reviewer",)), PASSWORD)
    assert [problem.where for problem in error.value.problems] == ["label", "organisation"]
    assert accounts.account("dan") is None


def test_a_new_password_replaces_the_old(accounts):
    accounts.add(dataclasses.replace(AMIRA, label="Dr Khan"), "another-long-password")
    assert refused(accounts.log_in, "amira", PASSWORD) == "wrong-login"
    assert accounts.log_in("amira", "another-long-password")[1].label == "Dr Khan"


# -- people come and go --------------------------------------------------------------------


def test_a_disabled_person_is_out_at_once_and_comes_back_as_they_were(accounts):
    session, _ = accounts.log_in("amira", PASSWORD)
    capability, _ = accounts.exchange(accounts.ticket(session, "kernel"))
    ticket = accounts.ticket(session, "kernel")
    signature = accounts.open_signature(session, "submit:X", "password")
    accounts.disable("amira")
    assert refused(accounts.capability, capability) == "no-session"
    assert refused(accounts.session, session) == "no-session"
    assert refused(accounts.exchange, ticket) == "no-session"
    assert refused(again, accounts, session, PASSWORD) == "wrong-login"
    assert refused(accounts.log_in, "amira", PASSWORD) == "wrong-login"
    assert accounts.signed(signature, AMIRA, "submit:X", "operation-1") == ""
    assert accounts.person("amira") is None
    assert not accounts.account("amira").active
    accounts.enable("amira")
    assert accounts.person("amira") == AMIRA
    # What they held stays ended: somebody else may hold it by now.
    assert refused(accounts.capability, capability) == "no-session"
    accounts.log_in("amira", PASSWORD)


def test_another_process_disables_a_person(accounts, small_study, clock):
    session, _ = accounts.log_in("amira", PASSWORD)
    Accounts(small_study.keys, clock, CHEAP).disable("amira")
    assert refused(accounts.session, session) == "no-session"


def test_enabling_opens_a_locked_account(accounts):
    for _ in range(5):
        refused(accounts.log_in, "amira", "wrong password")
    accounts.enable("amira")
    accounts.log_in("amira", PASSWORD)


@pytest.mark.parametrize("verb", ["disable", "enable"])
def test_nobody_by_that_name(accounts, verb):
    with pytest.raises(LlticError) as error:
        getattr(accounts, verb)("nobody")
    assert error.value.codes == ("no-such-account",)


def test_a_discipline_is_one_of_a_list(accounts):
    accounts.set_discipline("amira", "primary_care")
    assert accounts.person("amira").discipline == "primary_care"
    with pytest.raises(UsageError) as error:
        accounts.set_discipline("amira", "surgeon")
    assert error.value.codes == ("bad-account",)


# -- wrong names and wrong passwords -------------------------------------------------------


def test_an_unknown_name_is_locked_out_like_a_known_one(accounts, clock):
    said = {}
    for name in ("amira", "nobody", "", "Robert'); DROP TABLE people", "x" * 1024):
        said[name] = [refused(accounts.log_in, name, "wrong password") for _ in range(7)]
    assert set(map(tuple, said.values())) == {("wrong-login",) * 5 + ("locked-out",) * 2}


def test_a_disabled_name_is_told_the_same(accounts):
    accounts.disable("amira")
    said = [refused(accounts.log_in, "amira", PASSWORD) for _ in range(6)]
    assert said == ["wrong-login"] * 5 + ["locked-out"]


def test_the_same_work_for_every_name(accounts, monkeypatch):
    """Not timed: counted. One check of one hash of one cost, whoever it is."""
    accounts.disable("ben")
    done = []
    hasher = accounts._passwords._hasher

    class Watched:
        def verify(self, password_hash, password):
            done.append(password_hash.split("$")[:4])
            return hasher.verify(password_hash, password)

        def check_needs_rehash(self, password_hash):
            return False

    monkeypatch.setattr(accounts._passwords, "_hasher", Watched())
    for name in ("amira", "ben", "nobody"):
        refused(accounts.log_in, name, "wrong password")
    assert len(done) == 3
    assert done[0] == done[1] == done[2]


def test_failures_long_ago_are_not_in_a_row(accounts, clock):
    for _ in range(4):
        refused(accounts.log_in, "amira", "wrong password")
    clock.jump = timedelta(hours=2)
    assert refused(accounts.log_in, "amira", "wrong password") == "wrong-login"
    accounts.log_in("amira", PASSWORD)


def test_what_was_typed_as_a_name_is_not_kept(accounts, small_study):
    refused(accounts.log_in, "a-password-in-the-wrong-box", "x")
    raw = b"".join(f.read_bytes() for f in small_study.keys.glob("accounts.db*"))
    assert b"wrong-box" not in raw


def test_a_password_kept_more_cheaply_than_today_is_kept_anew(small_study, clock):
    dearer = PasswordHasher(time_cost=2, memory_cost=128, parallelism=1)
    accounts = Accounts(small_study.keys, clock, dearer)
    accounts.log_in("amira", PASSWORD)
    assert "m=128,t=2" in accounts._row("amira").password_hash
    accounts.log_in("amira", PASSWORD)


# -- changing a password -------------------------------------------------------------------


NEW = "another-long-password"


def test_a_person_changes_their_password(accounts):
    session, _ = accounts.log_in("amira", PASSWORD)
    assert change(accounts, "amira", PASSWORD, NEW) == AMIRA
    assert refused(accounts.session, session) == "no-session"
    assert refused(accounts.log_in, "amira", PASSWORD) == "wrong-login"
    accounts.log_in("amira", NEW)


@pytest.mark.parametrize("new", ["short", PASSWORD, "x" * 2000])
def test_a_password_that_cannot_be_used_changes_nothing(accounts, new):
    assert refused(change, accounts, "amira", PASSWORD, new) == "bad-account"
    accounts.log_in("amira", PASSWORD)


def test_the_old_password_must_be_right(accounts):
    assert refused(change, accounts, "amira", "wrong password", NEW) == "wrong-login"


def test_a_first_password_is_good_for_choosing_one(accounts):
    accounts.set_password("amira", PASSWORD, must_change=True)
    assert refused(accounts.log_in, "amira", "wrong password") == "wrong-login"
    assert refused(accounts.log_in, "amira", PASSWORD) == "must-change"
    change(accounts, "amira", PASSWORD, NEW)
    accounts.log_in("amira", NEW)


def test_a_password_gets_as_old_as_it_likes_unless_a_study_says_otherwise(small_study, clock):
    clock.jump = timedelta(days=400)
    Accounts(small_study.keys, clock, CHEAP).log_in("amira", PASSWORD)
    strict = Accounts(small_study.keys, clock, CHEAP, max_age=timedelta(days=365))
    assert refused(strict.log_in, "amira", PASSWORD) == "must-change"
    change(strict, "amira", PASSWORD, NEW)
    strict.log_in("amira", NEW)


# -- going on in place ---------------------------------------------------------------------


def test_the_same_person_goes_on_where_the_session_ended(accounts, clock):
    session, _ = accounts.log_in("amira", PASSWORD)
    capability, _ = accounts.exchange(accounts.ticket(session, "kernel"))
    clock.jump = timedelta(hours=13)
    assert refused(accounts.session, session) == "no-session"
    fresh, person = again(accounts, session, PASSWORD)
    assert person == AMIRA == accounts.session(fresh)
    assert refused(accounts.session, session) == "no-session"
    assert refused(again, accounts, session, PASSWORD) == "no-session"
    assert refused(accounts.capability, capability) == "no-session"  # its own time was up too


def test_what_a_page_holds_belongs_to_the_session_that_goes_on(accounts, clock):
    session, _ = accounts.log_in("amira", PASSWORD)
    clock.jump = timedelta(hours=11)
    capability, _ = accounts.exchange(accounts.ticket(session, "kernel"))
    clock.jump = timedelta(hours=12, minutes=30)
    assert refused(accounts.capability, capability) == "no-session"
    fresh, _ = again(accounts, session, PASSWORD)
    assert accounts.capability(capability) == AMIRA
    accounts.close_session(fresh)
    assert refused(accounts.capability, capability) == "no-session"


def test_nobody_else_goes_on_with_it(accounts):
    accounts.set_password("ben", NEW)
    session, _ = accounts.log_in("amira", PASSWORD)
    assert refused(again, accounts, session, NEW) == "wrong-login"
    assert refused(again, accounts, "guess", PASSWORD) == "no-session"
    assert refused(accounts.carry_on, session, accounts.person("ben")) == "no-session"


def test_after_a_log_out_too(accounts):
    session, _ = accounts.log_in("amira", PASSWORD)
    accounts.close_session(session)
    again(accounts, session, PASSWORD)


def test_not_for_ever(accounts, clock):
    session, _ = accounts.log_in("amira", PASSWORD)
    clock.jump = timedelta(hours=37)
    assert refused(again, accounts, session, PASSWORD) == "no-session"


def test_wrong_passwords_count_in_every_place(accounts):
    session, _ = accounts.log_in("amira", PASSWORD)
    for call in (
        lambda: accounts.log_in("amira", "wrong password"),
        lambda: again(accounts, session, "wrong password"),
        lambda: accounts.sign(session, "wrong password", "submit:X"),
        lambda: change(accounts, "amira", "wrong password", NEW),
        lambda: accounts.sign(session, "wrong password", "submit:X"),
    ):
        assert refused(call) == "wrong-login"
    assert refused(accounts.sign, session, PASSWORD, "submit:X") == "locked-out"


# -- signatures ----------------------------------------------------------------------------


def test_a_signature_is_for_one_act_of_one_person_in_one_operation(accounts, clock):
    session, _ = accounts.log_in("amira", PASSWORD)
    token, person = accounts.sign(session, PASSWORD, "submit:X")
    ben = accounts.person("ben")
    assert person == AMIRA
    assert accounts.signed(token, ben, "submit:X", "operation-1") == ""
    assert accounts.signed(token, AMIRA, "submit:Y", "operation-1") == ""
    assert accounts.signed(token, AMIRA, "reopen:X", "operation-1") == ""
    assert accounts.signed("guess", AMIRA, "submit:X", "operation-1") == ""
    assert accounts.signed(session, AMIRA, "submit:X", "operation-1") == ""
    assert accounts.signed(token, AMIRA, "submit:X", "operation-1") == "password"
    assert accounts.signed(token, AMIRA, "submit:X", "operation-1") == "password"  # tried again
    assert accounts.signed(token, AMIRA, "submit:X", "operation-2") == ""


def test_a_signature_lasts_two_minutes_and_no_longer_than_its_session(accounts, clock):
    session, _ = accounts.log_in("amira", PASSWORD)
    token, _ = accounts.sign(session, PASSWORD, "submit:X")
    clock.jump = timedelta(minutes=2)
    assert accounts.signed(token, AMIRA, "submit:X", "operation-1") == ""
    token, _ = accounts.sign(session, PASSWORD, "submit:X")
    accounts.close_session(session)
    assert accounts.signed(token, AMIRA, "submit:X", "operation-1") == ""
    assert refused(accounts.sign, session, PASSWORD, "submit:X") == "no-session"


# -- older files ---------------------------------------------------------------------------


FIRST_RELEASE = """
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


def older_file(folder):
    import sqlite3

    from lltic.reviews.accounts.grants import hashed

    connection = sqlite3.connect(folder / "accounts.db")
    connection.executescript(FIRST_RELEASE)
    person = ("amira", "Dr A.", "GP", '["reviewer"]', CHEAP.hash(PASSWORD), 3, "")
    connection.execute("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)", person)
    session = (hashed("old-session"), "session", "amira", hashed("old-session"), "")
    connection.execute(
        "INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?)", (*session, "2027-01-01T00:00:00.000000Z")
    )
    connection.commit()
    connection.close()


def test_an_older_file_becomes_todays_with_everything_in_it(tmp_path, clock):
    older_file(tmp_path)
    accounts = Accounts(tmp_path, clock, CHEAP)
    assert accounts.session("old-session") == AMIRA
    assert accounts.log_in("amira", PASSWORD)[1] == AMIRA
    account = accounts.account("amira")
    assert (account.active, account.must_change, account.changed_at) == (True, False, "")
    assert Accounts(tmp_path, clock, CHEAP).names() == ["amira"]


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(tmp_path, clock, monkeypatch):
    from lltic.reviews.accounts import schema

    def fail(connection):
        raise RuntimeError

    older_file(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(schema, "STEPS", (*schema.STEPS, fail))
        broken.setattr(schema, "VERSION", schema.VERSION + 1)
        with pytest.raises(RuntimeError):
            Accounts(tmp_path, clock, CHEAP)
    import sqlite3

    connection = sqlite3.connect(tmp_path / "accounts.db")
    names = [row[1] for row in connection.execute("PRAGMA table_info(people)")]
    connection.close()
    assert "failures" in names and "active" not in names
    assert Accounts(tmp_path, clock, CHEAP).log_in("amira", PASSWORD)


def test_a_file_of_a_newer_lltic_is_left_alone(tmp_path, clock):
    import sqlite3

    connection = sqlite3.connect(tmp_path / "accounts.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LlticError) as error:
        Accounts(tmp_path, clock, CHEAP)
    assert error.value.codes == ("accounts-too-new",)
