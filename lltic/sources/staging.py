"""Turn the rows of an extract into canonical rows: convert, judge, leave out, count.

A dialect says for each canonical column where its text comes from and how to read
it (:class:`Field`); everything else is the same for all dialects and happens in
DuckDB, so that an extract need not fit into memory.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import duckdb

from lltic.errors import Problem
from lltic.sources.checks import MESSAGES, dangling_sql, expected, first_rows, wrong_value
from lltic.sources.files import ROW
from lltic.sources.parquet import quoted
from lltic.sources.schema import SQL_TYPES, TABLES, Column, Table

__all__ = ["Field", "Staged", "TableInput", "literal", "stage"]

ISO_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_TIME = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
TRUE, FALSE = ("true", "yes", "y", "1"), ("false", "no", "n", "0")

DOUBTS = {
    "spells": (
        (
            "discharged-before-admitted",
            "discharged_at < admitted_at",
            "the discharge is before the admission; the row was kept",
        ),
    ),
    "deaths": (
        (
            "registered-before-death",
            "registered_on < died_on",
            "the registration is before the death; the row was kept",
        ),
    ),
}
"""Rows that contradict themselves; they are kept and counted."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a canonical column comes from.

    Parameters
    ----------
    raw : str
        SQL of the text in the source, NULL where empty.
    source : str
        The name of the source column, for messages.
    date_format : str
        ``iso`` or a pattern such as ``%d/%m/%Y``, for dates and timestamps.
    real_dates : bool
        Whether the source may hold dates as dates; those need no format.
    codes : mapping of str to str
        Source text to canonical value; the empty key is for empty cells.
    otherwise : str or None
        The canonical value of a text that is not among the codes.
    """

    raw: str
    source: str
    date_format: str = "iso"
    real_dates: bool = False
    codes: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class TableInput:
    """One canonical table to be made: from which view, under which name in messages."""

    table: Table
    view: str
    label: str
    fields: Mapping[str, Field]
    later: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """What became of one table: rows in, rows kept, problems."""

    rows_in: int
    rows_kept: int
    problems: tuple[Problem, ...]


def literal(text: str) -> str:
    """Return a text as an SQL literal.

    Examples
    --------
    >>> print(literal("St John's"))
    'St John''s'
    """
    return "'" + text.replace("'", "''") + "'"


def parsed(column: Column, source: Field) -> str:
    """Return the SQL of a field's typed value; NULL where the text cannot be read."""
    raw = source.raw
    if source.codes:
        raw = _decoded(source)
    if column.type in ("date", "timestamp"):
        return _date(column, source)
    if column.type == "boolean":
        says = f"lower({raw}) IN"
        return f"CASE WHEN {says} {TRUE} THEN true WHEN {says} {FALSE} THEN false END"
    if column.type == "integer":
        return f"TRY_CAST({raw} AS BIGINT)"
    if column.name == "nhs_number":
        return _nhs_number(raw)
    return raw


def _decoded(source: Field) -> str:
    cases = " ".join(
        f"WHEN {literal(text)} THEN {literal(value)}" for text, value in source.codes.items()
    )
    end = "NULL" if source.otherwise is None else literal(source.otherwise)
    return f"CASE coalesce({source.raw}, '') {cases} ELSE {end} END"


def _date(column: Column, source: Field) -> str:
    raw, kind = source.raw, SQL_TYPES[column.type]
    iso = f"CASE WHEN regexp_full_match({raw}, '{ISO_DATE}([ T]{ISO_TIME})?') "
    iso += f"THEN TRY_CAST({raw} AS TIMESTAMP) END"
    value = iso
    if source.date_format != "iso":
        value = f"try_strptime({raw}, {literal(source.date_format)})"
        if source.real_dates:
            value = f"coalesce({iso}, {value})"
    return f"TRY_CAST({value} AS {kind})"


