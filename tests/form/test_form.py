"""Forms: the grammar, the branching, the validation, and the one that is shipped."""

from __future__ import annotations

import copy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from small_study import COMPLETE

from lltic.definitions import find, names
from lltic.errors import LlticError
from lltic.form import check_complete, check_value, load_form, page_progress, resolve
from lltic.form.model import Form
from lltic.records import from_plain, to_plain

FORM = load_form("sjr").model


@pytest.mark.parametrize("name", names("form"))
def test_every_shipped_form_survives_the_trip_to_plain_data(name):
    form = load_form(name).model
    assert from_plain(Form, to_plain(form)) == form


def test_the_scale_says_which_end_is_good():
    care = FORM.scales["care"]
    assert care.direction == "higher_is_better" and care.levels == (1, 2, 3, 4, 5)
    assert set(FORM.scored_items()) == {
        *(f"{p.id}.score" for p in FORM.pages if p.kind in ("phase", "overall")),
        "record.score",
    }


def test_a_complete_review_has_no_problems():
    assert check_complete(FORM, COMPLETE) == []


@pytest.mark.parametrize("path", COMPLETE)
def test_every_answer_of_a_complete_review_is_needed(path):
    fewer = {p: a for p, a in COMPLETE.items() if p != path}
    assert path in [problem.where for problem in check_complete(FORM, fewer)]


def test_white_space_is_no_judgement():
    blank = {**COMPLETE, "admission.judgement": {"value": " \n\t"}}
    assert [p.where for p in check_complete(FORM, blank)] == ["admission.judgement"]


def test_a_phase_that_does_not_apply_needs_no_words():
    answers = {**COMPLETE, "admission.score": {"missing": "not_applicable"}}
    del answers["admission.judgement"]
    assert check_complete(FORM, answers) == []


def test_every_item_says_why_it_has_no_answer():
    sheet = resolve(FORM, {**COMPLETE, "problems.any": {"value": "no"}})
    assert sheet["procedure.score"]["missing"] == "not_applicable"
    assert sheet["gate.family_concern"]["missing"] == "not_in_notes"
    assert sheet["problems.types"]["missing"] == "not_reached"
    assert sheet["problems.monitoring.harm"]["missing"] == "not_reached"
    assert sheet["lessons.text"]["missing"] == "missing"
    assert sheet["overall.score"] == {"value": 3, "missing": ""}


def test_a_hidden_answer_is_kept_but_not_reported():
    answers = {**COMPLETE, "problems.any": {"value": "no"}}
    assert resolve(FORM, answers)["problems.monitoring.harm"]["value"] is None
    assert check_complete(FORM, answers) == []


def test_progress_of_a_page():
    page = FORM.page("admission")
    assert page is not None and page_progress(FORM, page, {}) == "todo"
    assert page_progress(FORM, page, {"admission.judgement": {"value": "x"}}) == "started"
    assert page_progress(FORM, page, COMPLETE) == "done"
    optional = FORM.page("lessons")
    assert optional is not None and page_progress(FORM, optional, COMPLETE) == "optional"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from([p for p, _, _ in FORM.items()]) | st.text(), json_values)
def test_whatever_is_sent_checking_only_answers_with_problems(path, answer):
    for problem in check_value(FORM, path, answer):
        assert problem.code in {
            "unknown-item",
            "bad-answer",
            "bad-missing",
            "bad-value",
            "text-too-long",
        }


def broken(change) -> LlticError:
    raw = yaml.safe_load(find("form", "sjr").read_text())
    change(raw)
    return raw


def drop_title(form):
    del form["title"]


def unknown_scale(form):
    form["pages"][1]["items"][1]["scale"] = "caer"


def twice(form):
    form["pages"][1]["items"].append(copy.deepcopy(form["pages"][1]["items"][0]))


def no_options(form):
    form["pages"][0]["items"][0]["options"] = []


def condition_on_nothing(form):
    form["pages"][0]["items"][0]["when"] = {"item": "nowhere.x", "answered": "true"}


def condition_without_test(form):
    form["pages"][8]["items"][1]["when"] = {"item": "problems.any"}


def condition_on_no_option(form):
    form["pages"][8]["items"][1]["when"] = {"item": "problems.any", "equals": ["maybe"]}


def one_point(form):
    form["scales"]["care"]["points"] = form["scales"]["care"]["points"][:1]


def unknown_key(form):
    form["pages"][0]["colour"] = "red"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (drop_title, "definition-missing-key"),
        (unknown_key, "definition-unknown-key"),
        (unknown_scale, "form-unknown-scale"),
        (twice, "form-duplicate-item"),
        (no_options, "form-no-options"),
        (condition_on_nothing, "form-condition-item"),
        (condition_without_test, "form-condition-test"),
        (condition_on_no_option, "form-condition-value"),
        (one_point, "form-scale"),
    ],
)
def test_a_broken_form_is_refused_by_name(tmp_path, change, code):
    folder = tmp_path / "review_forms"
    folder.mkdir()
    (folder / "sjr.yml").write_text(yaml.safe_dump(broken(change), sort_keys=False))
    with pytest.raises(LlticError) as error:
        load_form("sjr", tmp_path)
    assert code in error.value.codes
