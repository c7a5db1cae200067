"""The log-in: closed to strangers, kind to those who mistype, and final when one leaves."""

from __future__ import annotations

import re

import pytest
from patience import until
from running_pages import PASSWORD, running_service, running_site

PAGES = [
    "/",
    "/?review=x&page=y",
    "/coding",
    "/counter",
    "/nothing-here",
    "/api/me",
    "/favicon.ico",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_the_log_in(site, path):
    answer = site.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=%2F")


def test_strangers_start_no_kernel(site):
    for _ in range(50):
        site.get("/counter")
    assert site.kernels() == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "token canary"},
        {"Authorization": "Bearer canary"},
        {"Cookie": "username-127-0-0-1=x"},
        {"X-Forwarded-User": "amira", "Remote-User": "amira"},
    ],
)
def test_no_token_or_header_is_a_log_in(site, headers):
    assert site.get("/counter?token=canary", headers=headers).status_code == 302


def log_in(site, visitor, name="amira", password=PASSWORD, target="", **more):
    path = f"/login?next={target}" if target else "/login"
    form = {"name": name, "password": password, "_xsrf": "0" * 32}
    visitor.headers.pop("X-XSRFToken")
    return visitor.post(site.address + path, data=form, allow_redirects=False, timeout=30, **more)


def test_the_right_password_opens_a_session_that_scripts_and_other_sites_cannot_take(site):
    with site.visitor() as visitor:
        answer = log_in(site, visitor)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        cookie = next(c for c in answer.headers["Set-Cookie"].split(", ") if site.cookie in c)
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
        assert site.open_page(visitor)


def test_a_name_is_taken_however_it_is_capitalised(site):
    with site.visitor() as visitor:
        assert log_in(site, visitor, name=" Amira ").status_code == 303


def test_a_wrong_password_says_so_in_plain_words_and_keeps_the_name(site):
    with site.visitor() as visitor:
        answer = log_in(site, visitor, name="ben", password="wrong-wrong-wrong")
        unknown = log_in_again(site, visitor, name="nobody-here")
    assert answer.status_code == 403
    assert "There is a problem" in answer.text
    assert "together they are not right" in answer.text
    assert 'value="ben"' in answer.text and "wrong-wrong" not in answer.text
    assert "<title>Error: Sign in" in answer.text
    assert without_token(unknown.text).replace("nobody-here", "ben") == without_token(answer.text)


def without_token(html):
    return re.sub(r'name="_xsrf" value="[^"]+"', "", html)


def log_in_again(site, visitor, **more):
    visitor.headers["X-XSRFToken"] = "0" * 32
    return log_in(site, visitor, password="wrong-wrong-wrong", **more)


def test_empty_fields_are_named(site):
    with site.visitor() as visitor:
        answer = log_in(site, visitor, name="", password="")
    assert answer.status_code == 400
    assert "Enter your user name" in answer.text and "Enter your password" in answer.text
    assert 'aria-describedby="password-error"' in answer.text


def test_a_name_is_shown_as_text(site):
    with site.visitor() as visitor:
        answer = log_in(site, visitor, name='"><script>x</script>', password="")
    assert "<script" not in answer.text


def test_a_log_in_without_the_forms_token_is_refused(site):
    with site.visitor() as visitor:
        visitor.headers.pop("X-XSRFToken")
        form = {"name": "amira", "password": PASSWORD}
        answer = visitor.post(f"{site.address}/login", data=form, allow_redirects=False, timeout=30)
    assert answer.status_code == 403
    assert site.cookie not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("%2Fcoding%3Freview%3Da%26page%3Db", "/coding?review=a&page=b"),
        ("%2F%3Freview%3DAAAAA-00001-1", "/?review=AAAAA-00001-1"),
        ("%2Fnothing-here", "/"),
        ("%2Flogout", "/"),
        ("%2F%2Fevil.example", "/"),
        ("%2F%2F%2Fevil.example", "/"),
        ("%2F%5Cevil.example", "/"),
        ("https%3A%2F%2Fevil.example%2F", "/"),
        ("https%3A%2F", "/"),
        ("javascript%3Aalert(1)", "/"),
        ("%2Fcoding%0d%0aX-Evil%3A+1", "/"),
        ("%2Fcoding%3Fa%3D%250d%250aX-Evil%3A+1", "/coding?a=%0D%0AX-Evil%3A+1"),
        ("%2Fcoding%3F" + "a%3Db%26" * 21, "/"),
        ("http%3A%2F%2F%5B", "/"),
    ],
)
def test_the_way_on_is_a_page_of_ours(site, asked, led_to):
    with site.visitor() as visitor:
        answer = log_in(site, visitor, target=asked)
    assert answer.headers["Location"] == led_to
    assert "X-Evil" not in answer.headers


def test_who_is_logged_in_needs_no_form(site):
    answer = site.get("/login?next=%2Fcoding", "amira")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/coding")


def test_leaving_ends_the_session_and_its_kernels(site):
    with site.visitor("amira") as visitor:
        site.open_page(visitor)
        token = visitor.cookies[site.cookie]
        answer = visitor.post(f"{site.address}/logout", allow_redirects=False, timeout=30)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
        assert site.cookie not in visitor.cookies
        until(lambda: not site.kernels(), what="the end of the kernels")
        site.bring(visitor, token)  # kept by somebody who looked over a shoulder
        assert visitor.get(site.address + "/counter", allow_redirects=False).status_code == 302
        said = visitor.get(site.address + "/login").text
    assert "You have been signed out" in said


def test_leaving_needs_the_pages_token(site):
    with site.visitor("amira") as visitor:
        visitor.headers.pop("X-XSRFToken")
        answer = visitor.post(f"{site.address}/logout", allow_redirects=False, timeout=30)
        assert answer.status_code == 403
        assert visitor.get(site.address + "/login", allow_redirects=False).status_code == 302


def test_a_new_log_in_ends_the_one_before(site):
    with site.visitor("amira") as visitor:
        before = visitor.cookies[site.cookie]
        log_in(site, visitor, name="ben")
        assert visitor.cookies[site.cookie] != before
        assert site.get("/login", cookies={site.cookie: before}).status_code == 200


def test_without_the_service_nobody_is_let_in_and_the_page_says_why(tmp_path):
    with running_service() as service, running_site(service, tmp_path) as site:
        with site.visitor("amira") as visitor:
            service.stop()
            page = visitor.get(site.address + "/counter", timeout=30)
            assert page.status_code == 503
            assert "Everything that was marked as saved is safe" in page.text
            assert site.kernels() == {}
            leave = visitor.post(f"{site.address}/logout", allow_redirects=False, timeout=30)
            assert leave.status_code == 503
            form = log_in(site, visitor)
            assert form.status_code == 503
            service.start()
            visitor.headers["X-XSRFToken"] = "0" * 32
            assert site.open_page(visitor)


def test_everything_works_below_a_path(service, tmp_path):
    with running_site(service, tmp_path, base_url="/reviews/") as site:
        assert site.get("/").headers["Location"] == "/reviews/login?next=%2Freviews%2F"
        with site.visitor() as visitor:
            answer = log_in(site, visitor, target="%2Freviews%2Fcoding")
            assert answer.headers["Location"] == "/reviews/coding"
            cookie = next(c for c in answer.headers["Set-Cookie"].split(", ") if site.cookie in c)
            assert "Path=/reviews/" in cookie
            page = visitor.get(f"{site.address}/coding", timeout=30).text
        assert 'src="/reviews/static/' in page and 'data-base-url="/reviews/"' in page
