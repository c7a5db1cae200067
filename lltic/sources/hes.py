"""The dialect ``hes-apc``: what is code in it; the rest is ``dialects/hes-apc.yml``.

Episodes are typed as they came (``hes_episodes``), screened, put into spells, and told
apart by person; registrations (``hes_registrations``) are reconciled with the stays that
ended in death. The rules themselves are in :mod:`lltic.sources.screening`,
:mod:`lltic.sources.episodes` and :mod:`lltic.sources.reconcile`.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import duckdb

from lltic.errors import Problem
from lltic.sources.files import ROW, STRIDE, SourceFile
from lltic.sources.hes_doubts import doubts, left_out
from lltic.sources.parquet import quoted
from lltic.sources.reading import Derived, Dialect, as_it_is
from lltic.sources.schema import SQL_TYPES, TABLES, Column, Table
from lltic.sources.staging import TableInput

if TYPE_CHECKING:
    from ibis.expr.types import Table as Expression

__all__ = ["HES_APC"]

_SPELLS, _PERSONS = TABLES["spells"], TABLES["persons"]


def _like(column: Column) -> Column:
    """Return a canonical column as it is taken in here: what is wrong is cleared and counted."""
    return replace(column, nullable=True, when_wrong="clear")


EPISODES = Table(
    "hes_episodes",
    "one row of the files of episodes",
    (
        Column("episode_id", "text", "the episode's key"),
        Column("person_id", "text", "whose episode"),
        Column("provider_id", "text", "the organisation"),
        _like(_SPELLS["site_id"]),
        _SPELLS["setting"],
        Column("finished", "boolean", "whether the episode is finished"),
        Column("ordinal", "integer", "its place in the spell", nullable=True, when_wrong="clear"),
        Column("started_on", "date", "the day it began"),
        Column("ended_on", "date", "the day it ended", nullable=True),
        Column("admitted_on", "date", "the day of admission", nullable=True),
        Column("discharged_on", "date", "the day of discharge", nullable=True),
        _like(_SPELLS["patient_class"]),
        _like(_SPELLS["admission_method"]),
        _like(_SPELLS["transferred_in"]),
        _like(_SPELLS["transferred_out"]),
        _like(_SPELLS["discharge_method"]),
        Column("goes_on", "boolean", "not over at its end, or not known", nullable=True),
        _like(_PERSONS["sex"]),
        replace(_SPELLS["age_at_admission"], name="age"),
        _like(_SPELLS["primary_diagnosis"]),
        _like(_SPELLS["specialty"]),
        Column("consultant", "text", "code of the consultant", nullable=True),
        Column("sus_spell", "text", "the spell by the source's own rule", nullable=True),
        _like(_PERSONS["born_on"]),
        _like(_PERSONS["nhs_number"]),
        _like(_PERSONS["practice_id"]),
    ),
)
"""The episodes as they came, typed."""

REGISTRATIONS = Table(
    "hes_registrations",
    "one row of the files of deaths",
    (
        Column("person_id", "text", "who died"),
        Column("died_on", "date", "date of death", nullable=True, or_else="registered_on"),
        Column("registered_on", "date", "date of registration", nullable=True),
        Column("link_kept", "boolean", "a link strong enough by itself", nullable=True),
    ),
)
"""The registrations as they came, typed."""

PERSONAL = {
    "sex": "string",
    "born_on": "date",
    "nhs_number": "string",
    "practice_id": "string",
    "sus_spell": "string",
}
"""What is carried along with an episode and is no matter of the rules."""

MERGED = ("repeated-episode", "superseded-episode", "duplicate-episode", "repeated-registration")
"""Codes of rows that say again what another says; rows left out by another code are refused."""

ASKED = f"""CREATE VIEW hes_asked AS SELECT
    "{ROW}" AS file_row, "{ROW}" // {STRIDE} AS file, "{ROW}" % {STRIDE} AS row,
    episode_id, person_id, site_id, setting, finished, ordinal, started_on, ended_on,
    admitted_on, discharged_on, patient_class, transferred_in, transferred_out,
    discharge_method, specialty, consultant, sus_spell, born_on, nhs_number, practice_id,
    CASE WHEN provider_id LIKE '8999%' THEN provider_id ELSE left(provider_id, 3) END
        AS provider_id,
    coalesce(admission_method, 'unknown') AS admission_method,
    coalesce(goes_on, false) AS goes_on,
    coalesce(sex, 'unknown') AS sex,
    age,
    upper(replace(primary_diagnosis, '.', '')) AS primary_diagnosis
    FROM hes_episodes"""
"""The episodes as the rules ask for them; 89997 is "not NHS", of which no letters are taken."""

TOLD = f"""CREATE VIEW hes_told AS SELECT
    "{ROW}" AS file_row, "{ROW}" // {STRIDE} AS file, "{ROW}" % {STRIDE} AS row,
    person_id, died_on, registered_on, coalesce(link_kept, true) AS link_kept
    FROM hes_registrations"""
"""The registrations as the rules ask for them."""

STAYS = f"""CREATE VIEW hes_stays AS SELECT s.*, e."{ROW}", e.finished
    FROM hes_spells AS s JOIN hes_placed AS e ON s.last_episode = e.episode_id"""
"""The spells, each with the row of its last episode."""

CANONICAL = {
    # What a person's episodes say differently is taken from the latest that says something.
    "persons": f"""SELECT person_id, min("{ROW}") AS "{ROW}",
        coalesce(arg_max(sex, said) FILTER (WHERE sex <> 'unknown'), 'unknown') AS sex,
        {
        ", ".join(
            f"arg_max({name}, said) FILTER (WHERE {name} IS NOT NULL) AS {name}"
            for name in ("born_on", "nhs_number", "practice_id")
        )
    }
        FROM (SELECT *, row(started_on, episode_id) AS said FROM hes_placed) GROUP BY 1""",
    "spells": """SELECT *, admitted_on AS admitted_at, discharged_on AS discharged_at
        FROM hes_stays""",
    "episodes": "SELECT * FROM hes_placed",
    "deaths": f'SELECT *, file * {STRIDE} + row AS "{ROW}" FROM hes_deaths',
}
"""The canonical tables, over what the rules made."""

ROWS_IN = {
    "episodes": "SELECT count(*) FROM hes_episodes",
    # A registration and a stay that are one record of a death came in as one.
    "deaths": """SELECT (SELECT count(*) FROM hes_registrations)
        + (SELECT count(*) FROM hes_spells WHERE died_in_hospital)
        - (SELECT count(*) FROM hes_deaths WHERE file IS NOT NULL AND spell_id IS NOT NULL)""",
}
"""What must be accounted for in the tables that rows are left out of."""


def _derive(connection: duckdb.DuckDBPyConnection, files: Mapping[str, SourceFile]) -> Derived:
    labels = {name: file.label for name, file in files.items()}
    if "hes_registrations" not in files:
        columns = ", ".join(f"{c.name} {SQL_TYPES[c.type]}" for c in REGISTRATIONS.columns)
        connection.execute(f'CREATE TEMP TABLE hes_registrations ("{ROW}" BIGINT, {columns})')
    episodes_out, registrations_out = _by_the_rules(connection, labels)
    for name, sql in CANONICAL.items():
        connection.execute(f"CREATE VIEW hes_canonical_{name} AS {sql}")
    inputs = tuple(
        _input(connection, name, labels, out)
        for name, out in (
            ("persons", []),
            ("spells", []),
            ("episodes", episodes_out),
            ("deaths", registrations_out),
        )
    )
    problems = (*episodes_out, *registrations_out, *doubts(connection, labels))
    return Derived(inputs, problems)


def _by_the_rules(
    connection: duckdb.DuckDBPyConnection, labels: Mapping[str, str]
) -> tuple[list[Problem], list[Problem]]:
    """Screen, join and reconcile; return what left out episodes and registrations."""
    from lltic.sources.reconcile import REFUSED
    from lltic.sources.screening import LEFT_OUT

    connection.execute(ASKED)
    connection.execute(TOLD)
    for name, sql in _statements():
        connection.execute(f"CREATE TEMP TABLE {quoted(name)} AS {sql}")
    connection.execute(f'CREATE VIEW hes_placed AS SELECT *, file_row AS "{ROW}" FROM hes_joined')
    connection.execute(STAYS)
    of_deaths = labels.get("hes_registrations", "")
    return (
        left_out(connection, "hes_screened", labels["hes_episodes"], LEFT_OUT),
        left_out(connection, "hes_judged", of_deaths, REFUSED),
    )


@cache
def _statements() -> tuple[tuple[str, str], ...]:
    """Return the rules as SQL, each with the name of the table it makes for the next."""
    # Ibis takes a second to load, and of the dialects only this one needs it.
    import ibis

    from lltic.sources.episodes import EPISODE, in_spells, spells
    from lltic.sources.reconcile import REGISTRATION, activity, deaths, judged
    from lltic.sources.screening import screened

    made: list[tuple[str, str]] = []

    def table(name: str, expression: Expression) -> Expression:
        made.append((name, str(ibis.to_sql(expression, dialect="duckdb"))))
        return ibis.table(expression.schema(), name=name)

    place = dict.fromkeys(("file", "row", "file_row"), "int64")
    asked = ibis.table(EPISODE | PERSONAL | place, name="hes_asked")
    told = ibis.table(REGISTRATION | place, name="hes_told")
    screened_ones = table("hes_screened", screened(asked))
    joined = table("hes_joined", in_spells(screened_ones.filter(screened_ones.out.isnull())))
    stays = table("hes_spells", spells(joined))
    registered = table("hes_judged", judged(told, stays, activity(joined, stays)))
    table("hes_deaths", deaths(registered, stays))
    return tuple(made)


def _input(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    labels: Mapping[str, str],
    out: list[Problem],
) -> TableInput:
    """Return a canonical table with the rows that the rules left out on the way to it."""
    view = f"hes_canonical_{name}"
    label = labels.get("hes_registrations" if name == "deaths" else "hes_episodes", "")
    merged = sum(p.count for p in out if p.code in MERGED)
    refused = sum(p.count for p in out) - merged
    rows_in = None
    if name in ROWS_IN:
        ((rows_in,),) = connection.sql(ROWS_IN[name]).fetchall()
    given = as_it_is(connection, name, view, label, rows_in=rows_in, merged=merged, refused=refused)
    # All registrations may be other people's; that they can be read was judged before.
    return replace(given, may_be_empty=name == "deaths")


HES_APC = Dialect(
    "hes-apc",
    "a folder with HES episodes (*apc*) and, if there, linked registrations (*death*)",
    working=(EPISODES, REGISTRATIONS),
    derive=_derive,
)
