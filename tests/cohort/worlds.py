"""Small worlds for the cohort engines, made by Hypothesis: a few people, their spells and deaths.

Hundreds of worlds are laid into one extract, kept apart by the first letters of every
identifier: an engine such as Spark needs seconds for any query, and none for a larger one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from oracle import Extract

from lltic.sources import TABLES, write_tables
from lltic.study import Study

Row = dict[str, Any]

# Days on which counting goes wrong if it can: leap days, ends of months and years, the first
# and last days of the month that the Next Stage Review took.
DAYS_OF_DEATH = [date(2024, 2, 29), date(2024, 3, 31), date(2023, 12, 31), date(2024, 1, 1)]
DAYS_OF_DEATH += [date(2016, 10, 1), *[date(2016, 10, 14)] * 6, date(2016, 10, 31)]
DAYS_OF_DEATH += [date(2016, 11, 1)]
BIRTHS = [None, date(1944, 2, 29), date(1940, 3, 1), date(1940, 2, 28), date(1931, 12, 31)]
BIRTHS += [date(2006, 2, 28), date(2006, 3, 1), date(1998, 10, 31), date(1998, 11, 1)]
CLOCK = ["00:00:00", "09:30:00", "23:59:59.999999"]
# Texts that a language, a separator or a sentinel could mistake; they are ordered as bytes.
NAMES = ["a", "A", "ä", "Z", "é", "9", "10", "\\N", "o'x", 'q"q', "n,n", "{}", "%s", " ", "日本"]
PROVIDERS = ["RAA", "0123", "RXX", "R'Y", "NT1"]
SPECIALTIES = [None, "300", "710", "501", "560", "700", "Ähm", ""]
DIAGNOSES = [None, "F200", "A419", "F32", "O999", "I21"]

days = st.sampled_from([-400, -60, *range(-33, -27), *range(-6, 4), 40])
lengths = st.sampled_from([None, 0, 0, 1, 2, 3, 4, 5, 27, 28, 30, 31, 35])


def values(table: str, column: str) -> list[str | None]:
    declared = TABLES[table][column]
    return [*declared.allowed, *([None] if declared.nullable else [])]


spells = st.fixed_dictionaries(
    {
        "first": days,
        "length": lengths,
        "clock": st.tuples(st.sampled_from(CLOCK), st.sampled_from(CLOCK)),
        "died_in_hospital": st.sampled_from([False, False, False, True]),
        "provider_id": st.sampled_from(PROVIDERS),
        "specialty": st.sampled_from(SPECIALTIES),
        "primary_diagnosis": st.sampled_from(DIAGNOSES),
        "setting": st.sampled_from(["acute", "acute", *values("spells", "setting")]),
        "patient_class": st.sampled_from([None, None, *values("spells", "patient_class")]),
        "discharge_method": st.sampled_from(values("spells", "discharge_method")),
        "admission_method": st.sampled_from(["transfer", *values("spells", "admission_method")]),
        "transferred_in": st.none() | st.booleans(),
        "transferred_out": st.none() | st.booleans(),
        "age_at_admission": st.sampled_from([None, 0, 17, 18, 80]),
    }
)
# What all spells of a person may have in common: chance alone hardly ever says the same of each.
alike = st.sampled_from(
    [
        *[{}] * 5,
        *[{"length": None, "died_in_hospital": False}] * 2,
        *[{"first": 2}] * 2,
        {"patient_class": "day_case"},
        {"first": -40, "length": 5, "died_in_hospital": False},
        {"discharge_method": "stillbirth"},
        {"specialty": "710"},
        {"provider_id": "0123"},
    ]
)
records = st.fixed_dictionaries(
    {
        "later": st.sampled_from([None, 0, 0, 0, 1, 2]),
        "lag": st.sampled_from([None, -1, 0, 5, 30, 31, 400]),
        "source": st.sampled_from(values("deaths", "source")),
        "reconciled": st.sampled_from([None, None, None, *values("deaths", "reconciled")]),
    }
)
people = st.fixed_dictionaries(
    {
        "known": st.sampled_from([True] * 9 + [False]),
        "born_on": st.sampled_from(BIRTHS),
        "sex": st.sampled_from(values("persons", "sex")),
        "day": st.sampled_from(DAYS_OF_DEATH),
        "spells": st.lists(st.tuples(st.sampled_from(NAMES), spells), max_size=6),
        "alike": alike,
        "records": st.lists(st.tuples(st.sampled_from(NAMES), records), min_size=1, max_size=3),
        "flags": st.sets(st.sampled_from(values("flags", "flag")), max_size=2),
    }
)
worlds = st.lists(people, min_size=1, max_size=3)


def draw(number: int, random_seed: int = 1) -> list[list[Row]]:
    """Return so many worlds, the same ones for the same seed."""
    drawn: list[list[Row]] = []

    @seed(random_seed)
    @settings(
        max_examples=number,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(worlds)
    def look(world: list[Row]) -> None:
        drawn.append(world)

    look()
    return drawn


def lay(numbered: Iterable[tuple[int, list[Row]]]) -> Extract:
    """Lay worlds into one extract; what belongs to world 7 is named ``w0007...``."""
    extract = Extract([], [], [], [])
    for number, world in numbered:
        for place, person in enumerate(world):
            _lay_person(extract, f"w{number:04}p{place}", person)
    return extract


def _lay_person(extract: Extract, name: str, person: Row) -> None:
    born = person["born_on"]
    if person["known"]:
        about = {"person_id": name, "born_on": born, "sex": person["sex"]}
        extract.persons.append(_row("persons", about))
        for order, (letter, spell) in enumerate(person["spells"]):
            told = {**spell, **person["alike"]}
            extract.spells.append(_spell(f"{name}{letter}{order}", name, told, person["day"]))
        for flag in sorted(person["flags"]):
            noted = {"flag_id": f"{name}{flag}", "person_id": name, "flag": flag, "source": "x"}
            extract.flags.append(_row("flags", noted))
    mine = [s["spell_id"] for s in extract.spells if s["person_id"] == name]
    for order, (letter, record) in enumerate(person["records"]):
        later, lag = record["later"], record["lag"]
        if later is None and not mine:
            later = 0  # a record without a date names a spell
        died = None if later is None else person["day"] + timedelta(days=later)
        told = {
            "death_id": f"{name}{letter}{order}",
            "person_id": name,
            "died_on": died,
            "registered_on": None if lag is None else person["day"] + timedelta(days=lag),
            "source": record["source"],
            "reconciled": record["reconciled"],
            "spell_id": mine[0] if later is None else None,
        }
        extract.deaths.append(_row("deaths", told))


def _spell(name: str, person: str, spell: Row, died: date) -> Row:
    first, length, (begins, ends) = spell["first"], spell["length"], spell["clock"]
    began = _moment(died + timedelta(days=first), begins)
    ended = None
    if length is not None:
        ended = max(began, _moment(died + timedelta(days=first + length), ends))
    told = {**spell, "spell_id": name, "person_id": person, "admitted_at": began}
    return _row("spells", {**told, "discharged_at": ended})


def _moment(day: date, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}")


def _row(table: str, told: Row) -> Row:
    return {column.name: told.get(column.name) for column in TABLES[table].columns}


def without_dates(extract: Extract) -> Extract:
    """Return the same extract as a source tells it that knows the order of spells alone."""
    by_person: dict[str, int] = {}
    spells = []
    for spell in sorted(extract.spells, key=lambda s: (s["admitted_at"], s["spell_id"])):
        person = spell["person_id"]
        by_person[person] = by_person.get(person, 0) + 1
        none = {"admitted_at": None, "discharged_at": None, "sequence": by_person[person]}
        spells.append({**spell, **none})
    any_spell = {s["person_id"]: s["spell_id"] for s in spells}
    deaths = [
        {**d, "died_on": None, "registered_on": None, "spell_id": any_spell[d["person_id"]]}
        for d in extract.deaths
        if d["person_id"] in any_spell
    ]
    return replace(extract, spells=spells, deaths=deaths)


def write(study: Study, extract: Extract) -> Study:
    """Write an extract to a study."""
    import pandas as pd

    rows = {"persons": extract.persons, "spells": extract.spells, "deaths": extract.deaths}
    rows |= {"flags": extract.flags, "documents": []}
    frames = {
        name: pd.DataFrame(r, columns=[c.name for c in TABLES[name].columns], dtype=object)
        for name, r in rows.items()
    }
    write_tables(study, frames)
    return study
