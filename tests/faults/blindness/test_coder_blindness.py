"""Two people code a text: until both are done, neither can tell what the other does, or that.

As the oracle of the reviewers: two worlds, in one of which whatever others do to a text that
is blind to the observer does not happen until it is closed. As long as it is not, every page,
every answer and every refusal must be the same, byte for byte.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from small_study import AMIRA, BEN, COMPLETE, as_draft

from lltic.errors import LlticError
from lltic.reviews import admin
from lltic.reviews.coded import CodingPlan, CodingState
from lltic.reviews.desk import Desk, coding, coding_progress, resolving
from lltic.reviews.desk.room import Room
from lltic.reviews.people import Person
from lltic.reviews.record.events import Draft
from lltic.reviews.record.store import MemoryStore
from lltic.reviews.rules import latest_codebook

REVIEWS = tuple(f"AAAAA-0000{case}-{n}" for case in (1, 2) for n in (1, 2))
OTHERS = {
    "dora": Person("dora", "Dora", "Elsewhere", ("coder",)),
    "cora": Person("cora", "Cora", "Trust", ("coordinator",)),
}
ROLES = (("coder",), ("coder", "coordinator"), ("coder", "auditor"), ("coder", "analyst"))
FIELDS = ("admission.judgement", "ongoing.judgement")
THEMES = ("medication", "fluid_management", "antibiotics")
KINDS = ("code", "code", "uncode", "take_text", "release_text", *("coding_done",) * 3)
HISTORIES = 12
ALL_HISTORIES = 1000


class CanTell(AssertionError):
    """The observer got something in one world that is not so in the other."""


class World:
    """A desk with a clock that is set by hand."""

    def __init__(self, study: Any, base: list[Draft]) -> None:
        self.now = datetime(2026, 10, 6, 9, 0, tzinfo=UTC)
        store = MemoryStore()
        store.append(base)
        self.desk = Desk(study, store, lambda: self.now)

    @property
    def coding(self) -> CodingState:
        return self.desk._state.coding

    def do(self, person: Person, operation: dict[str, Any], minute: int) -> str:
        self.now = datetime(2026, 10, 6, 9, 0, tzinfo=UTC) + timedelta(minutes=minute)
        return said(lambda: self.desk.operate(person, operation))


def said(call: Any) -> str:
    try:
        answer = call()
    except LlticError as error:
        answer = {"problems": [problem.as_dict() for problem in error.problems]}
    return json.dumps(answer, sort_keys=True)


def pages(world: World, person: Person) -> Iterator[str]:
    """Yield everything a person can get without changing anything."""
    desk = world.desk
    for name in ("coding_queue", "coding_progress", "resolving_queue", "overview", "extract"):
        yield said(lambda name=name: getattr(desk, name)(person))
    for book in (desk.events, desk.accesses):
        yield said(lambda book=book: book(person, 0))
    for review in REVIEWS:
        yield said(lambda r=review: desk.coding_text(person, r))
        yield said(lambda r=review: desk.resolving_text(person, r))


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The record of a study whose four reviews are in, under a plan with every text double."""
    from itertools import count

    from small_study import TickingClock, World, make_study

    clock = TickingClock()
    study = make_study(tmp_path_factory.mktemp("made") / "study", clock)
    with admin.writing(study) as store:
        world = World(study, store, Desk(study, store, clock), count(1))
        for case in ("AAAAA-00001", "AAAAA-00002"):
            for n, person in ((1, AMIRA), (2, BEN)):
                world.fill(person, f"{case}-{n}", COMPLETE)
                world.submit(person, f"{case}-{n}")
        drafts = [as_draft(event) for event in store.read()]
    plan = dataclasses.asdict(CodingPlan(double_share=1.0, base=1, run=1))
    at = "2026-10-06T08:00:00.000000Z"
    who = ("system", "coordinator", "")
    drafts.append(Draft(":coding_planned:0", at, *who, "coding_planned", value=plan))
    return study, drafts


