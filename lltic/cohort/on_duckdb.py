"""DuckDB, in this process: it reads the Parquet of the extract in place, within bounds.

A nation's deaths are judged in parts, person by person: all that concerns the dead is read
once, laid out by parts, and each part then fits into memory.

Beside it stands what every engine needs: which tables there are, and what they are in SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lltic.errors import Problem, UsageError
from lltic.sources.parquet import connect, literal, parquet_files, quoted
from lltic.sources.schema import SQL_TYPES, TABLES
from lltic.sources.tables import table_path
from lltic.study import Study

if TYPE_CHECKING:
    import duckdb
    from ibis.expr.types import Table

__all__ = [
    "USED",
    "Write",
    "canonical",
    "columns_as",
    "in_process",
    "limit",
    "local_tables",
]

USED = ("persons", "spells", "deaths", "flags")
"""The canonical tables a cohort is made of."""

IBIS_TYPES = {"text": "string", "integer": "int64"}
"""Where Ibis calls a type of :mod:`lltic.sources.schema` by another name."""

LIMITS = {"memory_limit": "640MiB", "preserve_insertion_order": "false"}
"""How DuckDB keeps within a laptop: beyond this it goes on through files in the study."""


DEATHS_IN_A_PART = 330_000
"""More deaths are judged in parts: what is sorted for so many fits into :data:`LIMITS`."""


Write = Callable[["Table", Path], None]


def canonical(name: str) -> Table:
    """Return a canonical table as Ibis knows it, from its declaration, on no engine yet."""
    import ibis

    schema = {c.name: IBIS_TYPES.get(c.type, c.type) for c in TABLES[name].columns}
    return ibis.table(schema, name=name)


def columns_as(
    name: str,
    there: set[str],
    types: Mapping[str, str] = SQL_TYPES,
    quote: Callable[[str], str] = quoted,
    order_of_text: str = "",
) -> list[str]:
    """Return a canonical table's columns in SQL, each as its own type; one left out is empty."""
    return [
        f"CAST({quote(c.name) if c.name in there else 'NULL'} AS {types[c.type]}) "
        f"{order_of_text if c.type == 'text' else ''} AS {quote(c.name)}"
        for c in TABLES[name].columns
    ]


def limit(connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    """Bound a connection's memory; what is more goes into the folder."""
    for setting, value in {**LIMITS, "temp_directory": str(scratch)}.items():
        connection.execute(f"SET {setting} = {literal(value)}")


@contextmanager
def local_tables(study: Study, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open DuckDB with the study's tables as views, and with a bound on its memory."""
    with connect() as connection:
        limit(connection, scratch)
        _view(connection, {name: table_path(study, name) for name in USED})
        yield connection


def _view(connection: duckdb.DuckDBPyConnection, paths: Mapping[str, Path]) -> None:
    """Let a view of each table's name stand for its files."""
    for name, path in paths.items():
        files = connection.read_parquet(parquet_files(path), hive_partitioning=path.is_dir())
        columns = ", ".join(columns_as(name, set(files.columns)))
        files.project(columns).create_view(name, replace=True)


@contextmanager
def in_process(study: Study, at: str, scratch: Path) -> Iterator[tuple[str, Write, Write]]:
    """Open a study's tables on DuckDB; see :data:`lltic.cohort.engines.Engine`.

    Raises
    ------
    UsageError
        ``bad-option``: there is no other address than here.
    """
    import duckdb
    import ibis

    if at:
        message = "needs no address: DuckDB runs in this process"
        raise UsageError(Problem("bad-option", "--at", message, "--engine spark, postgres"))
    with local_tables(study, scratch) as connection:

        def write(expression: Table, path: Path) -> None:
            copy(str(ibis.to_sql(expression, dialect="duckdb")), path)

        def copy(sql: str, path: Path) -> None:
            # Ibis makes the SQL and we run it: fetching through Ibis 12 takes a detour by
            # calls that DuckDB 2 warns of.
            connection.sql(sql).write_parquet(str(path))

        def by_person(expression: Table, path: Path) -> None:
            ((deaths,),) = connection.sql("SELECT count(*) FROM deaths").fetchall()
            parts = -(-deaths // DEATHS_IN_A_PART)
            if parts < 2:
                return write(expression, path)
            path.mkdir(exist_ok=True)  # of another definition, with as many parts
            _lay_out(connection, scratch / "parts", parts, _asked_for(expression))
            # Once for all parts: Ibis takes a quarter of a second to make it.
            sql = str(ibis.to_sql(expression, dialect="duckdb"))
            for number in range(parts):
                _take(connection, scratch / "parts", number)
                copy(sql, path / f"{number}.parquet")
            _view(connection, {name: table_path(study, name) for name in USED})
            return None

        yield f"duckdb {duckdb.__version__}", write, by_person


def _asked_for(expression: Table) -> dict[str, list[str]]:
    """Return the columns that an expression asks of each canonical table."""
    from ibis.expr.operations import Field, UnboundTable

    found: dict[str, set[str]] = {}
    for field in expression.op().find(Field):
        if isinstance(field.rel, UnboundTable):
            found.setdefault(field.rel.name, set()).add(field.name)
    return {name: sorted(columns) for name, columns in found.items()}


def _lay_out(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    parts: int,
    columns: Mapping[str, Sequence[str]],
) -> None:
    """Read all that concerns the dead once, and note for each row which part it belongs to."""
    folder.mkdir(exist_ok=True)
    connection.execute("CREATE OR REPLACE TEMP TABLE dead AS SELECT DISTINCT person_id FROM deaths")
    dead = "SEMI JOIN dead USING (person_id)"
    for name, source in {"deaths": "", "spells": dead, "persons": dead}.items():
        # Only names declared above stand in this text, never a value.
        asked = ", ".join(quoted(column) for column in columns[name])
        part = f"(hash(person_id) % {parts})::UINTEGER AS part"
        sql = f"SELECT {asked}, {part} FROM {name} {source}"  # noqa: S608
        # One file for all parts: writing them apart costs as much again, and memory for each.
        connection.sql(sql).write_parquet(str(folder / f"{name}.parquet"))


def _take(connection: duckdb.DuckDBPyConnection, folder: Path, part: int) -> None:
    """Let the views stand for one part."""
    for name in ("deaths", "spells", "persons"):
        rows = connection.read_parquet(str(folder / f"{name}.parquet")).filter(f"part = {part}")
        rows.project(", ".join(columns_as(name, set(rows.columns)))).create_view(name, replace=True)
