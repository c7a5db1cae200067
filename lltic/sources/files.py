"""Open CSV, Parquet and xlsx files as DuckDB views of what stands in them, nothing guessed."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

import duckdb

from lltic.errors import LlticError, Problem
from lltic.sources.parquet import quoted

__all__ = ["ROW", "SourceFile", "open_file"]

ROW = "#row"
"""The column that numbers the rows of a file; the header is row 1, as in a spreadsheet."""

KINDS = (".csv", ".csv.gz", ".parquet", ".xlsx")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as a view: its name for messages, and each column with an SQL text of its value.

    ``texts`` maps a column's name to an SQL expression of type VARCHAR, trimmed, with
    the empty text as NULL. ``real_dates`` are the columns that may hold dates as dates
    rather than as text, for which no format needs to be known.
    """

    label: str
    view: str
    texts: dict[str, str]
    real_dates: frozenset[str]


def open_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    view: str,
    *,
    scratch: Path,
    delimiter: str = ",",
    encoding: str = "utf-8",
    sheet: str | None = None,
) -> SourceFile:
    """Open a file as a view named ``view`` with the columns of the file and :data:`ROW`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    path : Path
        ``.csv``, ``.csv.gz``, ``.parquet`` or ``.xlsx``.
    view : str
        The view to make.
    scratch : Path
        A folder for a passing copy, needed for a CSV that is not in UTF-8.
    delimiter, encoding : str
        For CSV.
    sheet : str, optional
        For xlsx; the first sheet when not given.

    Raises
    ------
    LlticError
        ``no-file``, ``unknown-file-type``, ``unreadable-file``, ``unknown-sheet`` or
        ``duplicate-column``.
    """
    if not path.is_file():
        hint = "Check the folder's and the file's name."
        raise LlticError(Problem("no-file", str(path), "is not there", hint=hint))
    if not path.name.lower().endswith(KINDS):
        message = "is not a kind of file we read"
        raise LlticError(Problem("unknown-file-type", path.name, message, ", ".join(KINDS)))
    with _readable(path):
        if path.suffix == ".parquet":
            return _open_parquet(connection, path, view)
        if path.suffix == ".xlsx":
            return _open_xlsx(connection, path, view, sheet)
        return _open_csv(connection, path, view, scratch, delimiter, encoding)


def unreadable(path: Path, what: str, hint: str = "") -> LlticError:
    """Return the error "this file cannot be read"."""
    return LlticError(Problem("unreadable-file", path.name, what, hint=hint))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    # DuckDB's own messages quote the line they stumbled on: only its number is taken over.
    try:
        yield
    except duckdb.Error as error:
        raise broken(path, error) from None
    except UnicodeError:
        raise unreadable(path, "is not in the encoding that was declared", _ENCODING) from None
    except (OSError, EOFError) as error:
        raise unreadable(path, getattr(error, "strerror", None) or "is damaged") from None


_ENCODING = "Declare the file's encoding in the mapping, such as 'encoding: cp1252'."


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
        return unreadable(path, f"{where}is not in UTF-8", _ENCODING)
    if "unterminated quote" in text:
        return unreadable(path, f"{where}opens a quote that is never closed")
    if "Number of Columns" in text:
        return unreadable(path, f"{where}has more or fewer columns than the header")
    return unreadable(path, f"{where}cannot be read as {path.suffix.lstrip('.')}")


def _view(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    view: str,
    relation: duckdb.DuckDBPyRelation,
) -> SourceFile:
    relation.project(f'*, row_number() OVER () + 1 AS "{ROW}"').create_view(view, replace=True)
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    texts = {name: _as_text(quoted(name), kind) for name, kind in types.items()}
    dates = frozenset(n for n, kind in types.items() if kind == "DATE" or "TIMESTAMP" in kind)
    return SourceFile(path.name, view, texts, dates)


def _as_text(column: str, kind: str) -> str:
    if kind in ("DOUBLE", "FLOAT"):  # 123.0 is how pandas writes the identifier 123
        whole = f"CAST(CAST({column} AS BIGINT) AS VARCHAR)"
        other = f"CAST({column} AS VARCHAR)"
        return f"CASE WHEN {column} = floor({column}) THEN {whole} ELSE {other} END"
    return f"nullif(trim(CAST({column} AS VARCHAR)), '')"


def _open_parquet(connection: duckdb.DuckDBPyConnection, path: Path, view: str) -> SourceFile:
    return _view(connection, path, view, connection.read_parquet(str(path)))


def _header(path: Path, names: list[Any]) -> list[str]:
    header = [str(name or "").strip() for name in names]
    if not any(header):
        raise unreadable(path, "is empty: its first row must hold the names of the columns")
    seen = [name.casefold() for name in header]
    problems = [
        Problem("duplicate-column", f"{path.name}: {name}", "stands twice in the header")
        for i, name in enumerate(header)
        if name and name.casefold() in seen[:i]
    ]
    if problems:
        raise LlticError(problems)
    return [name or f"column {i}" for i, name in enumerate(header, 1)]


def _text_stream(path: Path, encoding: str) -> IO[str]:
    encoding = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open("r", encoding=encoding, newline="")


def _open_csv(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    view: str,
    scratch: Path,
    delimiter: str,
    encoding: str,
) -> SourceFile:
    with _text_stream(path, encoding) as stream:
        header = _header(path, next(csv.reader(stream, delimiter=delimiter), []))
    readable = path
    if encoding.lower() not in ("utf-8", "utf8"):
        readable = scratch / f"{view}.csv"
        with (
            _text_stream(path, encoding) as source,
            readable.open("w", encoding="utf-8", newline="") as copy,
        ):
            while chunk := source.read(1 << 20):
                copy.write(chunk)
    relation = connection.read_csv(
        str(readable),
        columns=dict.fromkeys(header, "VARCHAR"),
        header=True,
        auto_detect=False,
        sep=delimiter,
        quotechar='"',
        escapechar='"',
    )
    return _view(connection, path, view, relation)


def _open_xlsx(
    connection: duckdb.DuckDBPyConnection, path: Path, view: str, sheet: str | None
) -> SourceFile:
    import pandas as pd
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception:  # openpyxl raises whatever its XML and zip readers raise
        raise unreadable(path, "is not a workbook Excel would open") from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            where = f"{path.name}: sheet"
            message = "the mapping names a sheet that is not there"
            raise LlticError(Problem("unknown-sheet", where, message, ", ".join(book.sheetnames)))
        rows = (book[sheet] if sheet else book.worksheets[0]).iter_rows(values_only=True)
        header = _header(path, list(next(rows, ())))
        body = [[_cell(v) for v in row[: len(header)]] for row in rows]
    finally:
        book.close()
    while body and not any(body[-1]):  # rows that were only coloured in
        body.pop()
    wide = [row + [None] * (len(header) - len(row)) for row in body]
    frame = pd.DataFrame(wide, columns=header, dtype="object").astype("string")
    connection.register(f"{view} cells", frame)
    file = _view(connection, path, view, connection.table(f"{view} cells"))
    return SourceFile(file.label, file.view, file.texts, frozenset(header))


def _cell(value: Any) -> str | None:
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
