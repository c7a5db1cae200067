"""The pages on HES and SUS are true: their examples run, and they name every problem."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
import yaml
from hes_extract import row, write_csv
from ward_extract import empty_study

from lltic.cli import main
from lltic.sources import read_table
from lltic.sources.hes_doubts import DOUBTS
from lltic.sources.ingest import ingest
from lltic.sources.reconcile import REFUSED
from lltic.sources.screening import LEFT_OUT

PAGES = Path(__file__).resolve().parents[2] / "docs" / "sources"
FILE = re.compile(r"^`([\w.]+)`\n\n```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
PACKAGED = resources.files("lltic.sources") / "dialects" / "hes-apc.yml"


def test_the_worked_example_of_hes_apc_makes_the_two_cases_it_says(empty_study, tmp_path, capsys):
    page = (PAGES / "hes-apc.md").read_text("utf-8")
    folder = tmp_path / "hes"
    folder.mkdir()
    files = FILE.findall(page)
    assert [name for name, _ in files] == ["HES_APC_2023.csv", "deaths_ons.csv"]
    for name, text in files:
        (folder / name).write_text(text, "utf-8")
    at = ("--study", str(empty_study.path))
    assert main(["ingest", *at, "--source", "hes-apc", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "problems: none"
    deaths = read_table(empty_study, "deaths").set_index("person_id")
    assert deaths["reconciled"].to_dict() == {"A": "MIX1", "B": "ONS2"}
    assert main(["cohort", "build", *at, "--definition", "lltic"]) == 0
    said = re.search(r"^cases .+$", page, re.MULTILINE)
    assert said
    assert said[0] in re.sub(r" +", " ", capsys.readouterr().out)


@pytest.mark.parametrize("code", sorted({*LEFT_OUT, *DOUBTS, *REFUSED}))
def test_every_problem_of_an_episode_is_on_the_page(code):
    assert f"`{code}`" in (PAGES / "hes-apc.md").read_text("utf-8")


def test_every_column_of_the_mapping_is_on_the_page():
    tables = yaml.safe_load(PACKAGED.read_text("utf-8"))["tables"]
    page = (PAGES / "hes-apc.md").read_text("utf-8")
    tries = [
        t for table in tables.values() for given in table["columns"].values() for t in many(given)
    ]
    named = {n for t in tries for n in many(t["column"] if isinstance(t, dict) else t)}
    assert not [
        n for n in named if n not in ("PCONSULT", "NHSNO", "MATCHRANK") and f"`{n}`" not in page
    ]


def many(given):
    if isinstance(given, dict) and "value" in given:
        return []
    return given if isinstance(given, list) else [given]


def test_what_the_page_on_sus_changes_reads_an_extract_of_sus(empty_study, tmp_path):
    page = (PAGES / "sus-apc.md").read_text("utf-8")
    (changed,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    mapping = yaml.load(PACKAGED.read_text("utf-8"), yaml.BaseLoader)
    episodes, changed = mapping["tables"]["hes_episodes"], yaml.load(changed, yaml.BaseLoader)
    columns = episodes["columns"] | changed.pop("columns")
    episodes |= changed | {"columns": columns}
    (tmp_path / "sus.yml").write_text(yaml.safe_dump(mapping), "utf-8")
    folder = tmp_path / "extract"
    folder.mkdir()
    write_csv(folder / "SUS_2024.csv", [sus("1", "130"), sus("2", "190"), sus("3", "160")])
    result = ingest(empty_study, "hes-apc", [folder], mapping=tmp_path / "sus.yml")
    assert result.problems == ()
    assert result.rows_set_aside["hes_episodes"] == {"CDS_TYPE_CODE is one of 150, 160": 1}
    spells = read_table(empty_study, "spells").set_index("spell_id")
    assert spells["discharged_at"].isna().to_dict() == {"1": False, "2": True}
    assert set(spells["provider_id"]) == {"RAA"}


def sus(key: str, kind: str) -> dict[str, str]:
    """Return an episode as SUS would name its columns."""
    plain = row(key, f"P{key}", PROCODE3="RAA01")
    if kind == "190":  # the stay goes on
        plain |= {"EPIEND": "", "DISDATE": "", "DISMETH": "8"}
    names = {
        "EPIKEY": "CDS_UNIQUE_IDENTIFIER",
        "ENCRYPTED_HESID": "PSEUDO_NHS_NUMBER",
        "PROCODE3": "PROVIDER_CODE",
        "EPISTAT": "CDS_TYPE_CODE",
        "EPIORDER": "EPISODE_NUMBER",
        "EPISTART": "EPISODE_START_DATE",
        "EPIEND": "EPISODE_END_DATE",
        "ADMIDATE": "SPELL_START_DATE",
        "DISDATE": "SPELL_DISCHARGE_DATE",
        "SEX": "PERSON_GENDER_CODE",
    }
    return {names.get(name, name): text for name, text in plain.items()} | {"CDS_TYPE_CODE": kind}
