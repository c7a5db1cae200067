"""A coordinator's pages: names, dates and slips (SEC-12), cases that are given; and an
adjudicator's, with problems side by side."""

from __future__ import annotations

import re

import pytest
from argon2 import PasswordHasher
from entries_study import CASE as ENTRIES
from entries_study import LIST, add_entries_case
from many_sided_study import JOINT, OFFERED, PASSWORD, PEOPLE, make_many_sided
from patience import PATIENCE, at_rest, drawn
from playwright.sync_api import Page, expect
from serving_study import Served, log_in

from lltic.clock import system_clock
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.read import events


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    study = make_many_sided(tmp_path_factory.mktemp("many") / "study")
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    namesake = Person("azra", PEOPLE["amira"].label, "Elsewhere", ("reviewer",))
    Accounts(study.keys, hasher=cheap).add(namesake, PASSWORD)
    add_entries_case(study, system_clock)
    running = Served(study)
    yield running
    running.stop()


@pytest.fixture
def tab(browser, served):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE * 1000)
    tab = context.new_page()
    log_in(tab, served.url, "cora", PASSWORD)
    expect(tab.get_by_role("heading", level=1, name="Progress")).to_be_visible()
    yield tab
    context.close()


def concern(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}?case={JOINT}")
    tab.get_by_role("link", name="Write down what was done").first.click()
    expect(tab).to_have_title(re.compile("^A concern"))
    drawn(tab)
    expect(tab.get_by_label("To whom was it handed on?")).to_be_visible()


def test_people_are_named_as_they_are_called_and_namesakes_told_apart(served, tab):
    rows = tab.get_by_role("row")
    expect(rows.filter(has_text="Dr A. Khan (amira)")).to_have_count(1)
    expect(rows.filter(has_text=re.compile(r"^Dr B\. Okoro\s*\d"))).to_have_count(1)
    tab.goto(f"{served.url}?case={JOINT}&do=read")
    expect(tab.get_by_text("Dr A. Khan (amira)").first).to_be_visible()
    expect(tab.get_by_text("Dr B. Okoro (ben)")).to_have_count(0)


def test_dates_are_typed_as_people_do_and_slips_are_pointed_out(served, tab):
    concern(tab, served)
    tab.get_by_label("To whom was it handed on?").fill("Medical director")
    when = tab.get_by_label("When?", exact=True)
    when.fill("31/9/2025")
    tab.get_by_label("When was it acknowledged?").fill("1 Jan 2999")
    tab.get_by_role("button", name="Save", exact=True).click()
    problem = tab.get_by_role("alert").filter(has_text="There is a problem")
    expect(problem).to_be_focused()
    expect(problem).to_contain_text("The date it was handed on must be a real date")
    expect(problem).to_contain_text("must be today or in the past; 1 January 2999 is not")
    problem.get_by_role("link").first.click()
    expect(when).to_be_focused()
    expect(when).to_have_value("31/9/2025")
    expect(when).to_have_accessible_description(re.compile("must be a real date"))
    when.fill("3/9/2025")
    tab.get_by_label("When was it acknowledged?").fill("4 Sep 2025")
    at_rest(tab)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("Medical director (3 September 2025)")).to_be_visible()
    expect(tab.get_by_text("Acknowledged: 4 September 2025")).to_be_visible()
    kept = [e.value for e in events(served.study) if e.kind == "escalation_updated"]
    said = {"to": "Medical director", "sent_at": "2025-09-03", "acknowledged_at": "2025-09-04"}
    assert kept == [said]


def test_a_form_that_another_coordinator_has_saved_keeps_every_word_on_the_screen(
    served, tab, browser
):
    """It is shown once more, with the notice above it, and can be saved then."""
    concern(tab, served)
    other = browser.new_context().new_page()
    log_in(other, served.url, "cora", PASSWORD)
    expect(other.get_by_role("heading", level=1, name="Progress")).to_be_visible()
    concern(other, served)
    other.get_by_label("By whom?").fill("The trust's secretary")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_text("by The trust's secretary")).to_be_visible()
    incident = tab.get_by_label("Incident reference")
    incident.fill("INC-7")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("This was changed elsewhere since you opened it")).to_be_visible()
    at_rest(tab)
    drawn(tab)
    expect(incident).to_have_value("INC-7")
    tab.get_by_label("By whom?").fill("The trust's secretary")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("INC-7")).to_be_visible()
    other.context.close()


def test_a_case_is_given_to_somebody_from_the_list_of_who_has_what(served, tab):
    tab.get_by_role("link", name="Who has what").click()
    tab.get_by_role("link", name="Give to somebody").click()
    carys = tab.get_by_label("Dr C. Pugh")
    expect(carys).to_have_accessible_description("Secondary care, nothing to do just now")
    tab.get_by_role("button", name="Give it to them").click()
    expect(tab.get_by_role("alert")).to_contain_text("Choose who is to read this case")
    at_rest(tab)
    carys.check()
    tab.get_by_role("button", name="Give it to them").click()
    expect(tab.get_by_role("heading", level=1, name=f"Case {OFFERED}")).to_be_visible()
    expect(tab.get_by_role("row").filter(has_text="Dr C. Pugh")).to_contain_text(
        "With the reviewer"
    )
    (given,) = [e for e in events(served.study) if e.kind == "given"]
    assert (given.actor, given.value["reviewer"]) == ("cora", "carys")
    tab.goto(f"{served.url}?page=progress&view=differences")
    waiting = tab.get_by_role("table", name="To be settled")
    expect(waiting.get_by_role("row").filter(has_text=ENTRIES)).to_contain_text("not the same")
    tab.get_by_role("link", name="Calibration").click()
    expect(tab.get_by_text("For talking together, not for ranking")).to_be_visible()


def test_an_adjudicator_takes_over_a_whole_problem_of_one_reviewer(served, browser):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE * 1000)
    tab = context.new_page()
    log_in(tab, served.url, "ada", PASSWORD)
    row = tab.get_by_role("listitem").filter(has_text=ENTRIES)
    row.get_by_role("button", name="Take this case").click()
    tab.get_by_role("link", name="What went wrong").click()
    expect(tab.get_by_role("heading", name="Problem 1 (both said so)")).to_be_visible()
    both = tab.get_by_role("region", name="Problem that both describe, not in the same way")
    side = both.locator(".lltic-side").filter(has_text="A day without a fluid chart.")
    side.get_by_role("button", name="Take this over").click()
    expect(tab.get_by_role("heading", name="Problem 2")).to_be_visible()
    expect(tab.get_by_label("What happened?").nth(1)).to_have_value("A day without a fluid chart.")
    expect(side).to_contain_text("It stands among the answers below")
    expect(tab.get_by_role("status").filter(has_text="Taken over from Reviewer")).to_have_count(1)
    expect(both.get_by_role("button", name="Take this over")).to_have_count(1)
    made = [e for e in events(served.study) if e.kind == "answered" and e.actor == "ada"]
    assert [e.field.rpartition(".")[2] for e in made] == ["began_on", "harm", "words", "list"]
    (entry,) = {e.field.split(".")[2] for e in made[:3]}
    assert made[-1].field == LIST and made[-1].value["value"][-1] == entry
    context.close()
