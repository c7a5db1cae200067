"""A whole structured judgement review: at two computers, by keyboard alone, by an expert."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator

import pytest
from between_computers import (
    CHOSEN,
    CITED,
    ELSEWHERE,
    EXPECTED,
    at_the_first_computer,
    at_the_second_computer,
    continue_here,
    is_told_kindly,
    on_disk,
    sign_it,
    start,
)
from by_keyboard import (
    WORDS,
    arrive,
    change_an_answer,
    come_in,
    judge,
    open_case,
    read_notes,
    wandering,
)
from experts_path import MOST, read_all
from experts_path import judge as judge_quickly
from hands import WATCH, Counted, heading, opened
from patience import PATIENCE
from playwright.sync_api import BrowserContext, expect
from serving_study import PASSWORD, Served, log_in

from lltic.audit.store import verify
from lltic.reviews.read import citations, judgements
from lltic.study import Study


@pytest.fixture(scope="module")
def served(demo_study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sjr") / "demo"
    running = Served(Study.open(shutil.copytree(demo_study.path, folder)))
    yield running
    running.stop()


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE * 1000)
    context.add_init_script(WATCH)
    yield context
    context.close()


@pytest.fixture
def computers(browser):
    """Two computers: two browsers with nothing in common but the person."""
    both = [browser.new_context(viewport={"width": 1366, "height": 768}) for _ in range(2)]
    for context in both:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.set_default_timeout(PATIENCE * 1000)
    yield both
    for context in both:
        context.close()


def test_begun_at_one_computer_ended_at_another_and_on_record_as_typed(served, computers):
    first, second = computers
    here, review_id = start(first, served)
    at_the_first_computer(here)
    there = second.new_page()
    continue_here(there, served)
    is_told_kindly(here)
    at_the_second_computer(there)
    sign_it(there)

    said = {j.item: j for j in judgements(served.study) if j.review_id == review_id}
    assert {k: v.value.encode() for k, v in said.items() if k in EXPECTED} == EXPECTED
    assert {k: (said[k].value, said[k].missing) for k in CHOSEN} == CHOSEN
    others = {k: j.missing for k, j in said.items() if k not in EXPECTED and k not in CHOSEN}
    assert all(others.values()), "whatever else was asked has no answer, and says why"
    assert on_disk(served, review_id) == EXPECTED
    [cited] = [c for c in citations(served.study) if c.review_id == review_id]
    assert (cited.item, cited.text) == ("admission.judgement", CITED)
    notes = (served.study.documents / f"{cited.document}.txt").read_bytes().decode()
    assert notes.split("\f")[cited.page - 1][cited.start : cited.end] == CITED
    expect(here.get_by_text(ELSEWHERE)).to_be_visible()
    assert all(claim.passed for claim in verify(served.study))


def test_a_whole_review_by_keyboard_alone(served, context):
    keys = come_in(context, served, "amira.khan")
    page = keys.page
    review_id = open_case(keys)
    read_notes(keys)
    keys.on("Before you start", role="link")
    arrive(keys, "Before you start")
    judge(keys)
    arrive(keys, "Check your answers")
    change_an_answer(keys)
    keys.on("Continue")
    arrive(keys, "Submit your review")
    keys.into("To sign, give your password", "not this one")
    keys.press("Enter")
    problem = page.get_by_role("alert", name="There is a problem")
    expect(problem).to_be_focused()
    keys.reach(problem.get_by_role("link"))
    keys.press("Enter")
    expect(page.get_by_label("To sign, give your password")).to_be_focused()
    keys.write(PASSWORD)
    keys.press("Enter")
    arrive(keys, "Review submitted")
    keys.on("Back to my cases", role="link")
    arrive(keys, "My cases")
    sys.stdout.write(f"\nby keyboard alone: {keys.steps} keys, {keys.summary()}\n")
    keys.reach(page.get_by_role("button", name="Sign out"), "Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login*")

    mine = [j for j in judgements(served.study) if j.review_id == review_id]
    said = {j.item: (j.value, j.missing) for j in mine}
    assert said["ongoing.judgement"] == (f"{WORDS} {WORDS}", "")
    assert said["ongoing.score"] == (2, "")
    assert said["record.score"] == (5, "")
    assert said["problems.types"] == (["monitoring"], "")
    [cited] = [c for c in citations(served.study) if c.review_id == review_id]
    assert cited.item == "ongoing.judgement" and len(cited.text.split()) >= 4
    assert all(claim.passed for claim in verify(served.study))


def test_an_experts_way_through_takes_few_actions(served, context):
    counted = Counted().listen(context)
    page = context.new_page()
    log_in(page, served.url, "ben.okoro")
    heading(page, "My cases")
    counted.seen.clear()
    page.get_by_role("link", name=re.compile("Start review")).first.click()
    heading(page, "Your review")
    review_id = opened(page)
    read_all(page)
    page.wait_for_timeout(50)
    reading = len(counted.seen)
    judge_quickly(page)
    page.get_by_role("button", name="Continue").click()
    heading(page, "Submit your review")
    page.get_by_label("To sign, give your password").click()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    heading(page, "Review submitted")
    sys.stdout.write(f"\nSJR of an expert: {counted}; {reading} to open the case and its notes\n")
    assert review_id in {j.review_id for j in judgements(served.study)}
    assert 30 < len(counted.seen) <= MOST, counted.seen


@pytest.mark.parametrize("seed", [4])
def test_the_focus_is_never_lost(served, context, seed):
    keys = wandering(served, context, seed, 300)
    assert len(keys.been) >= 3, "the steps lead through several pages"


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_focus_is_never_lost_in_ten_thousand_steps(served, context):
    keys = wandering(served, context, 1, 10_000)
    assert keys.steps >= 10_000
