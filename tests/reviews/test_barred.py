"""A declared conflict of interest: on record, and heeded by whoever gives or takes a case."""

from __future__ import annotations

import pytest

from lltic.audit.replay import check_replay
from lltic.errors import LlticError, Refused
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.places import places
from lltic.reviews.read import events
from lltic.reviews.record.events import Draft
from lltic.reviews.state import replay

CASE = "AAAAA-00001"
ADA = Person("ada", "Dr Ada", "Region", ("adjudicator",))
NOOR = Person("noor", "Dr Noor", "Region", ("adjudicator",))


def bar(world, *names: str, case: str = CASE) -> None:
    value = {"people": {name: ["own-ward"] for name in names}}
    draft = Draft(
        f":barred:{case}:{world.store.head()[0]}",
        "2026-10-05T09:30:00.000000Z",
        "system",
        "coordinator",
        "",
        "barred",
        case_id=case,
        value=value,
    )
    world.store.append([draft])


def close_with_different_scores(world) -> None:
    for person, review_id, score in ((world.amira, f"{CASE}-1", 1), (world.ben, f"{CASE}-2", 5)):
        answers = {**world.complete, "overall.score": {"value": score}}
        world.fill(person, review_id, answers)
        world.submit(person, review_id)


def test_an_adjudicator_of_the_ward_is_not_offered_the_case(world, clock):
    bar(world, "ada")
    world.desk = Desk(world.study, world.store, clock)
    close_with_different_scores(world)
    assert [row["case_id"] for row in world.desk.waiting(NOOR)["waiting"]] == [CASE]
    assert world.desk.waiting(ADA)["waiting"] == []
    take = {**world.operation("take", f"{CASE}-1"), "value": {"kind": "adjudication"}}
    with pytest.raises(Refused) as error:
        world.desk.operate(ADA, take)
    assert error.value.codes == ("nothing-to-take",)
    world.desk.operate(NOOR, {**take, "op_id": "operation-again"})
    assert check_replay(list(world.store.read())).passed


def test_the_last_declaration_counts(world):
    bar(world, "ada", "noor")
    bar(world, "noor")
    state = replay(world.store.read())
    assert state.is_barred("noor", CASE)
    assert not state.is_barred("ada", CASE)
    assert not state.is_barred("noor", "AAAAA-00002")


def test_a_case_that_nobody_was_given_stays_one(world):
    bar(world, "ada", case="AAAAA-00009")
    state = replay(world.store.read())
    assert "AAAAA-00009" not in state.cases
    assert state.is_barred("ada", "AAAAA-00009")


def test_what_is_on_record_already_is_not_written_again(small_study, clock):
    barred = {CASE: {"ada": ("own-ward",)}, "AAAAA-00002": {}}
    (made,) = admin.assign(small_study, [], clock, barred)
    assert (made.kind, made.value) == ("barred", {"people": {"ada": ["own-ward"]}})
    assert admin.assign(small_study, [], clock, barred) == []
    (gone,) = admin.assign(small_study, [], clock, {CASE: {}})
    assert gone.value == {"people": {}}
    assert places(small_study)[CASE].barred == {}
    assert len(admin.assign(small_study, [], clock, barred)) == 1, "and it can be declared again"


def test_a_place_on_offer_is_given_once_and_somebody_elses_is_left_alone(small_study, clock):
    offered = Assignment(f"{CASE}-3", CASE, "", 3, "sjr")
    admin.assign(small_study, [offered], clock)
    taken = Assignment(f"{CASE}-3", CASE, "cody", 3, "sjr")
    (given,) = admin.assign(small_study, [taken], clock)
    assert (given.kind, given.value) == ("given", {"reviewer": "cody", "discipline": ""})
    other = Assignment(f"{CASE}-3", CASE, "ben", 3, "sjr")
    assert admin.assign(small_study, [taken, other, offered], clock) == []
    assert check_replay(list(events(small_study))).passed
    with pytest.raises(LlticError) as error:
        admin.assign(small_study, [Assignment(f"{CASE}-4", CASE, "nobody", 4, "sjr")], clock)
    assert error.value.codes == ("no-such-account",)


def test_places_tell_who_reads_what_waits_and_what_is_closed(reviewed):
    found = places(reviewed)[CASE]
    assert [(a.reviewer, a.position) for a in found.standing] == [("amira", 1), ("ben", 2)]
    assert (found.full, found.ever, found.closed, found.left_by) == (True, 2, (), frozenset())
    assert not places(reviewed)["AAAAA-00002"].full
