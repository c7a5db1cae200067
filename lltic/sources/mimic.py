"""The dialect ``mimic-iv``: the hospital module of MIMIC-IV, from PhysioNet's CSV files.

Source: Johnson et al., MIMIC-IV, https://physionet.org/content/mimiciv/ (the tables
``patients`` and ``admissions`` of the module ``hosp``, ``discharge`` of the module
``note``). Dates are shifted per person into the future; differences between the
dates of one person are true.
"""

# ruff: noqa: S608 - SQL is put together from declared and quoted names, never from values.
from __future__ import annotations

from pathlib import Path

from lltic.errors import LlticError, Problem
from lltic.sources.checks import first_rows
from lltic.sources.files import ROW, SourceFile, open_file
from lltic.sources.parquet import quoted
from lltic.sources.reading import (
    Dialect,
    Reading,
    Request,
    TextSource,
    missing_columns,
    one_folder,
    raise_all,
)
from lltic.sources.schema import TABLES
from lltic.sources.staging import Field, TableInput, literal

__all__ = ["MIMIC_IV"]

PATIENTS = ("subject_id", "gender", "dod")
ADMISSIONS = (
    "subject_id",
    "hadm_id",
    "admittime",
    "dischtime",
    "deathtime",
    "admission_type",
    "admission_location",
    "hospital_expire_flag",
)
NOTES = ("note_id", "subject_id", "hadm_id", "note_type", "charttime", "text")

ADMISSION_METHOD = {
    "EW EMER.": "emergency",
    "DIRECT EMER.": "emergency",
    "EMERGENCY": "emergency",
    "URGENT": "emergency",
    "EU OBSERVATION": "emergency",
    "OBSERVATION ADMIT": "emergency",
    "ELECTIVE": "elective",
    "SURGICAL SAME DAY ADMISSION": "elective",
}
"""Our reading of ``admission_type``; stays for observation on another route are unknown."""


def _read(request: Request) -> Reading:
    folder = one_folder(request, "mimic-iv")
    opened: dict[str, SourceFile] = {}
    problems: list[Problem] = []
    wanted = {"hosp/patients": PATIENTS, "hosp/admissions": ADMISSIONS}
    if _find(folder, "note/discharge").is_file():
        wanted["note/discharge"] = NOTES
    for name, columns in wanted.items():
        try:
            file = open_file(request.connection, _find(folder, name), name, scratch=request.scratch)
        except LlticError as error:
            problems += error.problems
            continue
        opened[name] = file
        problems += missing_columns(file.label, columns, list(file.texts))
    raise_all(problems)
    patients, admissions = opened["hosp/patients"], opened["hosp/admissions"]
    _derive_spells(request, admissions)
    _derive_deaths(request, patients, admissions)
    inputs = [_persons(patients), _spells(admissions), _deaths(patients)]
    notes, texts = opened.get("note/discharge"), None
    if notes is not None:
        inputs.append(_documents(notes))
        texts = TextSource(notes.view, "CAST(text AS VARCHAR)", notes.label)
    return Reading(tuple(inputs), tuple(_late_deathtimes(request, admissions)), texts)


def _find(folder: Path, name: str) -> Path:
    packed = folder / f"{name}.csv.gz"
    return packed if packed.is_file() else folder / f"{name}.csv"


def _persons(patients: SourceFile) -> TableInput:
    # anchor_age is a rounded age in a shifted year: no date of birth can be had from it.
    fields = {
        "person_id": Field(patients.texts["subject_id"], "subject_id"),
        "sex": Field(
            patients.texts["gender"],
            "gender",
            codes={"F": "female", "M": "male"},
            otherwise="unknown",
        ),
    }
    return TableInput(TABLES["persons"], patients.view, patients.label, fields)


def _derive_spells(request: Request, admissions: SourceFile) -> None:
    method = "CASE WHEN admission_location = 'TRANSFER FROM HOSPITAL' THEN 'TRANSFER'"
    request.connection.execute(
        f"CREATE VIEW spells_in AS SELECT *, {method} ELSE admission_type END AS method "
        f"FROM {quoted(admissions.view)}"
    )


