"""Items that repeat, numbers and dates: their values, their branching, what is still to answer."""

from __future__ import annotations

import dataclasses

import pytest

from lltic.form import (
    Condition,
    Form,
    Item,
    Option,
    Page,
    Trigger,
    asked,
    check_complete,
    check_value,
    page_progress,
    resolve,
    triggered,
)
from lltic.form.sense import problems_of

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
HARM = Item("harm", "choice", "Did it harm?", options=YES_NO, required=True)
WORDS = Item(
    "words",
    "text",
    "What happened?",
    required_when=Condition("problems.list.harm", equals=("yes",)),
    when=Condition("problems.list.harm", answered=True),
)
LIST = Item("list", "repeat", "Problems", items=(HARM, WORDS), entry="problem", at_most=3)
AGE = Item("age", "number", "Age", minimum=0, maximum=125, unit="years")
WEIGHT = Item("weight", "number", "Weight", decimals=1, unit="kg")
ONSET = Item("onset", "date", "First noticed", precision=("day", "month"))
SITE = Item("site", "line", "Where?")
FORM = Form(
    name="small",
    version="1",
    title="Small",
    source="made up",
    wording="ours",
    scales={},
    pages=(
        Page("facts", "Facts", (AGE, WEIGHT, ONSET, SITE)),
        Page("problems", "Problems", (LIST,), kind="problems"),
    ),
    triggers=(
        Trigger("harm", "escalation", "Harm", (Condition("problems.list.harm", equals=("yes",)),)),
    ),
)
TWO = {
    "problems.list": {"value": ["a1", "b2"]},
    "problems.list.a1.harm": {"value": "no"},
    "problems.list.b2.harm": {"value": "yes"},
}


def codes(problems) -> list[str]:
    return [problem.code for problem in problems]


def test_the_form_makes_sense():
    assert list(problems_of(FORM, "small.yml")) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("facts.age", 0),
        ("facts.age", 125),
        ("facts.weight", 61.5),
        ("facts.onset", "2026-09-03"),
        ("facts.onset", "2026-09"),
        ("facts.site", "Ward 7 – “Linden”"),
        ("problems.list", []),
        ("problems.list", ["a1", "b2", "c3"]),
        ("problems.list.zz9.harm", "yes"),
    ],
)
def test_good_values_are_taken(path, value):
    assert check_value(FORM, path, {"value": value}) == []


@pytest.mark.parametrize(
    ("path", "value", "allowed"),
    [
        ("facts.age", -1, "a whole number from 0 to 125 years"),
        ("facts.age", 12.5, "a whole number from 0 to 125 years"),
        ("facts.age", True, "a whole number from 0 to 125 years"),
        ("facts.age", float("nan"), "a whole number from 0 to 125 years"),
        ("facts.age", 10**400, "a whole number from 0 to 125 years"),
        ("facts.age", "61", "a whole number from 0 to 125 years"),
        ("facts.weight", 61.55, "a number in kg, with up to 1 decimal place"),
        ("facts.onset", "2026", "a day like 2026-09-03 or a month like 2026-09"),
        ("facts.onset", "2026-02-30", "a day like 2026-09-03 or a month like 2026-09"),
        ("facts.onset", 20260903, "a day like 2026-09-03 or a month like 2026-09"),
        ("facts.site", "two\nlines", "one line"),
        ("problems.list", ["a1", "a1"], "up to 3 entries, each with an id of its own"),
        ("problems.list", ["a", "b", "c", "d"], "up to 3 entries, each with an id of its own"),
        ("problems.list", ["../x"], "up to 3 entries, each with an id of its own"),
        ("problems.list", "a1", "up to 3 entries, each with an id of its own"),
        ("problems.list.a1.harm", "perhaps", "yes, no"),
    ],
)
def test_bad_values_are_refused_with_what_is_allowed(path, value, allowed):
    (problem,) = check_value(FORM, path, {"value": value})
    assert (problem.code, problem.where, problem.allowed) == ("bad-value", path, allowed)


@pytest.mark.parametrize(
    "path",
    ["problems.list.a1", "problems.list..harm", "problems.list.A.harm", "problems.list.a1.nothing"],
)
def test_what_is_no_question_of_an_entry_is_refused(path):
    assert codes(check_value(FORM, path, {"value": "yes"})) == ["unknown-item"]


def test_each_entry_is_asked_by_its_own_answers():
    assert [p.where for p in check_complete(FORM, TWO)] == ["problems.list.b2.words"]
    told = {**TWO, "problems.list.b2.words": {"value": "Fell from the bed."}}
    assert check_complete(FORM, told) == []


def test_an_entry_that_is_taken_out_asks_nothing_and_counts_for_nothing():
    kept = {**TWO, "problems.list": {"value": ["a1"]}}
    assert check_complete(FORM, kept) == []
    assert "problems.list.b2.harm" not in resolve(FORM, kept)
    assert [t.id for t in triggered(FORM, kept)] == []
    assert [t.id for t in triggered(FORM, TWO)] == ["harm"]


def test_a_sheet_has_every_question_of_every_entry():
    sheet = resolve(FORM, TWO)
    assert sheet["problems.list"]["value"] == ["a1", "b2"]
    assert sheet["problems.list.a1.harm"] == {"value": "no", "missing": ""}
    assert sheet["problems.list.b2.words"] == {"value": None, "missing": "missing"}
    assert [path for path, _, _ in asked(FORM, {})][-1] == "problems.list"


def test_the_page_is_done_when_every_entry_is():
    page = FORM.page("problems")
    assert page_progress(FORM, page, {}) == "optional"
    assert page_progress(FORM, page, TWO) == "started"
    assert page_progress(FORM, page, {**TWO, "problems.list": {"value": ["a1"]}}) == "done"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"items": ()}, "form-repeat-items"),
        ({"entry": ""}, "form-repeat-entry"),
        ({"at_most": 0}, "form-repeat-entry"),
        ({"items": (LIST,)}, "form-repeat-in-repeat"),
        ({"items": (dataclasses.replace(HARM, id="a.b"),)}, "form-repeat-id"),
        ({"items": (HARM, HARM)}, "form-duplicate-item"),
        ({"items": (WORDS, HARM)}, "form-condition-item"),
        ({"type": "choice", "options": YES_NO}, "form-repeat-items"),
    ],
)
def test_a_group_that_makes_no_sense_is_told(change, code):
    page = dataclasses.replace(FORM.page("problems"), items=(dataclasses.replace(LIST, **change),))
    form = dataclasses.replace(FORM, pages=(FORM.pages[0], page), triggers=())
    assert code in codes(problems_of(form, "small.yml"))


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (dataclasses.replace(AGE, minimum=5, maximum=5), "form-bounds"),
        (dataclasses.replace(AGE, decimals=9), "form-decimals"),
        (dataclasses.replace(ONSET, precision=()), "form-precision"),
    ],
)
def test_a_number_or_a_date_that_makes_no_sense_is_told(item, code):
    form = dataclasses.replace(FORM, pages=(Page("facts", "Facts", (item,)),), triggers=())
    assert codes(problems_of(form, "small.yml")) == [code]


def test_a_form_of_several_disciplines_may_have_entries_too():
    """They are put side by side by what they say: see ``test_outcome_entries``."""
    joint = dataclasses.replace(FORM.pages[0], by=("primary_care",))
    form = dataclasses.replace(FORM, pages=(joint, FORM.pages[1]))
    assert list(problems_of(form, "small.yml")) == []
