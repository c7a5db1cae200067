"""A study, and a folder with an extract and its mapping."""

from __future__ import annotations

from pathlib import Path

import pytest
from ward_extract import DEATHS, MAPPING, PATIENTS, SPELLS

from lltic.study import Study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.init(tmp_path / "study", key=b"k" * 32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three CSV files and their mapping, without a fault."""
    path = tmp_path / "extract"
    path.mkdir()
    files = {"patients.csv": PATIENTS, "spells.csv": SPELLS, "deaths.csv": DEATHS}
    for name, text in {**files, "mapping.yml": MAPPING}.items():
        (path / name).write_text(text, "utf-8")
    return path
