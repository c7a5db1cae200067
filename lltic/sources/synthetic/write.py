"""From drafts to the four canonical tables, and from the trust to a study on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lltic.sources.synthetic.course import Course
from lltic.sources.synthetic.dice import Dice, Part
from lltic.sources.synthetic.economy import Other
from lltic.sources.synthetic.notes import Document
from lltic.sources.synthetic.people import nhs_numbers
from lltic.sources.synthetic.spells import Death, Spell
from lltic.sources.synthetic.truth import write_truth
from lltic.sources.tables import count_pages, document_hash, write_tables

if TYPE_CHECKING:
    import pandas as pd

    from lltic.sources.synthetic.trust import SyntheticTrust
    from lltic.study import Study

__all__ = ["build_tables", "write"]

NO_NUMBER = 0.004
"""Share of living people whose NHS number is not in the extract."""


def build_tables(
    seed: int,
    courses: Sequence[Course],
    everyone: Sequence[Other],
    spells: Sequence[Spell],
    deaths: Sequence[Death],
    documents: Sequence[tuple[Course, Document]],
) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """Return the canonical tables and the texts of the documents by identifier.

    ``everyone`` begins with the people of the courses, in the same order.
    """
    import pandas as pd

    people, persons = _persons(seed, courses, everyone)
    spell_rows, spell_ids = _spells(spells, people)
    document_rows, texts = _documents(courses, documents, spell_ids)
    ordered = sorted(enumerate(deaths), key=lambda d: (d[1].died_on, d[0]))
    death_rows = [
        {
            "death_id": f"D{number:05d}",
            "person_id": people[death.person],
            "died_on": death.died_on,
            "registered_on": death.registered_on,
            "source": death.source,
        }
        for number, (_, death) in enumerate(ordered, 1)
    ]
    frames = {
        "persons": persons,
        "spells": spell_rows,
        "deaths": death_rows,
        "documents": document_rows,
    }
    tables = {name: pd.DataFrame(rows) for name, rows in frames.items()}
    for column in ("admitted_at", "discharged_at"):
        tables["spells"][column] = tables["spells"][column].astype("datetime64[us]")
    return tables, texts


def _persons(
    seed: int, courses: Sequence[Course], everyone: Sequence[Other]
) -> tuple[list[str], list[dict[str, Any]]]:
    dice = Dice(seed, Part.OTHERS, 1)
    known = {c.patient.nhs_number for c in courses}
    spare = [n for n in nhs_numbers(dice, len(everyone) + 50) if n not in known]
    taken = {c.patient.person_id for c in courses}
    labels = [f"P{n:06d}" for n in range(100_000, 100_000 + 29 * len(everyone), 29)]
    labels = dice.shuffle([label for label in labels if label not in taken])
    people, rows = [], []
    for index, person in enumerate(everyone):
        number: str | None
        if index < len(courses):
            label, number = courses[index].patient.person_id, courses[index].patient.nhs_number
        else:
            label, number = labels.pop(), spare.pop()
            number = None if dice.chance(NO_NUMBER) else number
        people.append(label)
        rows.append(
            {"person_id": label, "nhs_number": number, "born_on": person.born_on, "sex": person.sex}
        )
    return people, rows


def _spells(
    spells: Sequence[Spell], people: Sequence[str]
) -> tuple[list[dict[str, Any]], dict[Spell, str]]:
    ordered = sorted(spells, key=lambda s: (s.admitted_at, s.person))
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
        }
        for s in ordered
    ]
    return rows, ids


def _documents(
    courses: Sequence[Course],
    documents: Sequence[tuple[Course, Document]],
    spell_ids: Mapping[Spell, str],
) -> tuple[list[dict[str, Any]], dict[str, str]]:
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
    return rows, texts


def write(study: Study, trust: SyntheticTrust) -> None:
    """Write tables, case notes and ``extract/truth.json`` into a study.

    Raises
    ------
    LlticError
        ``cannot-write`` when the disk refuses; nothing is half-written.
    """
    write_tables(study, trust.tables, trust.documents)
    write_truth(study, trust.truth)
