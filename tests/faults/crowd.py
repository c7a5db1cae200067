"""Simulated reviewers at the real service: what they typed, what they were told, what is on record.

A typist behaves as the page's outbox does (``lltic/ui/kit/static/outbox.js``): one operation in
flight, sent again with the same id until it is answered, everything typed meanwhile behind it.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher

from lltic.clock import system_clock, to_text
from lltic.errors import Refused
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.client import Client, ServiceDown
from lltic.reviews.people import Person
from lltic.reviews.read import events
from lltic.study import Study

__all__ = ["Tally", "Typist", "compare", "crowd_study", "typists"]

FIELDS = ("admission.judgement", "ongoing.judgement", "overall.judgement")
PASSWORD = "correct-horse-battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

# What people paste and type: astral characters, combining marks, right to left, Word's line break.
WORDS = ("fluids", "naïve", "e\u0301tat", "😀", "שלום", "x\x0by", "one\r\ntwo", "“quoted”", "=1+1")


def crowd_study(folder: Path, people: int) -> Study:
    """Make a study with so many reviewers, each with one open review; two to a case."""
    study = Study.init(folder, title="Crowd", key=b"k" * 32)
    accounts = Accounts(study.keys, hasher=CHEAP)
    names = [f"reviewer{n:03}" for n in range(people)]
    for name in names:
        accounts.add(Person(name, name.title(), "GP", ("reviewer",)), PASSWORD)
    cases = [f"AAAAA-{n:05}" for n in range((people + 1) // 2)]
    book = {
        case: {
            "banner": [["Case", case]],
            "summary": "Died in hospital",
            "journey": [],
            "died_on": "2026-09-03",
            "documents": [],
        }
        for case in cases
    }
    (study.cohort / "casebook.json").write_text(json.dumps(book))
    admin.assign(
        study,
        [
            Assignment(f"{cases[n // 2]}-{n % 2 + 1}", cases[n // 2], name, n % 2 + 1, "sjr")
            for n, name in enumerate(names)
        ],
    )
    return study


@dataclass
class Typist:
    """One person writing into one field of one review.

    Parameters
    ----------
    client : Client
        Their line to the service.
    told : callable
        Called after every acknowledgement.
    """

    client: Client
    name: str
    review_id: str
    path: str
    rng: random.Random
    told: Callable[[], None] = lambda: None
    text: str = ""
    version: int = 0
    answered_again: int = 0
    sent: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    disagreed: list[str] = field(default_factory=list)

    def type(self) -> None:
        """Write one more word."""
        self.text += f"{self.rng.choice(WORDS)}{len(self.text)} "

    def operation(self) -> dict[str, object]:
        """Make the newest text an operation."""
        op_id = f"op-{self.rng.getrandbits(96):024x}"
        self.sent[op_id] = self.text
        return {
            "op_id": op_id,
            "kind": "answer",
            "review_id": self.review_id,
            "case_id": self.review_id.rpartition("-")[0],
            "field": self.path,
            "value": {"value": self.text},
            "base_version": self.version,
        }

    def save(self, seconds: float = 60) -> None:
        """Send what was typed until it is answered."""
        operation = self.operation()
        text = self.text
        until = time.monotonic() + seconds
        failed_at = ""
        while True:
            try:
                answer = self.send(operation)
            except ServiceDown:
                assert time.monotonic() < until, "the service did not come back"
                time.sleep(self.rng.uniform(0.002, 0.02))
                if self.rng.random() < 0.3:
                    self.type()  # people go on writing
                failed_at = to_text(system_clock())
            except Refused as error:
                self.refused.append(",".join(error.codes))
                self.told()
                return
            else:
                break
        # Committed before a kill and answered after it: what operation ids are for.
        self.answered_again += answer["at"] < failed_at
        self.version = answer["version"]
        self.acknowledged[str(operation["op_id"])] = (self.version, text)
        self.told()

    def send(self, operation: dict) -> dict:
        """Do one operation; the seam at which a sabotaged client is put in."""
        return self.client.operate(operation)

    def repeat(self) -> None:
        """Send something again that was answered long ago: the answer has to be the same."""
        if not self.acknowledged:
            return
        op_id = self.rng.choice(list(self.acknowledged))
        version, text = self.acknowledged[op_id]
        operation = {
            **self.operation_of(op_id, text),
            "base_version": version - 1,
        }
        try:
            answer = self.client.operate(operation)
        except ServiceDown:
            return
        except Refused as error:
            self.disagreed.append(",".join(error.codes))
            return
        if answer["version"] != version:
            self.disagreed.append(f"{version} became {answer['version']}")

    def operation_of(self, op_id: str, text: str) -> dict[str, object]:
        """Return an operation that was made before, without its base version."""
        return {
            "op_id": op_id,
            "kind": "answer",
            "review_id": self.review_id,
            "case_id": self.review_id.rpartition("-")[0],
            "field": self.path,
            "value": {"value": text},
        }

    def look(self) -> None:
        """Load the review again, as after a reload: what was acknowledged has to be there."""
        try:
            seen = self.client.review(self.review_id)["fields"].get(self.path)
        except ServiceDown:
            return
        version = seen["version"] if seen else 0
        if version != self.version:
            self.disagreed.append(f"version {self.version} is shown as {version}")

    def work(self, stop: threading.Event) -> None:
        """Write until told to stop, then until the last word is saved."""
        while not stop.is_set():
            self.type()
            self.save()
            turn = self.rng.random()
            if turn < 0.05:
                self.repeat()
            elif turn < 0.08:
                self.look()
        self.type()
        self.save()


def typists(
    study: Study,
    socket: Path,
    seed: int,
    told: Callable[[], None] = lambda: None,
    kind: type[Typist] = Typist,
) -> list[Typist]:
    """Log every reviewer of a crowd's study in, the service running, and sit them down."""
    accounts = Accounts(study.keys, hasher=CHEAP)
    found = []
    names = [name for name in accounts.names() if name.startswith("reviewer")]
    for n, name in enumerate(names):
        session = accounts.open_session(accounts.person(name))
        client = Client(str(socket))
        client.exchange(client.ticket(session, f"kernel-{n}")["ticket"])
        review_id = f"AAAAA-{n // 2:05}-{n % 2 + 1}"
        rng = random.Random(f"{seed} {name}")
        found.append(kind(client, name, review_id, FIELDS[n % len(FIELDS)], rng, told))
    return found


