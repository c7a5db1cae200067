"""Two people of two organisations, each with a server of their own, in real browsers."""

from __future__ import annotations

import json
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from accessible import QUICK, faults
from hands import saved
from hub_running import KERNEL, PERSON, PROXYING, at_the_desk, environment, log_in, pss
from patience import until
from playwright.sync_api import expect
from small_study import PASSWORD

from lltic.errors import LlticError
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.read import events

AMIRA, BEN = "amira", "ben"
WORDS = "Through the Hub: the fluid chart stopped on day three."

SHOTS = os.environ.get("LLTIC_SHOTS", "")


def shot(page, name):
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"hub-{name}.png"), full_page=True)


EXECUTE = """
async ([url, code]) => {
  const socket = new WebSocket(url);
  const heard = [];
  await new Promise((done, failed) => { socket.onopen = done; socket.onerror = failed; });
  const ask = (channel, type, content) => {
    const id = crypto.randomUUID();
    const header = {msg_id: id, msg_type: type, session: "x", username: "", version: "5.3"};
    socket.send(JSON.stringify({channel, header, parent_header: {}, metadata: {}, content}));
    return id;
  };
  socket.onmessage = (event) => heard.push(JSON.parse(event.data));
  const forbidden = ask("shell", "execute_request", {code, silent: false, store_history: false});
  for (let i = 0; i < 2; i++) {
    const allowed = ask("shell", "kernel_info_request", {});
    const reply = (m) => m.parent_header.msg_id === allowed && m.msg_type === "kernel_info_reply";
    while (!heard.some(reply)) await new Promise((r) => setTimeout(r, 20));
  }
  socket.close();
  return heard.filter((m) => m.parent_header.msg_id === forbidden).map((m) => m.msg_type);
}
"""
CONNECTS = """
(url) => new Promise((done) => {
  const socket = new WebSocket(url);
  socket.onopen = () => done(true);
  socket.onerror = () => done(false);
})
"""


def xsrf_of(page):
    """What a page at this address would send against forgeries."""
    found = {c["name"]: c["value"] for c in page.context.cookies(page.url)}
    return {"X-XSRFToken": found.get("_xsrf", "")}


def channels(hub, name, kernel_id):
    return hub.url(name, f"api/kernels/{kernel_id}/channels?session_id=x").replace("http", "ws", 1)


def kernel_of(two, page):
    """The kernel of the page that is open, from the address of its line."""
    return re.search(r"api/kernels/([0-9a-f-]{36})", two.lines[page][-1])[1]


@dataclass
class Two:
    """Two people who are logged in, each in a browser of their own."""

    amira: Any
    ben: Any
    strangers: list[str]
    lines: dict[Any, list[str]]


@pytest.fixture(scope="module")
def two(browser, hub):
    strangers: list[str] = []
    lines: dict[Any, list[str]] = {}
    for name in (AMIRA, BEN):
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.on("request", lambda r: strangers.append(r.url) if "127.0.0.1" not in r.url else 0)
        page = context.new_page()
        heard = lines.setdefault(page, [])
        page.on("websocket", lambda socket, heard=heard: heard.append(socket.url))
        if name == AMIRA:
            page.goto(hub.address)
            shot(page, "1-log-in")
        log_in(page, hub, name)
        at_the_desk(page)
        shot(page, f"2-{name}")
    yield Two(*lines, strangers, lines)
    for page in lines:
        page.context.close()


def test_each_has_a_server_of_their_own(hub, two):
    assert two.amira.url.startswith(hub.url(AMIRA))
    assert two.ben.url.startswith(hub.url(BEN))
    expect(two.amira.get_by_text("Dr A.")).to_be_visible()
    expect(two.ben.get_by_text("Dr B.")).to_be_visible()
    for name in (AMIRA, BEN):
        assert len(hub.pids(PERSON, name)) == 1


def test_the_desk_is_for_everybody_here_too(axe, two):
    assert faults(two.amira, "cases, at the Hub", QUICK) == []


