"""Every instrument shipped: it can be completed, traps nobody, and says whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from whole_answers import fill, say_all, say_nothing

from lltic.definitions import names
from lltic.form import Condition, Form, asked, check_complete, load_form, triggered
from lltic.form.advice import advice_on
from lltic.form.rules import is_relevant

DOCS = Path(__file__).resolve().parents[2] / "docs" / "instruments"
NAMES = names("form")
FORMS = {name: load_form(name).model for name in NAMES}

OLDER = {"sjr", "sjr_stage2", "lltic_joint"}
"""Their 'source' came before the words that say how sure we are; their pages have them."""

NO_WAY_OUT = {("sjr", path) for path in ("gate.under_18", "record.score", "problems.any")}
"""Known, and left as it is while reviews under this version are on record; see its page."""

ISSUE = {
    *("sjr", "sjr_stage2", "lltic_joint", "screening", "relatives_experience"),
    *("mental_health_review", "community_review", "primary_care_review"),
    *("rapid_review", "after_action_review"),
}


@pytest.fixture(params=NAMES)
def form(request: pytest.FixtureRequest) -> Form:
    return FORMS[request.param]


def test_all_instruments_of_the_field_are_there():
    assert set(NAMES) >= ISSUE


def test_each_has_its_page_and_the_list_names_it(form: Form):
    page = (DOCS / f"{form.name}.md").read_text("utf-8")
    for head in ("What it is for", "Who completes it", "What it sets off", "Uncertain"):
        assert f"**{head}.**" in page, head
    assert "| part | evidence |" in page
    assert f"({form.name}.md)" in (DOCS / "README.md").read_text("utf-8")


def test_no_page_is_about_a_form_that_is_not_there():
    assert {page.stem for page in DOCS.glob("*.md")} == {*NAMES, "README"}


def test_each_says_whose_words_it_has_and_how_sure_it_is(form: Form):
    assert form.wording.startswith("Written for lltic.")
    if form.name not in OLDER:
        for word in ("Sourced:", "Domain knowledge:", "Uncertain:"):
            assert word in form.source, word


def test_an_author_would_be_advised_of_nothing(form: Form):
    told = {(p.code, form.name, p.where) for p in advice_on(form)}
    assert told == {("form-no-way-out", *trap) for trap in NO_WAY_OUT if trap[0] == form.name}


def test_a_scale_says_its_direction_its_source_and_what_its_points_mean(form: Form):
    for key, scale in form.scales.items():
        assert scale.direction and scale.source, key
        assert all(point.label and point.means for point in scale.points), key


def test_every_part_of_the_care_can_be_not_applicable(form: Form):
    for page in form.pages:
        for item in page.items:
            if page.kind == "phase" and item.type == "scale":
                assert "not_applicable" in item.missing, f"{page.id}.{item.id}"


def test_whoever_knows_nothing_can_still_complete_it(form: Form):
    answers = fill(form, say_nothing)
    assert check_complete(form, answers) == []
    reached = [
        path for path, _, item in asked(form, answers) if is_relevant(path, item, form, answers)
    ]
    without = [path for path in reached if "missing" in answers.get(path, {})]
    assert len(without) > len(reached) / 4 or form.name in OLDER


def test_whoever_knows_everything_can_complete_it(form: Form):
    answers = fill(form, say_all)
    assert check_complete(form, answers) == []
    left = {
        path for path, _, item in asked(form, answers) if is_relevant(path, item, form, answers)
    }
    assert left == set(answers)


@pytest.mark.parametrize(
    ("name", "trigger", "condition"),
    [
        (name, trigger.id, condition)
        for name, form in FORMS.items()
        for trigger in form.triggers
        for condition in trigger.when_any
    ],
)
def test_each_condition_of_each_trigger_can_be_met(name: str, trigger: str, condition: Condition):
    form = FORMS[name]
    answers: dict[str, Any] = {}
    meet(form, condition, answers)
    assert trigger in [one.id for one in triggered(form, answers)]


def test_nothing_is_set_off_by_no_answer(form: Form):
    assert triggered(form, {}) == []


def test_a_second_stage_is_a_form_there_is(form: Form):
    assert {trigger.form for trigger in form.triggers} - {""} <= set(NAMES)


@pytest.mark.parametrize("name", ["lltic_joint", "rapid_review", "after_action_review"])
def test_avoidability_is_not_asked_where_it_is_not_to_be(name: str):
    form = FORMS[name]
    assert not re.search(r"avoid|prevent", " ".join(item.label for _, item in form.questions()))


# --- the second stage's scale --------------------------------------------------------------------


def test_prism_counts_avoidability_from_the_other_end():
    """RCP 1 definitely avoidable … 6 definitely not; Hogan 2015 (BMJ h3239), table 1, turned."""
    form = FORMS["sjr_stage2"]
    scale = form.scales["avoidability"]
    assert {p.value: scale.converted(p.value, "PRISM") for p in scale.points} == {
        1: 6,
        2: 5,
        3: 4,
        4: 3,
        5: 2,
        6: 1,
    }
    (prism,) = scale.conversions
    assert (scale.direction, prism.direction) == ("higher_is_better", "lower_is_better")
    (rule,) = [trigger for trigger in form.triggers if trigger.id == "more_likely_than_not"]
    likely = {scale.converted(int(level), "PRISM") for level in rule.when_any[0].equals}
    assert likely == {4, 5, 6}


# --- the family's questions ----------------------------------------------------------------------


def test_a_question_without_an_answer_keeps_the_form_open():
    form = FORMS["relatives_experience"]
    answers = fill(form, say_all)
    (entry,) = answers["questions.list"]["value"]
    answer = f"questions.list.{entry}.answer"
    for nothing in ({"value": " \n"}, None):
        fewer = (
            {**answers, answer: nothing}
            if nothing
            else {k: v for k, v in answers.items() if k != answer}
        )
        assert [problem.where for problem in check_complete(form, fewer)] == [answer]
    refused = {**answers, answer: {"missing": "not_known"}}
    assert [problem.code for problem in check_complete(form, refused)] == ["bad-missing"]


# --- our own words -------------------------------------------------------------------------------


def test_no_run_of_eight_words_is_that_of_a_form_we_were_given(data_dir: Path):
    kinds = {".json", ".xml", ".csv", ".md", ".rst"}
    files = [f for f in (data_dir / "forms").rglob("*") if f.suffix in kinds]
    assert len(files) > 10
    theirs = {run for file in files for run in runs(file.read_text("utf-8", "replace"))}
    for name, form in FORMS.items():
        for path, item in form.questions():
            said = [item.label, item.hint, *(o.label for o in item.options)]
            copied = theirs & {run for text in said for run in runs(text)}
            assert not copied, f"{name} {path}: {copied}"


def runs(text: str, length: int = 8) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return (tuple(words[at : at + length]) for at in range(len(words) - length + 1))


def meet(form: Form, condition: Condition, answers: dict[str, Any]) -> None:
    """Give the answer that a condition waits for, and those that make it be asked."""
    group, _, question = condition.item.rpartition(".")
    repeated = form.item(group)
    path = condition.item
    if repeated is not None and repeated.type == "repeat":
        answers[group] = {"value": ["a1"]}
        path = f"{group}.a1.{question}"
        if repeated.when is not None:
            meet(form, repeated.when, answers)
    item = form.item(path)
    assert item is not None
    wanted: Any = [condition.includes] if condition.includes else condition.equals[-1]
    answers[path] = {"value": int(wanted) if item.type == "scale" else wanted}
    if item.when is not None:
        meet(form, item.when, answers)
