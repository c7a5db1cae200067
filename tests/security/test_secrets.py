"""SEC-09: no secret in an address, a log, a file, a command line or a kernel's environment."""

from __future__ import annotations

import base64
import json
import queue
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hands import saved
from kernel_processes import connection_file, is_copy
from page_line import open_page, watched
from patience import PATIENCE
from playwright.sync_api import BrowserContext, Page, expect
from secret_scan import Secrets, below, environment, files_below, forms, secrets_in_keys
from serving_study import KERNEL, Served, log_in, sign
from small_study import AMIRA, COMPLETE, PASSWORD, World, make_study

from lltic.clock import system_clock
from lltic.errors import Refused
from lltic.reviews import admin
from lltic.reviews.client import Client
from lltic.reviews.desk import Desk
from lltic.reviews.read import events
from lltic.study import Study
from lltic.ui.server.identity import cookie_name

REVIEW, OTHERS = "AAAAA-00001-1", "AAAAA-00001-2"
MISTYPED = "correct-horse-battrey"
SIGNED_WRONG = "incorrect-donkey-cell"
CHANGED = "another-long-password"
LABEL = "Your judgement of this phase of care"
SPENT = ("LLTIC_TICKET",)
"""What a kernel is told; it is worth nothing a moment later, and that is tried."""

CAPABILITY = (
    "__import__('json').dumps([o._capability for o in __import__('gc').get_objects()"
    " if type(o).__name__ == 'Client' and hasattr(o, '_capability')])"
)


def full_study(folder: Path) -> Study:
    """A study in which one review waits for nothing but its signature."""
    study = make_study(folder, system_clock)
    with admin.writing(study) as store:
        world = World(study, store, Desk(study, store, system_clock), count(1))
        world.fill(AMIRA, REVIEW, COMPLETE)
    return study


@dataclass
class Evening:
    """All that happened in a run, and the secrets that were in it."""

    served: Served
    context: BrowserContext
    secrets: Secrets = field(default_factory=Secrets)
    urls: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    tickets: dict[int, str] = field(default_factory=dict)

    def listen(self, page: Page) -> None:
        """Keep every address that a page asks for, and every answer to a password."""
        page.on("request", lambda request: self.urls.append(request.url))
        page.on("websocket", lambda line: self.urls.append(line.url))
        page.on("framenavigated", lambda frame: self.urls.append(frame.url))

    @contextmanager
    def told(self, page: Page, address: str) -> Iterator[None]:
        """Learn the token that a password is answered with."""
        right = lambda reply: reply.url.endswith(address) and reply.status == 200  # noqa: E731
        with page.expect_response(right) as reply:
            yield
        for name, value in reply.value.json().items():
            self.secrets.add(name, value)

    def look(self, page: Page) -> None:
        """Learn the secrets that there are at this moment."""
        for cookie in self.context.cookies():
            if cookie["name"].startswith("lltic-"):
                self.secrets.add("session", cookie["value"])
        for name, value in secrets_in_keys(self.served.study.keys):
            self.secrets.add(name, value)
        for pid in self.served.pids(KERNEL):
            try:
                self._look_at_kernel(pid)
            except (queue.Empty, OSError):  # its page was left a moment ago, and it ends meanwhile
                assert pid not in self.served.pids(KERNEL)
        stores = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
        self.pages += [page.content(), page.evaluate(stores)]

    def _look_at_kernel(self, pid: int) -> None:
        if not is_copy(pid):  # a copy's environment never had it
            self.tickets[pid] = environment(pid)["LLTIC_TICKET"]
            self.secrets.add(f"spent ticket of {pid}", self.tickets[pid])
        self.secrets.add("kernel key", json.loads(connection_file(pid).read_text())["key"])
        with watched(pid) as seen:
            said = {"user_expressions": {"c": CAPABILITY}, "silent": True, "reply": True}
            reply = seen.client.execute("", **said, timeout=PATIENCE)
            text = reply["content"]["user_expressions"]["c"]["data"]["text/plain"]
            for capability in json.loads(text[1:-1]):
                self.secrets.add("capability", capability)

    def temporary(self) -> list[Path]:
        """The temporary folders of the run: of the service, and of the kernels."""
        files = [connection_file(pid) for pid in self.served.pids(KERNEL)]
        return [Path(self.served.folder.name), *{file.parent for file in files}]


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()


