"""Two people of two organisations read one case jointly through the Hub: blind, then together."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hands import saved
from hub_running import Hub, at_the_desk, log_in
from patience import PATIENCE, tick
from playwright.sync_api import Page, expect
from serving_study import sign
from small_study import PASSWORD

from lltic.reviews.read import events, judgements
from lltic.reviews.state import replay

CASE = "ZZZZZ-00001"
SIDES = {
    "amira": ("1", ("Before admission", "After discharge"), "2 Poor", "The surgery was not told."),
    "ben": ("2", ("The hospital stay", "Leaving hospital"), "4 Good", "The letter was clear."),
}
TOGETHER = "Together: the letter was clear, and it arrived four days late."
SHOTS = os.environ.get("LLTIC_SHOTS", "")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"joint-{name}.png"))


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Save and continue").click()


def choose(page: Page, group: str, option: str) -> None:
    chosen = page.get_by_role("group", name=re.compile(group)).get_by_role("radio", name=option)
    tick(chosen.first)


@pytest.fixture(scope="module")
def pages(browser, hub: Hub) -> Iterator[dict[str, Page]]:
    found = {}
    for name in SIDES:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.set_default_timeout(PATIENCE * 1000)
        found[name] = context.new_page()
        log_in(found[name], hub, name, PASSWORD)
        at_the_desk(found[name])
    yield found
    for page in found.values():
        page.context.close()


def write_ones_side(hub: Hub, page: Page, name: str) -> None:
    number, phases, score, words = SIDES[name]
    page.goto(hub.url(name, f"?review={CASE}-{number}"))
    page.get_by_role("link", name=re.compile(phases[0])).click()
    for phase in phases:
        heading(page, phase)
        page.get_by_label("Your judgement of this part of the care").fill(f"{phase}: {words}")
        choose(page, "Care in this part was", "4 Good")
        go_on(page)
    heading(page, "The person's whole way")
    page.get_by_label("Your judgement of the care as a whole").fill(words)
    choose(page, "Taken as a whole", score)
    shot(page, f"1-{name}-alone")
    go_on(page)
    heading(page, "What can be learnt")
    go_on(page)
    heading(page, "Check your answers")
    page.get_by_role("button", name="Continue").click()
    heading(page, "Submit your review")
    sign(page, PASSWORD)
    heading(page, "Review submitted")


def test_two_read_alone_and_then_agree(hub: Hub, pages: dict[str, Page]) -> None:
    amira, ben = pages["amira"], pages["ben"]
    wire: list[str] = []
    ben.on("websocket", lambda ws: ws.on("framereceived", lambda f: wire.append(str(f))))

    write_ones_side(hub, amira, "amira")
    ben.reload()
    at_the_desk(ben)
    expect(ben.get_by_text("Agree together")).to_have_count(0)
    write_ones_side(hub, ben, "ben")
    seen = "".join(wire)
    assert "The letter was clear" in seen, "the test must see the wire"
    assert "The surgery was not told" not in seen

    for name, page in pages.items():
        page.goto(hub.url(name, f"?review={CASE}-consensus&page=overall"))
        heading(page, "The person's whole way")
        for side in ("Primary care", "Secondary care"):
            expect(page.get_by_text(side).first).to_be_visible()
        shot(page, f"2-{name}-both")
    amira.get_by_label(re.compile("Agreed answer: your judgement")).fill(TOGETHER)
    tick(amira.get_by_role("radio", name="3 Adequate"))
    saved(amira)
    expect(ben.get_by_label(re.compile("Agreed answer: your judgement"))).to_have_value(TOGETHER)
    for name, page in pages.items():
        page.goto(hub.url(name, f"?review={CASE}-consensus&page=confirm"))
        heading(page, "Sign what you agreed")
        shot(page, f"3-{name}-signs")
        sign(page, PASSWORD, button="Sign")
        heading(page, "You have signed" if name == "amira" else "Agreed and signed by both")
    shot(ben, "4-receipt")

    state = replay(events(hub.study))
    assert state.stage(CASE) == "concluded"
    agreed = state.reviews[f"{CASE}-consensus"]
    assert set(agreed.signed) == set(SIDES) and agreed.answers["overall.judgement"] == {
        "value": TOGETHER
    }
    alone = {
        j.reviewer: j.value
        for j in judgements(hub.study)
        if j.case_id == CASE and j.item == "overall.score"
    }
    assert alone == {"amira": 2, "ben": 4}, "agreement is computed on what each locked alone"
