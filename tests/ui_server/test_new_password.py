"""A password that somebody else has set opens one thing: the choice of one's own."""

from __future__ import annotations

import re
import secrets

import pytest
from argon2 import PasswordHasher
from running_pages import PASSWORD

from lltic.errors import Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.accounts.passwords import MIN_PASSWORD
from lltic.reviews.people import Person

GIVEN, OWN = "given-by-the-coordinator", "three words of my own"
TITLE = "Choose a new password"


@pytest.fixture
def newcomer(site):
    """Somebody whose password was set for them."""
    name = f"new.{secrets.token_hex(4)}"
    accounts: Accounts = site.service.accounts
    accounts._passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts.add(Person(name, "N.", "GP", ("reviewer",)), GIVEN, must_change=True)
    return name


def post(site, visitor, path, **form):
    visitor.headers.pop("X-XSRFToken", None)
    data = {"_xsrf": "0" * 32, **form}
    return visitor.post(site.address + path, data=data, allow_redirects=False, timeout=30)


def choose(site, visitor, name, new=OWN, again=None, password=GIVEN, path="/password"):
    said = {
        "name": name,
        "password": password,
        "new": new,
        "again": new if again is None else again,
    }
    return post(site, visitor, path, **said)


def test_the_first_log_in_leads_to_the_choice_and_opens_nothing_else(site, newcomer):
    with site.visitor() as visitor:
        answer = post(site, visitor, "/login?next=/coding", name=newcomer, password=GIVEN)
        assert answer.status_code == 200 and TITLE in answer.text
        assert 'action="/password?next=%2Fcoding"' in answer.text
        assert f'value="{newcomer}"' in answer.text and GIVEN not in answer.text
        assert site.cookie not in answer.headers.get("Set-Cookie", "")
        assert visitor.get(site.address, allow_redirects=False).status_code == 302


def test_a_wrong_password_does_not_tell_that_it_must_be_changed(site, newcomer):
    with site.visitor() as visitor:
        answer = post(site, visitor, "/login", name=newcomer, password="wrong-wrong-wrong")
    assert answer.status_code == 403 and TITLE not in answer.text


def test_who_has_chosen_is_in_and_the_given_password_is_worth_nothing(site, newcomer):
    with site.visitor() as visitor:
        answer = choose(site, visitor, f" {newcomer.upper()} ", path="/password?next=/coding")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/coding")
        inside = visitor.get(f"{site.address}/login", allow_redirects=False)
        assert (inside.status_code, inside.headers["Location"]) == (302, "/")
    accounts = site.service.accounts
    assert accounts.admit(newcomer, OWN).name == newcomer
    with pytest.raises(Refused):
        accounts.recognise(newcomer, GIVEN)


@pytest.mark.parametrize(
    ("said", "status", "field", "words"),
    [
        ({"new": "", "again": ""}, 400, "new", "Enter a new password"),
        ({"again": ""}, 400, "again", "Enter the new password once more"),
        ({"again": "three words of mine"}, 400, "again", "are not the same"),
        ({"password": ""}, 400, "password", "Enter the password that you have now"),
        ({"new": "short"}, 400, "new", "too short"),
        ({"new": GIVEN}, 400, "new", "the same as before"),
        ({"password": "wrong-wrong-wrong"}, 403, "password", "together they are not right"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_no_secret_is_repeated(
    site, newcomer, said, status, field, words
):
    with site.visitor() as visitor:
        answer = choose(site, visitor, newcomer, **said)
    assert answer.status_code == status
    assert "<title>Error: Choose a new password" in answer.text
    assert "There is a problem" in answer.text
    link = re.search(r'<a href="#(\w+)">([^<]+)</a></li>', answer.text)
    assert link[1] == field and words in link[2]
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    for secret in (GIVEN, OWN, "wrong-wrong-wrong", "three words of mine"):
        assert secret not in answer.text
    assert GIVEN not in site.log.read_text()


def test_five_wrong_passwords_close_the_account_here_too(site, newcomer):
    with site.visitor() as visitor:
        for _ in range(5):
            choose(site, visitor, newcomer, password="wrong-wrong-wrong")
        answer = choose(site, visitor, newcomer)
        assert answer.status_code == 403 and "Too many wrong passwords" in answer.text
        answer = post(site, visitor, "/login", name=newcomer, password=GIVEN)
        assert answer.status_code == 403 and "Too many wrong passwords" in answer.text


def test_a_form_from_another_site_changes_nothing(site, newcomer):
    with site.visitor() as visitor:
        said = {"name": newcomer, "password": GIVEN, "new": OWN, "again": OWN}
        visitor.headers.pop("X-XSRFToken", None)
        visitor.cookies.clear()
        answer = visitor.post(f"{site.address}/password", data=said, allow_redirects=False)
    assert answer.status_code == 403
    assert site.service.accounts.recognise(newcomer, GIVEN).name == newcomer


def test_a_password_of_ones_own_may_be_changed_too(site):
    with site.visitor() as visitor:
        page = visitor.get(f"{site.address}/password")
        assert page.status_code == 200 and TITLE in page.text
        assert f"{MIN_PASSWORD} characters or more" in page.text
        assert choose(site, visitor, "amira", password=PASSWORD, new=OWN).status_code == 303
        assert choose(site, visitor, "amira", password=OWN, new=PASSWORD).status_code == 303
