"""Open CSV, Parquet and xlsx files as DuckDB views of what stands in them, nothing guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from lltic.errors import LlticError, Problem
from lltic.sources.csv_files import open_csv
from lltic.sources.source_file import (
    ENCODING,
    ROW,
    STRIDE,
    SourceFile,
    broken,
    unreadable,
    view,
)
from lltic.sources.workbooks import open_workbook

__all__ = ["KINDS", "ROW", "STRIDE", "SourceFile", "broken", "open_file"]

KINDS = (".csv", ".csv.gz", ".parquet", ".xlsx")


def open_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    *,
    scratch: Path,
    delimiter: str = ",",
    encoding: str = "utf-8",
    sheet: str | None = None,
    wanted: Collection[str] | None = None,
) -> SourceFile:
    """Open a file as a view (a CSV as a table) called ``name``, with :data:`ROW`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    path : Path
        ``.csv``, ``.csv.gz``, ``.parquet`` or ``.xlsx``.
    name : str
        The view to make.
    scratch : Path
        A folder for a passing copy, needed for a CSV that is not in UTF-8.
    delimiter, encoding : str
        For CSV.
    sheet : str, optional
        For xlsx; the first sheet when not given.
    wanted : collection of str, optional
        The columns that are asked for, all when not given. Of a CSV only these are kept.

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
    kind = path.suffix.lower()
    with _readable(path):
        if kind == ".parquet":
            return view(connection, path, name, connection.read_parquet(str(path)))
        if kind == ".xlsx":
            return open_workbook(connection, path, name, sheet, wanted)
        return open_csv(
            connection,
            path,
            name,
            scratch=scratch,
            delimiter=delimiter,
            encoding=encoding,
            wanted=wanted,
        )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    # DuckDB's own messages quote the line they stumbled on: only its number is taken over.
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise broken(path, error) from None
    except UnicodeError:
        raise unreadable(path, "is not in the encoding that was declared", ENCODING) from None
    except (OSError, EOFError) as error:
        raise unreadable(path, getattr(error, "strerror", None) or "is damaged") from None
