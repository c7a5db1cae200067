# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import zipfile
from datetime import date

import openpyxl
import pandas as pd
import pytest
from ward_extract import change, empty_study, ward_folder

from lltic.errors import LlticError, UsageError
from lltic.sources import read_table, workbooks
from lltic.sources.ingest import ingest


def codes(problems):
    return {p.code: p.count for p in problems}


def refused(empty_study, ward_folder, **options):
    with pytest.raises(LlticError) as error:
        ingest(empty_study, "tabular", [ward_folder], **options)
    assert list(empty_study.extract.iterdir()) == []
    return error.value


def test_a_good_extract_is_taken_over(empty_study, ward_folder):
    result = ingest(empty_study, "tabular", [ward_folder])
    assert result.problems == ()
    assert result.rows_kept == {"persons": 3, "spells": 2, "deaths": 2, "documents": 0}
    persons = read_table(empty_study, "persons").set_index("person_id")
    assert persons.loc["p1", "nhs_number"] == "9990873305"
    assert persons.loc["p1", "born_on"] == pd.Timestamp(1940, 2, 1)
    assert persons["sex"].tolist() == ["male", "female", "unknown"]
    spells = read_table(empty_study, "spells")
    assert spells["died_in_hospital"].tolist() == [False, True]
    assert spells["admitted_at"].tolist() == [
        pd.Timestamp(2024, 1, 1, 10),
        pd.Timestamp(2024, 1, 1),
    ]


def test_dates_day_first_are_never_read_month_first(empty_study, ward_folder):
    change(ward_folder / "deaths.csv", "d1,p1,22/01/2024", "d1,p1,01/22/2024")
    result = ingest(empty_study, "tabular", [ward_folder])
    (problem,) = result.problems
    assert (problem.code, problem.where) == ("wrong-date", "deaths.csv: column DIED, row 2")
    assert "%d/%m/%Y" in problem.allowed
    assert result.rows_kept["deaths"] == 1


def test_a_year_of_two_digits_is_no_date(empty_study, ward_folder):
    change(ward_folder / "deaths.csv", "22/01/2024", "22/01/24")
    assert codes(ingest(empty_study, "tabular", [ward_folder]).problems) == {"wrong-date": 1}


def test_every_problem_is_found_at_once_and_counted(empty_study, ward_folder):
    change(ward_folder / "patients.csv", "999 087 3305", "123")
    change(ward_folder / "patients.csv", "29/02/1944", "30/02/1944")
    with (ward_folder / "spells.csv").open("a", encoding="utf-8") as stream:
        stream.write("s3,p1,2024-02-01,2024-02-03,99,1\n")
        stream.write("s4,p9,2024-02-01,2024-02-03,11,1\n")
        stream.write("s5,p1,2024-02-05,2024-02-03,11,1\n")
        stream.write(",p1,2024-02-05,2024-02-07,11,1\n")
    with (ward_folder / "deaths.csv").open("a", encoding="utf-8") as stream:
        stream.write("d3,p9,22/01/2024\n")
    result = ingest(empty_study, "tabular", [ward_folder])
    assert codes(result.problems) == {
        "wrong-nhs-number": 1,
        "wrong-date": 1,
        "unknown-code": 1,
        "dangling-person": 1,
        "discharged-before-admitted": 1,
        "missing-value": 1,
    }
    assert sum(p.code == "dangling-person" for p in result.problems) == 2
    # The person keeps the row without the number and the date; the death without a person stays
    # for the cohort to count out; the contradictory spell stays.
    assert result.rows_in == {"persons": 3, "spells": 6, "deaths": 3, "documents": 0}
    assert result.rows_kept == {"persons": 3, "spells": 3, "deaths": 3, "documents": 0}


def test_strict_stops_at_a_wrong_date(empty_study, ward_folder):
    change(ward_folder / "deaths.csv", "22/01/2024", "2024-01-22")
    assert refused(empty_study, ward_folder, strict=True).codes == ("wrong-date",)


