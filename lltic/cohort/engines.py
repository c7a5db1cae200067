"""Where the expressions of a cohort run: DuckDB in this process, Spark, or PostgreSQL.

DuckDB and Spark read the Parquet files of the extract in place, be a table one file or
a folder of partitions. Every engine gives its rows as Parquet, so that what follows is
the same for all of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic.cohort.on_duckdb import USED, Write, canonical, in_process, limit
from lltic.errors import UsageError, unknown
from lltic.sources.parquet import connect, parquet_files
from lltic.sources.tables import table_path
from lltic.study import Study

if TYPE_CHECKING:
    import duckdb
    from ibis.expr.types import Table

__all__ = ["ENGINES", "USED", "Tables", "canonical", "open_tables"]

KEPT = "kept"
"""What a table is called that came back from an engine."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The canonical tables on an engine, its name, and what it does with an expression.

    ``kept`` has the engine compute an expression once, each row of which is about one person,
    and gives it as a table that can be asked again; ``rows`` fetches an expression's rows;
    ``here`` is the DuckDB of this process, where what is kept is a view, :data:`KEPT`.
    """

    persons: Table
    spells: Table
    deaths: Table
    flags: Table
    engine: str
    kept: Callable[[Table], Table]
    rows: Callable[[Table], list[dict[str, Any]]]
    here: duckdb.DuckDBPyConnection


Engine = Callable[[Study, str, Path], AbstractContextManager[tuple[str, Write, Write]]]
"""From a study, an address and a folder for what is in between, to the engine's full name, its
way of writing an expression's rows, and of writing rows of which each is about one person."""


def ibis_version() -> str:
    """Return what every engine's name ends in."""
    import ibis

    return f"ibis {ibis.__version__}"


# --- the others, which load their libraries only when they are asked for -------------------------


def _spark(study: Study, at: str, scratch: Path) -> Any:
    from lltic.cohort.on_spark import spark

    return spark(study, at, scratch)


def _postgres(study: Study, at: str, scratch: Path) -> Any:
    from lltic.cohort.on_postgres import postgres

    return postgres(study, at, scratch)


ENGINES: dict[str, Engine] = {"duckdb": in_process, "spark": _spark, "postgres": _postgres}
"""Engines by name; the same expressions run on each."""


@contextmanager
def open_tables(study: Study, engine: str, at: str = "") -> Iterator[Tables]:
    """Open the study's canonical tables on an engine.

    Parameters
    ----------
    study : Study
    engine : str
        One of :data:`ENGINES`.
    at : str
        Where the engine is: a Spark master, a PostgreSQL address.

    Raises
    ------
    UsageError
        ``unknown-engine``, ``bad-option``, ``bad-address``.
    LlticError
        ``no-extract``, ``engine-not-installed``, ``engine-unreachable``, ``engine-failed``,
        ``no-java``.
    """
    if engine not in ENGINES:
        raise UsageError(unknown("engine", engine, list(ENGINES)))
    for name in USED:
        table_path(study, name)
    # Inside the study, so that nothing about a patient lies elsewhere even for a moment.
    with tempfile.TemporaryDirectory(prefix=".engine.", dir=study.path) as folder:
        with (
            ENGINES[engine](study, at, Path(folder)) as (name, write, by_person),
            connect() as here,
        ):
            limit(here, Path(folder))
            local = Local(here, Path(folder), write, by_person)
            persons, spells, deaths, flags = (canonical(used) for used in USED)
            name = f"{name}, {ibis_version()}"
            yield Tables(persons, spells, deaths, flags, name, local.kept, local.rows, here)


@dataclass(frozen=True, slots=True)
class Local:
    """What came back from an engine, as Parquet, and the DuckDB that reads it here."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    write: Write
    by_person: Write

    def kept(self, expression: Table) -> Table:
        """Have the engine compute an expression once, and return it as a table to ask here."""
        import ibis

        self._fetch(expression, KEPT, self.by_person)
        return ibis.table(expression.schema(), name=KEPT)

    def rows(self, expression: Table) -> list[dict[str, Any]]:
        """Return an expression's rows, of what is kept or else from the engine."""
        import ibis
        from ibis.expr.operations import UnboundTable

        if {table.name for table in expression.op().find(UnboundTable)} == {KEPT}:
            found = self.connection.sql(str(ibis.to_sql(expression, dialect="duckdb")))
        else:
            found = self._fetch(expression, "rows", self.write)
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    def _fetch(self, expression: Table, name: str, write: Write) -> duckdb.DuckDBPyRelation:
        path = self.folder / f"{name}.parquet"
        write(expression, path)
        found = self.connection.read_parquet(parquet_files(path))
        return found.create_view(name, replace=True)
