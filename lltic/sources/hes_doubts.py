"""What is left out of an extract of episodes, and what is kept though it looks odd: counted."""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from lltic.errors import Problem
from lltic.sources.checks import first_rows
from lltic.sources.files import ROW
from lltic.sources.parquet import literal

__all__ = ["DOUBTS", "Doubt", "doubts", "left_out"]

EPISODES = f"""SELECT "{ROW}", place, started_on, admitted_on, admission_imputed, sus_spell,
    max(ended_on) OVER earlier AS earlier_end, finished,
    discharged_on IS NOT NULL OR discharge_method <> 'unknown' AS tells_of_end,
    lag(discharge_method) OVER in_spell AS ended_before,
    discharged_on = lag(discharged_on) OVER in_spell
        AND discharge_method = lag(discharge_method) OVER in_spell AS same_end,
    min(spell_id) OVER (PARTITION BY person_id, provider_id, sus_spell) <> spell_id
        OR first(sus_spell) OVER in_spell <> sus_spell AS not_as_sus
    FROM hes_placed
    WINDOW in_spell AS (PARTITION BY spell_id ORDER BY place),
    earlier AS (in_spell ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"""
SPELLS = f"""SELECT "{ROW}", admitted_on, discharged_on, discharge_taken, finished,
    died_in_hospital,
    max(discharged_on) OVER earlier AS earlier_end,
    max(died_in_hospital) OVER earlier AS died_before
    FROM hes_stays
    WINDOW earlier AS (PARTITION BY person_id ORDER BY admitted_on, discharged_on, spell_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"""
PERSONS = f"""SELECT person_id, min("{ROW}") AS "{ROW}",
    count(DISTINCT sex) FILTER (WHERE sex <> 'unknown') > 1 AS sexes,
    count(DISTINCT born_on) > 1 AS births, count(DISTINCT nhs_number) > 1 AS numbers
    FROM hes_placed GROUP BY 1"""
REGISTERED = f'SELECT file_row AS "{ROW}", death_taken AND out IS NULL AS taken FROM hes_judged'


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something odd: where it is looked for, when it holds, and what was done, in words."""

    view: str
    holds: str
    message: str
    working: str = "hes_episodes"


DOUBTS: dict[str, Doubt] = {
    "admission-date-imputed": Doubt(
        EPISODES,
        "admission_imputed",
        "there is no date of admission; the start of this first episode was taken",
    ),
    "starts-before-admission": Doubt(
        EPISODES,
        "started_on < admitted_on",
        "the episode starts before the admission; it was kept",
    ),
    "overlapping-episode": Doubt(
        EPISODES,
        "started_on < earlier_end",
        "the episode starts before an earlier one of its spell ends; both were kept",
    ),
    "episode-after-death": Doubt(
        EPISODES,
        "ended_before = 'died' AND same_end IS NOT TRUE",
        "the episode before it says that the person died; the end of the last one was taken",
    ),
    "episode-after-discharge": Doubt(
        EPISODES,
        "ended_before NOT IN ('died', 'unknown') AND same_end IS NOT TRUE",
        "the episode before it says that the stay ended; the end of the last one was taken",
    ),
    "unfinished-with-discharge": Doubt(
        EPISODES,
        "NOT finished AND tells_of_end",
        "the episode is unfinished and yet tells of a discharge, or of a death; it counts as "
        "unfinished",
    ),
    "spell-differs-from-sus": Doubt(
        EPISODES,
        "sus_spell IS NOT NULL AND not_as_sus",
        "the source puts the episode into another spell; our rule was taken",
    ),
    "discharge-from-episode-end": Doubt(
        SPELLS,
        "discharge_taken",
        "the stay ended without a date of discharge; the end of its last episode was taken",
    ),
    "finished-without-discharge": Doubt(
        SPELLS,
        "finished AND discharged_on IS NULL",
        "the last episode is finished and tells of no discharge; the spell counts as unfinished",
    ),
    "overlapping-spell": Doubt(
        SPELLS,
        "admitted_on < earlier_end",
        "the spell begins before an earlier one of the person ends; both were kept",
    ),
    "died-more-than-once": Doubt(
        SPELLS,
        "died_in_hospital AND died_before",
        "an earlier spell of the person ended in death too; the last is taken as the death",
    ),
    "sex-differs": Doubt(PERSONS, "sexes", "a person's episodes differ; the latest was taken"),
    "birth-differs": Doubt(PERSONS, "births", "a person's episodes differ; the latest was taken"),
    "number-differs": Doubt(PERSONS, "numbers", "a person's episodes differ; the latest was taken"),
    "death-on-registration-day": Doubt(
        REGISTERED,
        "taken",
        "there is no date of death; the date of registration was taken",
        "hes_registrations",
    ),
}
"""What is kept and counted."""


def doubts(connection: duckdb.DuckDBPyConnection, labels: Mapping[str, str]) -> list[Problem]:
    """Return a problem for each of :data:`DOUBTS` that holds somewhere.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With what the rules made of the working tables.
    labels : mapping of str to str
        The files' names, by working table.
    """
    found = []
    for code, doubt in DOUBTS.items():
        count, rows = _counted(connection, f"({doubt.view})", doubt.holds)
        if count:
            where = f"{labels[doubt.working]}: {first_rows(rows, count)}"
            found.append(Problem(code, where, doubt.message, count=count))
    return found


def left_out(
    connection: duckdb.DuckDBPyConnection, judged: str, label: str, why: Mapping[str, str]
) -> list[Problem]:
    """Return a problem for each reason for which a judged table leaves out rows.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    judged : str
        A table with ``out`` and ``file_row``.
    label : str
        The files' name.
    why : mapping of str to str
        Code to words.
    """
    found = []
    for code, message in why.items():
        rows_of = f'(SELECT file_row AS "{ROW}", out FROM {judged})'
        count, rows = _counted(connection, rows_of, f"out = {literal(code)}")
        if count:
            where = f"{label}: {first_rows(rows, count)}"
            found.append(Problem(code, where, message, hint="The rows were left out", count=count))
    return found


def _counted(
    connection: duckdb.DuckDBPyConnection, rows_of: str, holds: str
) -> tuple[int, list[int] | None]:
    ((count, rows),) = connection.sql(
        f'SELECT count(*), min("{ROW}", 3) FROM {rows_of} WHERE {holds}'
    ).fetchall()
    return count, rows
