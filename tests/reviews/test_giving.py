"""Who is to read a case: places that a coordinator opens and gives, and what is refused."""

from __future__ import annotations

import dataclasses
import json

import pytest

from lltic.audit.replay import check_replay
from lltic.errors import Refused
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.places import _places
from lltic.reviews.state import replay

CASE, FRESH = "AAAAA-00001", "AAAAA-00009"
FIRST, SECOND, THIRD = (f"{CASE}-{n}" for n in (1, 2, 3))
ADA = Person("ada", "Dr Ada", "Region", ("adjudicator",))
CORA = Person("cora", "Cora", "Trust", ("coordinator",))
DAN = Person("dan", "Dr D.", "Hospital", ("reviewer",))


def codes(error) -> tuple[str, ...]:
    return error.value.codes


def do(world, kind, case=CASE, review="", person=CORA, whom=None, **more):
    operation = world.operation(kind, review or f"{case}-1", **more)
    operation |= {"case_id": case, "review_id": review}
    return world.desk.operate(person, operation, "password", whom)


def offer(world, case=CASE, reason="A third reader, to calibrate.", **more):
    return do(world, "offer", case, reason=reason, **more)


def give(world, review=THIRD, whom=DAN, **more):
    return do(world, "give", review=review, whom=whom, **more)


def on_list(world, person) -> list[str]:
    return [row["review_id"] for row in world.desk.worklist(person)["reviews"]]


@pytest.fixture
def fresh(world, clock):
    """The same study with a case in its case book that nobody was ever given."""
    book = world.study.cohort / "casebook.json"
    cases = json.loads(book.read_text())
    cases[FRESH] = {**cases[CASE], "setting": "mental_health"}
    book.write_text(json.dumps(cases))
    world.desk = Desk(world.study, world.store, clock)
    return world


def test_a_place_is_opened_and_given_and_the_reader_finds_it(world):
    done = offer(world)
    assert done["review_id"] == THIRD
    assert give(world)["review_id"] == THIRD
    assert on_list(world, DAN) == [THIRD]
    world.answer(DAN, THIRD, "admission.score", {"value": 4})
    made = {e.kind: e for e in world.store.read()}
    assert made["given"].value == {"reviewer": "dan", "discipline": ""}
    assert (made["offered"].actor, made["given"].actor) == ("cora", "cora")
    assert made["offered"].reason == "A third reader, to calibrate."
    assert check_replay(list(world.store.read())).passed


def test_a_withdrawn_review_goes_to_somebody_of_the_coordinators_choice(world):
    do(world, "withdraw", review=FIRST, value={"offer_again": True}, reason="On leave.")
    give(world, whom=DAN)
    assert on_list(world, DAN) == [THIRD]
    with pytest.raises(Refused) as error:
        world.answer(world.amira, FIRST, "admission.score", {"value": 4})
    assert codes(error) == ("review-closed",)


def test_a_case_that_nobody_was_given_is_opened_under_the_studys_form(fresh):
    (waiting,) = fresh.desk.overview(CORA)["not_given"]
    assert waiting == {"case_id": FRESH, "setting": "mental_health"}
    assert offer(fresh, FRESH)["review_id"] == f"{FRESH}-1"
    do(fresh, "give", FRESH, f"{FRESH}-1", whom=DAN)
    assert on_list(fresh, DAN) == [f"{FRESH}-1"]
    page = fresh.desk.overview(CORA)
    assert page["not_given"] == []
    (row,) = [case for case in page["cases"] if case["case_id"] == FRESH]
    assert (row["setting"], row["stage"]) == ("mental_health", "awaiting")
    assert fresh.desk.review(DAN, f"{FRESH}-1")["form"]["name"] == "sjr"
    assert check_replay(list(fresh.store.read())).passed


def test_how_long_a_review_is_out_counts_from_when_its_reader_had_it(world):
    def since() -> dict[str, str]:
        page = world.desk.overview(CORA)
        return {r["review_id"]: r["out_since"] for c in page["cases"] for r in c["reviews"]}

    before = since()[FIRST]
    offer(world)
    opened = since()[THIRD]
    give(world)
    assert before < opened < since()[THIRD]
    world.fill(world.amira, FIRST)
    assert since()[FIRST] == before, "writing in it does not make it younger"
    world.submit(world.amira, FIRST)
    do(world, "reopen", review=FIRST, reason="A page was missing.")
    assert since()[FIRST] > before


# -- what is refused -----------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
def test_opening_a_place_needs_a_reason(world, reason):
    with pytest.raises(Refused) as error:
        offer(world, reason=reason)
    assert codes(error) == ("bad-value",)


@pytest.mark.parametrize("kind", ["offer", "give"])
def test_only_a_coordinator_and_not_for_a_case_of_their_own(world, kind):
    offer(world)
    both = dataclasses.replace(world.ben, roles=("reviewer", "coordinator"))
    said = {
        "not-allowed": (world.amira, ADA, DAN),
        "own-case": (both,),
    }
    before = world.store.head()
    for code, people in said.items():
        for person in people:
            with pytest.raises(Refused) as error:
                do(world, kind, review=THIRD, person=person, whom=DAN, reason="Curious.")
            assert codes(error) == (code,)
    assert world.store.head() == before


@pytest.mark.parametrize("case", ["AAAAA-00007", "", "../", CASE + "-1"])
def test_a_case_that_is_not_in_the_study_cannot_be_opened(world, case):
    with pytest.raises(Refused) as error:
        offer(world, case)
    assert codes(error) == ("no-such-case",)