def test_each_writes_in_a_review_of_their_own(hub, two):
    written = {}
    for page, name in ((two.amira, AMIRA), (two.ben, BEN)):
        page.get_by_role("link", name=re.compile("Start review")).first.click()
        page.get_by_role("link", name=re.compile("Admission and first day")).click()
        field = page.get_by_label("Your judgement of this phase of care")
        field.fill(f"{WORDS} {name}")
        saved(page)
        written[name] = page.url.partition("review=")[2].partition("&")[0]
        shot(page, f"3-{name}-writes")
    kept = [e for e in events(hub.study) if e.kind == "answered" and WORDS in str(e.value)]
    assert {e.actor: e.review_id for e in kept} == written
    assert len({e.case_id for e in kept}) == 1, "two organisations read one case"
    assert bool(hub.study.settings.reviews_url) == (hub.record == "postgresql")
    assert all(str(e.value).count(e.actor) == 1 for e in kept)


def test_code_from_the_browser_does_not_run(hub, two, tmp_path):
    proof = tmp_path / "it-ran"
    code = f"open({str(proof)!r}, 'w').close()"
    line = channels(hub, AMIRA, kernel_of(two, two.amira))
    assert two.amira.evaluate(EXECUTE, [line, code]) == []
    assert not proof.exists()


def test_another_persons_server_and_kernel_are_closed(hub, two):
    kernel = kernel_of(two, two.amira)
    ben = two.ben.request
    seen = two.ben.context.new_page()
    assert seen.goto(hub.url(AMIRA)).status == 403
    shot(seen, "4-ben-at-amiras-server")
    seen.close()
    line = f"api/kernels/{kernel}"
    for path in ("", "coding", line, f"{line}/channels", f"voila/api/shutdown/{kernel}"):
        answer = ben.get(hub.url(AMIRA, path), max_redirects=0)
        assert answer.status in (302, 403, 405), path
        assert "data-kernel-id" not in answer.text()
    assert ben.delete(hub.url(AMIRA, line)).status == 403
    assert ben.post(hub.url(AMIRA, f"voila/api/shutdown/{kernel}")).status == 403
    assert not two.ben.evaluate(CONNECTS, channels(hub, AMIRA, kernel))
    assert two.amira.evaluate(CONNECTS, channels(hub, AMIRA, kernel)), "its owner can"


def test_a_cookie_carried_to_another_server_opens_nothing(hub, two, browser):
    cookies = two.amira.context.cookies(hub.url(AMIRA))
    token = next(c["value"] for c in cookies if c["name"] == f"jupyterhub-user-{AMIRA}")
    stolen = {"Cookie": f"jupyterhub-user-{AMIRA}={token}; jupyterhub-user-{BEN}={token}"}
    with browser.new_context(extra_http_headers=stolen) as thief:
        answer = thief.request.get(hub.url(BEN), max_redirects=0)
    assert answer.status == 302
    assert "/login" in answer.headers["location"]


def test_a_stranger_is_led_to_the_hubs_log_in_and_starts_no_kernel(hub, two, browser):
    before = set(hub.pids(KERNEL))
    with browser.new_context() as stranger:
        page = stranger.new_page()
        for path in ("", "coding", "?token=x"):
            page.goto(hub.url(AMIRA, path))
            expect(page.get_by_label("Username")).to_be_visible()
            assert "/hub/login" in page.url
    assert set(hub.pids(KERNEL)) <= before


def test_kernels_and_servers_know_no_secret(hub, two):
    kernels = hub.pids(KERNEL)
    assert len(kernels) >= 2
    allowed = {"LANG", "PATH", "LC_ALL", "TZ", "TMPDIR", "HOME", "QUERY_STRING", "LLTIC_SOCKET"}
    allowed |= {"LLTIC_TICKET", "JPY_PARENT_PID", "JPY_SESSION_NAME"}  # the last two: no secrets
    for pid in kernels:
        assert set(environment(pid)) <= allowed
    for pid in hub.pids(PERSON):
        assert "canary-in-the-shell" not in str(environment(pid))