class History:
    """One made-up history, seen by Cody in one of his roles."""

    def __init__(self, base: Any, seed: int, reached: Counter[str]) -> None:
        self.study, self.drafts = base
        self.chance = random.Random(seed)
        self.reached = reached
        self.cody = Person("cody", "Cody", "Task force", self.chance.choice(ROLES))
        self.seen, self.blind = (World(*base) for _ in range(2))
        self.hidden: set[str] = set()
        self.moves: list[tuple[Person, dict[str, Any], int]] = []
        self.digest = latest_codebook(self.seen.desk._state)[0]

    def run(self, steps: int) -> None:
        for minute in range(steps):
            self.step(minute)
            self.look()

    def step(self, minute: int) -> None:
        who = self.chance.choice(("cody", "dora", "dora", "cora"))
        review = self.chance.choice(REVIEWS)
        kind = self.chance.choice(KINDS)
        if who == "cora":
            kind = "release_text"
        person = self.cody if who == "cody" else OTHERS[who]
        operation = self.operation(kind, person, review, minute)
        was_closed = self.seen.coding.is_closed(review)
        in_seen = self.seen.do(person, operation, minute)
        if who == "cora" and '"problems"' in in_seen:
            return  # what a coordinator could not do changes nothing, in no world
        self.moves.append((person, operation, minute))
        mine = kind == "release_text" and operation["value"].get("coder") == "cody"
        if who != "cody" and not was_closed and not mine:
            self.hidden.add(operation["op_id"])
            self.reached["hidden"] += '"problems"' not in in_seen
        else:
            in_blind = self.blind.do(person, operation, minute)
            if who == "cody" and not self.seen.coding.is_closed(review) and in_seen != in_blind:
                raise CanTell(f"{kind}: {in_seen} or {in_blind}")
        self.open()

    def operation(self, kind: str, person: Person, review: str, minute: int) -> dict[str, Any]:
        value: Any = None
        if kind == "code":
            start = self.chance.randrange(20)
            value = {"theme": self.chance.choice(THEMES), "start": start, "end": start + 9}
            value["codebook_hash"] = self.digest
        if kind == "uncode":
            own = self.seen.coding.text(review).by(person.name)
            value = {"coding_id": own[0].coding_id if own else "operation-none"}
        if kind == "release_text":
            whose = self.chance.choice(("cody", "dora")) if person.name == "cora" else person.name
            value = {"coder": whose}
        made = {"op_id": f"blind-move-{minute}", "kind": kind, "review_id": review, "value": value}
        field = self.chance.choice(FIELDS)
        return {**made, "case_id": review[:-2], "field": field, "reason": "Needed"}

    def open(self) -> None:
        """Where a text is closed, what was hidden happens in the other world too, in its place."""
        open_now = {
            op["op_id"]
            for _, op, _ in self.moves
            if op["op_id"] in self.hidden and self.seen.coding.is_closed(op["review_id"])
        }
        if not open_now:
            return
        self.reached["opened"] += 1
        self.hidden -= open_now
        self.blind = World(self.study, self.drafts)
        for person, operation, minute in self.moves:
            if operation["op_id"] not in self.hidden:
                self.blind.do(person, operation, minute)

    def look(self) -> None:
        if not self.hidden:
            return
        seen, blind = (list(pages(world, self.cody)) for world in (self.seen, self.blind))
        for one, other in zip(seen, blind, strict=True):
            if one != other:
                raise CanTell(f"{one} or {other}")


def run(base: Any, histories: int, steps: int = 30) -> Counter[str]:
    reached: Counter[str] = Counter()
    for seed in range(histories):
        History(base, seed, reached).run(steps)
    return reached


def test_a_coder_can_tell_nothing_of_the_other(base):
    reached = run(base, HISTORIES)
    assert reached["hidden"] > 50 and reached["opened"] > 5, reached


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_coder_can_tell_nothing_in_all_histories(base):
    run(base, int(os.environ.get("LLTIC_HISTORIES", ALL_HISTORIES)))


def _all_of(room: Room, person: Person, review_id: str) -> dict[str, Any]:
    text = room.state.coding.text(review_id)
    return {"codings": [one.theme for one in text.codings.values()]}


def _queue_with_counts(room: Room, person: Person) -> dict[str, Any]:
    return {"coders": [len(text.coders) for text in room.state.coding.texts.values()]}


MUTANTS = {
    "others' codings are shown": (coding, "text", _all_of),
    "the list tells how many code a text": (coding, "queue", _queue_with_counts),
    "who has which text is told to a coder": (
        coding_progress,
        "progress",
        lambda room, person: {"out": coding_progress._out(room)},
    ),
    "a text is settled before both are done": (
        resolving,
        "may_settle",
        lambda state, person, review: bool(state.coding.text(review.review_id).codings),
    ),
    "a text counts when one is done": (
        CodingState,
        "is_closed",
        lambda coding, review_id: bool(coding.text(review_id).done),
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_oracle_sees_what_is_told(base, monkeypatch, mutant):
    room, name, instead = MUTANTS[mutant]
    kept = CodingState.is_closed
    monkeypatch.setattr(room, name, instead)
    if room is CodingState:  # the oracle has its own idea of it
        monkeypatch.setattr(World, "coding", property(lambda world: _Own(world, kept)))
    with pytest.raises(CanTell):
        run(base, HISTORIES)


class _Own:
    """The state of coding with the rule for when a text is closed as it should be."""

    def __init__(self, world: World, closed: Any) -> None:
        self._coding, self._closed = world.desk._state.coding, closed

    def is_closed(self, review_id: str) -> bool:
        return self._closed(self._coding, review_id)

    def text(self, review_id: str) -> Any:
        return self._coding.text(review_id)
