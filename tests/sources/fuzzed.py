"""Extracts in which everything goes wrong, made from a seed, and what must come of them.

Every spoilt cell holds the word :data:`CANARY` where it can: it stands for a patient's value.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

CANARY = "Q7CANARY"

WRONG = (
    f"{CANARY}",
    f"{CANARY} 32/13/2024",
    "2024-02-30",
    "29/02/2023",
    "0024-01-01",
    "9999-12-31",
    "20240101",
    f" {CANARY} ",
    f"{CANARY}\x00{CANARY}",
    f'{CANARY} "quoted", and, comma',
    f"{CANARY}\nover\r\ntwo lines",
    f"{CANARY}½é€ñ",
    f"{CANARY}日本\u202e",
    f"=HYPERLINK({CANARY})",
    f"'; DROP TABLE persons; -- {CANARY}",
    f"{{{CANARY}}}%s\\",
    "99999999999999999999",
    "1e400",
    "NaN",
    "null",
    "-1",
    "",
    "   ",
    CANARY * 3000,
)


@dataclass
class Row:
    """One row: its cells, whether anybody spoilt it, and where it must not be kept."""

    cells: dict[str, str]
    spoilt: bool = False
    impossible: bool = False


@dataclass
class Sheet:
    """One file of an extract: columns, which of them are keys and must be dates, its rows."""

    name: str
    table: str
    key: str
    person: str
    dates: tuple[str, ...]
    make: Callable[[np.random.Generator, int], dict[str, str]]
    rows: list[Row] = field(default_factory=list)
    written: int = 0


def day(rng: np.random.Generator, start: str = "2020-01-01") -> str:
    return str(np.datetime64(start) + int(rng.integers(0, 900)))


def _ward_person(rng: np.random.Generator, i: int) -> dict[str, str]:
    born = pd.Timestamp(day(rng, "1940-01-01")).strftime("%d/%m/%Y")
    return {"PatientKey": f"p{i}", "NHS": "", "DOB": born, "SEX": "1", "Surname": CANARY}


def _ward_spell(rng: np.random.Generator, i: int) -> dict[str, str]:
    start = day(rng)
    end = str(np.datetime64(start) + int(rng.integers(0, 20)))
    methods = {"METH": "21", "DISMETH": str(rng.choice(["1", "4"]))}
    return {"SPELL": f"s{i}", "PAT": f"p{i}", "ADM": start, "DIS": end, **methods}


def _ward_death(rng: np.random.Generator, i: int) -> dict[str, str]:
    died = pd.Timestamp(day(rng)).strftime("%d/%m/%Y")
    return {"REF": f"d{i}", "PAT": f"p{i}", "DIED": died}


def _mimic_patient(rng: np.random.Generator, i: int) -> dict[str, str]:
    dod = day(rng, "2150-01-01") if rng.random() < 0.3 else ""
    return {"subject_id": f"1{i}", "gender": "F", "anchor_age": "60", "dod": dod}


def _mimic_admission(rng: np.random.Generator, i: int) -> dict[str, str]:
    start = day(rng, "2148-01-01")
    end = str(np.datetime64(start) + int(rng.integers(0, 20)))
    died = rng.random() < 0.1
    return {
        "subject_id": f"1{i}",
        "hadm_id": f"2{i}",
        "admittime": f"{start} 10:00:00",
        "dischtime": f"{end} 11:30:00",
        "deathtime": f"{end} 11:00:00" if died else "",
        "admission_type": "EW EMER.",
        "admission_location": "EMERGENCY ROOM",
        "hospital_expire_flag": str(int(died)),
    }


def _omop_person(rng: np.random.Generator, i: int) -> dict[str, str]:
    born = {"year_of_birth": "1941", "month_of_birth": "4", "day_of_birth": "1"}
    return {"person_id": f"{i}", "gender_concept_id": "8532", **born, "care_site_id": "7"}


def _omop_visit(rng: np.random.Generator, i: int) -> dict[str, str]:
    start = day(rng)
    end = str(np.datetime64(start) + int(rng.integers(0, 20)))
    kind = {"visit_concept_id": str(rng.choice(["9201", "262", "9202"])), "care_site_id": "5"}
    ended = {"discharged_to_concept_id": str(rng.choice(["0", "8536", "4216643"]))}
    dates = {"visit_start_date": start, "visit_end_date": end}
    return {"visit_occurrence_id": f"9{i}", "person_id": f"{i}", **kind, **dates, **ended}


def _omop_death(rng: np.random.Generator, i: int) -> dict[str, str]:
    return {"person_id": f"{i}", "death_date": day(rng), "death_type_concept_id": "32817"}


def _omop_note(rng: np.random.Generator, i: int) -> dict[str, str]:
    kind = {"note_type_concept_id": "44814637", "note_title": "Discharge Summary"}
    text = {"note_text": f"A note.\n{CANARY}", "visit_occurrence_id": f"9{i}"}
    return {"note_id": f"n{i}", "person_id": f"{i}", "note_date": day(rng), **kind, **text}


def _hes_episode(rng: np.random.Generator, i: int) -> dict[str, str]:
    start = day(rng)
    end = str(np.datetime64(start) + int(rng.integers(0, 20)))
    dates = {"EPISTART": start, "EPIEND": end, "ADMIDATE": start, "DISDATE": end}
    place = {"PROCODE3": "RXX", "SITETRET": "RXX01", "CLASSPAT": "1", "STARTAGE": "71", "SEX": "2"}
    codes = {"ADMIMETH": "21", "ADMISORC": "19", "DISDEST": "19", "DIAG_4_01": "I219"}
    ended = {"DISMETH": str(rng.choice(["1", "4"])), "EPISTAT": "3", "EPIORDER": "1"}
    # A twin gets other codes, which are cleared and not refused: one key, two contents.
    return {"EPIKEY": f"5{i}", "TOKEN_PERSON_ID": f"P{i}", **codes, **dates, **place, **ended}


def _hes_death(rng: np.random.Generator, i: int) -> dict[str, str]:
    died = day(rng)
    told = str(np.datetime64(died) + 5)
    return {"TOKEN_PERSON_ID": f"P{i}", "DOD": died, "DOR": told, "MATCH_RANK": "1"}


def sheets(dialect: str) -> list[Sheet]:
    """Return the files of a dialect, as yet without rows; those of persons come first."""
    return {
        "tabular": [
            Sheet("patients.csv", "persons", "PatientKey", "PatientKey", (), _ward_person),
            Sheet("spells.csv", "spells", "SPELL", "PAT", ("ADM",), _ward_spell),
            Sheet("deaths.csv", "deaths", "REF", "", ("DIED",), _ward_death),
        ],
        "mimic-iv": [
            Sheet("hosp/patients.csv", "persons", "subject_id", "subject_id", (), _mimic_patient),
            Sheet(
                "hosp/admissions.csv",
                "spells",
                "hadm_id",
                "subject_id",
                ("admittime",),
                _mimic_admission,
            ),
        ],
        "omop": [
            Sheet("person.csv", "persons", "person_id", "person_id", (), _omop_person),
            Sheet(
                "visit_occurrence.csv",
                "spells",
                "visit_occurrence_id",
                "person_id",
                ("visit_start_date",),
                _omop_visit,
            ),
            Sheet("death.csv", "", "", "", (), _omop_death),
            Sheet("note.csv", "documents", "note_id", "person_id", (), _omop_note),
        ],
        "hes-apc": [
            Sheet(
                "apc_2024.csv",
                "hes_episodes",
                "EPIKEY",
                "TOKEN_PERSON_ID",
                ("EPISTART",),
                _hes_episode,
            ),
            Sheet("deaths_2024.csv", "hes_registrations", "", "", (), _hes_death),
        ],
    }[dialect]


def fill(given: list[Sheet], rng: np.random.Generator, rows: int, *, spoil: bool = True) -> None:
    """Fill the files with rows, a part of them spoilt."""
    for sheet in given:
        for i in range(rows):
            row = Row(sheet.make(rng, i))
            if spoil and rng.random() < 0.3:
                _spoil(sheet, row, rng)
            sheet.rows.append(row)
            if spoil and rng.random() < 0.04:
                sheet.rows.append(Row(dict(row.cells), row.spoilt, row.impossible))
            if spoil and rng.random() < 0.04:
                twin = Row(dict(row.cells), spoilt=True)
                for column in [c for c in twin.cells if c not in (sheet.key, sheet.person)][:2]:
                    twin.cells[column] = f"{CANARY} twin"
                row.spoilt = True
                sheet.rows.append(twin)


def _spoil(sheet: Sheet, row: Row, rng: np.random.Generator) -> None:
    row.spoilt = True
    for column in row.cells:
        if rng.random() < 0.25:
            row.cells[column] = str(rng.choice(WRONG))
    if sheet.key and not row.cells[sheet.key].strip():
        row.impossible = True
    if any(CANARY in row.cells[column] for column in sheet.dates):
        row.impossible = True


# --- how a file can look --------------------------------------------------------------------------


def _text(sheet: Sheet, columns: list[str], end: str = "\n") -> str:
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL  # a bare \n would end a row
    writer = csv.writer(out, lineterminator=end, quoting=quoting)
    writer.writerow(columns)
    writer.writerows([row.cells[c] for c in columns] for row in sheet.rows)
    return out.getvalue()


def _columns(sheet: Sheet) -> list[str]:
    return list(sheet.make(np.random.default_rng(0), 0))


def plain(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(_text(sheet, _columns(sheet)).encode())


def another_order(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    columns = _columns(sheet)
    rng.shuffle(columns)
    path.write_bytes(_text(sheet, [*columns]).encode())


def upper_case(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    header, _, rest = _text(sheet, _columns(sheet)).partition("\n")
    path.write_bytes(f"{header.upper()}\n{rest}".encode())


def windows_with_mark(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + _text(sheet, _columns(sheet), "\r\n").encode())


def old_mac(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(_text(sheet, _columns(sheet), "\r").encode())


def mixed_ends(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    lines = _records(sheet)
    ends = rng.choice(["\n", "\r\n", "\r"], len(lines))
    path.write_bytes("".join(line + end for line, end in zip(lines, ends, strict=True)).encode())


def ragged(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    """Some rows are too short, too long, or hold a quote out of place."""
    lines = _records(sheet)
    for i in range(1, len(lines)):
        kind = rng.integers(0, 12)
        if kind < 3 and "\n" not in lines[i] and "\r" not in lines[i]:
            lines[i] = (CANARY, f"{lines[i]},{CANARY}", f'"{CANARY}"x,{lines[i]}')[kind]
            sheet.rows[i - 1].spoilt = True
    path.write_bytes(("\n".join(lines) + "\n").encode())


def _records(sheet: Sheet) -> list[str]:
    lines = []
    for cells in [dict(zip(_columns(sheet), _columns(sheet), strict=True))] + [
        row.cells for row in sheet.rows
    ]:
        out = io.StringIO()
        csv.writer(out).writerow(cells[c] for c in _columns(sheet))
        lines.append(out.getvalue().removesuffix("\r\n"))
    return lines


def packed(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    path.with_name(path.name + ".gz").write_bytes(
        gzip.compress(_text(sheet, _columns(sheet)).encode())
    )


def cp1252(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(_text(sheet, _columns(sheet)).encode("cp1252", "replace"))


def utf16(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(_text(sheet, _columns(sheet)).encode("utf-16"))


def parquet(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    frame = pd.DataFrame([row.cells for row in sheet.rows], columns=_columns(sheet), dtype=str)
    frame.to_parquet(path.with_suffix(".parquet"))


def workbook(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    """Write a workbook in which some cells are formulas whose value nobody worked out."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    page.append(_columns(sheet))
    for row in sheet.rows:
        cells = [row.cells[c].replace("\x00", "")[:30_000] for c in _columns(sheet)]
        if rng.random() < 0.05:
            cells[-1] = f'="{CANARY}"&A1'
            row.spoilt = True
        page.append(cells)
    book.save(path.with_suffix(".xlsx"))