def test_a_table_of_which_nothing_is_left_is_refused(empty_study, ward_folder):
    change(
        ward_folder / "mapping.yml",
        'file: deaths.csv\n    date: "%d/%m/%Y"',
        "file: deaths.csv\n    date: iso",
    )
    error = refused(empty_study, ward_folder)
    assert set(error.codes) == {"wrong-date", "no-row-kept"}


def test_rows_of_one_key_that_differ_are_all_refused_and_the_others_kept(empty_study, ward_folder):
    with (ward_folder / "spells.csv").open("a", encoding="utf-8") as stream:
        stream.write("s2,p3,2024-01-01,2024-01-03,11,4\n")
        stream.write("s3,p1,2024-02-01,2024-02-03,11,1\n")
    result = ingest(empty_study, "tabular", [ward_folder])
    (problem,) = result.problems
    assert (problem.code, problem.count) == ("duplicate-key", 2)
    assert problem.where == "spells.csv: column SPELL, rows 3, 4"
    assert read_table(empty_study, "spells")["spell_id"].tolist() == ["s1", "s3"]
    assert (result.rows_in["spells"], result.rows_refused["spells"]) == (4, 2)


def test_rows_that_say_the_same_are_merged_and_counted(empty_study, ward_folder):
    row = "s2,p2,2024-01-01,2024-01-03,11,4\n"
    with (ward_folder / "spells.csv").open("a", encoding="utf-8") as stream:
        stream.write(row + row)
    result = ingest(empty_study, "tabular", [ward_folder])
    assert result.problems == ()
    assert (result.rows_in["spells"], result.rows_merged["spells"]) == (4, 2)
    assert read_table(empty_study, "spells")["spell_id"].tolist() == ["s1", "s2"]


def test_a_table_in_which_every_key_is_doubtful_is_refused(empty_study, ward_folder):
    change(ward_folder / "spells.csv", "s2,p2", "s1,p2")
    assert refused(empty_study, ward_folder).codes == ("duplicate-key", "no-row-kept")


def test_missing_columns_of_all_files_are_named_at_once(empty_study, ward_folder):
    change(ward_folder / "spells.csv", "SPELL,PAT,ADM", "SPELL,PAT,ADMITTED")
    change(ward_folder / "deaths.csv", "DIED", "DOD")
    error = refused(empty_study, ward_folder)
    assert [(p.code, p.where) for p in error.problems] == [
        ("missing-column", "spells.csv: ADM"),
        ("missing-column", "deaths.csv: DIED"),
    ]
    assert "ADMITTED" in error.problems[0].allowed


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (
            "      sex: {column: SEX, codes: {1: male, 2: female}, otherwise: unknown}\n",
            "",
            "missing-column",
        ),
        ("sex: {column: SEX", "sexe: {column: SEX", "unknown-column"),
        (
            '    date: "%d/%m/%Y"\n    columns:\n      person_id',
            "    columns:\n      person_id",
            "date-format-missing",
        ),
        ('"%d/%m/%Y"', '"%d/%m/%y"', "two-digit-year"),
        ('"%d/%m/%Y"', '"%m/%Y"', "mapping-unclear"),
        ("1: male", "1: man", "unknown-code"),
        ("{value: RXX}", "{value: RXX, column: ADM}", "mapping-unclear"),
        ("  deaths:", "  dead:", "unknown-table"),
        ("file: spells.csv", "file: spells.csv\n    delimiter: tab", "mapping-unclear"),
        ("file: spells.csv", "file: missing.csv", "no-file"),
        ("file: spells.csv", "file: mapping.yml", "unknown-file-type"),
        ("file: spells.csv", "fil: spells.csv", "definition-unknown-key"),
        ("name: ward", "name: ward\nname: ward", "definition-syntax"),
    ],
)
def test_each_fault_of_a_mapping_has_its_code(empty_study, ward_folder, old, new, code):
    change(ward_folder / "mapping.yml", old, new)
    assert code in refused(empty_study, ward_folder).codes


