"""What the Hub does with people: whom it lets in, and what it gives the servers it starts."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from running_pages import PASSWORD, running_service
from tornado import web

from lltic.errors import LlticError
from lltic.reviews.client import Client
from lltic.reviews.vouching import Vouching, voucher_secret
from lltic.study import Study
from lltic.ui.hub.server import NEEDED, started_by_hub
from lltic.ui.hub.sign_in import OWN_ISSUER, OutsideIdentity, ReviewAuthenticator, Voucher

ISSUER = "https://sign-in.example/tenant-7/v2.0"


@pytest.fixture(scope="module")
def service():
    with running_service() as one:
        study = Study.open(one.folder / "study")
        Vouching(study, one.accounts).bind("ben", ISSUER, "oid-of-ben")
        one.secret = voucher_secret(study)
        yield one


@pytest.fixture
def voucher(service):
    return Voucher(str(service.socket), service.secret)


def started(voucher, name, state):
    """What a person's server is given, when the Hub knows this of them."""

    async def get_auth_state():
        return state

    user = SimpleNamespace(name=name, get_auth_state=get_auth_state)
    spawner = SimpleNamespace(user=user, environment={"KEPT": "yes"})
    asyncio.run(voucher(spawner))
    return spawner.environment


def authenticate(service, name, password):
    authenticator = ReviewAuthenticator(socket=str(service.socket))
    return asyncio.run(authenticator.authenticate(None, {"username": name, "password": password}))


def test_the_studys_own_people_log_in_and_leave_no_session_behind(service):
    model = authenticate(service, " Amira ", PASSWORD)
    assert model["name"] == "amira"
    assert model["auth_state"] == {"issuer": OWN_ISSUER, "subject": "amira"}
    assert service.accounts.sessions() == 0


def test_a_wrong_password_is_nobody_and_too_many_are_said(service):
    for _ in range(5):
        assert authenticate(service, "cody", "wrong-wrong-wrong") is None
    with pytest.raises(web.HTTPError, match="Too many wrong passwords"):
        authenticate(service, "cody", PASSWORD)


def test_each_start_gets_a_grant_of_its_own_for_its_person(service, voucher):
    state = {"issuer": OWN_ISSUER, "subject": "amira"}
    one, two = (started(voucher, "amira", state) for _ in range(2))
    assert one["LLTIC_GRANT"] != two["LLTIC_GRANT"]
    assert set(one) == {"KEPT", "LLTIC_SOCKET", "LLTIC_GRANT"}
    assert Client(one["LLTIC_SOCKET"]).redeem(one["LLTIC_GRANT"])["name"] == "amira"


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"issuer": OWN_ISSUER},
        {"subject": "amira"},
        {"issuer": OWN_ISSUER, "subject": "ben"},
        {"issuer": ISSUER, "subject": "oid-of-ben"},
        {"issuer": ISSUER, "subject": "amira"},
        {"issuer": ISSUER, "subject": "oid-of-nobody"},
    ],
)
def test_a_name_alone_starts_nothing(voucher, state):
    """Whatever the Hub calls somebody: it is the identity that counts."""
    with pytest.raises(web.HTTPError):
        started(voucher, "amira", state)


def test_a_wrong_secret_starts_nothing(service, tmp_path):
    wrong = tmp_path / "voucher.key"
    wrong.write_text("x" * 43)
    with pytest.raises(web.HTTPError) as error:
        started(
            Voucher(str(service.socket), wrong), "amira", {"issuer": OWN_ISSUER, "subject": "amira"}
        )
    assert error.value.status_code == 500
    assert "x" * 43 not in str(error.value)


def identified(voucher, claims, name="Dr Amira"):
    hook = OutsideIdentity(voucher, ISSUER, "oid")
    model = {
        "name": name,
        "admin": False,
        "auth_state": {"oauth_user": claims, "access_token": "t"},
    }
    return asyncio.run(hook(None, None, model))


def test_a_sign_in_elsewhere_is_named_by_its_subject_whatever_its_name(voucher):
    claims = {"iss": ISSUER, "oid": "oid-of-ben", "name": "Dr Amira", "preferred_username": "amira"}
    model = identified(voucher, claims, name="amira")
    assert model["name"] == "ben"
    assert model["auth_state"] == {"issuer": ISSUER, "subject": "oid-of-ben"}
    assert "LLTIC_GRANT" in started(voucher, "ben", model["auth_state"])


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"oid": "oid-of-nobody"}, "no account here"),
        ({"iss": ISSUER + "x", "oid": "oid-of-ben"}, "not the one of this study"),
        ({"sub": "oid-of-ben"}, "not the one of this study"),
        ({"oid": ["oid-of-ben"]}, "not the one of this study"),
        ({}, "not the one of this study"),
    ],
)
def test_a_sign_in_that_is_not_known_is_told_why(voucher, claims, said):
    with pytest.raises(web.HTTPError, match=said) as error:
        identified(voucher, claims)
    assert error.value.status_code == 403


def test_without_the_service_the_hub_says_so(voucher, tmp_path):
    gone = Voucher(str(tmp_path / "no.sock"), voucher.secret_file)
    with pytest.raises(web.HTTPError, match="does not answer"):
        started(gone, "amira", {"issuer": OWN_ISSUER, "subject": "amira"})


def test_a_server_reads_what_the_hub_said_and_keeps_no_secret_in_its_environment():
    environment = dict.fromkeys(NEEDED, "x") | {"JPY_API_TOKEN": "x"}
    environment["JUPYTERHUB_SERVICE_URL"] = "https://127.0.0.1:4711/user/amira/"
    environment["JUPYTERHUB_PUBLIC_URL"] = "https://reviews.example.org/user/amira/"
    environment |= {"JUPYTERHUB_API_TOKEN": "token-secret", "LLTIC_GRANT": "grant-secret"}
    told = started_by_hub(environment)
    assert (told.ip, told.port, told.hosts) == ("127.0.0.1", 4711, ("reviews.example.org",))
    assert (told.token, told.grant) == ("token-secret", "grant-secret")
    assert "secret" not in repr(told) + str(environment)


def test_a_server_that_nobody_started_says_what_is_missing():
    with pytest.raises(LlticError) as error:
        started_by_hub({"LLTIC_SOCKET": "x"})
    assert [p.where for p in error.value.problems] == [n for n in NEEDED if n != "LLTIC_SOCKET"]
