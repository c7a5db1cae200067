"""The coding page when a session ends, a service dies, nobody is there: no coding is lost."""

from __future__ import annotations

import os
import re
import signal

import pytest
from argon2 import PasswordHasher
from many_sided_study import DIFFERING, PASSWORD, make_many_sided
from patience import PATIENCE, deaf
from playwright.sync_api import BrowserContext, Page, expect
from serving_study import SERVICE, Served, log_in

from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.read import events

REVIEW = f"{DIFFERING}-1"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    study = make_many_sided(tmp_path_factory.mktemp("many") / "study")
    for name in ("cody", "dora"):
        Accounts(study.keys, hasher=CHEAP).add(Person(name, name, "Force", ("coder",)), PASSWORD)
    running = Served(study)
    yield running
    running.stop()


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE * 1000)
    yield context
    context.close()


def open_text(context: BrowserContext, served: Served, name: str = "cody") -> Page:
    tab = context.new_page()
    log_in(tab, f"{served.url}coding?text={REVIEW}", name, PASSWORD)
    expect(tab.get_by_role("heading", level=1, name=f"Case {DIFFERING}")).to_be_visible()
    return tab


def coder(tab: Page, number: int = 0):
    return tab.locator(".lltic-coder").nth(number)


def lay(tab: Page, theme: int, number: int = 0) -> str:
    """Lay a theme of the list on a whole text; return the theme."""
    part = coder(tab, number)
    part.get_by_role("button", name="Whole text").click()
    button = part.locator("button.lltic-theme").nth(theme)
    button.click()
    return button.inner_text()


def codings(served: Served, name: str = "cody") -> list[str]:
    """What somebody did to texts they had taken that is on record, in order."""
    done = [e.kind for e in events(served.study) if e.actor == name]
    return [kind for kind in done if kind != "text_taken"]


def is_saved(tab: Page) -> None:
    for words in ("not saved yet", "not removed yet"):
        expect(tab.get_by_text(words, exact=True)).to_have_count(0)


def end_session(tab: Page) -> None:
    pause = "fetch('pause', {method: 'POST', headers: {'X-XSRFToken': cookie}, body: '{}'})"
    cookie = "const cookie = document.cookie.match(/_xsrf=([^;]+)/)[1];"
    assert tab.evaluate(f"async () => {{ {cookie} return (await {pause}).status }}") == 200


def sign_in_again(tab: Page) -> None:
    dialog = tab.get_by_role("dialog", name="Sign in again to go on")
    expect(dialog).to_be_visible()  # the page looks at the clock every 5 seconds
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in and go on").click()
    expect(dialog).to_be_hidden()


def test_a_coding_made_when_the_session_is_over_is_saved_after_signing_in(served, context):
    tab = open_text(context, served)
    lay(tab, 0)
    is_saved(tab)
    assert codings(served) == ["coded"]
    with deaf(tab):  # else a sign of life may tell it before the theme is laid
        end_session(tab)
        tab.evaluate("globalThis.sameDocument = true")
        lay(tab, 1)
        expect(tab.get_by_text("not saved yet", exact=True).first).to_be_visible()
    dialog = tab.get_by_role("dialog", name="Sign in again to go on")
    expect(dialog).to_be_visible()
    assert codings(served) == ["coded"]
    tab.get_by_label("Password").fill("not-the-password")
    tab.get_by_role("button", name="Sign in and go on").click()
    expect(dialog).to_contain_text("not right")
    sign_in_again(tab)
    is_saved(tab)
    assert codings(served) == ["coded", "coded"]
    assert tab.evaluate("globalThis.sameDocument"), "the page was not loaded again"
    expect(coder(tab).get_by_role("heading", name="Codings of this text (2)")).to_be_visible()
    coder(tab).get_by_role("button", name=re.compile("^Remove")).first.click()
    is_saved(tab)
    assert codings(served) == ["coded", "coded", "uncoded"]


def test_signing_out_in_another_tab_loses_no_coding(served, context):
    """The kernel goes with the session; what was not sent is in the tab, and comes back."""
    tab = open_text(context, served, "dora")
    second = context.new_page()
    second.goto(f"{served.url}coding")
    expect(second.get_by_role("heading", level=1, name="Theme coding")).to_be_visible()
    tab.evaluate("WebSocket.prototype.send = () => {}")  # nothing leaves this page any more
    lay(tab, 0)
    lay(tab, 1, 1)
    expect(tab.get_by_text("not saved yet", exact=True)).to_have_count(2)
    told = tab.get_by_role("alert").filter(has_text="Your latest coding is not saved yet")
    expect(told).to_be_visible()
    second.get_by_role("button", name="Sign out").click()
    second.wait_for_url("**/login*")
    sign_in_again(tab)
    expect(tab.get_by_role("heading", name="Codings of this text (1)")).to_have_count(2)
    is_saved(tab)
    assert codings(served, "dora") == ["coded", "coded"]


def test_the_service_dies_while_coding_and_nothing_is_lost_or_doubled(served, context):
    tab = open_text(context, served, "cody")
    before = codings(served)
    (service,) = served.pids(SERVICE)
    os.kill(service, signal.SIGSTOP)
    try:
        lay(tab, 2)
        told = tab.get_by_role("alert").filter(has_text="Your latest coding is not saved yet")
        expect(told).to_be_visible()
        expect(told).to_contain_text("kept in this tab")
    finally:
        os.kill(service, signal.SIGKILL)  # and it is started again
    expect(told).to_be_hidden()
    is_saved(tab)
    assert codings(served) == [*before, "coded"]
    tab.get_by_role("button", name="I have read all of this text").click()
    expect(tab).not_to_have_url(f"{served.url}coding?text={REVIEW}")  # on to the next one
    assert codings(served)[-1] == "coding_done"


def test_a_coding_page_that_lies_untouched_is_paused_and_gone_on_with(served, context):
    tab = open_text(context, served, "dora")
    ahead = "const past = Date.now; Date.now = () => past() + 31 * 60000; 0"
    tab.evaluate(ahead)  # half an hour without a touch
    sign_in_again(tab)
    before = codings(served, "dora")
    lay(tab, 3)
    is_saved(tab)
    assert codings(served, "dora") == [*before, "coded"]
