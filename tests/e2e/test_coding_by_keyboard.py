"""Fifty fields coded by keyboard alone, in a real browser; and what coders differ on, settled."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hands import Keyboard, heading
from playwright.sync_api import BrowserContext, Page, expect
from serving_study import Served
from texts_to_code import CODERS, PASSWORD, SENTENCES, codings, make_texts_to_code, review_ids

from lltic.reviews import admin, bulk, read
from lltic.reviews.coded import CodingPlan

THEMES = {  # by what the words say: how the theme is found, and which one it is
    SENTENCES[0]: ("3-", "palliative_care", "problem"),
    SENTENCES[1]: ("flui-", "fluid_management", "problem"),
    SENTENCES[2]: ("10", "early_warning_score", ""),
    SENTENCES[3]: ("reason+", "clinical_reasoning", "good_practice"),
    SENTENCES[4]: ("medic", "medication", ""),
    SENTENCES[5]: ("discharge s-", "discharge_summary", "problem"),
}
FIELDS = 12
ALL_FIELDS = 50
PICTURES = os.environ.get("LLTIC_PICTURES", "")
"""A folder for pictures of what was seen on the way; none are taken without."""


def picture(page: Page, name: str) -> None:
    if not PICTURES:
        return
    for suffix, (width, height) in {"": (1366, 768), "-390": (390, 844)}.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        page.screenshot(path=Path(PICTURES) / f"{name}{suffix}.png")
    page.set_viewport_size({"width": 1366, "height": 768})


@pytest.fixture
def context(browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    context.set_default_timeout(20_000)
    yield context
    context.close()


def come_in(context: BrowserContext, served: Served, name: str) -> Keyboard:
    page = context.new_page()
    page.goto(f"{served.url}coding")
    keys = Keyboard(page)
    keys.into("User name", name)
    keys.into("Password", PASSWORD)
    page.keyboard.press("Enter")
    heading(page, "Theme coding")
    return keys


def code_field(keys: Keyboard, number: int) -> tuple[str, str, str]:
    """Code the answer that has the focus: its whole text, or its first sentence."""
    page = keys.page
    words = page.locator(".lltic-coder__words:focus")
    text = words.text_content() or ""
    whole = number % 2 == 0
    if not whole:
        keys.press("ArrowDown")
    keys.press("Enter")
    first = next(one for one in SENTENCES if text.startswith(one))
    typed, theme, polarity = THEMES[first]
    part = page.locator(".lltic-coder", has=page.locator(".lltic-picker__input:focus"))
    page.keyboard.type(typed)
    expect(part.locator(".lltic-picker__best")).to_have_text(re.compile("^Enter: "))
    keys.press("Enter")
    expect(part.locator(".lltic-coder__news")).to_have_text(re.compile("^Coded as "))
    keys.press("Escape")
    expect(words).to_be_focused()
    return theme, polarity, text if whole else first


def code_all(keys: Keyboard, fields: int) -> list[tuple[str, str, str]]:
    """Code so many answers, going on from text to text; no script moves the focus."""
    page, done = keys.page, []
    keys.reach(page.get_by_role("button", name="Open the next text"))
    keys.press("Enter")
    while len(done) < fields:
        title = page.get_by_role("heading", level=1, name=re.compile("Case "))
        expect(title).to_be_focused()
        case = page.url
        for _ in range(3):
            keys.press("Alt+ArrowDown")
            if len(done) < fields:
                done.append(code_field(keys, len(done)))
            if len(done) == 2:
                picture(page, "coding-keyboard")
        keys.press("Alt+ArrowDown")
        button = page.get_by_role("button", name="I have read all of this text")
        expect(button).to_be_focused()
        keys.press("Enter")
        expect(page).not_to_have_url(case)
        keys.stays()
    return done


@pytest.mark.timeout(900)
@pytest.mark.parametrize("fields", [FIELDS, pytest.param(ALL_FIELDS, marks=pytest.mark.soak)])
def test_fields_are_coded_by_keyboard_alone(tmp_path, context, fields):
    cases = -(-fields // 6)
    study = make_texts_to_code(tmp_path / "study", cases, CodingPlan(order="date", run=3))
    served = Served(study)
    try:
        keys = come_in(context, served, "cody")
        wanted = code_all(keys, fields)
        keys.page.goto(f"{served.url}coding?progress=yes")
        heading(keys.page, "How far we are")
        picture(keys.page, "coding-progress")
    finally:
        served.stop()
    texts = {(t.review_id, t.item): t.value for t in read.texts(study)}
    found = [
        (c.theme, c.polarity, texts[c.review_id, c.item][c.start : c.end])
        for c in read.codings(study)
    ]
    assert found == wanted and len(found) == fields
    assert len(read.coded_reviews(study)) == -(-fields // 3)


@pytest.fixture
def differing(tmp_path):
    """A study in which two coders differ on one text: on one theme alone, on another both."""
    study = make_texts_to_code(tmp_path / "study", 1, CodingPlan(double_share=1.0))
    review = review_ids(1)[0]
    cody, dora, _ = CODERS
    one = {"admission.judgement": "medication", "ongoing.judgement": "fluid_management"}
    other = {"ongoing.judgement": "fluid_management", "overall.judgement": "antibiotics"}
    with admin.writing(study) as store:
        bulk.record(store, codings(study, cody, review, one))
        bulk.record(store, codings(study, dora, review, other))
    return study


def test_differences_are_settled_by_keyboard_and_nothing_tells_who(differing, context):
    review = review_ids(1)[0]
    served = Served(differing)
    try:
        keys = come_in(context, served, "nia")
        page = keys.page
        keys.reach(page.get_by_role("link", name="Settle"))
        keys.press("Enter")
        expect(page.get_by_role("heading", level=1, name=re.compile("Case "))).to_be_focused()
        for name in ("cody", "dora", "Cody", "Dora"):
            expect(page.locator("body")).not_to_contain_text(name)
        keys.press("Alt+ArrowDown")
        keys.press("Space")
        expect(page.get_by_text("Saved.", exact=True)).to_have_count(1)
        picture(page, "settling")
        keys.press("Alt+ArrowDown")
        keys.press("ArrowDown")
        expect(page.get_by_text("Not decided yet.")).to_have_count(0)
        keys.press("Alt+ArrowDown")
        button = page.get_by_role("button", name="All of this text is settled")
        expect(button).to_be_focused()
        keys.press("Enter")
        heading(page, "Theme coding")
    finally:
        served.stop()
    assert read.coded_reviews(differing) == {review}
    stands = [(c.item, c.theme) for c in read.codings(differing)]
    assert ("ongoing.judgement", "fluid_management") in stands and len(stands) == 2
