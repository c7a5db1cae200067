"""A made-up extract of any size, by DuckDB alone: every value is a hash of its row number."""

from __future__ import annotations

from pathlib import Path

from lltic.sources.parquet import connect
from lltic.sources.schema import SQL_TYPES, TABLES
from lltic.study import Study

SPELLS_A_PERSON = 4

# A person's spells lie far apart, as in an extract that goes by date. One person in ten has
# died, so that 2.5 % of spells lead to a death: a quarter of them in their last spell, the
# others within three months of it; one death in twenty was recorded twice.
SQL = {
    "persons": """
        SELECT format('p{:09d}', i) AS person_id,
               CASE WHEN hash(i) % 2 = 0 THEN 'female' ELSE 'male' END AS sex,
               DATE '1925-01-01' + (hash(i, 1) % 25000)::INTEGER AS born_on
        FROM range(PEOPLE) t(i)""",
    "spells": """
        WITH drawn AS (
            SELECT i, (i * 1000003) % PEOPLE AS person, i // PEOPLE AS nth,
                   TIMESTAMP '2023-01-01' + to_hours((hash(person, 2) % 8000)::BIGINT)
                       + to_days((40 * nth)::INTEGER) AS admitted_at,
                   (hash(i, 3) % 400)::BIGINT AS hours
            FROM range(4 * PEOPLE) t(i)),
        ending AS (SELECT *, person % 10 = 0 AND nth = 3 AND hash(person, 4) % 4 = 0 AS died
            FROM drawn)
        SELECT format('s{:010d}', i) AS spell_id, format('p{:09d}', person) AS person_id,
               format('R{:02d}', hash(i, 5) % 40) AS provider_id,
               CASE WHEN hash(i, 6) % 10 < 8 THEN 'acute' WHEN hash(i, 6) % 10 = 8
                    THEN 'community' ELSE 'mental_health' END AS setting,
               (100 + hash(i, 7) % 60)::VARCHAR AS specialty,
               CASE WHEN hash(i, 8) % 3 = 0 THEN 'day_case' ELSE 'ordinary' END AS patient_class,
               admitted_at,
               CASE WHEN died OR hash(i, 9) % 500 > 0 THEN admitted_at + to_hours(hours) END
                   AS discharged_at,
               CASE WHEN hash(i, 10) % 3 = 0 THEN 'elective' WHEN hash(i, 10) % 20 = 1
                    THEN 'transfer' ELSE 'emergency' END AS admission_method,
               CASE WHEN died THEN 'died' ELSE 'advice' END AS discharge_method,
               died AS died_in_hospital,
               format('{}{:02d}', chr((65 + hash(i, 11) % 20)::INTEGER), hash(i, 12) % 100)
                   AS primary_diagnosis
        FROM ending""",
    "deaths": """
        WITH last AS (SELECT *, substr(person_id, 2)::BIGINT AS p FROM SPELLS
            WHERE substr(spell_id, 2)::BIGINT // PEOPLE = 3 AND p % 10 = 0),
        dated AS (SELECT *, coalesce(discharged_at, admitted_at)::DATE
            + CASE WHEN died_in_hospital THEN 0 ELSE (hash(p, 13) % 90)::INTEGER END AS died_on
            FROM last)
        SELECT format('d{:09d}', p) AS death_id, person_id, died_on,
               died_on + (hash(p, 14) % 20)::INTEGER AS registered_on, 'registration' AS source
        FROM dated
        UNION ALL
        SELECT format('e{:09d}', p), person_id, died_on, NULL, 'hospital'
        FROM dated WHERE hash(p, 15) % 20 = 0""",
}


def make(study: Study, spells: int) -> None:
    """Write an extract of so many spells, in the order ingest writes it."""
    people = spells // SPELLS_A_PERSON
    with connect() as connection:
        connection.execute("SET memory_limit = '1GiB'")
        connection.execute("SET preserve_insertion_order = true")
        for name in ("persons", "spells", "deaths", "flags", "episodes", "documents"):
            target = study.extract / f"{name}.parquet"
            sql = SQL.get(name, "SELECT NULL AS nothing WHERE false")
            sql = sql.replace("PEOPLE", str(people))
            spells_file = study.extract / "spells.parquet"
            sql = sql.replace("SPELLS", f"read_parquet('{spells_file}')")
            made = connection.sql(sql)
            there = set(made.columns)
            columns = ", ".join(
                f"CAST({c.name if c.name in there else 'NULL'} AS {SQL_TYPES[c.type]}) AS {c.name}"
                for c in TABLES[name].columns
            )
            order = " ORDER BY death_id" if name == "deaths" else ""
            # One statement, streamed: fifty million rows never stand in memory together.
            connection.execute(
                f"COPY (SELECT {columns} FROM ({sql}){order}) TO '{_plain(target)}' "
                "(FORMAT parquet, COMPRESSION zstd)"
            )


def _plain(path: Path) -> str:
    return str(path).replace("'", "''")
