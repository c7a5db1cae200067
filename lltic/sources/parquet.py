"""Parquet in and out, through DuckDB, with the same bytes for the same rows.

The one place that opens a DuckDB connection: it never downloads an extension
and never reads a setting from the environment.
"""

from __future__ import annotations

import dataclasses
import errno
import glob
import os
import tempfile
import types
import typing
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from lltic.errors import LlticError, Problem
from lltic.records import from_plain
from lltic.study import Study

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow

__all__ = [
    "SETTINGS",
    "as_parquet",
    "connect",
    "literal",
    "parquet_files",
    "quoted",
    "read_records",
    "sha256_of",
    "write_records",
    "write_relation",
]

T = TypeVar("T")

SETTINGS: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
"""How every DuckDB connection is opened: nothing is fetched, nothing is loaded unasked."""


def connect() -> duckdb.DuckDBPyConnection:
    """Return a fresh in-memory DuckDB connection with :data:`SETTINGS`."""
    return duckdb.connect(config=SETTINGS)


def quoted(name: str) -> str:
    """Return a name as an SQL identifier.

    Examples
    --------
    >>> print(quoted('date "of" death'))
    "date ""of"" death"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal.

    Examples
    --------
    >>> print(literal("O'Brien"))
    'O''Brien'
    """
    return "'" + text.replace("'", "''") + "'"


def parquet_files(path: Path) -> str:
    """Return what DuckDB is to read: a Parquet file, or all of a folder of partitions."""
    return f"{glob.escape(str(path))}/**/*.parquet" if path.is_dir() else str(path)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn DuckDB's own errors of the disk into an :class:`OSError`, which callers handle."""
    try:
        yield
    except duckdb.IOException:
        raise OSError(errno.EIO, "the disk refused", str(path)) from None


def write_relation(relation: duckdb.DuckDBPyRelation, path: Path) -> None:
    """Write a relation, in its order, to a Parquet file and on to the disk.

    Raises
    ------
    OSError
        When the disk refuses; the caller gives the file its name only afterwards.
    """
    with disk_errors(path):
        relation.write_parquet(str(path), compression="zstd")
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal; of a folder, that of its files' list."""
    import hashlib

    if path.is_dir():
        files = sorted(path.rglob("*.parquet"))
        lines = [f"{sha256_of(file)}  {file.relative_to(path).as_posix()}\n" for file in files]
        return hashlib.sha256("".join(lines).encode()).hexdigest()
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _arrow_type(hint: Any) -> Any:
    import pyarrow as pa

    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _arrow_type(next(a for a in arguments if a is not type(None)))
    if origin is tuple:
        return pa.list_(_arrow_type(arguments[0]))
    plain = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        date: pa.date32(),
        datetime: pa.timestamp("us"),
    }
    return plain[hint]


def _schema(kind: type) -> pyarrow.Schema:
    import pyarrow as pa

    hints = typing.get_type_hints(kind)
    return pa.schema([(f.name, _arrow_type(hints[f.name])) for f in dataclasses.fields(kind)])


def write_records(path: Path, kind: type[T], records: Iterable[T]) -> None:
    """Write frozen records to a Parquet file, one column per field, in the order given.

    Parameters
    ----------
    path : Path
        The file, made or replaced; give it its final name with
        :func:`lltic.study.write_atomically` or within a swapped folder.
    kind : type
        The data class, such as :class:`lltic.records.Case`; it fixes the columns
        also when there are no records.
    records : iterable
        Objects of that class.
    """
    import pyarrow as pa

    fields = [f.name for f in dataclasses.fields(kind)]  # type: ignore[arg-type]
    rows = [
        {name: list(v) if isinstance(v := getattr(r, name), tuple) else v for name in fields}
        for r in records
    ]
    table = pa.Table.from_pylist(rows, schema=_schema(kind))
    with connect() as connection:
        write_relation(connection.from_arrow(table), path)


def as_parquet(study: Study, kind: type[T], records: Iterable[T]) -> bytes:
    """Return records as the bytes of a Parquet file, for a file that is swapped in later."""
    # Inside the study, so that nothing about a patient lies elsewhere even for a moment.
    with tempfile.TemporaryDirectory(prefix=".records.", dir=study.path) as folder:
        write_records(Path(folder) / "records.parquet", kind, records)
        return (Path(folder) / "records.parquet").read_bytes()


def read_records(path: Path, kind: type[T], *, made_by: str, where: str = "true") -> list[T]:
    """Return the records that :func:`write_records` wrote, those of which ``where`` holds in SQL.

    Raises
    ------
    LlticError
        ``not-made-yet`` when there is no such file; ``made_by`` names the command.
    """
    if not path.is_file():
        hint = f"Run '{made_by}' first."
        raise LlticError(Problem("not-made-yet", str(path), "is not there", hint=hint))
    fields: Sequence[str] = [f.name for f in dataclasses.fields(kind)]  # type: ignore[arg-type]
    columns = ", ".join(quoted(name) for name in fields)
    with connect() as connection:
        try:
            rows = connection.read_parquet(str(path)).filter(where).project(columns).fetchall()
        except duckdb.Error:
            hint = f"Run '{made_by}' again."
            what = "is not what this version of lltic writes"
            raise LlticError(Problem("unreadable-file", str(path), what, hint=hint)) from None
    return [_record(kind, fields, row) for row in rows]


def _record(kind: type[T], fields: Sequence[str], row: Sequence[Any]) -> T:
    pairs = zip(fields, row, strict=True)
    plain = {name: v.isoformat() if isinstance(v, date) else v for name, v in pairs}
    return from_plain(kind, plain)