def no_header(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    lines = [row.replace("\n", " ").replace("\r", " ") for row in _records(sheet)[1:]]
    path.write_bytes(("\n".join([f"{CANARY},{CANARY}", *lines])).encode())


def never_closed(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    head, *lines = _records(sheet)
    path.write_bytes("\n".join([head, f'"{CANARY}', *lines]).encode())


def nothing(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(b"")


def absent(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    """Write no file at all."""


def damaged(sheet: Sheet, path: Path, rng: np.random.Generator) -> None:
    path.write_bytes(rng.bytes(3000))


TAKEN = (plain, another_order, upper_case, windows_with_mark, old_mac, mixed_ends, ragged)
"""How a file may look and be read all the same."""
ALSO = {
    "tabular": (cp1252, utf16, parquet, workbook),
    "mimic-iv": (packed,),
    "omop": (packed, parquet),
    "hes-apc": (packed, parquet, workbook),
}
"""How it may look besides, in the dialects where the mapping says so."""
REFUSED = (utf16, no_header, never_closed, nothing, absent, damaged)
"""How a file may look and be refused as a whole."""


def write(
    given: list[Sheet],
    folder: Path,
    look: Callable[[Sheet, Path, np.random.Generator], None],
    rng: np.random.Generator,
) -> None:
    """Write every file of an extract in one look."""
    for sheet in given:
        path = folder / sheet.name
        path.parent.mkdir(parents=True, exist_ok=True)
        look(sheet, path, rng)
        sheet.written = len(sheet.rows)


def expected(given: list[Sheet]) -> Iterator[tuple[str, set[str], set[str]]]:
    """Yield, for each table with a key, the keys that must be kept and those that must not.

    A row must be kept when nothing was done to it, its key stands in no other row that
    says something else, and its person is kept too.
    """
    persons: set[str] | None = None
    for sheet in given:
        if not sheet.key:
            continue
        spoilt = {r.cells[sheet.key].strip() for r in sheet.rows if r.spoilt}
        clean = {
            r.cells[sheet.key]: r.cells[sheet.person] if sheet.person else ""
            for r in sheet.rows
            if not r.spoilt
        }
        kept = {key for key in clean if key not in spoilt}
        if sheet.table == "persons":
            persons = kept
        elif sheet.person and persons is not None:
            kept = {key for key in kept if clean[key] in persons}
        possible = {r.cells[sheet.key].strip() for r in sheet.rows if not r.impossible}
        out = {r.cells[sheet.key].strip() for r in sheet.rows if r.impossible} - possible
        yield sheet.table, kept, {key for key in out if key}
