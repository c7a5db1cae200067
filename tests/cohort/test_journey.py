"""The journey of a case book: stays to the minute, who else was involved, and its parts."""

from __future__ import annotations

import json
from datetime import date
from typing import get_args

import pandas as pd
import pytest

from lltic.cohort.casebook import write_casebook
from lltic.cohort.journey import contacts, parts, provider_names, segments
from lltic.form.model import Phase
from lltic.records import Case
from lltic.sources import write_tables
from lltic.study import Study

SPELLS = """
S1 P1 RX1 acute         2026-06-20T22:18 2026-06-26T18:54
S2 P1 RX1 acute         2026-08-09T10:45 2026-08-18T15:46
S3 P1 RY2 community     2026-08-18T16:56 2026-08-23T15:21
S4 P2 RX1 acute         2026-08-20T10:00 2026-08-20T22:00
S5 P3 RX1 acute         2026-08-20T10:00 -
S6 P1 RX1 acute         2026-01-02T10:00 2026-01-03T10:00
"""
DOCUMENTS = """
D1 P1 S2 ambulance       2026-08-09 Ambulance_Service  Ambulance record
D2 P1 S2 medical_notes   2026-08-09 Acute_Trust        Emergency department and clerking
D3 P1 S2 nursing_notes   2026-08-09 Acute_Trust        Nursing notes
D4 P1 S3 medical_notes   2026-08-18 Community_Trust    Community hospital notes
D5 P1 -  community_notes 2026-09-06 Community_Trust    District nursing
D6 P1 -  community_notes 2026-09-06 Tansy_House        Care home daily notes
D7 P1 -  gp_record       2026-09-09 High_Street        GP record
D8 P1 -  letter          2026-08-30 Hospice            Letter
D9 P1 -  letter          2025-01-01 Clinic             An old letter
D0 P1 -  letter          -          Clinic             Without a date
"""


def table(text: str, names: str, columns: int) -> pd.DataFrame:
    rows = [line.split(maxsplit=columns - 1) for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=names.split())
    return frame.replace("-", None)


@pytest.fixture
def spells() -> pd.DataFrame:
    names = "spell_id person_id provider_id setting admitted_at discharged_at"
    frame = table(SPELLS, names, 6)
    for name in ("admitted_at", "discharged_at"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.assign(specialty=None, admission_method="emergency", died_in_hospital=False)


@pytest.fixture
def documents() -> pd.DataFrame:
    names = "document_id person_id spell_id kind authored_on organisation title"
    frame = table(DOCUMENTS, names, 7)
    frame["authored_on"] = pd.to_datetime(frame["authored_on"])
    frame["organisation"] = frame["organisation"].str.replace("_", " ")
    return frame


def case(person: str, spell: str, died: str, category: str = "post_discharge") -> Case:
    blank = dict.fromkeys(("setting", "sex", "reason", "definition", "definition_hash"), "")
    days = {"admitted_on": date(2026, 8, 1), "discharged_on": None}
    found = {**blank, **days, "specialty": None, "age_at_death": 80, "rules": ()}
    found |= {"case_id": "C", "death_id": "D", "provider_id": "RX1"}
    return Case(
        person_id=person,
        index_spell_id=spell,
        died_on=date.fromisoformat(died),
        category=category,
        days_discharge_to_death=None,
        **found,
    )


def of(person: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["person_id"] == person]


def test_stays_come_in_order_to_the_minute_with_the_name_of_the_organisation(spells, documents):
    names = provider_names(spells, documents)
    found = segments(case("P1", "S3", "2026-09-06"), of("P1", spells), names)
    assert [s["spell"] for s in found] == ["S1", "S2", "S3"], "what is long past is left out"
    assert found[1]["start"] == "2026-08-09T10:45"
    assert [s["organisation"] for s in found] == ["Acute Trust", "Acute Trust", "Community Trust"]


def test_a_dated_document_shows_who_else_was_involved(spells, documents):
    found = contacts(case("P1", "S3", "2026-09-06"), of("P1", spells), documents)
    assert {one["document"]: one["kind"] for one in found} == {
        "D1": "ambulance",
        "D2": "emergency",
        "D3": "acute",
        "D4": "community",
        "D5": "community_care",
        "D6": "care_home",
        "D7": "primary_care",
        "D8": "other",
    }


def test_the_parts_are_of_the_last_stay_with_its_transfers(spells):
    found = parts(case("P1", "S3", "2026-09-06"), of("P1", spells))
    assert found["stay"] == {"start": "2026-08-09T10:45", "end": "2026-08-23T15:21"}
    assert found["first_day"] == {"start": "2026-08-09T10:45", "end": "2026-08-10T10:45"}
    assert found["ongoing"] == {"start": "2026-08-10T10:45", "end": "2026-08-23T15:21"}
    assert found["leaving"] == {"start": "2026-08-21T15:21", "end": "2026-08-23T15:21"}
    assert found["after"] == {"start": "2026-08-23T15:21", "end": "2026-09-06T23:59"}
    assert found["before"]["end"] == "2026-08-09T10:45"


def test_a_part_that_there_was_not_is_not_there(spells):
    hours = parts(case("P2", "S4", "2026-08-20", "in_hospital"), of("P2", spells))
    assert set(hours) == {"before", "first_day", "stay", "leaving"}
    unfinished = parts(case("P3", "S5", "2026-08-25", "in_hospital"), of("P3", spells))
    assert unfinished["stay"]["end"] == "2026-08-25T23:59"
    assert parts(case("P1", "S9", "2026-09-06"), of("P1", spells)) == {}


def test_every_part_a_form_can_name_is_one_of_these(spells):
    found = set(parts(case("P1", "S3", "2026-09-06"), of("P1", spells)))
    assert set(get_args(Phase)) - {""} == found


def test_somebody_without_stays_and_documents_has_a_page_all_the_same(tmp_path, spells, documents):
    study = Study.init(tmp_path / "study", title="Any")
    persons = pd.DataFrame(
        [{"person_id": p, "nhs_number": None, "born_on": None, "sex": "unknown"} for p in "ABC"]
    )
    empty = {
        "persons": persons,
        "spells": spells.iloc[:0],
        "documents": documents.iloc[:0].assign(
            pages=0, sha256="", original=None, original_sha256=None
        ),
        "deaths": pd.DataFrame(
            columns=["death_id", "person_id", "died_on", "registered_on", "source"]
        ),
    }
    write_tables(study, empty)
    write_casebook(study, [case("A", "S1", "2026-09-06")])
    entry = json.loads((study.cohort / "casebook.json").read_text())["C"]
    assert (entry["journey"], entry["contacts"], entry["parts"]) == ([], [], {})
