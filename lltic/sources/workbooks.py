"""Open one sheet of an Excel workbook; a formula counts by the value that Excel stored."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from lltic.errors import LlticError, Problem
from lltic.sources.source_file import SourceFile, first_rows, header_of, unreadable, view

__all__ = ["open_workbook"]

FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")
"""How a formula begins in the XML of a sheet, with or without the prefix of a namespace."""

Lacking = dict[int, list[int]]
"""By column, the rows whose cell has a formula but no value."""


def open_workbook(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    sheet: str | None,
    wanted: Collection[str] | None = None,
) -> SourceFile:
    """Open a sheet of a workbook as a view of texts.

    A formula whose value was never stored (the file was written by a program and not opened
    in Excel since), and a cell that shows an error such as ``#N/A``, say nothing: they are
    empty here and, in the columns that are wanted, counted as ``cell-without-value``.
    """
    import pandas as pd

    header, body, lacking = _cells(path, sheet)
    asked = {n.casefold() for n in (header if wanted is None else wanted)}
    frame = pd.DataFrame(body, columns=header, dtype="object").astype("string")
    connection.register(f"{name} cells", frame)
    file = view(connection, path, name, connection.table(f"{name} cells"))
    problems = tuple(
        Problem(
            "cell-without-value",
            f"{path.name}: column {header[place]}, {first_rows(rows[:3], len(rows))}",
            "is a formula without a stored value, or shows an error; taken as empty",
            "",
            "Open the file in Excel, mend it and save it",
            len(rows),
        )
        for place, rows in sorted(lacking.items())
        if header[place].casefold() in asked
    )
    return SourceFile(file.label, file.view, file.texts, frozenset(header), problems=problems)


def _cells(path: Path, sheet: str | None) -> tuple[list[str], list[list[str | None]], Lacking]:
    values = _open(path, data_only=True)
    try:
        if sheet is not None and sheet not in values.sheetnames:
            where, message = f"{path.name}: sheet", "the mapping names a sheet that is not there"
            allowed = ", ".join(values.sheetnames)
            raise LlticError(Problem("unknown-sheet", where, message, allowed))
        rows = _rows(values, sheet)
        header = header_of(path, [cell.value for cell in next(rows, ())])
        width = len(header)
        lacking: Lacking = {}
        body = []
        for number, row in enumerate(rows, 2):
            body.append([_cell(v, number, i, lacking) for i, v in enumerate(row[:width])])
            body[-1] += [None] * (width - len(body[-1]))
    finally:
        values.close()
    _look_for_formulas(path, sheet, body, lacking)
    said = {number for rows_of in lacking.values() for number in rows_of}
    while body and not any(body[-1]) and len(body) + 1 not in said:  # rows only coloured in
        body.pop()
    return header, body, lacking


def _open(path: Path, *, data_only: bool) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(path, read_only=True, data_only=data_only)
    except Exception:  # openpyxl raises whatever its XML and zip readers raise
        raise unreadable(path, "is not a workbook Excel would open") from None


def _rows(book: Any, sheet: str | None) -> Iterator[tuple[Any, ...]]:
    page = book[sheet] if sheet else book.worksheets[0]
    # What a file says of its own size may be wrong, and rows beyond it would be lost unseen.
    page.reset_dimensions()
    rows: Iterable[tuple[Any, ...]] = page.iter_rows()
    return iter(rows)


def _cell(cell: Any, row: int, place: int, lacking: Lacking) -> str | None:
    value = cell.value
    if cell.data_type == "e":  # the text "#N/A" that somebody typed is a text
        lacking.setdefault(place, []).append(row)
        return None
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _look_for_formulas(
    path: Path, sheet: str | None, body: list[list[str | None]], lacking: Lacking
) -> None:
    """Note the cells that are empty only because their formula was never worked out."""
    if not _has_formulas(path):
        return
    formulas = _open(path, data_only=False)
    try:
        rows = _rows(formulas, sheet)
        next(rows, ())
        for number, row in enumerate(rows, 2):
            taken = body[number - 2] if number - 2 < len(body) else []
            for place, cell in enumerate(row[: len(taken)]):
                if taken[place] is None and cell.data_type == "f":
                    found = lacking.setdefault(place, [])
                    if number not in found:
                        found.append(number)
    finally:
        formulas.close()


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as book:
        sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/")]
        return any(_holds_formula(book, name) for name in sheets if name.endswith(".xml"))


def _holds_formula(book: zipfile.ZipFile, name: str) -> bool:
    with book.open(name) as stream:
        before = b""
        while chunk := stream.read(1 << 20):
            if FORMULA.search(before + chunk):
                return True
            before = chunk[-100:]
    return False
