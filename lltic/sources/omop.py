"""The dialect ``omop``: what is code in it; the rest is ``dialects/omop.yml``.

Source: OHDSI, OMOP Common Data Model v5.4, https://ohdsi.github.io/CommonDataModel/cdm54.html.
Where a visit does not say how it ended, a death within its dates is a death in hospital; that
rule is ours.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from lltic.sources.files import ROW, SourceFile
from lltic.sources.mapping import TableMapping
from lltic.sources.parquet import quoted
from lltic.sources.reading import Amended, Dialect
from lltic.sources.schema import Column, Table
from lltic.sources.taking import conditions

__all__ = ["OMOP"]

PATIENT_DIED = "4216643"
"""The concept "Patient died", where a patient was discharged to."""
EHR = "32817"
"""The concept "EHR", the type of a record that the hospital made."""

CONCEPTS = Table(
    "concepts",
    "one concept of the vocabulary",
    (
        Column("concept_id", "text", "the concept's identifier", unique=True),
        Column("concept_name", "text", "its name", nullable=True),
    ),
    optional=True,
)


def _amend(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, SourceFile],
    tables: Mapping[str, TableMapping],
) -> Amended:
    visits, deaths = files["spells"], files["deaths"]
    taken = " AND ".join(f"({sql})" for _, sql in conditions(tables["spells"], visits)) or "true"
    _stays(connection, visits, deaths, taken)
    amended = {
        "spells": _with_died(connection, visits),
        "deaths": _with_discharges(connection, deaths),
    }
    if "documents" in files:
        amended["documents"] = _with_stays(connection, files["documents"], files.get("concepts"))
    return Amended(amended)


def _stays(
    connection: duckdb.DuckDBPyConnection, visits: SourceFile, deaths: SourceFile, taken: str
) -> None:
    """Make the table of the stays that are taken, and whether each ended in death.

    A stay that says where the patient was discharged to is believed. Else the last stay
    that began by the day of death and did not end before it ended in death.
    """
    visit, death = visits.by_name, deaths.by_name
    place = visit.get("discharged_to_concept_id") or visit.get("discharge_to_concept_id", "NULL")
    start, end = (_day(visit[f"visit_{name}_date"]) for name in ("start", "end"))
    connection.execute(
        f"""CREATE TEMP TABLE stays AS
        WITH known AS (
            SELECT {death["person_id"]} AS person_id, max({_day(death["death_date"])}) AS day
            FROM {quoted(deaths.view)} GROUP BY 1),
        stay AS (
            SELECT "{ROW}" AS visit_row, {visit["visit_occurrence_id"]} AS visit_id,
                   {visit["person_id"]} AS person_id, {start} AS start_day, {end} AS end_day,
                   nullif({place}, '0') AS place
            FROM {quoted(visits.view)} WHERE {taken}),
        judged AS (
            SELECT stay.*, day, coalesce(day BETWEEN start_day AND end_day, false) AS within
            FROM stay LEFT JOIN known USING (person_id))
        SELECT *, place IS NOT DISTINCT FROM '{PATIENT_DIED}' OR (place IS NULL AND within AND
               row_number() OVER (PARTITION BY person_id, within
                                  ORDER BY start_day DESC, end_day DESC, visit_id DESC) = 1
               ) AS died
        FROM judged"""
    )


def _day(text: str) -> str:
    return f"TRY_CAST(left({text}, 10) AS DATE)"


def _with_died(connection: duckdb.DuckDBPyConnection, visits: SourceFile) -> SourceFile:
    connection.execute(
        f"""CREATE VIEW "visits and ends" AS
        SELECT v.*, CASE WHEN stays.died THEN 'yes' ELSE 'no' END AS died
        FROM {quoted(visits.view)} AS v LEFT JOIN stays ON v."{ROW}" = stays.visit_row"""
    )
    return replace(
        visits, view="visits and ends", texts={**visits.texts, "died": "died"}, columns=()
    )


def _with_discharges(connection: duckdb.DuckDBPyConnection, deaths: SourceFile) -> SourceFile:
    """Return the deaths numbered by person, and those that only a discharge tells of."""
    told = deaths.by_name
    connection.execute(
        f"""CREATE VIEW "deaths and discharges" AS
        WITH said AS (
            SELECT "{ROW}" AS row_number, {told["person_id"]} AS person_id,
                   {told["death_date"]} AS death_date,
                   {told["death_type_concept_id"]} AS death_type_concept_id
            FROM {quoted(deaths.view)}
            UNION ALL
            SELECT visit_row, person_id, CAST(end_day AS VARCHAR), '{EHR}' FROM stays
            WHERE died AND place = '{PATIENT_DIED}' AND day IS NULL)
        SELECT row_number AS "{ROW}", person_id, death_date, death_type_concept_id,
               CASE WHEN place = 1 THEN '' ELSE '-' || place END AS number
        FROM (SELECT *, row_number() OVER (PARTITION BY person_id ORDER BY row_number) AS place
              FROM said)"""
    )
    names = ("person_id", "death_date", "death_type_concept_id", "number")
    return replace(deaths, view="deaths and discharges", texts={n: n for n in names}, columns=())


def _with_stays(
    connection: duckdb.DuckDBPyConnection, notes: SourceFile, concepts: SourceFile | None
) -> SourceFile:
    """Return the notes with the stay they belong to, if any, and what the concept calls them."""
    told = notes.by_name
    visit = told.get("visit_occurrence_id", "CAST(NULL AS VARCHAR)")
    named, join = "CAST(NULL AS VARCHAR)", ""
    if concepts is not None:
        name = concepts.by_name
        named = "concept.name"
        join = (
            f"LEFT JOIN (SELECT {name['concept_id']} AS id, any_value({name['concept_name']}) "
            f"AS name FROM {quoted(concepts.view)} GROUP BY 1) AS concept "
            f"ON concept.id = {told.get('note_class_concept_id', 'NULL')}"
        )
    connection.execute(
        f"""CREATE VIEW "notes and stays" AS
        SELECT n.*, stay.visit_id AS stay, {named} AS concept_name
        FROM {quoted(notes.view)} AS n
        LEFT JOIN (SELECT DISTINCT visit_id FROM stays) AS stay ON stay.visit_id = {visit} {join}"""
    )
    made = {"stay": "stay", "concept_name": "concept_name"}
    return replace(notes, view="notes and stays", texts={**notes.texts, **made}, columns=())


OMOP = Dialect(
    "omop",
    "the tables person, visit_occurrence and death of OMOP 5.3 or 5.4 and, if there, note",
    amend=_amend,
    uses={"spells": ("visit_end_date",), "deaths": ("death_type_concept_id",)},
    makes={"spells": ("died",), "deaths": ("number",), "documents": ("stay", "concept_name")},
    working=(CONCEPTS,),
)
