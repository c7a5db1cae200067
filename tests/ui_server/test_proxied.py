"""People who signed in elsewhere: what the proxy says counts, what others say does not."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from patience import PATIENCE, until
from ports import free_port
from running_pages import ROOT, START, XSRF, Site, running_service
from small_proxy import SmallProxy, small_proxy

from lltic.reviews.people import Person
from lltic.reviews.vouching import Vouching, voucher_secret
from lltic.study import Study
from lltic.ui.server.check import Visitor, self_check

ISSUER = "https://sign-in.example/tenant-7/v2.0"
TWINS = {"khan": (ISSUER, "oid-1"), "other_khan": (ISSUER, "oid-2")}
KNOWN = {**TWINS, "visitor": (ISSUER, "oid-of-nobody"), "amira": ("lltic", "amira")}


@dataclass
class Behind:
    """A server, the proxy in front of it, and its secret."""

    site: Site
    proxy: SmallProxy
    secret: str

    def visitor(self, who: str = "") -> requests.Session:
        """Somebody whom the proxy has signed in; or not."""
        visitor = self.site.visitor()
        if who:
            visitor.cookies.set("who", who, domain="127.0.0.1")
        return visitor

    def get(self, visitor: requests.Session, path: str = "/", **more: Any) -> requests.Response:
        options = {"allow_redirects": False, "timeout": 60, **more}
        return visitor.get(self.proxy.address + path, **options)

    def open_page(self, visitor: requests.Session) -> str:
        """Follow the way in and return the kernel's id."""
        page = self.get(visitor, allow_redirects=True)
        assert page.status_code == 200, page.text
        return re.search(r'data-kernel-id="([^"]+)"', page.text)[1]


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    with running_service() as service:
        study = Study.open(service.folder / "study")
        vouching = Vouching(study, service.accounts)
        for name, who in (("a.khan", "khan"), ("a.khan2", "other_khan")):
            person = Person(name, "Dr A. Khan", "GP", ("reviewer",))
            service.accounts.add(person, "nobody knows this one")
            vouching.bind(name, *KNOWN[who])
        secret = voucher_secret(study).read_text()
        port = free_port()
        log = tmp_path_factory.mktemp("proxied") / "web.log"
        run = [sys.executable, "-m", "lltic.ui.server", "--behind-proxy", "--port", str(port)]
        run += ["--socket", str(service.socket), "--sign-out", "/oauth2/sign_out"]
        with log.open("wb") as out:
            process = subprocess.Popen(run, cwd=ROOT, stdout=out, stderr=out)
        site = Site(f"http://127.0.0.1:{port}", service, process, log)
        try:
            until(lambda: _answers(site) or process.poll() is not None, START, "the start")
            with small_proxy(port, KNOWN, secret) as proxy:
                site.cookie = f"lltic-127-0-0-1-{proxy.port}"  # by the name the browser knows
                yield Behind(site, proxy, secret)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _answers(site):
    try:
        return site.get("/login").status_code
    except requests.ConnectionError:
        return 0


def direct(behind, **headers):
    """Knock at the server itself, with headers of one's own making."""
    with behind.site.visitor() as visitor:
        return [
            visitor.get(behind.site.address + path, headers=headers, allow_redirects=False)
            for path in ("/", "/coding", "/login")
        ]


def claim(who, secret):
    issuer, subject = KNOWN[who]
    said = {"X-Lltic-Issuer": issuer, "X-Lltic-Subject": subject}
    return {**said, "X-Lltic-Voucher": secret} if secret is not None else said


def test_who_signed_in_gets_in_without_a_form(behind):
    with behind.visitor("khan") as visitor:
        first = behind.get(visitor)
        assert (first.status_code, first.headers["Location"]) == (302, "/login?next=%2F")
        door = behind.get(visitor, first.headers["Location"])
        assert (door.status_code, door.headers["Location"]) == (302, "/")
        cookie = next(c for c in door.headers["Set-Cookie"].split(", ") if behind.site.cookie in c)
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
        assert behind.open_page(visitor)


@pytest.mark.parametrize(
    "secret", [None, "", "x" * 43, "Bearer x", "\u00e9"], ids="none empty wrong odd latin".split()
)
def test_a_claim_without_the_secret_opens_nothing(behind, secret):
    before = set(behind.site.kernels())
    page, coding, door = direct(behind, **claim("khan", secret))
    assert page.status_code == coding.status_code == 302
    assert door.status_code == 403
    assert "Sign in through your organisation" in door.text
    assert "lltic-" not in door.headers.get("Set-Cookie", "")
    assert set(behind.site.kernels()) <= before


def test_a_claim_made_by_the_caller_does_not_reach_the_server(behind):
    with behind.visitor("khan") as visitor:
        forged = claim("other_khan", behind.secret)
        behind.get(visitor, "/login", headers=forged)
        session = visitor.cookies[behind.site.cookie]
    assert behind.site.service.accounts.session(session).name == "a.khan"


