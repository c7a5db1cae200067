"""Read an extract into the four canonical tables, whole or not at all."""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from lltic.errors import LlticError, Problem, UsageError, unknown
from lltic.records import to_plain
from lltic.sources.checks import first_rows
from lltic.sources.files import ROW, broken
from lltic.sources.mimic import MIMIC_IV
from lltic.sources.parquet import connect, quoted
from lltic.sources.reading import Dialect, Reading, Request, TextSource
from lltic.sources.schema import SQL_TYPES, TABLES
from lltic.sources.staging import Staged, kept, stage
from lltic.sources.tables import count_pages, swap_in
from lltic.sources.tabular import TABULAR
from lltic.study import Study, write_folder_atomically

__all__ = ["DIALECTS", "Ingested", "ingest"]

DIALECTS: dict[str, Dialect] = {d.name: d for d in (MIMIC_IV, TABULAR)}
"""The dialects that ``lltic ingest --source`` knows; a new one is one file and one line here."""

FATAL = ("duplicate-key",)
"""Problems of rows that make a whole table unusable: nobody can say which row is right."""

Watch = Callable[[Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest read and kept: rows by table, and problems that were not fatal.

    ``mapping_hash`` is the SHA-256 of the mapping's content, empty where there is none.
    """

    source: str
    mapping_hash: str
    rows_in: dict[str, int]
    rows_kept: dict[str, int]
    problems: tuple[Problem, ...] = field(default=())


def ingest(
    study: Study,
    source: str,
    paths: Sequence[Path | str],
    *,
    mapping: Path | str | None = None,
    strict: bool = False,
    watch: Watch = iter,
) -> Ingested:
    """Read an extract and swap it in as the study's extract and documents.

    Parameters
    ----------
    study : Study
    source : str
        A name of :data:`DIALECTS`.
    paths : sequence of Path
        What the dialect reads, usually one folder.
    mapping : Path, optional
        For ``tabular``; ``mapping.yml`` in the folder when not given.
    strict : bool
        Whether any problem at all stops the ingest.
    watch : callable
        Wraps the iteration over documents, for a progress bar.

    Returns
    -------
    Ingested

    Raises
    ------
    UsageError
        ``unknown-dialect``, ``one-folder``, ``no-mapping``.
    LlticError
        An unreadable file, a missing column, a duplicate key, a table of which no row
        could be kept, a full disk; with ``strict`` any problem. The extract that was
        there is then still there, unchanged.
    """
    if source not in DIALECTS:
        raise UsageError(unknown("dialect", source, list(DIALECTS)))
    with connect() as connection, write_folder_atomically(study.documents) as folder:
        # Beside the new folder, and so removed with it: a spill must not outlive the run.
        scratch = folder.parent / "scratch"
        scratch.mkdir()
        connection.execute("SET temp_directory = ?", [str(scratch / "spill")])
        named = None if mapping is None else Path(mapping)
        request = Request(connection, [Path(p) for p in paths], named, scratch)
        with _no_values_in_errors():
            reading = DIALECTS[source].read(request)
            staged = _stage_all(connection, reading)
        problems = [*reading.problems, *(p for s in staged.values() for p in s.problems)]
        if reading.texts is not None:
            problems += _take_texts(connection, reading.texts, folder, watch)
        result = Ingested(
            source,
            reading.mapping_hash,
            {name: s.rows_in for name, s in staged.items()},
            {name: kept(connection, name) for name in TABLES},
            tuple(problems),
        )
        _stop_if_unusable(result, strict)
        relations = {name: _final(connection, name) for name in TABLES}
        swap_in(study, relations, manifest=to_plain(result))
    return result


@contextmanager
def _no_values_in_errors() -> Iterator[None]:
    """Let nothing of DuckDB's own messages through: they quote the row they stumbled on."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise OSError(errno.ENOSPC, "no room left to sort and check the extract") from None
    except duckdb.Error as error:
        raise broken(Path("the extract"), error) from None


def _stage_all(connection: duckdb.DuckDBPyConnection, reading: Reading) -> dict[str, Staged]:
    inputs = {given.table.name: given for given in reading.inputs}
    staged: dict[str, Staged] = {}
    broken_files: list[Problem] = []
    for name, table in TABLES.items():
        if name in inputs:
            try:
                staged[name] = stage(connection, inputs[name])
                continue
            except duckdb.InvalidInputException as error:  # a line that is no CSV, met on the way
                broken_files += broken(Path(inputs[name].label), error).problems
        columns = ", ".join(f"{quoted(c.name)} {SQL_TYPES[c.type]}" for c in table.columns)
        connection.execute(f'CREATE TEMP TABLE {quoted(name)} ("{ROW}" BIGINT, {columns})')
        staged[name] = Staged(0, 0, ())
    if broken_files:
        raise LlticError(broken_files)
    return staged


def _stop_if_unusable(result: Ingested, strict: bool) -> None:
    unusable = [
        Problem("no-row-kept", name, f"none of its {result.rows_in[name]} rows could be kept")
        for name in TABLES
        if result.rows_in[name] and not result.rows_kept[name]
    ]
    fatal = [p for p in result.problems if p.code in FATAL]
    if unusable or strict:
        fatal = [*result.problems, *unusable]
    if fatal:
        raise LlticError(fatal)


def _final(connection: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyRelation:
    columns = ", ".join(quoted(c.name) for c in TABLES[name].columns)
    return connection.table(name).project(columns)


# --- texts of documents ------------------------------------------------------------------------


def _take_texts(
    connection: duckdb.DuckDBPyConnection, source: TextSource, folder: Path, watch: Watch
) -> list[Problem]:
    """Write the text of every kept document; leave out the documents that have none."""
    connection.execute(
        f'SELECT d."{ROW}", d.document_id, s.raw FROM documents AS d JOIN '
        f'(SELECT "{ROW}", {source.raw} AS raw FROM {quoted(source.view)}) AS s '
        f'USING ("{ROW}") ORDER BY 1'
    )
    made: list[tuple[int, int, str]] = []
    failed: dict[str, list[int]] = {}
    for row, document_id, raw in watch(_batches(connection)):
        text, code = _text(raw, source.folder)
        if code:
            failed.setdefault(code, []).append(row)
            continue
        data = text.encode("utf-8")
        (folder / f"{document_id}.txt").write_bytes(data)
        made.append((row, count_pages(text), hashlib.sha256(data).hexdigest()))
    _fill(connection, made)
    return [
        Problem(
            code,
            f"{source.label}: {first_rows(rows[:3], len(rows))}",
            _TEXT_MESSAGES[code],
            hint="The documents were left out",
            count=len(rows),
        )
        for code, rows in sorted(failed.items())
    ]


def _batches(connection: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    while batch := connection.fetchmany(1000):  # all notes of a hospital do not fit into memory
        yield from batch


_TEXT_MESSAGES = {
    "no-text": "the document has no text",
    "no-file": "the document's file is not there",
    "outside-folder": "the document's file is not below the folder of the mapping",
    "not-utf8": "the document's file is not text in UTF-8",
}


def _text(raw: str | None, folder: Path | None) -> tuple[str, str]:
    """Return a document's text, or the code of what is wrong with it."""
    if not (raw or "").strip():
        return "", "no-text"
    text = raw or ""
    if folder is not None:
        root = folder.resolve()
        try:
            path = (root / text).resolve()
            if not path.is_relative_to(root):
                return "", "outside-folder"
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            return "", "not-utf8"
        except (OSError, ValueError):
            return "", "no-file"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return (text, "") if text.strip() else ("", "no-text")


def _fill(connection: duckdb.DuckDBPyConnection, made: list[tuple[int, int, str]]) -> None:
    import pyarrow as pa

    names = ("row_number", "pages", "sha256")
    types = (pa.int64(), pa.int64(), pa.string())
    columns = list(zip(*made, strict=True)) or [(), (), ()]
    arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
    connection.register("made", pa.table(dict(zip(names, arrays, strict=True))))
    connection.execute(
        f"""UPDATE documents SET pages = made.pages, sha256 = made.sha256
        FROM made WHERE documents."{ROW}" = made.row_number"""
    )
    connection.execute("DELETE FROM documents WHERE sha256 IS NULL")
