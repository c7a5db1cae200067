# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

import gzip
import shutil

import pytest
from ward_extract import empty_study

from lltic.errors import LlticError
from lltic.sources import read_table
from lltic.sources.ingest import ingest


@pytest.fixture
def demo(data_dir, tmp_path):
    """A copy of the two tables of the demo that can be spoilt."""
    folder = tmp_path / "mimic"
    (folder / "hosp").mkdir(parents=True)
    for name in ("patients", "admissions"):
        shutil.copy(data_dir / "mimic_iv_demo" / "hosp" / f"{name}.csv", folder / "hosp")
    return folder


def test_the_demo_is_read_whole_and_the_late_deathtimes_are_counted(empty_study, demo):
    result = ingest(empty_study, "mimic-iv", [demo])
    assert result.rows_in == {"persons": 100, "spells": 275, "deaths": 100, "documents": 0}
    assert result.rows_set_aside["deaths"] == {"death is empty": 69}
    assert sum(result.rows_refused.values()) == sum(result.rows_merged.values()) == 0
    assert result.rows_kept == {"persons": 100, "spells": 275, "deaths": 31, "documents": 0}
    assert {p.code: p.count for p in result.problems} == {"death-after-discharge-time": 4}
    deaths = read_table(empty_study, "deaths")
    assert deaths["person_id"].is_unique
    assert deaths["source"].value_counts().to_dict() == {"registration": 16, "hospital": 15}
    spells = read_table(empty_study, "spells")
    assert spells["died_in_hospital"].sum() == 15
    methods = spells["admission_method"].value_counts().to_dict()
    assert methods == {"emergency": 189, "transfer": 43, "elective": 31, "unknown": 12}
    assert read_table(empty_study, "persons")["born_on"].isna().all()


def test_a_death_in_hospital_without_a_date_of_death_takes_the_deathtime(empty_study, demo):
    path = demo / "hosp" / "patients.csv"
    before = ingest(empty_study, "mimic-iv", [demo]).rows_kept["deaths"]
    dates = read_table(empty_study, "deaths").set_index("person_id")["died_on"]
    spells = read_table(empty_study, "spells")
    person = spells.loc[spells["died_in_hospital"], "person_id"].iloc[0]
    lines = path.read_text().splitlines()
    lines = [line[: line.rindex(",") + 1] if line.startswith(person) else line for line in lines]
    path.write_text("\n".join(lines) + "\n")
    assert ingest(empty_study, "mimic-iv", [demo]).rows_kept["deaths"] == before
    assert (
        read_table(empty_study, "deaths").set_index("person_id")["died_on"][person] == dates[person]
    )


def test_packed_files_and_notes_are_read(empty_study, demo):
    admissions = demo / "hosp" / "admissions.csv"
    with gzip.open(demo / "hosp" / "admissions.csv.gz", "wb") as stream:
        stream.write(admissions.read_bytes())
    _, first = admissions.read_text().splitlines()[:2]
    admissions.unlink()
    subject, hadm = first.split(",")[:2]
    (demo / "note").mkdir()
    with gzip.open(demo / "note" / "discharge.csv.gz", "wt") as stream:
        stream.write("note_id,subject_id,hadm_id,note_type,note_seq,charttime,storetime,text\n")
        stream.write(f'{subject}-DS-1,{subject},{hadm},DS,1,2196-03-04 00:00:00,,"A\nB, ""c"""\n')
    result = ingest(empty_study, "mimic-iv", [demo])
    assert result.rows_kept["spells"] == 275
    (row,) = read_table(empty_study, "documents").to_dict("records")
    assert (row["spell_id"], row["kind"], row["title"]) == (hadm, "letter", "Discharge summary")
    assert (empty_study.documents / f"{row['document_id']}.txt").read_text() == 'A\nB, "c"'


def test_a_missing_column_and_a_missing_file_are_told_together(empty_study, demo):
    path = demo / "hosp" / "patients.csv"
    path.write_text(path.read_text().replace("dod", "died", 1))
    (demo / "hosp" / "admissions.csv").unlink()
    with pytest.raises(LlticError) as error:
        ingest(empty_study, "mimic-iv", [demo])
    assert set(error.value.codes) == {"missing-column", "no-file"}
    assert list(empty_study.extract.iterdir()) == []


def test_a_broken_row_is_named_and_not_quoted(empty_study, demo):
    with (demo / "hosp" / "admissions.csv").open("a") as stream:
        stream.write("10004235,CANARY\n")
    result = ingest(empty_study, "mimic-iv", [demo])
    problem = result.problems[-1]
    assert (problem.code, problem.where) == ("broken-row", "admissions.csv: row 277")
    assert (result.rows_in["spells"], result.rows_kept["spells"]) == (276, 275)
    assert "CANARY" not in str(result.problems)
