"""SAFE-03: what a low score sets off is set off once, whatever fails around it.

Random histories of people who score, sign, sign again, reopen, settle and agree, while the disk
is full, the service is killed before or after a commit, answers are lost, and requests come late,
twice and in another order. What came of it is counted from the record by somebody who knows
nothing of the rules.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from concerns import Concerns, concerns
from conftest import lacking
from forked_service import forked_service
from many_sided_study import joint_answers
from recorded_disk import SQLITE_FULL, SQLITE_OK, RecordedDisk, Step, library
from running_service import everybody
from small_study import AMIRA, BEN, COMPLETE, PASSWORD, as_draft, make_study

from lltic.audit.store import verify
from lltic.clock import system_clock, to_text
from lltic.errors import LlticError, Problem, Refused
from lltic.records import Assignment
from lltic.reviews import admin, bulk
from lltic.reviews.accounts import Accounts
from lltic.reviews.client import Client, ServiceDown
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.read import events
from lltic.reviews.record.problems import CommitUnknown, StoreUnavailable
from lltic.reviews.record.store import MemoryStore
from lltic.reviews.rules import reviewing

ADA = Person("ada", "Dr Ada", "Region", ("adjudicator",))
CORA = Person("cora", "Cora", "Trust", ("coordinator",))
DAN = Person("dan", "Dr D.", "Hospital", ("reviewer",))

HISTORIES = 200
STEPS = 50
ON_DISK = 12
SIGNERS, KILLS = 5, 15
UNHARMED = {**COMPLETE, "problems.monitoring.harm": {"value": "no"}}
SECOND = {
    "overall.judgement": {"value": "Read again."},
    "avoidability.judgement": {"value": "Earlier fluids."},
    "next.investigation": {"value": "yes"},
    "next.candour": {"value": "yes"},
}


class Killed(BaseException):
    """The service is no more: whoever waited for its answer waits in vain."""


class Troubled:
    """A store in front of a real one, whose appends may fail in every way there is."""

    def __init__(self, store: Any, rng: random.Random, trouble: float, *, apart: bool) -> None:
        self._store, self._rng, self._trouble, self._apart = store, rng, trouble, apart
        self.met: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def append(self, drafts: list[Any]) -> list[Any]:
        """Keep them, or not, or only seem not to."""
        parts = [drafts[:1], drafts[1:]] if self._apart and len(drafts) > 1 else [drafts]
        made = []
        for part in parts:
            made += self._append(part)
        return made

    def _append(self, drafts: list[Any]) -> list[Any]:
        trouble = self._rng.random() < self._trouble
        what = self._rng.choice(("full", "unknown", "lost", "killed", "killed after"))
        if trouble:
            self.met[what] += 1
        if trouble and what == "full":
            raise StoreUnavailable(Problem("store-unavailable", "the record", "no space"))
        if trouble and what == "lost":
            raise CommitUnknown("nothing was written")
        if trouble and what == "killed":
            raise Killed
        made = self._store.append(drafts)
        if trouble and what == "unknown":
            raise CommitUnknown("all was written")
        if trouble and what == "killed after":
            raise Killed
        return made


class History:
    """One case read by two, one read jointly, and everybody who has to do with them."""

    def __init__(
        self, study: Any, clock: Any, store: Any, number: int, rng: random.Random, **options: Any
    ) -> None:
        options = {"trouble": 0.15, "apart": False, **options}
        self.rng, self.ids = rng, count(1)
        self.store = Troubled(store, rng, options["trouble"], apart=options["apart"])
        self._make = lambda: Desk(study, self.store, clock)
        self.desk = self._make()
        self.number = number
        self.case, self.joint = f"AAAAA-{number:05}", f"BBBBB-{number:05}"
        self.under_way: list[tuple[Person, dict[str, Any]]] = []
        self.sent: list[tuple[Person, dict[str, Any]]] = []
        self.told: Counter[str] = Counter()

    def play(self) -> None:
        """Live through it, and come to an end at which nothing is under way."""
        deeds = (self.score, self.sign, self.reopen, self.settle, self.agree, self.hand_back)
        deeds = (*deeds, self.stand_in)
        weights = (8, 6, 2, 2, 2, 0.2, 0.2)
        for _ in range(STEPS):
            self.rng.choices(deeds, weights)[0]()
            self.network()
        while self.under_way:
            self.network()

    # -- what the network and the machine do --------------------------------------------------

    def network(self) -> None:
        """Deliver something: late, out of order, perhaps twice; now and then the service starts."""
        if self.sent and self.rng.random() < 0.1:
            self.under_way.append(self.rng.choice(self.sent[-8:]))  # an impatient page
        if self.rng.random() < 0.02:
            self.desk = self._make()
        if not self.under_way:
            return
        person, operation = self.under_way.pop(self.rng.randrange(len(self.under_way)))
        try:
            self.desk.operate(person, operation, "password")
            self.told["done"] += 1
        except Refused as refusal:
            self.told[refusal.codes[0]] += 1
            return
        except Killed:
            self.desk = self._make()
        except LlticError:
            self.told["unavailable"] += 1
        else:
            if self.rng.random() > 0.1:
                return
        self.under_way.append((person, operation))  # no answer came: sent again

    def send(self, person: Person, kind: str, review: str, case: str = "", **more: Any) -> None:
        """Ask for something under a fresh id."""
        operation = {
            "op_id": f"operation-{self.number}-{next(self.ids)}",
            "kind": kind,
            "review_id": review,
            "case_id": case or review.rpartition("-")[0],
            **more,
        }
        self.sent.append((person, operation))
        self.under_way.append((person, operation))

    # -- what people do ---------------------------------------------------------------------

    def answer(self, person: Person, review: str, field: str, value: Any) -> None:
        """Answer on top of what is there now."""
        try:
            known = self.desk.review(person, review)["fields"].get(field, {"version": 0})
        except Refused:
            return
        self.send(person, "answer", review, field=field, value=value, base_version=known["version"])

    def any_score(self) -> dict[str, int]:
        return {"value": self.rng.choice((1, 2, 3, 3, 4, 4, 5))}

    def mine(self) -> tuple[Person, str]:
        number = self.rng.choice((1, 2))
        return (AMIRA, BEN)[number - 1], f"{self.rng.choice((self.case, self.joint))}-{number}"

    def score(self) -> None:
        person, review = self.mine()
        self.answer(person, review, "overall.score", self.any_score())
        if review.startswith(self.case) and self.rng.random() < 0.5:
            harm = {"value": self.rng.choice(("no", "probably", "yes"))}
            self.answer(person, review, "problems.monitoring.harm", harm)

    def sign(self) -> None:
        self.submit(*self.mine())

    def submit(self, person: Person, review: str) -> None:
        for _ in range(self.rng.choice((1, 1, 2, 3))):  # one press of the button, or more
            self.send(person, "submit", review)

    def reopen(self) -> None:
        _, review = self.mine()
        self.send(CORA, "reopen", review, reason="A page of notes was missing.")

    def hand_back(self) -> None:
        person, review = self.mine()
        self.send(person, "hand_back", review, reason="I knew the family.")

    def settle(self) -> None:
        """Take what waits for an adjudicator, and write what one has."""
        waiting = [w for w in self.desk.waiting(ADA)["waiting"] if w["case_id"] == self.case]
        for one in waiting:
            self.send(ADA, "take", "", case=self.case, value={"kind": one["kind"]})
        for one in self.open_reviews(ADA):
            more = SECOND if one["kind"] == "stage_2" else {}
            if more:
                more = {**more, "avoidability.score": {"value": self.rng.randint(1, 6)}}
            for field, value in {**more, "overall.score": self.any_score()}.items():
                self.answer(ADA, one["review_id"], field, value)
            self.submit(ADA, one["review_id"])

    def stand_in(self) -> None:
        """Read in the place of somebody who has handed the case back."""
        if not self.open_reviews(DAN):
            self.send(DAN, "take", "", case=self.case, value={"kind": "independent"})
        for one in self.open_reviews(DAN):
            for field, value in {**UNHARMED, "overall.score": self.any_score()}.items():
                self.answer(DAN, one["review_id"], field, value)
            self.submit(DAN, one["review_id"])

    def agree(self) -> None:
        """Both sides of a joint review write into one, and sign it."""
        review = f"{self.joint}-consensus"
        if all(one["review_id"] != review for one in self.open_reviews(AMIRA)):
            return
        self.answer(self.rng.choice((AMIRA, BEN)), review, "overall.score", self.any_score())
        self.answer(AMIRA, review, "overall.judgement", {"value": "Agreed."})
        for person in (AMIRA, BEN):
            if self.rng.random() < 0.8:
                self.submit(person, review)

    def open_reviews(self, person: Person) -> list[dict[str, Any]]:
        listed = self.desk.worklist(person)["reviews"]
        ours = (self.case, self.joint)
        return [r for r in listed if r["status"] == "open" and r["case_id"] in ours]


def assign(study: Any, clock: Any, numbers: range) -> None:
    """Give out the cases of so many histories, and let both write all but their scores."""
    sides = ("primary_care", "secondary_care")
    book = study.cohort / "casebook.json"
    pages = json.loads(book.read_text())
    page = next(iter(pages.values())) | {"documents": []}
    pages |= {f"{letters}-{n:05}": page for n in numbers for letters in ("AAAAA", "BBBBB")}
    book.write_text(json.dumps(pages))
    admin.assign(
        study,
        [
            Assignment(f"{case}-{n}", case, person.name, n, form, sides[n - 1] * (form != "sjr"))
            for number in numbers
            for case, form in ((f"AAAAA-{number:05}", "sjr"), (f"BBBBB-{number:05}", "lltic_joint"))
            for n, person in enumerate((AMIRA, BEN), 1)
        ],
        clock,
    )
    with admin.writing(study) as store:
        bulk.record(store, writing(clock, numbers))


def writing(clock: Any, numbers: range) -> Iterator[tuple[Person, dict[str, Any], str]]:
    ids = count(1)
    for number in numbers:
        for n, (person, side) in enumerate(((AMIRA, "primary_care"), (BEN, "secondary_care")), 1):
            joint = joint_answers(side, 3)
            for case, answers in (("AAAAA", UNHARMED), ("BBBBB", joint)):
                case_id = f"{case}-{number:05}"
                for field, value in answers.items():
                    yield (
                        person,
                        {
                            "op_id": f"written-{next(ids):06}",
                            "kind": "answer",
                            "review_id": f"{case_id}-{n}",
                            "case_id": case_id,
                            "field": field,
                            "value": value,
                            "base_version": 0,
                        },
                        to_text(clock()),
                    )


@pytest.fixture
def histories(small_study, clock):
    """Play so many histories, each on a record of its own, and count them together."""
    assign(small_study, clock, range(7, 8))
    with admin.writing(small_study) as store:
        drafts = [as_draft(event) for event in store.read()]

    def play(numbers: range, **options: Any) -> Counter[str]:
        found: Counter[str] = Counter()
        for seed in numbers:
            store = MemoryStore()
            store.append(drafts)
            history = History(small_study, clock, store, 7, random.Random(seed), **options)
            history.play()
            found += judged(history, concerns(store.read()))
            if options and found["wrong"]:
                break  # a sabotaged one has been found out
        return found

    return play


def kind_of(review: str) -> str:
    """Return what kind of review an id is of."""
    last = review.rpartition("-")[2]
    joint = "joint " * review.startswith("BBBBB")
    return f"{joint}{'reviewer' if last.isdigit() else last}"


def judged(history: History, came: Concerns) -> Counter[str]:
    """Count what came of a history; it says itself what was wrong with it."""
    wrong = came.wrong()
    for one in wrong:
        print(one)
    return Counter(
        {
            "histories": 1,
            "wrong": len(wrong),
            "told": came.told.total(),
            "due": len(came.due),
            "second stages": came.second_made.total(),
            "locks": came.locks,
            "locked again": came.locked_again,
            "low": came.low,
            **Counter(f"told by {kind_of(review)}: {trigger}" for review, trigger in came.told),
            **{f"met {what}": n for what, n in history.store.met.items()},
            **{f"answered {what}": n for what, n in history.told.items()},
        }
    )


def check(found: Counter[str], histories: int) -> None:
    """Hold what came of histories against what had to."""
    print(dict(found))
    assert found["histories"] == histories and found["wrong"] == 0
    assert found["told"] == found["due"] > histories
    assert histories > found["second stages"] > histories / 4
    # They are worth something only when the same low score was often locked more than once, when
    # every kind of review had something to tell, and when every kind of trouble was met.
    assert found["locked again"] > histories / 2 and found["low"] > found["told"]
    kinds = {name.partition(":")[0] for name in found if name.startswith("told by")}
    assert len(kinds) == 5, kinds


@pytest.mark.slow
def test_two_hundred_histories_tell_of_each_concern_once_and_of_nothing_else(histories):
    found = histories(range(HISTORIES))
    check(found, HISTORIES)
    for what in ("full", "unknown", "lost", "killed", "killed after"):
        assert found[f"met {what}"] > HISTORIES / 4, what


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_histories_tell_of_each_concern_once(histories):
    check(histories(range(HISTORIES, HISTORIES + 10_000)), 10_000)


def test_the_same_on_a_real_database_whose_disk_is_full_now_and_then(small_study, clock):
    if library() is None:
        lacking("an SQLite library that can be reached from Python")
    numbers = range(7, 7 + ON_DISK)
    assign(small_study, clock, numbers)
    disk, rng = RecordedDisk(), random.Random(5)
    found: Counter[str] = Counter()

    def full(step: Step) -> int:
        if step.what != "write" or rng.random() > 0.02:
            return SQLITE_OK
        found["met a full disk"] += 1
        return SQLITE_FULL

    with disk.installed(), admin.writing(small_study) as store:
        for number in numbers:
            history = History(
                small_study, clock, store, number, random.Random(number), trouble=0.02
            )
            disk.trip = full
            history.play()
            disk.trip = lambda step: SQLITE_OK
            disk.log.clear()
            found["unavailable"] += history.told["unavailable"]
        came = concerns(store.read())
    assert came.wrong() == []
    assert came.told.total() == len(came.due) > ON_DISK / 2 and came.locked_again > ON_DISK / 4
    assert found["met a full disk"] > ON_DISK and found["unavailable"] > ON_DISK


# -- the same, done carelessly -----------------------------------------------------------------


def test_a_rule_that_tells_at_every_lock_is_found_out(histories, monkeypatch):
    honest, ids = reviewing.after_lock, count(1)

    def at_every_lock(state, review):
        known, state.set_off = state.set_off, set()
        try:
            made = honest(state, review)
        finally:
            state.set_off = known
        return [{**one, "op_id": f"{one['op_id']}:{next(ids)}"} for one in made]

    monkeypatch.setattr(reviewing, "after_lock", at_every_lock)
    assert histories(range(20), trouble=0)["wrong"] > 0


def test_a_rule_that_forgets_the_second_review_is_found_out(histories, monkeypatch):
    honest = reviewing.after_lock

    def once_per_case(state, review):
        told = any(name.startswith(f":escalated:{review.case_id}") for name in state.set_off)
        return [one for one in honest(state, review) if not told or one["kind"] != "escalated"]

    monkeypatch.setattr(reviewing, "after_lock", once_per_case)
    assert histories(range(20), trouble=0)["wrong"] > 0


def test_a_store_that_writes_the_lock_and_what_follows_apart_is_found_out(histories):
    assert histories(range(20), apart=True)["wrong"] > 0


# -- the real service, killed while people sign --------------------------------------------------


@pytest.mark.slow
def test_kill_9_while_everybody_signs(tmp_path):
    study = make_study(tmp_path / "study", system_clock)
    everybody(study)
    numbers = range(7, 7 + SIGNERS)
    assign(study, system_clock, numbers)
    rng = random.Random(3)
    with forked_service(study) as service, ThreadPoolExecutor(4) as pool:
        service.start()
        service.wait()
        signers = [Signer(service.socket, study, n, random.Random(n)) for n in numbers]
        working = [pool.submit(one.work) for one in signers]
        kills = 0
        while kills < KILLS and not all(one.done() for one in working):
            before = sum(one.answered for one in signers)
            until = time.monotonic() + 20
            while sum(one.answered for one in signers) == before and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(rng.uniform(0, 0.08))  # amid the next ones
            kills += service.kill()
            service.start()
        for one in working:
            one.result(timeout=60)
        service.wait()
        service.kill()
    came = concerns(events(study))
    twice = sum(one.answered_again for one in signers)
    print(f"{kills} kills, {came.locks} locks, {came.low} low, {twice} acknowledged after a kill")
    assert kills == KILLS and came.wrong() == []
    assert came.locks >= 3 * SIGNERS and came.locked_again >= SIGNERS
    assert came.told.total() == len(came.due) > SIGNERS
    assert all(claim.passed for claim in verify(study))


class Signer:
    """One case's two reviewers and their coordinator at the real service: they insist."""

    def __init__(self, socket: Path, study: Any, number: int, rng: random.Random) -> None:
        self.case, self.rng, self.ids = f"AAAAA-{number:05}", rng, count(1)
        self.scores = random.Random(number)  # apart, so that they do not hang on the kills
        self.answered = self.answered_again = 0
        accounts = Accounts(study.keys)
        self.door = Client(str(socket), timeout=20)
        self.sessions, self.lines = {}, {}
        for name in ("amira", "ben", "cora"):
            self.sessions[name] = accounts.open_session(accounts.person(name))
            self.lines[name] = Client(str(socket), timeout=20)
            ticket = self.door.ticket(self.sessions[name], f"kernel-{number}-{name}")["ticket"]
            self.lines[name].exchange(ticket)

    def work(self) -> None:
        """Score, sign, be reopened, score again, sign again; both reviewers."""
        for turn in range(2):
            for number, name in enumerate(("amira", "ben"), 1):
                review = f"{self.case}-{number}"
                if turn:
                    self.insist("cora", "reopen", review, reason="A page was missing.")
                value = {"value": self.scores.choice((1, 2, 2, 4))}
                more = {"field": "overall.score", "value": value, "base_version": turn + 1}
                self.insist(name, "answer", review, **more)
                self.insist(name, "submit", review)

    def insist(self, name: str, kind: str, review: str, **more: Any) -> None:
        """Send until there is an answer; impatiently, so at times under another id."""
        op_id, tries = "", 0
        while True:
            if not op_id or self.rng.random() < 0.3:
                op_id = f"sign-{self.case}-{next(self.ids):05}"
            tries += 1
            operation = {"op_id": op_id, "kind": kind, "review_id": review, "case_id": self.case}
            try:
                if kind != "answer":
                    session, act = self.sessions[name], f"{kind}:{review}"
                    more["signature"] = self.door.sign(session, PASSWORD, act)["signature"]
                self.lines[name].operate({**operation, **more})
            except ServiceDown:
                assert tries < 1000, "the service did not come back"
                time.sleep(self.rng.uniform(0.005, 0.03))
            except Refused as refusal:
                # It was done under the id before, and the answer was lost.
                done = {"review-closed", "not-locked", "conflict"} & set(refusal.codes)
                if not done or tries == 1:
                    raise
                self.answered_again += 1
                break
            else:
                self.answered_again += tries > 1
                break
        self.answered += 1
