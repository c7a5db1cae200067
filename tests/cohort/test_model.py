# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

from typing import get_args

import pytest
from deaths_by_hand import DEATH, death, make_study, spell

from lltic.cohort import build, load_definition
from lltic.cohort.model import EXCLUSIONS, AdmissionMethod, Flag, PatientClass, Setting
from lltic.cohort.notes import NOTES
from lltic.cohort.reasons import SENTENCES_OUT
from lltic.cohort.rules import OUT
from lltic.definitions import names, shipped
from lltic.errors import LlticError
from lltic.sources.schema import declared
from lltic.study import Study


@pytest.fixture
def study(tmp_path):
    return Study.init(tmp_path / "study", key=b"k" * 32)


def spoilt(study, old, new, base="lltic"):
    """Put a changed copy of a shipped definition into the study."""
    text = (shipped("cohort") / f"{base}.yml").read_text("utf-8")
    assert old in text
    path = study.path / "cohorts" / f"{base}.yml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


def test_the_shipped_definitions_are_sound(study):
    assert set(names("cohort")) >= {"lltic", "in_hospital_deaths", "post_discharge_30d"}
    for name in names("cohort"):
        assert load_definition(study, name).model.source


@pytest.mark.parametrize(
    ("words", "table", "column"),
    [
        (Setting, "spells", "setting"),
        (PatientClass, "spells", "patient_class"),
        (AdmissionMethod, "spells", "admission_method"),
        (Flag, "flags", "flag"),
    ],
)
def test_a_definition_can_ask_for_just_what_an_extract_can_hold(words, table, column):
    (allowed,) = [one.allowed for one in declared(table).columns if one.name == column]
    assert set(get_args(words)) == set(allowed)


def test_every_rule_of_the_language_has_a_function_that_says_what_it_does():
    assert tuple(OUT) == EXCLUSIONS
    assert not set(OUT) & set(NOTES)
    for name, rule in {**OUT, **NOTES}.items():
        assert rule.__name__.replace("_", "-") == name
        assert rule.__doc__


def test_every_rule_has_a_sentence_of_its_own():
    assert tuple(SENTENCES_OUT) == EXCLUSIONS
    assert len(set(SENTENCES_OUT.values())) == len(EXCLUSIONS)
    assert all(s.startswith("Out: ") and s.endswith(".") for s in SENTENCES_OUT.values())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("days_max: 30", "days_max: thirty", "definition-wrong-value"),
        ("days_max: 30", "days_max: -1", "cohort-window"),
        ("  days_min: 0\n", "", "definition-missing-key"),
        ("window:\n  days_min: 0\n  days_max: 30\n", "", "cohort-window"),
        ("inclusion: [in_hospital, post_discharge]", "inclusion: []", "cohort-inclusion"),
        ("inclusion: [in_hospital, post_discharge]", "inclusion: [in_hospital]", "cohort-window"),
        ("[acute, community, mental_health]", "[acute, hospice]", "definition-wrong-value"),
        ("[acute, community, mental_health]", "[]", "cohort-settings"),
        ("rule: no-spell", "rule: no-spel", "definition-wrong-value"),
        ("rule: no-spell", "rule: under-age", "cohort-missing-rule"),
        ("rule: no-spell", "rule: no-person", "cohort-rule-order"),
        (
            "  - rule: no-person",
            "  - rule: not-in-hospital\n    because: x\n  - rule: no-person",
            "cohort-idle-rule",
        ),
        ("title:", "titel:", "definition-unknown-key"),
        ("  settings:", "  month: 2024-13\n  settings:", "cohort-period"),
        ("  settings:", "  month: 2024-01\n  died_to: 2024-01-09\n  settings:", "cohort-period"),
        ("  settings:", "  patient_classes: [day_case]\n  settings:", "cohort-patient-classes"),
        ("  settings:", "  patient_classes: [ordinary]\n  settings:", "cohort-missing-rule"),
        ("  settings:", "  excluded_providers: [X]\n  settings:", "cohort-missing-rule"),
        ("provider_of_index_spell", "last_non_excluded_provider", "cohort-attribution"),
        ("window:", "unit: stay\nwindow:", "definition-wrong-value"),
        ("days_max: 30", "days_max: 30\n  counted_from: admission", "cohort-missing-rule"),
        ("window:", "parameters: {superspell_gap_days: -1}\nwindow:", "cohort-parameters"),
        ("window:", "adjustable: [mont]\nwindow:", "cohort-adjustable"),
        ("window:", "adjustable: [alarm_diagnoses]\nwindow:", "cohort-adjustable"),
        ("window:", "marks: [{mark: alarm, because: x}]\nwindow:", "cohort-mark"),
        ("window:", "marks: [{mark: alarms, because: x}]\nwindow:", "definition-wrong-value"),
        (
            "window:",
            "marks:\n  - {mark: concern, because: x, flags: [maternal]}\n"
            "  - {mark: concern, because: x, flags: [maternal]}\nwindow:",
            "cohort-mark",
        ),
        ("name: lltic", "name: other", "definition-name"),
        ("population:", "population: [", "definition-syntax"),
        ("version:", "name: lltic\nversion:", "definition-syntax"),
        ("  settings:", "  died_from: 2024-13-01\n  settings:", "definition-wrong-value"),
        (
            "  settings:",
            "  died_from: 2024-02-01\n  died_to: 2024-01-01\n  settings:",
            "cohort-period",
        ),
    ],
)
def test_each_fault_of_a_definition_has_its_code(study, old, new, code):
    spoilt(study, old, new)
    with pytest.raises(LlticError) as error:
        load_definition(study, "lltic")
    assert code in error.value.codes
    assert all("lltic.yml" in p.where for p in error.value.problems)


def test_a_narrower_study_says_so_in_its_definition(make_study):
    spells = [
        spell("S1", "a", -5, -1),
        spell("S2", "b", -5, -1),
        spell("S3", "c", -5, -1, setting="community"),
        spell("S4", "d", -5, -1),
    ]
    deaths = [
        death("Da", "a"),
        death("Db", "b"),
        death("Dc", "c"),
        death("Dd", "d", died_on=DEATH.replace(month=4, day=2)),
    ]
    born = {"a": 1940, "b": 2010, "c": 1940, "d": 1940}
    persons = [
        {"person_id": p, "sex": "male", "born_on": DEATH.replace(year=y)} for p, y in born.items()
    ]
    study = make_study(spells, deaths, persons)
    path = spoilt(
        study,
        "settings: [acute, community, mental_health]",
        "settings: [acute]\n  died_to: 2024-03-31\n  minimum_age: 18",
    )
    extra = (
        "  - rule: outside-period\n    because: Another month.\n"
        "  - rule: under-age\n    because: Children have their own process.\n  - rule: no-spell"
    )
    path.write_text(path.read_text().replace("  - rule: no-spell", extra))
    result = build(study)
    assert [c.death_id for c in result.cases] == ["Da"]
    out = {e.death_id: e.rule for e in result.excluded}
    assert out == {"Db": "under-age", "Dc": "no-spell", "Dd": "outside-period"}
    reasons = {e.rule: e.reason for e in result.excluded}
    assert reasons["under-age"] == "Out: the person was younger than 18 years."
    assert reasons["outside-period"] == "Out: the death is outside the period ... to 2024-03-31."


def test_a_changed_word_changes_the_hash_on_every_case(make_study):
    study = make_study([spell("S", "a", -5, -1)], [death("D", "a")])
    (before,) = build(study).cases
    spoilt(study, "days_max: 30", "days_max: 28")
    (after,) = build(study).cases
    assert before.definition_hash != after.definition_hash
