"""Make a study from a few lines: who died, when, after which spells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lltic.sources import TABLES, write_tables
from lltic.study import Study

DEATH = date(2024, 3, 31)


def at(days: int, hour: int = 12) -> datetime:
    """A moment so many days after (or before) the day of death used in these tests."""
    midnight = datetime.fromisoformat(DEATH.isoformat())
    return midnight + timedelta(days=days, hours=hour)


def spell(
    spell_id: str, person_id: str, admitted: int, discharged: int | None, **more: Any
) -> dict:
    """A spell by days from the death: ``spell("S", "p", -5, -1)`` ended the day before."""
    row = {
        "spell_id": spell_id,
        "person_id": person_id,
        "provider_id": "X",
        "setting": "acute",
        "specialty": None,
        "admitted_at": at(admitted, 9),
        "discharged_at": None if discharged is None else at(discharged, 17),
        "admission_method": "emergency",
        "died_in_hospital": False,
    }
    return {**row, **more}


def death(death_id: str, person_id: str, **more: Any) -> dict:
    """A death on the day used in these tests, unless said otherwise."""
    row = {"died_on": DEATH, "registered_on": None, "source": "registration"}
    return {"death_id": death_id, "person_id": person_id, **row, **more}


def frame(table: str, rows: list[dict]) -> pd.DataFrame:
    names = [c.name for c in TABLES[table].columns]
    return pd.DataFrame(rows, columns=names, dtype=object)


def write_extract(
    study: Study, spells: list[dict], deaths: list[dict], persons: list[dict] | None = None
) -> Study:
    """Write an extract; persons are made from the rows when not given."""
    if persons is None:
        ids = sorted({row["person_id"] for row in [*spells, *deaths]})
        persons = [{"person_id": i, "born_on": date(1940, 4, 1), "sex": "female"} for i in ids]
    rows = {"persons": persons, "spells": spells, "deaths": deaths, "documents": []}
    write_tables(study, {name: frame(name, r) for name, r in rows.items()})
    return study


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., Study]:
    """Give a function from rows to a study that has them as its extract."""
    study = Study.init(tmp_path / "study", key=b"k" * 32)
    return lambda *rows: write_extract(study, *rows)
