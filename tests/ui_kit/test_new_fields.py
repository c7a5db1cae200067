"""Dates, numbers, lists and entries in a browser, with the keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from patience import becomes, eventually
from playwright.sync_api import Page, expect

from lltic.ui.kit import (
    DateInput,
    EntryHeading,
    ErrorSummary,
    NumberInput,
    RepeatingGroup,
    SaveStatus,
    Select,
    TextArea,
    TextInput,
)

ANY = ("day", "month", "year")


def date(**more: Any) -> DateInput:
    return DateInput(**{"field": "a.seen", "label": "First seen", "bound": False, **more})


def number(**more: Any) -> NumberInput:
    given = {"field": "a.weight", "label": "Weight", "unit": "kg", "decimals": 1, "minimum": 0}
    return NumberInput(**{**given, "bound": False, **more})


def only(bench: Any, *parts: Any) -> Page:
    """Show these parts in place of what is there."""
    bench.page.evaluate("host.views && host.views.slice().forEach((one) => host.close(one.id))")
    return bench.mount(*parts)


def press(page: Page, *keys: str) -> None:
    """Press keys; a text in brackets is typed letter by letter."""
    for key in keys:
        if key.startswith("["):
            page.keyboard.type(key[1:-1])
        else:
            page.keyboard.press(key)
    page.wait_for_timeout(50)


# -- dates -----------------------------------------------------------------------------------


def test_a_date_is_typed_box_by_box(bench: Any) -> None:
    field = date(hint="For example, 3 9 2026.")
    page = bench.mount(field)
    expect(page.get_by_role("group", name="First seen")).to_have_accessible_description(
        "For example, 3 9 2026."
    )
    press(page, "Tab", "[3]", "Tab", "[9]", "Tab", "[202]")
    assert field.value is None, "half a year is no year: it waits"
    press(page, "[6]")
    becomes(page, field, {"value": "2026-09-03"})
    expect(page.get_by_label("Year")).to_be_focused()


def test_a_month_may_be_a_word(bench: Any) -> None:
    for month, iso in [("Sep", "2026-09-03"), ("september", "2026-09-03"), ("09", "2026-09-03")]:
        field = date()
        page = only(bench, field)
        press(page, "Tab", "[03]", "Tab", f"[{month}]", "Tab", "[2026]")
        becomes(page, field, {"value": iso})


def test_a_date_is_known_as_exactly_as_it_is_known(bench: Any) -> None:
    for typed, iso in [
        (("", "9", "2026"), "2026-09"),
        (("", "", "2026"), "2026"),
        (("29", "2", "2024"), "2024-02-29"),
    ]:
        field = date(precision=ANY)
        page = only(bench, field)
        for part in typed:
            press(page, "Tab", f"[{part}]")
        becomes(page, field, {"value": iso})


def test_what_is_no_date_is_kept_until_one_leaves_and_then_said(bench: Any) -> None:
    for typed, sent in [
        (("31", "2", "2026"), "2026-02-31"),
        (("3", "", "2026"), "2026--03"),
        (("3", "9", ""), "-09-03"),
        (("3", "9", "26"), "26-09-03"),
        (("", "9", "2026"), "2026-09"),
        (("3", "x", "2026"), "2026-x-03"),
    ]:
        field = date()
        page = only(bench, field, TextArea(field="t", label="After", bound=False))
        for part in typed:
            press(page, "Tab", f"[{part}]")
        assert field.value is None
        page.get_by_label("After").focus()
        becomes(page, field, {"value": sent})  # the service refuses it in words
        assert [page.get_by_label(part).input_value() for part in ("Day", "Month", "Year")] == [
            *typed
        ]


def test_a_date_from_python_is_shown_in_its_boxes(bench: Any) -> None:
    for value, boxes in [
        ("2026-09-03", ["3", "9", "2026"]),
        ("2026-09", ["", "9", "2026"]),
        ("2026", ["", "", "2026"]),
        ("2026--03", ["3", "", "2026"]),
        ("-09-03", ["3", "9", ""]),
    ]:
        page = only(bench, date(value={"value": value}))
        assert [page.get_by_label(part).input_value() for part in ("Day", "Month", "Year")] == boxes


def test_an_emptied_date_is_no_answer(bench: Any) -> None:
    field = date(value={"value": "2026-09-03"})
    page = bench.mount(field, TextArea(field="t", label="After", bound=False))
    for _ in range(3):
        press(page, "Tab", "ControlOrMeta+a", "Delete")
    page.get_by_label("After").focus()
    becomes(page, field, None)


def test_only_the_parts_that_are_asked_have_boxes(bench: Any) -> None:
    page = bench.mount(date(precision=["month"]))
    expect(page.get_by_label("Day")).to_have_count(0)
    expect(page.get_by_label("Month")).to_be_visible()


def test_a_reason_stands_beside_what_was_typed(bench: Any) -> None:
    field = date(missing=["not_known"])
    page = bench.mount(field)
    press(page, "Tab", "[3]", "Tab", "[9]", "Tab", "[2026]", "Tab", "Space")
    becomes(page, field, {"missing": "not_known"})
    expect(page.get_by_role("status")).to_contain_text("not part of your answer")
    expect(page.get_by_label("Year")).to_have_value("2026")
    press(page, "Space")
    becomes(page, field, {"value": "2026-09-03"})


def test_an_error_leads_to_the_first_box_and_marks_all(bench: Any) -> None:
    summary, field = ErrorSummary(), date(error="First seen must include a day")
    page = bench.mount(summary, field)
    summary.show([{"field": "a.seen", "message": "First seen must include a day"}])
    bench.push()
    expect(page.get_by_role("alert", name="There is a problem")).to_be_focused()
    press(page, "Tab", "Enter")
    expect(page.get_by_label("Day")).to_be_focused()
    expect(page.get_by_role("group", name="First seen")).to_have_accessible_description(
        "Error: First seen must include a day"
    )
    for part in ("Day", "Month", "Year"):
        expect(page.get_by_label(part)).to_have_attribute("aria-invalid", "true")


# -- numbers ---------------------------------------------------------------------------------


def test_a_number_is_typed(bench: Any) -> None:
    for typed, value in [("61.5", 61.5), ("61", 61), (" 61. ", 61), (".5", 0.5), ("0", 0)]:
        field = number()
        page = only(bench, field)
        press(page, "Tab", f"[{typed}]")
        becomes(page, field, {"value": value})
        expect(page.get_by_role("textbox", name="Weight in kg")).to_have_value(typed)


def test_what_is_no_such_number_is_neither_rounded_nor_dropped(bench: Any) -> None:
    for typed in ["61,5", "about 60", "61.55", "-3", "1e3", "6 1"]:
        field = number()
        page = only(bench, field, TextArea(field="t", label="After", bound=False))
        press(page, "Tab", f"[{typed}]", "Tab")
        expect(page.get_by_label("After")).to_be_focused()
        eventually(page, lambda field=field, typed=typed: str(field.value["value"]) == typed)
        assert str(field.value["value"]) == typed
        expect(page.get_by_label("Weight")).to_have_value(typed)


def test_neither_wheel_nor_arrow_turns_a_number(bench: Any) -> None:
    field = number(value={"value": 61.5})
    page = bench.mount(field)
    press(page, "Tab", "ArrowUp", "ArrowDown", "PageUp")
    page.mouse.move(*[page.get_by_label("Weight").bounding_box()[side] + 5 for side in "xy"])
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(50)
    assert field.value == {"value": 61.5}
    assert page.get_by_role("spinbutton").count() == 0


def test_a_telephone_offers_the_right_keys(bench: Any) -> None:
    page = bench.mount(
        number(),
        number(field="n", label="Age", decimals=0),
        number(field="m", label="Fever", minimum=None),
    )
    keys = [
        page.get_by_label(label).get_attribute("inputmode") for label in ("Weight", "Age", "Fever")
    ]
    assert keys == ["decimal", "numeric", None]


# -- one line, one of many -------------------------------------------------------------------


def test_a_line_is_not_cut_off(bench: Any) -> None:
    field = TextInput(field="a.ward", label="Ward", longest=0, missing=["declined"], bound=False)
    page = bench.mount(field)
    page.get_by_label("Ward").fill("x" * 600)
    becomes(page, field, {"value": "x" * 600})  # the service says that it is too long
    press(page, "Tab", "Space")
    becomes(page, field, {"missing": "declined"})


def test_a_list_is_chosen_from_by_keyboard(bench: Any) -> None:
    options = [(n, f"Day {n}", "the ninth" if n == 9 else "") for n in range(1, 11)]
    field = Select(field="d", label="Day", options=options, missing=["not_known"], bound=False)
    page = bench.mount(field)
    expect(page.get_by_label("Day", exact=True)).to_have_value("")
    press(page, "Tab", "[Day 9]")
    becomes(page, field, {"value": 9})
    expect(page.get_by_role("status")).to_have_text("the ninth")
    press(page, "End")
    becomes(page, field, {"missing": "not_known"})
    press(page, "Home")
    becomes(page, field, None)


# -- entries ---------------------------------------------------------------------------------


class Entries:
    """A group on a page with an outbox, and a kernel that shows an entry when it is told of it."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.ids: list[str] = []
        self.status = SaveStatus(owner="P", review_id="R", case_id="C")
        self.group = RepeatingGroup(field="p.list", label="Problems", entry="problem", at_most=3)
        self.status.on_operation(self._commit)
        self.page: Page = bench.mount(self.status, ("entries", []), self.group)

    def _commit(self, op: dict[str, Any]) -> None:
        self.status.ack(op_id=op["op_id"], field=op["field"], version=1, at="2026-09-03T10:00:00Z")
        if op["field"] == self.group.field:  # the words of an entry are saved too
            self.ids = (op["value"] or {"value": []})["value"]

    def show(self) -> None:
        """Draw the entries anew, as the desk does once the list is on record."""
        self.page.evaluate("document.querySelector('.entries').replaceChildren()")
        for n, one in enumerate(self.ids, 1):
            name = f"Problem {n}"
            head = EntryHeading(field="p.list", entry_id=one, first="words", label=name)
            words = TextArea(field=f"p.list.{one}.words", label="What happened?", within=name)
            self.bench.mount(head, words, into=".entries")
        self.page.wait_for_timeout(150)

    def add(self) -> None:
        before = len(self.ids)
        self.page.keyboard.press("Enter")
        eventually(self.page, lambda: len(self.ids) > before)
        self.show()

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)