def test_a_claim_that_came_twice_is_not_believed(behind):
    """A proxy that adds its headers to the caller's, instead of replacing them."""
    behind.proxy.strips = False
    try:
        with behind.visitor("khan") as visitor:
            answer = behind.get(visitor, "/login", headers={"X-Lltic-Subject": "oid-2"})
    finally:
        behind.proxy.strips = True
    assert answer.status_code == 403


def test_no_proxy_speaks_for_the_studys_own_accounts(behind):
    with behind.visitor("amira") as visitor:
        assert behind.get(visitor, "/login").status_code == 403


def test_passwords_are_not_asked_for_behind_a_proxy(behind):
    with behind.visitor() as visitor:
        form = {"name": "amira", "password": "correct-horse-battery", "_xsrf": XSRF}
        answer = visitor.post(f"{behind.proxy.address}/login", data=form, allow_redirects=False)
    assert answer.status_code == 403
    assert behind.site.cookie not in answer.headers.get("Set-Cookie", "")


def test_two_people_of_one_name_are_two_people(behind):
    with behind.visitor("khan") as one, behind.visitor("other_khan") as other:
        kernels = {v: behind.open_page(v) for v in (one, other)}
        names = [
            behind.site.service.accounts.session(v.cookies[behind.site.cookie]) for v in kernels
        ]
        assert [p.name for p in names] == ["a.khan", "a.khan2"]
        assert {p.label for p in names} == {"Dr A. Khan"}
        for visitor, mine in kernels.items():
            for kernel in kernels.values():
                found = behind.get(visitor, f"/api/kernels/{kernel}").status_code
                assert found == (200 if kernel == mine else 403)


def test_a_session_is_worth_nothing_to_another_person_or_without_the_proxy(behind):
    with behind.visitor("khan") as visitor:
        behind.open_page(visitor)
        session = visitor.cookies[behind.site.cookie]
    with behind.visitor("other_khan") as thief:
        thief.cookies.set(behind.site.cookie, session, domain="127.0.0.1")
        assert behind.get(thief).status_code == 302
        with behind.site.visitor() as outside:
            behind.site.bring(outside, session)
            cookies = {f"lltic-127-0-0-1-{behind.site.address.rpartition(':')[2]}": session}
            answer = outside.get(behind.site.address, cookies=cookies, allow_redirects=False)
            assert answer.status_code == 302


def test_another_sign_in_in_the_same_browser_is_another_person(behind):
    with behind.visitor("khan") as visitor:
        behind.open_page(visitor)
        before = visitor.cookies[behind.site.cookie]
        visitor.cookies.set("who", "other_khan", domain="127.0.0.1")
        behind.open_page(visitor)
        after = visitor.cookies[behind.site.cookie]
    accounts = behind.site.service.accounts
    assert accounts.session(after).name == "a.khan2"
    with pytest.raises(Exception, match="has ended"):
        accounts.session(before)


def test_a_page_goes_on_when_its_person_has_signed_in_in_another_tab(behind):
    with behind.visitor("khan") as visitor:
        kernel = behind.open_page(visitor)
        old = visitor.cookies[behind.site.cookie]
        asked = {"name": "a.khan", "turn": "a" * 32, "kernel_id": kernel, "next": "/coding"}
        behind.site.service.accounts.close_session(old)

        def again(said):
            address = f"{behind.proxy.address}/again"
            return visitor.post(address, json=said, allow_redirects=False)

        waiting = again(asked)
        go = "/oauth2/start?prompt=login&rd=%2Flogin%3Fnext%3D%252Fcoding"
        said = {"problem": "elsewhere", "go": go}
        assert (waiting.status_code, waiting.json()) == (401, said)
        behind.get(visitor, "/login")  # the other tab
        on = again(asked)
        assert on.status_code == 200 and on.json()["ticket"]
        assert again({**asked, "name": "a.khan2"}).status_code == 409
        visitor.cookies.set("who", "other_khan", domain="127.0.0.1")
        assert again(asked).status_code == 401
        behind.get(visitor, "/login")
        assert again({**asked, "name": "a.khan2"}).status_code == 409


