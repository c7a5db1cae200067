"""A whole small study: cohort, two blind reviews per case, themes coded."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
from argon2 import PasswordHasher

from lltic.cli.sampling import draw_sample
from lltic.cohort.build import AttritionStep, Excluded
from lltic.cohort.load import load_definition
from lltic.records import Assignment, Case
from lltic.reviews import admin, bulk
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.sources import TABLES, write_tables
from lltic.sources.parquet import write_records
from lltic.study import Study
from lltic.themes import load_codebook

READERS = (
    Person("canary.one", "Dr Canary", "GP", ("reviewer",)),
    Person("canary.two", "Dr Canary", "Hospital", ("reviewer",)),
)
CODER = Person("canary.coder", "Canary", "Task force", ("coder",))
WORDS = "Seen within the hour, plan followed, fluids charted late."
QUOTED = "fluids 500 ml over 8 h, chart not filled in"
CITED = {
    "document": "ward-notes",
    "sha256": "d" * 64,
    "page": 2,
    "text": QUOTED,
    "start": 10,
    "end": 10 + len(QUOTED),
}
BOOK = {"CASEA-00000": {"documents": [{"id": "ward-notes", "title": "Ward notes"}]}}
HOSTILE = '=HYPERLINK("http://evil.example")\x0bpasted from a word processor'


def clock() -> datetime:
    return datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


def make_cohort(study: Study, n_cases: int) -> None:
    loaded = load_definition(study, "lltic")
    cases = [_case(number, loaded.hash) for number in range(n_cases)]
    out = [Excluded("d-out", "p-out", date(2026, 9, 9), "outside-window", "Out: too late.")]
    steps = [
        AttritionStep(0, "all-deaths", "Death records.", n_cases + 1, 0, n_cases + 1),
        AttritionStep(1, "outside-window", "Died later.", n_cases + 1, 1, n_cases),
    ]
    write_records(study.cohort / "cases.parquet", Case, cases)
    write_records(study.cohort / "excluded.parquet", Excluded, out)
    write_records(study.cohort / "attrition.parquet", AttritionStep, steps)
    manifest = {"definition": "lltic", "version": loaded.version, "hash": loaded.hash, "set": {}}
    (study.cohort / "manifest.json").write_text(json.dumps({**manifest, "engine": "duckdb"}))


def make_extract(study: Study, n_cases: int) -> None:
    """Write what the cases could have been found in; the cohort is made by hand all the same."""
    cases = [_case(number, "") for number in range(n_cases)]
    morning = time(9)
    frames = {
        "persons": [{"person_id": c.person_id, "sex": c.sex} for c in cases],
        "spells": [
            {
                "spell_id": c.index_spell_id,
                "person_id": c.person_id,
                "provider_id": c.provider_id,
                "setting": c.setting,
                "admitted_at": datetime.combine(c.admitted_on or c.died_on, morning),
                "discharged_at": datetime.combine(c.discharged_on or c.died_on, morning),
                "admission_method": "emergency",
                "died_in_hospital": c.category == "in_hospital",
            }
            for c in cases
        ],
        "deaths": [
            {
                "death_id": c.death_id,
                "person_id": c.person_id,
                "died_on": c.died_on,
                "registered_on": c.died_on + timedelta(days=4),
                "source": "registration",
            }
            for c in cases
        ],
    }
    tables = {name: pd.DataFrame(rows) for name, rows in frames.items()}
    columns = [c.name for c in TABLES["documents"].columns]
    write_tables(study, {**tables, "documents": pd.DataFrame([], columns=columns, dtype=object)})


def _case(number: int, definition_hash: str) -> Case:
    inside = number % 3 > 0
    died = date(2026, 9, 1) + timedelta(days=number % 30)
    days = None if inside else number % 31
    where = f"spell canary-s{number} (acute, provider X)"
    reason = f"Died in hospital during {where}." if inside else f"Died {days} days after {where}."
    return Case(
        case_id=f"CASEA-{number:05d}",
        person_id=f"canary-p{number}",
        death_id=f"d{number}",
        category="in_hospital" if inside else "post_discharge",
        index_spell_id=f"canary-s{number}",
        provider_id="X",
        setting="acute" if number % 5 else "community",
        specialty=None,
        admitted_on=died - timedelta(days=40),
        discharged_on=None if inside else died - timedelta(days=days or 0),
        died_on=died,
        days_discharge_to_death=days,
        age_at_death=80,
        sex="female",
        rules=("in-hospital" if inside else "post-discharge",),
        reason=reason,
        definition="lltic v1",
        definition_hash=definition_hash,
    )


def _answers(chance: random.Random, score: int) -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {
        "gate.learning_disability": {"value": "no_indication"},
        "gate.serious_mental_illness": {"value": "no"},
        "gate.under_18": {"value": "no"},
        "gate.family_concern": {"missing": "not_in_notes"},
    }
    for phase in ("admission", "ongoing", "overall"):
        answers[f"{phase}.judgement"] = {"value": WORDS}
        answers[f"{phase}.score"] = {
            "value": min(5, max(1, score + chance.choice((-1, 0, 0, 0, 1))))
        }
    for phase in ("procedure", "perioperative", "end_of_life"):
        answers[f"{phase}.score"] = {"missing": "not_applicable"}
    return {**answers, "record.score": {"value": 3}, "problems.any": {"value": "no"}}


def operations(
    n_cases: int, themes: tuple[str, ...], codebook_hash: str
) -> Iterator[tuple[Person, dict[str, Any], str]]:
    chance, ids = random.Random(7), count(1)

    def operation(kind: str, number: int, position: int, **more: Any) -> dict[str, Any]:
        case_id = f"CASEA-{number:05d}"
        base = {"op_id": f"operation-{next(ids)}", "kind": kind, "case_id": case_id}
        return {**base, "review_id": f"{case_id}-{position}", **more}

    at = "2026-10-05T09:00:00.000000Z"
    for number in range(n_cases):
        score = chance.choice((2, 3, 3, 4, 4, 5))
        for position, person in enumerate(READERS, 1):
            answers = _answers(chance, score)
            if (number, position) == (0, 1):
                answers["overall.judgement"] = {"value": HOSTILE}
            for field, value in answers.items():
                more = {"field": field, "value": value, "base_version": 0}
                yield person, operation("answer", number, position, **more), at
            if (number, position) == (0, 1):
                yield person, operation("cite", 0, 1, field="ongoing.judgement", value=CITED), at
            yield person, operation("submit", number, position), at
    for number in range(n_cases):
        for place, theme in enumerate(themes[:4]):
            if number % (place + 2) == 0:
                value = {"theme": theme, "start": 0, "end": 4, "codebook_hash": codebook_hash}
                more = {"field": "ongoing.judgement", "value": value}
                yield CODER, operation("code", number, 1 + place % 2, **more), at
        for position in (1, 2):
            yield CODER, operation("coding_done", number, position), at


def make_study(
    folder: Path,
    *,
    n_cases: int = 24,
    reviewed: bool = True,
    sides: tuple[str, str] = ("", ""),
) -> Study:
    study = Study.init(folder, title="Deaths of September 2026", synthetic=True, key=b"k" * 32)
    make_extract(study, n_cases)
    make_cohort(study, n_cases)
    draw_sample(study)
    assignments = [
        Assignment(f"{case}-{position}", case, p.name, position, "sjr", sides[position - 1])
        for case in (f"CASEA-{number:05d}" for number in range(n_cases))
        for position, p in enumerate(READERS, 1)
    ]
    accounts = Accounts(
        study.keys, clock, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    )
    for person in READERS:
        accounts.add(person, "correct-horse-battery")
    admin.assign(study, assignments, clock)
    (study.cohort / "casebook.json").write_text(json.dumps(BOOK))
    if reviewed:
        codebook = load_codebook("lltic-12", study.path)
        with admin.writing(study) as store:
            bulk.record(store, operations(n_cases, codebook.model.themes, codebook.hash))
    return study
