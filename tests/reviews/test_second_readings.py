"""The same case read again by the same reader: blind to the first reading, counted apart."""

from __future__ import annotations

import pytest
from small_study import AMIRA, BEN, COMPLETE

from lltic.audit.replay import check_replay
from lltic.errors import Refused
from lltic.reviews.admin import readings_again
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.places import _places
from lltic.reviews.read import judgements_of, second_readings_of
from lltic.reviews.state import replay

CASE = "AAAAA-00001"
FIRST, AGAIN = f"{CASE}-1", f"{CASE}-repeat_1"
AT = "2026-11-20T09:00:00.000000Z"
CORA = Person("cora", "Cora", "Trust", ("coordinator",))
AMIRA_COORDINATES = Person("amira", "Dr A.", "GP", ("reviewer", "coordinator"))
WORSE = {**COMPLETE, "overall.score": {"value": 1}}


@pytest.fixture
def again(world, clock):
    """Amira has read the case, Ben too, and she is to read it again."""
    for person, number in ((AMIRA, 1), (BEN, 2)):
        world.fill(person, f"{CASE}-{number}")
        world.submit(person, f"{CASE}-{number}")
    give(world, clock, ("amira", CASE))
    return world


def give(world, clock, *wanted):
    drafts = readings_again(replay(world.store.read()), wanted, AT)
    if drafts:
        world.store.append(drafts)
    world.desk = Desk(world.study, world.store, clock)
    return drafts


def do(world, person, kind, review=AGAIN, **more):
    operation = world.operation(kind, review, **more) | {"case_id": CASE}
    return world.desk.operate(person, operation, "password")


def read_it(world, answers):
    for field, value in answers.items():
        do(world, AMIRA, "answer", field=field, value=value, base_version=0)


def listed(world, person=AMIRA):
    return {row["review_id"]: row for row in world.desk.worklist(person)["reviews"]}


def codes(error) -> tuple[str, ...]:
    return error.value.codes


def test_it_begins_empty_with_the_notes_and_without_anybody_elses_words(again):
    assert listed(again)[AGAIN]["kind"] == "repeat"
    found = again.desk.review(AMIRA, AGAIN)
    assert found["case"]["documents"]
    assert all(field["answer"] is None for field in found["fields"].values())
    assert "sources" not in found and "differing" not in found


def test_the_first_reading_is_kept_from_the_reader_until_the_second_is_in(again):
    assert FIRST not in listed(again)
    with pytest.raises(Refused) as error:
        again.desk.review(AMIRA, FIRST)
    assert codes(error) == ("read-again",)
    read_it(again, COMPLETE)
    do(again, AMIRA, "submit")
    assert {FIRST, AGAIN} <= set(listed(again))
    assert again.desk.review(AMIRA, FIRST)["status"] == "locked"


def test_who_coordinates_as_well_does_not_see_the_case_meanwhile(again):
    assert CASE not in [c["case_id"] for c in again.desk.overview(AMIRA_COORDINATES)["cases"]]
    assert CASE in [c["case_id"] for c in again.desk.overview(CORA)["cases"]]


def test_the_first_cannot_be_opened_again_meanwhile(again):
    with pytest.raises(Refused) as error:
        do(again, CORA, "reopen", FIRST, reason="A slip of the pen.")
    assert codes(error) == ("read-again",)


def test_nobody_else_can_read_or_write_it(again):
    for person in (BEN, CORA):
        with pytest.raises(Refused):
            again.desk.review(person, AGAIN)
        with pytest.raises(Refused):
            do(again, person, "answer", field="overall.score", value={"value": 1}, base_version=0)


def test_it_changes_nothing_of_the_case_and_is_read_apart(again):
    before = replay(again.store.read())
    counted = judgements_of(before)
    read_it(again, WORSE)
    do(again, AMIRA, "submit")
    state = replay(again.store.read())
    assert judgements_of(state) == counted
    assert [r.review_id for r in state.independent(CASE)] == [FIRST, f"{CASE}-2"]
    second = {j.item: j for j in second_readings_of(state)}
    assert (second["overall.score"].value, second["overall.score"].reviewer) == (1, "amira")
    assert {j.review_id for j in second.values()} == {AGAIN}
    assert (second["overall.score"].case_id, second["overall.score"].position) == (CASE, 1)


def test_a_concern_that_only_the_second_reading_raises_is_followed_up(again):
    before = set(replay(again.store.read()).escalations)
    read_it(again, WORSE)
    do(again, AMIRA, "submit")
    raised = replay(again.store.read()).escalations
    found = {raised[key].trigger for key in set(raised) - before if raised[key].review_id == AGAIN}
    assert found == {"harm", "poor_care"}


