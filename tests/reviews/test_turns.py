"""Signing in once more stands for a password: after it was asked for, for one act, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from small_study import AMIRA

from lltic.errors import Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.vouching import Vouching, voucher_secret

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
ISSUER = "https://sign-in.example/tenant-7/v2.0"
WHO = (ISSUER, "oid-of-amira")
ACT, TURN = "submit:AAAAA-00001-1", "a" * 32


@pytest.fixture
def accounts(small_study, clock) -> Accounts:
    return Accounts(small_study.keys, clock, CHEAP)


@pytest.fixture
def vouching(small_study, accounts, clock) -> Vouching:
    made = Vouching(small_study, accounts, clock)
    for name in ("amira", "ben"):
        made.bind(name, ISSUER, f"oid-of-{name}")
    return made


@pytest.fixture
def secret(small_study) -> str:
    return voucher_secret(small_study).read_text()


@pytest.fixture
def session(accounts) -> str:
    return accounts.open_session(AMIRA)


def now(clock) -> int:
    return int(clock().timestamp())


def code(call, *arguments, **more) -> str:
    with pytest.raises(Refused) as error:
        call(*arguments, **more)
    return error.value.codes[0]


def asked(vouching, session, act=ACT, turn=TURN) -> None:
    assert code(vouching.sign_after, session, act, turn) == "sign-in-needed"


def test_a_sign_in_after_the_turn_signs_that_act_once(vouching, accounts, secret, session, clock):
    asked(vouching, session)
    vouching.vouch(secret, *WHO, turn=TURN, signed_in_at=now(clock))
    signature, person = vouching.sign_after(session, ACT, TURN)
    assert person == AMIRA
    assert accounts.signed(signature, AMIRA, ACT, "op-00000001") == "sign-in"
    assert accounts.signed(signature, AMIRA, "submit:another", "op-00000002") == ""
    asked(vouching, session)


def test_without_having_asked_there_is_nothing_to_sign(vouching, secret, session, clock):
    vouching.vouch(secret, *WHO, turn=TURN, signed_in_at=now(clock))
    asked(vouching, session)


@pytest.mark.parametrize(
    ("minutes", "why"), [(-1, "before it was asked for"), (1, "later than it is"), (-600, "SSO")]
)
def test_a_sign_in_of_another_time_signs_nothing(vouching, secret, session, clock, minutes, why):
    asked(vouching, session)
    at = now(clock) + 60 * minutes
    vouching.vouch(secret, *WHO, turn=TURN, signed_in_at=at)
    assert code(vouching.sign_after, session, ACT, TURN) == "sign-in-needed", why


def test_a_sign_in_that_nobody_dates_signs_nothing(vouching, secret, session):
    asked(vouching, session)
    vouching.vouch(secret, *WHO, turn=TURN)
    asked(vouching, session)


def test_nobody_waits_for_somebody_who_stays_away(vouching, secret, session, clock):
    asked(vouching, session)
    vouching.vouch(secret, *WHO, turn=TURN, signed_in_at=now(clock))
    clock.jump = timedelta(minutes=16)
    asked(vouching, session)


@pytest.mark.parametrize("who", ["another", "another-act", "another-turn"])
def test_a_turn_is_of_one_person_for_one_act(vouching, accounts, secret, session, clock, who):
    asked(vouching, session)
    claim = (ISSUER, "oid-of-ben") if who == "another" else WHO
    vouching.vouch(secret, *claim, turn=TURN, signed_in_at=now(clock))
    act = "reopen:AAAAA-00001-1" if who == "another-act" else ACT
    asked(vouching, session, act, "b" * 32 if who == "another-turn" else TURN)


def test_one_sign_in_signs_one_of_two_things_that_wait(vouching, secret, session, clock):
    for act, turn in ((ACT, TURN), ("submit:other", "b" * 32)):
        asked(vouching, session, act, turn)
    at = now(clock)
    for turn in (TURN, "b" * 32):
        vouching.vouch(secret, *WHO, turn=turn, signed_in_at=at)
    vouching.sign_after(session, ACT, TURN)
    asked(vouching, session, "submit:other", "b" * 32)
    vouching.vouch(secret, *WHO, turn="b" * 32, signed_in_at=at)
    asked(vouching, session, "submit:other", "b" * 32)


def test_the_sign_in_with_which_one_came_in_signs_nothing(vouching, secret, session, clock):
    at = now(clock)
    vouching.vouch(secret, *WHO, signed_in_at=at)
    asked(vouching, session)
    vouching.vouch(secret, *WHO, turn=TURN, signed_in_at=at)
    asked(vouching, session)


def test_behind_a_proxy_the_time_comes_with_the_call(vouching, accounts, secret, session, clock):
    def sign(at, word=secret):
        return vouching.sign(word, session, *WHO, ACT, turn=TURN, signed_in_at=at)

    before = now(clock) - 60
    assert code(sign, 0) == code(sign, before) == code(sign, before) == "sign-in-needed"
    assert code(sign, now(clock), "x" * 43) == "no-voucher"
    at = now(clock)
    signature, _ = sign(at)
    assert accounts.signed(signature, AMIRA, ACT, "op-00000001") == "sign-in"
    assert code(sign, at) == code(sign, at) == "sign-in-needed"


def test_a_session_goes_on_after_a_sign_in_and_for_nobody_else(
    vouching, accounts, secret, session, clock
):
    accounts.close_session(session)
    assert code(vouching.back, session, TURN) == "sign-in-needed"
    assert code(vouching.sign_after, session, ACT, TURN) == "no-session"
    assert code(vouching.back, session, TURN) == "sign-in-needed"
    vouching.vouch(secret, ISSUER, "oid-of-ben", turn=TURN, signed_in_at=now(clock))
    assert code(vouching.back, session, TURN) == "sign-in-needed"
    vouching.vouch(secret, *WHO, turn=TURN, signed_in_at=now(clock))
    assert accounts.session(accounts.carry_on(session, vouching.back(session, TURN))) == AMIRA
    assert code(vouching.back, "no-such-session", TURN) == "no-session"


def test_a_disabled_account_neither_signs_nor_goes_on(vouching, accounts, secret, session, clock):
    asked(vouching, session)
    vouching.vouch(secret, *WHO, turn=TURN, signed_in_at=now(clock))
    accounts.disable("amira")
    assert code(vouching.sign_after, session, ACT, TURN) == "no-session"
    assert code(vouching.back, session, TURN) == "no-session"


def test_what_is_kept_of_a_turn_is_its_hash(vouching, session, small_study):
    asked(vouching, session)
    files = [f for f in small_study.keys.iterdir() if f.name.startswith("accounts.db")]
    assert all(TURN.encode() not in file.read_bytes() for file in files)
