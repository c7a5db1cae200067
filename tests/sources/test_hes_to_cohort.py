"""From a folder of HES episodes to the cases, on the command line: each death to its place."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hes_extract import REGISTERED, Row, row, write_csv
from ward_extract import empty_study

from lltic.cli import main
from lltic.sources.parquet import connect
from lltic.study import Study

LEFT = date(2024, 2, 29)
NINE_BEFORE = "2024-02-20"
DIED = {"DISMETH": "4", "DISDEST": "79"}


def dead(person: str, days: int, **more: str) -> Row:
    """Return the registration of a death so many days after the plain episode's end."""
    on = LEFT + timedelta(days=days)
    plain = {"ENCRYPTED_HESID": person, "DOD": on.isoformat(), "MATCH_RANK": "1"}
    return plain | {"DOR": (on + timedelta(days=5)).isoformat()} | more


def stay(key: str, person: str, days: tuple[int, int], **changed: str) -> Row:
    """Return an episode that is a stay, from and to so many days after the plain one's end."""
    start, end = ((LEFT + timedelta(days=n)).isoformat() for n in days)
    dates = {"EPISTART": start, "ADMIDATE": start, "EPIEND": end, "DISDATE": end}
    return row(key, person, **dates | changed)


EPISODES = [
    row("10", "day0"),
    row("20", "day30"),
    row("30", "day31"),
    row("40", "ward", **DIED),
    row("50", "unregistered", **DIED),
    # three episodes, one stay; the registration is two days off
    stay("60", "episodes", (-9, -6), DISMETH="8", DISDATE=""),
    stay("61", "episodes", (-6, -2), DISMETH="8", DISDATE="", EPIORDER="2", ADMIDATE=NINE_BEFORE),
    stay("62", "episodes", (-2, 0), EPIORDER="3", ADMIDATE=NINE_BEFORE, **DIED),
    # readmitted on the day of discharge, and died there
    row("70", "again"),
    stay("71", "again", (0, 3), **DIED),
    # a chain of transfers over three providers
    row("80", "chain", DISDEST="51"),
    stay("81", "chain", (0, 4), PROCODE3="RBB", ADMIMETH="2B", ADMISORC="51", DISDEST="51"),
    stay("82", "chain", (4, 6), PROCODE3="RCC", ADMIMETH="81", ADMISORC="51", **DIED),
    # still in when the extract was taken
    row("90", "unfinished", EPISTAT="1", EPIEND="1801-01-01", DISDATE="1801-01-01", DISMETH="8"),
    # the baby was born dead; a registration that should not be there
    row("A0", "stillborn", ADMIMETH="82", STARTAGE="7001", DISMETH="5", DISDEST="79"),
    stay("B0", "early", (5, 8)),
    row("C0", "twice"),
    row("D0", "alive"),
    stay("D1", "alive", (60, 61)),
]

DEATHS = [
    dead("day0", 0),
    dead("day30", 30),
    dead("day31", 31),
    dead("ward", -1),
    dead("episodes", 2),
    dead("again", 3),
    dead("chain", 6),
    dead("unfinished", 1),
    dead("early", 3),
    dead("twice", 9),
    dead("twice", 9, DOR="2024-03-10"),
    dead("alive", 10),
    dead("nobody", 4),
]

CASES = {
    # person: category, index spell, provider, day of death after the plain discharge
    "day0": ("post_discharge", "10", "RAA", 0),
    "day30": ("post_discharge", "20", "RAA", 30),
    "ward": ("in_hospital", "40", "RAA", -1),
    "unregistered": ("in_hospital", "50", "RAA", 0),
    "episodes": ("in_hospital", "60", "RAA", 0),
    "again": ("in_hospital", "71", "RAA", 3),
    "chain": ("in_hospital", "82", "RCC", 6),
    "twice": ("post_discharge", "C0", "RAA", 9),
}
OUT = {
    ("day31", "outside-window"),
    ("unfinished", "unfinished-spell"),
    ("early", "admitted-after-death"),
    ("twice", "duplicate-registration"),
    ("nobody", "no-person"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "hes"
    path.mkdir()
    write_csv(path / "HES_APC_2023.csv", EPISODES)
    write_csv(path / "HES_deaths.csv.gz", DEATHS, REGISTERED)
    return path


def rows(path: Path, columns: str) -> list[tuple]:
    with connect() as connection:
        return connection.read_parquet(str(path)).project(columns).fetchall()


def test_each_death_of_a_folder_of_episodes_comes_to_its_place(empty_study: Study, folder, capsys):
    at = ("--study", str(empty_study.path))
    code = main(["ingest", *at, "--source", "hes-apc", str(folder)])
    out = capsys.readouterr().out
    assert code == 1  # one registration was refused: its person came to hospital later
    assert out.splitlines()[-1] == "problems: dangling-person 1, rejected-link 1"
    assert main(["cohort", "build", *at, "--definition", "lltic"]) == 0
    assert "cases 8" in capsys.readouterr().out
    found = rows(
        empty_study.path / "cohort" / "cases.parquet",
        "person_id, category, index_spell_id, provider_id, died_on",
    )
    cases = {who: (kind, spell, by, (on - LEFT).days) for who, kind, spell, by, on in found}
    assert cases == CASES
    out_of = rows(empty_study.path / "cohort" / "excluded.parquet", "person_id, rule")
    assert set(out_of) == OUT
    assert len(out_of) == len(OUT)
