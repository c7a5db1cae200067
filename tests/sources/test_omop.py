"""OMOP: the small public extract whole, and the two rules that are code."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import pandas as pd
import pytest
from ward_extract import empty_study

from lltic.cohort import build, explain, read_cases
from lltic.definitions import find
from lltic.sources import read_table
from lltic.sources.ingest import ingest

PERSON = "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth"
VISIT = "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date"
DEATH = "person_id,death_date,death_type_concept_id"


def test_the_public_extract_is_read_whole(empty_study, data_dir):
    result = ingest(empty_study, "omop", [data_dir / "omop_notes"])
    assert result.problems == ()
    assert result.unaccounted() == []
    kept = {"persons": 10, "spells": 8, "deaths": 2, "documents": 170}
    assert {name: result.rows_kept[name] for name in kept} == kept
    assert result.rows_set_aside["spells"] == {"visit_concept_id is not one of 9201, 262": 401}
    documents = read_table(empty_study, "documents")
    assert documents["kind"].value_counts().to_dict() == {"medical_notes": 141, "letter": 29}
    assert documents["authored_on"].isna().all()
    assert str(read_table(empty_study, "persons")["born_on"].min())[:10] == "1921-01-01"


def test_its_two_deaths_are_out_and_say_why_and_in_within_a_year(empty_study, data_dir):
    ingest(empty_study, "omop", [data_dir / "omop_notes"])
    build(empty_study, "lltic")
    assert read_cases(empty_study) == []
    assert [why.rules for why in explain(empty_study, "82973")] == [("no-spell",)]
    assert [why.rules for why in explain(empty_study, "91372")] == [("outside-window",)]
    text = find("cohort", "post_discharge_30d").read_text("utf-8")
    text = text.replace("name: post_discharge_30d", "name: post_discharge_365d")
    (empty_study.path / "cohorts").mkdir(exist_ok=True)
    own = empty_study.path / "cohorts" / "post_discharge_365d.yml"
    own.write_text(text.replace("days_max: 30", "days_max: 365"), "utf-8")
    build(empty_study, "post_discharge_365d")
    (case,) = read_cases(empty_study)
    notes = read_table(empty_study, "documents")
    assert (notes["person_id"] == case.person_id).sum() == 22


@pytest.fixture
def omop(tmp_path):
    """A function that writes an extract from the rows of its tables."""

    def write(visits, deaths, *, columns="", notes=None, concepts=None):
        people = sorted({line.split(",")[1] for line in visits} | {d.split(",")[0] for d in deaths})
        persons = [f"{one},8507,1940,1,2" for one in people]
        files = {"person": [PERSON, *persons], "visit_occurrence": [VISIT + columns, *visits]}
        files |= {"death": [DEATH, *deaths], "note": notes, "concept": concepts}
        for name, lines in files.items():
            if lines:
                (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("death", "place", "died"),
    [
        ("2020-01-05", "0", [False, True]),  # within the last stay, which says nothing
        ("2020-01-06", "", [False, True]),  # on its last day
        ("2020-01-07", "0", [False, False]),
        ("2020-01-02", "0", [True, False]),  # within the first, on the day of the second none
        ("2020-01-06", "8536", [False, False]),  # discharged home, and died that day
        ("2020-01-09", "4216643", [False, True]),  # the discharge is believed
    ],
)
@pytest.mark.parametrize("column", ["discharged_to_concept_id", "discharge_to_concept_id"])
def test_a_stay_ended_in_death_by_its_discharge_or_else_by_its_dates(
    empty_study, omop, death, place, died, column
):
    visits = ["1,7,9201,2020-01-01,2020-01-03,0", f"2,7,262,2020-01-04,2020-01-06,{place}"]
    folder = omop(
        [*visits, "3,7,9202,2020-01-01,2020-12-31,"], [f"7,{death},0"], columns=f",{column}"
    )
    assert ingest(empty_study, "omop", [folder]).problems == ()
    spells = read_table(empty_study, "spells")
    assert spells["died_in_hospital"].tolist() == died
    assert spells["admission_method"].tolist() == ["unknown", "emergency"]


def test_of_two_stays_with_the_day_of_death_the_last_is_taken(empty_study, omop):
    visits = ["1,7,9201,2020-01-01,2020-01-03", "2,7,9201,2020-01-03,2020-01-03"]
    ingest(empty_study, "omop", [omop(visits, ["7,2020-01-03,0"])])
    assert read_table(empty_study, "spells")["died_in_hospital"].tolist() == [False, True]


def test_a_death_that_only_a_discharge_tells_of_and_a_second_registration(empty_study, omop):
    visits = ["1,7,9201,2020-01-01,2020-01-03,4216643", "2,8,9201,2020-01-01,2020-01-03,0"]
    deaths = ["8,2020-01-20,32815", "8,2020-01-21,32817"]
    folder = omop(visits, deaths, columns=",discharged_to_concept_id")
    result = ingest(empty_study, "omop", [folder])
    assert (result.rows_in["deaths"], result.unaccounted()) == (3, [])
    found = read_table(empty_study, "deaths").set_index("death_id")
    assert found["died_on"].dt.day.to_dict() == {"D7": 3, "D8": 20, "D8-2": 21}
    assert found["source"].to_dict() == {"D7": "hospital", "D8": "registration", "D8-2": "hospital"}


def test_a_note_belongs_to_a_spell_or_to_none_and_takes_its_title_from_the_concept(
    empty_study, omop
):
    visits = ["1,7,9201,2020-01-01,2020-01-03", "2,7,9202,2020-01-01,2020-01-01"]
    head = "note_id,person_id,note_date,note_type_concept_id,note_class_concept_id,note_title"
    notes = [
        f"{head},note_text,visit_occurrence_id",
        "n1,7,2020-01-02,44814644,9,,Slept well.,1",
        "n2,7,,44814637,,Going home,All well.,2",
        "n3,7,,0,,,Words.,99",
    ]
    folder = omop(visits, [], notes=notes, concepts=["concept_id,concept_name", "9,Nurse Note"])
    assert ingest(empty_study, "omop", [folder]).problems == ()
    found = read_table(empty_study, "documents").set_index("document_id")
    assert found["spell_id"].fillna("").to_dict() == {"n1": "1", "n2": "", "n3": ""}
    assert found["title"].to_dict() == {"n1": "Nurse Note", "n2": "Going home", "n3": "Note"}
    assert found["kind"].tolist() == ["nursing_notes", "letter", "medical_notes"]


def test_parquet_as_a_database_writes_it_is_read_too(empty_study, omop):
    folder = omop(["1,7,9201,2020-01-01,2020-01-03"], ["7,2020-01-20,32815"])
    for name in ("person", "visit_occurrence", "death"):
        frame = pd.read_csv(folder / f"{name}.csv")
        dates = [column for column in frame if column.endswith("_date")]
        frame[dates] = frame[dates].apply(pd.to_datetime)
        frame.to_parquet(folder / f"{name}.parquet")
        (folder / f"{name}.csv").unlink()
    result = ingest(empty_study, "omop", [folder])
    assert result.problems == ()
    assert str(read_table(empty_study, "deaths")["died_on"][0])[:10] == "2020-01-20"
