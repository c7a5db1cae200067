"""SEC-10: whoever may no longer come in writes nothing more, from the very next call on."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket
from hands import saved
from page_line import open_page
from patience import PATIENCE
from playwright.sync_api import expect
from running_service import CHEAP, FIRST, SECOND, Line, everybody
from serving_study import Served, log_in
from small_study import PASSWORD, make_study

from lltic.cli import main
from lltic.clock import system_clock
from lltic.errors import Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.read import events
from lltic.reviews.vouching import Vouching, voucher_secret
from lltic.ui.server.identity import cookie_name

NEW = "another-long-password"
FIELD = "ongoing.judgement"
LABEL = "Your judgement of this phase of care"
OUTSIDE = ("https://sign-in.example/tenant-7/v2.0", "oid-9")
LATEST = 300  # seconds; what is promised


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    study = make_study(tmp_path_factory.mktemp("disabled") / "study", system_clock)
    everybody(study)
    accounts = Accounts(study.keys)
    accounts.add(Person("eve", "Dr E.", "Elsewhere", ("reviewer",)), PASSWORD)
    Vouching(study, accounts).bind("eve", *OUTSIDE)
    running = Served(study)
    yield running
    running.stop()


@pytest.fixture
def line(served) -> Line:
    """Calls to the service that is running, as its web server and its kernels make them."""
    [socket] = Path(served.folder.name).glob("*/reviews.sock")
    return Line(socket)


@pytest.fixture
def users(served, monkeypatch, capsys) -> Callable[..., None]:
    """Run ``lltic users`` while the study is served; everybody is as before afterwards."""

    def run(*arguments: str, typed: str = PASSWORD) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed + "\n"))
        assert main(["users", *arguments, "--study", str(served.study.path)]) == 0
        capsys.readouterr()

    yield run
    everybody(served.study)
    run("enable", "eve")


def is_refused(asked: Callable[[], Any], *codes: str) -> bool:
    """Say whether something is refused, and for one of these reasons."""
    try:
        asked()
    except Refused as refusal:
        found = set(refusal.codes)
    else:
        return False
    assert found <= set(codes), found
    return True


def own_calls(line: Line, client: Any, name: str, review: str) -> dict[str, Callable[[], Any]]:
    """Everything a page's kernel and the web server could still try for somebody."""
    session, case = line.sessions[name], review.rpartition("-")[0]
    return {
        "write": lambda: line.answer(client, FIELD, {"value": "Too late."}, 99, review),
        "submit": lambda: line.submit(client, name, review),
        "desk": client.desk,
        "review": lambda: client.review(review),
        "notes": lambda: client.document(review, f"doc-{case}"),
        "waiting": client.waiting,
        "hold": lambda: client.hold(review, "window-1", False, True),
        "release": lambda: client.release(review, "window-1"),
        "session": lambda: line.door().session(session),
        "ticket": lambda: line.door().ticket(session, "kernel-2"),
        "sign": lambda: line.signature(name, f"submit:{review}"),
        "again": lambda: line.door().again(session, PASSWORD),
        "login": lambda: line.door().login(name, PASSWORD),
    }


OUT = ("no-session", "wrong-login")


@pytest.mark.parametrize("how", ["disable", "remove"])
def test_the_very_next_call_is_refused_whatever_it_is(served, line, users, how):
    client = line.client("ben")
    field = {"disable": "admission.judgement", "remove": "overall.judgement"}[how]
    line.answer(client, field, {"value": "In time."}, 0, SECOND)
    early = {  # what was handed out before, and not used yet
        "ticket": line.door().ticket(line.sessions["ben"], "kernel-3")["ticket"],
        "signature": line.signature("ben", f"submit:{SECOND}"),
    }
    before = list(events(served.study))
    begun = time.monotonic()
    users(how, "ben")
    calls = own_calls(line, client, "ben", SECOND)
    operation = line.operation("submit", SECOND, signature=early["signature"])
    calls["submit with an early signature"] = lambda: client.operate(operation)
    calls["exchange of an early ticket"] = lambda: line.door().exchange(early["ticket"])
    for name, call in calls.items():
        assert is_refused(call, *OUT), name
    assert time.monotonic() - begun < LATEST
    assert list(events(served.study)) == before
    if how == "disable":
        users("enable", "ben")
        del calls["login"], calls["again"]
        for name, call in calls.items():
            assert is_refused(call, *OUT), f"{name}: what ended does not come back"
        assert line.client("ben").desk(), "who is let in again logs in again"