def _spells(admissions: SourceFile) -> TableInput:
    text = admissions.texts
    fields = {
        "spell_id": Field(text["hadm_id"], "hadm_id"),
        "person_id": Field(text["subject_id"], "subject_id"),
        "provider_id": Field(literal("mimic"), "(constant)"),
        "setting": Field(literal("acute"), "(constant)"),
        "admitted_at": Field(text["admittime"], "admittime"),
        "discharged_at": Field(text["dischtime"], "dischtime"),
        "admission_method": Field(
            "method",
            "admission_type",
            codes={**ADMISSION_METHOD, "TRANSFER": "transfer"},
            otherwise="unknown",
        ),
        "died_in_hospital": Field(text["hospital_expire_flag"], "hospital_expire_flag"),
    }
    return TableInput(TABLES["spells"], "spells_in", admissions.label, fields)


def _derive_deaths(request: Request, patients: SourceFile, admissions: SourceFile) -> None:
    """Make one death per person, from the date of death or else the admission that ended so."""
    request.connection.execute(
        f"""CREATE VIEW deaths_in AS
        WITH ended AS (
            SELECT {admissions.texts["subject_id"]} AS subject_id, min("{ROW}") AS row_number,
                   max(left(coalesce(deathtime, dischtime), 10)) AS day
            FROM {quoted(admissions.view)}
            WHERE {admissions.texts["hospital_expire_flag"]} = '1' GROUP BY 1),
        known AS (
            SELECT {patients.texts["subject_id"]} AS subject_id, "{ROW}" AS row_number,
                   {patients.texts["dod"]} AS day
            FROM {quoted(patients.view)})
        SELECT coalesce(known.row_number, ended.row_number) AS "{ROW}",
               coalesce(known.subject_id, ended.subject_id) AS subject_id,
               coalesce(known.day, ended.day) AS day,
               CASE WHEN ended.subject_id IS NULL THEN 'registration' ELSE 'hospital' END AS source
        FROM known FULL JOIN ended USING (subject_id)
        WHERE known.day IS NOT NULL OR ended.subject_id IS NOT NULL"""
    )


def _deaths(patients: SourceFile) -> TableInput:
    fields = {
        "death_id": Field("'D' || subject_id", "subject_id"),
        "person_id": Field("subject_id", "subject_id"),
        "died_on": Field("day", "dod"),
        "source": Field("source", "(derived)"),
    }
    return TableInput(TABLES["deaths"], "deaths_in", patients.label, fields)


def _documents(notes: SourceFile) -> TableInput:
    text = notes.texts
    fields = {
        "document_id": Field(text["note_id"], "note_id"),
        "person_id": Field(text["subject_id"], "subject_id"),
        "spell_id": Field(text["hadm_id"], "hadm_id"),
        "kind": Field(literal("letter"), "(constant)"),
        "title": Field(
            text["note_type"],
            "note_type",
            codes={"DS": "Discharge summary", "AD": "Addendum to a discharge summary"},
            otherwise="Discharge note",
        ),
        "organisation": Field(literal("mimic"), "(constant)"),
        "authored_on": Field(text["charttime"], "charttime"),
    }
    return TableInput(TABLES["documents"], notes.view, notes.label, fields, ("pages", "sha256"))


def _late_deathtimes(request: Request, admissions: SourceFile) -> list[Problem]:
    """Count hospital deaths timed after the discharge; they are kept as deaths in hospital."""
    ((count, rows),) = request.connection.sql(
        f"""SELECT count(*), min("{ROW}", 3) FROM {quoted(admissions.view)}
        WHERE {admissions.texts["hospital_expire_flag"]} = '1'
          AND TRY_CAST(deathtime AS TIMESTAMP) > TRY_CAST(dischtime AS TIMESTAMP)"""
    ).fetchall()
    if not count:
        return []
    where = f"{admissions.label}: column deathtime, {first_rows(rows, count)}"
    message = "the death is timed after the discharge; the row was kept"
    return [Problem("death-after-discharge-time", where, message, count=count)]


MIMIC_IV = Dialect("mimic-iv", "the folder of MIMIC-IV with hosp/ and, if there, note/", _read)
