"""What is wrong with a table: everything at once, counted, and never a patient's value."""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lltic.errors import Problem, did_you_mean, unknown
from lltic.sources.parquet import connect, quoted
from lltic.sources.schema import FIRST_YEAR, LAST_YEAR, SQL_TYPES, TABLES, Column, Table, declared
from lltic.sources.source_file import first_rows

if TYPE_CHECKING:
    import duckdb
    import pandas

__all__ = [
    "MESSAGES",
    "check_table",
    "check_tables",
    "dangling_sql",
    "expected",
    "first_rows",
    "wrong_value",
]


def check_table(name: str, frame: pandas.DataFrame) -> list[Problem]:
    """Return everything that is wrong with one table, an empty list when nothing is.

    Parameters
    ----------
    name : str
        ``persons``, ``spells``, ``deaths`` or ``documents``.
    frame : pandas.DataFrame
        The rows. Exactly the declared columns are expected, in any order.

    Returns
    -------
    list of Problem
        Codes ``missing-column``, ``unknown-column``, ``wrong-type``, ``wrong-date``,
        ``missing-value``, ``unknown-code``, ``wrong-form`` and ``duplicate-key``, with
        counts and the first row positions (from 1), never a value.
    """
    table = declared(name)
    with connect() as connection:
        connection.register("src", frame)
        return _check(connection, table, connection.table("src"))


def check_tables(frames: Mapping[str, pandas.DataFrame]) -> list[Problem]:
    """Return everything that is wrong with the tables together.

    Adds to :func:`check_table` the references between tables (``dangling-person``,
    ``dangling-spell``). A death without a person is no problem here: the cohort counts it out.
    """
    problems = [
        Problem("missing-table", name, "is needed and not given", hint="It may be empty.")
        for name, table in TABLES.items()
        if name not in frames and not table.optional
    ]
    problems += [unknown("table", name, list(TABLES)) for name in frames if name not in TABLES]
    if problems:
        return problems
    problems = [p for name, frame in frames.items() for p in check_table(name, frame)]
    return problems or _dangling(frames)


def wrong_value(column: Column, value: str, instead: str = "NULL") -> list[tuple[str, str]]:
    """Return (problem code, SQL condition) pairs for a typed SQL value of a column.

    ``instead`` is SQL of what may stand in for it (:attr:`Column.or_else`).
    """
    found = []
    if column.type in ("date", "timestamp"):
        year = f"year({value})"
        found.append(("wrong-date", f"{year} < {FIRST_YEAR} OR {year} > {LAST_YEAR}"))
    if not column.nullable:
        empty = f"{value} IS NULL"
        found.append(("missing-value", empty + (f" OR {value} = ''" * (column.type == "text"))))
    if column.or_else:
        found.append(("missing-value", f"{value} IS NULL AND {instead} IS NULL"))
    if column.type == "text":  # which no database takes, and no eye sees
        found.append(("wrong-form", f"contains({value}, chr(0))"))
    if column.allowed:
        found.append(("unknown-code", f"{value} NOT IN {column.allowed!r}"))
    if column.pattern:
        text = value if column.type == "text" else f"CAST({value} AS VARCHAR)"
        found.append(("wrong-form", f"NOT regexp_full_match({text}, '{column.pattern}')"))
    return found


def expected(column: Column) -> str:
    """Return what a column takes, in words, for the ``allowed`` part of a problem."""
    if column.allowed:
        return ", ".join(column.allowed)
    words = {"date": f"a date of the years {FIRST_YEAR} to {LAST_YEAR}", "boolean": "true, false"}
    words["timestamp"] = words["date"] + " with a time"
    return column.meaning if column.pattern else words.get(column.type, column.type)


MESSAGES = {
    "wrong-type": "is of the wrong type",
    "wrong-date": "is no date we can take",
    "missing-value": "is empty and must not be",
    "unknown-code": "is not one of the known values",
    "wrong-form": "does not have the right form",
    "wrong-nhs-number": "is not an NHS number: ten digits, the last a check digit",
    "duplicate-key": "stands more than once and must be unique",
    "dangling-person": "is not in the table of persons",
    "dangling-spell": "is not in the table of spells",
}


