"""Every shipped definition passes its own specification tests, and the tests can fail."""

from __future__ import annotations

import json
import shutil

import ibis
import pytest
from conftest import ROOT

from lltic.cli import main
from lltic.cohort import check
from lltic.cohort.check import POSITIVE
from lltic.cohort.model import EXCLUSIONS
from lltic.cohort.notes import NOTES
from lltic.cohort.rules import OUT
from lltic.cohort.specification import read_specification, rows_of
from lltic.definitions import names, shipped
from lltic.errors import LlticError
from lltic.study import Study

SHIPPED = names("cohort")
LEFT_TO_OTHERS = {"mother-and-baby"}  # no shipped definition asks it; see below


@pytest.fixture
def study(tmp_path):
    return Study.init(tmp_path / "study", key=b"k" * 32)


@pytest.fixture
def mine(study):
    """A function that puts a changed copy of a definition and its tests into a study."""

    def put(name, old, new, where):
        folder = study.path / "cohorts"
        (folder / "specifications").mkdir(exist_ok=True)
        for part in (f"{name}.yml", f"specifications/{name}.yml"):
            shutil.copy(shipped("cohort") / part, folder / part)
        path = folder / where / f"{name}.yml"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return study

    return put


def failed(found):
    return {one.test for one in found if not one.passed}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_definition_does_what_its_tests_say(name):
    found = check(None, name)
    assert len(found) > 3
    assert [f"{o.test}: {d}" for o in found for d in o.differences] == []


def test_every_rule_and_every_note_stands_in_some_test():
    said = set()
    for name in SHIPPED:
        specification = read_specification(shipped("cohort") / f"{name}.yml")
        assert specification is not None
        for test in specification.tests:
            for row in rows_of(test, "expect"):
                said |= set(row["rules"].split(", "))
    assert set(EXCLUSIONS) - said == LEFT_TO_OTHERS
    assert set(NOTES) <= said


def test_a_wrong_expectation_fails_and_says_what_came_out(mine):
    study = mine(
        "post_discharge_30d",
        "post-discharge                     | 1",
        "post-discharge | 2",
        "specifications",
    )
    found = check(study, "post_discharge_30d")
    assert failed(found) == {"Days 0, 1, 30 and 31"}
    (wrong,) = (o for o in found if not o.passed)
    assert wrong.differences == ("death D1: days is 1, not 2",)


def test_a_death_of_which_nothing_is_expected_fails(mine):
    row = "      D31   | out     | outside-window                     | 31\n"
    found = check(mine("post_discharge_30d", row, "", "specifications"), "post_discharge_30d")
    (wrong,) = (o for o in found if not o.passed)
    assert wrong.differences == ("death D31: nothing is said of it under expect",)


def test_broken_rules_fail(monkeypatch):
    for rule in ("outside-window", "died-in-hospital"):
        monkeypatch.setitem(OUT, rule, lambda t, definition: ibis.literal(value=False))
    wrong = failed(check(None, "post_discharge_30d"))
    assert {"Days 0, 1, 30 and 31", "Died in hospital"} <= wrong


def test_a_changed_window_fails(mine):
    study = mine("post_discharge_30d", "days_max: 30", "days_max: 31", "")
    assert failed(check(study, "post_discharge_30d")) == {"Days 0, 1, 30 and 31"}


def test_who_is_in_for_want_of_facts_fails_and_is_refused(mine, monkeypatch):
    from deaths_by_hand import death, write_extract

    from lltic.cohort import build

    study = mine("in_hospital_deaths", "title: Died", "title: Who died", "")
    for rule in ("no-person", "no-spell", "not-in-hospital"):
        monkeypatch.setitem(OUT, rule, lambda t, definition: ibis.literal(value=False))
    found = check(study, "in_hospital_deaths")
    assert POSITIVE in failed(found)
    assert found[0].differences == (
        "counts in a death and nothing else",
        "counts in a person who died, without any spell",
    )
    write_extract(study, [], [death("D", "p")])
    with pytest.raises(LlticError) as error:
        build(study, "in_hospital_deaths")
    assert set(error.value.codes) == {"cohort-not-positive"}
    assert list(study.cohort.iterdir()) == []


def test_mothers_with_babies_can_be_left_out_by_a_definition_of_ones_own(mine):
    study = mine("shmi_like", "[ordinary, mother_and_baby]", "[ordinary]", "")
    path = study.path / "cohorts" / "shmi_like.yml"
    rule = "  - rule: mother-and-baby\n    because: Not here.\n  - rule: excluded-provider"
    path.write_text(path.read_text().replace("  - rule: excluded-provider", rule))
    (wrong,) = (o for o in check(study, "shmi_like") if not o.passed)
    assert "death D4: rules is mother-and-baby, not post-discharge" in wrong.differences


def test_with_the_provider_of_the_index_spell_a_death_elsewhere_is_out(mine):
    study = mine("shmi_like", "last_non_excluded_provider", "provider_of_index_spell", "")
    (wrong,) = (o for o in check(study, "shmi_like") if not o.passed)
    assert "death D: rules is excluded-provider, not post-discharge, later-spell-elsewhere" in (
        wrong.differences
    )
    assert "death D: spell is S2, not S1" in wrong.differences


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("spell | person | admitted", "spell | who | admitted", "'who' is no column"),
        ("spell | person | admitted", "spell | persons | admitted", "lacks the column person"),
        ("2024-02-20 | 2024-03-31", "2024-02-20", "has 3 cells for 4 columns"),
        ("2024-02-20 | 2024-03-31", "2024-02-30 | 2024-03-31", "'2024-02-30' cannot stand here"),
        ("D0    | in ", "D0    | maybe", "'maybe' cannot stand here"),
        ("D1    | in ", "D0    | in ", "the death 'D0' stands 2 times"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_with_its_line(mine, old, new, said):
    with pytest.raises(LlticError) as error:
        check(mine("post_discharge_30d", old, new, "specifications"), "post_discharge_30d")
    assert set(error.value.codes) == {"specification-table"}
    assert said in str(error.value)
    assert "Days 0, 1, 30 and 31" in str(error.value)


def test_the_command_says_pass_and_fail_and_ends_in_one(mine, capsys):
    assert main(["cohort", "check", "in_hospital_deaths"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"PASS  in_hospital_deaths: {POSITIVE}"
    assert lines[-1] == "7 of 7 passed"
    study = mine("post_discharge_30d", "days_max: 30", "days_max: 31", "")
    arguments = ["cohort", "check", "post_discharge_30d", "--json", "--study", str(study.path)]
    assert main(arguments) == 1
    found = json.loads(capsys.readouterr().out)
    assert [len(one["differences"]) for one in found] == [0, 3, 0, 0, 0]


def test_the_specifications_lie_beside_the_definitions():
    folder = ROOT / "cohorts" / "specifications"
    assert {file.stem for file in folder.glob("*.yml")} == set(SHIPPED)
