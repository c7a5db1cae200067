"""A review is free the moment its page is left, and a tab that comes back has it still."""

from __future__ import annotations

import contextlib
import os
import re
import signal

import pytest
from hands import heading
from many_sided_study import ALONE, PASSWORD, make_many_sided
from patience import PATIENCE, drawn
from playwright.sync_api import BrowserContext, Page, TimeoutError, expect
from serving_study import SERVICE, Served, log_in

from lltic.reviews.read import events

REVIEW = f"{ALONE}-1"
JUDGEMENT = "Your judgement of this phase of care"
ELSEWHERE = "This review is open in another window"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(make_many_sided(tmp_path_factory.mktemp("many") / "study"))
    yield running
    running.stop()


@pytest.fixture
def context(browser, served):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE * 1000)
    tab = context.new_page()
    log_in(tab, served.url, "amira", PASSWORD)
    heading(tab, "My cases")
    yield context
    context.close()


def review_in(tab: Page, served: Served, page: str = "ongoing") -> Page:
    tab.goto(f"{served.url}?review={REVIEW}&page={page}")
    heading(tab, "Ongoing care")
    return tab


def writes(tab: Page, text: str) -> None:
    """Write, and see it saved: a window that has to wait is told so, and saves nothing."""
    tab.get_by_label(JUDGEMENT).fill(text)
    told = tab.get_by_text(ELSEWHERE)
    saved = tab.get_by_role("status").filter(has_text=re.compile("^Saved"))
    expect(saved.or_(told).first).to_be_visible()
    assert not told.is_visible()


def on_record(served: Served) -> list[str]:
    found = [e for e in events(served.study) if (e.review_id, e.field) == (REVIEW, PATH)]
    return [e.value["value"] for e in found]


PATH = "ongoing.judgement"


def only(context: BrowserContext) -> Page:
    (tab,) = context.pages
    return tab


def test_a_tab_that_is_closed_leaves_the_review_to_the_next_one(served, context):
    first = context.new_page()
    writes(review_in(first, served), "Before the tab was closed.")
    first.close()
    writes(review_in(only(context), served), "In the next tab, at once.")


def test_following_a_link_of_the_page_leaves_the_review_too(served, context):
    first = review_in(only(context), served)
    writes(first, "Before the link.")
    first.get_by_role("link", name=re.compile("^My cases")).click()
    heading(first, "My cases")
    second = review_in(context.new_page(), served)
    writes(second, "After the link.")


def test_a_tab_that_is_loaded_again_keeps_its_review_and_its_words(served, context):
    """Although another window waits for it, and with words that were never sent."""
    first = review_in(only(context), served)
    writes(first, "Saved.")
    second = review_in(context.new_page(), served)
    expect(second.get_by_text(ELSEWHERE)).to_be_visible()
    for turn in range(2):
        words = f"Saved. And not sent yet {turn}."
        first.evaluate("WebSocket.prototype.send = () => {}")
        first.get_by_label(JUDGEMENT).fill(words)
        first.reload()
        heading(first, "Ongoing care")
        expect(first.get_by_label(JUDGEMENT)).to_have_value(words)
        expect(first.get_by_text(ELSEWHERE)).to_be_hidden()
        saved = first.get_by_role("status").filter(has_text=re.compile("^Saved"))
        expect(saved).to_be_visible()
        assert on_record(served)[-1] == words
    expect(second.get_by_text(ELSEWHERE)).to_be_visible()
    second.close()


def test_of_two_open_tabs_either_is_loaded_again_at_once(served, context):
    """There is room for two pages: the one that is loaded again gives way to itself."""
    first = review_in(only(context), served)
    second = context.new_page()
    second.goto(f"{served.url}?page=cases")
    heading(second, "My cases")
    answers: list[int] = []
    for tab in (first, second):
        tab.on("response", lambda r: r.request.is_navigation_request() and answers.append(r.status))
    words = "Typed just before it is loaded again."
    first.get_by_label(JUDGEMENT).fill(words)
    first.reload()
    expect(first.get_by_label(JUDGEMENT)).to_have_value(words)
    second.reload()
    heading(second, "My cases")
    assert answers == [200, 200]
    third = context.new_page()
    assert third.goto(served.url).status == 409, "and for no third one"
    heading(third, "You have two pages open already")
    third.close()
    writes(first, "And nobody's kernel was taken.")
    second.close()


def test_another_persons_page_is_not_given_way_to(browser, served, context):
    """The name of a kernel, of whoever it is, opens and closes nothing of theirs."""
    first = review_in(only(context), served)
    kernel = first.evaluate("document.documentElement.dataset.llticKernel")
    other = browser.new_context()
    tabs = [other.new_page() for _ in range(3)]
    log_in(tabs[0], served.url, "ben", PASSWORD)
    heading(tabs[0], "My cases")
    tabs[1].goto(served.url)
    heading(tabs[1], "My cases")
    cookie = {"name": "lltic-leaving", "value": kernel, "url": served.url}
    other.add_cookies([cookie])
    assert tabs[2].goto(served.url).status == 409
    other.close()
    writes(first, "Untouched.")


def test_continue_here_says_when_the_service_is_away_and_works_when_it_is_back(served, context):
    first = review_in(only(context), served)
    writes(first, "In the first window.")
    second = review_in(context.new_page(), served)
    here = second.get_by_role("button", name="Continue here")
    expect(here).to_be_visible()
    (service,) = served.pids(SERVICE)
    os.kill(service, signal.SIGSTOP)
    try:
        here.click()
        told = second.get_by_role("alert").filter(has_text="You cannot continue here just yet")
        expect(told).to_be_visible()
        expect(told).to_contain_text("your words stay on this page")
        expect(second.get_by_label(JUDGEMENT)).not_to_be_editable()
    finally:
        os.kill(service, signal.SIGKILL)  # and it is started again
    served.wait_for(lambda: served.pids(SERVICE) not in ([], [service]), 30)
    with contextlib.suppress(TimeoutError):  # unless it has gone on by itself
        here.click(timeout=5_000)
    expect(told).to_be_hidden()
    expect(second.get_by_text(ELSEWHERE)).to_be_hidden()
    expect(second.get_by_label(JUDGEMENT)).to_be_editable()
    drawn(second)
    second.get_by_label(JUDGEMENT).fill("In the second window, after the restart.")
    saved = second.get_by_role("status").filter(has_text=re.compile("^Saved"))
    expect(saved).to_be_visible()
    assert on_record(served)[-1] == "In the second window, after the restart."
