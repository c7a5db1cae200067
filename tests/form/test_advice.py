"""Advice to authors: what is right, and hard on people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lltic.form import Condition, Conversion, Form, Item, Option, Page, Scale, ScalePoint
from lltic.form.advice import advice_on
from lltic.form.sense import problems_of

CARE = Scale("Care", "higher_is_better", (ScalePoint(1, "Poor"), ScalePoint(2, "Good")), "own")
ASKED = Item("asked", "choice", "Was she asked?", options=(Option("yes", "Yes"),), required=True)
FREE = replace(ASKED, missing=("not_known",))


def form(*items: Item, scale: Scale = CARE) -> Form:
    pages = (Page("facts", "Facts", items),)
    return Form("small", "1", "Small", "made up", "ours", {"care": scale}, pages)


def codes(made: Form) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in advice_on(made)]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (form(FREE), []),
        (form(ASKED), [("form-no-way-out", "facts.asked")]),
        (form(Item("why", "text", "Why?", required=True)), []),
        (form(FREE, replace(ASKED, id="b", when=Condition("facts.asked", ("yes",)))), []),
        (form(replace(FREE, label="word " * 23)), [("form-long-question", "facts.asked")]),
        (form(replace(FREE, label="word " * 22)), []),
        (form(replace(FREE, hint="Who failed?")), [("form-blame", "facts.asked")]),
        (form(replace(FREE, label="Was an error made?")), [("form-blame", "facts.asked")]),
        (form(replace(FREE, label="Terror?")), []),
        (form(FREE, scale=replace(CARE, source=" ")), [("form-scale-unsourced", "scales.care")]),
    ],
)
def test_advice_is_given_where_it_is_due(made: Form, expected: list[tuple[str, str]]):
    assert codes(made) == expected


def test_a_page_that_asks_nothing_and_names_that_do_not_travel_are_pointed_at():
    assert codes(form()) == [("form-empty-page", "facts")]
    assert codes(form(replace(FREE, id="Was asked"))) == [("form-name", "facts")]
    assert codes(form(replace(FREE, id="asked.at_home"))) == []


def test_two_pages_of_one_name_make_no_sense():
    made = form(FREE)
    made = replace(made, pages=(*made.pages, Page("facts", "More facts", (replace(FREE, id="b"),))))
    assert [p.code for p in problems_of(made, "small.yml")] == ["form-duplicate-page"]


def test_a_page_called_as_one_of_every_review_would_never_be_shown():
    made = replace(form(FREE), pages=(Page("check", "What was checked", (FREE,)),))
    assert [p.code for p in problems_of(made, "small.yml")] == ["form-page-id"]


def test_a_page_whose_name_has_a_dot_would_part_in_the_wrong_place():
    made = replace(form(FREE), pages=(Page("first.day", "The first day", (FREE,)),))
    assert [p.code for p in problems_of(made, "small.yml")] == ["form-page-id"]


def test_advice_reaches_into_entries():
    entries = Item("list", "repeat", "Steps", items=(ASKED,), entry="step")
    assert codes(form(entries)) == [("form-no-way-out", "facts.list.asked")]


@pytest.mark.parametrize(
    ("conversion", "wrong"),
    [
        (Conversion("other", "lower_is_better", 3, "own"), []),
        (Conversion("other", "lower_is_better", 4, "own"), ["form-conversion"]),
        (Conversion("other", "higher_is_better", 3, "own"), ["form-conversion"]),
    ],
)
def test_a_conversion_turns_the_scale_round(conversion: Conversion, wrong: list[str]):
    made = form(FREE, scale=replace(CARE, conversions=(conversion,)))
    assert [problem.code for problem in problems_of(made, "small.yml")] == wrong


def test_a_numbering_that_a_scale_does_not_know_is_refused():
    from lltic.errors import UsageError

    with pytest.raises(UsageError) as told:
        CARE.converted(1, "PRISM")
    assert told.value.codes == ("unknown-conversion",)
