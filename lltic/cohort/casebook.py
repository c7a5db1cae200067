"""The case book: what a reviewer is shown about a case besides the notes.

``cohort/casebook.json`` holds, per case, the banner's lines, one sentence, the
journey across organisations and the list of documents. The review service reads
it; nobody gets a case from it who has no review of that case. A case book that an
older version wrote lacks ``contacts`` and ``parts``; the pages then draw stays only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from lltic.cohort.journey import SETTINGS, contacts, parts, provider_names, segments
from lltic.records import Case
from lltic.sources import read_table
from lltic.sources.parquet import connect, parquet_files
from lltic.sources.tables import table_path
from lltic.study import Study, write_atomically

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_casebook"]


def write_casebook(study: Study, cases: list[Case]) -> None:
    """Write the case book for these cases, whole or not at all."""
    documents = read_table(study, "documents").sort_values(["authored_on", "document_id"])
    # The stays of those with documents say what providers are called.
    people = {case.person_id for case in cases} | set(documents["person_id"])
    persons = _about(study, "persons", people).set_index("person_id")
    spells = _about(study, "spells", people).sort_values(["admitted_at", "spell_id"])
    names = provider_names(spells, documents)
    stays = dict(tuple(spells.groupby("person_id")))
    notes = dict(tuple(documents.groupby("person_id")))
    book = {
        case.case_id: _entry(
            case,
            persons.loc[case.person_id],
            stays.get(case.person_id, spells.iloc[:0]),
            notes.get(case.person_id, documents.iloc[:0]),
            names,
        )
        for case in cases
    }
    with write_atomically(study.cohort / "casebook.json", permissions=0o600) as stream:
        json.dump(book, stream, ensure_ascii=False, sort_keys=True, indent=0)


def _about(study: Study, table: str, people: set[str]) -> pd.DataFrame:
    """Return a table's rows about these people; nobody else's are read into memory."""
    sql = "SELECT * FROM read_parquet(?) WHERE person_id IN (SELECT unnest(?))"
    file = parquet_files(table_path(study, table))
    with connect() as connection:
        return connection.execute(sql, [file, sorted(people)]).df()


def _entry(
    case: Case,
    person: pd.Series,
    stays: pd.DataFrame,
    notes: pd.DataFrame,
    names: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "banner": _banner(case, person),
        "summary": summary(case),
        "setting": case.setting,
        "journey": segments(case, stays, names),
        "contacts": contacts(case, stays, notes),
        "parts": parts(case, stays),
        "died_on": case.died_on.isoformat() if case.died_on else "",
        "documents": [_document(row) for _, row in notes.iterrows()],
    }


def _banner(case: Case, person: pd.Series) -> list[list[str]]:
    lines = [["Case", case.case_id]]
    if _is_text(person["nhs_number"]):
        digits = str(person["nhs_number"])
        lines.append(["NHS number", f"{digits[:3]} {digits[3:6]} {digits[6:]}"])
    else:
        lines.append(["Person", case.person_id])
    born = _day(person["born_on"])
    age = "" if case.age_at_death is None else f" (aged {case.age_at_death})"
    if born:
        lines.append(["Born", _say(born) + age])
    if case.admitted_on:
        lines.append(["Admitted", _say(case.admitted_on)])
    if case.category == "in_hospital":
        lines.append(["Died", f"{_say(case.died_on)}, in hospital".lstrip(", ")])
    else:
        lines.append(["Discharged", _say(case.discharged_on)])
        lines.append(["Died", f"{_say(case.died_on)} (day {case.days_discharge_to_death})"])
    return lines


def summary(case: Case) -> str:
    """Return the one line that tells a case from others on a worklist."""
    if case.category == "in_hospital":
        place = SETTINGS.get(case.setting, "hospital").lower()
        return f"Died in {place} {_say(case.died_on)}".rstrip()
    days = case.days_discharge_to_death
    return f"Died {_say(case.died_on)}, day {days} after discharge"


def _document(row: pd.Series) -> dict[str, Any]:
    written = _day(row["authored_on"])
    return {
        "id": row["document_id"],
        "title": row["title"],
        "kind": row["kind"],
        "organisation": row["organisation"],
        "date": written.isoformat() if written else "",
        "pages": int(row["pages"]),
        "sha256": row["sha256"],
        "original": row["original"] if _is_text(row.get("original")) else "",
    }


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _day(value: Any) -> date | None:
    if value is None or value != value or str(value) == "NaT":  # NaN is not itself
        return None
    return value.date() if isinstance(value, datetime) else value


def _say(day: date | None) -> str:
    return "" if day is None else f"{day.day} {day.strftime('%b %Y')}"