def test_a_mapping_elsewhere_can_be_named_and_a_missing_one_is_a_usage_error(
    empty_study, ward_folder
):
    other = ward_folder.parent / "mine.yml"
    (ward_folder / "mapping.yml").rename(other)
    with pytest.raises(UsageError) as error:
        ingest(empty_study, "tabular", [ward_folder])
    assert error.value.codes == ("no-mapping",)
    assert ingest(empty_study, "tabular", [ward_folder], mapping=other).rows_kept["deaths"] == 2


def test_one_folder_is_asked_for(empty_study, ward_folder):
    for paths in ([], [ward_folder, ward_folder], [ward_folder / "deaths.csv"]):
        with pytest.raises(UsageError) as error:
            ingest(empty_study, "tabular", paths)
        assert error.value.codes == ("one-folder",)


def test_parquet_and_xlsx_say_the_same_as_csv(empty_study, ward_folder):
    result = ingest(empty_study, "tabular", [ward_folder])
    before = {p.name: p.read_bytes() for p in empty_study.extract.glob("*.parquet")}
    with (ward_folder / "deaths.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Deaths")
    sheet.append(rows[0])
    sheet.append([rows[1][0], rows[1][1], date(2024, 1, 22)])  # a real date, and a text
    sheet.append(rows[2])
    book.save(ward_folder / "deaths.xlsx")
    change(ward_folder / "mapping.yml", "file: deaths.csv", "file: deaths.xlsx\n    sheet: Deaths")
    pd.DataFrame(
        {
            "SPELL": ["s1", "s2"],
            "PAT": ["p1", "p2"],
            "ADM": [pd.Timestamp(2024, 1, 1, 10), pd.Timestamp(2024, 1, 1)],
            "DIS": [pd.Timestamp(2024, 1, 5, 11), pd.Timestamp(2024, 1, 3)],
            "METH": [21.0, 11.0],  # what pandas makes of whole numbers beside a gap
            "DISMETH": [1, 4],
        }
    ).to_parquet(ward_folder / "spells.parquet")
    change(ward_folder / "mapping.yml", "file: spells.csv", "file: spells.parquet")
    again = ingest(empty_study, "tabular", [ward_folder])
    assert again.problems == result.problems == ()
    assert {p.name: p.read_bytes() for p in empty_study.extract.glob("*.parquet")} == before


def test_an_unknown_sheet_is_named_with_those_there_are(empty_study, ward_folder):
    openpyxl.Workbook().save(ward_folder / "deaths.xlsx")
    change(ward_folder / "mapping.yml", "file: deaths.csv", "file: deaths.xlsx\n    sheet: Deaths")
    error = refused(empty_study, ward_folder)
    assert error.codes == ("unknown-sheet",)
    assert error.problems[0].allowed == "Sheet"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'REF,PAT,DIED\nd1,p1,22/01/2024\nd2,"CANARY"x\nd3,p1"\n,1\nd4,"CANARY\n"x,z\n', "line 6"),
        (b'REF,PAT,DIED\nd1,"CANARY,22/01/2024\nd2,p2,03/01/2024\n', "line 2"),
        (b"REF,PAT,DIED\nd1,CANARY\xe9,22/01/2024\n", ""),
        (b"", ""),
        (b"REF,PAT,DIED,died\nd1,p1,CANARY,x\n", ""),
    ],
)
def test_an_unreadable_file_is_named_with_its_line_and_never_quoted(
    empty_study, ward_folder, content, line
):
    (ward_folder / "deaths.csv").write_bytes(content)
    error = refused(empty_study, ward_folder)
    assert error.codes[0] in ("unreadable-file", "duplicate-column")
    assert line in str(error)
    assert "CANARY" not in str(error)