def test_nothing_else_was_asked_for_and_memory_is_as_measured(hub, two):
    kinds = (("hub", r"-m jupyterhub"), ("proxy", PROXYING), ("person", PERSON), ("kernel", KERNEL))
    figures = {what: [round(pss(p)) for p in hub.pids(words)] for what, words in kinds}
    logging.getLogger(__name__).warning("PSS, MiB: %s", figures)
    assert all(figures.values())
    assert max(figures["kernel"]) <= 45
    assert two.strangers == []


def test_the_hubs_administrator_does_not_come_in_as_a_reviewer(hub, two, browser):
    """The Hub itself would let them: they may reach every server."""
    with browser.new_context() as context:
        page = context.new_page()
        log_in(page, hub, "iris.novak")
        expect(page.get_by_label("Username")).to_be_hidden()
        page.goto(hub.url(AMIRA))
        page.get_by_role("button", name="Authorize").click()
        expect(page.get_by_role("heading", name="You cannot open this")).to_be_visible()
        shot(page, "5-administrator-at-amiras-server")
        kernel = kernel_of(two, two.amira)
        for path in ("", "coding", f"api/kernels/{kernel}"):
            assert page.request.get(hub.url(AMIRA, path), max_redirects=0).status == 403


POST = """
async ([url, said]) => {
  const xsrf = document.cookie.split("; ").find((c) => c.startsWith("_xsrf=")).slice(6);
  const headers = {"Content-Type": "application/json", "X-XSRFToken": xsrf};
  const reply = await fetch(url, {method: "POST", headers, body: JSON.stringify(said)});
  return [reply.status, await reply.text()];
}
"""


def test_a_session_that_ended_goes_on_in_place_with_the_persons_own_password(hub, two):
    page = two.amira
    asked = {"name": AMIRA, "password": PASSWORD, "kernel_id": kernel_of(two, page)}

    def post(where, said, page=page):
        status, text = page.evaluate(POST, [where, said])
        return status, json.loads(text) if status != 404 else {}

    assert post("pause", {})[0] == 200
    assert page.request.get(hub.url(AMIRA), max_redirects=0).status == 302
    assert post("again", {})[0] == 401
    assert post("again", {**asked, "password": "wrong-wrong-wrong"}) == (403, {"problem": "wrong"})
    assert post("again", {**asked, "name": BEN}) == (409, {"problem": "other"})
    # Ben knows her password, but the Hub does not know his browser as hers.
    ben = two.ben.request.post(hub.url(AMIRA, "again"), data=asked, headers=xsrf_of(two.ben))
    assert ben.status == 403
    status, answer = post("again", asked)
    assert status == 200 and answer["ticket"]
    page.reload()
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    assert page.request.get(hub.url(AMIRA, "coding"), max_redirects=0).status == 200


def test_a_server_whose_pages_are_closed_ends_by_itself(hub, browser):
    with browser.new_context() as context:
        page = context.new_page()
        log_in(page, hub, "carys.pugh")
        at_the_desk(page)
        assert hub.pids(PERSON, "carys.pugh")
        page.goto("about:blank")
        until(lambda: not hub.pids(PERSON, "carys.pugh"), 60, "the end of the server")
        answer = page.goto(hub.address)  # the Hub knows it at once, and still knows her
        assert answer.status < 500, "no proxy pointing at what is gone"
        # It offers another, waits for the end of this one, or has started one already.
        said = re.compile("is not running|is stopping|is starting|My cases")
        expect(page.get_by_text(said).first).to_be_visible()


