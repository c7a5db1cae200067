"""SEC-03: an independent reviewer cannot tell what the others do, nor that they do anything."""

from __future__ import annotations

import json
import os
from collections import Counter

import pytest
from blindness_oracle import CASES, JOINT, Blindness, CanTell
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from small_study import COMPLETE, as_draft

from lltic.form import load_form
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.desk import Desk, calibration, coding, differences, oversight, reviewing
from lltic.reviews.desk.room import Room, needs_role
from lltic.reviews.people import Person
from lltic.reviews.state import State

CI_HISTORIES, ALL_HISTORIES = 250, 10_000
FIRST = "AAAAA-00001-1"


@pytest.fixture
def machine(small_study, clock):
    """The oracle, for a study with two cases read apart and one read jointly."""
    accounts = Accounts(small_study.keys, clock)
    for name in ("amira", "ben"):
        accounts.add(Person(name, name, "", ("reviewer",)), "correct-horse-battery")
    book = small_study.cohort / "casebook.json"
    cases = json.loads(book.read_text())
    cases[JOINT] = next(iter(cases.values()))
    book.write_text(json.dumps(cases))
    sides = (("amira", 1, "primary_care"), ("ben", 2, "secondary_care"))
    admin.assign(
        small_study,
        [Assignment(f"{JOINT}-{n}", JOINT, who, n, "lltic_joint", side) for who, n, side in sides],
        clock,
    )
    with admin.writing(small_study) as store:
        base = [as_draft(event) for event in store.read()]
    answers = {"sjr": COMPLETE, "lltic_joint": _complete("lltic_joint")}
    return type(
        "Oracle",
        (Blindness,),
        {"study": small_study, "base": base, "complete_answers": answers},
    )


def _complete(name: str) -> dict:
    answers = {}
    for path, _, item in load_form(name).model.items():
        answers[path] = {"value": 4} if item.type == "scale" else {"value": "Written."}
    return answers


def run(machine, histories: int, *, shrink: bool = True) -> None:
    phases = [Phase.generate, *([Phase.shrink] if shrink else [])]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


REACHED = {"hidden", "unblinded", "awaiting", "concluded", "consensus", "stage_2", "discordant"}


def test_the_observer_can_tell_nothing(machine):
    """And the histories are no idle ones: they reach all that the oracle is about."""
    reached: Counter[str] = Counter()

    class Counting(machine):
        @invariant()
        def on_the_way(self) -> None:
            if hasattr(self, "ben"):
                reached.update(self.seen.state.stage(case) for case in CASES)

        def teardown(self) -> None:
            if hasattr(self, "ben"):
                state = self.seen.state
                reached.update(review.kind for review in state.reviews.values())
                reached["hidden"] += any(self.hidden.values())
                reached["unblinded"] += any(case.unblinded for case in state.cases.values())

    run(Counting, CI_HISTORIES)
    assert {key for key, count in reached.items() if count} >= REACHED, reached


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_the_observer_can_tell_nothing_in_all_histories(machine):
    run(machine, int(os.environ.get("LLTIC_HISTORIES", ALL_HISTORIES)))


def _acknowledge_with_place(desk, event):
    return {"op_id": event.op_id, "seq": event.seq}


MUTANTS = {
    "anybody opens any review": (
        reviewing,
        "review_of",
        lambda state, person, review_id: state.reviews.get(review_id, state.reviews[FIRST]),
    ),
    "the list of cases tells how the others are": (
        reviewing,
        "worklist",
        lambda room, person: {"reviews": [r.status for r in room.state.reviews.values()]},
    ),
    "a coordinator sees the progress of cases they read": (
        Room,
        "is_blind",
        lambda room, person, case_id: False,
    ),
    "where reviewers differ is told before a case is in": (
        differences,
        "cases_in",
        lambda room, person: [c for c in room.state.cases if len(room.state.independent(c)) > 1],
    ),
    "scores are counted before a case is in": (
        calibration,
        "cases_in",
        lambda room, person: list(room.state.cases),
    ),
    "coding opens before a case is in": (
        coding,
        "may_code",
        lambda state, person, review: review.status == "locked" and "coder" in person.roles,
    ),
    "a coordinator breaks the blind of their own case": (State, "readers", lambda state, c: set()),
    "an analyst gets what is locked at once": (State, "case_is_closed", lambda state, case: True),
    "an auditor reads the record of the cases they review": (
        oversight,
        "_sees_all",
        lambda room, person: needs_role(person, "auditor"),
    ),
    "an acknowledgement tells its place": (Desk, "_acknowledge", _acknowledge_with_place),
}
"""Each takes one filter away; the oracle has to notice every one."""


@pytest.mark.parametrize("name", MUTANTS)
def test_the_oracle_notices_a_filter_that_is_gone(machine, monkeypatch, name):
    where, what, instead = MUTANTS[name]
    monkeypatch.setattr(where, what, instead)
    with pytest.raises(CanTell):
        run(machine, 2 * CI_HISTORIES, shrink=False)
