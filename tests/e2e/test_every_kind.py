"""Every kind of question, filled in by keyboard alone in a real browser; the record is as typed."""

from __future__ import annotations

import re

import pytest
from every_kind_study import REVIEW, make_every_kind_study
from hands import heading, saved
from playwright.sync_api import Locator, Page, expect
from serving_study import PASSWORD, Served, log_in

from lltic.audit.store import verify
from lltic.clock import system_clock
from lltic.reviews.read import judgements

WARD = "7 – “Linden”, naïve façade 😀"
FELL = "Fell from the bed.\nNobody came – “not for an hour”."
JUDGEMENT = "Überall: “gut”… é\u0301, and a\ttab."
MOST_TABS = 60
"""No question of a page is further than so many steps of the keyboard away."""


@pytest.fixture
def served(tmp_path):
    study = make_every_kind_study(tmp_path / "study", system_clock, PASSWORD)
    running = Served(study)
    yield running
    running.stop()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield context.new_page()
    context.close()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there; it never falls back on the page's body."""
    expect(target).to_be_visible(timeout=10_000)
    for _ in range(MOST_TABS):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not to be reached by keyboard: {target}")


def write(page: Page, label: str, text: str) -> None:
    tab_to(page, page.get_by_role("textbox", name=re.compile(label)))
    page.keyboard.insert_text(text)


def date(page: Page, question: str, *parts: str) -> None:
    group = page.get_by_role("group", name=re.compile(question))
    for part, text in zip(("Day", "Month", "Year"), parts, strict=True):
        tab_to(page, group.get_by_label(part))
        page.keyboard.type(text)


def choose(page: Page, question: str, place: int) -> None:
    """Choose the option of that place, from 0, of a group of radios."""
    tab_to(page, page.get_by_role("group", name=re.compile(question)).get_by_role("radio").first)
    page.keyboard.press("Space")
    for _ in range(place):
        page.keyboard.press("ArrowDown")


def press(page: Page, name: str) -> None:
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def follow_the_summary(page: Page, words: str) -> None:
    expect(page.get_by_role("alert", name="There is a problem")).to_be_focused(timeout=10_000)
    page.keyboard.press("Tab")
    expect(page.locator("a:focus")).to_contain_text(words)
    page.keyboard.press("Enter")


def fill_facts(page: Page) -> None:
    date(page, "First seen", "31", "2", "2026")
    date(page, "First noticed", "", "Aug", "2026")
    # What is no date of the calendar is said where it stands, and nobody leaves without a word.
    seen = page.get_by_role("group", name="First seen")
    expect(seen).to_contain_text("First seen must be a real date")
    write(page, "Age", "81")
    press(page, "Save and continue")
    expect(seen.get_by_label("Day")).to_be_focused(timeout=10_000)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("28")
    write(page, "Weight", "61.5")
    expect(seen).not_to_contain_text("must be a real date")
    write(page, "Ward", WARD)
    tab_to(page, page.get_by_label("Day of the week"))
    page.keyboard.type("A public")
    tab_to(page, page.get_by_role("checkbox", name="On a ward"))
    page.keyboard.press("Space")


def fill_problems(page: Page) -> None:
    choose(page, "Did anything go wrong", 0)
    press(page, "Save and continue")
    follow_the_summary(page, "add at least one")
    add = page.get_by_role("button", name="Add a problem")
    expect(add).to_be_focused()
    page.keyboard.press("Enter")
    first = page.get_by_role("group", name=re.compile("When did it begin.*Problem 1"))
    expect(first.get_by_label("Day")).to_be_focused(timeout=10_000)
    date(page, "When did it begin.*Problem 1", "1", "9", "2026")
    choose(page, "Did it lead to harm.*Problem 1", 1)
    press(page, "Add another problem")
    second = page.get_by_role("group", name=re.compile("When did it begin.*Problem 2"))
    expect(second.get_by_label("Day")).to_be_focused(timeout=10_000)
    choose(page, "Did it lead to harm.*Problem 2", 0)
    words = page.get_by_role("textbox", name="What happened? (Problem 2)")
    expect(words).to_be_visible(timeout=10_000)
    expect(page.get_by_role("textbox", name="What happened? (Problem 1)")).to_have_count(0)
    press(page, "Save and continue")
    follow_the_summary(page, "(Problem 2)")
    expect(words).to_be_focused()
    page.keyboard.insert_text(FELL)


