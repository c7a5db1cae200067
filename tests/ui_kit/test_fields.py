"""Fields in a browser: NHS markup, one tab stop, nothing pre-selected, values out and in."""

from __future__ import annotations

from typing import Any

from patience import becomes, eventually
from playwright.sync_api import expect

from lltic.ui.kit import Checkboxes, ErrorSummary, Radios, Scale, TextArea

POINTS = [(1, "1 Very poor", "not safe"), (3, "3 Adequate", "safe"), (5, "5 Excellent", "warm")]


def score(**more: Any) -> Scale:
    return Scale(
        **{"field": "a.score", "label": "Care was", "options": POINTS, "bound": False, **more}
    )


def test_scale_snapshot(bench: Any) -> None:
    page = bench.mount(score(hint="Of this phase", error="Choose a score"))
    expect(page.locator("#root")).to_match_aria_snapshot("""
      - group "Care was":
        - paragraph: Of this phase
        - paragraph: "Error: Choose a score"
        - radio "1 Very poor"
        - text: 1 Very poor not safe
        - radio "3 Adequate"
        - text: 3 Adequate safe
        - radio "5 Excellent"
        - text: 5 Excellent warm
        - radio "Does not apply"
        - text: Does not apply
        - radio "Not in the notes"
        - text: Not in the notes
    """)
    group = page.get_by_role("group")
    expect(group).to_have_accessible_description("Of this phase Error: Choose a score")
    expect(page.get_by_label("3 Adequate")).to_have_accessible_description("safe")


def test_nothing_is_pre_selected_and_there_is_one_tab_stop(bench: Any) -> None:
    page = bench.mount(score(), TextArea(field="t", label="After", bound=False))
    assert page.get_by_role("radio", checked=True).count() == 0
    page.keyboard.press("Tab")
    expect(page.get_by_label("1 Very poor")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("After")).to_be_focused()


def test_radios_by_keyboard_and_clear(bench: Any) -> None:
    field = score()
    page = bench.mount(field)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    becomes(page, field, {"value": 3})
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    becomes(page, field, {"missing": "not_in_notes"})
    page.keyboard.press("Tab")
    clear = page.get_by_role("button", name="Clear my answer to Care was")
    expect(clear).to_be_focused()
    page.keyboard.press("Enter")
    becomes(page, field, None)
    expect(clear).to_be_hidden()
    expect(page.get_by_label("1 Very poor")).to_be_focused()
    assert page.get_by_role("radio", checked=True).count() == 0


def test_values_from_python_are_shown(bench: Any) -> None:
    field = score(value={"value": 5})
    page = bench.mount(field)
    expect(page.get_by_label("5 Excellent")).to_be_checked()
    field.value = {"missing": "not_applicable"}
    bench.push()
    expect(page.get_by_label("Does not apply")).to_be_checked()
    field.value = None
    bench.push()
    assert page.get_by_role("radio", checked=True).count() == 0


def test_a_number_and_its_text_are_two_answers(bench: Any) -> None:
    field = score(options=[(1, "one"), ("1", "text")], value={"value": "1"})
    page = bench.mount(field)
    expect(page.get_by_label("text")).to_be_checked()
    expect(page.get_by_label("one")).not_to_be_checked()


