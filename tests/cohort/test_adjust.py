"""What a definition lets be changed, and that nothing else can be."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import json

import pytest
from deaths_by_hand import DEATH, death, make_study, spell

from lltic.cli import main
from lltic.cohort import build, load_definition
from lltic.cohort.adjust import ADJUSTABLE
from lltic.definitions import names
from lltic.errors import LlticError, UsageError


def test_a_changed_month_is_another_content_and_the_manifest_says_so(make_study, capsys):
    deaths = [death("D1", "a"), death("D2", "b", died_on=DEATH.replace(month=4, day=1))]
    study = make_study([spell("S1", "a", -5, -1), spell("S2", "b", -5, 0)], deaths)
    arguments = ["cohort", "build", "--definition", "next_stage_review", "--study", study.path]
    assert main([*map(str, arguments), "--set", "month=2024-03"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "cases 1 in_hospital 0 post_discharge 1"
    manifest = json.loads((study.cohort / "manifest.json").read_text())
    as_written = load_definition(study, "next_stage_review").hash
    assert manifest["set"] == {"month": "2024-03"}
    assert manifest["hash_as_written"] == as_written != manifest["hash"]
    (case,) = build(study, "next_stage_review", settings={"month": "2024-03"}).cases
    assert (case.death_id, case.definition_hash) == ("D1", manifest["hash"])
    assert len(build(study, "next_stage_review").cases) == 2


@pytest.mark.parametrize(
    ("name", "settings", "code"),
    [
        ("lltic", {"days_max": "28"}, "not-adjustable"),
        ("next_stage_review", {"mnth": "2024-03"}, "not-adjustable"),
        ("next_stage_review", {"month": "2024-13"}, "cohort-period"),
        ("next_stage_review", {"month": "March"}, "cohort-period"),
        ("next_stage_review", {"minimum_age": "old"}, "definition-wrong-value"),
        ("next_stage_review", {"settings": "acute, hospice"}, "definition-wrong-value"),
        ("next_stage_review", {"settings": ""}, "cohort-settings"),
        ("next_stage_review", {"days_max": "-1"}, "cohort-window"),
        ("hsmr_like", {"month": "2024-03", "died_from": "2024-03-01"}, "cohort-period"),
        ("hsmr_like", {"superspell_gap_days": "-3"}, "cohort-parameters"),
        ("hsmr_like", {"superspell_transfer": "perhaps"}, "definition-wrong-value"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(name, settings, code):
    with pytest.raises(LlticError) as error:
        load_definition(None, name, settings)
    assert error.value.codes == (code,)


@pytest.mark.parametrize("text", ["month", "=2024-03"])
def test_what_is_no_setting_is_a_usage_error(make_study, capsys, text):
    study = make_study([spell("S1", "a", -5, -1)], [death("D1", "a")])
    assert main(["cohort", "build", "--set", text, "--study", str(study.path)]) == 2
    assert "NAME=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize("name", names("cohort"))
def test_everything_that_is_adjustable_can_be(name):
    values = {
        "settings": "acute",
        "patient_classes": "ordinary",
        "month": "2024-03",
        "died_from": "2024-03-01",
        "died_to": "2024-03-31",
        "superspell_transfer": "not_asked",
    }
    definition = load_definition(None, name)
    for setting in definition.model.adjustable:
        value = values.get(setting, "" if setting.endswith("s") else "40")
        changed = load_definition(None, name, {setting: "40" if "_days" in setting else value})
        assert changed.model.rules == definition.model.rules
        assert setting in ADJUSTABLE


def test_the_names_that_are_adjustable_are_offered():
    with pytest.raises(UsageError) as error:
        load_definition(None, "next_stage_review", {"mnth": "2024-03"})
    assert "Did you mean month?" in str(error.value)


@pytest.mark.parametrize("name", names("cohort"))
def test_no_reason_names_a_value_that_can_be_changed(name):
    definition = load_definition(None, name).model
    values = {"days_max": ["30"], "minimum_age": ["18"], "month": ["2016-10"]}
    values["settings"] = ["acute", "community", "mental health"]
    named = [word for value in definition.adjustable for word in values.get(value, ())]
    said = [e.because for e in definition.exclusions]
    assert [one for one in said for word in named if word in one] == []
