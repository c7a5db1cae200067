"""SEC-08: a whole review, its settling, its coding and its coordination ask no other host."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from argon2 import PasswordHasher
from hands import saved
from line_watch import Sockets, Wire, guards, net_log, other_hosts, sockets_of, watching_sockets
from many_sided_study import ALONE, DIFFERING, JOINT, PASSWORD, SERIOUS, make_many_sided
from patience import PATIENCE, eventually
from playwright.sync_api import Browser, Page, expect, sync_playwright
from serving_study import CHROMIUM, KERNEL, SERVICE, WEB, Served, log_in, sign
from small_study import CODY, COMPLETE

from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.ui.kit import query_string

AMIRA = Person("amira", "", "", ("reviewer",))
REVIEW = f"{ALONE}-1"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    study = make_many_sided(tmp_path_factory.mktemp("alone") / "study")
    Accounts(study.keys, hasher=PasswordHasher(time_cost=1, memory_cost=64)).add(CODY, PASSWORD)
    with admin.writing(study) as store:  # all but one answer, which is then given in the browser
        desk = Desk(study, store, lambda: store_time(store))
        for n, (path, value) in enumerate(COMPLETE.items()):
            if path != "overall.judgement":
                operation = {"op_id": f"before-{n:03}", "kind": "answer", "field": path}
                more = {"review_id": REVIEW, "case_id": ALONE, "value": value, "base_version": 0}
                desk.operate(AMIRA, {**operation, **more})
    running = Served(study)
    yield running
    running.stop()


def store_time(store):
    """Go on at the time of the last event."""
    from lltic.clock import parse_instant

    return parse_instant(list(store.read())[-1].at)


@contextmanager
def a_browser(chromium: str, log) -> Iterator[Browser]:
    """Start a browser that keeps a log of its whole network."""
    with sync_playwright() as playwright:
        options = [*CHROMIUM, f"--log-net-log={log}", "--net-log-capture-mode=Everything"]
        running = playwright.chromium.launch(executable_path=chromium, args=options)
        yield running
        running.close()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()


@contextmanager
def signed_in(browser: Browser, wire: Wire, served: Served, name: str, place: str = ""):
    context = wire.tap(browser.new_context())
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    log_in(page, f"{served.url}{place}", name, PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    yield page
    context.close()


def turn(tab: Page, wanted: str, /, **query: str) -> None:
    tab.evaluate(
        "(query) => { history.pushState(null, '', location.pathname + query);"
        " window.dispatchEvent(new PopStateEvent('popstate')); }",
        query_string(**query),
    )
    heading(tab, wanted)


def review(page: Page) -> None:
    """From the list of cases to the receipt, with the notes beside it, and out again."""
    heading(page, "My cases")
    page.get_by_role("link", name=re.compile("Continue|Start review")).first.click()
    turn(page, "Your review", review=REVIEW, page="tasks")
    expect(page.get_by_role("region", name="Case notes")).to_contain_text("Synthetic record")
    turn(page, "Hand this case back", review=f"{ALONE}-1", page="hand-back")
    turn(page, "Overall care", review=REVIEW, page="overall")
    page.get_by_label("Your judgement of the care as a whole").fill("Adequate on the whole.")
    saved(page)
    turn(page, "Check your answers", review=REVIEW, page="check")
    page.get_by_role("button", name="Continue").click()
    heading(page, "Submit your review")
    sign(page, PASSWORD)
    heading(page, "Review submitted")
    turn(page, "Agree together", review=f"{JOINT}-consensus", page="tasks")


def settle(page: Page) -> None:
    """Take a case and look at it; and at one in the second stage."""
    for case, kind in ((DIFFERING, "adjudication"), (SERIOUS, "second")):
        turn(page, "My cases", page="cases")
        row = page.locator(".lltic-work > *").filter(has_text=case)
        row.get_by_text(re.compile("Take this case")).click()
        heading(page, "Your adjudication" if kind == "adjudication" else "Second-stage review")
    turn(page, "The first-stage reviews", review=f"{SERIOUS}-stage_2", page="sources")


def coordinate(page: Page) -> None:
    heading(page, "Progress")
    turn(page, f"Case {SERIOUS}", case=SERIOUS)
    turn(page, "Break the blind", case=ALONE, do="break_blind")
    turn(
        page,
        "What was done about this concern",
        case=SERIOUS,
        do="escalation",
        id=f":escalated:{SERIOUS}-1:poor_care",
    )


def code(page: Page) -> None:
    heading(page, "Theme coding")
    turn(page, f"Case {SERIOUS}", text=f"{SERIOUS}-1")


def processes(served: Served) -> list[int]:
    return [served.process.pid, *served.pids("")]


@pytest.mark.slow
def test_from_log_in_to_receipt_no_other_host_is_asked(served, chromium, tmp_path):
    wire, own = Wire(), served.url.split("/")[2]
    with watching_sockets(lambda: processes(served)) as sockets:
        assert served.pids(SERVICE) and served.pids(WEB)
        with a_browser(chromium, tmp_path / "net.json") as browser:
            for name, place, work in (
                ("amira", "", review),
                ("ada", "", settle),
                ("cora", "", coordinate),
                ("cody", "coding", code),
            ):
                with signed_in(browser, wire, served, name, place) as page:
                    work(page)
                    assert served.pids(KERNEL), "the kernels are among those looked at"
                    page.get_by_role("button", name="Sign out").click()
                    heading(page, "Sign in")
    # What the pages asked for, lines and workers included.
    assert len(wire.urls) > 30 and any(url.startswith("ws:") for url in wire.urls)
    assert other_hosts(wire.urls, own) == []
    # What the whole browser asked for, whether or not a page was told.
    urls, names = net_log(tmp_path / "net.json")
    assert len(urls) > 30 and other_hosts(urls, own) == []
    assert [name for name in names if not is_own(name)] == []
    # Every page had its policy.
    assert len(wire.pages) > 8 and wire.unguarded == []
    # No process of ours held a line to elsewhere, or a door open to it.
    assert sockets.looks > 50
    assert sockets.outside() == [] and sockets.open_to_others() == []
    assert sockets.listening == {("127.0.0.1", served.port)}


def is_own(name: str) -> bool:
    """Say whether a name or an address is of this machine, or of no machine at all."""
    return any(own in name for own in ("127.0.0.1", "localhost", "::1")) or "." not in name


def test_every_other_answer_has_its_policy(served):
    for path in ("login", "", "nothing/here", "api/kernels", "coding", "static/x.css", "%00"):
        for method in ("GET", "POST", "DELETE"):
            answer = requests.request(
                method, f"{served.url}{path}", allow_redirects=False, timeout=20
            )
            assert guards(answer.headers.get("Content-Security-Policy", "")), (method, path)


# -- somebody who does ask ------------------------------------------------------------------------

CHATTY = """<!doctype html><title>x</title>
<link rel=prefetch href=http://fetched.example/x>
<img src=http://pictures.example/a.png><script>
fetch("http://asked.example/").catch(() => 0);
new WebSocket("ws://lines.example/");
new Worker(URL.createObjectURL(new Blob(["fetch('http://worked.example/')"])));
navigator.sendBeacon("http://told.example/", "x");
</script><style>@import "http://styled.example/x.css";</style><p>here"""


class Chatty(BaseHTTPRequestHandler):
    """A server whose page talks to many."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(CHATTY.encode())

    def log_message(self, *_) -> None:
        pass


