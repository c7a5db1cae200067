"""``lltic cohort``: what may be asked where, and what is said to a call that is off."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import json
from pathlib import Path

import pytest
from deaths_by_hand import death, make_study, spell

from lltic.cli import main
from lltic.study import Study


@pytest.fixture
def study(make_study) -> Study:
    """Somebody who died in hospital, on the last day of March 2024."""
    return make_study([spell("S", "p", -5, 0, died_in_hospital=True)], [death("D", "p")])


@pytest.fixture
def call(capsys):
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([*map(str, arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_definitions_can_be_listed_shown_and_checked_without_a_study(
    call, tmp_path: Path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    code, out, _ = call("cohort", "list", "--json")
    assert code == 0
    names = [one["name"] for one in json.loads(out)]
    assert "lltic" in names
    assert call("cohort", "show", names[0])[0] == 0
    assert call("cohort", "check", "in_hospital_deaths")[0] == 0


def test_the_range_is_about_the_definition_as_it_was_changed(call, study):
    asked = ("cohort", "completeness", "--definition", "next_stage_review", "--study", study.path)
    told = [
        json.loads(call(*asked, "--set", f"month={month}", "--json")[1])
        for month in ("2024-03", "2024-04")
    ]
    assert told[0]["definition_hash"] != told[1]["definition_hash"]


def test_an_address_in_the_environment_is_for_the_engines_that_have_one(call, study, monkeypatch):
    monkeypatch.setenv("LLTIC_ENGINE_AT", "nowhere")
    assert call("cohort", "build", "--study", study.path)[0] == 0
    code, _, said = call("cohort", "build", "--engine", "postgres", "--study", study.path)
    assert code == 2 and "is not the address of a PostgreSQL database" in said
    code, _, said = call("cohort", "build", "--at", "here", "--study", study.path)
    assert code == 2 and "DuckDB runs in this process" in said


@pytest.mark.parametrize("cut", ["2024-13-01", "1.5.2024", "", "yesterday"])
def test_a_day_that_is_none_is_told_with_one_that_is(call, study, cut):
    code, _, said = call("cohort", "completeness", "--cut", cut, "--study", study.path)
    assert code == 2
    assert "--cut: is not a day. Allowed: year, month and day, such as 2026-10-12." in said


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("build", "--set", "month=2024-03"), "lltic: lets nothing be changed."),
        (("build", "--set", "month"), "Allowed: NAME=VALUE, such as month=2016-10."),
        (("build", "--set", "a=1", "--set", "a=2"), "--set a: is given more than once."),
        (("build", "--definition", "ltic"), "Did you mean lltic?"),
        (("build", "--engine", "duck"), "Allowed: duckdb, postgres, spark."),
        (("diff", "lltic"), "Allowed: diff A B, diff --with DIR [NAME]."),
        (("completeness", "--list", "undated"), "Allowed: activity-after-death,"),
    ],
)
def test_a_call_that_is_off_says_what_would_be_right(call, study, wrong, said):
    code, _, told = call("cohort", *wrong, "--study", study.path)
    assert code == 2
    assert said in told
