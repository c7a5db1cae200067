"""Where the expressions of a cohort run. DuckDB reads the study's Parquet files in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lltic.errors import UsageError, unknown
from lltic.sources.parquet import connect
from lltic.sources.schema import TABLES
from lltic.sources.tables import table_path
from lltic.study import Study

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["ENGINES", "Tables", "open_tables"]

USED = ("persons", "spells", "deaths")
"""The canonical tables a cohort is made of."""


IBIS_TYPES = {"text": "string", "integer": "int64"}
"""Where Ibis calls a type of :mod:`lltic.sources.schema` by another name."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The canonical tables on an engine, its name, and how to fetch an expression's rows."""

    persons: Table
    spells: Table
    deaths: Table
    engine: str
    rows: Callable[[Table], list[dict[str, Any]]]


def canonical(name: str) -> Table:
    """Return a canonical table as Ibis knows it, from its declaration, on no engine yet."""
    import ibis

    schema = {c.name: IBIS_TYPES.get(c.type, c.type) for c in TABLES[name].columns}
    return ibis.table(schema, name=name)


@contextmanager
def _duckdb(study: Study) -> Iterator[Tables]:
    import duckdb
    import ibis

    paths = {name: table_path(study, name) for name in USED}
    with connect() as connection:
        for name, path in paths.items():
            connection.read_parquet(str(path)).create_view(name)

        def rows(expression: Table) -> list[dict[str, Any]]:
            # Ibis makes the SQL and we run it: fetching through Ibis 12 takes a detour by
            # calls that DuckDB 2 warns of.
            result = connection.execute(str(ibis.to_sql(expression, dialect="duckdb")))
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

        engine = f"duckdb {duckdb.__version__}, ibis {ibis.__version__}"
        persons, spells, deaths = (canonical(name) for name in USED)
        yield Tables(persons, spells, deaths, engine, rows)


ENGINES: dict[str, Callable[[Study], Any]] = {"duckdb": _duckdb}
"""Engines by name; the same expressions run on each."""


@contextmanager
def open_tables(study: Study, engine: str) -> Iterator[Tables]:
    """Open the study's canonical tables on an engine.

    Raises
    ------
    UsageError
        ``unknown-engine``.
    LlticError
        ``no-extract``.
    """
    if engine not in ENGINES:
        raise UsageError(unknown("engine", engine, list(ENGINES)))
    with ENGINES[engine](study) as tables:
        yield tables
