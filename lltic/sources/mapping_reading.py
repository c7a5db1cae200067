"""Read a mapping: short forms are written out, and everything wrong is said at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Named
from dataclasses import replace
from pathlib import Path
from typing import Any

from lltic.definitions import content_hash, parse, read_yaml
from lltic.errors import LlticError, Problem, unknown
from lltic.sources.mapping import TEXT, ColumnMapping, Mapping, TableMapping
from lltic.sources.schema import TABLES, Column, Table

__all__ = ["read_mapping"]

MADE = ("pages", "sha256", "original", "original_sha256")
"""Columns of ``documents`` that are made from the document, never mapped."""
NEEDED = ("persons", "spells", "deaths")


def read_mapping(path: Path, tables: Iterable[Table]) -> tuple[Mapping, str]:
    """Read and check a mapping.

    Parameters
    ----------
    path : Path
    tables : iterable of Table
        Those that may be mapped: the canonical ones and a dialect's working tables.
        ``persons``, ``spells`` and ``deaths`` must be, unless there are working tables,
        of which the dialect makes them.

    Returns
    -------
    mapping : Mapping
    hash : str
        SHA-256 of its content.

    Raises
    ------
    LlticError
        Every problem at once: those of :func:`lltic.definitions.parse`, and
        ``missing-table``, ``unknown-table``, ``missing-column``, ``unknown-column``,
        ``date-format-missing``, ``two-digit-year``, ``unknown-code``, ``mapping-unclear``.
    """
    data = read_yaml(path)
    try:
        mapping = parse(Mapping, _in_full(data), str(path))
    except LlticError as error:
        raise LlticError([_as_written(p) for p in error.problems]) from None
    problems = list(_problems(mapping, str(path), {t.name: t for t in tables}))
    if problems:
        raise LlticError(problems)
    return mapping, content_hash(data)


def _in_full(data: Any) -> Any:
    """Return the mapping with every short form written out; wrong shapes stay as they are."""
    tables = data.get("tables")
    if not isinstance(tables, dict):
        return data
    return {**data, "tables": {name: _table_in_full(table) for name, table in tables.items()}}


def _table_in_full(table: Any) -> Any:
    if not isinstance(table, dict):
        return table
    full = dict(table)
    for key in ("file", "empty"):
        if key in full:
            full[key] = _listed(full[key])
    for key in ("only", "set_aside"):
        if isinstance(full.get(key), dict):
            full[key] = {name: _listed(codes, "") for name, codes in full[key].items()}
    if isinstance(full.get("columns"), dict):
        full["columns"] = {n: _tries_in_full(given) for n, given in full["columns"].items()}
    return full


def _tries_in_full(given: Any) -> Any:
    tries = given if isinstance(given, list) else [given]
    return [_try_in_full(one) for one in tries]


def _try_in_full(one: Any) -> Any:
    if isinstance(one, str):
        return {"column": [one]}
    if not isinstance(one, dict):
        return one
    return {k: _listed(v) if k in ("column", "empty") else v for k, v in one.items()}


def _listed(given: Any, instead: str | None = None) -> Any:
    if isinstance(given, list):
        return [instead if one is None else one for one in given]
    return [given] if isinstance(given, str) else given


def _as_written(problem: Problem) -> Problem:
    """Return a problem with the place as the author wrote it, without our own lists of one."""
    where = re.sub(r"(\.columns\.[^.]+)\.0(?=\.|$)", r"\1", problem.where)
    return replace(problem, where=where)


def _problems(mapping: Mapping, where: str, tables: Named[str, Table]) -> Iterator[Problem]:
    working = set(tables) - set(TABLES)
    for name in () if working else NEEDED:
        if name not in mapping.tables:
            message = "this table is needed and not mapped"
            yield Problem("missing-table", f"{where}: tables.{name}", message)
    for name, table in mapping.tables.items():
        at = f"{where}: tables.{name}"
        if name in tables:
            yield from _table_problems(tables[name], table, at)
        else:
            yield replace(unknown("table", name, list(tables)), where=at)


def _table_problems(declared: Table, table: TableMapping, at: str) -> Iterator[Problem]:
    documents = declared.name == "documents"
    known = [c.name for c in declared.columns if c.name not in MADE]
    known += TEXT if documents else ()
    if not table.file:
        yield Problem("mapping-unclear", f"{at}.file", "names no file")
    if len(table.delimiter) != 1:
        yield Problem("mapping-unclear", f"{at}.delimiter", "must be one character")
    if not _is_encoding(table.encoding):
        message = "is not the name of an encoding of text"
        yield Problem("mapping-unclear", f"{at}.encoding", message, "such as utf-8, cp1252, utf-16")
    for given in table.columns:
        if given not in known:
            problem = unknown("column of this table", given, known, code="unknown-column")
            yield replace(problem, where=f"{at}.columns.{given}")
    for column in declared.columns:
        if column.name not in MADE:
            yield from _column_problems(table, column, f"{at}.columns.{column.name}")
    if documents:
        mapped = [table.columns[kind] for kind in TEXT if kind in table.columns]
        if len(mapped) != 1 or len(mapped[0]) != 1 or not mapped[0][0].column:
            message = "the text of a document comes from one column of one of two kinds"
            yield Problem("mapping-unclear", f"{at}.columns", message, ", ".join(TEXT))


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        return False
    return True


def _column_problems(table: TableMapping, column: Column, at: str) -> Iterator[Problem]:
    tries = table.columns.get(column.name, ())
    if not tries:
        instead = column.or_else in table.columns
        if not instead and (not column.nullable or column.or_else):
            hint = f"Map it to a column of {table.file[0]}, or give it a 'value'."
            hint += f" Or map '{column.or_else}'." if column.or_else else ""
            yield Problem("missing-column", at, "is needed and not mapped", column.meaning, hint)
        return
    for number, given in enumerate(tries):
        yield from _try_problems(table, column, given, at)
        always = given.value is not None or given.otherwise is not None
        if always and number < len(tries) - 1:
            message = "what stands after a value or an 'otherwise' is never reached"
            yield Problem("mapping-unclear", at, message)


def _try_problems(
    table: TableMapping, column: Column, given: ColumnMapping, at: str
) -> Iterator[Problem]:
    if bool(given.column) + (given.value is not None) + (given.template is not None) != 1:
        message = "give either a column or a value or a template"
        yield Problem("mapping-unclear", at, message, "column, value, template")
    elif given.template is not None and not given.parts:
        message = "the template names no column"
        yield Problem("mapping-unclear", at, message, "such as {first}-{second}")
    if column.type in ("date", "timestamp"):
        yield from _date_problems(given.date or table.date, at)
        if given.codes or given.otherwise is not None:
            yield Problem("mapping-unclear", at, "a date takes a format, not codes", "date")
    elif given.date is not None:
        yield Problem("mapping-unclear", at, "is not a date and takes no date format")
    said = [v for v in (*given.codes.values(), given.otherwise, given.value) if v is not None]
    if column.nullable:
        said = [v for v in said if v]
    allowed = column.allowed
    if column.type == "boolean":
        allowed = ("true", "false", "yes", "no", "1", "0")
    if allowed and any(v not in allowed for v in said):
        message = "the mapping gives a value that this column does not take"
        yield Problem("unknown-code", at, message, ", ".join(allowed))
    if column.type == "integer" and not all(v.removeprefix("-").isdecimal() for v in said):
        message = "the mapping gives a value that this column does not take"
        yield Problem("unknown-code", at, message, "a whole number")


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
