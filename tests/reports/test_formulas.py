"""SEC-07: formula and control payloads through CSV and XLSX: no formula, every text comes back."""

from __future__ import annotations

import ast
import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from office_program import shown
from openpyxl import Workbook, load_workbook
from payloads import FORMULAS

from lltic.cells import clean, looks_like_formula
from lltic.cli.output import csv_lines
from lltic.form import check_value, load_form
from lltic.reports import Facts, all_sheets, write_workbook
from lltic.reports.tables import Column, Sheet
from lltic.sources.files import open_file

ROOT = Path(__file__).resolve().parents[2]
MADE_AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")

WRITERS = {"lltic/cells.py"}
"""The only place of the package that writes what a spreadsheet opens."""


def expected(text: str) -> str:
    """What a cell has to hold: every character, what no file of this kind can hold marked."""
    return CONTROLS.sub("\ufffd", re.sub("\r\n?|[\x0b\x0c]", "\n", text))


def write(path: Path, *sheets: Sheet, title: str = "A study", footer: str = "A foot"):
    return write_workbook(path, sheets, title=title, footer=footer, made_at=MADE_AT)


def told(*texts: str) -> Sheet:
    columns = (Column("No", "integer"), Column("Words", width=30))
    return Sheet("Words", "Words", (), columns, tuple(enumerate(texts)))


def cells(path: Path) -> list[Any]:
    book = load_workbook(path)
    return [cell for page in book for row in page.iter_rows() for cell in row]


def formulas_in(path: Path) -> list[str]:
    """Return whatever of a workbook would be worked out, followed or fetched."""
    found = [f"{c.coordinate}: {c.value!r:.40}" for c in cells(path) if c.data_type == "f"]
    found += [f"{c.coordinate} leads away" for c in cells(path) if c.hyperlink]
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            xml = archive.read(name)
            wrong = re.findall(
                rb"<f[ >/]|<hyperlink|<ddeLink|<oleLink|TargetMode=\"External\"", xml
            )
            found += [f"{name}: {one.decode()}" for one in wrong]
            found += [name] * bool(re.search(r"externalLink|vbaProject|activeX|connections", name))
    return found


def words_of(path: Path) -> list[str]:
    """Return the texts of the sheet Words as they were typed; parts of one are joined."""
    page = load_workbook(path)["Words"]
    texts: dict[int, str] = {}
    for row in page.iter_rows(min_row=4, values_only=True):
        number, text = row[:2]
        plain = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text or "")
        texts[number] = texts.get(number, "") + plain
    return [texts[number] for number in sorted(texts)]


# -- the workbook ---------------------------------------------------------------------------------


def test_sixty_payloads_come_back_from_a_workbook_and_none_is_a_formula(tmp_path: Path) -> None:
    assert len(set(FORMULAS)) >= 60
    path = tmp_path / "w.xlsx"
    report = write(path, told(*FORMULAS))
    assert formulas_in(path) == []
    assert words_of(path) == [expected(text) for text in FORMULAS]
    # Whatever is not there as typed is said to be so, on a sheet of its own.
    said = {(c.row, c.what.partition(" ")[2]) for c in report if "replaced" in c.what}
    changed = sum(expected(text) != text for text in FORMULAS)
    assert len(said) == changed > 5
    assert "Cleaned texts" in load_workbook(path).sheetnames


def test_what_begins_like_a_formula_stays_text_when_somebody_edits_the_cell(tmp_path: Path) -> None:
    write(tmp_path / "w.xlsx", told(*FORMULAS))
    starts = tuple("=+-@\t\n\uff1d\uff0b\uff0d\uff20")
    for cell in cells(tmp_path / "w.xlsx"):
        if isinstance(cell.value, str) and cell.value.startswith(starts):
            assert cell.quotePrefix, cell.value[:40]


def test_payloads_in_every_text_of_a_workbook(tmp_path: Path, facts: Facts) -> None:
    """Title, foot, sheet titles, notes, headings: not in the cells alone."""
    path = tmp_path / "w.xlsx"
    for payload in FORMULAS:
        if len(payload) > 200:
            continue
        sheet = Sheet("S", payload, (payload,), (Column(payload), Column("b")), ((payload, 1),))
        write(path, sheet, title=payload, footer=payload)
        assert formulas_in(path) == [], payload
        said = [cell.value for cell in cells(path) if isinstance(cell.value, str)]
        assert len(said) >= 4
    write_workbook(path, all_sheets(facts), title="x", footer="x", made_at=MADE_AT)
    assert formulas_in(path) == []