def test_entries_come_and_go_by_keyboard_and_the_focus_is_never_lost(bench: Any) -> None:
    entries = Entries(bench)
    page = entries.page
    press(page, "Tab")
    expect(entries.button("Add a problem")).to_be_focused()
    entries.add()
    first = page.get_by_role("textbox", name="What happened? (Problem 1)")
    expect(first).to_be_focused()
    expect(page.get_by_role("group", name="Problems").get_by_role("status")).to_have_text(
        "Problem 1 added."
    )
    press(page, "[One]", "Tab")
    expect(entries.button("Add another problem")).to_be_focused()
    entries.add()
    expect(page.get_by_role("textbox", name="What happened? (Problem 2)")).to_be_focused()
    assert len(set(entries.ids)) == 2 and all(len(one) == 10 for one in entries.ids)

    kept = entries.ids[1]
    entries.button("Remove problem 1").focus()
    press(page, "Enter")
    expect(entries.button("Yes, remove it")).to_be_focused()
    expect(page.get_by_role("group", name="Remove problem 1?")).to_be_visible()
    press(page, "Escape")
    expect(entries.button("Remove problem 1")).to_be_focused()
    assert len(entries.ids) == 2, "one is asked before anything is taken out"
    press(page, "Enter", "Enter")
    eventually(page, lambda: entries.ids == [kept])
    assert entries.ids == [kept]
    expect(entries.button("Add another problem")).to_be_focused()
    entries.show()
    expect(entries.button("Add another problem")).to_be_focused()
    expect(page.get_by_role("group", name="Problems").get_by_role("status")).to_have_text(
        "Problem 1 removed."
    )
    press(page, "Tab", "Enter")
    eventually(page, lambda: len(entries.ids) > 1)
    assert entries.ids[1] == kept and len(entries.ids) == 2, "it is back in its place"
    assert page.evaluate("document.activeElement !== document.body")


