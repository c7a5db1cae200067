"""A CSV file as rows by heading, however it was typed; whole, or refused in a sentence."""

from __future__ import annotations

import csv
import io

from lltic.cells import bare
from lltic.errors import LlticError, Problem

__all__ = ["MAX_BYTES", "csv_rows"]

MAX_BYTES = 5_000_000
"""What ten thousand answers take, with room; a larger file is something else."""


def csv_rows(data: bytes, file: str) -> list[dict[str, str]]:
    """Return the rows of a CSV by its headings in lower case; ``#`` is the number of the row.

    Commas, semicolons or tabs part the cells, whichever the first row has most of. Empty cells
    and empty rows are not there. The apostrophe that we set before what a spreadsheet might take
    for a formula is taken away.

    Raises
    ------
    LlticError
        ``import-too-large``, ``import-encoding``, ``import-unreadable``, ``import-column``.
    """
    if len(data) > MAX_BYTES:
        allowed = f"{MAX_BYTES // 1_000_000} MB"
        raise LlticError(Problem("import-too-large", file, "is too large", allowed))
    text = _decoded(data, file)
    lines = _lines(text, file)
    if not lines:
        return []
    headings = [heading.strip().lower() for heading in lines[0][1]]
    places = [place for place, heading in enumerate(headings, 1) if headings.count(heading) > 1]
    if twice := [place for place in places if headings[place - 1]]:
        where = f"{file}: columns {', '.join(map(str, twice))}"
        raise LlticError(Problem("import-column", where, "have the same heading"))
    rows = []
    for number, line in lines[1:]:
        cells = zip(headings, line, strict=False)
        row = {h: bare(cell) for h, cell in cells if h and cell.strip()}
        if row:
            rows.append({**row, "#": str(number)})
    return rows


def _decoded(data: bytes, file: str) -> str:
    hint = "Save it as 'CSV UTF-8', or as a workbook (xlsx)."
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LlticError(Problem("import-encoding", file, "is not in UTF-8", hint=hint)) from None
    if "\0" in text:
        raise LlticError(Problem("import-encoding", file, "is no text in UTF-8", hint=hint))
    return text


def _lines(text: str, file: str) -> list[tuple[int, list[str]]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    try:
        for number, line in enumerate(reader, 1):
            if any(cell.strip() for cell in line):
                lines.append((number, line))
            if lines and len(line) > len(lines[0][1]) and any(line[len(lines[0][1]) :]):
                message = "has more cells than the first row"
                hint = "A text with commas in it stands between quotation marks."
                where = f"{file}: row {number}"
                problems.append(Problem("import-unreadable", where, message, hint=hint))
    except csv.Error:
        message = "opens a quotation mark that is not closed where it should be, or a cell too long"
        where = f"{file}: line {reader.line_num}"
        problems.append(Problem("import-unreadable", where, message))
    if problems:
        raise LlticError(problems)
    return lines
