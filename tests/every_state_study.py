"""A study in which every page of ours, and every state of it, can be reached."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import papers
from argon2 import PasswordHasher
from every_kind_study import FORM
from many_sided_study import ALONE, DIFFERING, OFFERED, PASSWORD, make_many_sided
from suggesting import offer_by_hand, said_of
from texts_to_code import codings

from lltic.clock import system_clock
from lltic.records import Assignment
from lltic.reviews import admin, bulk
from lltic.reviews.accounts import Accounts
from lltic.reviews.coded import CodingPlan
from lltic.reviews.coding_plan import plan_coding
from lltic.reviews.people import Person
from lltic.sources.synthetic.paper import pdf_of
from lltic.study import Study

__all__ = ["EVERY_KIND", "PASSWORD", "make_every_state"]

EVERY_KIND = f"{OFFERED}-9"
"""A review with questions of every kind."""

SCAN = "scan"
"""A document of which there are pictures of pages, beside its words."""

SUGGESTED = {
    "Fluid balance": [
        said_of("fluid_management", "fluid", "charted"),
        said_of("early_warning_score", "three days", probability=0.58),
    ]
}
"""What a model would make of the texts that hold a word."""

DORA, FINN = (Person(n, n.title(), "Task force", ("coder",)) for n in ("dora", "finn"))
LAID = (
    (
        DORA,
        {"admission.judgement": "early_warning_score", "overall.judgement": "clinical_reasoning"},
    ),
    (
        FINN,
        {"admission.judgement": "severity_of_illness", "overall.judgement": "clinical_reasoning"},
    ),
)
"""What two coders found in one text, each alone."""

MORE = (
    DORA,
    FINN,
    Person("cody", "Cody Lowe", "Task force", ("coder",)),
    Person("nia", "Dr N. Idle", "Practice", ("reviewer",)),
    Person("eve", "Dr E. Kind", "Hospital", ("reviewer",)),
)


def make_every_state(path: Path) -> Study:
    """Make the study of many sides, with a form of every kind and a picture among the notes."""
    study = make_many_sided(path)
    (study.path / "review_forms").mkdir(exist_ok=True)
    shutil.copy(FORM, study.path / "review_forms" / FORM.name)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = Accounts(study.keys, system_clock, cheap)
    for person in MORE:
        accounts.add(person, PASSWORD)
    written = pdf_of([papers.page(number) for number in range(1, 5)])
    papers.lay(study, ALONE, SCAN, "pdf", written)
    drug_chart = "Time   Drug          Dose      Given by\n" + "\n".join(
        f"{n:02}:00  Paracetamol   1 g       Nurse {n}" + " " * 90 for n in range(24)
    )
    (study.documents / "table.txt").write_text(drug_chart)
    book = json.loads((study.cohort / "casebook.json").read_text())
    book[ALONE]["documents"].append({**book[ALONE]["documents"][0], "id": "table", "pages": 1})
    book[ALONE]["documents"][-1] |= {"title": "Drug chart", "kind": "chart"}
    (study.cohort / "casebook.json").write_text(json.dumps(book))
    kinds = Assignment(EVERY_KIND, OFFERED, "eve", 9, "every_kind")
    admin.assign(study, [kinds], system_clock)
    offer_by_hand(study, SUGGESTED)
    with admin.writing(study) as store:
        for coder, themes in LAID:
            bulk.record(store, codings(study, coder, f"{DIFFERING}-2", themes))
    plan_coding(study, CodingPlan(base=1, run=2))
    return study
