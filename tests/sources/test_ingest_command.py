# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name
from __future__ import annotations

import json

import pytest
from ward_extract import change, empty_study, ward_folder

from lltic.cli import main
from lltic.records import Case
from lltic.sources.parquet import read_records, write_records


def run(capsys, *arguments):
    code = main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_it_prints_rows_in_rows_kept_and_problems_by_code(empty_study, ward_folder, capsys):
    change(ward_folder / "deaths.csv", "22/01/2024", "32/01/2024")
    code, out, err = run(
        capsys, "ingest", "--study", empty_study.path, "--source", "tabular", ward_folder
    )
    assert (code, err) == (1, "")
    assert out.splitlines()[-1] == "problems: wrong-date 1"
    assert "deaths           2          1" in out
    assert "Warning: deaths.csv: column DIED, row 2" in out


def test_machines_get_json(empty_study, ward_folder, capsys):
    arguments = (
        "ingest",
        "--study",
        empty_study.path,
        "--source",
        "tabular",
        ward_folder,
        "--json",
    )
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert json.loads(out)["rows_kept"]["spells"] == 2


@pytest.mark.parametrize(
    ("spoil", "options", "expected", "said"),
    [
        (None, ("--source", "hes"), 2, "mimic-iv, omop, tabular"),
        (("deaths.csv", "22/01/2024", "x"), ("--source", "tabular", "--strict"), 1, "row 2"),
        (("spells.csv", "s2,p2", "s2,p9"), ("--source", "tabular", "--strict"), 1, "persons"),
        (("spells.csv", "ADM", "ADMI"), ("--source", "tabular"), 1, "spells.csv: ADM"),
        (("mapping.yml", "tables:", "tables: ["), ("--source", "tabular"), 1, "line"),
    ],
)
def test_bad_input_is_one_clear_message_and_changes_nothing(
    empty_study, ward_folder, capsys, spoil, options, expected, said
):
    if spoil:
        change(ward_folder / spoil[0], *spoil[1:])
    code, out, err = run(capsys, "ingest", "--study", empty_study.path, *options, ward_folder)
    assert code == expected
    assert out == ""
    assert len(err.splitlines()) == 1
    assert said in err
    assert "Traceback" not in err
    assert list(empty_study.extract.iterdir()) == []
    assert list(empty_study.documents.iterdir()) == []
    assert not [p for p in empty_study.path.iterdir() if p.name.startswith(".")]


def test_records_of_any_length_come_back_from_parquet(tmp_path):
    write_records(tmp_path / "none.parquet", Case, [])
    assert read_records(tmp_path / "none.parquet", Case, made_by="x") == []