def test_a_foot_longer_than_an_office_program_takes_is_shortened(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    write(path, told("x"), footer="Deaths & so on " * 60)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    foot = re.search(r"<oddFooter>(.*?)</oddFooter>", xml, re.DOTALL)
    assert foot is not None
    assert len(foot[1].replace("&amp;", "&")) <= 255


def test_a_formula_written_carelessly_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "careless.xlsx"
    book = Workbook()
    for row, payload in enumerate(FORMULAS, 1):
        if clean(payload)[0] == payload:
            book.active.cell(row, 1).value = payload
    book.active.cell(1, 2).hyperlink = "http://canary.example"
    book.save(path)
    found = formulas_in(path)
    assert len(found) > 10 and any("leads away" in one for one in found)


# -- through comma-separated values -------------------------------------------------------------


def read_csv(lines: list[str]) -> list[list[str]]:
    """Read as a spreadsheet does: cells, whatever the lines."""
    return list(csv.reader(io.StringIO("\n".join(lines)), strict=True))


def unprefixed(text: str) -> str:
    """Take off the apostrophe that was put before what looks like a formula."""
    plain = text.lstrip("'")
    return text[1:] if text.startswith("'") and looks_like_formula(plain) else text


def test_sixty_payloads_come_back_from_a_csv_and_no_cell_begins_a_formula() -> None:
    lines = csv_lines(["words", "number"], [(text, -2) for text in FORMULAS])
    rows = read_csv(lines)[1:]
    assert [unprefixed(text) for text, _ in rows] == [expected(text) for text in FORMULAS]
    assert {number for _, number in rows} == {"-2"}
    assert [row for row in rows if looks_like_formula(row[0])] == []


def test_a_careless_csv_is_found_out() -> None:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="").writerows([text, 1] for text in FORMULAS[:8])
    assert looks_like_formula(stream.getvalue())
    stream = io.StringIO()
    csv.writer(stream).writerows([expected(text), 1] for text in FORMULAS)
    rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    assert len([row for row in rows if looks_like_formula(row[0])]) > 20


def test_payloads_come_in_from_csv_and_xlsx_as_they_are(tmp_path: Path) -> None:
    """As a hospital's extract is read; what a formula in a workbook says is never asked."""
    typed = [t for t in FORMULAS if clean(t)[0] == t and len(t) < 32_767]
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["n", "words"], *enumerate(typed)])
    write(tmp_path / "in.xlsx", Sheet("S", "n", (), (Column("n"), Column("words")), ()))
    book = Workbook()
    book.active.append(["n", "words"])
    for number, text in enumerate(typed):
        cell = book.active.cell(number + 2, 2, text)
        cell.data_type = "s"
        book.active.cell(number + 2, 1, number)
    book.save(tmp_path / "in.xlsx")
    for name in ("in.csv", "in.xlsx"):
        with duckdb.connect() as connection:
            file = open_file(connection, tmp_path / name, "given", scratch=tmp_path)
            rows = connection.sql(f'SELECT n, words FROM "{file.view}"').fetchall()
        read = {int(number): words for number, words in rows if number is not None}
        assert [read[number] for number in range(len(typed))] == typed, name


def test_an_office_program_shows_them_as_typed_and_works_out_none(tmp_path: Path, soffice) -> None:
    one_line = [t for t in FORMULAS if clean(t)[0] == t and not {"\n", "\t", '"'} & set(t)]
    one_line = [text for text in one_line if len(text) < 1000]
    assert len(one_line) > 35
    write(tmp_path / "w.xlsx", told(*one_line))
    lines = shown(soffice, tmp_path / "w.xlsx").split("\n")[3:]
    assert [line.split("\t", 1)[1] for line in lines if line] == one_line


def test_nothing_else_of_the_package_writes_what_a_spreadsheet_opens() -> None:
    found = set()
    for file in (ROOT / "lltic").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and writes_a_spreadsheet(ast.unparse(node)):
                found.add(file.relative_to(ROOT).as_posix())
    assert found == WRITERS


def writes_a_spreadsheet(call: str) -> bool:
    kept_to_itself = r"\.to_csv\(index=False, lineterminator='\\n'\)"  # a text to be hashed
    made = r"\.to_(csv|excel)\(|csv\.(Dict)?[wW]riter\(|\b(Workbook|ExcelWriter)\("
    return bool(re.search(made, re.sub(kept_to_itself, "", call)))


@pytest.mark.parametrize(
    "call",
    ["frame.to_csv(path)", "frame.to_excel(x)", "csv.writer(f)", "csv.DictWriter(f)", "Workbook()"],
)
def test_another_writer_would_be_found(call: str) -> None:
    assert writes_a_spreadsheet(call)


# -- half characters ------------------------------------------------------------------------------


def test_half_a_character_is_refused_before_it_is_on_record() -> None:
    form = load_form("sjr").model
    for half in ("\ud800", "=1+1\udc00", "a\ude00\ud83d"):
        (problem,) = check_value(form, "overall.judgement", {"value": half})
        assert problem.code == "bad-value"
    assert check_value(form, "overall.judgement", {"value": "= 😀 whole"}) == []
