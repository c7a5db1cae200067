"""PostgreSQL: the same expressions where the data must not leave the database server.

Without more, the extract is copied into temporary tables, which the server forgets when
the connection ends. With ``?schema=NAME`` in the address the canonical tables are read
there in place; they may be views of a warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from lltic.cohort.on_duckdb import USED, Write, columns_as, local_tables
from lltic.errors import LlticError, Problem, UsageError
from lltic.sources.parquet import connect, literal, quoted
from lltic.sources.schema import SQL_TYPES, TABLES
from lltic.study import Study

if TYPE_CHECKING:
    import psycopg
    from ibis.expr.datatypes import DataType
    from ibis.expr.types import Table

__all__ = ["postgres"]

# Identifiers are ordered as bytes, as every other engine does, whatever the database's language.
AS_BYTES = 'COLLATE "C"'
ALLOWED = "postgresql://user@host/database, with ?schema=NAME to read tables there"
CHUNK = 1 << 20
LONGEST_NAME = 63


@contextmanager
def postgres(study: Study, at: str, scratch: Path) -> Iterator[tuple[str, Write, Write]]:
    """Open a study's tables on PostgreSQL; see :data:`lltic.cohort.engines.Engine`.

    Raises
    ------
    UsageError
        ``bad-address``.
    LlticError
        ``engine-not-installed``, ``engine-unreachable``, ``engine-failed``.
    """
    url, schema = _address(at)
    try:
        import psycopg
    except ImportError:
        hint = "Install it with: pip install 'lltic[postgres]'."
        message = "is not installed"
        raise LlticError(Problem("engine-not-installed", "psycopg", message, hint=hint)) from None
    try:
        connection = psycopg.connect(url, connect_timeout=10, client_encoding="utf8")
    except psycopg.Error:
        hint = "See to the address, to ~/.pgpass and that the server is running."
        message = "cannot be reached, or does not let us in"
        raise LlticError(Problem("engine-unreachable", "PostgreSQL", message, hint=hint)) from None
    # All is asked of one state of the tables, whoever writes there meanwhile.
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with connection, _failures():
        # Nothing of ours stays on the server: what is made here is temporary.
        if schema:
            _look_into(connection, schema)
        else:
            _copy_in(connection, study, scratch)
        version = connection.info.server_version // 10_000
        write = partial(_write, connection)
        yield f"postgresql {version}", write, write


def _address(at: str) -> tuple[str, str]:
    """Return the address as libpq takes it, and the schema it names."""
    where, message = "--at", "is not the address of a PostgreSQL database"
    try:
        parts = urlsplit(at)
    except ValueError:
        raise UsageError(Problem("bad-address", where, message, ALLOWED)) from None
    if parts.scheme not in ("postgresql", "postgresql+psycopg"):
        raise UsageError(Problem("bad-address", where, message, ALLOWED))
    query = dict(parse_qsl(parts.query))
    schema = query.pop("schema", "")
    if ":" in parts.netloc.rpartition("@")[0] or {"password", "sslpassword"} & set(query):
        hint = "Keep it in ~/.pgpass, and take it out of here."
        raise UsageError(Problem("bad-address", where, "holds a password", ALLOWED, hint))
    if len(schema) > LONGEST_NAME:
        raise UsageError(Problem("bad-address", where, "the schema's name is too long", ALLOWED))
    # Put together by hand: urlunsplit drops the slashes of an address without a host.
    more = f"?{urlencode(query, quote_via=quote)}" if query else ""
    return f"postgresql://{parts.netloc}{parts.path}{more}", schema


def _look_into(connection: psycopg.Connection, schema: str) -> None:
    found = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s",
        [schema],
    ).fetchall()
    there: dict[str, set[str]] = {}
    for table, column in found:
        there.setdefault(table, set()).add(column)
    lacking = [
        Problem("missing-column", f"{schema}.{name}.{column.name}", "is not there", ALLOWED)
        for name in USED
        for column in TABLES[name].columns
        if not column.nullable and column.name not in there.get(name, set())
    ]
    if lacking:
        raise LlticError(lacking)
    for name in USED:
        columns = ", ".join(columns_as(name, there[name], order_of_text=AS_BYTES))
        source = f"{quoted(schema)}.{quoted(name)}"
        view = f"CREATE TEMP VIEW {name} AS SELECT {columns} FROM {source}"  # noqa: S608
        connection.execute(view)


def _type(dtype: DataType) -> str:
    """Return what DuckDB calls a type of Ibis."""
    kinds = {"boolean": "BOOLEAN", "integer": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP"}
    return next((sql for kind, sql in kinds.items() if getattr(dtype, f"is_{kind}")()), "VARCHAR")


@contextmanager
def _failures() -> Iterator[None]:
    """Turn the server's own errors, which may quote values, into one that does not."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        message = f"refused ({error.sqlstate or type(error).__name__})"
        hint = "The code is PostgreSQL's own; its log says more, which may quote a value."
        raise LlticError(Problem("engine-failed", "PostgreSQL", message, hint=hint)) from None


def _copy_in(connection: psycopg.Connection, study: Study, scratch: Path) -> None:
    with local_tables(study, scratch) as local:
        for name in USED:
            file = scratch / f"{name}.csv"
            texts = ", ".join(quoted(c.name) for c in TABLES[name].columns if c.type == "text")
            # What is quoted is text, also where the text is \N; what is not and \N is empty.
            how = f"FORMAT csv, HEADER false, NULLSTR '\\N', FORCE_QUOTE ({texts})"
            local.execute(f"COPY {name} TO {literal(str(file))} ({how})")
            columns = ", ".join(
                f"{quoted(c.name)} {SQL_TYPES[c.type]} {AS_BYTES if c.type == 'text' else ''}"
                for c in TABLES[name].columns
            )
            connection.execute(f"CREATE TEMP TABLE {name} ({columns})")
            command = f"COPY {name} FROM STDIN (FORMAT csv, NULL '\\N')"
            with connection.cursor().copy(command) as copy, file.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    copy.write(chunk)
            file.unlink()
            connection.execute(f"ANALYZE {name}")


def _write(connection: psycopg.Connection, expression: Table, path: Path) -> None:
    """Fetch an expression's rows as text, and make Parquet of them here."""
    import ibis

    file = path.with_name(path.name + ".csv")
    sql = ibis.to_sql(expression, dialect="postgres")
    command = f"COPY ({sql}) TO STDOUT (FORMAT csv, NULL '\\N', FORCE_QUOTE *)"
    with _failures(), connection.cursor().copy(command) as copy, file.open("wb") as stream:
        for block in copy:
            stream.write(block)
    with connect() as local:
        local.read_csv(
            str(file),
            header=False,
            columns={name: _type(dtype) for name, dtype in expression.schema().items()},
            auto_detect=False,
            delimiter=",",
            quotechar='"',
            escapechar='"',
            na_values="\\N",
            allow_quoted_nulls=False,
            parallel=False,
        ).write_parquet(str(path))
    file.unlink()
