"""Entries of two readers beside each other: compared by what they say, merged whole or not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lltic.form import (
    Concordance,
    Condition,
    Form,
    Item,
    Option,
    Page,
    Scale,
    ScalePoint,
    apart,
    check_value,
    contents,
    differing,
    is_concordant,
    matched,
    merged,
)
from lltic.form.entries import Match

KINDS = tuple(Option(one, one.capitalize()) for one in ("fluids", "falls", "drugs"))
KIND = Item("kind", "choice", "What kind?", options=KINDS, required=True)
HARM = Item("harm", "choice", "Harm?", options=(Option("yes", "Yes"), Option("no", "No")))
HARM = replace(HARM, missing=("not_known",))
WORDS = Item("words", "text", "What?", when=Condition("problems.list.harm", equals=("yes",)))
LIST = Item("list", "repeat", "Problems", items=(KIND, HARM, WORDS), entry="problem", at_most=9)
CARE = Scale("Care", "higher_is_better", tuple(ScalePoint(n, str(n)) for n in range(1, 6)))
FORM = Form(
    name="small",
    version="1",
    title="Small",
    source="made up",
    wording="ours",
    scales={"care": CARE},
    pages=(
        Page("problems", "Problems", (LIST,), kind="problems"),
        Page("overall", "Overall", (Item("score", "scale", "Care was", scale="care"),)),
    ),
)
PATH = "problems.list"


def sheet(*entries: dict, **more) -> dict:
    """Answers with entries given as ``{"id": …, question: value}``."""
    found: dict = {PATH: {"value": [e["id"] for e in entries]}} if entries else {}
    for entry in entries:
        for key, value in entry.items():
            if key != "id":
                said = {"missing": value[1:]} if value.startswith("-") else {"value": value}
                found[f"{PATH}.{entry['id']}.{key}"] = said
    return {**found, **more}


def entry(one: str, kind: str = "fluids", harm: str = "no", **more: str) -> dict:
    return {"id": one, "kind": kind, "harm": harm, **more}


def pair(first: dict, second: dict):
    return [(FORM, first), (FORM, second)]


def test_the_same_entries_under_other_ids_and_in_another_order_need_no_talk():
    first = sheet(entry("a1"), entry("b2", "falls", "yes", words="Fell at night."))
    second = sheet(entry("x", "falls", "yes", words="Fell at night."), entry("y"))
    assert merged(pair(first, second)) == first
    assert differing(pair(first, second)) == []


def test_entries_that_both_have_are_merged_whole_and_the_rest_is_to_be_settled():
    first = sheet(entry("a1"), entry("b2", "falls"))
    second = sheet(entry("x", "drugs", "yes"), entry("y"))
    assert merged(pair(first, second)) == sheet(entry("a1"))
    assert differing(pair(first, second)) == [PATH]


def test_an_entry_is_never_half_merged():
    """One answer apart, and nothing of the entry is taken for agreed."""
    first, second = sheet(entry("a1", harm="yes")), sheet(entry("x", harm="no"))
    assert merged(pair(first, second)) == {} and differing(pair(first, second)) == [PATH]


def test_what_branching_does_not_ask_is_not_compared():
    first = sheet(entry("a1", harm="no", words="Left over."))
    assert differing(pair(first, sheet(entry("x")))) == []
    assert merged(pair(first, sheet(entry("x")))) == sheet(entry("a1"))


def test_what_one_says_twice_the_other_must_say_twice():
    first, second = sheet(entry("a1"), entry("b2")), sheet(entry("x"))
    assert merged(pair(first, second)) == sheet(entry("a1"))
    assert differing(pair(first, second)) == [PATH]


def test_who_has_none_for_a_reason_and_who_has_some_differ():
    none = {PATH: {"missing": "not_applicable"}}
    assert merged(pair(none, none)) == none and differing(pair(none, none)) == []
    assert merged(pair(none, sheet(entry("x")))) == {}
    assert differing(pair(none, sheet(entry("x")))) == [PATH]
    assert differing(pair({}, sheet(entry("x")))) == [PATH]


def ids(first: dict, second: dict) -> list[Match]:
    told = [contents(FORM, PATH, LIST, answers) for answers in (first, second)]
    return matched(LIST, told)


def test_entries_about_the_same_thing_stand_beside_each_other():
    first = sheet(entry("a1", "fluids", "yes", words="Not charted."), entry("b2", "drugs", "no"))
    second = sheet(entry("x", "falls", "no"), entry("y", "fluids", "yes", words="None given."))
    assert ids(first, second) == [
        Match(("a1", "y"), same=False),  # two answers shared, the words are nobody's
        Match(("b2", "x"), same=False),  # one
    ]


def test_of_equals_the_earlier_goes_first_and_a_reason_for_none_is_no_common_ground():
    first = sheet(entry("a1", "fluids", "-not_known"), entry("b2", "fluids", "yes"))
    second = sheet(entry("x", "fluids", "no"), entry("y", "drugs", "-not_known"))
    assert ids(first, second) == [
        Match(("a1", "x"), same=False),
        Match(("b2", ""), same=False),
        Match(("", "y"), same=False),
    ]


def test_three_readers_are_matched_too():
    sides = [sheet(entry("a", "falls"), entry("b")), sheet(entry("c")), sheet(entry("d", "falls"))]
    told = [contents(FORM, PATH, LIST, answers) for answers in sides]
    assert matched(LIST, told) == [
        Match(("a", "", "d"), same=False),
        Match(("b", "c", ""), same=False),
    ]


entries = st.lists(
    st.tuples(st.sampled_from(("fluids", "falls")), st.sampled_from(("yes", "no", "-not_known"))),
    max_size=5,
)


def made(drawn, letter: str) -> dict:
    return sheet(*(entry(f"{letter}{n}", kind, harm) for n, (kind, harm) in enumerate(drawn)))


@given(first=entries, second=entries, third=entries)
def test_every_entry_is_in_one_match_and_the_merged_sheet_can_be_stored(first, second, third):
    sides = [made(drawn, letter) for drawn, letter in ((first, "a"), (second, "b"), (third, "c"))]
    told = [contents(FORM, PATH, LIST, answers) for answers in sides]
    matches = matched(LIST, told)
    for n, entries_of_side in enumerate(told):
        assert sorted(m.ids[n] for m in matches if m.ids[n]) == sorted(entries_of_side)
    for match in matches:
        said = [told[n][one] for n, one in enumerate(match.ids) if one]
        assert match.same == (len(said) == 3 and all(one == said[0] for one in said))
    both = merged([(FORM, answers) for answers in sides])
    for path, answer in both.items():
        assert check_value(FORM, path, answer) == []
        assert path == PATH or FORM.entry(path).entry_id in both[PATH]["value"]
    same = sorted(first) == sorted(second) == sorted(third)
    assert (differing([(FORM, a) for a in sides]) == []) == same


@given(first=entries)
def test_a_sheet_agrees_with_itself_in_any_order(first):
    one, other = made(first, "a"), made(list(reversed(first)), "b")
    assert differing(pair(one, other)) == []
    agreeing = replace(FORM, concordance=(Concordance(PATH),))
    assert is_concordant(agreeing, [one, other])


# -- agreement that a form asks for on what repeats -------------------------------------------


@pytest.mark.parametrize(
    ("named", "second", "agree"),
    [
        (PATH, sheet(entry("x", "falls", "yes", words="Other words.")), True),
        (PATH, sheet(entry("x", "falls", "no")), False),
        (PATH, {}, False),
        (f"{PATH}.kind", sheet(entry("x", "falls", "no")), True),
        (f"{PATH}.kind", sheet(entry("x", "drugs", "yes")), False),
        (f"{PATH}.kind", {}, False),
    ],
)
def test_a_form_may_ask_for_agreement_on_entries_or_on_one_question_of_them(named, second, agree):
    form = replace(FORM, concordance=(Concordance(named),))
    first = sheet(entry("a1", "falls", "yes", words="Fell at night."))
    assert is_concordant(form, [first, second]) is agree
    (found,) = [d for d in apart([(form, first), (form, second)]) if d.path == PATH] or [None]
    assert (found is not None and found.decides) is not agree


def test_how_far_two_scores_lie_apart_and_what_decides():
    form = replace(FORM, concordance=(Concordance("overall.score", within=1),))

    def found(*scores):
        sides = [{"overall.score": {"value": one}} for one in scores]
        return [(d.path, d.levels, d.decides) for d in apart([(form, side) for side in sides])]

    assert found(3, 3) == []
    assert found(3, 4) == [("overall.score", 1, False)]
    assert found(1, 4) == [("overall.score", 3, True)]
    none = {"overall.score": {"missing": "not_applicable"}}
    (one,) = apart([(form, none), (form, {"overall.score": {"value": 3}})])
    assert (one.levels, one.decides) == (None, True)


# -- two sides of a joint review ------------------------------------------------------------------


def test_entries_that_one_side_alone_was_asked_for_need_no_talk():
    own = Page("before", "Before", (replace(LIST, id="own"),), by=("primary_care",))
    own = replace(own, items=(replace(own.items[0], items=(KIND,)),))
    form = replace(FORM, pages=(own, *FORM.pages))
    sides = [form.for_discipline(one) for one in ("primary_care", "secondary_care")]
    first = sheet(entry("a1", "falls"), entry("b2"))
    first |= {"before.own": {"value": ["c3"]}, "before.own.c3.kind": {"value": "drugs"}}
    second = sheet(entry("x"))
    both = [(sides[0], first), (sides[1], second)]
    expected = {path: first[path] for path in ("before.own", "before.own.c3.kind")}
    assert merged(both) == {**expected, **sheet(entry("b2"))}
    assert differing(both) == [PATH]
