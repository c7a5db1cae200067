"""Rows that cannot all be true: they are kept, counted and named, for the cohort to judge."""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

import duckdb

from lltic.errors import Problem
from lltic.sources.parquet import quoted
from lltic.sources.source_file import ROW, first_rows

__all__ = ["DOUBTS", "after_death", "doubts"]

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
            # Where the hospital's date was taken, the two contradict each other by its class.
            "registered_on < coalesce(told_on, died_on) AND reconciled IS DISTINCT FROM 'HES2'",
            "the registration is before the death; the row was kept",
        ),
    ),
}
"""Rows that contradict themselves; they are kept and counted."""


def doubts(connection: duckdb.DuckDBPyConnection, name: str, label: str) -> list[Problem]:
    """Count the rows of a staged table that contradict themselves."""
    problems = []
    staged = quoted(f"{name} staged")
    for code, condition, message in DOUBTS.get(name, ()):
        ((count, rows),) = connection.sql(
            f'SELECT count(*), min("{ROW}", 3) FROM {staged} WHERE {condition}'
        ).fetchall()
        if count:
            where = f"{label}: {first_rows(rows, count)}"
            problems.append(Problem(code, where, message, count=count))
    return problems


def after_death(connection: duckdb.DuckDBPyConnection, label: str) -> list[Problem]:
    """Count persons with a spell after the one in which they died, where there are no dates.

    In an undated extract the order of spells is all there is to judge by. With dates the
    rules of a cohort judge, spell by spell.
    """
    ((count, spells, rows),) = connection.sql(
        f"""SELECT count(DISTINCT later.person_id), count(DISTINCT later.spell_id),
        min(later."{ROW}", 3) FROM deaths
        JOIN spells AS last USING (spell_id) JOIN spells AS later
        ON later.person_id = last.person_id AND later.sequence > last.sequence
        WHERE deaths.died_on IS NULL AND later.admitted_at IS NULL"""
    ).fetchall()
    if not count:
        return []
    where = f"{label}: {first_rows(rows, spells)}"
    message = "a person has a spell after the one in which they died; all rows were kept"
    return [Problem("activity-after-death", where, message, count=count)]