@pytest.fixture(scope="module")
def evening(browser, tmp_path_factory):
    """A review from log-in to signature, with everything going wrong that people do wrong."""
    served = Served(full_study(tmp_path_factory.mktemp("secrets") / "study"))
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE * 1000)
    found = Evening(served, context)
    for name in (PASSWORD, MISTYPED, SIGNED_WRONG, CHANGED):
        found.secrets.add("password", name)
    page = context.new_page()
    found.listen(page)
    try:
        come_in(found, page)
        go_on_after_a_pause(found, page)
        ask_for_what_is_not_theirs(found, page)
        submit(found, page)
        choose_another_password(found, page)
        yield found
    finally:
        context.close()
        served.stop()


def come_in(evening: Evening, page: Page) -> None:
    log_in(page, evening.served.url, "amira", MISTYPED)
    expect(page.get_by_text("together they are not right").first).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    heading(page, "My cases")
    page.goto(f"{evening.served.url}?review={REVIEW}&page=ongoing")
    write(page, "Before the pause.")
    evening.look(page)


def write(page: Page, words: str) -> None:
    page.get_by_label(LABEL).fill(words)
    saved(page)


def go_on_after_a_pause(evening: Evening, page: Page) -> None:
    page.evaluate(
        "() => fetch('pause', {method: 'POST', body: '{}',"
        " headers: {'X-XSRFToken': document.cookie.match(/_xsrf=([^;]+)/)[1]}})"
    )
    page.get_by_label(LABEL).press("End")
    page.get_by_label(LABEL).press_sequentially(" After it.")
    dialog = page.get_by_role("dialog", name="Sign in again to go on")
    expect(dialog).to_be_visible()
    button = page.get_by_role("button", name="Sign in and go on")
    page.get_by_label("Password").fill(SIGNED_WRONG)
    button.click()
    expect(dialog).to_contain_text("not right")
    page.get_by_label("Password").fill(PASSWORD)
    with evening.told(page, "/again"):
        button.click()
    expect(dialog).to_be_hidden()
    evening.look(page)


def ask_for_what_is_not_theirs(evening: Evening, page: Page) -> None:
    page.goto(f"{evening.served.url}?review={OTHERS}&page=ongoing")
    expect(page.get_by_text("That page cannot be opened")).to_be_visible()
    [socket] = Path(evening.served.folder.name).glob("*/reviews.sock")
    session = Client(str(socket)).login("ben", PASSWORD)["session"]
    evening.secrets.add("session", session)
    cookie = (cookie_name(f"127.0.0.1:{evening.served.port}"), session)
    with open_page(evening.served.url, cookie, f"review={OTHERS}&page=ongoing") as other:
        for value in (PASSWORD, 99):  # no such score
            wrong = {"field": "ongoing.score", "value": {"value": value}, "base_version": 0}
            assert "nack" in other.say(wrong)
        with other.another_line() as line:
            line.send("execute_request", {"code": session, "silent": False})
            line.raw(json.dumps({"header": {"msg_type": "comm_msg"}, "content": PASSWORD}))
            line.settle()


def submit(evening: Evening, page: Page) -> None:
    page.goto(f"{evening.served.url}?review={REVIEW}&page=confirm")
    heading(page, "Submit your review")
    sign(page, SIGNED_WRONG)
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_visible()
    # What is wrong is shown a moment before the button can be pressed again.
    expect(page.locator('.lltic-signature[aria-busy="true"]')).to_have_count(0)
    with evening.told(page, "/sign"):
        sign(page, PASSWORD)
    heading(page, "Review submitted")
    evening.look(page)


