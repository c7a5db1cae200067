"""What a computer suggests, one card each: to take, to change, to set aside, by mouse and keys."""

from __future__ import annotations

from typing import Any

import pytest
from patience import eventually, tick
from playwright.sync_api import expect

from lltic.ui.kit import SuggestionList

TEXT = " 🫀 Care was late. The family were told kindly. Fluid was 👩🏽‍⚕️ not charted. "
THEMES = [
    {"code": "talk", "label": "Communication"},
    {"code": "fluid", "label": "Fluid"},
    {"code": "delay", "label": "Delay"},
]
BOTH = [
    {"value": "problem", "label": "A problem"},
    {"value": "good_practice", "label": "Good practice"},
]


def card(id: str, theme: str, label: str, **more: Any) -> dict[str, Any]:
    said = {
        "definition": f"What {label} is.",
        "sure": "The computer is fairly sure (74 %).",
        "words": ["charted"],
        "measured": "When it was measured, 80 of 100 were right.",
        "shows": [],
        "answer": "open",
        "coding_id": "",
    }
    return {"id": id, "theme": theme, "label": label, **said, **more}


def made(*cards: dict[str, Any]) -> SuggestionList:
    return SuggestionList(text=TEXT, text_id="t1", themes=THEMES, suggestions=list(cards))


def answering(shown: SuggestionList) -> list[tuple[str, dict[str, Any]]]:
    """Let Python do what the page asks; return what that was."""
    heard: list[tuple[str, dict[str, Any]]] = []
    said = {"reject": "rejected", "undo": "open"}

    def answer(name: str, payload: dict[str, Any]) -> None:
        heard.append((name, payload))
        shown.suggestions = [
            one
            if one["id"] != payload["id"]
            else {**one, "answer": said.get(name, "accepted"), "coding_id": "c1"}
            for one in shown.suggestions
        ]

    shown.on_action(answer)
    return heard


def test_accepting_lays_it_on_the_whole_text_and_goes_on_to_the_next(bench: Any) -> None:
    shown = made(card("s1", "fluid", "Fluid"), card("s2", "talk", "Communication"))
    heard = answering(shown)
    page = bench.mount(shown)
    expect(page.get_by_text("a computer’s suggestion")).to_be_visible()
    page.get_by_role("button", name="Accept for the whole text (Fluid)").click()
    expect(page.get_by_role("status").filter(has_text="Accepted: Fluid.")).to_be_visible()
    ((name, payload),) = heard
    assert name == "accept"
    assert TEXT[payload["start"] : payload["end"]] == TEXT.strip(), "code points, no white space"
    assert (payload["theme"], payload["polarity"]) == ("fluid", "")
    expect(page.get_by_role("heading", name="Communication")).to_be_focused()
    page.get_by_role("button", name="Not this (Communication)").press("Enter")
    eventually(page, lambda: len(heard) == 2)
    assert heard[1][0] == "reject"
    expect(page.get_by_role("heading", level=2)).to_be_focused()
    expect(page.get_by_role("button", name="Not this")).to_have_count(0)


def test_it_can_be_laid_on_some_sentences_and_say_what_they_show(bench: Any) -> None:
    shown = made(card("s1", "talk", "Communication", shows=BOTH))
    heard = answering(shown)
    page = bench.mount(shown)
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.get_by_text("Only part of the text").click()
    tick(page.get_by_label("The family were told kindly."))
    tick(page.get_by_label("Good practice"))
    page.get_by_role("button", name="Accept for the ticked sentences (Communication)").click()
    eventually(page, lambda: heard)
    payload = heard[0][1]
    assert TEXT[payload["start"] : payload["end"]] == "The family were told kindly."
    assert payload["polarity"] == "good_practice"


def test_another_theme_can_be_laid_and_taken_off_again(bench: Any) -> None:
    shown = made(card("s1", "fluid", "Fluid"))
    heard = answering(shown)
    page = bench.mount(shown)
    page.get_by_text("Another theme fits better").click()
    lay = page.get_by_role("button", name="Lay this theme instead of Fluid")
    lay.click()
    expect(page.get_by_role("alert").filter(has_text="Choose a theme first")).to_be_visible()
    box = page.get_by_label("Theme", exact=True)
    assert box.locator("option").all_inner_texts() == ["Choose a theme", "Communication", "Delay"]
    box.select_option("Delay")
    lay.click()
    eventually(page, lambda: heard)
    assert (heard[0][1]["theme"], heard[0][1]["id"]) == ("delay", "s1")
    page.get_by_role("button", name="Take the theme off again (Fluid)").click()
    eventually(page, lambda: len(heard) == 2)
    assert heard[1][0] == "undo" and heard[1][1]["coding_id"] == "c1"
    page.get_by_role("button", name="Accept for the whole text").click()
    eventually(page, lambda: len(heard) == 3)
    assert len({payload["op_id"] for _, payload in heard}) == 3