def _check(
    connection: duckdb.DuckDBPyConnection, table: Table, data: duckdb.DuckDBPyRelation
) -> list[Problem]:
    names = [c.name for c in table.columns]
    problems = [
        Problem("missing-column", f"{table.name}.{c.name}", "is needed and not there")
        for c in table.columns
        if not c.nullable and c.name not in data.columns
    ]
    problems += [
        Problem(
            "unknown-column",
            f"{table.name}.{name}",
            "is not a column of this table",
            ", ".join(names),
            did_you_mean(name, names),
        )
        for name in data.columns
        if name not in names
    ]
    if problems:
        return problems
    rules: list[tuple[Column, str, str]] = []
    for column in table.columns:
        if column.name not in data.columns:
            if column.or_else and column.or_else not in data.columns:
                rules.append((column, "missing-value", "true"))
            continue
        raw = quoted(column.name)
        typed = f"TRY_CAST({raw} AS {SQL_TYPES[column.type]})"
        instead = quoted(column.or_else) if column.or_else in data.columns else "NULL"
        type_of = str(data.types[data.columns.index(column.name)])
        if column.type == "timestamp" and "TIME ZONE" in type_of:
            rules.append((column, "wrong-type", f"{raw} IS NOT NULL"))
            continue
        rules.append((column, "wrong-type", f"{raw} IS NOT NULL AND {typed} IS NULL"))
        for code, condition in wrong_value(column, typed, instead):
            if code == "missing-value" and column.type != "text" and not column.or_else:
                condition = f"{raw} IS NULL"
            rules.append((column, code, condition))
        if column.unique:
            rules.append((column, "duplicate-key", f"count(*) OVER (PARTITION BY {raw}) > 1"))
    return _count(connection, table, rules)


def _count(
    connection: duckdb.DuckDBPyConnection, table: Table, rules: list[tuple[Column, str, str]]
) -> list[Problem]:
    flags = ", ".join(f"({condition}) AS f{i}" for i, (_, _, condition) in enumerate(rules))
    wanted = ", ".join(
        f"count(*) FILTER (WHERE f{i}), min(n, 3) FILTER (WHERE f{i})" for i in range(len(rules))
    )
    numbered = "SELECT *, row_number() OVER () AS n FROM src"
    # Only names and conditions declared above stand in this text, never a value.
    sql = f"SELECT {wanted} FROM (SELECT n, {flags} FROM ({numbered}))"
    (row,) = connection.execute(sql).fetchall()
    problems = []
    for i, (column, code, _) in enumerate(rules):
        count, rows = row[2 * i], row[2 * i + 1]
        if count:
            where = f"{table.name}.{column.name}, {first_rows(rows, count)}"
            allowed = "" if code in ("missing-value", "duplicate-key") else expected(column)
            problems.append(Problem(code, where, MESSAGES[code], allowed, count=count))
    return problems


def dangling_sql(column: Column, table: Table) -> str:
    """Return the SQL condition "this value points at no row of the other table"."""
    other, name = column.refers_to.split(".")
    value = f"CAST({quoted(table.name)}.{quoted(column.name)} AS VARCHAR)"
    held = f"SELECT 1 FROM {quoted(other)} AS o WHERE CAST(o.{quoted(name)} AS VARCHAR) = {value}"
    return f"{value} IS NOT NULL AND NOT EXISTS ({held})"


def _dangling(frames: Mapping[str, pandas.DataFrame]) -> list[Problem]:
    problems = []
    with connect() as connection:
        for name, frame in frames.items():
            connection.register(name, frame.assign(row_number=range(1, len(frame) + 1)))
        for name in frames:
            table = TABLES[name]
            for column in table.columns:
                there = column.name in frames[name].columns
                if there and column.refers_to and column.when_wrong != "keep":
                    problems += _dangling_in(connection, table, column)
    return problems


def _dangling_in(
    connection: duckdb.DuckDBPyConnection, table: Table, column: Column
) -> list[Problem]:
    sql = f"SELECT count(*), min(row_number, 3) FROM {quoted(table.name)} WHERE "
    ((count, rows),) = connection.execute(sql + dangling_sql(column, table)).fetchall()
    if not count:
        return []
    code = f"dangling-{column.refers_to.split('s.')[0]}"
    where = f"{table.name}.{column.name}, {first_rows(rows, count)}"
    return [Problem(code, where, MESSAGES[code], count=count)]
