"""Rows that share a key: mere repeats are merged, rows that contradict each other refused.

Two rows with one key and the same texts in every column that is mapped say one thing
twice: one is kept, the others are counted as merged. When they differ nobody can say
which of them is right, so none is taken and all are counted.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from dataclasses import dataclass

import duckdb

from lltic.sources.files import ROW
from lltic.sources.parquet import quoted

__all__ = ["Repeats", "drop_repeats", "find_repeats"]


@dataclass(frozen=True, slots=True)
class Repeats:
    """The keys that stand more than once: rows beyond the first to merge, rows to refuse."""

    merged: int
    refused: int
    first_rows: tuple[int, ...]


def find_repeats(connection: duckdb.DuckDBPyConnection, staged: str, key: str) -> Repeats:
    """Make the table ``repeats`` of the keys that stand more than once, and count their rows.

    ``staged`` has the columns ``#same``, which is equal for rows that say the same, and
    ``#row``.
    """
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE repeats AS
        SELECT {quoted(key)} AS key, count(*) AS n, min("{ROW}") AS first_row,
               min("{ROW}", 3) AS first_rows, min("#same") = max("#same") AS agree
        FROM {quoted(staged)} WHERE {quoted(key)} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"""
    )
    ((merged, refused),) = connection.sql(
        """SELECT coalesce(sum(n - 1) FILTER (WHERE agree), 0)::BIGINT,
        coalesce(sum(n) FILTER (WHERE NOT agree), 0)::BIGINT FROM repeats"""
    ).fetchall()
    ((rows,),) = connection.sql(
        """SELECT min(row, 3) FROM
        (SELECT unnest(first_rows) AS row FROM repeats WHERE NOT agree)"""
    ).fetchall()
    return Repeats(merged, refused, tuple(rows or ()))


def drop_repeats(
    connection: duckdb.DuckDBPyConnection, staged: str, key: str, repeats: Repeats
) -> tuple[int, int]:
    """Delete merged and refused rows; return how many of each were deleted."""
    if not repeats.merged and not repeats.refused:
        return 0, 0
    row = f'{quoted(staged)}."{ROW}"'
    deleted = []
    for condition in (f"agree AND {row} <> first_row", "NOT agree"):
        ((count,),) = connection.execute(
            f"DELETE FROM {quoted(staged)} USING repeats "
            f"WHERE {quoted(staged)}.{quoted(key)} = repeats.key AND {condition}"
        ).fetchall()
        deleted.append(count)
    return deleted[0], deleted[1]