def test_what_is_ticked_in_one_card_outlives_an_answer_to_another(bench: Any) -> None:
    shown = made(card("s1", "fluid", "Fluid"), card("s2", "talk", "Communication"))
    answering(shown)
    page = bench.mount(shown)
    second = page.get_by_role("listitem").filter(has=page.get_by_text("What Communication is."))
    second.get_by_text("Only part of the text").click()
    tick(second.get_by_label("The family were told kindly."))
    page.get_by_role("button", name="Not this (Fluid)").click()
    expect(page.locator(".lltic-tag")).to_have_text("Not this")
    expect(second.get_by_label("The family were told kindly.")).to_be_checked()


def test_pressed_again_because_nothing_came_it_has_the_same_name(bench: Any) -> None:
    shown = made(card("s1", "fluid", "Fluid"))
    heard: list[str] = []

    def away(name: str, payload: dict[str, Any]) -> None:
        heard.append(payload["op_id"])
        shown.refuse("The review service does not answer.")

    shown.on_action(away)
    page = bench.mount(shown)
    accept = page.get_by_role("button", name="Accept for the whole text")
    for n in (1, 2):
        accept.click()
        eventually(page, lambda n=n: len(heard) == n)
        told = page.get_by_role("alert").filter(has_text="That was not done. The review service")
        expect(told).to_be_visible()
    assert heard[0] == heard[1]
    expect(accept).to_be_visible()


def test_what_is_pressed_twice_or_too_soon_is_neither_lost_nor_doubled(bench: Any) -> None:
    shown = made(card("s1", "fluid", "Fluid"), card("s2", "talk", "Communication"))
    heard = answering(shown)
    page = bench.mount(shown)
    page.evaluate("""() => {
      const buttons = [...document.querySelectorAll(".lltic-actions__row button")];
      for (const n of [0, 0, 1, 3]) buttons[n].click();
    }""")
    expect(page.locator(".lltic-tag")).to_have_count(2)
    page.wait_for_timeout(100)
    assert [(name, payload["id"]) for name, payload in heard] == [
        ("accept", "s1"),
        ("reject", "s2"),
    ]
    expect(page.get_by_role("alert")).to_have_count(0)


def test_without_suggestions_there_is_nothing(bench: Any) -> None:
    page = bench.mount(made())
    expect(page.locator("section")).to_be_hidden()
    expect(page.get_by_role("heading")).to_have_count(0)


GOOD = {"op_id": "0" * 32, "id": "s1", "theme": "fluid", "polarity": "problem"}
GOOD |= {"start": 1, "end": 5}


@pytest.mark.parametrize(
    "wrong",
    [
        {"op_id": "short"},
        {"id": "s2"},
        {"id": "s9"},
        {"id": ["s1"]},
        {"theme": "unknown"},
        {"polarity": "praise"},
        {"start": 5},
        {"start": -1},
        {"end": len(TEXT) + 1},
        {"end": True},
    ],
)
def test_what_the_page_could_not_have_sent_is_dropped(wrong: dict[str, Any]) -> None:
    shown = made(
        card("s1", "fluid", "Fluid", shows=BOTH),
        card("s2", "talk", "Communication", answer="accepted", coding_id="c7"),
    )
    heard: list[Any] = []
    shown.send = lambda content, buffers=None: None
    shown.on_action(lambda *said: heard.append(said))
    shown._handle_custom_msg({"action": "accept", **GOOD, **wrong}, [])
    shown._handle_custom_msg({"action": "undo", "op_id": "0" * 32, "id": "s1"}, [])
    shown._handle_custom_msg(
        {"action": "undo", "op_id": "0" * 32, "id": "s2", "coding_id": "c8"}, []
    )
    assert heard == []
    shown._handle_custom_msg({"action": "accept", **GOOD}, [])
    assert heard == [("accept", GOOD)]
