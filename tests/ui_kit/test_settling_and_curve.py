"""Saying what stands where coders differ; the keys of coding; the curve of themes."""

from __future__ import annotations

from typing import Any

from patience import eventually
from playwright.sync_api import expect

from lltic.ui.gallery_coding import SETTLED
from lltic.ui.kit import CodingKeys, Curve, PassageCoder, PassageSettler

TEXT = "Care was late. The family were told kindly. Nobody wrote it down."
THEMES = [
    {"code": "talk", "label": "Communication", "number": "1", "level": 0, "polarity": ["problem"]},
    {
        "code": "kind",
        "label": "Told kindly",
        "number": "1.1",
        "level": 1,
        "definition": "Kind words.",
        "include": "kindness",
        "exclude": "haste",
        "example": "Told with care.",
        "polarity": ["problem", "good_practice"],
    },
    {"code": "time", "label": "Timeliness", "number": "2", "level": 0, "definition": "In time."},
]


def settler(**more: Any) -> PassageSettler:
    """One that keeps what is decided, as the service would."""
    made = PassageSettler(owner="nia", review_id="r1", **{**SETTLED, **more})
    made.heard = []

    def save(name: str, payload: dict[str, Any]) -> None:
        made.heard.append((payload["difference"], payload["keep"]))
        made.differences = [
            {**one, "kept": payload["keep"]} if one["id"] == payload["difference"] else one
            for one in made.differences
        ]

    made.on_action(save)
    return made


def test_one_sides_passage_or_none_is_kept_and_said_to_be_saved(bench: Any) -> None:
    made = settler()
    page = bench.mount(made)
    first = page.get_by_role("group").first
    expect(first.get_by_text("Not decided yet.")).to_be_visible()
    first.get_by_role("radio", name="It stands, as A laid it").check()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert made.heard == [("d1", ["p1"])]
    expect(page.locator("mark.lltic-coded--picked").first).to_have_text("The chart")
    both = page.get_by_role("group").nth(1)
    expect(both.get_by_role("radio", name="B’s passage stands")).to_be_checked()
    both.get_by_role("radio", name="Neither stands").check()
    eventually(page, lambda: made.heard[-1] == ("d2", []))
    expect(page.get_by_text("Not decided yet.")).to_have_count(0)


def test_a_decision_that_is_not_on_record_survives_a_reload(bench: Any) -> None:
    first = PassageSettler(owner="nia", review_id="r1", **SETTLED)
    first.on_action(lambda name, payload: first.keep(payload["op_id"]))
    page = bench.mount(first)
    page.get_by_role("radio", name="It does not stand").check()
    expect(page.get_by_text("not saved yet", exact=True)).to_be_visible()
    late = page.get_by_role("alert").filter(has_text="Your latest decision is not saved yet")
    expect(late).to_be_visible()
    again = settler()
    bench.reload(again)
    eventually(page, lambda: again.heard == [("d1", [])])
    expect(page.get_by_text("not saved yet", exact=True)).to_have_count(0)
    expect(late).to_have_count(0)
    expect(page.get_by_role("radio", name="It does not stand")).to_be_checked()


def test_a_refused_decision_is_said_and_a_settled_text_takes_none(bench: Any) -> None:
    made = PassageSettler(owner="nia", review_id="r1", **SETTLED)
    made.on_action(lambda name, payload: made.refuse(payload["op_id"], "It is settled."))
    page = bench.mount(made)
    page.get_by_role("radio", name="It does not stand").click()  # refused, it is off again at once
    expect(page.get_by_role("alert").filter(has_text="It is settled.")).to_be_visible()
    expect(page.get_by_text("Not decided yet.")).to_be_visible()
    made.locked = True
    bench.push()
    expect(page.get_by_role("radio", name="It does not stand")).to_be_disabled()


def test_nothing_but_one_side_or_none_reaches_python() -> None:
    made = settler()
    op = {"action": "resolve", "op_id": "a" * 32, "text_id": "t2", "difference": "d2"}
    hostile: list[Any] = [["p2", "p3"], ["p1"], "p2", None, [1], {}, ["p2", "p2"]]
    for keep in hostile:
        made._receive(None, {**op, "keep": keep}, [])
    for change in ({"text_id": "t9"}, {"op_id": "x"}, {"difference": "d9"}, {"action": "code"}):
        made._receive(None, {**op, "keep": [], **change}, [])
    assert made.heard == []
    made._receive(None, {**op, "keep": ["p2"]}, [])
    assert made.heard == [("d2", ["p2"])]


def coder(bench: Any, **more: Any) -> PassageCoder:
    made = PassageCoder(text=TEXT, text_id="t1", question="Judgement", themes=THEMES, **more)
    made.on_action(lambda name, payload: keep(made, name, payload))
    bench.mount(made)
    return made


def keep(made: PassageCoder, name: str, payload: dict[str, Any]) -> None:
    if name == "code":
        made.codings = [*made.codings, {"id": payload["op_id"], **payload}]
    else:
        made.codings = [one for one in made.codings if one["id"] != payload["id"]]


