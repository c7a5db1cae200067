"""Write the canonical tables whole, or not at all; read them back.

Whatever an extract looked like, after ``lltic ingest`` it is these tables,
``study.extract/<table>.parquet``. They are declared in :mod:`lltic.sources.schema`
and checked by :mod:`lltic.sources.checks`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic.errors import LlticError, Problem
from lltic.sources.checks import check_table, check_tables
from lltic.sources.parquet import connect, parquet_files, quoted, write_relation
from lltic.sources.schema import SQL_TYPES, TABLES, Column, Table, declared
from lltic.study import Study, write_folder_atomically

if TYPE_CHECKING:
    import duckdb
    import pandas

__all__ = [
    "TABLES",
    "Column",
    "Table",
    "check_table",
    "check_tables",
    "count_pages",
    "document_hash",
    "read_table",
    "swap_in",
    "table_path",
    "write_tables",
]


def count_pages(text: str) -> int:
    """Return the number of pages of a document's text (form feeds part them)."""
    return text.count("\f") + 1


def document_hash(text: str) -> str:
    """Return the SHA-256 of a document's text in UTF-8, as in ``documents.sha256``."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def table_path(study: Study, name: str) -> Path:
    """Return the file of a canonical table, or the folder of its partitions.

    Raises
    ------
    LlticError
        ``no-extract`` when nothing was ingested yet.
    """
    path = study.extract / f"{declared(name).name}.parquet"
    if not path.exists():
        hint = "Bring data in with 'lltic ingest --source DIALECT PATH', or make a demo study."
        raise LlticError(Problem("no-extract", str(path), "is not there", hint=hint))
    return path


def read_table(study: Study, name: str) -> pandas.DataFrame:
    """Return a canonical table as pandas data, sorted by its key."""
    path = table_path(study, name)
    with connect() as connection:
        return connection.read_parquet(parquet_files(path)).df()


def write_tables(
    study: Study,
    tables: Mapping[str, pandas.DataFrame],
    texts: Mapping[str, str] | None = None,
) -> None:
    """Check the tables and swap them in together, or change nothing.

    Parameters
    ----------
    study : Study
        Where they go: ``study.extract/<table>.parquet``, sorted by key, byte for
        byte the same for the same rows.
    tables : mapping of str to pandas.DataFrame
        All of ``persons``, ``spells``, ``deaths`` and ``documents``, and those of the
        optional ``episodes`` and ``flags`` that there are; a table may be empty, and a
        column that may be empty may be left out.
    texts : mapping of str to str, optional
        The text of each document by ``document_id``, swapped in as the folder of
        documents. When not given, the documents on disk stay as they are.

    Raises
    ------
    LlticError
        Every problem of :func:`check_tables` at once; ``text-without-row``,
        ``row-without-text`` or ``wrong-hash`` when texts and rows differ;
        ``cannot-write`` when the disk refuses.
    """
    problems = check_tables(tables)
    if not problems and texts is not None:
        problems = _check_texts(tables["documents"], texts)
    if problems:
        raise LlticError(problems)
    documents = nullcontext() if texts is None else write_folder_atomically(study.documents)
    with connect() as connection, documents as folder:
        for name, text in (texts or {}).items():
            (folder / f"{name}.txt").write_bytes(text.encode("utf-8"))  # type: ignore[operator]
        swap_in(study, {n: connection.from_df(frame) for n, frame in tables.items()})


def swap_in(
    study: Study,
    relations: Mapping[str, duckdb.DuckDBPyRelation],
    manifest: Mapping[str, Any] | None = None,
) -> None:
    """Write checked relations as the study's extract, all together or none.

    An optional table that is not among them is written empty. ``manifest`` says where they
    came from; it is written beside them as ``manifest.json``.
    """
    with connect() as spare, write_folder_atomically(study.extract) as fresh:
        if manifest is not None:
            text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
            (fresh / "manifest.json").write_text(text + "\n", "utf-8")
        for name, table in TABLES.items():
            given = relations[name] if name in relations else _without_rows(spare, table)
            write_relation(_canonical(table, given), fresh / f"{name}.parquet")


def _without_rows(connection: duckdb.DuckDBPyConnection, table: Table) -> duckdb.DuckDBPyRelation:
    columns = ", ".join(
        f"CAST(NULL AS {SQL_TYPES[c.type]}) AS {quoted(c.name)}" for c in table.columns
    )
    return connection.sql(f"SELECT {columns} WHERE false")


def _canonical(table: Table, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    there = set(relation.columns)
    columns = ", ".join(
        f"CAST({quoted(c.name) if c.name in there else 'NULL'} AS {SQL_TYPES[c.type]}) "
        f"AS {quoted(c.name)}"
        for c in table.columns
    )
    return relation.project(columns).order(quoted(table.key))


def _check_texts(documents: pandas.DataFrame, texts: Mapping[str, str]) -> list[Problem]:
    columns = (documents[name] for name in ("document_id", "sha256", "pages"))
    rows = {str(name): (sha, int(pages)) for name, sha, pages in zip(*columns, strict=True)}
    found = {
        "row-without-text": sum(name not in texts for name in rows),
        "text-without-row": sum(name not in rows for name in texts),
        "wrong-hash": sum(
            rows[name] != (document_hash(text), count_pages(text))
            for name, text in texts.items()
            if name in rows
        ),
    }
    messages = {
        "row-without-text": "has rows without a text",
        "text-without-row": "lacks rows for texts that were given",
        "wrong-hash": "does not agree with the texts in sha256 or pages",
    }
    return [Problem(c, "documents", messages[c], count=n) for c, n in found.items() if n]
