"""Write sheets as one xlsx file, the same bytes for the same sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic.cells import book_bytes, clean, new_book, pieces, put
from lltic.reports.tables import Cell, Column, Sheet
from lltic.study import write_atomically

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["Cleaning", "write_workbook"]

BLUE, PALE, AMBER, INK, GREY = "005EB8", "E8EDEE", "FFF2CC", "212B32", "4C6272"
FONT = "Arial"
FORMATS = {"integer": "#,##0", "number": "0.00", "percent": "0.0 %", "date": "d mmm yyyy"}
CONTINUED = Column("Part", width=9)
FOOT_LIMIT = 200
"""Characters of text; an office program takes 255 with all parts and their codes (ECMA-376)."""


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What had to be done to one text of a sheet so that a cell could hold it."""

    sheet: str
    row: int
    column: str
    what: str


@dataclass(frozen=True, slots=True)
class _Laid:
    """A sheet as it will stand: notes that fit cells, the heading row, and the rows below it.

    A row is its cells, the row of the sheet it comes from, and which part of it.
    """

    sheet: Sheet
    notes: tuple[str, ...]
    top: int
    rows: list[tuple[tuple[Cell, ...], int, str]]

    def starts(self) -> dict[int, int]:
        """Return where each row of the sheet begins."""
        found: dict[int, int] = {}
        for number, (_, source, _) in enumerate(self.rows, self.top + 1):
            found.setdefault(source, number)
        return found


def write_workbook(
    path: Path, sheets: Sequence[Sheet], *, title: str, footer: str, made_at: datetime
) -> list[Cleaning]:
    """Write the sheets, and a last sheet on cleaned texts where there are any.

    Parameters
    ----------
    path : Path
        The xlsx file.
    sheets : sequence of Sheet
    title, footer : str
        What the file's properties and the foot of every printed page say.
    made_at : datetime
        Aware; the only time that gets into the file.

    Returns
    -------
    list of Cleaning
        Which texts were cleaned or continued on further rows.
    """
    book = new_book(title, made_at)
    report: list[Cleaning] = []
    laid = [_lay_out(sheet, report) for sheet in sheets]
    if report:
        laid.append(_lay_out(_cleaning_sheet(report), []))
    rows = {one.sheet.name: one.starts() for one in laid}
    for one in laid:
        _write_sheet(book, one, footer, rows)
    with write_atomically(path, "wb") as stream:
        stream.write(book_bytes(book))
    return report


def _lay_out(sheet: Sheet, report: list[Cleaning]) -> _Laid:
    notes = tuple(piece for note in sheet.notes for piece in pieces(clean(note)[0]))
    top = len(notes) + 3
    return _Laid(sheet, notes, top, list(_laid_out(sheet, top + 1, report)))


def _cleaning_sheet(report: Sequence[Cleaning]) -> Sheet:
    return Sheet(
        name="Cleaned texts",
        title="Texts that had to be changed to fit a cell",
        notes=("The words as typed are in the study's record, unchanged.",),
        columns=(
            Column("Sheet", width=16),
            Column("Row", "integer", 8),
            Column("Column", width=24),
            Column("What was done", width=70),
        ),
        rows=tuple((c.sheet, c.row, c.column, c.what) for c in report),
        keys=2,
    )


def _write_sheet(
    book: Workbook, laid: _Laid, footer: str, starts: Mapping[str, Mapping[int, int]]
) -> None:
    sheet, top = laid.sheet, laid.top
    page = book.create_sheet(sheet.name)
    page.sheet_view.showGridLines = False
    _write_heading(page, sheet, laid.notes)
    columns = sheet.columns
    if any(part for _, _, part in laid.rows):
        columns = (*columns, CONTINUED)
    _write_head_row(page, top, columns)
    shaded: dict[int, set[int]] = {}
    for line, column in sheet.warn:
        shaded.setdefault(line, set()).add(column)
    for number, (cells, source, part) in enumerate(laid.rows, top + 1):
        row = (*cells, part) if len(columns) > len(cells) else cells
        _write_row(page, number, columns, row, shaded.get(source, set()))
    rows = laid.starts()
    for (row_number, column), (name, there) in sheet.links.items():
        _link(page.cell(rows[row_number], column + 1), name, starts[name][there])
    _set_up(page, top, len(laid.rows), columns, footer)


