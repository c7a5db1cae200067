"""``lltic sample`` and ``lltic sample-size``: what they draw, say, keep and refuse."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import json

import pandas as pd
import pytest
from argon2 import PasswordHasher
from deaths_by_hand import death, make_study, spell

from lltic.cli import main
from lltic.cli.sampling import design_of
from lltic.clock import system_clock
from lltic.cohort import read_cases
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person

STRATIFIED = """
name: mine
version: "1"
title: Mine
source: Ours
method: stratified
strata: [setting]
n: 6
minimum: 2
seed: 5
"""


@pytest.fixture
def study(make_study):
    settings = ["acute"] * 14 + ["community"] * 4
    spells = [
        spell(f"S{i:02}", f"p{i:02}", -5, -1, setting=setting) for i, setting in enumerate(settings)
    ]
    study = make_study(spells, [death(f"D{i:02}", f"p{i:02}") for i in range(18)])
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = Accounts(study.keys, system_clock, cheap)
    for name in ("ada", "ben"):
        accounts.add(Person(name, name.title(), "Hospital", ("reviewer",)), "correct-horse-battery")
    (study.path / "plans" / "mine.yml").write_text(STRATIFIED)
    return study


@pytest.fixture
def run(study, capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([*map(str, arguments), "--study", str(study.path)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    assert call("cohort", "build")[0] == 0
    return call


def sample_of(study) -> pd.DataFrame:
    return pd.read_parquet(study.cohort / "sample.parquet")


def test_it_says_stratum_by_stratum_what_was_drawn_and_keeps_it(run, study):
    code, out, _ = run("sample", "--plan", "mine")
    assert code == 0
    assert out.splitlines()[1:] == [
        "6 of 18 cases are taken: 6 at random without replacement from 2 strata "
        "(proportional allocation), seed 5.",
        "acute: 4 of 14 cases, each with probability 0.286 (design weight 3.50).",
        "community: 2 of 4 cases, each with probability 0.500 (design weight 2.00).",
        "sampled 6 of 18",
    ]
    kept = json.loads((study.cohort / "sample.json").read_text())
    assert json.loads(run("sample", "--plan", "mine", "--json")[1]) == kept
    assert [(s["name"], s["sampled"]) for s in kept["strata"]] == [("acute", 4), ("community", 2)]
    made = sample_of(study)
    assert made.groupby("stratum")["inclusion_probability"].unique().map(list).to_dict() == {
        "acute": [4 / 14],
        "community": [0.5],
    }
    assert design_of(study).populations == {"acute": 14, "community": 4}
    assert run("sample", "--plan", "census")[0] == 0
    assert design_of(study) is None


def test_the_draw_is_the_same_again_and_a_larger_one_keeps_it(run, study):
    run("sample", "--plan", "mine")
    first = sample_of(study)
    run("sample", "--plan", "mine")
    assert sample_of(study).equals(first)
    larger = STRATIFIED.replace("n: 6", "n: 12")
    (study.path / "plans" / "mine.yml").write_text(larger)
    run("sample", "--plan", "mine")
    assert set(first["case_id"]) < set(sample_of(study)["case_id"])


def test_cases_under_review_never_drop_out_unseen(run, study):
    run("sample", "--plan", "mine")
    assert run("allocate", "--reviewer", "ada", "--reviewer", "ben")[0] == 0
    before = {p.name: p.read_bytes() for p in study.cohort.iterdir()}
    code, out, err = run("sample", "--plan", "mine", "--seed", 6)
    assert (code, out) == (1, "")
    assert "under review" in err
    assert "--let-go" in err
    assert {p.name: p.read_bytes() for p in study.cohort.iterdir()} == before
    lost = json.loads(run("sample", "--plan", "mine", "--seed", 6, "--json")[1])["problems"]
    assert [p["code"] for p in lost] == ["reviews-outside-sample"]
    assert run("sample", "--plan", "census")[0] == 0  # which keeps them all
    assert run("sample", "--plan", "mine")[0] == 0

    code, out, _ = run("sample", "--plan", "mine", "--seed", 6, "--let-go")
    assert code == 0
    assert "not in this sample: their reviews stay on record" in out
    outside = json.loads((study.cohort / "sample.json").read_text())["under_review_outside"]
    assert len(outside) == lost[0]["count"]
    assert not set(outside) & set(sample_of(study)["case_id"])


def test_cases_under_review_that_the_cohort_lost_are_told_apart(run, study, monkeypatch):
    run("sample", "--plan", "mine")
    run("allocate", "--reviewer", "ada", "--reviewer", "ben")
    held = read_cases(study)
    drawn = set(sample_of(study)["case_id"])
    fewer = [case for case in held if case.case_id != min(drawn)]
    monkeypatch.setattr("lltic.cohort.read_cases", lambda _: fewer)
    code, out, _ = run("sample", "--plan", "census", "--json")
    assert code == 1
    problems = json.loads(out)["problems"]
    assert [(p["code"], p["count"]) for p in problems] == [("stale-assignment", 1)]
    assert not any(case_id in out for case_id in drawn)


def say(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["sample-size", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_sample_size_prints_a_row_for_each_precision(capsys):
    asked = ["--precision", "0.05", "--precision", "0.1", "--expected", "0.2"]
    code, out, _ = say(capsys, *asked, "--population", "400")
    assert code == 0
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["half-width", "cases"],
        ["0.05", "152"],
        ["0.1", "53"],
    ]
    data = json.loads(say(capsys, *asked, "--json")[1])
    assert data["sizes"][0] == {"precision": 0.05, "cases": 245}
    strata = ["--stratified", "acute=300:0.2", "--stratified", "community=100"]
    out = say(capsys, "--precision", "0.05", *strata)[1]
    assert out.splitlines()[-1].split() == ["0.05", "165", "135", "80"]
    out = say(capsys, "--precision", "0.1", "--agreement", "icc", "--expected", "0.8")[1]
    assert out.splitlines()[-1].split() == ["0.1", "55"]


@pytest.mark.parametrize(
    ("asked", "exit_code", "said"),
    [
        (["--agreement", "kappa"], 2, ["needs the coefficient"]),
        (["--stratified", "a", "--stratified", "b=x"], 2, ["--stratified a:", "--stratified b=x:"]),
        (["--stratified", "a=9", "--population", "9"], 2, ["give the population"]),
        (["--expected", "2", "--confidence", "95"], 1, ["not a share", "not a coverage"]),
        (["--agreement", "phi"], 2, []),
        (["--stratified", "=9", "--stratified", "a=9:0.1"], 2, ["--stratified =9:"]),
        (["--stratified", "a=9", "--stratified", "a=8"], 2, ["a: is given twice"]),
        (["--prevalence", "0.2", "--readers", "3"], 2, ["--prevalence: ", "--readers: "]),
        (["--agreement", "kappa", "--expected", "0.6", "--readers", "3"], 2, ["--readers: "]),
    ],
)
def test_what_sample_size_cannot_answer(capsys, asked, exit_code, said):
    code, out, err = say(capsys, "--precision", "0.1", *asked)
    assert (code, out) == (exit_code, "")
    assert all(words in err for words in said)
    assert "Traceback" not in err
