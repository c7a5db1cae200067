"""The auditor asks the rules again: nothing happened that they forbid, nothing is missing."""

from __future__ import annotations

import dataclasses

import pytest

from lltic.audit.replay import check_replay
from lltic.reviews.desk import Desk

GRAVE = {"overall.score": {"value": 1}}


@pytest.fixture
def events(world):
    """A case whose review calls for more, with all that followed."""
    for person, review in ((world.amira, "AAAAA-00001-1"), (world.ben, "AAAAA-00001-2")):
        world.fill(person, review, {**world.complete, **GRAVE})
        world.submit(person, review)
    found = list(world.store.read())
    assert "escalated" in [event.kind for event in found]
    return found


def verdict(events) -> str:
    claim = check_replay(events)
    return "" if claim.passed else claim.detail


def test_what_happened_is_what_the_rules_make_of_it(events):
    assert verdict(events) == ""


def test_a_consequence_that_is_missing_is_found(events):
    at = next(n for n, event in enumerate(events) if event.kind == "escalated")
    assert "not what the rules make" in verdict(events[:at] + events[at + 1 :])
    last = max(n for n, event in enumerate(events) if event.kind == "submitted")
    assert "is not there" in verdict(events[: last + 1])


def test_a_consequence_of_nothing_is_found(events):
    made = next(event for event in events if event.kind == "escalated")
    forged = dataclasses.replace(made, op_id=":escalated:forged", seq=len(events) + 1)
    assert "follows from nothing" in verdict([*events, forged])


def test_an_operation_that_stands_twice_is_found(events):
    twice = dataclasses.replace(events[-1], seq=len(events) + 1)
    answered = next(event for event in events if event.kind == "answered")
    assert verdict([*events, twice])
    assert "could not have happened" in verdict([*events, answered])


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "ben"},
        {"value": {"value": "no such answer"}},
        {"base_version": 3},
        {"role": "coder"},
    ],
)
def test_an_answer_that_the_rules_refuse_is_found(events, change):
    at = next(n for n, e in enumerate(events) if e.kind == "answered" and e.actor == "amira")
    forged = dataclasses.replace(events[at], **change)
    assert f"event {forged.seq} " in verdict([*events[:at], forged, *events[at + 1 :]])


def test_the_desk_has_the_state_that_the_record_gives(world, events, clock):
    """A projection that was kept, and one that was rebuilt, show everybody the same."""
    fresh = Desk(world.study, world.store, clock)
    for person in (world.amira, world.ben, world.cody):
        assert fresh.worklist(person) == world.desk.worklist(person)
        assert fresh.coding_queue(person) == world.desk.coding_queue(person)