def test_others_do_not_notice(line, users):
    other = line.client("amira")
    line.client("ben")
    users("disable", "ben")
    assert other.desk() and line.door().session(line.sessions["amira"])


def test_a_role_that_was_taken_away_is_gone_at_once(line, users):
    coordinator = line.client("cora")
    assert coordinator.overview()
    users("add", "cora", "--role", "auditor", "--password-stdin")
    assert is_refused(coordinator.overview, *OUT)
    assert is_refused(line.client("cora").overview, "not-allowed")
    reviewer = line.client("ben")
    users("add", "ben", "--role", "auditor", "--password-stdin", typed=NEW)
    late = {"value": "Too late."}
    assert is_refused(lambda: line.answer(reviewer, FIELD, late, 99, SECOND), *OUT)
    auditor = line.client("ben", NEW)
    refused = ("not-yours", "not-allowed", "no-such-review")
    assert is_refused(lambda: line.answer(auditor, FIELD, late, 99, SECOND), *refused)


@pytest.mark.parametrize("who", ["coordinator", "person"])
def test_another_password_ends_what_was_opened_with_the_old_one(line, users, who):
    one = line.client("ben")
    calls = own_calls(line, one, "ben", SECOND)
    other = line.client("ben")
    if who == "coordinator":
        users("password", "ben", "--password-stdin", typed=NEW)
        fresh = line.door().login("ben", NEW)["session"]
    else:
        fresh = line.door().change_password("ben", PASSWORD, NEW)["session"]
    for name, call in calls.items():
        assert is_refused(call, *OUT), name
    assert is_refused(other.desk, *OUT)
    assert line.door().session(fresh)["name"] == "ben"


def test_who_signed_in_elsewhere_is_refused_too_whatever_the_proxy_or_hub_says(served, line, users):
    secret = voucher_secret(served.study).read_text()
    door = line.door()
    session = door.redeem(door.vouch(secret, *OUTSIDE)["grant"])["session"]
    client = line.door()
    client.exchange(door.ticket(session, "kernel-1")["ticket"])
    assert client.desk() and door.vouched_session(session, secret, *OUTSIDE)
    early = door.vouch(secret, *OUTSIDE)["grant"]
    users("disable", "eve")
    claim = (secret, *OUTSIDE)
    calls: dict[str, Callable[[], Any]] = {
        "write": lambda: line.answer(client, FIELD, {"value": "Too late."}, 0),
        "read": client.desk,
        "vouch": lambda: door.vouch(*claim),
        "a grant from before": lambda: door.redeem(early),
        "session": lambda: door.vouched_session(session, *claim),
        "again": lambda: door.vouched_again(session, *claim),
        "sign": lambda: door.vouched_sign(session, *claim, f"submit:{FIRST}"),
        "ticket": lambda: door.ticket(session, "kernel-2"),
    }
    for name, call in calls.items():
        assert is_refused(call, "no-session", "no-account", "no-grant"), name
    users("enable", "eve")
    assert is_refused(client.desk, "no-session")
    assert door.vouch(*claim)["name"] == "eve"


