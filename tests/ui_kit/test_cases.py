"""The list of cases, and the patient's journey through the organisations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from patience import eventually
from playwright.sync_api import expect

from lltic.ui.kit import Component, Journey, Worklist


def hearing(component: Component) -> list[Any]:
    heard: list[Any] = []
    component.on_action(lambda name, payload: heard.append((name, payload)))
    return heard


def some_rows(count: int) -> list[dict[str, Any]]:
    return [
        {
            "case_id": f"{n:04}",
            "link": "Start",
            "detail": "Died in hospital" if n % 2 else "Died at home",
            "given": f"2026-10-{10 - n % 3:02}",
            "status": "To start",
            "status_kind": "todo",
            "query": f"?review={n}",
        }
        for n in range(count)
    ]


def test_a_long_worklist_can_be_searched_ordered_and_grouped(bench: Any) -> None:
    rows = some_rows(60)
    worklist = Worklist(groups=[{"heading": "To start", "rows": rows}])
    page = bench.mount(worklist)
    find = page.get_by_role("searchbox", name="Find a case")
    find.focus()
    page.keyboard.type("home 004")
    expect(page.get_by_role("status")).to_have_text("6 of 60 cases")
    assert page.get_by_role("link").count() == 6
    expect(find).to_be_focused()
    find.fill("nobody")
    expect(page.get_by_text("No case has these words")).to_be_visible()
    find.fill("")
    expect(page.get_by_role("link")).to_have_count(60)
    page.get_by_label("In groups by").select_option("given")
    headings = page.get_by_role("heading").all_inner_texts()
    assert headings == [f"Came to you on {day} Oct 2026 20" for day in (8, 9, 10)]
    page.get_by_label("In groups by").select_option("status")
    page.get_by_label("Order").select_option("longest")
    expect(page.get_by_role("link").first).to_have_accessible_name("Start case 0002")
    worklist.groups = [{"heading": "To start", "rows": rows[:3]}]
    bench.push()
    expect(page.get_by_role("search")).to_have_count(0)
    expect(page.get_by_role("link").first).to_have_accessible_name("Start case 0000")


def test_the_worklist_leads_back_to_where_one_was(bench: Any) -> None:
    was = {"case_id": "0147", "label": "Continue where you were", "detail": "Ongoing care"}
    was |= {"at": "2026-10-05T09:00:00Z", "query": "?review=R1&page=ongoing&field=ongoing.score"}
    worklist = Worklist(groups=[{"heading": "", "rows": some_rows(1)}], resume=was)
    heard = hearing(worklist)
    page = bench.mount(worklist)
    page.get_by_role("link", name="Continue where you were case 0147, Ongoing care").click()
    eventually(page, lambda: heard)
    page.wait_for_timeout(100)
    assert heard == [("open", {"case_id": "0147", "query": was["query"]})]


SEGMENTS = [
    {"label": "Ward 23", "kind": "acute", "from": "2026-09-02", "to": "2026-09-11"},
    {"label": "Nursing", "kind": "community", "from": "2026-09-14", "to": "2026-09-24T09:00"},
]


def whole_journey(**more: Any) -> Journey:
    return Journey(
        segments=[
            {**SEGMENTS[0], "spell": "S1", "organisation": "Acute"},
            {**SEGMENTS[1], "organisation": "Community"},
        ],
        contacts=[
            contact("Ambulance record", "ambulance", "2026-09-02", "D1"),
            contact("Ward notes", "acute", "2026-09-02", "D2", "S1"),
            contact("Chart", "acute", "2026-09-02", "D3", "S1"),
            contact("GP record", "primary_care", "2026-10-03", "D4"),
        ],
        phases=[PHASE],
        died_on="2026-09-28",
        title="Journey",
        **more,
    )


def contact(label: str, kind: str, on: str, document: str, spell: str = "") -> dict[str, str]:
    found = {"label": label, "kind": kind, "organisation": kind, "on": on}
    return {**found, "document": document, "spell": spell}


PHASE = {"label": "Ongoing care", "from": "2026-09-04", "to": "2026-09-11"}


def test_journey_says_in_words_what_it_draws(bench: Any) -> None:
    page = bench.mount(whole_journey(phase=PHASE))
    expect(page.get_by_role("list")).to_match_aria_snapshot("""
      - list:
        - listitem: "Ward 23, Acute: 2 Sep to 11 Sep 2026"
        - listitem: "Ambulance record, ambulance: 2 Sep 2026"
        - listitem: No stay on record for 3 days
        - listitem: "Nursing, Community: 14 Sep to 24 Sep 2026"
        - listitem: No stay on record for 4 days
        - listitem: "Died: 28 Sep 2026"
        - listitem: "GP record, primary_care: 3 Oct 2026, written after the death"
    """)
    assert page.locator("ol").get_by_role("button").count() == 0, "no focus where nothing is seen"
    drawn = page.locator(".lltic-journey__drawing").inner_text()
    for text in ("Ongoing care", "3 days", "4 days", "died 28 Sep", "afterwards"):
        assert text in drawn
    toggle = page.get_by_role("button", name="Show as a list")
    toggle.click()
    expect(page.get_by_role("button", name="Hide the list")).to_be_focused()
    expect(page.get_by_text("This page:", exact=True)).to_be_visible()
    assert page.locator("ol").get_by_role("button").count() == 3


def test_journey_is_to_scale_and_a_gap_is_as_wide_as_a_stay(bench: Any) -> None:
    page = bench.mount(whole_journey())

    def box(selector: str) -> dict[str, float]:
        return page.locator(selector).bounding_box()

    day = box('[data-care="acute"].lltic-journey__bar')["width"] / 9
    assert box('[data-care="community"].lltic-journey__bar')["width"] == pytest.approx(
        10.375 * day, abs=3
    )
    gaps = page.locator(".lltic-journey__gap")
    assert gaps.first.bounding_box()["width"] == pytest.approx(3 * day, abs=3)
    assert gaps.last.bounding_box()["width"] == pytest.approx(4.6 * day, abs=4)
    before, after = box(".lltic-journey__end >> nth=0"), box(".lltic-journey__point >> nth=1")
    assert after["x"] > before["x"], "what was written after the death stands behind it"
    labels = page.locator(".lltic-journey__label--lane b").all_inner_texts()
    assert labels == [
        "Ambulance", "Hospital", "Community hospital", "General practice", "No stay on record",
    ]  # fmt: skip


def test_journey_opens_what_a_stay_and_a_contact_are_known_from(bench: Any) -> None:
    journey = whole_journey()
    heard = hearing(journey)
    page = bench.mount(journey)
    page.get_by_role("button", name="Ward 23, Acute, 2 Sep to 11 Sep 2026").click()
    page.get_by_role("button", name="GP record").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("GP record is open in the notes")
    assert heard == [("open", {"document": "D2"}), ("open", {"document": "D4"})]
    journey._receive(None, {"action": "open", "document": "somebody-elses"}, [])
    assert len(heard) == 2


def test_journey_takes_little_room_beside_a_form_and_can_be_hidden(bench: Any) -> None:
    journey = whole_journey(phase=PHASE, compact=True)
    page = bench.mount(journey)
    shade = page.locator(".lltic-journey__shade").first.bounding_box()
    assert shade["width"] > 20
    assert page.locator(".lltic-journey__box").bounding_box()["height"] < 175
    page.get_by_role("button", name="By organisation").click()
    expect(page.get_by_text("General practice", exact=True)).to_be_visible()
    page.get_by_role("button", name="Hide the journey").click()
    expect(page.get_by_role("button", name="Show the journey")).to_be_focused()
    assert page.locator(".lltic-journey__box").bounding_box()["height"] < 60
    page.evaluate("sessionStorage.clear()")


def test_journey_is_a_list_on_a_phone(new_bench: Callable[..., Any]) -> None:
    for width in (390, 320):
        bench = new_bench(width, 844)
        journey = whole_journey(phase=PHASE)
        page = bench.mount(journey)
        expect(page.locator(".lltic-journey__drawing")).to_have_count(0)
        box = page.get_by_role("list").bounding_box()
        assert box["width"] > 200 and box["height"] > 40
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        journey.compact = True
        bench.push()
        show = page.get_by_role("button", name="Show the journey")
        expect(show).to_be_visible()
        show.click()
        expect(page.get_by_role("button", name="Hide the journey")).to_be_focused()


def test_journey_of_an_older_case_book_has_stays_only(bench: Any) -> None:
    page = bench.mount(Journey(segments=SEGMENTS, died_on="2026-09-28"))
    expect(page.locator(".lltic-journey__bar")).to_have_count(2)
    assert page.get_by_role("button", name="open in the notes").count() == 0
