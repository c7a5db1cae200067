"""Nothing of a suggestion reaches the browser before the person's own coding is committed.

All that comes and goes between browser and server is written down: addresses, bodies, and every
frame of every WebSocket.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from many_sided_study import DIFFERING, PASSWORD, make_many_sided
from patience import at_rest, eventually
from playwright.sync_api import BrowserContext, Error, Page, WebSocket, expect
from serving_study import SERVICE, Served, log_in
from suggesting import MODEL, offer_by_hand, said_of

from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.read import events, suggestion_answers

REVIEW = f"{DIFFERING}-1"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
WORDS = ("pushingone", "pushingtwo", "pushingthree")
"""Words that stand nowhere else, so that they can be found wherever they come from."""

BY = {
    "Fluid balance": [
        said_of("fluid_management", WORDS[0], probability=0.8125),
        said_of("early_warning_score", WORDS[1], probability=0.6173),
    ],
    "sepsis": [said_of("antibiotics", WORDS[2], probability=0.5519)],
}
TOLD = (*WORDS, "0.8125", "0.6173", "0.5519", "0.7321", "81 %", "62 %", "55 %", MODEL)
NAMED = ("suggestion", "the computer would")
"""Not even that there is such a thing."""


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    study = make_many_sided(tmp_path_factory.mktemp("suggested") / "study")
    for name in ("cody", "dora"):
        Accounts(study.keys, hasher=CHEAP).add(Person(name, name, "Force", ("coder",)), PASSWORD)
    assert offer_by_hand(study, BY).suggestions >= 6
    running = Served(study)
    yield running
    running.stop()


class Log:
    """All that one browser was sent and has sent."""

    def __init__(self, context: BrowserContext) -> None:
        self.said: list[str] = []
        self.late: list[str] = []
        context.on("request", lambda one: self._add(one.url, one.post_data_buffer or b""))
        context.on("requestfinished", self._answer)

    def watch(self, page: Page) -> Page:
        page.on("websocket", self._socket)
        return page

    def _answer(self, request) -> None:
        try:
            response = request.response()
            self._add(str(response.all_headers()), response.body())
        except Error as error:  # a page that was left takes its answers with it
            self.late.append(f"{request.url}: {error}")

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self._add(payload))
        socket.on("framesent", lambda payload: self._add(payload))

    def _add(self, *parts: str | bytes) -> None:
        texts = [p if isinstance(p, str) else p.decode("utf-8", "replace") for p in parts]
        self.said.append("\n".join(texts))

    def holds(self, words: str) -> bool:
        return any(words.lower() in one.lower() for one in self.said)

    def held(self, wanted) -> list[str]:
        return [one for one in wanted if self.holds(one)]


def ids(served: Served) -> list[str]:
    made = [e for e in events(served.study) if e.kind == "suggested"]
    return [one["id"] for event in made for one in event.value["suggestions"]]


def began(browser, served: Served, name: str) -> tuple[Page, Log]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    log = Log(context)
    page = log.watch(context.new_page())
    log_in(page, f"{served.url}coding", name, PASSWORD)
    expect(page.get_by_role("heading", level=1, name="Theme coding")).to_be_visible()
    return page, log


def open_text(page: Page, served: Served) -> None:
    page.goto(f"{served.url}coding?text={REVIEW}")
    expect(page.get_by_role("heading", level=1, name=f"Case {DIFFERING}")).to_be_visible()


def kinds(served: Served, name: str) -> list[str]:
    return [e.kind for e in events(served.study) if e.actor == name]


def lay_whole(page: Page, theme: str) -> None:
    """Lay a theme on the first answer, by keyboard: in the words, then in the themes."""
    part = page.locator(".lltic-coder").first
    part.get_by_role("group", name="Text to code").press("Enter")
    finder = part.get_by_label("Find a theme")
    expect(finder).to_be_focused()
    finder.press_sequentially(theme)
    finder.press("Enter")
    expect(part.get_by_role("heading", name="Codings of this text (1)")).to_be_visible()
    expect(page.get_by_text("not saved yet", exact=True)).to_have_count(0)


def test_nothing_comes_before_the_own_coding_is_committed_and_then_it_does(browser, served):
    page, log = began(browser, served, "cody")
    open_text(page, served)
    expect(page.get_by_text("Fluid balance was not charted").first).to_be_visible()
    lay_whole(page, "Medication")
    page.get_by_role("button", name="How far we are").click()
    expect(page.get_by_role("heading", level=1, name="How far we are")).to_be_visible()
    open_text(page, served)
    assert log.held(["Fluid balance was not charted", "medication"]), "the log sees what comes"
    assert len(log.said) > 50
    everything = (*ids(served), *TOLD, *NAMED)
    assert log.held(everything) == []

    (service,) = served.pids(SERVICE)
    os.kill(service, signal.SIGSTOP)  # what is pressed now waits: the page gives it five seconds
    try:
        page.get_by_role("button", name="I have read all of this text").click()
        page.wait_for_timeout(1500)
        assert log.held(everything) == []
    finally:
        os.kill(service, signal.SIGCONT)
    shown = page.get_by_role("region", name="Themes the computer would have looked at").first
    expect(shown).to_be_visible()
    eventually(page, lambda: len(log.held(WORDS)) == len(WORDS))
    assert log.held(WORDS) == list(WORDS)
    assert log.holds("81 %") and log.holds("suggestion")
    own = kinds(served, "cody")
    assert own.index("coding_done") < own.index("suggestions_shown")
    page.context.close()


def test_another_coder_who_is_not_done_gets_nothing_still(browser, served):
    assert "suggestions_shown" in kinds(served, "cody"), "somebody else was shown them"
    page, log = began(browser, served, "dora")
    open_text(page, served)
    lay_whole(page, "Medication")
    assert log.holds("Fluid balance was not charted")
    assert log.held((*ids(served), *TOLD, *NAMED)) == []
    assert "suggestions_shown" not in kinds(served, "dora")
    page.context.close()


def test_they_are_taken_and_set_aside_by_keyboard_and_that_is_on_record(browser, served):
    page, _ = began(browser, served, "cody")
    open_text(page, served)
    fluid = page.get_by_role("heading", name="Fluid management")
    part = page.locator(".lltic-suggestions").filter(has=fluid)
    fluid.focus()
    for _ in range(6):  # to the button, by way of what lies between
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").startswith("Accept"):
            break
    page.keyboard.press("Enter")
    expect(part.get_by_text("Accepted", exact=True)).to_be_visible()
    at_rest(page)
    part.get_by_role("button", name=re.compile(r"^Not this \(Early", re.IGNORECASE)).press("Enter")
    expect(part.get_by_text("Not this", exact=True).first).to_be_visible()
    said = {a.suggestion.theme: a.answer for a in suggestion_answers(served.study)}
    assert said == {
        "fluid_management": "accepted",
        "early_warning_score": "rejected",
        "antibiotics": "open",
    }
    laid = [e.value for e in events(served.study) if e.kind == "coded" and e.actor == "cody"]
    marked = {value["theme"]: "suggestion" in value for value in laid}
    assert marked == {"medication": False, "fluid_management": True}
    page.context.close()