def test_signing_out_ends_the_server_and_the_way_back_is_the_log_in(hub, two):
    page, cookies = two.ben, two.ben.context.cookies(hub.url(BEN))
    page.goto(hub.url(BEN))
    at_the_desk(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Username")).to_be_visible()
    assert "/hub/login" in page.url
    until(lambda: not hub.pids(PERSON, BEN), what="the end of the server")
    two.ben.context.add_cookies(cookies)  # kept by somebody who looked over a shoulder
    page.goto(hub.url(BEN))
    expect(page.get_by_label("Username")).to_be_visible()
    log_in(page, hub, BEN)
    at_the_desk(page)
    with page.context.browser.new_context() as thief:
        thief.add_cookies([c for c in cookies if c["path"] != "/"])
        other = thief.new_page()
        other.goto(hub.url(BEN))
        expect(other.get_by_label("Username")).to_be_visible()


def test_a_wrong_password_is_said_in_plain_words(hub, browser):
    with browser.new_context() as context:
        page = context.new_page()
        log_in(page, hub, AMIRA, "wrong-wrong-wrong")
        expect(page.get_by_text("Invalid username or password")).to_be_visible()
        expect(page.get_by_text("nobody in this study exists")).to_be_visible()


GIVEN, OWN = "given-by-the-coordinator", "three words of my own"


def both_sizes(page, name):
    if SHOTS:
        for width, height in ((390, 844), (1366, 768)):
            page.set_viewport_size({"width": width, "height": height})
            shot(page, f"{name}-{width}")


def choose(page, given, new, again=None):
    page.get_by_label("Password you have now").fill(given)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password, once more").fill(new if again is None else again)
    with page.expect_navigation(wait_until="commit"):  # the same form comes back, and is another
        page.get_by_role("button", name="Change password and sign in").click()


def test_a_password_that_was_set_for_somebody_is_changed_at_the_first_log_in(hub, browser):
    name = "dilys.rees"
    accounts = Accounts(hub.study.keys)
    accounts.add(Person(name, "Dilys Rees", "GP", ("reviewer",)), GIVEN, must_change=True)
    with browser.new_context(viewport={"width": 1366, "height": 768}) as context:
        page = context.new_page()
        log_in(page, hub, name, GIVEN)
        title = page.get_by_role("heading", level=1, name="Choose a new password")
        expect(title).to_be_visible()
        expect(page.get_by_label("User name")).to_have_value(name)
        blue = page.locator(".door-top").evaluate("e => getComputedStyle(e).backgroundColor")
        assert blue == "rgb(0, 94, 184)"
        both_sizes(page, "6-new-password")
        assert not hub.pids(PERSON, name), "nothing is started for them yet"
        page.goto(hub.url(name))
        expect(page.get_by_label("Username")).to_be_visible()  # nor does anything open

        log_in(page, hub, name, GIVEN)
        choose(page, "wrong-wrong-wrong", "short", "other")
        problem = page.get_by_role("alert")
        expect(problem.get_by_text("are not the same")).to_be_visible()
        both_sizes(page, "7-new-password-problems")
        choose(page, GIVEN, "short")
        expect(problem.get_by_text("it takes 10 characters or more")).to_be_visible()
        choose(page, GIVEN, GIVEN)
        expect(problem.get_by_text("the same as before")).to_be_visible()
        choose(page, "wrong-wrong-wrong", OWN)
        expect(problem.get_by_text("together they are not right")).to_be_visible()
        expect(page).to_have_title(re.compile("^Error: Choose a new password"))
        choose(page, GIVEN, OWN)
        at_the_desk(page)
        assert page.url.startswith(hub.url(name))
    assert accounts.admit(name, OWN).name == name
    assert GIVEN not in hub.words() and OWN not in hub.words()


def test_five_wrong_passwords_close_the_choice_too(hub, browser):
    name = "emyr.pugh"
    accounts = Accounts(hub.study.keys)
    accounts.add(Person(name, "Emyr Pugh", "GP", ("reviewer",)), GIVEN, must_change=True)
    with browser.new_context(viewport={"width": 1366, "height": 768}) as context:
        page = context.new_page()
        log_in(page, hub, name, GIVEN)
        for _ in range(5):
            choose(page, "wrong-wrong-wrong", OWN)
        choose(page, GIVEN, OWN)
        problem = page.get_by_role("alert")
        expect(problem.get_by_text("Too many wrong passwords")).to_be_visible()
        both_sizes(page, "8-new-password-locked")
        log_in(page, hub, name, GIVEN)
        expect(page.get_by_text("Too many wrong passwords")).to_be_visible()
    with pytest.raises(LlticError):
        accounts.admit(name, OWN)
