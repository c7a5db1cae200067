"""Which cases enter and leave between two definitions or two cuts, and why."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from deaths_by_hand import DEATH, death, make_study, spell, write_extract

from lltic.cli import main
from lltic.cohort import build, diff_cuts, diff_definitions
from lltic.study import Study

SPELLS = [
    spell("S1", "a", -5, -1),
    spell("S2", "b", -50, 0, died_in_hospital=True),
    spell("S3", "c", -5, -1, setting="community"),
    spell("S4", "d", -20, -9, transferred_out=True, provider_id="A"),
    spell("S5", "d", -9, 0, died_in_hospital=True, provider_id="B", transferred_in=True),
    spell("S6", "e", -60, -45),
]
DEATHS = [death(f"D{name}", name) for name in "abcde"]


@pytest.fixture
def study(make_study):
    return make_study(SPELLS, DEATHS)


def kinds(found):
    return {change.person_id: change.kind for change in found.changes}


def test_between_definitions_each_move_has_its_reason_on_both_sides(study):
    found = diff_definitions(study, "lltic", "hsmr_like")
    assert kinds(found) == {"b": "leaves", "c": "leaves"}
    long, community = found.changes
    assert (long.before.rule, long.after.rule) == ("", "outside-admission-window")
    assert long.before.reason == "Died in hospital during spell S2 (acute, provider X)."
    assert "50 days after the admission" in long.after.reason
    assert community.after.rule == "no-spell"
    assert found.counts == {
        "before": 4,
        "after": 2,
        "both": 2,
        "enter": 0,
        "leave": 2,
        "change": 0,
    }
    assert found.moves == {"leaves: no-spell": 1, "leaves: outside-admission-window": 1}


def test_the_other_way_round_the_same_cases_enter(study):
    found = diff_definitions(study, "hsmr_like", "lltic")
    assert kinds(found) == {"b": "enters", "c": "enters"}
    assert found.moves == {"enters: no-spell": 1, "enters: outside-admission-window": 1}


def test_the_counts_are_those_of_the_cohorts_and_nothing_is_written(study):
    found = diff_definitions(study, "in_hospital_deaths", "post_discharge_30d")
    assert list(study.cohort.iterdir()) == []
    sides = [len(build(study, n).cases) for n in ("in_hospital_deaths", "post_discharge_30d")]
    assert [found.counts[side] for side in ("before", "after")] == sides == [2, 2]
    assert kinds(found) == {"a": "enters", "b": "leaves", "c": "enters", "d": "leaves"}


def test_between_cuts_late_news_enters_leaves_and_changes(study, tmp_path):
    later = Study.init(tmp_path / "later", key=b"k" * 32)
    spells = [s for s in SPELLS if s["spell_id"] != "S1"] + [
        spell("S1", "a", -5, 3),  # it was open then, and ended after the death
        spell("S7", "c", -1, -1),  # a spell that came in late
        spell("S8", "f", -5, -2),
    ]
    write_extract(later, spells, [*DEATHS[:4], death("Df", "f")])
    found = diff_cuts(study, later, "lltic")
    assert kinds(found) == {"a": "leaves", "c": "changes", "f": "enters"}
    by_person = {change.person_id: change for change in found.changes}
    assert by_person["a"].after.rule == "discharged-after-death"
    assert by_person["f"].before.rule == "no-death"
    assert "S7" in by_person["c"].after.reason
    assert found.moves == {
        "changes: another spell": 1,
        "enters: no-death": 1,
        "leaves: discharged-after-death": 1,
    }
    assert kinds(diff_cuts(study, study, "lltic")) == {}


def test_what_changed_of_a_case_is_said(study, tmp_path):
    later = Study.init(tmp_path / "later", key=b"k" * 32)
    spells = [s for s in SPELLS if s["spell_id"] not in ("S2", "S4", "S5")]
    spells += [spell("S2", "b", -50, 0), spell("S5", "d", -9, 0, provider_id="C")]
    deaths = [death("Da", "a", died_on=DEATH + timedelta(2)), *DEATHS[1:]]
    write_extract(later, spells, deaths)
    found = diff_cuts(study, later, "lltic")
    assert found.moves == {
        "changes: another provider": 1,
        "changes: days from discharge to death": 1,
        "changes: in hospital or after discharge": 1,
    }
    assert found.counts["change"] == 3


def test_the_command_prints_the_reasons_and_ends_in_the_counts(study, capsys):
    where = ["--study", str(study.path)]
    assert main(["cohort", "diff", "lltic", "hsmr_like", *where]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "before 4 after 2 enter 0 leave 2 change 0"
    assert "leaves  b" in lines
    assert main(["cohort", "diff", "lltic", "hsmr_like", "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["leave"] == 2
    assert main(["cohort", "diff", "--with", str(study.path), *where]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("enter 0 leave 0 change 0")
    assert main(["cohort", "diff", "lltic", *where]) == 2
    assert "compares two definitions" in capsys.readouterr().err


def test_its_repr_shows_no_patient(study):
    shown = repr(diff_definitions(study, "lltic", "hsmr_like"))
    assert "S2" not in shown
    assert str(DEATH.year) not in shown