def test_a_row_that_cannot_be_taken_apart_is_left_out_alone(empty_study, ward_folder):
    content = 'REF,PAT,DIED\nd1,p1,22/01/2024\r\nd2,CANARY\n"d3"x,p1,CANARY\nd4,p2,03/01/2024\n'
    (ward_folder / "deaths.csv").write_bytes(content.encode())
    result = ingest(empty_study, "tabular", [ward_folder])
    (problem,) = result.problems
    assert (problem.code, problem.where) == ("broken-row", "deaths.csv: rows 3, 4")
    assert (result.rows_in["deaths"], result.rows_refused["deaths"]) == (4, 2)
    assert "CANARY" not in str(problem)


@pytest.mark.parametrize("said", ["A1", "A1:C2", "A1:C9"])
def test_a_workbook_that_is_wrong_about_its_size_loses_no_row(empty_study, ward_folder, said):
    book = openpyxl.Workbook()
    for row in (["REF", "PAT", "DIED"], ["d1", "p1", "22/01/2024"], ["d2", "p2", "03/01/2024"]):
        book.active.append(row)
    book.save(ward_folder / "right.xlsx")
    with (
        zipfile.ZipFile(ward_folder / "right.xlsx") as right,
        zipfile.ZipFile(ward_folder / "deaths.xlsx", "w") as wrong,
    ):
        for name in right.namelist():
            wrong.writestr(name, right.read(name).replace(b'"A1:C3"', f'"{said}"'.encode()))
    change(ward_folder / "mapping.yml", "file: deaths.csv", "file: deaths.xlsx")
    result = ingest(empty_study, "tabular", [ward_folder])
    assert result.problems == ()
    assert (result.rows_in["deaths"], result.rows_kept["deaths"]) == (2, 2)


@pytest.mark.parametrize(
    ("name", "cell", "has"),
    [
        ("sheet1.xml", b'<c r="A2"><f>1+1</f><v/></c>', True),
        ("Sheet1.xml", b'<x:c r="A2"><x:f t="shared">A1</x:f></x:c>', True),
        ("data.xml", b'<c r="A2"><f/></c>', True),
        ("sheet1.xml", b'<c r="A2"><font/><v>1</v></c>', False),
    ],
)
def test_a_formula_is_seen_whatever_its_sheet_and_namespace_are_called(tmp_path, name, cell, has):
    for before in (0, (1 << 20) - 20):  # also where two pieces of the file meet
        with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as book:
            book.writestr(f"xl/worksheets/{name}", b" " * before + cell)
        assert workbooks._has_formulas(tmp_path / "book.xlsx") == has


def test_a_file_parted_otherwise_is_told_so(empty_study, ward_folder):
    deaths = ward_folder / "deaths.csv"
    deaths.write_text(deaths.read_text("utf-8").replace(",", ";"), "utf-8")
    error = refused(empty_study, ward_folder)
    assert set(error.codes) == {"missing-column"}
    assert all("parted by ','" in problem.hint for problem in error.problems)


def test_a_formula_counts_by_the_value_that_was_stored_and_without_one_says_nothing(
    empty_study, ward_folder
):
    book = openpyxl.Workbook()
    for row in (
        ["REF", "PAT", "DIED", "NOTE"],
        ["d1", "p1", "22/01/2024", "=1+1"],
        ["d2", "p2", '=TEXT(TODAY(),"CANARY")', ""],
        ["d3", "#N/A", "03/01/2024", ""],
    ):
        book.active.append(row)
    book.save(ward_folder / "deaths.xlsx")
    change(ward_folder / "mapping.yml", "file: deaths.csv", "file: deaths.xlsx")
    result = ingest(empty_study, "tabular", [ward_folder])
    assert [(p.code, p.where) for p in result.problems] == [
        ("cell-without-value", "deaths.xlsx: column PAT, row 4"),
        ("cell-without-value", "deaths.xlsx: column DIED, row 3"),
        ("missing-value", "deaths.xlsx: column PAT, row 4"),
        ("missing-value", "deaths.xlsx: column DIED, row 3"),
    ]
    assert (result.rows_in["deaths"], result.rows_refused["deaths"]) == (3, 2)
    assert "CANARY" not in str(result.problems)