def drop_a_third(page: Page) -> None:
    """An entry made by mistake is taken out again."""
    press(page, "Add another problem")
    third = page.get_by_role("group", name=re.compile("When did it begin.*Problem 3"))
    expect(third.get_by_label("Day")).to_be_focused(timeout=10_000)
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Remove problem 3")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(third).to_have_count(0)
    expect(page.get_by_role("button", name="Add another problem")).to_be_focused()


def test_every_kind_by_keyboard_and_the_record_is_as_typed(served, page):
    log_in(page, served.url, "amira")
    heading(page, "My cases")
    page.goto(f"{served.url}?review={REVIEW}&page=facts")
    heading(page, "The facts")
    fill_facts(page)
    saved(page)
    page.reload()  # half-way: everything is where it was
    heading(page, "The facts")
    seen = page.get_by_role("group", name="First seen")
    for part, text in (("Day", "28"), ("Month", "2"), ("Year", "2026")):
        expect(seen.get_by_label(part)).to_have_value(text)
    expect(page.get_by_role("textbox", name="Weight")).to_have_value("61.5")
    expect(page.get_by_role("textbox", name="Ward")).to_have_value(WARD)
    press(page, "Save and continue")

    heading(page, "What went wrong")
    fill_problems(page)
    saved(page)
    drop_a_third(page)
    page.reload()
    heading(page, "What went wrong")
    expect(page.get_by_role("textbox", name="What happened? (Problem 2)")).to_have_value(FELL)
    press(page, "Save and continue")

    heading(page, "Overall")
    write(page, "Your judgement", JUDGEMENT)
    choose(page, "How sure are you", 2)
    press(page, "Save and continue")
    heading(page, "Check your answers")
    for words in ("28 February 2026", "August 2026", "81 years", "61.5 kg", "2 problems"):
        expect(page.get_by_text(words, exact=True)).to_be_visible()
    expect(page.get_by_role("term").filter(has_text="Problem 2: What happened?")).to_be_visible()
    press(page, "Continue")
    heading(page, "Submit your review")
    tab_to(page, page.get_by_label("To sign, give your password"))
    page.keyboard.type(PASSWORD)
    press(page, "Confirm and submit")
    heading(page, "Review submitted")
    check_the_record(served)


def check_the_record(served) -> None:
    said = {j.item: (j.value, j.missing) for j in judgements(served.study) if j.review_id == REVIEW}
    first, second = said["problems.list"][0]
    assert said == {
        "facts.seen_on": ("2026-02-28", ""),
        "facts.noticed_on": ("2026-08", ""),
        "facts.age": (81, ""),
        "facts.weight": (61.5, ""),
        "facts.ward": (WARD, ""),
        "facts.day_of_week": ("holiday", ""),
        "facts.where": (["ward"], ""),
        "problems.any": ("yes", ""),
        "problems.list": ([first, second], ""),
        f"problems.list.{first}.began_on": ("2026-09-01", ""),
        f"problems.list.{first}.harm": ("no", ""),
        f"problems.list.{first}.words": (None, "not_reached"),
        f"problems.list.{second}.began_on": (None, "missing"),
        f"problems.list.{second}.harm": ("yes", ""),
        f"problems.list.{second}.words": (FELL, ""),
        "overall.judgement": (JUDGEMENT, ""),
        "overall.sure": (3, ""),
    }
    assert all(claim.passed for claim in verify(served.study))