def test_one_place_waits_at_a_time_and_none_where_all_reviews_are_in(world):
    offer(world)
    with pytest.raises(Refused) as error:
        offer(world)
    assert codes(error) == ("place-open",)
    do(world, "withdraw", review=THIRD, value={"offer_again": False}, reason="Not needed.")
    for person, review_id in ((world.amira, FIRST), (world.ben, SECOND)):
        world.fill(person, review_id)
        world.submit(person, review_id)
    with pytest.raises(Refused) as error:
        offer(world)
    assert codes(error) == ("case-in",), "a new reader would close what is open"


def test_a_place_is_given_once_and_to_somebody_who_reviews_and_does_not_read_it(world):
    offer(world)
    for whom, code in (
        (None, "no-such-reviewer"),
        (ADA, "no-such-reviewer"),
        (world.amira, "already-reads"),
        (world.ben, "already-reads"),
    ):
        with pytest.raises(Refused) as error:
            give(world, whom=whom)
        assert codes(error) == (code,)
    give(world)
    with pytest.raises(Refused) as error:
        give(world, whom=dataclasses.replace(DAN, name="dora"))
    assert codes(error) == ("not-offered",)
    with pytest.raises(Refused) as error:
        give(world, review="AAAAA-00002-1")
    assert codes(error) == ("no-such-review",)


def test_who_gave_a_case_back_is_not_given_it_again(world):
    world.desk.operate(world.amira, world.operation("hand_back", FIRST))
    with pytest.raises(Refused) as error:
        give(world, whom=world.amira)
    assert codes(error) == ("already-reads",)


def test_a_joint_place_is_for_a_side_that_nobody_reads_and_for_its_people(world, clock):
    joint = "BBBBB-00001"
    gp = Person("gwen", "Dr G.", "Practice", ("reviewer",), "primary_care")
    sides = [(1, "amira", "primary_care"), (2, "ben", "secondary_care")]
    plan = [Assignment(f"{joint}-{n}", joint, who, n, "lltic_joint", s) for n, who, s in sides]
    forms = admin._definitions(world.study, plan)
    world.store.append(admin._drafts(world.store, plan, forms, "2026-10-05T09:00:00.000000Z"))
    book = world.study.cohort / "casebook.json"
    book.write_text(json.dumps({joint: {}, **json.loads(book.read_text())}))
    world.desk = Desk(world.study, world.store, clock)
    do(world, "withdraw", joint, f"{joint}-1", value={"offer_again": False}, reason="On leave.")
    for side, code in (
        ("", "bad-value"),
        ("nursing", "bad-value"),
        ("secondary_care", "side-taken"),
    ):
        with pytest.raises(Refused) as error:
            offer(world, joint, value={"discipline": side})
        assert codes(error) == (code,)
    made = offer(world, joint, value={"discipline": "primary_care"})
    with pytest.raises(Refused) as error:
        do(world, "give", joint, made["review_id"], whom=DAN)
    assert codes(error) == ("other-discipline",)
    do(world, "give", joint, made["review_id"], whom=gp)
    state = replay(world.store.read())
    assert state.reviews[made["review_id"]].members == ("gwen",)
    assert check_replay(list(world.store.read())).passed


CODY = Person("cody", "Cody", "Task force", ("coder", "reviewer"))


def coded(world):
    book = world.desk.coding_queue(CODY)["codebook_hash"]
    value = {"theme": "fluid_management", "start": 0, "end": 5, "codebook_hash": book}
    do(world, "code", review=FIRST, person=CODY, field="ongoing.judgement", value=value)


def only_opened(world):
    do(world, "take_text", review=FIRST, person=CODY)
    assert world.desk.coding_text(CODY, FIRST)["texts"]


def given_back(world):
    only_opened(world)
    do(world, "release_text", review=FIRST, person=CODY)


def freed(world):
    coded(world)
    how = {"value": {"coder": "cody"}, "reason": "On leave."}
    do(world, "release_text", review=FIRST, **how)


@pytest.mark.parametrize("opened", [coded, only_opened, given_back, freed])
def test_whoever_opened_what_a_reader_wrote_to_code_it_is_not_given_the_case(world, opened):
    """A review that was coded is opened again and handed back: its place is not for the coder."""
    for person, review in ((world.amira, FIRST), (world.ben, SECOND)):
        world.fill(person, review)
        world.submit(person, review)
    opened(world)
    do(world, "reopen", review=FIRST, reason="A slip of the pen.")
    do(world, "hand_back", review=FIRST, person=world.amira, reason="No time.")
    with pytest.raises(Refused) as error:
        give(world, whom=CODY)
    assert codes(error) == ("codes-this-case",)
    with pytest.raises(Refused) as error:
        do(world, "take", person=CODY, value={"kind": "independent"})
    assert codes(error) == ("nothing-to-take",)
    assert "cody" in _places(replay(world.store.read()), CASE).left_by
    assert give(world, whom=DAN)["review_id"] == THIRD
    assert check_replay(list(world.store.read())).passed


def test_a_text_is_shown_to_nobody_who_has_not_taken_it(world):
    """So that the record knows of everybody who read it."""
    for person, review in ((world.amira, FIRST), (world.ben, SECOND)):
        world.fill(person, review)
        world.submit(person, review)
    with pytest.raises(Refused) as error:
        world.desk.coding_text(CODY, FIRST)
    assert codes(error) == ("not-taken",)
    given_back(world)
    with pytest.raises(Refused) as error:
        world.desk.coding_text(CODY, FIRST)
    assert codes(error) == ("not-taken",)
