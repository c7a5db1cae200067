"""From an extract to the worklists, on the command line."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import errno
import json
import os

import pandas as pd
import pytest
from argon2 import PasswordHasher
from deaths_by_hand import death, make_study, spell

from lltic.cli import main
from lltic.clock import system_clock
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.read import events

NAMES = ("ada", "ben", "cleo")


@pytest.fixture
def study(make_study):
    spells = [spell(f"S{i:02}", f"p{i:02}", -5, -1) for i in range(12)]
    study = make_study(spells, [death(f"D{i:02}", f"p{i:02}") for i in range(12)])
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = Accounts(study.keys, system_clock, cheap)
    for name in NAMES:
        accounts.add(Person(name, name.title(), "Hospital", ("reviewer",)), "correct-horse-battery")
    return study


@pytest.fixture
def run(study, capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([*map(str, arguments), "--study", str(study.path)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def reviewers(*names: str) -> list[str]:
    return [part for name in names for part in ("--reviewer", name)]


def assignments(study):
    return pd.read_parquet(study.cohort / "assignments.parquet")


def test_build_prints_the_attrition_and_the_counts_last(run):
    code, out, _ = run("cohort", "build")
    assert code == 0
    lines = out.splitlines()
    assert lines[-1] == "cases 12 in_hospital 0 post_discharge 12"
    assert any(line.startswith("duplicate-registration  12    0         12") for line in lines)


def test_explain_prints_the_sentence_last(run):
    run("cohort", "build")
    code, out, _ = run("cohort", "explain", "p03")
    assert code == 0
    assert out.splitlines()[-1] == (
        "Died 1 day after discharge from spell S03 (acute, provider X); "
        "a later spell at another provider: no."
    )
    assert "rules: post-discharge" in out
    code, out, err = run("cohort", "explain", "nobody")
    assert (code, out) == (2, "")
    assert "nobody" not in err


def test_list_names_the_definitions_with_their_hashes(run):
    code, out, _ = run("cohort", "list", "--json")
    assert code == 0
    assert {"lltic", "in_hospital_deaths"} <= {d["name"] for d in json.loads(out)}


def test_a_broken_definition_is_one_message_and_writes_nothing(run, study):
    (study.path / "cohorts" / "mine.yml").write_text("name: mine\nversion: [1\n")
    code, out, err = run("cohort", "build", "--definition", "mine")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "mine.yml, line" in err
    assert list(study.cohort.iterdir()) == []


def test_the_path_from_cohort_to_worklist(run, study):
    run("cohort", "build")
    code, out, _ = run("sample", "--plan", "simple", "--seed", 3)
    assert (code, out.splitlines()[-1]) == (0, "sampled 12 of 12")
    assert json.loads((study.cohort / "sample.json").read_text())["seed"] == 3
    code, out, _ = run("allocate", *reviewers(*NAMES))
    assert code == 0
    assert out.splitlines()[-1] == "assigned 24 reviews; 24 in all on 12 cases"
    made = assignments(study)
    assert set(made["reviewer"].value_counts()) == {8}
    on_record = {e.review_id for e in events(study) if e.kind == "assigned"}
    assert on_record == set(made["review_id"])
    book = json.loads((study.cohort / "casebook.json").read_text())
    assert set(book) == set(made["case_id"])


def test_running_it_again_adds_nothing_and_a_third_reader_is_added(run, study):
    run("cohort", "build")
    run("sample")
    run("allocate", *reviewers(*NAMES))
    before = assignments(study)
    _, out, _ = run("allocate", *reviewers(*NAMES), "--seed", 9)
    assert out.splitlines()[-1] == "assigned 0 reviews; 24 in all on 12 cases"
    assert assignments(study).equals(before)
    _, out, _ = run("allocate", *reviewers(*NAMES), "--readers", 3)
    assert out.splitlines()[-1] == "assigned 12 reviews; 36 in all on 12 cases"
    after = assignments(study)
    kept = after[after["position"] < 3].reset_index(drop=True)
    assert kept.equals(before)


@pytest.mark.parametrize(
    ("steps", "last", "code", "said"),
    [
        ([], ["sample"], 1, "lltic cohort build"),
        ([["cohort", "build"]], ["allocate", *reviewers(*NAMES)], 1, "lltic sample"),
        ([["cohort", "build"]], ["sample", "--plan", "cencus"], 2, "Did you mean census?"),
        (
            [["cohort", "build"], ["sample"]],
            ["allocate", "--reviewer", "ada"],
            2,
            "at least as many reviewers",
        ),
        (
            [["cohort", "build"], ["sample"]],
            ["allocate", *reviewers("ada", "eve")],
            1,
            "eve: has no account",
        ),
        (
            [
                ["cohort", "build"],
                ["sample"],
                ["cohort", "build", "--definition", "in_hospital_deaths"],
            ],
            ["allocate", *reviewers(*NAMES)],
            1,
            "Run 'lltic sample' again",
        ),
        (
            [
                ["cohort", "build"],
                ["sample"],
                ["allocate", *reviewers(*NAMES)],
                ["cohort", "build", "--definition", "in_hospital_deaths"],
            ],
            ["allocate", *reviewers(*NAMES)],
            1,
            "cases under review",
        ),
    ],
)
def test_a_step_out_of_place_says_what_to_do_and_changes_nothing(
    run, study, steps, last, code, said
):
    for step in steps:
        assert run(*step)[0] == 0
    before = {p.name: p.read_bytes() for p in study.cohort.iterdir()}
    got, out, err = run(*last)
    assert (got, out) == (code, "")
    assert said in err
    assert "Traceback" not in err
    assert {p.name: p.read_bytes() for p in study.cohort.iterdir()} == before


@pytest.mark.parametrize("command", [["sample"], ["allocate", *reviewers(*NAMES)]])
def test_a_full_disk_leaves_sample_and_assignments_as_they_were(run, study, monkeypatch, command):
    run("cohort", "build")
    run("sample")
    run("allocate", *reviewers("ada", "ben"))
    (study.cohort / "assignments.parquet").unlink()
    before = {p.name: p.read_bytes() for p in study.cohort.iterdir()}

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert "No space left on device" in err
    assert {p.name: p.read_bytes() for p in study.cohort.iterdir()} == before
