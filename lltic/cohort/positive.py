"""A definition must be positive: it says who is in, so nobody is in for want of facts.

It is tried on people of whom next to nothing is known; if one of them is a case, a rule
that should have asked for something did not, and the definition is refused.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from lltic.cohort.engines import USED, canonical
from lltic.cohort.facts import facts
from lltic.cohort.judge import judge
from lltic.cohort.model import Definition
from lltic.errors import LlticError, Problem
from lltic.sources.parquet import connect, quoted
from lltic.sources.schema import SQL_TYPES, TABLES

if TYPE_CHECKING:
    import duckdb

__all__ = ["counted_in_for_nothing", "refuse_unless_positive"]

A_DAY = date(2024, 1, 31)

NOBODIES = {"nobody": "a death and nothing else", "p": "a person who died, without any spell"}
"""Whose death is recorded, and what else is known of them; a third person did not even die."""


def refuse_unless_positive(definition: Definition, where: str) -> None:
    """Refuse a definition that holds of somebody of whom nothing is known.

    Raises
    ------
    LlticError
        ``cohort-not-positive``, once per such person.
    """
    problems = [
        Problem("cohort-not-positive", where, f"counts in {who}", "a case has a spell")
        for who in counted_in_for_nothing(definition)
    ]
    if problems:
        raise LlticError(problems)


@lru_cache(maxsize=32)  # of the definition alone; making the SQL takes longer than running it
def counted_in_for_nothing(definition: Definition) -> tuple[str, ...]:
    """Return which of :data:`NOBODIES` the definition counts in; there should be none."""
    import ibis

    tables = {name: canonical(name) for name in USED}
    told = judge(facts(**tables, definition=definition), definition)  # nobody reads its sentences
    sql = ibis.to_sql(told.filter(told.rule.isnull()).select("person_id"), dialect="duckdb")
    with connect() as connection:
        _fill(connection, definition)
        found = {row[0] for row in connection.execute(str(sql)).fetchall()}
    return tuple(NOBODIES.get(person, "a person who did not die") for person in sorted(found))


def _fill(connection: duckdb.DuckDBPyConnection, definition: Definition) -> None:
    for name in USED:
        columns = ", ".join(f"{quoted(c.name)} {SQL_TYPES[c.type]}" for c in TABLES[name].columns)
        connection.execute(f"CREATE TABLE {name} ({columns})")
    connection.execute("INSERT INTO persons (person_id, sex) VALUES ('p', 'other'), ('q', 'other')")
    first, last = definition.population.period
    insert = "INSERT INTO deaths (death_id, person_id, died_on, source) VALUES (?, ?, ?, ?)"
    for person in NOBODIES:
        row = (person, person, first or last or A_DAY, "registration")
        connection.execute(insert, row)