def test_a_signature_is_of_whom_the_proxy_names_after_a_fresh_sign_in(behind):
    with behind.visitor("khan") as visitor:
        behind.proxy.signed_in = {"khan": int(time.time()) - 5}
        behind.get(visitor, "/login")
        session = visitor.cookies[behind.site.cookie]

        def sign(address=behind.proxy.address, cookies=None, turn="b" * 32, headers=None):
            act = {"act": "submit:AAAAA-00001-1", "turn": turn, "next": "/?page=confirm"}
            options = {"cookies": cookies, "allow_redirects": False, "headers": headers}
            return visitor.post(f"{address}/sign", json=act, **options)

        go = "/oauth2/start?prompt=login&rd=%2F%3Fpage%3Dconfirm"
        for _ in range(2):  # the sign-in with which one came in signs nothing
            refused = sign()
            assert refused.json() == {"problem": "elsewhere", "go": go}
        forged = {"X-Lltic-Signed-In": str(int(time.time()))}
        assert sign(headers=forged).status_code == 401, "the proxy takes it off"
        assert sign(turn="").status_code == 403
        behind.proxy.signed_in = {"khan": int(time.time()) + 1}
        signed = sign()
        assert signed.status_code == 200 and signed.json()["signature"]
        assert sign().status_code == sign().status_code == 401, "one sign-in, one signature"
        name = f"lltic-127-0-0-1-{behind.site.address.rpartition(':')[2]}"
        assert sign(behind.site.address, {name: session}).status_code == 401


@pytest.mark.parametrize("asked", ["https://elsewhere.example/", "//elsewhere.example", "/api"])
def test_one_comes_back_from_the_sign_in_to_a_page_of_ours(behind, asked):
    with behind.visitor("khan") as visitor:
        behind.get(visitor, "/login")
        said = {"act": "submit:AAAAA-00001-1", "turn": "c" * 32, "next": asked}
        answer = visitor.post(f"{behind.proxy.address}/sign", json=said)
    assert answer.json()["go"] == "/oauth2/start?prompt=login&rd=%2F"


def test_who_has_no_account_is_told_what_to_do(behind):
    with behind.visitor("visitor") as visitor:
        page = behind.get(visitor, allow_redirects=True)
    assert page.status_code == 403
    for words in ("You have no account here", "Ask the coordinator", ISSUER, "oid-of-nobody"):
        assert words in page.text
    assert "data-kernel-id" not in page.text


def test_signing_out_is_not_undone_by_the_proxy(behind):
    with behind.visitor("khan") as visitor:
        behind.open_page(visitor)
        left = visitor.post(f"{behind.proxy.address}/logout", allow_redirects=False)
        assert (left.status_code, left.headers["Location"]) == (303, "/login")
        goodbye = behind.get(visitor, allow_redirects=True)
        assert "You have been signed out" in goodbye.text
        assert 'href="/oauth2/sign_out"' in goodbye.text
        assert behind.get(visitor, allow_redirects=True).text == goodbye.text
        again = behind.get(visitor, re.search(r'href="(/login[^"]+)"', goodbye.text)[1])
        assert again.headers["Location"] == "/"
        assert behind.open_page(visitor)


def test_the_cookie_is_kept_from_plain_http_when_the_proxy_speaks_tls(behind):
    behind.proxy.strips = False
    try:
        with behind.visitor("khan") as visitor:
            door = behind.get(visitor, "/login", headers={"X-Forwarded-Proto": "https"})
    finally:
        behind.proxy.strips = True
    assert re.search(rf"{behind.site.cookie}=[^,]*; Secure", door.headers["Set-Cookie"])


def test_the_self_test_passes_behind_a_proxy_and_tries_forged_claims(behind):
    people = []
    for who in TWINS:
        with behind.visitor(who) as visitor:
            behind.get(visitor, "/login")
            session = visitor.cookies[behind.site.cookie]
        headers = claim(who, behind.secret)
        people.append(Visitor.logged_in(behind.site.address, session, **headers))
    found = self_check(behind.site.address, (people[0], people[1]))
    assert [hole for hole in found if not hole.ok] == []
    assert "claims of identity" in [hole.name for hole in found]


BELIEVES_ALL = """
import sys
from lltic.ui.server import proxied
proxied.ProxiedIdentity.ask = lambda self, handler, session: self.client.session(session)
server = proxied.ProxiedServer.instance(socket=sys.argv[1], port=int(sys.argv[2]))
server.initialize()
server.start()
"""


def test_the_self_test_finds_a_server_that_believes_without_the_secret(behind):
    port = free_port()
    run = [sys.executable, "-c", BELIEVES_ALL, str(behind.site.service.socket), str(port)]
    process = subprocess.Popen(run, cwd=ROOT, stderr=subprocess.DEVNULL)
    site = Site(f"http://127.0.0.1:{port}", behind.site.service, process, behind.site.log)
    try:
        until(lambda: _answers(site), START, "the start")
        people = []
        for who, name in (("khan", "a.khan"), ("other_khan", "a.khan2")):
            headers = claim(who, behind.secret)
            session = site.service.session(name)
            people.append(Visitor.logged_in(site.address, session, **headers))
        found = self_check(site.address, (people[0], people[1]))
    finally:
        process.terminate()
        process.wait(PATIENCE)
    assert "claims of identity" in {hole.name for hole in found if not hole.ok}
