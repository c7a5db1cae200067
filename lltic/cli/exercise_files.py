"""The files of an exercise as a person brings them: tables read, sheets written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lltic.cells import csv_line
from lltic.errors import LlticError, Problem, UsageError
from lltic.study import write_atomically

__all__ = ["OWNER", "bytes_of", "rows_of", "write_table"]

OWNER = 0o600
KINDS = (".csv", ".xlsx")


def bytes_of(file: Path) -> bytes:
    """Return what is in a file, unless it is too large for a table of answers.

    Raises
    ------
    UsageError
        ``no-such-file``, or ``file-kind`` for what is neither CSV nor xlsx.
    LlticError
        ``import-too-large``.
    """
    from lltic.themes.exercise.tables import MAX_BYTES

    if file.suffix.lower() not in KINDS:
        hint = "Save the table as one of these; notes in a document go into a table, a row each."
        problem = Problem("file-kind", str(file), "is no table", ", ".join(KINDS), hint)
        raise UsageError(problem)
    try:
        if file.stat().st_size > MAX_BYTES:
            allowed = f"{MAX_BYTES // 1_000_000} MB"
            raise LlticError(Problem("import-too-large", file.name, "is too large", allowed))
        return file.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise UsageError(Problem("no-such-file", str(file), reason)) from None


def rows_of(file: Path, data: bytes, sheet: str) -> Sequence[Mapping[str, str]]:
    """Return the rows of a table by heading; of a workbook, its sheet of this name or the first."""
    from lltic.form.exchange.sheets import read_sheets
    from lltic.themes.exercise import csv_rows

    if file.suffix.lower() == ".csv":
        return csv_rows(data, file.name)
    try:
        sheets = read_sheets(data)
    except LlticError as error:
        # What it says of a form, this file is not.
        said = [replace(p, message=p.message.replace(" for a form", "")) for p in error.problems]
        where = [p.where.replace("the file", file.name) for p in said]
        again = [replace(p, where=w) for p, w in zip(said, where, strict=True)]
        raise LlticError(again) from None
    return sheets.get(sheet) or next(iter(sheets.values()), [])


def write_table(
    file: Path,
    name: str,
    headings: Sequence[str],
    rows: Sequence[Mapping[str, str]],
    widths: Sequence[float],
) -> None:
    """Write a table as CSV or xlsx, by the file's name, for the owner alone.

    Raises
    ------
    UsageError
        ``file-kind``; ``file-in-use`` where there is a file already: it may be filled in.
    """
    from lltic.form.exchange.sheets import write_sheets

    if file.suffix.lower() not in KINDS:
        raise UsageError(Problem("file-kind", str(file), "is no table", ", ".join(KINDS)))
    if file.exists():
        hint = "Nothing was changed. Name another file, or move this one away."
        raise UsageError(Problem("file-in-use", str(file), "is there already", hint=hint))
    if file.suffix.lower() == ".xlsx":
        data = write_sheets(name, {name: (headings, rows)}, {name: widths})
    else:
        lines = [list(headings), *([row.get(h, "") for h in headings] for row in rows)]
        data = "".join(csv_line(line, "\r\n") for line in lines).encode("utf-8-sig")
    with write_atomically(file, "wb", OWNER) as stream:
        stream.write(data)
