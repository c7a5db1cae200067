"""Reviewers at real pages in a real browser, and what each page says about saving."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crowd import CHEAP, PASSWORD
from patience import PATIENCE, until
from playwright.sync_api import Browser, BrowserContext, Error, Page
from serving_study import Served

from lltic.reviews.accounts import Accounts
from lltic.reviews.client import Client, ServiceDown
from lltic.reviews.read import events
from lltic.study import Study
from lltic.ui.server.identity import cookie_name

__all__ = ["Writer", "answers", "paused", "writers", "written"]

LABEL = "Your judgement of this phase of care"
PATH = "ongoing.judgement"

# Every 25 ms: is there an alert, and what does the status line say? Changes only, with their time.
WATCH = """
globalThis.seen = [];
setInterval(() => {
  const alarm = document.querySelector('.lltic-alarm[role="alert"]');
  const said = alarm && alarm.getClientRects().length ? alarm.textContent : "";
  const box = document.querySelector("textarea");
  const now = JSON.stringify([said, Boolean(box)]);
  if (globalThis.last !== now) globalThis.seen.push([Date.now(), said]);
  globalThis.last = now;
}, 25);
"""


def written(study: Study, review_id: str) -> list[Any]:
    """Every version of the text on record, read past every process."""
    return [
        (event.value or {}).get("value", "")
        for event in events(study)
        if (event.review_id, event.field) == (review_id, PATH)
    ]


@dataclass
class Writer:
    """Somebody writing at a page."""

    served: Served
    context: BrowserContext
    page: Page
    name: str
    review_id: str
    address: str
    typed: str = ""
    saved: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Open the page of the review, or load it again."""
        with contextlib.suppress(Error):  # a browser's error page may just be trying by itself
            self.page.goto(f"{self.address}?review={self.review_id}&page=ongoing")
        self.ready()

    def reload(self) -> None:
        """Load the page again, in the same tab."""
        self.page.reload()
        self.ready()

    def ready(self) -> None:
        until(lambda: self.box.is_visible() or "/login?" in self.page.url, what="the page")
        if "/login?" in self.page.url:  # half an hour is too long for a log-in to last
            self.page.get_by_label("Name").fill(self.name)
            self.page.get_by_label("Password").fill(PASSWORD)
            self.page.get_by_role("button", name="Sign in").click()
        self.box.wait_for(timeout=PATIENCE * 1000)

    @property
    def box(self) -> Any:
        """The text box."""
        return self.page.get_by_label(LABEL)

    def write(self, words: str) -> None:
        """Type at the end of the text."""
        self.box.press("Control+End")
        self.page.keyboard.insert_text(words)
        self.typed += words

    def alarms(self) -> list[tuple[float, str]]:
        """What the alert has said, and when; an empty text is its end."""
        return [tuple(one) for one in self.page.evaluate("seen")]

    def alarm(self) -> str:
        """What the alert says now."""
        seen = self.alarms()
        return seen[-1][1] if seen else ""

    def first_alarm_after(self, moment: float) -> float | None:
        """Milliseconds from a moment (of this machine's clock) to the alert."""
        for at, said in self.alarms():
            if said and at >= moment:
                return at - moment
        return None

    def needs_reload(self) -> bool:
        """Say whether the page has told its reader to load it again."""
        return "Reload" in self.alarm()

    def status(self) -> str:
        """The status line."""
        return self.page.get_by_role("status").filter(has_text="aved").first.inner_text()

    def on_record(self) -> str:
        """The text on record."""
        found = written(self.served.study, self.review_id)
        return found[-1] if found else ""

    def settle(self, seconds: float = PATIENCE) -> None:
        """Wait until the text on record is what was typed, and the page knows."""
        until(lambda: self.on_record() == self.typed, seconds, "the text on record")
        until(lambda: not self.alarm(), what="the end of the alert")
        assert self.box.input_value() == self.typed


@contextmanager
def writers(
    browser: Browser, served: Served, people: int, port: int = 0, first: int = 0
) -> Iterator[list[Writer]]:
    """Have so many reviewers of a crowd's study at their pages, each in a browser of their own."""
    address = f"http://127.0.0.1:{port or served.port}/"
    accounts = Accounts(served.study.keys, hasher=CHEAP)
    found = []
    for n in range(first, first + people):
        context = browser.new_context()
        person = accounts.person(f"reviewer{n:03}")
        session = accounts.open_session(person)
        name = cookie_name(address.split("/")[2])
        context.add_cookies([{"name": name, "value": session, "url": address, "httpOnly": True}])
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        review_id = f"AAAAA-{n // 2:05}-{n % 2 + 1}"
        writer = Writer(served, context, page, person.name, review_id, address)
        found.append(writer)
    for writer in found:
        writer.open()
        writer.typed = writer.on_record()
    try:
        yield found
    finally:
        for writer in found:
            writer.context.close()


def answers(served: Served, kind: str) -> bool:
    """Say whether the ``service``, or the ``server``, answers."""
    if kind == "service":
        with contextlib.suppress(ServiceDown):
            sockets = Path(served.folder.name).glob("*/reviews.sock")  # none while it starts
            return any(Client(str(s), timeout=1).health()["status"] == "ok" for s in sockets)
        return False
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=2)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(line):
        line.request("GET", "/login")
        return line.getresponse().status == 200
    return False


@contextmanager
def paused(served: Served) -> Iterator[None]:
    """Keep what watches over the processes from starting them again."""
    os.kill(served.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(served.process.pid, signal.SIGCONT)