def test_a_file_without_a_header_is_not_shown(empty_study, ward_folder):
    (ward_folder / "deaths.csv").write_text("CANARY1,CANARY2,CANARY3\nd2,p2,03/01/2024\n")
    error = refused(empty_study, ward_folder)
    assert set(error.codes) == {"missing-column"}
    assert "is the first row the header" in str(error)
    assert "CANARY" not in str(error)


@pytest.mark.parametrize("name", ["deaths.xlsx", "deaths.parquet", "deaths.csv.gz"])
def test_a_damaged_file_is_unreadable_whatever_its_kind(empty_study, ward_folder, name):
    (ward_folder / name).write_bytes(b"not what the name says")
    change(ward_folder / "mapping.yml", "file: deaths.csv", f"file: {name}")
    assert refused(empty_study, ward_folder).codes == ("unreadable-file",)


def test_a_declared_encoding_is_used(empty_study, ward_folder):
    (ward_folder / "patients.csv").write_bytes(b"PatientKey,NHS,DOB,SEX\np\xe9,,01/02/1940,1\n")
    (ward_folder / "spells.csv").write_text("SPELL,PAT,ADM,DIS,METH,DISMETH\n")
    change(
        ward_folder / "mapping.yml",
        "file: patients.csv",
        "file: patients.csv\n    encoding: cp1252",
    )
    ingest(empty_study, "tabular", [ward_folder])
    assert read_table(empty_study, "persons")["person_id"].tolist() == ["pé"]


