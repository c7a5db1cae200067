"""The language of mappings: each part does what its page says; faults are told at once."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import importlib.resources
from pathlib import Path

import pandas as pd
import pytest
from ward_extract import change, empty_study, ward_folder

from lltic.errors import LlticError
from lltic.sources import read_table
from lltic.sources.ingest import DIALECTS, ingest
from lltic.sources.mapping_reading import read_mapping
from lltic.sources.schema import TABLES


def add(folder: Path, table: str, *lines: str) -> None:
    """Add keys to a table of the ward's mapping."""
    text = "".join(f"    {line}\n" for line in lines)
    change(folder / "mapping.yml", f"file: {table}.csv\n", f"file: {table}.csv\n{text}")


def rows(folder: Path, name: str, *lines: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as stream:
        stream.write("".join(f"{line}\n" for line in lines))


def refused(study, folder):
    with pytest.raises(LlticError) as error:
        ingest(study, "tabular", [folder])
    return error.value


def test_rows_that_are_not_asked_for_are_set_aside_and_counted_once(empty_study, ward_folder):
    rows(ward_folder, "spells.csv", "s3,p1,2024-02-01,2024-02-03,99,1", "s4,p1,2024-03-01,,11,")
    add(ward_folder, "spells", 'only: {meth: ["11", "21"]}', 'set_aside: {DISMETH: [""]}')
    result = ingest(empty_study, "tabular", [ward_folder])
    assert result.rows_set_aside["spells"] == {
        "meth is not one of 11, 21": 1,
        "DISMETH is empty": 1,
    }
    assert result.rows_in["spells"] == 4
    assert result.problems == ()
    assert result.unaccounted() == []
    assert read_table(empty_study, "spells")["spell_id"].tolist() == ["s1", "s2"]


def test_one_row_per_person_is_made_out_of_their_spells(empty_study, ward_folder):
    rows(ward_folder, "patients.csv", "p1,,03/02/1940,", "p1,,,1", ",,01/01/1950,1")
    add(ward_folder, "patients", "once: true")
    result = ingest(empty_study, "tabular", [ward_folder])
    assert (result.rows_in["persons"], result.rows_merged["persons"]) == (6, 2)
    found = {(p.code, p.where): p.count for p in result.problems}
    assert found == {
        ("rows-disagree", "patients.csv: column DOB, row 2"): 1,
        ("missing-value", "patients.csv: column PatientKey, row 7"): 1,
    }
    one = read_table(empty_study, "persons").set_index("person_id").loc["p1"]
    assert (one["nhs_number"], str(one["born_on"])[:10]) == ("9990873305", "1940-02-01")


def test_a_sentinel_says_that_nothing_is_recorded(empty_study, ward_folder):
    change(ward_folder / "spells.csv", "2024-01-03,11,4", "1800-01-01,11,?")
    add(ward_folder, "spells", 'empty: ["?", "1800-01-01"]')
    assert ingest(empty_study, "tabular", [ward_folder]).problems == ()
    last = read_table(empty_study, "spells").iloc[1]
    assert str(last["discharged_at"]) == "NaT"
    assert last["died_in_hospital"] == 0


def test_the_first_file_that_is_there_is_taken_and_an_optional_one_may_lack(
    empty_study, ward_folder
):
    change(ward_folder / "mapping.yml", "file: deaths.csv", "file: [no.csv, deaths.csv]")
    change(
        ward_folder / "mapping.yml",
        "  deaths:",
        "  flags:\n    file: flags.csv\n    optional: true\n    columns:\n      flag_id: ID\n"
        "      person_id: PAT\n      flag: FLAG\n      source: {value: register}\n  deaths:",
    )
    result = ingest(empty_study, "tabular", [ward_folder])
    assert "flags" not in result.rows_in
    (ward_folder / "flags.csv").write_text("ID,PAT,FLAG\nf1,p1,maternal\nf2,p2,odd\n")
    result = ingest(empty_study, "tabular", [ward_folder])
    assert (result.rows_in["flags"], result.rows_kept["flags"]) == (2, 1)
    assert read_table(empty_study, "flags")["flag"].tolist() == ["maternal"]


def test_ways_are_tried_in_order_and_a_wrong_date_is_no_reason_to_go_on(empty_study, ward_folder):
    text = "SPELL,PAT,ADM,DIS,METH,DISMETH,ALT,OLD\n"
    text += "s1,p1,2024-01-01,2024-01-05,21,1,x,2024-01-04\n"
    text += "s2,p2,2024-01-01,,77,1,TRANSFER,2024-01-04\n"
    text += "s3,p2,2024-01-01,odd,77,1,TRANSFER,2024-01-04\n"
    (ward_folder / "spells.csv").write_text(text)
    change(ward_folder / "mapping.yml", "discharged_at: DIS", "discharged_at: [DIS, OLD]")
    change(
        ward_folder / "mapping.yml",
        '{column: METH, codes: {"11": elective, "21": emergency}}',
        '[{column: ALT, codes: {TRANSFER: transfer}}, {column: METH, codes: {"21": emergency}}]',
    )
    result = ingest(empty_study, "tabular", [ward_folder])
    assert [(p.code, p.where) for p in result.problems] == [
        ("wrong-date", "spells.csv: column DIS or OLD, row 4")
    ]
    spells = read_table(empty_study, "spells")
    assert spells["admission_method"].tolist() == ["emergency", "transfer"]
    assert [str(d)[:10] for d in spells["discharged_at"]] == ["2024-01-05", "2024-01-04"]


def test_a_whole_number_is_never_rounded_and_an_age_is_one_of_years(empty_study, ward_folder):
    ages = {"71": 71, "71.0": 71, "70.5": None, "7_0": None, "1e1": None, "7003": None, "-1": None}
    lines = [f"a{n},p1,2024-01-01,,21,1,{age}" for n, age in enumerate(ages)]
    (ward_folder / "spells.csv").write_text(
        "\n".join(["SPELL,PAT,ADM,DIS,METH,DISMETH,AGE", *lines]) + "\n"
    )
    change(
        ward_folder / "mapping.yml",
        "discharged_at: DIS",
        "discharged_at: DIS\n      age_at_admission: AGE",
    )
    result = ingest(empty_study, "tabular", [ward_folder])
    assert {p.code: p.count for p in result.problems} == {"wrong-type": 3, "wrong-form": 2}
    found = read_table(empty_study, "spells")["age_at_admission"]
    assert [None if pd.isna(age) else age for age in found] == list(ages.values())


def test_columns_are_joined_and_go_by_any_of_their_names(empty_study, ward_folder):
    (ward_folder / "patients.csv").write_text("KEY,Y,M,D\np1,1940,2,1\np2,1944,,\n")
    change(
        ward_folder / "mapping.yml", "person_id: PatientKey", "person_id: {column: [patid, key]}"
    )
    change(
        ward_folder / "mapping.yml", "nhs_number: NHS", "nhs_number: {column: NHS, optional: true}"
    )
    born = 'born_on: {template: "{Y}-{M}-{D}", date: "%Y-%m-%d"}'
    change(ward_folder / "mapping.yml", "born_on: DOB", born)
    change(ward_folder / "mapping.yml", "{column: SEX,", "{column: [SEX, GENDER], optional: true,")
    assert "missing-value" in refused(empty_study, ward_folder).codes  # nobody's sex is known
    change(ward_folder / "patients.csv", "KEY,Y,M,D", "KEY,Y,M,D,Gender")
    change(ward_folder / "patients.csv", "2,1\n", "2,1,1\n")
    change(ward_folder / "patients.csv", ",,\n", ",,,2\n")
    assert ingest(empty_study, "tabular", [ward_folder]).problems == ()
    persons = read_table(empty_study, "persons")
    assert [str(d)[:10] for d in persons["born_on"]] == ["1940-02-01", "NaT"]


def test_a_code_may_leave_a_cell_empty(empty_study, ward_folder):
    codes = '      discharge_method: {column: DISMETH, codes: {"1": "", "4": died}}\n'
    change(ward_folder / "mapping.yml", "      admitted_at", codes + "      admitted_at")
    assert ingest(empty_study, "tabular", [ward_folder]).problems == ()
    assert read_table(empty_study, "spells")["discharge_method"].fillna("").tolist() == ["", "died"]


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("admitted_at: ADM", "admitted_at: [{value: x, date: iso}, ADM]", {"mapping-unclear"}),
        ("person_id: PatientKey", "person_id: {template: nothing}", {"mapping-unclear"}),
        ("died_on: DIED", "registered_on: DIED", {"missing-column"}),
        ("file: spells.csv", "file: []", {"mapping-unclear"}),
        ("file: spells.csv", "file: spells.csv\n    encoding: cp1", {"mapping-unclear"}),
        ("file: spells.csv", "file: spells.csv\n    once: maybe", {"definition-wrong-value"}),
        ("file: spells.csv", "file: spells.csv\n    only: {NO: [1]}", {"missing-column"}),
        ("spell_id: SPELL", "spell_id: {colum: SPELL}", {"definition-unknown-key"}),
        ("setting: {value: acute}", "sequence: {value: one}", {"missing-column", "unknown-code"}),
    ],
)
def test_each_fault_has_its_code(empty_study, ward_folder, old, new, codes):
    change(ward_folder / "mapping.yml", old, new)
    assert set(refused(empty_study, ward_folder).codes) == codes


