"""The mapping of an organisation's own files to the canonical tables: a definition, as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from lltic.definitions import content_hash, parse, read_yaml
from lltic.errors import LlticError, Problem, unknown
from lltic.sources.schema import TABLES, Column

__all__ = ["ColumnMapping", "Mapping", "TableMapping", "read_mapping"]

MADE = ("pages", "sha256", "original", "original_sha256")
"""Columns of ``documents`` that are made from the document, never mapped."""
TEXT = ("file", "text")
"""Where a document's text comes from: a file below the mapping's folder, or a column."""

CLOSED: dict[str, Any] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One canonical column: from a source ``column`` or a constant ``value``.

    ``date`` is ``iso`` or a pattern such as ``%d/%m/%Y %H:%M``; ``codes`` turn source
    texts into canonical values, the key ``""`` stands for an empty cell, and
    ``otherwise`` is for every other text and for empty cells.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    column: str | None = None
    value: str | None = None
    date: str | None = None
    codes: dict[str, str] = field(default_factory=dict)
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class TableMapping:
    """One canonical table and the file it comes from.

    ``date`` is the format of all its date columns that do not say their own.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    file: str
    columns: dict[str, str | ColumnMapping]
    date: str | None = None
    sheet: str | None = None
    delimiter: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping: a name, a version, and up to four tables."""

    __pydantic_config__: ClassVar[dict[str, Any]] = CLOSED

    name: str
    version: str
    tables: dict[Literal["persons", "spells", "deaths", "documents"], TableMapping]
    title: str = ""
    source: str = ""


def read_mapping(path: Path) -> tuple[Mapping, str]:
    """Read and check a mapping.

    Returns
    -------
    mapping : Mapping
    hash : str
        SHA-256 of its content.

    Raises
    ------
    LlticError
        Every problem at once: those of :func:`lltic.definitions.parse`, and
        ``missing-table``, ``missing-column``, ``unknown-column``,
        ``date-format-missing``, ``two-digit-year``, ``unknown-code``, ``mapping-unclear``.
    """
    data = read_yaml(path)
    mapping = parse(Mapping, data, str(path))
    problems = list(_problems(mapping, str(path)))
    if problems:
        raise LlticError(problems)
    return mapping, content_hash(data)


def column_mapping(table: TableMapping, name: str) -> ColumnMapping | None:
    """Return the mapping of one column in its long form, None when it is not mapped."""
    given = table.columns.get(name)
    return ColumnMapping(column=given) if isinstance(given, str) else given


def _problems(mapping: Mapping, where: str) -> Iterator[Problem]:
    for needed in ("persons", "spells", "deaths"):
        if needed not in mapping.tables:
            message = "this table is needed and not mapped"
            yield Problem("missing-table", f"{where}: tables.{needed}", message)
    for name, table in mapping.tables.items():
        at = f"{where}: tables.{name}"
        known = [c.name for c in TABLES[name].columns if c.name not in MADE]
        known += TEXT if name == "documents" else ()
        if len(table.delimiter) != 1:
            yield Problem("mapping-unclear", f"{at}.delimiter", "must be one character")
        for given in table.columns:
            if given not in known:
                problem = unknown("column of this table", given, known, code="unknown-column")
                yield Problem(problem.code, f"{at}.columns.{given}", *_rest(problem))
        for column in TABLES[name].columns:
            yield from _column_problems(table, column, f"{at}.columns.{column.name}")
        if name == "documents":
            mapped = [column_mapping(table, kind) for kind in TEXT if kind in table.columns]
            if len(mapped) != 1 or not mapped[0] or mapped[0].column is None:
                message = "the text of a document comes from one column of one of two kinds"
                yield Problem("mapping-unclear", f"{at}.columns", message, ", ".join(TEXT))


def _rest(problem: Problem) -> tuple[str, str, str]:
    return problem.message, problem.allowed, problem.hint


def _column_problems(table: TableMapping, column: Column, at: str) -> Iterator[Problem]:
    given = column_mapping(table, column.name)
    if given is None:
        if not column.nullable and column.name not in MADE:
            hint = f"Map it to a column of {table.file}, or give it a 'value'."
            yield Problem("missing-column", at, "is needed and not mapped", column.meaning, hint)
        return
    if (given.column is None) == (given.value is None):
        yield Problem("mapping-unclear", at, "give either a column or a value", "column, value")
    if column.type in ("date", "timestamp"):
        yield from _date_problems(given.date or table.date, at)
        if given.codes or given.otherwise is not None:
            yield Problem("mapping-unclear", at, "a date takes a format, not codes", "date")
    elif given.date is not None:
        yield Problem("mapping-unclear", at, "is not a date and takes no date format")
    if column.allowed or column.type == "boolean":
        allowed = column.allowed or ("true", "false", "yes", "no", "1", "0")
        said = [*given.codes.values(), given.otherwise, given.value]
        if any(v is not None and v not in allowed for v in said):
            message = "the mapping gives a value that this column does not take"
            yield Problem("unknown-code", at, message, ", ".join(allowed))


def _date_problems(date_format: str | None, at: str) -> Iterator[Problem]:
    allowed = "iso, or a pattern such as %d/%m/%Y (day first) or %d/%m/%Y %H:%M"
    if date_format is None:
        message = "the format of the date is not declared, and we never guess it"
        hint = "Write 'date:' beside the column, or once for the table."
        yield Problem("date-format-missing", at, message, allowed, hint)
    elif date_format == "iso":
        return
    elif "%y" in date_format:
        message = "a year of two digits cannot tell 1925 from 2025"
        yield Problem("two-digit-year", at, message, "%Y")
    elif not all(part in date_format for part in ("%Y", "%d")) or not any(
        part in date_format for part in ("%m", "%b", "%B")
    ):
        yield Problem("mapping-unclear", at, "the format lacks year, month or day", allowed)
