"""From drafts to the canonical tables, and from the trust to a study on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lltic.sources.synthetic.administration import Died, Wards, administration, flags, practices
from lltic.sources.synthetic.course import Course
from lltic.sources.synthetic.dice import Dice, Part
from lltic.sources.synthetic.economy import Other
from lltic.sources.synthetic.notes import Document
from lltic.sources.synthetic.people import nhs_numbers
from lltic.sources.synthetic.spells import Death, Spell
from lltic.sources.synthetic.truth import write_truth
from lltic.sources.tables import TABLES, count_pages, document_hash, write_tables

if TYPE_CHECKING:
    import pandas as pd

    from lltic.sources.synthetic.trust import SyntheticTrust
    from lltic.study import Study

__all__ = ["build_tables", "documents_table", "write"]

NO_NUMBER = 0.004
"""Share of living people whose NHS number is not in the extract."""


def build_tables(
    seed: int,
    courses: Sequence[Died],
    everyone: Sequence[Other],
    spells: Sequence[Spell],
    deaths: Sequence[Death],
    told: Wards | None = None,
) -> tuple[dict[str, pd.DataFrame], dict[Spell, str]]:
    """Return the canonical tables without documents, and the identifier of each spell.

    ``everyone`` begins with the people of the courses, in the same order.
    """
    import pandas as pd

    people, persons = _persons(seed, courses, everyone)
    ordered = sorted(spells, key=lambda s: (s.admitted_at, s.person))
    further = administration(seed, ordered, courses, everyone, told or {})
    spell_rows, spell_ids = _spells(ordered, people, further)
    frames = {
        "persons": persons,
        "spells": spell_rows,
        "deaths": _deaths(deaths, people, spell_ids),
        "flags": flags(seed, courses, people),
    }
    tables = {
        name: pd.DataFrame(rows, columns=[c for c in _columns(name) if c in rows[0]])
        for name, rows in frames.items()
    }
    for column in ("admitted_at", "discharged_at"):
        tables["spells"][column] = tables["spells"][column].astype("datetime64[us]")
    return tables, spell_ids


def _columns(table: str) -> list[str]:
    return [column.name for column in TABLES[table].columns]


def _persons(
    seed: int, courses: Sequence[Died], everyone: Sequence[Other]
) -> tuple[list[str], list[dict[str, Any]]]:
    dice = Dice(seed, Part.OTHERS, 1)
    known = {c.patient.nhs_number for c in courses}
    spare = [n for n in nhs_numbers(dice, len(everyone) + 50) if n not in known]
    taken = {c.patient.person_id for c in courses}
    labels = [f"P{n:06d}" for n in range(100_000, 100_000 + 29 * len(everyone), 29)]
    labels = dice.shuffle([label for label in labels if label not in taken])
    people, rows = [], []
    registered_with = practices(seed, courses, len(everyone))
    for index, (person, practice) in enumerate(zip(everyone, registered_with, strict=True)):
        number: str | None
        if index < len(courses):
            label, number = courses[index].patient.person_id, courses[index].patient.nhs_number
        else:
            label, number = labels.pop(), spare.pop()
            number = None if dice.chance(NO_NUMBER) else number
        people.append(label)
        rows.append(
            {
                "person_id": label,
                "nhs_number": number,
                "born_on": person.born_on,
                "sex": person.sex,
                "practice_id": practice,
            }
        )
    return people, rows


def _spells(
    ordered: Sequence[Spell], people: Sequence[str], further: Iterable[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], dict[Spell, str]]:
    ids = {spell: f"S{number:06d}" for number, spell in enumerate(ordered, 1)}
    rows = [
        {
            "spell_id": ids[s],
            "person_id": people[s.person],
            "provider_id": s.provider,
            "setting": s.setting,
            "specialty": s.specialty,
            "admitted_at": s.admitted_at,
            "discharged_at": s.discharged_at,
            "admission_method": s.method,
            "died_in_hospital": s.died,
            **more,
        }
        for s, more in zip(ordered, further, strict=True)
    ]
    return rows, ids


def _deaths(
    deaths: Sequence[Death], people: Sequence[str], spell_ids: Mapping[Spell, str]
) -> list[dict[str, Any]]:
    ended = {spell.person: name for spell, name in spell_ids.items() if spell.died}
    ordered = sorted(enumerate(deaths), key=lambda d: (d[1].died_on, d[0]))
    return [
        {
            "death_id": f"D{number:05d}",
            "person_id": people[death.person],
            "died_on": death.died_on,
            "registered_on": death.registered_on,
            "source": death.source,
            "spell_id": ended.get(death.person) if death.source == "hospital" else None,
        }
        for number, (_, death) in enumerate(ordered, 1)
    ]


def documents_table(
    courses: Sequence[Course],
    documents: Sequence[tuple[Course, Document]],
    spell_ids: Mapping[Spell, str],
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the table of documents and their texts by identifier."""
    import pandas as pd

    last: dict[int, dict[str, str]] = {}
    for spell, name in spell_ids.items():
        if (
            spell.person < len(courses)
            and spell.admitted_at >= courses[spell.person].stay.arrived_at
        ):
            last.setdefault(spell.person, {})[spell.setting] = name
    rows, texts = [], {}
    for number, (course, document) in enumerate(documents, 1):
        name = f"N{number:05d}"
        texts[name] = document.text
        rows.append(
            {
                "document_id": name,
                "person_id": course.patient.person_id,
                "spell_id": last[course.number].get(document.spell),
                "kind": document.kind,
                "title": document.title,
                "organisation": document.organisation,
                "authored_on": document.authored_on,
                "pages": count_pages(document.text),
                "sha256": document_hash(document.text),
                "original": None,
                "original_sha256": None,
            }
        )
    return pd.DataFrame(rows), texts


def write(study: Study, trust: SyntheticTrust) -> None:
    """Write tables, case notes and ``extract/truth.json`` into a study.

    Raises
    ------
    LlticError
        ``cannot-write`` when the disk refuses; nothing is half-written.
    """
    write_tables(study, trust.tables, trust.documents)
    write_truth(study, trust.truth)