def test_a_page_that_asks_others_is_found_out(chromium, tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chatty)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    wire, own = Wire(), f"127.0.0.1:{server.server_port}"
    try:
        with a_browser(chromium, tmp_path / "net.json") as browser:
            page = wire.tap(browser.new_context()).new_page()
            page.goto(f"http://{own}/")
            everybody = ("pictures", "asked", "lines", "told", "styled")
            eventually(page, lambda: all(f"{one}.example" in str(wire.urls) for one in everybody))
            # What the wire does not show: a worker, a prefetch.
            log = tmp_path / "net.json"
            hidden = ("worked.example", "fetched.example")
            eventually(
                page, lambda: all(one in log.read_text("utf-8", "replace") for one in hidden)
            )
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()
    asked = " ".join(other_hosts(wire.urls, own))
    for host in ("pictures", "asked", "lines", "told", "styled"):
        assert f"{host}.example" in asked, host
    urls, names = net_log(tmp_path / "net.json")
    said = " ".join([*other_hosts(urls, own), *(name for name in names if not is_own(name))])
    for host in ("pictures", "asked", "worked", "told", "styled", "fetched"):
        assert f"{host}.example" in said, host
    assert wire.unguarded == [f"http://{own}/"]


def test_a_socket_that_leads_elsewhere_is_found_out():
    table = (
        "sl local_address rem_address st tx rx tr tm retr uid timeout inode\n"
        "0: 0100007F:1F90 0100007F:D431 01 0 0 0 0 0 1 1\n"
        "1: 0A00000A:D431 010200C0:01BB 01 0 0 0 0 0 1 2\n"
        "2: 00000000:1F90 00000000:0000 0A 0 0 0 0 0 1 3\n"
    )
    found = Sockets()
    sockets_of((), found, {"tcp": table})
    assert found.outside() == [("192.0.2.1", 443)]
    assert found.open_to_others() == [("0.0.0.0", 8080)]


def test_a_real_socket_is_seen():
    import os

    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as line:
            found = Sockets()
            sockets_of((os.getpid(),), found)
            assert ("127.0.0.1", server.getsockname()[1]) in found.listening
            assert ("127.0.0.1", line.getpeername()[1]) in found.talking
