"""Notebook 10-cohort is about the cohort that was built, whichever that is."""

# ruff: noqa: F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import nbformat
from deaths_by_hand import death, make_study, spell  # noqa: F401

from lltic.audit.execution import execute, shipped_notebooks
from lltic.cohort import build

UNDATED = {"admitted_at": None, "discharged_at": None}


def test_an_extract_without_dates_and_another_definition_than_the_studys_own(make_study):
    study = make_study(
        [spell("S1", "p", 0, 0, **UNDATED, sequence=1, died_in_hospital=True)],
        [death("D1", "p", died_on=None, source="hospital", spell_id="S1")],
    )
    assert study.settings.cohort == "lltic"
    built = build(study, "in_hospital_deaths")
    (path,) = [path for path in shipped_notebooks() if path.name == "10-cohort.ipynb"]
    notebook = execute(study, nbformat.read(path, as_version=4), path.name)
    told = "".join(
        part
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for part in output.get("data", {}).get("text/html", "")
    )
    assert built.definition in told
    assert "lltic v1" not in told
    assert "Died in hospital during spell S1" in told
