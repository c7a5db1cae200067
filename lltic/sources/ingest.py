"""Read an extract into the canonical tables, whole or not at all."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from lltic.errors import LlticError, Problem, UsageError, unknown
from lltic.records import to_plain
from lltic.sources.by_mapping import read_extract
from lltic.sources.contradictions import after_death
from lltic.sources.documents import LEFT_OUT, Watch, take_documents
from lltic.sources.files import ROW, broken
from lltic.sources.hes import HES_APC
from lltic.sources.mimic import MIMIC_IV
from lltic.sources.omop import OMOP
from lltic.sources.parquet import connect, quoted
from lltic.sources.reading import Dialect, Reading, Request
from lltic.sources.schema import SQL_TYPES, TABLES
from lltic.sources.staging import Staged, kept, stage
from lltic.sources.tables import swap_in
from lltic.sources.tabular import TABULAR
from lltic.study import Study, write_folder_atomically

__all__ = ["DIALECTS", "Ingested", "ingest"]

DIALECTS: dict[str, Dialect] = {d.name: d for d in (HES_APC, MIMIC_IV, OMOP, TABULAR)}
"""The dialects that ``lltic ingest --source`` knows; a new one is one file and one line here."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingest read and kept: rows by table, and problems that were not fatal.

    ``mapping_hash`` is the SHA-256 of the mapping's content. Every row is accounted for: in
    each table ``rows_in`` is the sum of ``rows_kept``, ``rows_refused`` (a problem says why),
    ``rows_merged`` (they said again what another row says) and ``rows_set_aside`` (by the
    mapping's own words). Each of these was counted by itself.
    """

    source: str
    mapping_hash: str
    rows_in: dict[str, int]
    rows_kept: dict[str, int]
    rows_refused: dict[str, int]
    rows_merged: dict[str, int]
    rows_set_aside: dict[str, dict[str, int]]
    problems: tuple[Problem, ...] = field(default=())

    def unaccounted(self) -> list[str]:
        """Return the tables in which the rows do not add up; there are none."""
        return [
            name
            for name, rows in self.rows_in.items()
            if rows
            != self.rows_kept[name]
            + self.rows_refused[name]
            + self.rows_merged[name]
            + sum(self.rows_set_aside[name].values())
        ]


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
        An unreadable file, a missing column, a table of which no row could be kept
        (``no-row-kept``), a full disk; with ``strict`` any problem. The extract that was
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
            reading = read_extract(DIALECTS[source], request)
            staged = _stage_all(connection, reading)
        problems = [*reading.problems, *(p for s in staged.values() for p in s.problems)]
        left_out = 0
        if reading.texts is not None:
            of_documents = take_documents(connection, reading.texts, folder, watch)
            left_out = sum(p.count for p in of_documents if p.hint == LEFT_OUT)
            problems += of_documents
        labels = {given.table.name: given.label for given in reading.inputs}
        problems += after_death(connection, labels.get("spells", "spells"))
        result = _result(connection, source, reading, staged, left_out, problems)
        spared = {given.table.name for given in reading.inputs if given.may_be_empty}
        _stop_if_unusable(result, strict, spared)
        relations = {name: _final(connection, name) for name in TABLES}
        swap_in(study, relations, manifest=to_plain(result))
    return result


def _result(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    reading: Reading,
    staged: dict[str, Staged],
    documents_left_out: int,
    problems: Sequence[Problem],
) -> Ingested:
    optional = {name for name, table in TABLES.items() if table.optional}
    given = {g.table.name for g in reading.inputs}
    here = {n: s for n, s in staged.items() if n in given or n not in optional}
    shown = {**reading.staged, **here}
    refused = {name: s.refused for name, s in shown.items()}
    refused["documents"] += documents_left_out
    return Ingested(
        source,
        reading.mapping_hash,
        {name: s.rows_in for name, s in shown.items()},
        {name: kept(connection, name) for name in shown},
        refused,
        {name: s.merged for name, s in shown.items()},
        {name: dict(s.set_aside) for name, s in shown.items()},
        tuple(problems),
    )


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
            except duckdb.OutOfMemoryException:
                raise
            except duckdb.Error as error:  # a file that is damaged further down
                broken_files += broken(Path(inputs[name].label), error).problems
        columns = ", ".join(f"{quoted(c.name)} {SQL_TYPES[c.type]}" for c in table.columns)
        connection.execute(f'CREATE TEMP TABLE {quoted(name)} ("{ROW}" BIGINT, {columns})')
        staged[name] = Staged(0, 0, 0)
    if broken_files:
        raise LlticError(broken_files)
    return staged


def _stop_if_unusable(result: Ingested, strict: bool, spared: Collection[str]) -> None:
    unusable = [
        Problem("no-row-kept", name, f"none of its {result.rows_in[name]} rows could be kept")
        for name, refused in result.rows_refused.items()
        if refused and not result.rows_kept[name] and name not in spared
    ]
    unusable += [
        Problem("rows-unaccounted", name, "its rows do not add up", hint="Tell us of it.")
        for name in result.unaccounted()
    ]
    if unusable or (strict and result.problems):
        raise LlticError([*result.problems, *unusable])


def _final(connection: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyRelation:
    columns = ", ".join(quoted(c.name) for c in TABLES[name].columns)
    return connection.table(name).project(columns)
