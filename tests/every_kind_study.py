"""A study whose one form asks every kind of question."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from argon2 import PasswordHasher
from small_study import AMIRA, BEN

from lltic.clock import Clock
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.study import Study

__all__ = ["FORM", "NOOR", "REVIEW", "make_every_kind_study"]

FORM = Path(__file__).parent / "every_kind.yml"
NOOR = Person("noor", "Dr N.", "Medical examiner", ("adjudicator",))
REVIEW = "AAAAA-00001-1"


def make_every_kind_study(folder: Path, clock: Clock, password: str) -> Study:
    """Make a study with one case, to be reviewed twice by the form of every kind."""
    study = Study.init(folder, title="Every kind", synthetic=True, key=b"k" * 32)
    (study.path / "review_forms").mkdir(exist_ok=True)
    shutil.copy(FORM, study.path / "review_forms" / FORM.name)
    accounts = Accounts(study.keys, clock, PasswordHasher(time_cost=1, memory_cost=64))
    for person in (AMIRA, BEN, NOOR):
        accounts.add(person, password)
    case, _, _ = REVIEW.rpartition("-")
    book = {
        "banner": [["Case", case]],
        "summary": "Died in hospital",
        "journey": [],
        "died_on": "2026-09-03",
        "documents": [],
    }
    (study.cohort / "casebook.json").write_text(json.dumps({case: book}))
    whose = ((1, AMIRA), (2, BEN))
    plan = [Assignment(f"{case}-{i}", case, person.name, i, "every_kind") for i, person in whose]
    admin.assign(study, plan, clock)
    return study
