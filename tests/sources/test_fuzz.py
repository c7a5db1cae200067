"""Whatever an extract looks like: counted, told by code and row, and never a value."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import json
import re
from pathlib import Path

import fuzzed
import numpy as np
import pytest
from fuzzed import CANARY
from ward_extract import MAPPING, empty_study

from lltic.cli import main
from lltic.sources import read_table
from lltic.sources.ingest import DIALECTS

PAGES = Path(__file__).resolve().parents[2] / "docs" / "sources"

ACCOUNT = ("rows_kept", "rows_refused", "rows_merged")
BEFORE_ROWS = {"missing-column", "unreadable-file", "duplicate-column", "no-file", "no-row-kept"}
BEFORE_ROWS |= {"cell-without-value"}


def ingested(study, dialect, folder, capsys):
    """Run the command as it is run; return what it says, after a look at all that it wrote."""
    before = {p.name: p.read_bytes() for p in study.extract.iterdir()}
    arguments = ["ingest", "--study", study.path, "--source", dialect, folder, "--json"]
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    assert CANARY not in out + err
    assert "Traceback" not in err
    # A document's file is named by its identifier; nothing else is named by what a cell says.
    assert CANARY not in "".join(p.name for p in [*study.path.iterdir(), *study.extract.iterdir()])
    for manifest in study.extract.glob("*.json"):
        assert CANARY not in manifest.read_text("utf-8")
    if code == 2 or not out:
        assert {p.name: p.read_bytes() for p in study.extract.iterdir()} == before
        said = json.loads(err)
        assert said["problems"]
        return code, said
    return code, json.loads(out)


def adds_up(said):
    """Every row is kept, refused, merged or set aside, in every table."""
    for name, rows in said["rows_in"].items():
        aside = sum(said["rows_set_aside"][name].values())
        assert rows == aside + sum(said[part][name] for part in ACCOUNT), name


def codes(said):
    return {problem["code"] for problem in said["problems"]}


def says_where(said):
    """A problem of rows names some of them, at most three, as a spreadsheet numbers them."""
    for problem in said["problems"]:
        numbers = re.findall(r"\brows? ([0-9, ]+)", problem["where"])
        if problem["code"] not in BEFORE_ROWS | {"activity-after-death"}:
            assert numbers, problem
        for some in numbers:
            found = [int(n) for n in some.strip(", ").split(",")]
            assert 1 <= len(found) <= 3
            assert min(found) >= 2


def one_extract(study, dialect, folder, looks, rng, rows, capsys):
    """Make, read and judge one extract that can be read; return how many rows it had."""
    given = fuzzed.sheets(dialect)
    fuzzed.fill(given, rng, rows)
    for sheet, look in zip(given, looks, strict=True):
        fuzzed.write([sheet], folder, look, rng)
    if dialect == "tabular":
        (folder / "mapping.yml").write_text(mapping_for(given, looks), "utf-8")
    _, said = ingested(study, dialect, folder, capsys)
    assert "rows_in" in said, said
    adds_up(said)
    says_where(said)
    for sheet in given:
        if sheet.table:
            assert said["rows_in"][sheet.table] == sheet.written, sheet.name
    for table, kept, out in fuzzed.expected(given):
        if table in said["rows_set_aside"] and not any(said["rows_set_aside"][table].values()):
            keys = set(read_table(study, table.removeprefix("hes_")).iloc[:, 0])
            assert kept <= keys, table
            assert not out & keys, table
    return sum(sheet.written for sheet in given), codes(said)


def mapping_for(given, looks):
    """Return the ward's mapping with what it has to say of each file's look."""
    mapping = MAPPING
    for sheet, look in zip(given, looks, strict=True):
        said = {fuzzed.cp1252: "cp1252", fuzzed.utf16: "utf-16"}.get(look)
        kind = {fuzzed.parquet: "parquet", fuzzed.workbook: "xlsx"}.get(look)
        line = f"file: {sheet.name}\n"
        if said:
            mapping = mapping.replace(line, f"{line}    encoding: {said}\n")
        if kind:
            mapping = mapping.replace(line, line.replace("csv", kind))
    return mapping


def many(dialect, study, tmp_path, capsys, total):
    """Read at least ``total`` rows of a dialect, in every look; return the codes that were met.

    Every file of an extract has another look than the one beside it.
    """
    looks = [*fuzzed.TAKEN, *fuzzed.ALSO.get(dialect, ())]
    files = len(fuzzed.sheets(dialect))
    extracts = -(-len(looks) // files)
    met, rows = set(), 0
    for number in range(extracts):
        folder = tmp_path / f"extract {number}"
        folder.mkdir()
        rng = np.random.default_rng([number, 5])
        these = [looks[(number * files + i) % len(looks)] for i in range(files)]
        size = 1 + total // (extracts * files)
        made, found = one_extract(study, dialect, folder, these, rng, size, capsys)
        rows, met = rows + made, met | found
    assert rows >= total
    return met


EXPECTED = {
    "tabular": {
        "wrong-date",
        "missing-value",
        "duplicate-key",
        "broken-row",
        "unknown-code",
        "wrong-form",
        "cell-without-value",
    },
    "mimic-iv": {"wrong-date", "missing-value", "duplicate-key", "broken-row", "unknown-code"},
    "omop": {"wrong-date", "missing-value", "duplicate-key", "broken-row", "wrong-form"},
    "hes-apc": {
        "wrong-date",
        "missing-value",
        "broken-row",
        "unknown-code",
        "wrong-type",
        "cell-without-value",
        "repeated-episode",
        "conflicting-episode",
    },
}
"""Codes that a spoilt extract must bring up."""


def test_every_dialect_is_fuzzed():
    assert set(EXPECTED) == set(DIALECTS)


@pytest.mark.parametrize("dialect", sorted(EXPECTED))
def test_two_thousand_spoilt_rows_are_told_and_counted(dialect, empty_study, tmp_path, capsys):
    met = many(dialect, empty_study, tmp_path, capsys, 2_000)
    assert met >= EXPECTED[dialect]
    pages = "".join(page.read_text("utf-8") for page in PAGES.glob("*.md"))
    assert [code for code in sorted(met) if f"`{code}`" not in pages] == []


@pytest.mark.soak
@pytest.mark.parametrize("dialect", sorted(EXPECTED))
def test_a_hundred_thousand_spoilt_rows_are_told_and_counted(
    dialect, empty_study, tmp_path, capsys
):
    assert many(dialect, empty_study, tmp_path, capsys, 100_000) >= EXPECTED[dialect]


@pytest.mark.parametrize("dialect", sorted(EXPECTED))
def test_a_file_that_is_no_table_is_refused_and_nothing_is_changed(
    dialect, empty_study, tmp_path, capsys
):
    for number, look in enumerate(fuzzed.REFUSED):
        folder = tmp_path / look.__name__
        folder.mkdir()
        if dialect == "tabular":
            (folder / "mapping.yml").write_text(MAPPING, "utf-8")
        given = fuzzed.sheets(dialect)
        fuzzed.fill(given, np.random.default_rng(number), 5)
        fuzzed.write(given, folder, look, np.random.default_rng(number))
        code, said = ingested(empty_study, dialect, folder, capsys)
        assert code == 1
        assert codes(said) <= {"unreadable-file", "missing-column", "no-file", "duplicate-column"}
    assert list(empty_study.extract.iterdir()) == []


@pytest.mark.parametrize("dialect", sorted(EXPECTED))
@pytest.mark.parametrize("rows", [0, 1])
def test_no_row_and_one_row_are_extracts_too(dialect, rows, empty_study, tmp_path, capsys):
    given = fuzzed.sheets(dialect)
    fuzzed.fill(given, np.random.default_rng(1), rows, spoil=False)
    (tmp_path / "mapping.yml").write_text(MAPPING, "utf-8")
    fuzzed.write(given, tmp_path, fuzzed.plain, np.random.default_rng(1))
    code, said = ingested(empty_study, dialect, tmp_path, capsys)
    assert code == 0
    adds_up(said)
    assert said["rows_kept"]["persons"] == rows