def _nhs_number(raw: str) -> str:
    """Return SQL that agrees with :func:`lltic.identity.is_nhs_number`, and takes out spaces."""
    digits = f"replace(replace({raw}, ' ', ''), '-', '')"
    total = " + ".join(f"CAST({digits}[{i}] AS INTEGER) * {11 - i}" for i in range(1, 10))
    check = f"(11 - ({total}) % 11) % 11 = CAST({digits}[10] AS INTEGER)"
    right = f"regexp_full_match({digits}, '[0-9]{{10}}') AND {digits} <> repeat({digits}[1], 10)"
    return f"CASE WHEN {right} THEN CASE WHEN {check} THEN {digits} END END"


@dataclass(frozen=True, slots=True)
class _Rule:
    column: Column
    code: str
    condition: str


def _rules(given: TableInput) -> list[_Rule]:
    """Return what may be wrong with a row; ``r_x`` is the text and ``v_x`` the value of x."""
    rules = []
    for column in given.table.columns:
        source = given.fields.get(column.name)
        if source is None or column.name in given.later:
            continue
        raw, value = quoted(f"r_{column.name}"), quoted(f"v_{column.name}")
        found: dict[str, list[str]] = {}
        found.setdefault(_unread(column), []).append(f"{raw} IS NOT NULL AND {value} IS NULL")
        for code, condition in wrong_value(column, value):
            if code == "missing-value":
                condition = f"{raw} IS NULL AND {value} IS NULL"
            found.setdefault(code, []).append(condition)
        rules += [_Rule(column, code, " OR ".join(c)) for code, c in found.items()]
    return rules


def _unread(column: Column) -> str:
    """Return the code for a text that could not be turned into a value of the column."""
    if column.type in ("date", "timestamp"):
        return "wrong-date"
    if column.name == "nhs_number":
        return "wrong-nhs-number"
    return "wrong-type" if column.type == "integer" else "unknown-code"


def stage(connection: duckdb.DuckDBPyConnection, given: TableInput) -> Staged:
    """Make the table ``given.table.name`` in DuckDB, with :data:`~lltic.sources.files.ROW`.

    Rows with a wrong value are left out, or lose the value where the column says so;
    all are counted. Duplicate keys are a problem of the whole table. References are
    checked against the tables that were staged before.
    """
    name, rules = given.table.name, _rules(given)
    _convert(connection, given, rules)
    counted = _counted(connection, given, rules)
    problems = [*counted, *_duplicates(connection, given), *_doubts(connection, given)]
    rows_in = kept(connection, f"{name} staged")
    staged = quoted(f"{name} staged")
    columns = ", ".join(quoted(c.name) for c in given.table.columns)
    right = f'SELECT "{ROW}", {columns} FROM {staged} WHERE NOT "#out"'
    connection.execute(f"CREATE TEMP TABLE {quoted(name)} AS {right}")
    connection.execute(f"DROP TABLE {staged}")
    problems += _references(connection, given)
    return Staged(rows_in, kept(connection, name), tuple(problems))