def laid(made: PassageCoder) -> list[tuple[str, str, str]]:
    return [
        (one["theme"], made.text[one["start"] : one["end"]], one.get("polarity", ""))
        for one in made.codings
    ]


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_sentences_by_arrow_a_theme_by_letters_and_what_it_shows(bench: Any) -> None:
    made, page = coder(bench), bench.page
    page.get_by_role("group", name="Text to code").focus()
    press(page, "ArrowDown", "ArrowDown")
    expect(page.get_by_text("Selected: “The family were told kindly.”")).to_be_visible()
    press(page, "Shift+ArrowDown", "Enter")
    expect(page.get_by_label("Find a theme")).to_be_focused()
    page.keyboard.type("kind+")
    expect(page.get_by_text("Enter: 1.1 Told kindly")).to_be_visible()
    expect(page.get_by_role("radio", name="Good practice")).to_be_checked()
    for words in ("Kind words.", "Use for: kindness", "Not for: haste", "Example: Told with care."):
        expect(page.locator(".lltic-picker__definition")).to_contain_text(words)
    press(page, "Enter")
    expect(page.get_by_text("Coded as Told kindly, good practice.")).to_be_visible()
    passage = "The family were told kindly. Nobody wrote it down."
    assert laid(made) == [("kind", passage, "good_practice")]
    press(page, "Escape", "Delete")
    expect(page.get_by_text("Removed: Told kindly.")).to_be_visible()
    assert laid(made) == []
    assert page.evaluate("document.activeElement.className").startswith("lltic-coder__words")


def test_the_whole_text_by_one_key_and_a_theme_by_its_number(bench: Any) -> None:
    made, page = coder(bench), bench.page
    page.get_by_role("group", name="Text to code").focus()
    press(page, "Enter")
    page.keyboard.type("2")
    press(page, "Enter")
    expect(page.get_by_text("Coded as Timeliness.")).to_be_visible()
    page.keyboard.type("1")
    expect(page.get_by_text("Enter: 1 Communication")).to_be_visible()
    page.keyboard.type("+")
    press(page, "Enter")
    said = "Communication cannot be good practice in this codebook."
    expect(page.get_by_text(said)).to_be_visible()
    press(page, "Escape")
    page.keyboard.type("nothing")
    expect(page.get_by_text("No theme fits.")).to_be_visible()
    press(page, "Enter")
    assert laid(made) == [("time", TEXT, "")]


def test_a_theme_laid_again_with_another_polarity_takes_its_place(bench: Any) -> None:
    made, page = coder(bench), bench.page
    page.get_by_role("group", name="Text to code").focus()
    press(page, "Enter")
    for sign in ("-", "+"):
        page.keyboard.type(f"1.1{sign}")
        press(page, "Enter")
        words = {"-": "a problem", "+": "good practice"}[sign]
        expect(page.get_by_text(f"Coded as Told kindly, {words}.")).to_be_visible()
    eventually(page, lambda: [one[2] for one in laid(made)] == ["good_practice"])


def test_a_sign_counts_only_while_it_stands_last(bench: Any) -> None:
    """On the way to "follow-up" a problem was typed, and nobody meant one."""
    follow = {"code": "follow", "label": "Follow-up", "polarity": ["problem", "good_practice"]}
    made = PassageCoder(text=TEXT, text_id="t1", question="Judgement", themes=[follow])
    made.on_action(lambda name, payload: keep(made, name, payload))
    page = bench.mount(made)
    page.get_by_role("group", name="Text to code").focus()
    press(page, "Enter")
    page.keyboard.type("follow-")
    expect(page.get_by_role("radio", name="A problem")).to_be_checked()
    page.keyboard.type("up")
    expect(page.get_by_role("radio", name="Not said")).to_be_checked()
    press(page, "Enter")
    expect(page.get_by_text("Coded as Follow-up.")).to_be_visible()
    assert laid(made) == [("follow", TEXT, "")]
    page.get_by_role("radio", name="Good practice").check()
    page.get_by_label("Find a theme").focus()
    page.keyboard.type("follow-up")
    expect(page.get_by_role("radio", name="Good practice")).to_be_checked()
    page.keyboard.type("-")
    press(page, "Backspace", "Enter")
    eventually(page, lambda: [one[2] for one in laid(made)] == ["good_practice"])


def test_the_list_is_narrowed_and_gone_through_by_arrows(bench: Any) -> None:
    coder(bench)
    page = bench.page
    box = page.get_by_label("Find a theme")
    box.fill("1")
    expect(page.get_by_role("button", name="Timeliness")).to_be_hidden()
    press(page, "ArrowDown", "ArrowDown")
    expect(page.get_by_role("button", name="Told kindly")).to_be_focused()
    press(page, "ArrowUp", "ArrowUp")
    expect(box).to_be_focused()
    press(page, "Escape")
    expect(page.get_by_role("button", name="Timeliness")).to_be_visible()


def test_two_keys_lead_from_text_to_text(bench: Any) -> None:
    bench.mount(CodingKeys(entries=[{"keys": "Up / Down", "does": "sentence by sentence"}]))
    made = [PassageCoder(text=TEXT, text_id=f"t{n}", themes=THEMES) for n in (1, 2)]
    page = bench.page
    for one in made:
        bench.mount(one)
    texts = page.get_by_role("group", name="Text to code")
    press(page, "Alt+ArrowDown")
    expect(texts.first).to_be_focused()
    press(page, "Enter", "Alt+ArrowDown")
    expect(texts.nth(1)).to_be_focused()
    press(page, "Alt+ArrowUp")
    expect(texts.first).to_be_focused()


def test_the_curve_says_in_words_what_it_shows(bench: Any) -> None:
    points = [{"texts": n, "known": k} for n, k in enumerate((2, 3, 3), 1)]
    page = bench.mount(Curve(title="New themes", points=points, most=6, says="Three of six."))
    expect(page.get_by_role("img", name="New themes Three of six.")).to_be_visible()
    assert page.locator(".lltic-curve__line").get_attribute("d").count("H") == 3
