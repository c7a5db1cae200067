"""Run an expression on rows given in plain Python, on DuckDB."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import ibis

from lltic.sources.parquet import connect

Rows = list[dict[str, Any]]
SQL = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "boolean": "BOOLEAN"}


@cache
def sql_of(make: Callable[[], ibis.Table]) -> str:
    """Return the SQL of the expression that a function makes; making it takes longest of all."""
    return str(ibis.to_sql(make(), dialect="duckdb"))


def rows_of(
    make: Callable[[], ibis.Table], **tables: tuple[dict[str, str], list[dict[str, Any]]]
) -> Rows:
    """Return the rows of an expression over unbound tables, each with its types and rows."""
    with connect() as connection:
        for name, (types, rows) in tables.items():
            columns = ", ".join(f'"{n}" {SQL[kind]}' for n, kind in types.items())
            connection.execute(f"CREATE TABLE {name} ({columns})")
            if rows:
                line = "(" + ", ".join("?" for _ in types) + ")"
                values = [row[n] for row in rows for n in types]
                marks = ", ".join(line for _ in rows)
                connection.execute(f"INSERT INTO {name} VALUES {marks}", values)
        result = connection.execute(sql_of(make))
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