def _link(cell: Any, sheet: str, row: int) -> None:
    """Let a cell lead to a row of a sheet of the same workbook."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!A{row}")
    cell.font = Font(FONT, size=10, color=BLUE, underline="single")


def _write_heading(page: Worksheet, sheet: Sheet, notes: Sequence[str]) -> None:
    from openpyxl.styles import Alignment, Font

    put(page.cell(1, 1), sheet.title).font = Font(FONT, size=16, bold=True, color=INK)
    page.row_dimensions[1].height = 26
    width = sum(column.width for column in sheet.columns)
    for number, note in enumerate(notes, 2):
        cell = put(page.cell(number, 1), note)
        cell.font = Font(FONT, size=10, color=GREY)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.merge_cells(
            start_row=number, end_row=number, start_column=1, end_column=len(sheet.columns)
        )
        page.row_dimensions[number].height = min(14 * _lines(note, width * 1.05), 400)


def _write_head_row(page: Worksheet, top: int, columns: Sequence[Column]) -> None:
    from openpyxl.styles import Font, PatternFill

    for place, column in enumerate(columns, 1):
        cell = put(page.cell(top, place), column.title)
        cell.font = Font(FONT, size=10, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=BLUE)
        cell.alignment = _alignment(column, vertical="center")
    lines = max((_lines(c.title, c.width - 2) for c in columns), default=1)
    page.row_dimensions[top].height = 14 * lines + 6


def _laid_out(
    sheet: Sheet, first: int, report: list[Cleaning]
) -> Iterator[tuple[tuple[Cell, ...], int, str]]:
    """Yield cells, the row they come from and which part of it they are.

    Texts are cleaned, and long ones go on in further rows.
    """
    number = first
    for index, row in enumerate(sheet.rows):
        parts: list[list[Cell]] = []
        for column, value in zip(sheet.columns, row, strict=True):
            if not isinstance(value, str):
                parts.append([value])
                continue
            text, replaced = clean(value)
            if replaced:
                what = f"{replaced} control character(s) replaced"
                report.append(Cleaning(sheet.name, number, column.title, what))
            split = pieces(text)
            if len(split) > 1:
                what = f"{len(text):,} characters, continued over {len(split)} rows"
                report.append(Cleaning(sheet.name, number, column.title, what))
            parts.append(list(split))
        height = max(map(len, parts), default=1)
        for line in range(height):
            cells = tuple(
                part[line] if line < len(part) else part[0] if place < sheet.keys else None
                for place, part in enumerate(parts)
            )
            yield cells, index, f"{line + 1} of {height}" if height > 1 else ""
        number += height


def _write_row(
    page: Worksheet,
    number: int,
    columns: Sequence[Column],
    cells: Sequence[Cell],
    shaded: set[int],
) -> None:
    from openpyxl.styles import Border, Font, PatternFill, Side

    line = Border(bottom=Side("thin", color="D8DDE0"))
    lines = 1
    for place, (column, value) in enumerate(zip(columns, cells, strict=True), 1):
        cell = put(page.cell(number, place), value)
        cell.font = Font(FONT, size=10, color=INK)
        cell.border = line
        if place - 1 in shaded:
            cell.fill = PatternFill("solid", fgColor=AMBER)
        # A mark such as * in a column of numbers stands where the numbers do.
        cell.alignment = _alignment(column)
        if isinstance(value, str):
            lines = max(lines, _lines(value, column.width - 1))
        else:
            cell.number_format = FORMATS.get(column.kind, "General")
    page.row_dimensions[number].height = min(14 * lines + 3, 400)


def _alignment(column: Column, vertical: str = "top") -> Any:
    from openpyxl.styles import Alignment

    if column.kind == "text":
        return Alignment(horizontal="left", vertical=vertical, wrap_text=True, indent=1)
    return Alignment(horizontal="right", vertical=vertical, wrap_text=True, indent=1)


def _lines(text: str, width: float) -> int:
    """Guess how many lines a text takes in a column of a width in characters."""
    room = max(int(width * 1.08), 1)
    return sum(max(1, -(-len(line) // room)) for line in text.split("\n")) or 1


def _foot(text: str) -> str:
    """Return a text that the foot of a page can hold: one line, and not too long for the format."""
    words = " ".join(clean(text)[0].split())
    whole = words.replace("&", "&&")
    while len(whole) > FOOT_LIMIT:
        words = words[:-1]
        whole = words.rstrip().replace("&", "&&") + "…"
    return whole


def _set_up(page: Worksheet, top: int, height: int, columns: Sequence[Column], footer: str) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for place, column in enumerate(columns, 1):
        page.column_dimensions[get_column_letter(place)].width = column.width
    page.freeze_panes = f"A{top + 1}"
    last = get_column_letter(len(columns))
    if height:
        page.auto_filter.ref = f"A{top}:{last}{top + height}"
    page.print_title_rows = f"{top}:{top}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for side in ("left", "right"):
        setattr(page.page_margins, side, 0.5)
    left, right = _foot(footer), "&A · page &P of &N"
    for part, text in (("left", left), ("right", right)):
        getattr(page.oddFooter, part).text = text
        getattr(page.oddFooter, part).size = 8
