"""What a dialect gets and what it gives back: the seam between dialects and ingest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lltic.errors import LlticError, Problem, UsageError
from lltic.sources.staging import TableInput

__all__ = ["Dialect", "Reading", "Request", "TextSource", "missing_columns", "one_folder"]


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
    """What a dialect made of its files: an input per canonical table, problems met so far."""

    inputs: tuple[TableInput, ...]
    problems: tuple[Problem, ...] = ()
    texts: TextSource | None = None
    mapping_hash: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A kind of extract that ingest knows."""

    name: str
    summary: str
    read: Callable[[Request], Reading]


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


def missing_columns(label: str, wanted: Sequence[str], there: Sequence[str]) -> list[Problem]:
    """Return a problem for each wanted column that a file does not have."""
    return [
        Problem("missing-column", f"{label}: {name}", "is needed and not there", ", ".join(there))
        for name in wanted
        if name not in there
    ]


def raise_all(problems: Sequence[Problem]) -> None:
    """Raise the problems, if there are any."""
    if problems:
        raise LlticError(problems)
