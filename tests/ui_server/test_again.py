"""A password for a signature or for the next session: asked by the page, past its kernel."""

from __future__ import annotations

import time

import pytest
from running_pages import PASSWORD

from lltic.reviews.client import Client


def post(site, visitor, path, **body):
    return visitor.post(site.address + path, json=body, allow_redirects=False, timeout=30)


@pytest.fixture(autouse=True)
def nobody_there(site):
    yield
    site.end_kernels()


# -- signing -----------------------------------------------------------------------------------


def test_a_password_becomes_a_signature_for_one_step(site):
    with site.visitor("amira") as visitor:
        answer = post(site, visitor, "/sign", password=PASSWORD, act="submit:AAAAA-00001-1")
    assert answer.status_code == 200
    assert set(answer.json()) == {"signature"} and len(answer.json()["signature"]) > 20


def test_a_wrong_password_signs_nothing_and_is_not_repeated(site):
    with site.visitor("ben") as visitor:
        answer = post(site, visitor, "/sign", password="canary-wrong", act="submit:X-1")
    assert (answer.status_code, answer.json()) == (403, {"problem": "wrong"})
    assert "canary-wrong" not in answer.text + site.log.read_text()


@pytest.mark.parametrize("path", ["/sign", "/pause"])
def test_a_stranger_signs_and_ends_nothing(site, path):
    with site.visitor() as visitor:
        answer = post(site, visitor, path, password=PASSWORD, act="submit:X-1")
    assert answer.status_code in (401, 403)


@pytest.mark.parametrize("path", ["/sign", "/again", "/pause"])
def test_another_sites_form_is_refused(site, path):
    with site.visitor("amira") as visitor:
        visitor.headers.pop("X-XSRFToken")
        answer = post(site, visitor, path, password=PASSWORD)
    assert answer.status_code == 403 and "problem" not in answer.text


@pytest.mark.parametrize(
    "body", ["[]", "{", '{"password": 3}', '{"password": "' + "x" * 2000 + '"}']
)
def test_what_is_no_question_gets_no_answer(site, body):
    with site.visitor("amira") as visitor:
        answer = visitor.post(site.address + "/sign", data=body, timeout=30)
    assert answer.status_code == 400


# -- going on ----------------------------------------------------------------------------------


def test_a_session_that_ended_is_gone_on_with_by_its_owner(site, service):
    with site.visitor("amira") as visitor:
        kernel_id = site.open_page(visitor)
        assert post(site, visitor, "/again").status_code == 200
        assert post(site, visitor, "/pause").status_code == 200
        assert post(site, visitor, "/again").status_code == 401, "it is over"
        body = {"name": "amira", "password": PASSWORD, "kernel_id": kernel_id}
        answer = post(site, visitor, "/again", **body)
        assert answer.status_code == 200
        assert visitor.get(site.address + "/counter", timeout=60).status_code == 200
    client = Client(str(service.socket))
    assert client.exchange(answer.json()["ticket"])["name"] == "amira"


def test_after_a_log_out_there_is_a_new_session_and_no_kernel_to_go_on_with(site):
    with site.visitor("amira") as visitor:
        kernel_id = site.open_page(visitor)
        visitor.post(site.address + "/logout", allow_redirects=False, timeout=30)
        body = {"name": "amira", "password": PASSWORD, "kernel_id": kernel_id}
        answer = post(site, visitor, "/again", **body)
        assert (answer.status_code, answer.json()) == (200, {"ticket": ""})
        assert post(site, visitor, "/again").status_code == 200


def test_nobody_goes_on_with_anothers_page(site):
    with site.visitor("amira") as amira, site.visitor() as ben:
        kernel_id = site.open_page(amira)
        body = {"name": "ben", "password": PASSWORD, "kernel_id": kernel_id}
        answer = post(site, ben, "/again", **body)
        assert (answer.status_code, answer.json()) == (409, {"problem": "other"})
        assert "Set-Cookie" not in answer.headers


def test_nobody_goes_on_in_the_browser_of_somebody_who_is_logged_in(site):
    with site.visitor("ben") as visitor:
        answer = post(site, visitor, "/again", name="amira", password=PASSWORD)
    assert (answer.status_code, answer.json()) == (409, {"problem": "other"})


def test_a_browser_whose_last_session_was_anothers_opens_nothing(site, service):
    session = service.session("ben")
    service.accounts.close_session(session)
    with site.visitor() as visitor:
        site.bring(visitor, session)
        answer = post(site, visitor, "/again", name="amira", password=PASSWORD)
        assert answer.json() == {"problem": "other"}
        assert post(site, visitor, "/again").status_code == 401


def test_a_wrong_password_goes_on_with_nothing(site):
    with site.visitor() as visitor:
        answer = post(site, visitor, "/again", name="cody", password="wrong-wrong")
        assert (answer.status_code, answer.json()) == (403, {"problem": "wrong"})


def test_the_kernel_outlives_a_pause(site):
    with site.visitor("amira") as visitor:
        site.open_page(visitor)
        post(site, visitor, "/pause")
        time.sleep(0.5)
        assert len(site.kernels()) == 1
