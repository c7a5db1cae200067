"""A small extract of an organisation's own, as texts and as a folder, and a way to spoil it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lltic.study import Study

PATIENTS = """\
PatientKey,NHS,DOB,SEX
p1,999 087 3305,01/02/1940,1
p2,,29/02/1944,2
p3,,05/06/1950,
"""
SPELLS = """\
SPELL,PAT,ADM,DIS,METH,DISMETH
s1,p1,2024-01-01 10:00,2024-01-05 11:00,21,1
s2,p2,2024-01-01,2024-01-03,11,4
"""
DEATHS = """\
REF,PAT,DIED
d1,p1,22/01/2024
d2,p2,03/01/2024
"""
MAPPING = """\
name: ward
version: "1"
tables:
  persons:
    file: patients.csv
    date: "%d/%m/%Y"
    columns:
      person_id: PatientKey
      nhs_number: NHS
      born_on: DOB
      sex: {column: SEX, codes: {1: male, 2: female}, otherwise: unknown}
  spells:
    file: spells.csv
    date: iso
    columns:
      spell_id: SPELL
      person_id: PAT
      provider_id: {value: RXX}
      setting: {value: acute}
      admitted_at: ADM
      discharged_at: DIS
      admission_method: {column: METH, codes: {"11": elective, "21": emergency}}
      died_in_hospital: {column: DISMETH, codes: {"4": yes}, otherwise: no}
  deaths:
    file: deaths.csv
    date: "%d/%m/%Y"
    columns:
      death_id: REF
      person_id: PAT
      died_on: DIED
      source: {value: registration}
"""


def change(path: Path, old: str, new: str) -> None:
    """Replace a text that must be in the file."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def empty_study(tmp_path: Path) -> Study:
    """A study with nothing in it."""
    return Study.init(tmp_path / "study", key=b"k" * 32)


@pytest.fixture
def ward_folder(tmp_path: Path) -> Path:
    """A folder with three CSV files and their mapping, without a fault."""
    path = tmp_path / "extract"
    path.mkdir()
    files = {"patients.csv": PATIENTS, "spells.csv": SPELLS, "deaths.csv": DEATHS}
    for name, text in {**files, "mapping.yml": MAPPING}.items():
        (path / name).write_text(text, "utf-8")
    return path