def test_there_are_at_most_so_many(bench: Any) -> None:
    entries = Entries(bench)
    for _ in range(3):
        entries.page.get_by_role("button", name="Add").focus()
        entries.add()
    expect(entries.page.get_by_role("button", name="Add")).to_have_count(0)
    expect(entries.page.get_by_text("There can be up to 3.")).to_be_visible()


def test_nobody_who_has_gone_on_is_brought_back(bench: Any) -> None:
    entries = Entries(bench)
    bench.mount(TextArea(field="t", label="Elsewhere", bound=False))
    press(entries.page, "Tab", "Enter", "Tab")
    expect(entries.page.get_by_label("Elsewhere")).to_be_focused()
    eventually(entries.page, lambda: entries.ids)
    entries.show()
    expect(entries.page.get_by_label("Elsewhere")).to_be_focused()


def test_a_reason_to_have_none_goes_when_there_is_one(bench: Any) -> None:
    field = RepeatingGroup(
        field="l", label="Problems", entry="event", missing=["not_applicable"], bound=False
    )
    page = bench.mount(field)
    press(page, "Tab", "Space")
    becomes(page, field, {"missing": "not_applicable"})
    press(page, "Tab")
    expect(page.get_by_role("button", name="Add an event")).to_be_focused()
    press(page, "Enter")
    eventually(page, lambda: "value" in field.value)
    assert len(field.value["value"]) == 1
    expect(page.get_by_label("Does not apply")).to_be_hidden()


