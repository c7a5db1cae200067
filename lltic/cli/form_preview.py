"""A study with one made-up case and one form, to be tried and thrown away."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from lltic.study import Study, write_atomically

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.form.model import Form
    from lltic.reviews.people import Person

__all__ = ["preview_study", "readers"]

CASE = "TRYME-00001"
NOTES = (
    "This is a page of notes of somebody who does not exist.\n\n"
    "09:10 Seen on the ward round. Comfortable, eating a little. Plan: go on as before.\n"
    "16:40 More breathless. Observations every hour. Doctor asked to come.\f"
    "Second page.\n\n17:05 Doctor came. Discussed with the daughter, who would like to stay."
)


def readers(form: Form) -> list[Person]:
    """Return whom a form needs to be tried: one person, or one for each side of a joint one."""
    from lltic.reviews.people import Person

    sides = sorted({side for page in form.pages for side in page.by})
    if not sides:
        return [Person("reviewer", "A reviewer", "Nowhere", ("reviewer",))]
    return [
        Person(
            f"reviewer.{n}",
            f"A reviewer ({side.replace('_', ' ')})",
            "Nowhere",
            ("reviewer",),
            side,
        )
        for n, side in enumerate(sides, 1)
    ]


def preview_study(
    folder: Path, loaded: Loaded[Form], password: str, forms_of: Path | None = None
) -> Study:
    """Make the study.

    Parameters
    ----------
    folder : Path
        A new folder.
    password : str
        Of everybody in it.
    forms_of : Path, optional
        A study whose own forms go with it, for a second stage that one of them asks for.
    """
    from lltic.records import Assignment
    from lltic.reviews.accounts import Accounts
    from lltic.reviews.admin import assign

    study = Study.init(folder, title=f"Preview: {loaded.model.title}", synthetic=True)
    own = study.path / "review_forms"
    for file in (forms_of / "review_forms").glob("*.yml") if forms_of else ():
        shutil.copyfile(file, own / file.name)
    shutil.copyfile(loaded.path, own / f"{loaded.name}.yml")
    _write_case(study)
    people = readers(loaded.model)
    accounts = Accounts(study.keys)
    for person in people:
        accounts.add(person, password)
    tasks = [
        Assignment(f"{CASE}-{n}", CASE, person.name, n, loaded.name, discipline=person.discipline)
        for n, person in enumerate(people, 1)
    ]
    assign(study, tasks)
    return study


def _write_case(study: Study) -> None:
    document = {
        "id": "doc-preview",
        "title": "Notes",
        "kind": "medical_notes",
        "organisation": "Nowhere",
        "date": "2026-01-05",
        "pages": 2,
    }
    book = {
        CASE: {
            "banner": [["Case", CASE]],
            "summary": "Died in hospital",
            "journey": [],
            "died_on": "2026-01-05",
            "documents": [document],
        }
    }
    with write_atomically(study.cohort / "casebook.json", permissions=0o600) as stream:
        json.dump(book, stream)
    (study.documents / "doc-preview.txt").write_text(NOTES, encoding="utf-8")
