"""What follows when reviews are in: triggers, concordance, what needs no talk."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import yaml

from lltic.definitions import shipped
from lltic.errors import LlticError
from lltic.form import (
    Concordance,
    differing,
    is_concordant,
    load_form,
    merged,
    triggered,
)

SJR, JOINT = (load_form(name).model for name in ("sjr", "lltic_joint"))


def score(value) -> dict:
    return {"overall.score": {"value": value}}


@pytest.mark.parametrize(
    ("answers", "set_off"),
    [
        (score(3), []),
        (score(2), ["poor_care_second_stage", "poor_care"]),
        ({"problems.monitoring.harm": {"value": "yes"}}, []),  # no problem: never asked
        (
            {
                "problems.any": {"value": "yes"},
                "problems.types": {"value": ["monitoring"]},
                "problems.monitoring.harm": {"value": "probably"},
            },
            ["harm_second_stage", "harm"],
        ),
        ({}, []),
        ({"overall.score": {"missing": "not_in_notes"}}, []),
    ],
)
def test_what_answers_set_off(answers, set_off):
    assert [t.id for t in triggered(SJR, answers)] == set_off


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        (score(3), score(4), True),
        (score(2), score(4), False),
        (score(3), {"overall.score": {"missing": "not_in_notes"}}, False),
        ({"overall.score": {"missing": "not_in_notes"}},) * 2 + (True,),
        ({}, {}, True),
    ],
)
def test_who_agrees_enough(first, second, agree):
    assert is_concordant(SJR, [first, second]) is agree


def test_words_and_choices_agree_when_they_are_the_same():
    form = replace(SJR, concordance=(Concordance("problems.any"),))
    yes, no = {"problems.any": {"value": "yes"}}, {"problems.any": {"value": "no"}}
    assert is_concordant(form, [yes, yes]) and not is_concordant(form, [yes, no])


def test_one_reader_agrees_with_themselves():
    assert is_concordant(SJR, [score(1)])


def test_what_one_side_alone_was_asked_needs_no_talk():
    primary = JOINT.for_discipline("primary_care"), {"before.score": {"value": 4}, **score(3)}
    secondary = JOINT.for_discipline("secondary_care"), {"stay.score": {"value": 2}, **score(4)}
    sides = [primary, secondary]
    assert merged(sides) == {"before.score": {"value": 4}, "stay.score": {"value": 2}}
    assert differing(sides) == ["overall.score"]


def test_what_only_one_of_two_answered_is_for_them_to_settle():
    sides = [(SJR, {"lessons.text": {"value": "Call earlier."}}), (SJR, {})]
    assert merged(sides) == {} and differing(sides) == ["lessons.text"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f["triggers"].append(copy.deepcopy(f["triggers"][2])), "form-duplicate-trigger"),
        (lambda f: f["triggers"][0].update(when_any=[]), "form-trigger-never"),
        (lambda f: f["triggers"][0].update(form=""), "form-trigger-form"),
        (lambda f: f["triggers"][2].update(form="sjr_stage2"), "form-trigger-form"),
        (
            lambda f: f["triggers"][0]["when_any"][0].update(item="overall.nothing"),
            "form-condition-item",
        ),
        (
            lambda f: f["triggers"][0]["when_any"][0].update(equals=["7"]),
            "form-condition-value",
        ),
        (lambda f: f["concordance"][0].update(item="x.y"), "form-concordance-item"),
        (
            lambda f: f["concordance"][0].update(item="problems.any"),
            "form-concordance-within",
        ),
    ],
)
def test_each_fault_of_an_outcome_has_its_code(tmp_path, change, code):
    data = yaml.safe_load((shipped("form") / "sjr.yml").read_text("utf-8"))
    change(data)
    folder = tmp_path / "review_forms"
    folder.mkdir()
    (folder / "sjr.yml").write_text(yaml.safe_dump(data, sort_keys=False))
    with pytest.raises(LlticError) as error:
        load_form("sjr", tmp_path)
    assert code in error.value.codes
