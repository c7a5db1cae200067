"""Open a CSV file: fast where it is in good order, row by row where it is not.

DuckDB reads what keeps to RFC 4180, and refuses the whole file for one row that does not.
Such a file is read again by Python's own reader: mixed line ends and cells of any length are
taken, and a row that cannot be taken apart is left out and counted instead of its file. Where
nobody can say how many rows a quote swallowed, the file is refused.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

import csv
import gzip
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb

from lltic.errors import Problem
from lltic.sources.parquet import quoted
from lltic.sources.source_file import ROW, SourceFile, first_rows, header_of, unreadable

__all__ = ["open_csv"]

BATCH = 10_000
BROKEN = "has more or fewer cells than the header, or a quote out of place"


def open_csv(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    *,
    scratch: Path,
    delimiter: str,
    encoding: str,
    wanted: Collection[str] | None = None,
) -> SourceFile:
    """Open a CSV as a table called ``name`` with :data:`ROW`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    path : Path
        May end in ``.gz``.
    name : str
    scratch : Path
        A folder for a passing copy, needed for a CSV that is not in UTF-8.
    delimiter, encoding : str
    wanted : collection of str, optional
        The columns to keep, in any case; all when not given.
    """
    with _stream(path, encoding) as stream:
        try:
            header = header_of(path, next(csv.reader(stream, delimiter=delimiter), []))
        except csv.Error:
            raise unreadable(path, "does not begin with a row of names") from None
    taken = {n.casefold() for n in header if wanted is None} | {w.casefold() for w in wanted or ()}
    kept = [n for n in header if n.casefold() in taken]
    try:
        copy = _in_utf8(path, encoding, scratch / f"{name}.csv")
        _load(connection, copy, name, header, kept, delimiter)
        rows: list[int] = []
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        rows = _load_by_row(connection, path, name, header, kept, delimiter, encoding)
    problems: tuple[Problem, ...] = ()
    if rows:
        where = f"{path.name}: {first_rows(rows[:3], len(rows))}"
        hint = "The rows were left out"
        problems = (Problem("broken-row", where, BROKEN, "", hint, len(rows)),)
    texts = {n: f"nullif(trim({quoted(n)}), '')" for n in kept}
    return SourceFile(path.name, name, texts, frozenset(), tuple(header), len(rows), problems)


def _stream(path: Path, encoding: str) -> IO[str]:
    encoding = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open("r", encoding=encoding, newline="")


def _in_utf8(path: Path, encoding: str, copy: Path) -> Path:
    if encoding.lower() in ("utf-8", "utf8"):
        return path
    with _stream(path, encoding) as source, copy.open("w", encoding="utf-8", newline="") as target:
        while chunk := source.read(1 << 20):
            target.write(chunk)
    return copy


def _load(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    header: Sequence[str],
    kept: Sequence[str],
    delimiter: str,
) -> None:
    relation = connection.read_csv(
        str(path),
        columns=dict.fromkeys(header, "VARCHAR"),
        header=True,
        auto_detect=False,
        sep=delimiter,
        quotechar='"',
        escapechar='"',
    )
    columns = "".join(f", {quoted(n)}" for n in kept)
    numbered = relation.project(f'row_number() OVER () + 1 AS "{ROW}"{columns}')
    numbered.create_view(f"{name} as read", replace=True)
    source = f"SELECT * FROM {quoted(f'{name} as read')}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS {source}")


def _load_by_row(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    header: Sequence[str],
    kept: Sequence[str],
    delimiter: str,
    encoding: str,
) -> list[int]:
    """Fill the table row by row; return the rows that could not be taken apart."""
    import pyarrow as pa

    columns = "".join(f", {quoted(n)} VARCHAR" for n in kept)
    connection.execute(f'CREATE OR REPLACE TEMP TABLE {quoted(name)} ("{ROW}" BIGINT{columns})')
    places = [header.index(n) for n in kept]
    out: list[int] = []
    with _stream(path, encoding) as stream, _cells_of_any_length():
        for batch in _batches(_rows(path, stream, delimiter, len(header), out)):
            data = {"n": pa.array([number for number, _ in batch], pa.int64())}
            for i, place in enumerate(places):
                data[f"c{i}"] = pa.array([row[place] for _, row in batch], pa.string())
            connection.register("batch", pa.table(data))
            connection.execute(f"INSERT INTO {quoted(name)} SELECT * FROM batch")
            connection.unregister("batch")
    return out


def _rows(
    path: Path, stream: IO[str], delimiter: str, width: int, out: list[int]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows after the header by number; put those into ``out`` that are broken."""
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    number, line = 0, 0
    while True:
        row: list[str] | None
        try:
            row = next(reader, [])
            if not row and reader.line_num == line:
                return
        except csv.Error:
            row = None
        if row is None or (row and len(row) != width):
            if reader.line_num > line + 1:
                what = f"line {line + 1} opens a quote that is not closed where it should be"
                raise unreadable(path, what)
            out.append(number + 1)
        elif row and number:
            yield number + 1, row
        number += bool(row) or row is None
        line = reader.line_num


def _batches(
    rows: Iterator[tuple[int, list[str]]],
) -> Iterator[list[tuple[int, list[str]]]]:
    batch: list[tuple[int, list[str]]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """Lift the process-wide limit on the length of a cell for as long as it is needed."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)