def test_label_as_heading(bench: Any) -> None:
    page = bench.mount(score(heading="page", caption="Part 2"), TextArea(field="t", label="Words"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Part 2Care was")
    expect(page.get_by_label("Words")).to_be_visible()


def test_text_area_snapshot_and_error(bench: Any) -> None:
    field = TextArea(field="a.text", label="Judgement", hint="Write freely", bound=False)
    page = bench.mount(field)
    area = page.get_by_role("textbox", name="Judgement")
    expect(area).to_have_accessible_description("Write freely")
    area.press_sequentially("abc")
    area.press("ArrowLeft")
    field.error = "Write your judgement"
    bench.push()
    expect(area).to_have_accessible_description("Write freely Error: Write your judgement")
    expect(area).to_have_attribute("aria-invalid", "true")
    expect(area).to_be_focused()
    area.press_sequentially("X")  # the caret stayed where it was
    expect(area).to_have_value("abXc")
    field.error = ""
    bench.push()
    expect(area).not_to_have_attribute("aria-invalid", "true")


def test_a_late_echo_of_older_words_takes_nothing_away(bench: Any) -> None:
    field = TextArea(field="a.text", label="Judgement", bound=False)
    page = bench.mount(field)
    area = page.get_by_role("textbox", name="Judgement")
    area.press_sequentially("abc")
    becomes(page, field, {"value": "abc"})
    field.value = {"value": "ab"}  # what Python was told a moment ago comes back late
    bench.push()
    area.press_sequentially("d")
    expect(area).to_have_value("abcd")
    becomes(page, field, {"value": "abcd"})
    field.value = {"value": "set by the notebook"}  # and words of Python's own are shown
    bench.push()
    expect(area).to_have_value("set by the notebook")


def test_text_area_grows_and_has_no_limit(bench: Any) -> None:
    field = TextArea(field="t", label="Words", rows=3, bound=False)
    page = bench.mount(field)
    area = page.get_by_label("Words")
    before = area.bounding_box()["height"]
    area.fill("\n".join(f"line {i}" for i in range(30)))
    assert area.bounding_box()["height"] > before
    assert area.evaluate("a => a.scrollHeight <= a.clientHeight + 1")
    text = "\n".join(f"line {i}" for i in range(4000))
    area.evaluate(
        "(a, text) => { a.value = text; a.dispatchEvent(new Event('input')); }", text
    )  # pasting; Chromium's own insertText is slow for thousands of lines
    becomes(page, field, {"value": text})
    assert area.bounding_box()["height"] < 1300  # and scrolls from there


def test_text_area_with_a_missing_reason(bench: Any) -> None:
    field = TextArea(field="t", label="Words", missing=["not_in_notes"], bound=False)
    page = bench.mount(field)
    page.get_by_label("Words").fill("kept")
    page.get_by_label("Not in the notes").check()
    becomes(page, field, {"missing": "not_in_notes"})
    expect(page.get_by_label("Words")).to_have_value("kept")
    expect(page.get_by_role("status")).to_contain_text("not part of your answer")
    page.get_by_label("Not in the notes").uncheck()
    becomes(page, field, {"value": "kept"})


def test_checkboxes_and_none(bench: Any) -> None:
    field = Checkboxes(
        field="p",
        label="Problems",
        options=[("a", "A"), ("b", "B"), ("c", "C")],
        none="None of these",
        bound=False,
    )
    page = bench.mount(field)
    expect(page.locator("#root")).to_match_aria_snapshot("""
      - group "Problems":
        - checkbox "A"
        - text: A
        - checkbox "B"
        - text: B
        - checkbox "C"
        - text: C
        - paragraph: or
        - checkbox "None of these"
        - text: None of these
    """)
    page.get_by_label("C").check()
    page.get_by_label("A").check()
    becomes(page, field, {"value": ["a", "c"]})
    page.get_by_label("None of these").check()
    becomes(page, field, {"value": []})
    expect(page.get_by_label("A")).not_to_be_checked()
    page.get_by_label("B").check()
    becomes(page, field, {"value": ["b"]})
    page.get_by_label("B").uncheck()
    becomes(page, field, None)


def test_text_is_text(bench: Any) -> None:
    evil = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
    page = bench.mount(
        Radios(field="r", label=evil, hint=evil, error=evil, options=[(1, evil, evil)]),
        TextArea(field="t", label=evil, hint=evil, value={"value": evil}),
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.pwned") is None
    assert page.locator("#root img, #root script").count() == 0
    expect(page.get_by_role("textbox")).to_have_value(evil)


def test_error_summary_takes_focus_and_leads_to_fields(bench: Any) -> None:
    summary = ErrorSummary()
    heard: list[Any] = []
    summary.on_action(lambda name, payload: heard.append((name, payload)))
    page = bench.mount(summary, score(), TextArea(field="t.x", label="Words", bound=False))
    expect(page.get_by_role("alert")).to_have_count(0)
    errors = [
        {"field": "t.x", "message": "Write something"},
        {"field": "a.score", "message": "Choose a score"},
        {"field": "far.away", "message": "Elsewhere", "query": "?page=far"},
    ]
    summary.show(errors)
    bench.push()
    alert = page.get_by_role("alert", name="There is a problem")
    expect(alert).to_be_focused()
    expect(page.locator("#root > div").first).to_match_aria_snapshot("""
      - alert "There is a problem":
        - heading "There is a problem" [level=2]
        - list:
          - listitem:
            - link "Write something"
          - listitem:
            - link "Choose a score"
          - listitem:
            - link "Elsewhere"
    """)
    page.get_by_role("link", name="Write something").click()
    expect(page.get_by_label("Words")).to_be_focused()
    page.get_by_role("link", name="Choose a score").press("Enter")
    expect(page.get_by_label("1 Very poor")).to_be_focused()
    page.get_by_role("link", name="Elsewhere").click()
    eventually(page, lambda: heard)
    page.wait_for_timeout(100)
    assert heard == [("go", {"field": "far.away", "query": "?page=far"})]
    summary.show(errors)  # the same again still takes the focus
    bench.push()
    expect(alert).to_be_focused()
    summary.errors = []
    bench.push()
    expect(page.get_by_role("alert")).to_have_count(0)
