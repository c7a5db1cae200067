"""A small study with two reviewers, a coder and two cases, and its service in-process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from lltic.clock import Clock
from lltic.records import Assignment
from lltic.reviews import admin, read
from lltic.reviews.accounts import Accounts
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.record.events import Draft
from lltic.reviews.record.store import EventStore, MemoryStore
from lltic.study import Study

PASSWORD = "correct-horse-battery"
AMIRA = Person("amira", "Dr A.", "GP", ("reviewer",))
BEN = Person("ben", "Dr B.", "Hospital", ("reviewer",))
CODY = Person("cody", "Cody", "Task force", ("coder",))


class TickingClock:
    """A clock that moves one second each time it is asked."""

    def __init__(self) -> None:
        self.start = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
        self.ticks = count()
        self.jump = timedelta(0)

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=next(self.ticks)) + self.jump


COMPLETE = {
    "gate.learning_disability": {"value": "no_indication"},
    "gate.serious_mental_illness": {"value": "no"},
    "gate.under_18": {"value": "no"},
    "gate.family_concern": {"missing": "not_in_notes"},
    "admission.judgement": {
        "value": "Seen promptly; sepsis recognised and treated within the hour."
    },
    "admission.score": {"value": 4},
    "ongoing.judgement": {"value": "Fluid balance was not charted for three days."},
    "ongoing.score": {"value": 2},
    "procedure.score": {"missing": "not_applicable"},
    "perioperative.score": {"missing": "not_applicable"},
    "end_of_life.score": {"missing": "not_applicable"},
    "overall.judgement": {"value": "Adequate on the whole, with a lapse in monitoring."},
    "overall.score": {"value": 3},
    "record.score": {"value": 3},
    "problems.any": {"value": "yes"},
    "problems.types": {"value": ["monitoring"]},
    "problems.monitoring.harm": {"value": "probably"},
}


@pytest.fixture
def clock() -> TickingClock:
    return TickingClock()


@dataclass(frozen=True)
class Made:
    """The small study, made once for a session of tests: each test has a copy."""

    study: Study
    ticks: int
    events: int = 0

    def copy(self, folder: Path, clock: TickingClock) -> Study:
        """Copy it; time goes on from when it was made."""
        shutil.copytree(self.study.path, folder, ignore=shutil.ignore_patterns("*-shm"))
        clock.ticks = count(self.ticks)
        if self.study.settings.reviews_url:
            self._begin_again()
        return Study.open(folder)

    def _begin_again(self) -> None:
        """Take out of the database what another test did, past the guards that forbid it."""
        import psycopg

        plain = self.study.settings.reviews_url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(plain) as connection:
            for book, kept in (("events", self.events), ("accesses", 0)):
                connection.execute(f"ALTER TABLE {book} DISABLE TRIGGER USER")
                connection.execute(f"DELETE FROM {book} WHERE seq > {kept}")
                connection.execute(f"ALTER TABLE {book} ENABLE TRIGGER USER")


@pytest.fixture(scope="session")
def made_study(tmp_path_factory) -> Made:
    clock = TickingClock()
    study = make_study(tmp_path_factory.mktemp("made") / "study", clock)
    return Made(study, next(clock.ticks))


@pytest.fixture(scope="session")
def made_on_postgres(tmp_path_factory, postgres_server) -> Iterator[Made]:
    """The same in one database for all tests, which is much quicker than one each."""
    clock = TickingClock()
    with postgres_server.database() as url:
        study = make_study(tmp_path_factory.mktemp("made") / "study", clock, url)
        study = Study.open(study.path)
        yield Made(study, next(clock.ticks), read.head(study)[0])


@pytest.fixture
def small_study(made_study, tmp_path, clock) -> Study:
    return made_study.copy(tmp_path / "study", clock)


def make_study(folder: Path, clock: Clock, reviews_url: str = "") -> Study:
    study = Study.init(folder, title="Test", key=b"k" * 32)
    if reviews_url:
        with (study.path / "study.toml").open("a") as settings:
            settings.write(f'\n[reviews]\nurl = "{reviews_url}"\n')
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    accounts = Accounts(study.keys, clock, cheap)
    for person in (AMIRA, BEN, CODY):
        accounts.add(person, PASSWORD)
    book = {
        case: {
            "banner": [["Case", case]],
            "summary": "Died in hospital",
            "journey": [],
            "died_on": "2026-09-03",
            "documents": [
                {
                    "id": f"doc-{case}",
                    "title": "Medical notes",
                    "kind": "medical_notes",
                    "organisation": "Acute",
                    "date": "2026-09-01",
                    "pages": 2,
                }
            ],
        }
        for case in ("AAAAA-00001", "AAAAA-00002")
    }
    (study.cohort / "casebook.json").write_text(json.dumps(book))
    for case in book:
        (study.documents / f"doc-{case}.txt").write_text(f"page one of {case}\fpage two")
    admin.assign(
        study,
        [
            Assignment(f"{case}-{i}", case, person.name, i, "sjr")
            for case in book
            for i, person in ((1, AMIRA), (2, BEN))
        ],
        clock,
    )
    return study


@dataclass
class World:
    """The study, its desk, and short ways to do things to it."""

    study: Study
    store: EventStore
    desk: Desk
    ids: count

    amira = AMIRA
    ben = BEN
    cody = CODY
    complete = COMPLETE
    password = PASSWORD
    case = "AAAAA-00001"

    def operation(self, kind, review_id, **more):
        """An operation with a fresh id, on the review's own case."""
        base = {"op_id": f"operation-{next(self.ids)}", "kind": kind, "review_id": review_id}
        return {**base, "case_id": review_id.rpartition("-")[0], **more}

    def answer(self, person, review_id, field, value, base_version=0):
        operation = self.operation(
            "answer", review_id, field=field, value=value, base_version=base_version
        )
        return self.desk.operate(person, operation)

    def fill(self, person, review_id, answers=None):
        for field, value in (answers or COMPLETE).items():
            self.answer(person, review_id, field, value)

    def submit(self, person, review_id):
        return self.desk.operate(person, self.operation("submit", review_id), "password")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def world(request, tmp_path, clock):
    """The same study on every kind of store."""
    kind = "made_on_postgres" if request.param == "postgres" else "made_study"
    study = request.getfixturevalue(kind).copy(tmp_path / "study", clock)
    with admin.writing(study) as kept:
        store: EventStore = kept
        if request.param == "memory":
            store = MemoryStore()
            store.append([as_draft(event) for event in kept.read()])
        yield World(study, store, Desk(study, store, clock), count(1))


def as_draft(event) -> Draft:
    return Draft(**{name: getattr(event, name) for name in Draft.__dataclass_fields__})


@pytest.fixture
def reviewed(small_study, clock) -> Study:
    """The small study with both reviews of its first case submitted, on disk."""
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        for person, review in ((AMIRA, "AAAAA-00001-1"), (BEN, "AAAAA-00001-2")):
            world.fill(person, review)
            world.submit(person, review)
    return small_study