@dataclass(frozen=True, slots=True)
class Tally:
    """What a comparison of people and record found: four counts that should be 0 among others."""

    acknowledged: int
    answered_again: int
    on_record: int
    lost: int
    duplicated: int
    unsaved: int
    invented: int
    disagreed: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Say whether nothing was lost, doubled or made up."""
        wrong = (self.lost, self.duplicated, self.unsaved, self.invented)
        return not any(wrong) and not self.disagreed and self.acknowledged > 0


def compare(study: Study, people: Sequence[Typist]) -> Tally:
    """Hold what people were told against the record, read past every process."""
    written = [e for e in events(study) if e.kind == "answered"]
    by_id = {e.op_id: e for e in written}
    lost = duplicated = unsaved = invented = 0
    for one in people:
        mine = [e for e in written if (e.review_id, e.field) == (one.review_id, one.path)]
        for op_id, (version, text) in one.acknowledged.items():
            event = by_id.get(op_id)
            kept = event and event.value == {"value": text} and event.base_version == version - 1
            lost += not kept
        duplicated += _repeats(e.op_id for e in mine)
        duplicated += _repeats((e.value or {}).get("value") for e in mine)
        duplicated += _repeats(e.base_version for e in mine)
        last = mine[-1].value["value"] if mine else ""
        unsaved += last != one.text
        invented += sum(e.op_id not in one.sent for e in mine)
    return Tally(
        acknowledged=sum(len(one.acknowledged) for one in people),
        answered_again=sum(one.answered_again for one in people),
        on_record=len(written),
        lost=lost,
        duplicated=duplicated,
        unsaved=unsaved,
        invented=invented,
        disagreed=tuple(d for one in people for d in (*one.disagreed, *one.refused)),
    )


def _repeats(found: Iterable[object]) -> int:
    return sum(n - 1 for n in Counter(found).values())
