"""Who shows elsewhere who they are: known by issuer and subject, and by who may say so."""

from __future__ import annotations

import dataclasses
import stat
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from small_study import AMIRA

from lltic.errors import Refused, UsageError
from lltic.reviews.accounts import Accounts
from lltic.reviews.vouching import OWN_ISSUER, Vouching, voucher_secret

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
ISSUER = "https://sign-in.example/tenant-7/v2.0"
OTHER_ISSUER = "https://sign-in.example/tenant-8/v2.0"


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


def refused(call, *arguments) -> str:
    with pytest.raises(Refused) as error:
        call(*arguments)
    return error.value.codes[0]


def test_a_grant_is_worth_one_session_of_one_person(vouching, accounts, secret):
    grant, person = vouching.vouch(secret, ISSUER, "oid-of-amira")
    session, same = vouching.redeem(grant)
    assert person == same == accounts.session(session) == AMIRA
    assert refused(vouching.redeem, grant) == "no-grant"


def test_a_grant_lasts_two_minutes(vouching, secret, clock):
    grant, _ = vouching.vouch(secret, ISSUER, "oid-of-amira")
    clock.jump = timedelta(minutes=2, seconds=1)
    assert refused(vouching.redeem, grant) == "no-grant"


@pytest.mark.parametrize("said", ["", " ", "x", "x" * 43, "\u00e9\u00e9", "\ud800"])
def test_only_who_holds_the_secret_may_vouch(vouching, secret, said):
    assert refused(vouching.vouch, said, ISSUER, "oid-of-amira") == "no-voucher"
    assert refused(vouching.session, said, "any", ISSUER, "oid-of-amira") == "no-voucher"


def test_without_a_secret_nobody_may_vouch(small_study, vouching):
    assert not (small_study.keys / "voucher.key").exists()
    assert refused(vouching.vouch, "", ISSUER, "oid-of-amira") == "no-voucher"


def test_the_secret_is_for_its_owner_only_and_stays(small_study, secret):
    file = voucher_secret(small_study)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == secret
    assert len(secret) >= 43


def test_another_secret_ends_the_old_one(small_study, vouching, secret):
    voucher_secret(small_study).unlink()
    fresh = voucher_secret(small_study).read_text()
    assert refused(vouching.vouch, secret, ISSUER, "oid-of-amira") == "no-voucher"
    vouching.vouch(fresh, ISSUER, "oid-of-amira")


def test_two_people_of_one_name_are_two_people(vouching, accounts, secret):
    for name in ("amira", "ben"):
        twin = dataclasses.replace(accounts.person(name), label="Dr A. Khan")
        accounts.add(twin, "a-long-enough-password")
    people = [vouching.vouch(secret, ISSUER, f"oid-of-{n}")[1] for n in ("amira", "ben")]
    assert [p.name for p in people] == ["amira", "ben"]
    assert {p.label for p in people} == {"Dr A. Khan"}


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [
        (OTHER_ISSUER, "oid-of-amira"),
        (ISSUER, "oid-of-AMIRA"),
        (ISSUER, "oid-of-amira "),
        (ISSUER, "amira"),
        (ISSUER, "Dr Amira"),
        (ISSUER, ""),
        ("", "oid-of-amira"),
        ("", ""),
    ],
)
def test_another_issuer_or_subject_is_nobody_here(vouching, secret, issuer, subject):
    assert refused(vouching.vouch, secret, issuer, subject) == "no-account"


def test_the_hub_vouches_for_the_studys_own_accounts(vouching, secret):
    assert vouching.vouch(secret, OWN_ISSUER, "amira")[1] == AMIRA
    assert refused(vouching.vouch, secret, OWN_ISSUER, "nobody") == "no-account"


def test_a_session_is_its_own_persons(vouching, accounts, secret):
    session = accounts.open_session(AMIRA)
    assert vouching.session(secret, session, ISSUER, "oid-of-amira") == AMIRA
    assert refused(vouching.session, secret, session, ISSUER, "oid-of-ben") == "no-session"
    accounts.close_session(session)
    assert refused(vouching.session, secret, session, ISSUER, "oid-of-amira") == "no-session"


def test_going_on_is_for_the_same_person(vouching, accounts, secret):
    session = accounts.open_session(AMIRA)
    accounts.close_session(session)
    assert refused(vouching.returning, secret, session, ISSUER, "oid-of-ben") == "no-session"
    assert refused(vouching.returning, "x", session, ISSUER, "oid-of-amira") == "no-voucher"
    person = vouching.returning(secret, session, ISSUER, "oid-of-amira")
    assert person == accounts.session(accounts.carry_on(session, person)) == AMIRA


def test_what_is_wrong_with_an_identity_is_said_at_once(vouching):
    with pytest.raises(UsageError) as error:
        vouching.bind("amira", "", "two\nlines")
    assert [p.where for p in error.value.problems] == ["issuer", "subject"]
    with pytest.raises(UsageError, match="is the study's own"):
        vouching.bind("amira", OWN_ISSUER, "ben")
    with pytest.raises(UsageError, match="is ben already"):
        vouching.bind("amira", ISSUER, "oid-of-ben")


def test_one_person_may_come_from_two_places_and_be_forgotten(vouching, secret):
    vouching.bind("amira", OTHER_ISSUER, "7")
    vouching.bind("amira", OTHER_ISSUER, "7")
    assert vouching.identities("amira") == [(ISSUER, "oid-of-amira"), (OTHER_ISSUER, "7")]
    grant, _ = vouching.vouch(secret, OTHER_ISSUER, "7")
    vouching.forget("amira")
    assert vouching.identities("amira") == []
    assert refused(vouching.vouch, secret, OTHER_ISSUER, "7") == "no-account"
    assert refused(vouching.redeem, grant) == "no-grant"


def test_a_removed_account_is_not_vouched_for(vouching, accounts, secret):
    grant, _ = vouching.vouch(secret, ISSUER, "oid-of-ben")
    accounts.remove("ben")
    assert refused(vouching.vouch, secret, ISSUER, "oid-of-ben") == "no-account"
    assert refused(vouching.redeem, grant) == "no-grant"


def test_a_disabled_account_is_not_vouched_for(vouching, accounts, secret):
    grant, _ = vouching.vouch(secret, ISSUER, "oid-of-ben")
    accounts.disable("ben")
    assert refused(vouching.vouch, secret, ISSUER, "oid-of-ben") == "no-account"
    assert refused(vouching.redeem, grant) == "no-grant"
