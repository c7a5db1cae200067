"""A small study in which every kind of review waits for somebody, on disk and ready to serve."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

from argon2 import PasswordHasher
from small_study import COMPLETE, PASSWORD, TickingClock

from lltic.form import load_form
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.study import Study

__all__ = ["PASSWORD", "PEOPLE", "joint_answers", "make_many_sided"]

PEOPLE = {
    person.name: person
    for person in (
        Person("amira", "Dr A. Khan", "Practice", ("reviewer",), "primary_care"),
        Person("ben", "Dr B. Okoro", "Hospital", ("reviewer",), "secondary_care"),
        Person("carys", "Dr C. Pugh", "Hospital", ("reviewer",), "secondary_care"),
        Person("ada", "Dr Ada Moor", "Region", ("adjudicator",)),
        Person("cora", "Cora Lind", "Trust", ("coordinator",)),
    )
}

ALONE, DIFFERING, JOINT, SERIOUS, OFFERED = (f"AAAAA-0000{n}" for n in range(1, 6))

NOTES = """Synthetic record: not a real person.

2 Sep 2026 21:40  Emergency department. Brought in by ambulance, breathless. Sepsis screen positive,
antibiotics within the hour.

6 Sep 2026 08:40  Ward 23. Day 4. Drowsy this morning per nursing staff. Poor oral intake.
Fluid balance chart not completed since Friday.\f9 Sep 2026  Ward 23. Discussed with the daughter.
Comfort is what she would have wanted. Anticipatory medicines written up.

11 Sep 2026  Discharged to the care home with a letter."""

OTHER_WORDS = {
    "admission.judgement": {"value": "Slow to be seen: four hours before the first dose."},
    "admission.score": {"value": 2},
    "overall.judgement": {"value": "Good care throughout, and a family that was heard."},
    "overall.score": {"value": 5},
    "problems.any": {"value": "no"},
    "problems.types": None,
    "problems.monitoring.harm": None,
}


def joint_answers(side: str, score: int) -> dict[str, dict]:
    """What one side of a joint review answers."""
    form = load_form("lltic_joint").model.for_discipline(side)
    phases = [page for page in form.pages if page.kind == "phase"]
    answers = {f"{p.id}.judgement": {"value": f"{p.title}, as {side} saw it."} for p in phases}
    answers |= {f"{p.id}.score": {"value": 4} for p in phases}
    overall = {"value": f"The joins between organisations held, says {side}."}
    return {**answers, "overall.judgement": overall, "overall.score": {"value": score}}


def make_many_sided(path: Path) -> Study:
    """Make the study: a review to write, one to settle, one to agree on, one to look at again."""
    clock = TickingClock()
    study = Study.init(path, title="Deaths of September 2026", support="Ring 4040.", key=b"k" * 32)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = Accounts(study.keys, clock, cheap)
    for person in PEOPLE.values():
        accounts.add(person, PASSWORD)
    book = {case: _page_of(case) for case in (ALONE, DIFFERING, JOINT, SERIOUS, OFFERED)}
    (study.cohort / "casebook.json").write_text(json.dumps(book))
    for case in book:
        (study.documents / f"doc-{case}.txt").write_text(NOTES)
    joint = ("amira", "primary_care"), ("ben", "secondary_care")
    admin.assign(
        study,
        [
            *(
                Assignment(f"{case}-{n}", case, name, n, "sjr")
                for case in (ALONE, DIFFERING, SERIOUS)
                for n, name in enumerate(("amira", "ben"), 1)
            ),
            *(
                Assignment(f"{JOINT}-{n}", JOINT, name, n, "lltic_joint", side)
                for n, (name, side) in enumerate(joint, 1)
            ),
            Assignment(f"{OFFERED}-1", OFFERED, "", 1, "sjr"),
        ],
        clock,
    )
    with admin.writing(study) as store:
        _write(Desk(study, store, clock))
    return study


def _page_of(case: str) -> dict:
    return {
        "banner": [
            ["Case", case],
            ["NHS number", "999 087 3305"],
            ["Born", "4 Mar 1941 (85)"],
            ["Died", "28 Sep 2026, care home (day 17)"],
        ],
        "summary": "Died 28 Sep, day 17 after discharge",
        "journey": [
            {"label": "ED", "kind": "emergency", "start": "2026-09-02", "end": "2026-09-03"},
            {"label": "Ward 23", "kind": "acute", "start": "2026-09-03", "end": "2026-09-11"},
            {"label": "Care home", "kind": "care_home", "start": "2026-09-11", "end": "2026-09-28"},
        ],
        "died_on": "2026-09-28",
        "documents": [
            {
                "id": f"doc-{case}",
                "title": "Medical notes",
                "kind": "medical_notes",
                "organisation": "Acute",
                "date": "2026-09-02",
                "pages": 2,
            }
        ],
    }


def _write(desk: Desk) -> None:
    ids = count(1)

    def lock(name: str, review_id: str, answers: dict) -> None:
        case_id = review_id.rpartition("-")[0]
        common = {"review_id": review_id, "case_id": case_id}
        for field, value in answers.items():
            if value is not None:
                more = {"kind": "answer", "field": field, "value": value, "base_version": 0}
                desk.operate(PEOPLE[name], {**common, **more, "op_id": f"made-{next(ids):06}"})
        submit = {**common, "kind": "submit", "op_id": f"made-{next(ids):06}"}
        desk.operate(PEOPLE[name], submit, "password")

    lock("amira", f"{DIFFERING}-1", {**COMPLETE, "problems.monitoring.harm": {"value": "no"}})
    lock("ben", f"{DIFFERING}-2", {**COMPLETE, **OTHER_WORDS})
    serious = {**COMPLETE, "overall.score": {"value": 2}}
    lock("amira", f"{SERIOUS}-1", serious)
    lock("ben", f"{SERIOUS}-2", serious)
    lock("amira", f"{JOINT}-1", joint_answers("primary_care", 2))
    lock("ben", f"{JOINT}-2", joint_answers("secondary_care", 4))
