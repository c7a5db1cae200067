"""The list of many cases, the journey beside the form, and the way back to where one was."""

from __future__ import annotations

import json
import re

import pytest
from hands import heading, saved
from many_sided_study import ALONE, PASSWORD, make_many_sided
from patience import PATIENCE, still
from playwright.sync_api import Page, expect
from serving_study import Served, log_in

from lltic.records import Assignment
from lltic.reviews import admin

JUDGEMENT = "Your judgement of this phase of care"
WORDS = "Fluid balance was not charted for three days – naïve “trust” in the chart."
BACK = re.compile("^Continue where you were")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    study = make_many_sided(tmp_path_factory.mktemp("many") / "study")
    more = [Assignment(f"B-{n:04}-1", f"B-{n:04}", "amira", 1, "sjr") for n in range(60)]
    admin.assign(study, more)
    book = json.loads((study.cohort / "casebook.json").read_text())
    book[ALONE] |= {
        "contacts": [
            {
                "kind": "primary_care",
                "label": "GP record",
                "organisation": "High Street Surgery",
                "on": "2026-10-01",
                "document": f"doc-{ALONE}",
                "spell": "",
            }
        ],
        "parts": {"ongoing": {"start": "2026-09-04", "end": "2026-09-11"}},
    }
    (study.cohort / "casebook.json").write_text(json.dumps(book))
    running = Served(study)
    yield running
    running.stop()


def computer(browser, served, width: int = 1366) -> Page:
    """A browser of its own, at which somebody logs in."""
    context = browser.new_context(viewport={"width": width, "height": 768})
    context.set_default_timeout(PATIENCE * 1000)
    tab = context.new_page()
    log_in(tab, served.url, "amira", PASSWORD)
    heading(tab, "My cases")
    return tab


def the_field(tab: Page) -> None:
    """The words are there, and whoever types goes on with them."""
    box = tab.get_by_label(JUDGEMENT)
    expect(box).to_be_focused()
    expect(box).to_have_value(WORDS)
    expect(box).to_be_in_viewport()


def test_from_sixty_cases_to_one_field_and_back_on_another_computer(browser, served):
    first = computer(browser, served)
    expect(first.get_by_role("link", name=BACK)).to_have_count(0)
    find = first.get_by_role("searchbox", name="Find a case")
    find.press_sequentially(ALONE.lower())
    expect(first.get_by_role("status").filter(has_text="1 of 65 cases")).to_be_visible()
    first.keyboard.press("Tab")
    first.get_by_role("link", name=f"Start review case {ALONE}").click()

    heading(first, "Your review")
    lanes = first.locator(".lltic-journey__label--lane b")
    names = ["Emergency department", "Hospital", "General practice", "Care home"]
    expect(lanes).to_have_text(names)
    first.get_by_role("button", name="GP record, High Street Surgery").click()
    expect(first.get_by_text("GP record is open in the notes")).to_be_attached()

    first.get_by_role("link", name="Ongoing care").click()
    heading(first, "Ongoing care")
    parts = [first.locator(f".lltic-journey__{part}").first for part in ("shade", "track")]
    shade, track = still(first, lambda: [part.bounding_box() for part in parts])
    assert shade["width"] / track["width"] == pytest.approx(0.91 * 7 / 27, abs=0.01), "to scale"
    notes = first.get_by_role("region", name="Case notes")
    notes.get_by_role("button", name="Next page").click()
    first.get_by_label(JUDGEMENT).fill(WORDS)
    saved(first)

    second = computer(browser, served, 390)  # another one, and the first is still on
    second.get_by_role("link", name=BACK).click()
    second.get_by_role("button", name="Continue here").click()
    the_field(second)
    elsewhere = first.get_by_text("This review is open in another window")
    expect(elsewhere).to_be_visible()
    second.context.close()

    query = re.compile(rf"review={ALONE}-1&page=ongoing$")
    context = first.context
    first.close()
    third = context.new_page()  # the next day, at the first computer
    third.goto(served.url)
    heading(third, "My cases")
    third.get_by_role("link", name=BACK).click()
    the_field(third)
    expect(third).to_have_url(query)
    notes = third.get_by_role("region", name="Case notes")
    expect(notes.get_by_label("Page", exact=True)).to_have_value("2")
    context.close()


def test_a_row_leads_back_too_and_an_address_of_another_question_does_no_harm(browser, served):
    tab = computer(browser, served)
    tab.get_by_role("link", name=f"Continue at Ongoing care case {ALONE}").click()
    the_field(tab)
    tab.goto(f"{served.url}?review={ALONE}-1&page=admission&field=ongoing.judgement")
    heading(tab, "Admission and first day")
    tab.goto(f"{served.url}?review={ALONE}-1&page=ongoing&field=../../no.such<b>")
    heading(tab, "Ongoing care")
    tab.context.close()