def test_handed_back_it_is_over_and_the_first_is_shown_again(again, clock):
    do(again, AMIRA, "hand_back", reason="No time.")
    assert FIRST in listed(again)
    state = replay(again.store.read())
    assert state.reviews[AGAIN].status == "handed_back"
    assert [r.reviewer for r in state.independent(CASE)] == ["amira", "ben"]
    assert give(again, clock, ("amira", CASE)) == [], "nobody is asked a third time"


def test_a_coordinator_takes_back_what_its_reader_left_and_then_the_first_can_be_opened(
    again, clock
):
    read_it(again, {"admission.score": {"value": 2}})
    gone = {"value": {"offer_again": False}, "reason": "She left the trust."}
    for person, more, code in (
        (BEN, gone, "not-allowed"),
        (AMIRA_COORDINATES, gone, "own-case"),
        (CORA, gone | {"reason": " "}, "bad-value"),
        (CORA, gone | {"value": {"offer_again": True}}, "bad-value"),
    ):
        with pytest.raises(Refused) as error:
            do(again, person, "withdraw", **more)
        assert codes(error) == (code,)
    do(again, CORA, "withdraw", **gone)
    made = list(again.store.read())
    assert (made[-1].kind, made[-1].actor, made[-1].reason) == (
        *("handed_back", "cora"),
        "She left the trust.",
    )
    assert [e.review_id for e in made if e.kind == "answered"][-1] == AGAIN, "it stays on record"
    assert again.desk._state.reviews[AGAIN].status == "handed_back"
    assert FIRST in listed(again)
    with pytest.raises(Refused) as error:
        do(again, AMIRA, "answer", field="admission.score", value={"value": 1}, base_version=1)
    assert codes(error) == ("review-closed",)
    assert give(again, clock, ("amira", CASE)) == [], "nobody is asked a third time"
    do(again, CORA, "reopen", FIRST, reason="A slip of the pen.")
    assert check_replay(list(again.store.read())).passed


def test_a_second_reading_that_is_in_cannot_be_taken_back(again):
    read_it(again, COMPLETE)
    do(again, AMIRA, "submit")
    with pytest.raises(Refused) as error:
        do(again, CORA, "withdraw", value={"offer_again": False}, reason="Not needed.")
    assert codes(error) == ("review-closed",)
    with pytest.raises(Refused) as error:
        do(again, CORA, "reopen", reason="A slip.")
    assert codes(error) == ("no-such-review",)


def test_a_coordinator_sees_that_a_case_is_read_again_and_not_what_is_written(again):
    read_it(again, {"admission.score": {"value": 2}})
    for found in (
        next(c for c in again.desk.overview(CORA)["cases"] if c["case_id"] == CASE),
        again.desk.case(CORA, CASE),
    ):
        assert AGAIN not in [r["review_id"] for r in found["reviews"]]
        (row,) = found["second_readings"]
        assert (row["review_id"], row["kind"], row["status"]) == (AGAIN, "repeat", "open")
        assert row["members"] == ["amira"]
        assert not {"answers", "evidence", "form"} & set(row)


def test_only_a_reading_that_is_in_can_be_read_again(world, clock):
    world.fill(AMIRA, FIRST)
    assert give(world, clock, ("amira", CASE), ("ben", CASE), ("cody", CASE)) == []


def test_an_analyst_does_not_find_their_first_reading_in_the_extract_meanwhile(again):
    analyst = Person("amira", "Dr A.", "GP", ("reviewer", "analyst"))
    assert again.desk.extract(analyst)["reviews"] == []
    assert len(again.desk.extract(Person("noa", "", "", ("analyst",)))["reviews"]) == 2
    do(again, AMIRA, "hand_back")
    assert len(again.desk.extract(analyst)["reviews"]) == 2


def test_a_side_of_a_joint_review_is_not_read_again_before_the_other_is_in(world, clock):
    """When the other comes in the two meet, over the first readings of both."""
    world.fill(AMIRA, FIRST)
    world.submit(AMIRA, FIRST)
    state = replay(world.store.read())
    assert set(_places(state, CASE).in_since) == {"amira"}
    state.cases[CASE].joint = True
    assert _places(state, CASE).in_since == {}
    state.reviews[f"{CASE}-2"].status = "handed_back"
    assert set(_places(state, CASE).in_since) == {"amira"}, "nobody is to be met any more"


def test_the_rules_say_the_same_of_the_record_afterwards(again):
    read_it(again, COMPLETE)
    do(again, AMIRA, "submit")
    assert check_replay(list(again.store.read())).passed
