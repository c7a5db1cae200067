"""A study whose two reviewers listed problems that are partly the same, ready to be settled."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

from argon2 import PasswordHasher
from every_kind_study import FORM, NOOR
from small_study import AMIRA, BEN, PASSWORD

from lltic.clock import Clock
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.desk import Desk
from lltic.study import Study

__all__ = ["CASE", "LIST", "NOOR", "PASSWORD", "add_entries_case", "make_entries_study"]

CASE = "CCCCC-00001"
LIST = "problems.list"

AGREE = """
concordance:
  - {item: problems.list}
"""

FACTS = {
    "facts.seen_on": {"value": "2026-09-01"},
    "facts.age": {"value": 84},
    "facts.where": {"value": ["ward"]},
    "problems.any": {"value": "yes"},
    "overall.sure": {"value": 2},
}
FALL = {
    "began_on": {"value": "2026-09-02"},
    "harm": {"value": "yes"},
    "words": {"value": "Fell from the bed on the second night; no rails, no review of the drip."},
}
FLUIDS = {"began_on": {"value": "2026-09-03"}, "harm": {"value": "unsure"}}
DRUGS = {"began_on": {"missing": "not_known"}, "harm": {"value": "no"}}

SAID = {
    "amira": {
        **FACTS,
        "facts.ward": {"value": "Linden"},
        "overall.judgement": {"value": "Mostly good care, with one night that went wrong."},
        "entries": {
            "a1": FALL,
            "a2": {**FLUIDS, "words": {"value": "Fluids not charted for a day."}},
        },
    },
    "ben": {
        **FACTS,
        "facts.ward": {"value": "Linden"},
        "overall.judgement": {"value": "Good care."},
        "entries": {
            "b1": {**FLUIDS, "words": {"value": "A day without a fluid chart."}},
            "b2": DRUGS,
            "b3": FALL,
        },
    },
}


def make_entries_study(folder: Path, clock: Clock, *, joint: bool = False) -> Study:
    """Make the study: one case, in, and waiting for an adjudicator, or for both to agree."""
    study = Study.init(folder, title="Problems side by side", synthetic=True, key=b"k" * 32)
    accounts = Accounts(study.keys, clock, PasswordHasher(time_cost=1, memory_cost=64))
    for person in (AMIRA, BEN, NOOR):
        accounts.add(person, PASSWORD)
    add_entries_case(study, clock, ("primary_care", "secondary_care") if joint else ("", ""))
    return study


def add_entries_case(study: Study, clock: Clock, sides: tuple[str, str] = ("", "")) -> None:
    """Add the case to a study in which Amira and Ben have accounts."""
    forms = study.path / "review_forms"
    forms.mkdir(exist_ok=True)
    (forms / FORM.name).write_text(FORM.read_text("utf-8") + AGREE, "utf-8")
    file = study.cohort / "casebook.json"
    book = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    page = {"banner": [["Case", CASE]], "summary": "Died in hospital", "journey": []}
    page |= {"died_on": "2026-09-03", "documents": [], "setting": "acute"}
    file.write_text(json.dumps({**book, CASE: page}), "utf-8")
    whose = enumerate(zip((AMIRA, BEN), sides, strict=True), 1)
    plan = [
        Assignment(f"{CASE}-{n}", CASE, person.name, n, "every_kind", side)
        for n, (person, side) in whose
    ]
    admin.assign(study, plan, clock)
    with admin.writing(study) as store:
        _write(Desk(study, store, clock))


def _write(desk: Desk) -> None:
    ids = count(1)
    for n, person in ((1, AMIRA), (2, BEN)):
        said = dict(SAID[person.name])
        entries = said.pop("entries")
        said[LIST] = {"value": list(entries)}
        for one, answers in entries.items():
            said |= {f"{LIST}.{one}.{question}": answer for question, answer in answers.items()}
        common = {"review_id": f"{CASE}-{n}", "case_id": CASE}
        for field, value in said.items():
            more = {"kind": "answer", "field": field, "value": value, "base_version": 0}
            desk.operate(person, {**common, **more, "op_id": f"entries-{next(ids):06}"})
        submit = {**common, "kind": "submit", "op_id": f"entries-{next(ids):06}"}
        desk.operate(person, submit, "password")