def test_a_mark_at_the_start_semicolons_and_windows_lines_are_read(empty_study, ward_folder):
    text = (ward_folder / "deaths.csv").read_text("utf-8").replace(",", ";").replace("\n", "\r\n")
    (ward_folder / "deaths.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    change(ward_folder / "mapping.yml", "file: deaths.csv", 'file: deaths.csv\n    delimiter: ";"')
    assert ingest(empty_study, "tabular", [ward_folder]).rows_kept["deaths"] == 2


def test_the_extract_says_where_it_came_from(empty_study, ward_folder):
    result = ingest(empty_study, "tabular", [ward_folder])
    manifest = json.loads((empty_study.extract / "manifest.json").read_text())
    assert manifest["source"] == "tabular"
    assert manifest["rows_kept"] == result.rows_kept
    assert manifest["mapping_hash"] == result.mapping_hash
    change(ward_folder / "mapping.yml", "value: RXX", "value: RYY")
    assert ingest(empty_study, "tabular", [ward_folder]).mapping_hash != result.mapping_hash


def test_a_file_damaged_further_down_is_still_only_named(empty_study, ward_folder):
    frame = pd.DataFrame({"REF": ["d1"] * 9000, "PAT": ["CANARY"] * 9000, "DIED": ["x"] * 9000})
    frame.to_parquet(ward_folder / "deaths.parquet", compression=None)
    data = bytearray((ward_folder / "deaths.parquet").read_bytes())
    data[4:200] = b"\xff" * 196
    (ward_folder / "deaths.parquet").write_bytes(data)
    change(ward_folder / "mapping.yml", "file: deaths.csv", "file: deaths.parquet")
    error = refused(empty_study, ward_folder)
    assert error.codes == ("unreadable-file",)
    assert "CANARY" not in str(error)


def test_no_patient_value_is_in_any_message(empty_study, ward_folder):
    for name in ("patients.csv", "spells.csv", "deaths.csv"):
        path = ward_folder / name
        lines = path.read_text("utf-8").splitlines()
        canaries = [",".join(["CANARY"] * len(line.split(","))) for line in lines[1:]]
        path.write_text("\n".join([lines[0], *canaries]), "utf-8")
    error = refused(empty_study, ward_folder)
    assert {"wrong-date", "unknown-code", "no-row-kept"} <= set(error.codes)
    assert "CANARY" not in str(error) + repr(error.problems)


# --- documents -----------------------------------------------------------------------------------

DOCUMENTS = """\
  documents:
    file: docs.csv
    date: iso
    columns:
      document_id: id
      person_id: pat
      spell_id: spell
      file: path
      kind: {value: medical_notes}
      title: {value: Notes}
      organisation: {value: RXX}
"""


@pytest.fixture
def with_documents(ward_folder):
    with (ward_folder / "mapping.yml").open("a", encoding="utf-8") as stream:
        stream.write(DOCUMENTS)
    (ward_folder / "notes").mkdir()
    (ward_folder / "notes" / "a.txt").write_bytes(b"Seen at 10:00.\r\nPlan: home.\fPage two.")
    (ward_folder / "docs.csv").write_text("id,pat,spell,path\nn1,p1,s1,notes/a.txt\n")
    return ward_folder


def test_documents_are_copied_counted_and_hashed(empty_study, with_documents):
    ingest(empty_study, "tabular", [with_documents])
    (row,) = read_table(empty_study, "documents").to_dict("records")
    text = (empty_study.documents / "n1.txt").read_bytes()
    assert text == b"Seen at 10:00.\nPlan: home.\fPage two."
    assert row["pages"] == 2
    assert row["sha256"] == hashlib.sha256(text).hexdigest()


def test_a_document_must_lie_below_the_mapping_and_have_a_safe_name(empty_study, with_documents):
    outside = with_documents.parent / "secret.txt"
    outside.write_text("CANARY")
    (with_documents / "notes" / "link.txt").symlink_to(outside)
    (with_documents / "notes" / "raw.txt").write_bytes(b"\xff\xfe\x00")
    (with_documents / "notes" / "blank.txt").write_text(" \n")
    with (with_documents / "docs.csv").open("a") as stream:
        stream.write("n2,p1,s1,../secret.txt\n")
        stream.write(f"n3,p1,s1,{outside}\n")
        stream.write("n4,p1,s1,notes/link.txt\n")
        stream.write("n5,p1,s1,notes/missing.txt\n")
        stream.write("n6,p1,s1,notes/raw.txt\n")
        stream.write("n7,p1,s1,notes/blank.txt\n")
        stream.write("../n8,p1,s1,notes/a.txt\n")
        stream.write("n9,p1,sX,notes/a.txt\n")
    result = ingest(empty_study, "tabular", [with_documents])
    assert codes(result.problems) == {
        "outside-folder": 3,
        "no-file": 1,
        "not-utf8": 1,
        "no-text": 1,
        "wrong-form": 1,
        "dangling-spell": 1,
    }
    assert sorted(p.name for p in empty_study.documents.iterdir()) == ["n1.txt", "n9.txt"]
    rows = read_table(empty_study, "documents").set_index("document_id")["spell_id"]
    assert rows["n1"] == "s1"
    assert pd.isna(rows["n9"])


def test_texts_can_stand_in_a_column(empty_study, with_documents):
    (with_documents / "docs.csv").write_text('id,pat,spell,body\nn1,p1,s1,"One,\ntwo."\n')
    change(with_documents / "mapping.yml", "      file: path\n", "      text: body\n")
    ingest(empty_study, "tabular", [with_documents])
    assert (empty_study.documents / "n1.txt").read_text() == "One,\ntwo."


def test_a_text_comes_from_one_place_only(empty_study, with_documents):
    change(
        with_documents / "mapping.yml", "      file: path\n", "      file: path\n      text: body\n"
    )
    assert "mapping-unclear" in refused(empty_study, with_documents).codes


def test_a_full_disk_leaves_the_old_extract_and_documents(empty_study, with_documents, monkeypatch):
    ingest(empty_study, "tabular", [with_documents])

    def all_files():
        files = [p for p in empty_study.path.rglob("*") if p.is_file()]
        return {str(p): p.read_bytes() for p in files}

    before = all_files()
    (with_documents / "notes" / "a.txt").write_text("Another text.")
    change(with_documents / "deaths.csv", "22/01/2024", "23/01/2024")

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LlticError) as error:
        ingest(empty_study, "tabular", [with_documents])
    assert error.value.codes == ("cannot-write",)
    assert all_files() == before