def kept(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Return the number of rows a staged table has now."""
    ((count,),) = connection.sql(f"SELECT count(*) FROM {quoted(name)}").fetchall()
    return count


def _convert(connection: duckdb.DuckDBPyConnection, given: TableInput, rules: list[_Rule]) -> None:
    columns = given.table.columns
    raws, values, finals = [], [], []
    for column in columns:
        source = given.fields.get(column.name)
        raw, value, final = (quoted(p + column.name) for p in ("r_", "v_", ""))
        kind = SQL_TYPES[column.type]
        raws.append(f"{source.raw if source else 'NULL'} AS {raw}")
        shown = Field(raw, "") if source is None else replace(source, raw=raw)
        values.append(f"CAST({parsed(column, shown)} AS {kind}) AS {value}")
        clear = [f"({r.condition})" for r in rules if r.column is column]
        if column.when_wrong == "clear" and clear:
            finals.append(f"CASE WHEN NOT ({' OR '.join(clear)}) THEN {value} END AS {final}")
        else:
            finals.append(f"{value} AS {final}")
    out = [f"({r.condition})" for r in rules if r.column.when_wrong != "clear"]
    flags = ", ".join(f"({r.condition}) AS f{i}" for i, r in enumerate(rules))
    connection.execute(
        f"""CREATE TEMP TABLE {quoted(given.table.name + " staged")} AS
        SELECT "{ROW}", {", ".join(finals)}, {flags}, coalesce({" OR ".join(out)}, false) AS "#out"
        FROM (SELECT *, {", ".join(values)}
              FROM (SELECT "{ROW}", {", ".join(raws)} FROM {quoted(given.view)}))"""
    )


def _where(given: TableInput, column: str, rows: list[int] | None, count: int) -> str:
    source = given.fields.get(column)
    named = source.source if source else column
    return f"{given.label}: column {named}, {first_rows(rows, count)}"


def _counted(
    connection: duckdb.DuckDBPyConnection, given: TableInput, rules: list[_Rule]
) -> list[Problem]:
    wanted = ", ".join(
        f'count(*) FILTER (WHERE f{i}), min("{ROW}", 3) FILTER (WHERE f{i})'
        for i in range(len(rules))
    )
    staged = quoted(given.table.name + " staged")
    (row,) = connection.sql(f"SELECT {wanted} FROM {staged}").fetchall()
    problems = []
    for i, rule in enumerate(rules):
        count, rows = row[2 * i], row[2 * i + 1]
        if count:
            where = _where(given, rule.column.name, rows, count)
            problems.append(_problem(given, rule, where, count))
    return problems


def _problem(given: TableInput, rule: _Rule, where: str, count: int) -> Problem:
    source = given.fields[rule.column.name]
    allowed = "" if rule.code == "missing-value" else expected(rule.column)
    message = MESSAGES[rule.code]
    if rule.code == "wrong-date" and source.date_format != "iso":
        allowed = f"{allowed}, written as {source.date_format}"
    if rule.code == "unknown-code" and source.codes:
        allowed = ", ".join(code or "(empty)" for code in source.codes)
    cleared = rule.column.when_wrong == "clear"
    left = "The rows were kept without it" if cleared else "The rows were left out"
    return Problem(rule.code, where, message, allowed, left, count)


def _duplicates(connection: duckdb.DuckDBPyConnection, given: TableInput) -> list[Problem]:
    key, staged = given.table.key, quoted(given.table.name + " staged")
    again = f"SELECT {quoted(key)} FROM {staged} GROUP BY 1 HAVING count(*) > 1"
    ((count, rows),) = connection.sql(
        f'SELECT count(*), min("{ROW}", 3) FROM {staged} WHERE {quoted(key)} IN ({again})'
    ).fetchall()
    if not count:
        return []
    where = _where(given, key, rows, count)
    hint = "Give every row its own, or take the repeats out of the extract."
    return [Problem("duplicate-key", where, MESSAGES["duplicate-key"], "", hint, count)]


def _doubts(connection: duckdb.DuckDBPyConnection, given: TableInput) -> list[Problem]:
    problems = []
    staged = quoted(given.table.name + " staged")
    for code, condition, message in DOUBTS.get(given.table.name, ()):
        ((count, rows),) = connection.sql(
            f'SELECT count(*), min("{ROW}", 3) FROM {staged} WHERE {condition}'
        ).fetchall()
        if count:
            where = f"{given.label}: {first_rows(rows, count)}"
            problems.append(Problem(code, where, message, count=count))
    return problems


def _references(connection: duckdb.DuckDBPyConnection, given: TableInput) -> list[Problem]:
    problems, name = [], quoted(given.table.name)
    hints = {
        "leave-out": "The rows were left out",
        "clear": "The rows were kept without it",
        "keep": "The rows were kept; the cohort counts these deaths out",
    }
    for column in given.table.columns:
        if not column.refers_to:
            continue
        dangling = dangling_sql(column, given.table)
        ((count, rows),) = connection.sql(
            f'SELECT count(*), min("{ROW}", 3) FROM {name} WHERE {dangling}'
        ).fetchall()
        if not count:
            continue
        if column.when_wrong == "leave-out":
            connection.execute(f"DELETE FROM {name} WHERE {dangling}")
        if column.when_wrong == "clear":
            connection.execute(f"UPDATE {name} SET {quoted(column.name)} = NULL WHERE {dangling}")
        code = f"dangling-{TABLES[column.refers_to.split('.')[0]].name.removesuffix('s')}"
        where = _where(given, column.name, rows, count)
        problems.append(Problem(code, where, MESSAGES[code], "", hints[column.when_wrong], count))
    return problems
