"""From the lock of the last review to the end of a case: what follows, and who may act."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from lltic.errors import Refused
from lltic.form import load_form
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.state import replay

CASE = "AAAAA-00001"
FIRST, SECOND = f"{CASE}-1", f"{CASE}-2"
ADA = Person("ada", "Dr Ada", "Region", ("adjudicator",))
CORA = Person("cora", "Cora", "Trust", ("coordinator",))
DAN = Person("dan", "Dr D.", "Hospital", ("reviewer",))


def codes(error) -> tuple[str, ...]:
    return error.value.codes


def stage(world, case=CASE) -> str:
    return replay(world.store.read()).stage(case)


def review(world, person, review_id, **change) -> None:
    """Fill a review and lock it, some answers changed (keys with __ for the dot)."""
    given = {key.replace("__", "."): value for key, value in change.items()}
    world.fill(person, review_id, {**world.complete, **given})
    world.submit(person, review_id)


def both(world, first=3, second=3) -> None:
    harmless = {"problems__any": {"value": "no"}}
    for person, review_id, score in ((world.amira, FIRST, first), (world.ben, SECOND, second)):
        review(world, person, review_id, overall__score={"value": score}, **harmless)


def kinds(world, kind) -> list:
    return [event for event in world.store.read() if event.kind == kind]


def take(world, person, kind, case=""):
    operation = world.operation("take", "", value={"kind": kind})
    operation["case_id"] = case
    del operation["review_id"]
    return world.desk.operate(person, operation)


def coordinate(world, kind, review_id=FIRST, person=CORA, signature="password", **more):
    operation = world.operation(kind, review_id, **more)
    return world.desk.operate(person, operation, signature)


# -- signatures ----------------------------------------------------------------------------


def test_a_review_is_not_locked_without_a_signature(world):
    world.fill(world.amira, FIRST)
    with pytest.raises(Refused) as error:
        world.desk.operate(world.amira, world.operation("submit", FIRST))
    assert codes(error) == ("not-signed",)
    assert kinds(world, "submitted") == []


def test_the_signature_says_who_what_and_when(world):
    review(world, world.amira, FIRST)
    (event,) = kinds(world, "submitted")
    assert event.actor == "amira" and event.at and event.value["signature"]["method"] == "password"
    assert "judged" in event.value["signature"]["says"]


# -- where a case stands --------------------------------------------------------------------


def test_a_case_waits_until_all_reviews_are_in(world):
    assert stage(world) == "awaiting"
    review(world, world.amira, FIRST)
    assert stage(world) == "awaiting"


def test_two_who_see_much_the_same_conclude_a_case(world):
    both(world, 3, 4)
    assert stage(world) == "concluded"
    assert world.desk.waiting(ADA)["waiting"] == []


def test_two_who_differ_wait_for_an_adjudicator(world):
    both(world, 3, 5)
    assert stage(world) == "discordant"
    assert world.desk.waiting(ADA)["waiting"] == [{"case_id": CASE, "kind": "adjudication"}]


def test_an_adjudicator_settles_what_differs_and_sees_no_names(world):
    both(world, 3, 5)
    taken = take(world, ADA, "adjudication", CASE)
    page = world.desk.review(ADA, taken["review_id"])
    assert [s["label"] for s in page["sources"]] == ["A", "B"]
    assert page["differing"] == ["overall.score"]
    assert page["fields"]["admission.score"]["answer"] == {"value": 4}  # both said so
    assert "overall.score" not in page["fields"]
    assert not {"amira", "ben", "Dr A.", "Dr B."} & set(str(page).replace("'", " ").split())
    assert stage(world) == "in_adjudication"
    world.answer(ADA, taken["review_id"], "overall.score", {"value": 4})
    operation = {**world.operation("submit", taken["review_id"]), "case_id": CASE}
    world.desk.operate(ADA, operation, "password")
    assert stage(world) == "concluded"


def test_the_order_of_the_labels_is_not_that_of_the_places(world):
    """Over many cases A is the first reader about as often as the second."""
    from lltic.reviews.rules import sources_of

    state = replay(world.store.read())
    firsts = 0
    for number in range(200):
        a, b = (dataclasses.replace(state.reviews[r]) for r in (FIRST, SECOND))
        for side in (a, b):
            side.seal = hashlib.sha256(f"{number}{side.review_id}".encode()).hexdigest()
        state.reviews.update({FIRST: a, SECOND: b})
        firsts += sources_of(state, a)[0].review_id == FIRST
    assert 70 < firsts < 130


@pytest.mark.parametrize("roles", [("reviewer",), ("coordinator",), ("auditor",), ()])
def test_only_an_adjudicator_adjudicates(world, roles):
    both(world, 1, 5)
    with pytest.raises(Refused):
        take(world, Person("eve", "", "", roles), "adjudication", CASE)


def test_nobody_adjudicates_between_another_and_themselves(world):
    both(world, 1, 5)
    amira = dataclasses.replace(world.amira, roles=("reviewer", "adjudicator"))
    with pytest.raises(Refused) as error:
        take(world, amira, "adjudication", CASE)
    assert codes(error) == ("nothing-to-take",)


def test_a_case_is_adjudicated_once(world):
    both(world, 1, 5)
    take(world, ADA, "adjudication", CASE)
    with pytest.raises(Refused):
        take(world, dataclasses.replace(ADA, name="ari"), "adjudication", CASE)


# -- what a lock sets off --------------------------------------------------------------------


def test_poor_care_makes_one_second_stage_and_tells_somebody(world):
    review(world, world.amira, FIRST, overall__score={"value": 2}, problems__any={"value": "no"})
    (escalation,) = kinds(world, "escalated")
    assert escalation.value["trigger"] == "poor_care"
    assert [e.value["kind"] for e in kinds(world, "offered")] == ["stage_2"]


def test_two_triggers_and_two_reviewers_still_make_one_second_stage(world):
    for person, review_id in ((world.amira, FIRST), (world.ben, SECOND)):
        review(world, person, review_id, overall__score={"value": 1})
    assert len(kinds(world, "offered")) == 1
    told = [(e.review_id, e.value["trigger"]) for e in kinds(world, "escalated")]
    assert sorted(told) == [(r, t) for r in (FIRST, SECOND) for t in ("harm", "poor_care")]


def test_reopening_and_locking_again_tells_nobody_twice(world):
    review(world, world.amira, FIRST, overall__score={"value": 2})
    before = len(kinds(world, "escalated"))
    coordinate(world, "reopen", reason="A page of notes was missing.")
    world.submit(world.amira, FIRST)
    assert len(kinds(world, "escalated")) == before == 2


def test_a_reopened_review_that_turns_serious_tells_somebody(world):
    review(world, world.amira, FIRST, overall__score={"value": 3}, problems__any={"value": "no"})
    assert kinds(world, "escalated") == []
    coordinate(world, "reopen", reason="A page of notes was missing.")
    world.answer(world.amira, FIRST, "overall.score", {"value": 1}, base_version=1)
    world.submit(world.amira, FIRST)
    assert len(kinds(world, "escalated")) == 1


def test_the_second_stage_opens_when_the_first_is_settled(world):
    review(world, world.amira, FIRST, overall__score={"value": 2})
    assert world.desk.waiting(ADA)["waiting"] == []
    review(world, world.ben, SECOND, overall__score={"value": 2})
    assert stage(world) == "in_stage_2"
    taken = take(world, ADA, "stage_2", CASE)
    page = world.desk.review(ADA, taken["review_id"])
    assert page["form"]["name"] == "sjr_stage2" and len(page["sources"]) == 2
    answers = {
        "overall.judgement": {"value": "Read again."},
        "overall.score": {"value": 2},
        "avoidability.judgement": {"value": "Earlier fluids."},
        "avoidability.score": {"value": 3},
        "next.investigation": {"value": "yes"},
        "next.candour": {"value": "yes"},
    }
    for field, value in answers.items():
        operation = world.operation("answer", taken["review_id"], field=field, value=value)
        world.desk.operate(ADA, {**operation, "case_id": CASE, "base_version": 0})
    operation = {**world.operation("submit", taken["review_id"]), "case_id": CASE}
    world.desk.operate(ADA, operation, "password")
    assert stage(world) == "concluded"
    told = {
        e.value["trigger"] for e in kinds(world, "escalated") if e.review_id.endswith("stage_2")
    }
    assert told == {"more_likely_than_not", "poor_care"}


def test_an_escalation_that_cannot_be_written_leaves_the_review_open(world, monkeypatch):
    """Both are on record or neither: the append is one."""
    from lltic.errors import LlticError, Problem

    world.fill(world.amira, FIRST, {**world.complete, "overall.score": {"value": 1}})
    sizes = []

    def full(drafts):
        sizes.append([d.kind for d in drafts])
        raise LlticError(Problem("store-unavailable", "the record", "no space"))

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "append", full)
        with pytest.raises(LlticError):
            world.submit(world.amira, FIRST)
    assert sizes == [["submitted", "offered", "escalated", "escalated"]]
    assert kinds(world, "submitted") == kinds(world, "escalated") == []
    world.submit(world.amira, FIRST)
    assert len(kinds(world, "escalated")) == 2


def test_what_became_of_an_escalation_is_kept(world):
    review(world, world.amira, FIRST, overall__score={"value": 2}, problems__any={"value": "no"})
    (escalation,) = world.desk.overview(CORA)["escalations"]
    said = {
        "to": "Medical director",
        "sent_at": "2026-10-05",
        "duty_of_candour": "family_to_be_told",
    }
    update = {"field": escalation["escalation_id"], "base_version": 0, "value": said}
    coordinate(world, "escalation_update", **update)
    (now,) = world.desk.overview(CORA)["escalations"]
    assert now["record"] == said and now["version"] == 1
    with pytest.raises(Refused) as error:
        coordinate(world, "escalation_update", **update)
    assert codes(error) == ("conflict",)
    for bad in ({}, {"colour": "red"}, {"duty_of_candour": "maybe"}, {"to": 1}, None, "x"):
        with pytest.raises(Refused):
            coordinate(world, "escalation_update", **{**update, "base_version": 1, "value": bad})


def test_the_dates_of_an_escalation_are_dates_up_to_today(world, clock):
    from datetime import timedelta

    review(world, world.amira, FIRST, overall__score={"value": 2}, problems__any={"value": "no"})
    (escalation,) = world.desk.overview(CORA)["escalations"]
    update = {"field": escalation["escalation_id"], "base_version": 0}
    today = clock().date()
    bad = ("5 October 2026", "20260905", "2026-W36-4", "2026-9-3", "2026-02-30", "1999-12-31")
    bad += ("２０２６-09-03", "2026-09-03T10:00", str(today + timedelta(days=2)), "9999-12-31")
    for said in bad:
        with pytest.raises(Refused) as error:
            coordinate(world, "escalation_update", **{**update, "value": {"sent_at": said}})
        (problem,) = error.value.problems
        assert (problem.code, problem.where) == ("bad-value", "sent_at")
        assert said not in str(error.value)
    wrong = {"sent_at": "soon", "acknowledged_at": "later", "duty_of_candour": "maybe"}
    with pytest.raises(Refused) as error:
        coordinate(world, "escalation_update", **{**update, "value": wrong})
    assert len(error.value.problems) == 3, "all at once"
    coordinate(world, "escalation_update", **{**update, "value": {"sent_at": str(today)}})
    taken_back = {**update, "base_version": 1, "value": {"sent_at": ""}}
    coordinate(world, "escalation_update", **taken_back)


# -- reopening, handing back, taking ------------------------------------------------------------


@pytest.mark.parametrize("change", [{"reason": ""}, {"reason": "   "}, {"signature": ""}])
def test_a_review_is_reopened_with_a_reason_and_a_signature(world, change):
    review(world, world.amira, FIRST)
    with pytest.raises(Refused):
        coordinate(world, "reopen", **{"reason": "A page was missing.", **change})


def test_a_reviewer_cannot_reopen(world):
    review(world, world.amira, FIRST)
    with pytest.raises(Refused) as error:
        coordinate(world, "reopen", person=world.amira, reason="I changed my mind.")
    assert codes(error) == ("not-allowed",)


def test_a_review_others_have_seen_is_not_reopened(world):
    both(world, 1, 5)
    take(world, ADA, "adjudication", CASE)
    with pytest.raises(Refused) as error:
        coordinate(world, "reopen", reason="A page was missing.")
    assert codes(error) == ("case-opened",)


def test_a_case_handed_back_is_offered_and_taken_by_somebody_else(world):
    world.desk.operate(world.amira, world.operation("hand_back", FIRST, reason="I knew them."))
    for nobody in (world.amira, world.ben):
        with pytest.raises(Refused) as error:
            take(world, nobody, "independent")
        assert codes(error) == ("nothing-to-take",)
    taken = take(world, DAN, "independent")
    assert taken["review_id"] == f"{CASE}-3" and taken["case_id"] == CASE
    assert world.desk.review(DAN, taken["review_id"])["fields"] == {}
    review(world, world.ben, SECOND)
    assert stage(world) == "awaiting"  # Dan's is still out: the blind holds
    assert kinds(world, "handed_back")[0].value == {"declined": True}


def test_a_coordinator_withdraws_a_review_nobody_does(world):
    review(world, world.ben, SECOND, problems__any={"value": "no"})
    again = {"value": {"offer_again": True}, "reason": "On leave."}
    coordinate(world, "withdraw", **again)
    with pytest.raises(Refused):
        world.answer(world.amira, FIRST, "admission.score", {"value": 4})
    coordinate(world, "withdraw", f"{CASE}-3", value={"offer_again": False}, reason="Nobody.")
    assert stage(world) == "concluded"


def test_the_last_review_of_a_case_cannot_be_withdrawn_for_good(world):
    gone = {"value": {"offer_again": False}, "reason": "On leave."}
    coordinate(world, "withdraw", **gone)
    with pytest.raises(Refused) as error:
        coordinate(world, "withdraw", SECOND, **gone)
    assert codes(error) == ("last-review",)


# -- breaking the blind -----------------------------------------------------------------------


def test_the_blind_is_broken_with_a_reason_and_stays_visible(world):
    review(world, world.amira, FIRST)
    with pytest.raises(Refused) as error:
        world.desk.case(CORA, CASE)
    assert codes(error) == ("case-blind",)
    coordinate(world, "break_blind", reason="Immediate safety concern.")
    answers = {r["review_id"]: r["answers"] for r in world.desk.case(CORA, CASE)["reviews"]}
    assert answers[FIRST]["overall.score"] == {"value": 3}
    (event,) = kinds(world, "unblinded")
    assert (event.actor, event.reason) == ("cora", "Immediate safety concern.")
    assert event.value["stage"] == "awaiting"
    (row,) = [c for c in world.desk.overview(CORA)["cases"] if c["case_id"] == CASE]
    assert row["unblinded"]


def test_another_coordinator_breaks_the_blind_for_themselves(world):
    coordinate(world, "break_blind", reason="Immediate safety concern.")
    with pytest.raises(Refused):
        world.desk.case(dataclasses.replace(CORA, name="carl"), CASE)


def test_a_coordinator_who_reads_a_case_cannot_open_it(world):
    both_roles = dataclasses.replace(world.ben, roles=("reviewer", "coordinator"))
    with pytest.raises(Refused) as error:
        coordinate(world, "break_blind", person=both_roles, reason="Curious.")
    assert codes(error) == ("own-case",)
    review(world, world.amira, FIRST)
    assert world.desk.overview(both_roles)["cases"] == []
    assert world.desk.overview(both_roles)["escalations"] == []


def test_a_coordinator_sees_progress_and_no_answer(world):
    review(world, world.amira, FIRST)
    page = world.desk.overview(CORA)
    assert "sepsis" not in str(page) and "answers" not in str(page)
    assert {c["stage"] for c in page["cases"]} == {"awaiting"}


# -- who may read what -----------------------------------------------------------------------


@pytest.mark.parametrize("call", ["waiting", "overview", "extract"])
def test_a_reviewer_may_open_none_of_the_others_pages(world, call):
    with pytest.raises(Refused) as error:
        getattr(world.desk, call)(world.amira)
    assert codes(error) == ("not-allowed",)


def test_an_analyst_reads_pseudonyms_of_cases_that_are_in(world):
    analyst = Person("anna", "", "", ("analyst",))
    review(world, world.amira, FIRST)
    assert world.desk.extract(analyst)["reviews"] == []
    review(world, world.ben, SECOND)
    rows = world.desk.extract(analyst)["reviews"]
    assert len({r["reviewer"] for r in rows}) == 2 and "amira" not in str(rows)


def test_an_auditor_reads_all_and_changes_nothing(world):
    auditor = Person("otto", "", "", ("auditor",))
    world.answer(world.amira, FIRST, "admission.score", {"value": 4})
    found = world.desk.events(auditor, 0)["events"]
    assert [e["seq"] for e in found] == list(range(1, len(found) + 1))
    assert world.desk.events(auditor, found[-1]["seq"])["events"] == []
    with pytest.raises(Refused):
        world.answer(auditor, FIRST, "admission.score", {"value": 1}, base_version=1)


def test_an_auditor_who_reviews_reads_the_record_when_their_cases_are_in(world):
    auditing_amira = dataclasses.replace(world.amira, roles=("reviewer", "auditor"))
    for book in (world.desk.events, world.desk.accesses):
        with pytest.raises(Refused) as error:
            book(auditing_amira, 0)
        assert codes(error) == ("still-blind",)
    for one in list(replay(world.store.read()).reviews.values()):
        review(world, getattr(world, one.reviewer), one.review_id)
    assert world.desk.events(auditing_amira, 0)["events"]


# -- one window --------------------------------------------------------------------------------


def test_a_second_window_is_told_and_may_take_over(world):
    world.desk.hold(world.amira, FIRST, "one")
    with pytest.raises(Refused) as error:
        world.desk.hold(world.amira, FIRST, "two")
    assert codes(error) == ("open-elsewhere",)
    operation = world.operation("answer", FIRST, field="admission.score", value={"value": 4})
    with pytest.raises(Refused):
        world.desk.operate(world.amira, {**operation, "base_version": 0, "window": "two"})
    world.desk.hold(world.amira, FIRST, "two", take_over=True)
    with pytest.raises(Refused):
        world.desk.hold(world.amira, FIRST, "one")


def test_a_window_that_is_gone_is_forgotten(world, clock):
    from datetime import timedelta

    world.desk.hold(world.amira, FIRST, "one")
    clock.jump = timedelta(minutes=1)
    world.desk.hold(world.amira, FIRST, "two")


def test_windows_of_two_people_do_not_meet(world):
    world.desk.hold(world.amira, FIRST, "one")
    world.desk.hold(world.ben, SECOND, "two")


# -- a joint review ------------------------------------------------------------------------------


PRIMARY, SECONDARY, CONSENSUS = (f"{CASE}-{end}" for end in ("p", "s", "consensus"))
SIDES = {
    "before": "primary_care",
    "after": "primary_care",
    "stay": "secondary_care",
    "discharge": "secondary_care",
}


@pytest.fixture
def joint(small_study, clock):
    """The first case once more, read jointly, under another case id."""
    from itertools import count

    from small_study import World

    case = "BBBBB-00001"
    book = small_study.cohort / "casebook.json"
    book.write_text(book.read_text().replace("AAAAA-00002", case))
    admin.assign(
        small_study,
        [
            Assignment(f"{case}-1", case, "amira", 1, "lltic_joint", "primary_care"),
            Assignment(f"{case}-2", case, "ben", 2, "lltic_joint", "secondary_care"),
        ],
        clock,
    )
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        world.case = case
        yield world


def joint_answers(side, score) -> dict:
    form = load_form("lltic_joint").model.for_discipline(side)
    phases = [page.id for page in form.pages if page.kind == "phase"]
    answers = {f"{page}.judgement": {"value": f"{page} seen by {side}"} for page in phases}
    answers |= {f"{page}.score": {"value": 4} for page in phases}
    return {
        **answers,
        "overall.judgement": {"value": f"As {side} sees it."},
        "overall.score": {"value": score},
    }


def joint_sides(joint, first=3, second=4) -> None:
    for person, number, side, score in (
        (joint.amira, 1, "primary_care", first),
        (joint.ben, 2, "secondary_care", second),
    ):
        joint.fill(person, f"{joint.case}-{number}", joint_answers(side, score))
        joint.submit(person, f"{joint.case}-{number}")


def test_each_side_of_a_joint_review_is_asked_its_own_part(joint):
    pages = joint.desk.review(joint.amira, f"{joint.case}-1")["form"]["pages"]
    assert [p["id"] for p in pages] == ["before", "after", "overall", "lessons"]
    with pytest.raises(Refused) as error:
        joint.answer(joint.amira, f"{joint.case}-1", "stay.score", {"value": 4})
    assert codes(error) == ("unknown-item",)


def test_the_sides_meet_when_both_are_locked_and_not_before(joint):
    joint.fill(joint.amira, f"{joint.case}-1", joint_answers("primary_care", 3))
    joint.submit(joint.amira, f"{joint.case}-1")
    assert all(r["kind"] == "independent" for r in joint.desk.worklist(joint.amira)["reviews"])
    joint.fill(joint.ben, f"{joint.case}-2", joint_answers("secondary_care", 4))
    joint.submit(joint.ben, f"{joint.case}-2")
    for person in (joint.amira, joint.ben):
        page = joint.desk.review(person, f"{joint.case}-consensus")
        assert [s["label"] for s in page["sources"]] == ["primary_care", "secondary_care"]
        assert page["differing"] == ["overall.judgement", "overall.score"]
        assert set(page["fields"]) == {
            f"{page}.{item}" for page in SIDES for item in ("judgement", "score")
        }


def agree(joint, person, field, value, version=0):
    operation = joint.operation("answer", f"{joint.case}-consensus", field=field, value=value)
    return joint.desk.operate(person, {**operation, "case_id": joint.case, "base_version": version})


def sign(joint, person):
    operation = joint.operation("submit", f"{joint.case}-consensus")
    return joint.desk.operate(person, operation, "password")


def test_a_consensus_is_locked_when_both_have_signed_the_same_words(joint):
    joint_sides(joint)
    agree(joint, joint.amira, "overall.judgement", {"value": "Together."})
    agree(joint, joint.ben, "overall.score", {"value": 3})
    assert sign(joint, joint.amira)["receipt"] == ""
    page = joint.desk.review(joint.ben, f"{joint.case}-consensus")
    assert page["others_signed"] and not page["signed"]
    agree(joint, joint.ben, "overall.score", {"value": 4}, version=1)
    assert not joint.desk.review(joint.ben, f"{joint.case}-consensus")["others_signed"]
    assert sign(joint, joint.ben)["receipt"] == ""
    assert sign(joint, joint.amira)["receipt"] != ""
    assert stage(joint, joint.case) == "concluded"
    with pytest.raises(Refused):
        agree(joint, joint.ben, "overall.score", {"value": 1}, version=2)


def test_two_who_write_at_once_conflict_visibly(joint):
    joint_sides(joint)
    agree(joint, joint.amira, "overall.judgement", {"value": "Mine."})
    with pytest.raises(Refused) as error:
        agree(joint, joint.ben, "overall.judgement", {"value": "Also mine."})
    assert error.value.conflict["value"] == {"value": "Mine."}
    assert error.value.conflict["version"] == 1


def test_agreement_is_computed_on_what_each_locked_alone(joint):
    from lltic.reviews import read

    joint_sides(joint)
    agree(joint, joint.amira, "overall.judgement", {"value": "Together."})
    agree(joint, joint.ben, "overall.score", {"value": 5})
    sign(joint, joint.amira)
    sign(joint, joint.ben)
    scores = {
        j.reviewer: j.value
        for j in read.judgements(joint.study)
        if j.case_id == joint.case and j.item == "overall.score"
    }
    assert scores == {"amira": 3, "ben": 4}


def test_a_consensus_is_not_handed_back_by_one(joint):
    joint_sides(joint)
    operation = joint.operation("hand_back", f"{joint.case}-consensus", reason="No.")
    with pytest.raises(Refused) as error:
        joint.desk.operate(joint.amira, operation)
    assert codes(error) == ("not-yours-alone",)


def test_the_state_can_be_rebuilt_after_all_of_it(joint):
    joint_sides(joint)
    agree(joint, joint.amira, "overall.judgement", {"value": "Together."})
    agree(joint, joint.ben, "overall.score", {"value": 5})
    sign(joint, joint.amira)
    sign(joint, joint.ben)
    assert replay(joint.store.read()) == joint.desk._state
