"""Two versions of a form: each difference is named, and what it does to old answers."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import pytest

from lltic.form import (
    Concordance,
    Condition,
    Conversion,
    Form,
    Item,
    Option,
    Page,
    Scale,
    ScalePoint,
    Trigger,
)
from lltic.form.compare import Change, compare

YES_NO = (Option("yes", "Yes"), Option("no", "No"))
CARE = Scale(
    "Care",
    "higher_is_better",
    (ScalePoint(1, "Poor", "late"), ScalePoint(2, "Good", "timely")),
    "our own",
)
SEEN = Item("seen", "choice", "Was she seen?", options=YES_NO, missing=("not_in_notes",))
AGE = Item("age", "number", "Age", minimum=0, maximum=120, unit="years")
SEEN_ON = Item("seen_on", "date", "When?", precision=("day", "month"))
SCORE = Item("score", "scale", "Care was", scale="care", required=True)
HARM = Item("harm", "choice", "Harm?", options=YES_NO)
LIST = Item("list", "repeat", "Problems", items=(HARM,), entry="problem", at_most=5)
OLD = Form(
    name="small",
    version="1",
    title="Small",
    source="made up",
    wording="ours",
    scales={"care": CARE},
    pages=(Page("facts", "Facts", (SEEN, AGE, SEEN_ON)), Page("care", "Care", (SCORE, LIST))),
    triggers=(Trigger("poor", "escalation", "Poor", (Condition("care.score", ("1",)),)),),
    concordance=(Concordance("care.score", 0),),
)


def facts(*items: Item) -> Form:
    return replace(OLD, pages=(replace(OLD.pages[0], items=items), OLD.pages[1]))


def care(*items: Item) -> Form:
    return replace(OLD, pages=(OLD.pages[0], replace(OLD.pages[1], items=items)))


def scale(**changes) -> Form:
    return replace(OLD, scales={"care": replace(CARE, **changes)})


def brief(changes: tuple[Change, ...]) -> list[tuple[str, str, bool]]:
    return [(c.what, c.where, c.keeps_answers) for c in changes]


def test_a_form_is_no_different_from_itself():
    assert compare(OLD, OLD) == ()
    assert compare(OLD, replace(OLD, version="2", title="Other")) == ()


NEW = Item("new", "text", "Anything else?")

CASES = {
    "added": (facts(SEEN, AGE, SEEN_ON, NEW), [("added", "facts.new", True)]),
    "removed": (facts(SEEN, SEEN_ON), [("removed", "facts.age", False)]),
    "renamed": (
        facts(SEEN, replace(AGE, id="age_at_death"), SEEN_ON),
        [("renamed", "facts.age", False)],
    ),
    "moved": (facts(AGE, SEEN_ON, SEEN), [("moved", "facts.seen", True)]),
    "other type": (
        facts(SEEN, Item("age", "line", "Age"), SEEN_ON),
        [("type", "facts.age", False)],
    ),
    "other words": (
        facts(replace(SEEN, label="Was she seen by a doctor?"), AGE, SEEN_ON),
        [("words", "facts.seen", True)],
    ),
    "needed now": (
        facts(replace(SEEN, required=True), AGE, SEEN_ON),
        [("needed", "facts.seen", True)],
    ),
    "asked sometimes": (
        facts(SEEN, AGE, replace(SEEN_ON, when=Condition("facts.seen", ("yes",)))),
        [("asked-when", "facts.seen_on", False)],
    ),
    "other words for a reason": (
        facts(replace(SEEN, missing_labels={"not_in_notes": "no notes"}), AGE, SEEN_ON),
        [("missing", "facts.seen", True)],
    ),
    "a page called otherwise": (
        replace(OLD, pages=(replace(OLD.pages[0], title="Facts first"), OLD.pages[1])),
        [("words", "facts", True)],
    ),
    "converted": (
        scale(conversions=(Conversion("other", "lower_is_better", 3, "own"),)),
        [("scale", "scales.care", True)],
    ),
    "one option less": (
        facts(replace(SEEN, options=YES_NO[:1]), AGE, SEEN_ON),
        [("options", "facts.seen", False)],
    ),
    "one option more": (
        facts(replace(SEEN, options=(*YES_NO, Option("later", "Later"))), AGE, SEEN_ON),
        [("options", "facts.seen", True)],
    ),
    "options turned round": (
        facts(replace(SEEN, options=YES_NO[::-1]), AGE, SEEN_ON),
        [("options", "facts.seen", True)],
    ),
    "one reason less": (
        facts(replace(SEEN, missing=()), AGE, SEEN_ON),
        [("missing", "facts.seen", False)],
    ),
    "other unit": (
        facts(SEEN, replace(AGE, unit="months"), SEEN_ON),
        [("bounds", "facts.age", False)],
    ),
    "wider": (facts(SEEN, replace(AGE, maximum=130), SEEN_ON), [("bounds", "facts.age", True)]),
    "unbounded": (
        facts(SEEN, replace(AGE, maximum=None), SEEN_ON),
        [("bounds", "facts.age", True)],
    ),
    "narrower": (facts(SEEN, replace(AGE, minimum=18), SEEN_ON), [("bounds", "facts.age", False)]),
    "date must be exact": (
        facts(SEEN, AGE, replace(SEEN_ON, precision=("day",))),
        [("bounds", "facts.seen_on", False)],
    ),
    "fewer entries": (
        care(SCORE, replace(LIST, at_most=2)),
        [("bounds", "care.list", False)],
    ),
    "within entries": (
        care(SCORE, replace(LIST, items=(replace(HARM, options=YES_NO[:1]),))),
        [("options", "care.list.harm", False)],
    ),
    "scale turned round": (
        scale(direction="lower_is_better"),
        [("scale", "scales.care", False)],
    ),
    "a point less": (scale(points=CARE.points[:1]), [("scale", "scales.care", False)]),
    "a point called otherwise": (
        scale(points=(replace(CARE.points[0], means="unsafe"), CARE.points[1])),
        [("scale", "scales.care", True)],
    ),
    "one side only": (
        replace(OLD, pages=(replace(OLD.pages[0], by=("primary_care",)), OLD.pages[1])),
        [("discipline", "facts", False)],
    ),
    "no trigger": (replace(OLD, triggers=()), [("trigger", "triggers.poor", True)]),
    "no concordance": (replace(OLD, concordance=()), [("concordance", "concordance", True)]),
}


@pytest.mark.parametrize(("new", "expected"), CASES.values(), ids=CASES)
def test_each_difference_is_named(new: Form, expected: list[tuple[str, str, bool]]):
    assert brief(compare(OLD, new)) == expected


def test_what_is_asked_of_more_people_or_more_often_keeps_its_answers():
    when = Condition("facts.seen", ("yes",))
    narrow = facts(SEEN, AGE, replace(SEEN_ON, when=when))
    assert brief(compare(narrow, OLD)) == [("asked-when", "facts.seen_on", True)]
    one_side = CASES["one side only"][0]
    assert brief(compare(one_side, OLD)) == [("discipline", "facts", True)]


def test_two_of_the_same_words_are_not_taken_for_one_another():
    twins = (Item("a", "text", "Why?"), Item("b", "text", "Why?"))
    old, new = facts(*twins), facts(replace(twins[0], id="c"), replace(twins[1], id="d"))
    assert {change.what for change in compare(old, new)} == {"removed", "added"}


def test_a_question_renamed_and_changed_is_told_as_both():
    new = facts(SEEN, replace(AGE, id="years", maximum=100), SEEN_ON)
    assert brief(compare(OLD, new)) == [
        ("renamed", "facts.age", False),
        ("bounds", "facts.years", False),
    ]


def test_one_that_moves_past_many_is_told_once():
    items = tuple(Item(f"q{n}", "line", f"Question {n}") for n in range(8))
    (change,) = compare(facts(*items), facts(*items[1:], items[0]))
    assert (change.what, change.where, change.says) == (
        "moved",
        "facts.q0",
        "is asked after facts.q7",
    )


def test_a_change_is_plain_data():
    (change,) = compare(OLD, replace(OLD, triggers=()))
    assert dataclasses.asdict(change)["says"] == "acts no more"


def test_a_page_that_marks_another_part_of_the_journey_is_named():
    page = replace(OLD.pages[0], phase="ongoing")
    (change,) = compare(OLD, replace(OLD, pages=(page, *OLD.pages[1:])))
    assert (change.what, change.where, change.keeps_answers) == ("words", page.id, True)
