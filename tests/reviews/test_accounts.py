"""Who may come in."""

from __future__ import annotations

import dataclasses
import stat
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from small_study import AMIRA, PASSWORD

from lltic.errors import Refused, UsageError
from lltic.reviews.accounts import Accounts
from lltic.reviews.rules import Person

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def accounts(small_study, clock) -> Accounts:
    return Accounts(small_study.keys, clock, CHEAP)


def refused(call, *arguments) -> str:
    with pytest.raises(Refused) as error:
        call(*arguments)
    return error.value.codes[0]


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


def test_a_new_password_replaces_the_old(accounts):
    accounts.add(dataclasses.replace(AMIRA, label="Dr Khan"), "another-long-password")
    assert refused(accounts.log_in, "amira", PASSWORD) == "wrong-login"
    assert accounts.log_in("amira", "another-long-password")[1].label == "Dr Khan"
