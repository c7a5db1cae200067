"""The dialect ``mimic-iv``: what is code in it; the rest is ``dialects/mimic-iv.yml``.

Source: Johnson et al., MIMIC-IV, https://physionet.org/content/mimiciv/. Dates are
shifted per person into the future; differences between the dates of one person are true.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from lltic.errors import Problem
from lltic.sources.checks import first_rows
from lltic.sources.files import ROW, SourceFile
from lltic.sources.mapping import TableMapping
from lltic.sources.parquet import quoted
from lltic.sources.reading import Amended, Dialect

__all__ = ["MIMIC_IV"]


def _amend(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, SourceFile],
    tables: Mapping[str, TableMapping],
) -> Amended:
    deaths = _with_ended(connection, files["deaths"], files["spells"])
    return Amended({"deaths": deaths}, tuple(_late_deathtimes(connection, files["spells"])))


def _with_ended(
    connection: duckdb.DuckDBPyConnection, patients: SourceFile, admissions: SourceFile
) -> SourceFile:
    """Return one row per patient, and per person known only from an admission that ended so."""
    told, known = admissions.by_name, patients.by_name
    connection.execute(
        f"""CREATE VIEW "patients and ends" AS
        WITH ended AS (
            SELECT {told["subject_id"]} AS subject_id, min("{ROW}") AS row_number,
                   max(left(coalesce({told["deathtime"]}, {told["dischtime"]}), 10)) AS ended
            FROM {quoted(admissions.view)}
            WHERE {told["hospital_expire_flag"]} = '1' GROUP BY 1),
        known AS (
            SELECT {known["subject_id"]} AS subject_id, "{ROW}" AS row_number,
                   {known["dod"]} AS dod
            FROM {quoted(patients.view)})
        SELECT coalesce(known.row_number, ended.row_number) AS "{ROW}",
               coalesce(known.subject_id, ended.subject_id) AS subject_id,
               ended.ended AS ended, coalesce(known.dod, ended.ended) AS death
        FROM known FULL JOIN ended USING (subject_id)"""
    )
    names = ("subject_id", "ended", "death")
    return replace(patients, view="patients and ends", texts={n: n for n in names}, columns=())


def _late_deathtimes(
    connection: duckdb.DuckDBPyConnection, admissions: SourceFile
) -> list[Problem]:
    """Count hospital deaths timed after the discharge; they are kept as deaths in hospital."""
    told = admissions.by_name
    death, discharge = (f"TRY_CAST({told[n]} AS TIMESTAMP)" for n in ("deathtime", "dischtime"))
    ((count, rows),) = connection.sql(
        f"""SELECT count(*), min("{ROW}", 3) FROM {quoted(admissions.view)}
        WHERE {told["hospital_expire_flag"]} = '1'
          AND {death} > {discharge}"""
    ).fetchall()
    if not count:
        return []
    where = f"{admissions.label}: column deathtime, {first_rows(rows, count)}"
    message = "the death is timed after the discharge; the row was kept"
    return [Problem("death-after-discharge-time", where, message, count=count)]


MIMIC_IV = Dialect(
    "mimic-iv",
    "the folder of MIMIC-IV with hosp/ and, if there, note/",
    amend=_amend,
    uses={"deaths": ("dod",), "spells": ("deathtime",)},
    makes={"deaths": ("ended", "death")},
)