def test_an_open_page_writes_nothing_more_and_opens_nothing(served, line, users):
    session = line.door().login("amira", PASSWORD)["session"]
    cookie = (cookie_name(f"127.0.0.1:{served.port}"), session)
    cookies = dict([cookie, ("_xsrf", "0" * 32)])

    def ask(method: str, path: str, **more: Any) -> requests.Response:
        headers = {"X-XSRFToken": "0" * 32}
        options = {"cookies": cookies, "headers": headers, "allow_redirects": False, **more}
        return requests.request(method, served.url + path, timeout=30, **options)

    with open_page(served.url, cookie, f"review={FIRST}&page=ongoing") as page:
        assert "ack" in page.write(FIELD, "In time.")
        before = list(events(served.study))
        users("disable", "amira")
        assert page.write(FIELD, "Too late.")["nack"]["retry"], "it may still be saved one day"
        assert [s["over"] for s in page.states.values() if "over" in s], "the page has a dialog"
        kernel = f"api/kernels/{page.kernel_id}"
        for path in ("", "coding", f"?review={FIRST}", kernel):
            answer = ask("GET", path)
            assert answer.status_code in (302, 403) and "data-kernel-id" not in answer.text, path
        with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
            page.connect()
        again = {"name": "amira", "password": PASSWORD, "kernel_id": page.kernel_id}
        assert ask("POST", "again", json=again).status_code == 403
        act = {"password": PASSWORD, "act": f"submit:{FIRST}"}
        assert ask("POST", "sign", json=act).status_code == 401
        assert "nack" in page.write(FIELD, "Too late, too.")
        assert list(events(served.study)) == before


def test_the_page_says_so_and_keeps_the_words(served, browser, users):
    def on_record() -> list[str]:
        return [
            (e.value or {}).get("value")
            for e in events(served.study)
            if (e.field, e.review_id) == (FIELD, FIRST)
        ]

    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE * 1000)
        page = context.new_page()
        log_in(page, served.url, "amira", PASSWORD)
        expect(page.get_by_role("heading", name="My cases")).to_be_visible()
        page.goto(f"{served.url}?review={FIRST}&page=ongoing")
        box = page.get_by_label(LABEL)
        box.fill("Before.")
        saved(page)
        users("disable", "amira")
        box.press("End")
        box.press_sequentially(" And after.")
        dialog = page.get_by_role("dialog", name="Sign in again to go on")
        expect(dialog).to_be_visible()
        expect(dialog).to_contain_text("Words that are not saved yet stay on this page")
        expect(box).to_have_value("Before. And after.")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in and go on").click()
        expect(dialog).to_contain_text("not right")
        expect(box).to_have_value("Before. And after.")
        assert on_record()[-1] == "Before."
        users("enable", "amira")  # it was a mistake
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in and go on").click()
        expect(dialog).to_be_hidden()
        saved(page)
        expect(box).to_have_value("Before. And after.")
        assert on_record()[-1] == "Before. And after."


class Meanwhile:
    """A hasher during whose work something else happens: argon2 takes its time."""

    def __init__(self, hasher: Any, happens: Callable[[], None]) -> None:
        self._hasher, self._happens = hasher, [happens]

    def verify(self, *given: Any) -> bool:
        right = self._hasher.verify(*given)
        while self._happens:
            self._happens.pop()()
        return bool(right)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hasher, name)


CHANGES: dict[str, Callable[[Accounts, Person], None]] = {
    "disabled": lambda accounts, person: accounts.disable(person.name),
    "another password": lambda accounts, person: accounts.set_password(person.name, NEW),
    "another role": lambda accounts, person: accounts.add(person, NEW),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_log_in_under_way_does_not_slip_through(small_study, change):
    """The old password is right when it is looked at, and is not when the session opens."""
    keys, person = small_study.keys, Person("ben", "Dr B.", "Hospital", ("auditor",))
    changing = Accounts(keys, hasher=CHEAP)
    slow = Meanwhile(CHEAP, lambda: CHANGES[change](changing, person))
    accounts = Accounts(keys, hasher=slow)  # type: ignore[arg-type]
    session = ""
    with contextlib.suppress(Refused):
        session, _ = accounts.log_in("ben", PASSWORD)
    assert not session or is_refused(lambda: accounts.session(session), "no-session")
