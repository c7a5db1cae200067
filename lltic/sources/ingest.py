"""Read an extract into the four canonical tables, whole or not at all."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from lltic.errors import LlticError, Problem, UsageError, unknown
from lltic.records import to_plain
from lltic.sources.documents import Watch, take_documents
from lltic.sources.files import ROW, broken
from lltic.sources.mimic import MIMIC_IV
from lltic.sources.parquet import connect, quoted
from lltic.sources.reading import Dialect, Reading, Request
from lltic.sources.schema import SQL_TYPES, TABLES
from lltic.sources.staging import Staged, kept, stage
from lltic.sources.tables import swap_in
from lltic.sources.tabular import TABULAR
from lltic.study import Study, write_folder_atomically

__all__ = ["DIALECTS", "Ingested", "ingest"]

DIALECTS: dict[str, Dialect] = {d.name: d for d in (MIMIC_IV, TABULAR)}
"""The dialects that ``lltic ingest --source`` knows; a new one is one file and one line here."""

FATAL = ("duplicate-key",)
"""Problems of rows that make a whole table unusable: nobody can say which row is right."""


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
            problems += take_documents(connection, reading.texts, folder, watch)
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
