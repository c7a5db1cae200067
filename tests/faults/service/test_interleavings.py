"""REL-07: two windows of one person, or two people on one consensus: nothing is overwritten unseen.

Each interleaving is one random order of typing, sending, arriving (late, twice, or after a newer
one), lost answers, reloads, restarts of the service, leases running out and being taken over. A
window behaves as the page's outbox does. The judge knows what each writer had before their eyes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from small_study import AMIRA, BEN, COMPLETE, as_draft

from lltic.errors import Refused
from lltic.form import load_form
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.reviews.record.store import MemoryStore

FIELD = "overall.judgement"
STEPS = 120
PER_RECORD = 20  # a service reads its record when it starts
ACTIONS = ("type",) * 3 + ("send",) * 5 + ("deliver",) * 8 + ("hear",) * 8 + ("choose",) * 3
ACTIONS += ("take over",) * 3 + ("resend", "load", "wait")
RESTART = 0.15  # in so many of all interleavings, the service is killed and started again


@dataclass
class Window:
    """One window: what it shows, what it has sent, and what it was told."""

    name: str
    person: Any
    seen: tuple[int, str] = (0, "")
    text: str = ""
    flight: dict[str, Any] | None = None
    conflict: dict[str, Any] | None = None
    elsewhere: bool = False
    given_up: str = ""


@dataclass
class Table:
    """The windows, the service, and the network between them."""

    study: Any
    store: Any
    clock: Any
    review_id: str
    case_id: str
    windows: list[Window]
    rng: random.Random
    unsafe: bool
    desk: Any
    under_way: list[tuple[Window, dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[Window, str, Any]] = field(default_factory=list)
    composed: dict[str, tuple[str, tuple[int, str]]] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)
    first: tuple[int, str] = (0, "")

    def play(self) -> None:
        self.first = self.current(self.windows[0])  # what earlier play, or agreement, has left
        for one in self.windows:
            self.load(one)
        restart_at = self.rng.randrange(STEPS) if self.rng.random() < RESTART else -1
        for step in range(STEPS):
            if step == restart_at:
                self.desk = Desk(self.study, self.store, self.clock)
            action = self.rng.choice(ACTIONS)
            getattr(self, action.replace(" ", "_"))(self.rng.choice(self.windows))

    # -- what people do ------------------------------------------------------------------

    def type(self, one: Window) -> None:
        word = f"{one.name}{len(self.words)};"
        self.words.append(word)
        one.text += word

    def send(self, one: Window) -> None:
        if one.flight or one.conflict or one.elsewhere or one.text == one.seen[1]:
            return
        op_id = f"op-{self.rng.getrandbits(64):016x}"
        self.composed[op_id] = (one.text, one.seen)
        one.flight = {
            "op_id": op_id,
            "kind": "answer",
            "review_id": self.review_id,
            "case_id": self.case_id,
            "field": FIELD,
            "value": {"value": one.text},
            "base_version": one.seen[0],
            "window": one.name,
        }
        self.under_way.append((one, one.flight))

    def resend(self, one: Window) -> None:
        if one.flight:
            self.under_way.append((one, one.flight))

    def load(self, one: Window) -> None:
        """Reload: what is unsaved stays in the tab, on the version it was written on."""
        if one.flight or one.text != one.seen[1]:
            return
        version, text = self.current(one)
        one.seen, one.text = (version, text), text

    def choose(self, one: Window) -> None:
        """Both texts are on the screen; the person decides."""
        if not one.conflict:
            return
        other = (one.conflict["value"] or {}).get("value", "")
        choice = self.rng.choice(("mine", "other", "both"))
        if choice == "other":
            one.given_up += one.text
            one.text = other
        elif choice == "both":
            one.text = f"{other}\n{one.text}"
        one.seen = (one.conflict["version"], other)
        one.conflict = None

    def take_over(self, one: Window) -> None:
        """Continue here."""
        self.desk.hold(one.person, self.review_id, one.name, take_over=True)
        one.elsewhere = False
        self.load(one)

    # -- what the network and the machine do -----------------------------------------------

    def deliver(self, _: Window) -> None:
        if not self.under_way:
            return
        one, operation = self.under_way.pop(self.rng.randrange(len(self.under_way)))
        if self.rng.random() < 0.15:
            self.under_way.append((one, operation))  # and once more, later
        if self.unsafe:
            operation = {**operation, "base_version": self.current(one)[0]}
        answer: Any
        try:
            answer = self.desk.operate(one.person, operation)
        except Refused as refusal:
            answer = refusal
        if self.rng.random() > 0.1:
            self.answers.append((one, operation["op_id"], answer))

    def hear(self, _: Window) -> None:
        if not self.answers:
            return
        one, op_id, answer = self.answers.pop(self.rng.randrange(len(self.answers)))
        if not one.flight or one.flight["op_id"] != op_id:
            return
        flight, one.flight = one.flight, None
        if not isinstance(answer, Refused):
            self.told["saved"] += 1
            one.seen = (answer["version"], flight["value"]["value"])
        elif answer.conflict:
            self.told["conflict"] += 1
            one.conflict = answer.conflict
        else:
            self.told[answer.codes[0]] += 1
            one.elsewhere = True

    def wait(self, _: Window) -> None:
        self.clock.jump += timedelta(seconds=31)

    def current(self, one: Window) -> tuple[int, str]:
        now = self.desk.review(one.person, self.review_id)["fields"].get(FIELD)
        return (now["version"], (now["answer"] or {}).get("value", "")) if now else (0, "")

    # -- the judge ----------------------------------------------------------------------------

    def verdict(self) -> Counter[str]:
        """Count what must not be, and what there should be plenty of."""
        mine = [
            e
            for e in self.store.read()
            if (e.review_id, e.field, e.kind) == (self.review_id, FIELD, "answered")
            and e.base_version >= self.first[0]
        ]
        found = Counter(self.told)
        before = self.first
        for event in mine:
            text, seen = self.composed[event.op_id]
            found["overwritten unseen"] += seen != before
            found["changed on the way"] += text != event.value["value"]
            before = (event.base_version + 1, event.value["value"])
        found["twice"] += len(mine) - len({e.op_id for e in mine})
        kept = "".join(e.value["value"] for e in mine)
        for one in self.windows:
            kept += one.text + one.given_up
        found["lost"] += sum(word not in kept for word in self.words)
        found["interleavings"] += 1
        return found


WRONG = ("overwritten unseen", "changed on the way", "twice", "lost")


@pytest.fixture
def tables(small_study, clock):
    """Make a fresh table: one person in two windows, or two people on one consensus."""
    case = "BBBBB-00001"
    book = small_study.cohort / "casebook.json"
    book.write_text(book.read_text().replace("AAAAA-00002", case))
    sides = ((AMIRA, "primary_care"), (BEN, "secondary_care"))
    admin.assign(
        small_study,
        [
            Assignment(f"{case}-{n}", case, person.name, n, "lltic_joint", side)
            for n, (person, side) in enumerate(sides, 1)
        ],
        clock,
    )
    with admin.writing(small_study) as store:
        desk = Desk(small_study, store, clock)
        for n, (person, side) in enumerate(sides, 1):
            fill_and_sign(desk, person, f"{case}-{n}", case, side)
        drafts = [as_draft(event) for event in store.read()]

    def make(seeds: range, store: Any = None, unsafe: bool = False) -> Iterator[Table]:
        desk = None
        for seed in seeds:
            if store is None or (seed % PER_RECORD == 0 and isinstance(store, MemoryStore)):
                store, desk = MemoryStore(), None
                store.append(drafts)
            desk = desk or Desk(small_study, store, clock)
            if seed % 2:
                windows = [Window(f"a{seed}", AMIRA), Window(f"b{seed}", AMIRA)]
                review = ("AAAAA-00001-1", "AAAAA-00001")
            else:
                windows = [Window(f"a{seed}", AMIRA), Window(f"b{seed}", BEN)]
                review = (f"{case}-consensus", case)
            rng = random.Random(seed)
            table = Table(small_study, store, clock, *review, windows, rng, unsafe, desk)
            yield table
            desk = table.desk

    return make


def fill_and_sign(desk, person, review_id, case_id, side) -> None:
    form = load_form("lltic_joint").model.for_discipline(side)
    answers: dict[str, Any] = {}
    for page in form.pages:
        if page.kind == "phase":
            answers |= {f"{page.id}.judgement": {"value": side}, f"{page.id}.score": {"value": 4}}
    answers |= {key: COMPLETE[key] for key in ("overall.judgement", "overall.score")}
    common = {"review_id": review_id, "case_id": case_id, "base_version": 0}
    for path, value in answers.items():
        op_id = f"fill-{review_id}-{path}".replace(".", "-")
        desk.operate(
            person, {**common, "op_id": op_id, "kind": "answer", "field": path, "value": value}
        )
    desk.operate(person, {**common, "op_id": f"sign-{review_id}", "kind": "submit"}, "password")


def judge(tables: Iterable[Table]) -> Counter[str]:
    """Play them all; stop at the first that shows something wrong, unless it is meant to."""
    found: Counter[str] = Counter()
    for table in tables:
        table.play()
        verdict = table.verdict()
        wrong = any(verdict[name] for name in WRONG)
        assert table.unsafe or not wrong, f"interleaving {found['interleavings']}: {verdict}"
        found += verdict
    return found


@pytest.mark.slow
def test_a_thousand_interleavings_overwrite_nothing_unseen(tables):
    found = judge(tables(range(1000)))
    print(dict(found))
    assert found["interleavings"] == 1000
    # They are worth something only when the windows do get into each other's way.
    assert found["conflict"] > 500 and found["open-elsewhere"] > 500 and found["saved"] > 2000


def test_the_same_on_a_real_database(tables, small_study):
    with admin.writing(small_study) as store:
        assert judge(tables(range(60), store))["saved"] > 100


def test_a_client_that_always_claims_to_know_the_newest_is_found_out(tables):
    assert judge(tables(range(40), unsafe=True))["overwritten unseen"] > 10