def test_a_fault_is_named_where_the_author_wrote_it(empty_study, ward_folder):
    change(ward_folder / "mapping.yml", "spell_id: SPELL", "spell_id: {colum: SPELL}")
    (problem,) = refused(empty_study, ward_folder).problems
    assert problem.where.endswith("tables.spells.columns.spell_id.colum")


def test_every_dialect_that_is_shipped_is_a_mapping_inside_the_package():
    inside = importlib.resources.files("lltic.sources") / "dialects"
    shipped = {Path(str(file)).stem: file for file in inside.iterdir() if str(file).endswith("yml")}
    assert set(shipped) == {name for name, dialect in DIALECTS.items() if dialect.shipped}
    for name, file in shipped.items():
        tables = {**{t.name: t for t in DIALECTS[name].working}, **TABLES}
        mapping, _ = read_mapping(Path(str(file)), tables.values())
        assert mapping.name == name


def test_a_shipped_dialect_can_be_changed_by_a_mapping_of_ones_own(empty_study, tmp_path):
    own = importlib.resources.files("lltic.sources") / "dialects" / "omop.yml"
    text = own.read_text("utf-8").replace('["9201", "262"]', '["9201", "262", "9202"]')
    (tmp_path / "own.yml").write_text(text, "utf-8")
    (tmp_path / "person.csv").write_text(
        "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth\n1,8507,1940,1,2\n"
    )
    (tmp_path / "visit_occurrence.csv").write_text(
        "visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date\n"
        "7,1,9202,2020-01-01,2020-01-02\n"
    )
    (tmp_path / "death.csv").write_text("person_id,death_date,death_type_concept_id\n")
    assert ingest(empty_study, "omop", [tmp_path]).rows_kept["spells"] == 0
    result = ingest(empty_study, "omop", [tmp_path], mapping=tmp_path / "own.yml")
    assert result.rows_kept["spells"] == 1
