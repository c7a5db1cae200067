"""The sheets of a workbook as rows of text, both ways, within bounds."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from lltic.cells import book_bytes, clean, new_book, pieces, put, unescape
from lltic.errors import LlticError, Problem

__all__ = ["Rows", "in_pieces", "read_sheets", "whole", "write_sheets"]

Rows = list[dict[str, str]]
"""One dict per row, by the heading in lower case; empty cells are not in it."""

MAX_BYTES = 5_000_000
MAX_UNPACKED = 10_000_000
MAX_CELLS = 120_000
MAX_COLUMNS = 200
MAX_ROWS = 200_000
"""Of all sheets, empty ones too: what is looked through, though only coloured in."""

MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""What a file says of its making, so that the same form gives the same bytes."""


Table = tuple[Sequence[str], Iterable[Mapping[str, str]]]
"""Headings, and rows by heading."""


def write_sheets(
    title: str, sheets: Mapping[str, Table], widths: Mapping[str, Sequence[float]] | None = None
) -> bytes:
    """Return a workbook of sheets, each with its headings and its rows by heading.

    Parameters
    ----------
    widths : mapping, optional
        Of the columns of a sheet that people read, in characters; its texts are wrapped.
    """
    book = new_book(title, MADE_AT)
    for name, (headings, rows) in sheets.items():
        page = book.create_sheet(name)
        page.freeze_panes = "A2"
        for place, heading in enumerate(headings, 1):
            put(page.cell(1, place), heading)
        for number, row in enumerate(rows, 2):
            for place, heading in enumerate(headings, 1):
                if (value := row.get(heading, "")) != "":
                    put(page.cell(number, place), pieces(clean(value)[0])[0])
        if widths and name in widths:
            _for_reading(page, widths[name])
    return book_bytes(book)


def _for_reading(page: Any, widths: Sequence[float]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.properties import PageSetupProperties

    for place, width in enumerate(widths, 1):
        page.column_dimensions[page.cell(1, place).column_letter].width = width
    for number, row in enumerate(page.iter_rows(), 1):
        lines = 1
        for cell, width in zip(row, widths, strict=True):
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font("Arial", size=10, bold=number == 1)
            parts = str(cell.value or "").split("\n")
            lines = max(lines, sum(-(-max(len(part), 1) // int(width * 1.2)) for part in parts))
        page.row_dimensions[number].height = min(13.5 * lines + 3, 400)
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"


def in_pieces(heading: str, text: str) -> dict[str, str]:
    """Return a text under as many headings as it takes: ``kept``, ``kept_2`` and so on."""
    parts = enumerate(pieces(text), 1)
    return {heading if n == 1 else f"{heading}_{n}": part for n, part in parts if part}


def whole(row: Mapping[str, str], heading: str) -> str:
    """Return the text that :func:`in_pieces` took apart."""
    parts, number = [row.get(heading, "")], 2
    while f"{heading}_{number}" in row:
        parts.append(row[f"{heading}_{number}"])
        number += 1
    return "".join(parts)


def read_sheets(data: bytes) -> dict[str, Rows]:
    """Return the sheets of a workbook by their names in lower case.

    Raises
    ------
    LlticError
        ``import-unreadable``, ``import-too-large`` or ``import-column``.
    """
    from openpyxl import load_workbook

    _check_size(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that we do not read
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            return _tables(book)
    except LlticError:
        raise
    except Exception:  # openpyxl raises whatever its XML and zip readers raise
        raise _unreadable() from None


def _check_size(data: bytes) -> None:
    large = Problem("import-too-large", "the file", "is too large for a form", "5 MB")
    if len(data) > MAX_BYTES:
        raise LlticError(large)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except Exception:  # whatever the zip reader makes of foreign bytes
        raise _unreadable() from None
    if unpacked > MAX_UNPACKED:
        raise LlticError(large)


def _unreadable() -> LlticError:
    hint = "An older file (xls) is opened in an office program and saved as xlsx."
    message = "is not a workbook that can be read"
    return LlticError(Problem("import-unreadable", "the file", message, "xlsx", hint))


def _tables(book: Any) -> dict[str, Rows]:
    tables: dict[str, Rows] = {}
    rows = cells = 0
    for page in book.worksheets:
        lines: list[list[str]] = []
        columns = min(page.max_column or MAX_COLUMNS, MAX_COLUMNS)
        for row in page.iter_rows(max_col=columns, values_only=True):
            holds = any(value is not None for value in row)
            rows, cells = rows + 1, cells + len(row) * holds
            if rows > MAX_ROWS:
                message = "has too many rows, be they empty"
                hint = "Delete the empty rows below the last one that is written in."
                allowed = f"{MAX_ROWS:,}"
                raise LlticError(Problem("import-too-large", page.title, message, allowed, hint))
            if cells > MAX_CELLS:
                message = "has too many cells for a form"
                raise LlticError(Problem("import-too-large", page.title, message, f"{MAX_CELLS:,}"))
            lines.append([_text(value) for value in row] if holds else [])
        tables.setdefault(page.title.strip().lower(), as_rows(lines, page.title))
    return tables


def as_rows(lines: Sequence[Sequence[str]], where: str) -> Rows:
    """Return lines of cells by the headings of the first; ``#`` is the number of the line.

    Raises
    ------
    LlticError
        ``import-column`` when a heading stands twice.
    """
    if not lines:
        return []
    headings = [heading.strip().lower() for heading in lines[0]]
    named = [heading for heading in headings if heading]
    twice = sorted({heading for heading in named if named.count(heading) > 1})
    if twice:
        message = "a heading stands twice"
        raise LlticError(Problem("import-column", f"{where}: {twice[0][:60]!r}", message))
    rows = []
    for number, line in enumerate(lines[1:], 2):
        row = {h: text for h, text in zip(headings, line, strict=False) if h and text != ""}
        if row:
            rows.append({**row, "#": str(number)})
    return rows


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return unescape(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value)