# -- saved, refused, read only ---------------------------------------------------------------


def test_an_unfinished_date_is_not_lost_when_the_page_is_left_at_once(bench: Any) -> None:
    status, field = SaveStatus(owner="P", review_id="R", case_id="C"), date(bound=True)
    page = bench.mount(status, field)
    press(page, "Tab", "[31]", "Tab", "[2]")
    page = bench.reload(status, date(bound=True))
    expect(page.get_by_label("Day")).to_have_value("31")
    expect(page.get_by_label("Month")).to_have_value("2")


def test_what_is_refused_keeps_one_on_the_page_and_takes_the_focus(bench: Any) -> None:
    status, field = SaveStatus(owner="P", review_id="R", case_id="C"), number(bound=True)
    status.on_operation(
        lambda op: status.refuse(
            op_id=op["op_id"], field=op["field"], message="It must be a number."
        )
    )
    page = bench.mount(status, field)
    press(page, "Tab", "[heavy]")
    left = page.evaluate(
        "new Promise(done => document.dispatchEvent("
        "new CustomEvent('lltic:flush', {detail: {done, taken: false}})))"
    )
    assert left is False
    expect(page.get_by_label("Weight")).to_be_focused()
    expect(page.get_by_role("alert").filter(has_text="It must be a number.")).to_be_visible()


@pytest.mark.parametrize(
    "make",
    [
        lambda: date(value={"value": "2026-09-03"}),
        lambda: number(value={"value": 61.5}),
        lambda: TextInput(field="w", label="Ward", bound=False, value={"value": "7"}),
        lambda: Select(
            field="s", label="Day", options=["a", "b"], bound=False, value={"value": "b"}
        ),
        lambda: RepeatingGroup(field="l", label="Problems", bound=False, value={"value": ["a"]}),
    ],
)
def test_what_is_locked_can_be_read_and_not_changed(bench: Any, make: Any) -> None:
    field = make()
    field.locked = True
    before = field.value
    page = bench.mount(field)
    press(page, "Tab", "[9]", "ArrowUp", "Enter", "Delete")
    assert field.value == before
    field.locked = False
    bench.push()
    expect(page.locator(":is(input, select, button):enabled:not([readonly])")).not_to_have_count(0)