def choose_another_password(evening: Evening, page: Page) -> None:
    run = [sys.executable, "-m", "lltic", "users", "password", "amira", "--password-stdin"]
    study = ["--study", str(evening.served.study.path)]
    done = subprocess.run([*run, *study], input=CHANGED, capture_output=True, text=True, check=True)
    evening.pages += [done.stdout, done.stderr]
    page.goto(evening.served.url)
    log_in(page, evening.served.url, "amira", PASSWORD)
    expect(page.get_by_text("together they are not right").first).to_be_visible()
    page.get_by_label("Password").fill(CHANGED)
    page.get_by_role("button", name="Sign in").click()
    heading(page, "My cases")
    evening.look(page)


def test_the_run_had_secrets_of_every_kind_and_did_what_it_says(evening):
    kinds = {"password": 4, "session": 3, "ticket": 1, "signature": 1, "capability": 2}
    kinds |= {"kernel key": 2, "keys/pseudonym.key": 1, "keys/cases.db": 2}
    kinds |= {"keys/accounts.db": 3, "keys/operator.key": 1}
    for kind, least in kinds.items():
        assert len(evening.secrets.named(kind)) >= least, (kind, evening.secrets.values.keys())
    done = [e.kind for e in events(evening.served.study) if e.review_id == REVIEW]
    assert "submitted" in done
    assert any(url.startswith("ws://") for url in evening.urls)
    assert any(url.endswith(("/sign", "/again")) for url in evening.urls)


def test_no_address_has_one(evening):
    # Jupyter's "session" is a random name of a line, and opens nothing.
    assert evening.secrets.in_urls(evening.urls, harmless=("session_id",)) == []


def test_no_process_has_one_but_a_started_kernel_its_spent_ticket(evening):
    kernels = evening.served.pids(KERNEL)
    started = [pid for pid in kernels if not is_copy(pid)]
    others = [pid for pid in below(evening.served.process.pid) if pid not in started]
    assert len(others) >= 3 and kernels
    for pid in others:
        assert evening.secrets.in_process(pid) == []
    for pid in started:
        own = f"spent ticket of {pid}"
        assert evening.secrets.in_process(pid, names=SPENT, values=[own]) == []
    [socket] = Path(evening.served.folder.name).glob("*/reviews.sock")
    for ticket in evening.tickets.values():
        with pytest.raises(Refused):
            Client(str(socket)).exchange(ticket)


def test_the_scan_sees_what_a_process_has(evening):
    run = [sys.executable, "-c", "print(flush=True); input()", PASSWORD]
    ends = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    for env, seen in (({}, "command line"), ({"A": MISTYPED}, "A"), ({"LLTIC_TICKET": "x"}, "LL")):
        with subprocess.Popen(run, env=env, **ends) as process:
            process.stdout.readline()  # it runs: for a moment after its start it has no words yet
            found = evening.secrets.in_process(process.pid)
            process.communicate(b"\n")
        assert any(f"{process.pid}" in one and seen in one for one in found), seen


def test_no_log_has_one(evening):
    logs = [evening.served.log, *evening.served.study.path.glob("logs/*")]
    said = b"".join(log.read_bytes() for log in logs)
    assert b"A page sent execute_request" in said, "what was refused is in the log"
    for log in logs:
        assert evening.secrets.in_log(log.name, log.read_bytes()) == []


def test_no_file_of_the_study_or_of_the_run_has_one(evening):
    study, files = evening.served.study, list(evening.temporary())
    assert evening.secrets.in_files(study.path, but=[study.keys]) == []
    own = [connection_file(pid) for pid in evening.served.pids(KERNEL)]
    assert own and evening.secrets.in_files(*files, but=own) == []
    for file in own:  # its own key, and nothing else
        held = evening.secrets.in_bytes(file.name, file.read_bytes())
        assert held and all(": kernel key" in one for one in held)


