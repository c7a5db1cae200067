"""What a dialect is: a mapping, and the few rules that are really code.

A dialect that comes with the package is a file ``lltic/sources/dialects/NAME.yml`` in the
language of :mod:`lltic.sources.mapping`. Where that is not enough, its module gives rules:

``amend``
    gets the open files as texts, by the table of the mapping that reads them, before any row
    is taken, and may put a view with more columns or rows in the place of a file;
``working`` and ``derive``
    declare tables of the dialect's own. They are mapped in the YAML like the canonical ones,
    and staged: typed, judged, counted, as DuckDB tables of that name with
    :data:`~lltic.sources.files.ROW`. From them ``derive`` makes canonical tables, each as a
    :class:`~lltic.sources.staging.TableInput` over a view (:func:`as_it_is`), with the counts
    of what it merged or refused on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from lltic.errors import Problem, UsageError
from lltic.sources.files import SourceFile
from lltic.sources.mapping import TableMapping
from lltic.sources.parquet import quoted
from lltic.sources.schema import TABLES, Table
from lltic.sources.staging import Field, Staged, TableInput

__all__ = [
    "Amended",
    "Derived",
    "Dialect",
    "Reading",
    "Request",
    "TextSource",
    "as_it_is",
    "one_folder",
]


@dataclass(frozen=True, slots=True)
class Request:
    """What ``lltic ingest`` was asked: paths, mapping, a connection and a scratch folder."""

    connection: duckdb.DuckDBPyConnection
    paths: Sequence[Path]
    mapping: Path | None
    scratch: Path


@dataclass(frozen=True, slots=True)
class TextSource:
    """Where the texts of documents are.

    ``raw`` is SQL over ``view`` that gives a text, or, when ``folder`` is set, the
    path of a file relative to that folder, below which it must stay.
    """

    view: str
    raw: str
    label: str
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a dialect made of its files: an input per canonical table, problems met so far.

    ``staged`` are the working tables that were staged on the way.
    """

    inputs: tuple[TableInput, ...]
    problems: tuple[Problem, ...] = ()
    texts: TextSource | None = None
    mapping_hash: str = ""
    staged: Mapping[str, Staged] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amended:
    """The files of a dialect after its own rules, by the table that reads them."""

    files: Mapping[str, SourceFile]
    problems: tuple[Problem, ...] = ()


Amend = Callable[
    [duckdb.DuckDBPyConnection, Mapping[str, SourceFile], Mapping[str, TableMapping]], Amended
]


@dataclass(frozen=True, slots=True)
class Derived:
    """Canonical tables that a dialect's own rules made of its working tables."""

    inputs: tuple[TableInput, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """A kind of extract that ingest knows.

    Parameters
    ----------
    name, summary : str
    shipped : bool
        Whether its mapping comes with the package; else it lies beside the files.
    amend : callable, optional
        ``(connection, files, tables) -> Amended``; ``tables`` are those of the mapping.
    uses, makes : mapping of str to tuple of str
        By table of the mapping: columns of the file that its rules need besides those that
        are mapped, and columns that ``amend`` adds.
    working : tuple of Table
        Tables of its own that the mapping may fill.
    derive : callable, optional
        ``(connection, files) -> Derived``, once the working tables are staged.
    """

    name: str
    summary: str
    shipped: bool = True
    amend: Amend | None = None
    uses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    makes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    working: tuple[Table, ...] = ()
    derive: Callable[[duckdb.DuckDBPyConnection, Mapping[str, SourceFile]], Derived] | None = None


def as_it_is(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    view: str,
    label: str,
    *,
    rows_in: int | None = None,
    merged: int = 0,
    refused: int = 0,
) -> TableInput:
    """Return a canonical table that a view already has, under the canonical names.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    name : str
        The canonical table.
    view : str
        A view or table with :data:`~lltic.sources.files.ROW` and canonical columns, typed or
        as ISO text; canonical columns that it lacks stay empty.
    label : str
        The source's name for messages.
    rows_in, merged, refused
        As in :class:`~lltic.sources.staging.TableInput`.
    """
    there = set(connection.table(view).columns)
    fields = {
        column.name: Field(f"CAST({quoted(column.name)} AS VARCHAR)", column.name)
        for column in TABLES[name].columns
        if column.name in there
    }
    return TableInput(
        TABLES[name],
        view,
        label,
        fields,
        rows_in=rows_in,
        merged=merged,
        refused=refused,
    )


def one_folder(request: Request, dialect: str) -> Path:
    """Return the one folder that was named.

    Raises
    ------
    UsageError
        ``one-folder`` when there is none, more than one, or it is not a folder.
    """
    if len(request.paths) == 1 and request.paths[0].is_dir():
        return request.paths[0]
    hint = f"Give one folder: lltic ingest --source {dialect} FOLDER"
    where = ", ".join(map(str, request.paths)) or "PATH"
    raise UsageError(Problem("one-folder", where, "is not one folder", "one folder", hint))
