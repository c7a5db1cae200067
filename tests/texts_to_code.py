"""A study whose reviews are all in and wait for coders, under a plan or none; on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from small_study import COMPLETE, PASSWORD

from lltic.clock import to_text
from lltic.records import Assignment
from lltic.reviews import admin, bulk
from lltic.reviews.accounts import Accounts
from lltic.reviews.coded import CodingPlan
from lltic.reviews.coding_plan import plan_coding
from lltic.reviews.people import Person
from lltic.study import Study
from lltic.themes import load_codebook

__all__ = ["CODERS", "PASSWORD", "SENTENCES", "make_texts_to_code", "review_ids"]

READERS = (
    Person("amira", "Dr A.", "GP", ("reviewer",)),
    Person("ben", "Dr B.", "H", ("reviewer",)),
)
CODERS = tuple(
    Person(name, label, "Task force", ("coder",))
    for name, label in (("cody", "Cody Ames"), ("dora", "Dora Finch"), ("nia", "Nia Rowe"))
)
CORA = Person("cora", "Cora Lind", "Trust", ("coordinator",))

SENTENCES = (
    "Seen within the hour, and sepsis was treated at once.",
    "The fluid chart stopped on day three and nobody noticed.",
    "A score of nine was written down twice before anybody was called.",
    "The family was told early and honestly what might come.",
    "Gentamicin went on for four days without a level.",
    "The discharge letter left out the new blood thinner.",
)
TEXTS = ("admission.judgement", "ongoing.judgement", "overall.judgement")


def words(number: int) -> str:
    """Two sentences, different from text to text."""
    return " ".join(SENTENCES[(number + step) % len(SENTENCES)] for step in (0, 1 + number % 2))


def review_ids(cases: int) -> list[str]:
    """The reviews of a study, in order."""
    return [f"AAAAA-{n:05d}-{position}" for n in range(1, cases + 1) for position in (1, 2)]


def make_texts_to_code(folder: Path, cases: int, plan: CodingPlan | None = None) -> Study:
    """Make the study: two reviews a case, each with three texts."""
    clock = begin = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
    study = Study.init(
        folder, title="Deaths of September 2026", support="Ring 4040.", key=b"k" * 32
    )
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = Accounts(study.keys, lambda: clock, cheap)
    for person in (*READERS, *CODERS, CORA):
        accounts.add(person, PASSWORD)
    book = {one[:-2]: {"banner": [["Case", one[:-2]]]} for one in review_ids(cases)}
    (study.cohort / "casebook.json").write_text(json.dumps(book))
    given = [
        Assignment(one, one[:-2], READERS[int(one[-1]) - 1].name, int(one[-1]), "sjr")
        for one in review_ids(cases)
    ]
    admin.assign(study, given, lambda: begin)
    with admin.writing(study) as store:
        bulk.record(store, _reviews(cases, begin))
    if plan is not None:
        plan_coding(study, plan, lambda: begin)
    return study


def _reviews(cases: int, begin: datetime) -> Iterator[tuple[Person, dict[str, Any], str]]:
    ids = count(1)
    for number, review in enumerate(review_ids(cases)):
        person, at = READERS[int(review[-1]) - 1], to_text(begin + timedelta(minutes=number))
        common = {"review_id": review, "case_id": review[:-2]}
        for field, value in COMPLETE.items():
            said = {"value": words(number + TEXTS.index(field))} if field in TEXTS else value
            more = {"field": field, "value": said, "base_version": 0}
            yield person, {"op_id": f"made-{next(ids):06d}", "kind": "answer", **common, **more}, at
        yield person, {"op_id": f"made-{next(ids):06d}", "kind": "submit", **common}, at


def codings(study: Study, who: Person, review: str, themes: dict[str, str]) -> Iterator[Any]:
    """What somebody lays on whole texts of a review, and that they are done; for ``bulk``."""
    digest = load_codebook(study.settings.codebook, study.path).hash
    common = {"review_id": review, "case_id": review[:-2]}
    at = "2026-10-06T09:00:00.000000Z"
    for field, theme in themes.items():
        value = {"theme": theme, "start": 0, "end": 20, "codebook_hash": digest}
        op_id = f"laid-{who.name}-{review}-{TEXTS.index(field)}"
        yield who, {"op_id": op_id, "kind": "code", **common, "field": field, "value": value}, at
    yield who, {"op_id": f"done-{who.name}-{review}", "kind": "coding_done", **common}, at