def test_no_page_has_one(evening):
    for text in evening.pages:
        assert evening.secrets.in_bytes("a page", text.encode()) == []


def test_what_holds_secrets_is_for_its_owner_only(evening):
    study = evening.served.study
    own = [connection_file(pid) for pid in evening.served.pids(KERNEL)]
    for file in (*files_below(study.keys), *study.path.glob("reviews.db*"), *own):
        assert file.stat().st_mode & 0o077 == 0, file
    sockets = Path(evening.served.folder.name).glob("*/reviews.sock")
    for folder in (study.keys, *(one.parent for one in (*sockets, *own))):
        assert folder.stat().st_mode & 0o077 == 0, folder


def test_what_a_run_leaves_behind_has_none(evening):
    """Last: the study is not served any more."""
    folders = [folder for folder in evening.temporary() if folder.name.startswith("lltic-")]
    evening.served.process.terminate()
    evening.served.process.wait(30)
    assert folders and not any(folder.exists() for folder in folders)
    study = evening.served.study
    assert evening.secrets.in_files(study.path, but=[study.keys]) == []
    for log in study.path.glob("logs/*"):
        assert evening.secrets.in_log(log.name, log.read_bytes()) == []


PLANTED = b"a planted \xc3\xa9 secret/+?&"


@pytest.mark.parametrize("form", forms(PLANTED))
def test_the_scan_finds_what_is_planted(tmp_path, form):
    secrets, written = Secrets(), forms(PLANTED)[form]
    secrets.add("planted", PLANTED)
    secrets.add("another", b"that is nowhere")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "some.log").write_bytes(b"\0binary\xff " + written + b" and on\n")
    for found in (
        secrets.in_files(tmp_path),
        secrets.in_log("some.log", (tmp_path / "deep" / "some.log").read_bytes()),
        secrets.in_urls([f"http://127.0.0.1/?x={written.decode('utf-8', 'replace')}"]),
    ):
        assert found and all("planted" in one for one in found)
    assert secrets.in_files(tmp_path, but=[tmp_path / "deep"]) == []


@pytest.mark.parametrize("where", ["environment", "command line", "name"])
def test_the_scan_finds_what_a_process_was_given(where):
    secrets = Secrets()
    secrets.add("planted", PLANTED)
    hidden = base64.b64encode(PLANTED).decode()
    env = {"environment": {"HARMLESS": hidden}, "name": {"PGPASSWORD": "x"}}.get(where, {})
    wait = "import sys; print(flush=True); sys.stdin.read()"
    run = [sys.executable, "-c", wait, hidden if where == "command line" else "x"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(run, env=env, **pipes) as process:
        process.stdout.readline()
        found = secrets.in_process(process.pid)
        process.stdin.close()
    wanted = {"environment": "HARMLESS: planted", "name": "PGPASSWORD"}.get(where, where)
    assert found and all(wanted in one for one in found)


def test_the_scan_knows_a_secret_by_its_name():
    urls = ["http://h/?token=x", "ws://h/a?session_id=1&ticket=2", "http://me:word@h/"]
    assert len(Secrets().in_urls(urls, harmless=("session_id",))) == 3
    for line in (b"password=correct-horse-battery", b'"ticket": "0123456789abcdef0"'):
        assert Secrets().in_log("log", line)
    assert Secrets().in_log("log", b"403 POST /again 2 ms") == []
    assert re.search("session", str(Secrets().in_urls(["http://h/?session=1"])))


def test_a_person_is_not_named_where_secrets_are_looked_for(evening):
    """The scan itself tells nobody anything: neither its findings nor its own words."""
    assert all(
        value.hex() not in repr(evening.secrets) for value in evening.secrets.values.values()
    )
    assert PASSWORD not in repr(evening.secrets)


def test_the_cookie_is_out_of_reach_of_scripts(evening):
    name = cookie_name(f"127.0.0.1:{evening.served.port}")
    [cookie] = [c for c in evening.context.cookies() if c["name"] == name]
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
