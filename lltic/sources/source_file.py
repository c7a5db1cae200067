"""A file of an extract, once it is open, and what is said of one that cannot be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from lltic.errors import LlticError, Problem
from lltic.sources.parquet import quoted

__all__ = [
    "ENCODING",
    "ROW",
    "STRIDE",
    "SourceFile",
    "broken",
    "first_rows",
    "header_of",
    "unreadable",
    "view",
]

ROW = "#row"
"""The column that numbers the rows of a file; the header is row 1, as in a spreadsheet."""

STRIDE = 10**10
"""More rows than one file has: where several are read as one, file 1 begins at this number."""

ENCODING = "Declare the file's encoding in the mapping, such as 'encoding: cp1252'."


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as a view: its name for messages, and each column with an SQL text of its value.

    Parameters
    ----------
    label, view : str
    texts : dict of str to str
        Column to SQL of type VARCHAR, trimmed, with the empty text as NULL.
    real_dates : frozenset of str
        Columns that may hold dates as dates rather than as text; those need no format.
    columns : tuple of str
        The header, where ``texts`` does not have all of it.
    refused : int
        Rows that could not be taken apart and are not in the view.
    problems : tuple of Problem
        What was met when the file was opened.
    """

    label: str
    view: str
    texts: dict[str, str]
    real_dates: frozenset[str]
    columns: tuple[str, ...] = ()
    refused: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all columns of the file."""
        return self.columns or tuple(self.texts)

    def named(self, column: str) -> str | None:
        """Return the column's name as the file writes it, None when there is none; case is free."""
        return next((name for name in self.header if name.casefold() == column.casefold()), None)

    @property
    def by_name(self) -> dict[str, str]:
        """The texts by the names of their columns in lower case."""
        return {name.casefold(): text for name, text in self.texts.items()}


def first_rows(rows: list[int] | None, count: int) -> str:
    """Return ``row 2`` or ``rows 2, 5, 9 …`` to say where something was met."""
    rows = list(rows or [])
    if not rows:
        return ""
    more = " …" if count > len(rows) else ""
    said = (f"{n % STRIDE}" + f" of file {n // STRIDE}" * (n >= STRIDE) for n in rows)
    return f"row{'s' if count > 1 else ''} {', '.join(said)}{more}"


def unreadable(path: Path, what: str, hint: str = "") -> LlticError:
    """Return the error "this file cannot be read"."""
    return LlticError(Problem("unreadable-file", path.name, what, hint=hint))


def broken(path: Path, error: duckdb.Error) -> LlticError:
    """Return what DuckDB found wrong with a file, without what the file holds.

    ``path`` is the file we think it is; DuckDB's message knows better where it names one.
    """
    text = str(error)
    named = re.search(r"^\s*file = (.+)$", text, re.MULTILINE)
    path = Path(named[1]) if named else path
    line = re.search(r"Line: (\d+)", text)
    where = f"line {line[1]} " if line else ""
    if "unicode" in text.lower() or "utf-8" in text.lower():
        return unreadable(path, f"{where}is not in UTF-8", ENCODING)
    return unreadable(path, f"{where}cannot be read as {path.suffix.lstrip('.')}")


def header_of(path: Path, names: list[Any]) -> list[str]:
    """Return the names of a file's columns from its first row.

    Raises
    ------
    LlticError
        ``unreadable-file`` when the row is empty; ``duplicate-column``, by position: in a
        file without a header the first row is a patient's.
    """
    header = [str("" if name is None else name).strip() for name in names]
    if not any(header):
        raise unreadable(path, "is empty: its first row must hold the names of the columns")
    first: dict[str, int] = {}
    problems = []
    for number, name in enumerate(header, 1):
        if name and (one := first.setdefault(name.casefold(), number)) != number:
            message = "have the same name in the first row, which must be the header"
            where = f"{path.name}: columns {one} and {number}"
            problems.append(Problem("duplicate-column", where, message))
    if problems:
        raise LlticError(problems)
    return [name or f"column {i}" for i, name in enumerate(header, 1)]


def view(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    relation: duckdb.DuckDBPyRelation,
) -> SourceFile:
    """Return a relation as a file: a view of that name, with :data:`ROW`."""
    relation.project(f'*, row_number() OVER () + 1 AS "{ROW}"').create_view(name, replace=True)
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    texts = {column: _as_text(quoted(column), kind) for column, kind in types.items()}
    dates = frozenset(n for n, kind in types.items() if kind == "DATE" or "TIMESTAMP" in kind)
    return SourceFile(path.name, name, texts, dates)


def _as_text(column: str, kind: str) -> str:
    if kind in ("DOUBLE", "FLOAT"):  # 123.0 is how pandas writes the identifier 123
        whole = f"CAST(TRY_CAST({column} AS BIGINT) AS VARCHAR)"
        other = f"CAST({column} AS VARCHAR)"
        fits = f"{column} = floor({column}) AND TRY_CAST({column} AS BIGINT) IS NOT NULL"
        return f"CASE WHEN {fits} THEN {whole} ELSE {other} END"
    return f"nullif(trim(CAST({column} AS VARCHAR)), '')"
