"""What each person may see and do, on every kind of store."""

from __future__ import annotations

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lltic.errors import Refused
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.rules import Conflict
from lltic.reviews.state import replay

FIRST, SECOND = "AAAAA-00001-1", "AAAAA-00001-2"


def codes(error) -> tuple[str, ...]:
    return error.value.codes


def test_an_answer_is_kept_with_its_version_and_time(world):
    ack = world.answer(world.amira, FIRST, "admission.judgement", {"value": "Prompt."})
    assert ack["version"] == 1 and ack["at"].startswith("2026-10-05T09:")
    fields = world.desk.review(world.amira, FIRST)["fields"]
    assert fields["admission.judgement"] == {"answer": {"value": "Prompt."}, "version": 1}


def test_an_acknowledgement_says_nothing_of_the_rest_of_the_record(world):
    ack = world.answer(world.amira, FIRST, "admission.score", {"value": 4})
    assert set(ack) == {"op_id", "case_id", "review_id", "field", "at", "version"}


def test_the_same_operation_twice_is_done_once(world):
    operation = world.operation(
        "answer", FIRST, field="admission.score", value={"value": 4}, base_version=0
    )
    first = world.desk.operate(world.amira, operation)
    again = world.desk.operate(world.amira, operation)
    assert first == again
    assert sum(e.kind == "answered" for e in world.store.read()) == 1


def test_a_repeated_operation_is_recognised_after_a_restart(world, clock):
    operation = world.operation(
        "answer", FIRST, field="admission.score", value={"value": 4}, base_version=0
    )
    first = world.desk.operate(world.amira, operation)
    assert Desk(world.study, world.store, clock).operate(world.amira, operation) == first


def test_an_operation_sent_again_is_done_whoever_holds_the_review_now(world):
    operation = world.operation(
        "answer", FIRST, field="admission.score", value={"value": 4}, base_version=0
    )
    first = world.desk.operate(world.amira, {**operation, "window": "one"})
    world.desk.hold(world.amira, FIRST, "two", take_over=True)
    other = world.operation("answer", FIRST, field="admission.score", value={"value": 2})
    world.desk.operate(world.amira, {**other, "base_version": 1, "window": "two"})
    assert world.desk.operate(world.amira, {**operation, "window": "one"}) == first


def test_a_lock_sent_again_gives_the_same_receipt(world):
    world.fill(world.amira, FIRST)
    submit = world.operation("submit", FIRST)
    receipt = world.desk.operate(world.amira, submit, "password")
    assert world.desk.operate(world.amira, submit) == receipt


def test_an_operation_id_cannot_be_used_by_somebody_else(world):
    operation = world.operation(
        "answer", FIRST, field="admission.score", value={"value": 4}, base_version=0
    )
    world.desk.operate(world.amira, operation)
    before = world.store.head()
    for stolen in ({**operation, "review_id": SECOND}, operation):
        with pytest.raises(Refused) as error:
            world.desk.operate(world.ben, stolen)
        assert codes(error)[0] in ("bad-operation", "no-such-review")
    assert world.store.head() == before


def test_two_windows_conflict_visibly_and_nothing_is_overwritten(world):
    world.answer(world.amira, FIRST, "admission.judgement", {"value": "First window."})
    with pytest.raises(Conflict) as error:
        world.answer(world.amira, FIRST, "admission.judgement", {"value": "Second window."})
    assert error.value.conflict["value"] == {"value": "First window."}
    assert error.value.conflict["version"] == 1
    fields = world.desk.review(world.amira, FIRST)["fields"]
    assert fields["admission.judgement"]["answer"] == {"value": "First window."}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("admission.score", {"value": 6}, "bad-value"),
        ("admission.score", {"value": "4"}, "bad-value"),
        ("admission.score", {"value": True}, "bad-value"),
        ("admission.score", {"missing": "not_reached"}, "bad-missing"),
        ("admission.score", {"value": 4, "missing": "not_applicable"}, "bad-answer"),
        ("admission.score", 4, "bad-answer"),
        ("admission.judgement", {"value": 4}, "bad-value"),
        ("admission.judgement", {"value": "half a character \ud83d"}, "bad-value"),
        ("admission.judgement", {"value": "x" * 200_001}, "text-too-long"),
        ("problems.types", {"value": ["monitoring", "monitoring"]}, "bad-value"),
        ("problems.types", {"value": "monitoring"}, "bad-value"),
        ("nowhere.at_all", {"value": 1}, "unknown-item"),
    ],
)
def test_a_bad_value_is_refused_and_nothing_is_written(world, field, value, code):
    before = world.store.head()
    with pytest.raises(Refused) as error:
        world.answer(world.amira, FIRST, field, value)
    assert codes(error) == (code,)
    assert world.store.head() == before


def test_submitting_says_everything_that_is_missing_at_once(world):
    with pytest.raises(Refused) as error:
        world.submit(world.amira, FIRST)
    assert set(codes(error)) == {"answer-needed"} and len(codes(error)) == 12


def test_submitting_locks_and_gives_a_receipt(world):
    world.fill(world.amira, FIRST)
    ack = world.submit(world.amira, FIRST)
    assert ack["receipt"] == world.desk.review(world.amira, FIRST)["receipt"] != ""
    with pytest.raises(Refused) as error:
        world.answer(world.amira, FIRST, "admission.score", {"value": 1}, base_version=1)
    assert codes(error) == ("review-closed",)


def test_a_case_can_be_handed_back_with_a_reason(world):
    world.desk.operate(world.amira, world.operation("hand_back", FIRST, reason="I knew them."))
    (row,) = [r for r in world.desk.worklist(world.amira)["reviews"] if r["review_id"] == FIRST]
    assert row["status"] == "handed_back"


def test_the_case_must_be_the_reviews_own(world):
    operation = world.operation(
        "answer", FIRST, field="admission.score", value={"value": 4}, base_version=0
    )
    with pytest.raises(Refused) as error:
        world.desk.operate(world.amira, {**operation, "case_id": "AAAAA-00002"})
    assert codes(error) == ("wrong-case",)


def test_nothing_of_one_reviewer_reaches_the_other(world):
    """Whatever Amira does, every page Ben can open stays the same, byte for byte."""

    def all_that_ben_sees() -> str:
        pages = [world.desk.worklist(world.ben), world.desk.coding_queue(world.ben)]
        for case in ("AAAAA-00001", "AAAAA-00002"):
            pages.append(world.desk.review(world.ben, f"{case}-2"))
            pages.append(world.desk.document(world.ben, f"{case}-2", f"doc-{case}"))
            for theirs in (f"{case}-1", "no-such-review"):
                for call in (world.desk.review, world.desk.coding_text):
                    with pytest.raises(Refused) as error:
                        call(world.ben, theirs)
                    pages.append(str(error.value))
        return json.dumps(pages, sort_keys=True)

    before = all_that_ben_sees()
    world.fill(world.amira, FIRST)
    assert all_that_ben_sees() == before
    world.submit(world.amira, FIRST)
    assert all_that_ben_sees() == before


def test_somebody_elses_review_is_refused_like_one_that_is_not_there(world):
    messages = []
    for review_id in (FIRST, "no-such-review"):
        with pytest.raises(Refused) as error:
            world.desk.review(world.ben, review_id)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_a_document_of_another_case_or_path_is_refused(world):
    for document in ("doc-AAAAA-00002", "../study.toml", "../../etc/passwd", "", "nothing"):
        with pytest.raises(Refused) as error:
            world.desk.document(world.amira, FIRST, document)
        assert codes(error) == ("no-such-document",)


def test_a_document_that_is_missing_is_said(world):
    (world.study.documents / "doc-AAAAA-00001.txt").unlink()
    with pytest.raises(Refused) as error:
        world.desk.document(world.amira, FIRST, "doc-AAAAA-00001")
    assert codes(error) == ("document-missing",)
    assert "coordinator" in str(error.value)


def test_a_clock_that_goes_back_changes_no_order(world, clock):
    """Also after a restart, what was written last counts, whatever its time says."""
    world.answer(world.amira, FIRST, "admission.judgement", {"value": "First."})
    clock.jump = -timedelta(days=400)
    world.answer(world.amira, FIRST, "admission.judgement", {"value": "Second."}, base_version=1)
    state = replay(world.store.read())
    assert state.reviews[FIRST].answers["admission.judgement"] == {"value": "Second."}
    first, second = [e for e in world.store.read() if e.kind == "answered"]
    assert first.seq < second.seq and first.at > second.at


def lock_both(world) -> None:
    for person, review in ((world.amira, FIRST), (world.ben, SECOND)):
        world.fill(person, review)
        world.submit(person, review)


def test_text_opens_for_coding_when_both_have_submitted(world):
    world.fill(world.amira, FIRST)
    world.submit(world.amira, FIRST)
    assert world.desk.coding_queue(world.cody)["texts"] == []
    world.fill(world.ben, SECOND)
    world.submit(world.ben, SECOND)
    texts = world.desk.coding_queue(world.cody)["texts"]
    assert {t["review_id"] for t in texts} == {FIRST, SECOND}
    world.desk.operate(world.cody, world.operation("take_text", FIRST))
    assert "amira" not in json.dumps(world.desk.coding_text(world.cody, FIRST))


def test_a_reviewer_who_codes_never_gets_a_case_of_their_own(world):
    lock_both(world)
    both = dataclasses.replace(world.ben, roles=("reviewer", "coder"))
    assert world.desk.coding_queue(both)["texts"] == []
    with pytest.raises(Refused):
        world.desk.coding_text(both, FIRST)


def code(world, **change):
    queue = world.desk.coding_queue(world.cody)
    value = {"theme": "fluid_management", "start": 0, "end": 13}
    value = {**value, "codebook_hash": queue["codebook_hash"], **change}
    return world.operation("code", FIRST, field="ongoing.judgement", value=value)


def test_a_passage_is_coded_and_uncoded(world):
    lock_both(world)
    operation = code(world)
    world.desk.operate(world.cody, operation)
    (coding,) = world.desk.coding_text(world.cody, FIRST)["codings"]
    assert (coding["theme"], coding["start"], coding["end"]) == ("fluid_management", 0, 13)
    undo = world.operation("uncode", FIRST, value={"coding_id": coding["coding_id"]})
    world.desk.operate(world.cody, undo)
    assert world.desk.coding_text(world.cody, FIRST)["codings"] == []


@pytest.mark.parametrize(
    "change",
    [{"theme": "nonsense"}, {"start": -1}, {"end": 10_000}, {"start": 5, "end": 5}, {"start": 0.5}],
)
def test_a_coding_outside_the_codebook_or_the_text_is_refused(world, change):
    lock_both(world)
    with pytest.raises(Refused) as error:
        world.desk.operate(world.cody, code(world, **change))
    assert codes(error) == ("bad-value",)


def test_roles_decide_what_a_person_may_do(world):
    nobody = Person("amira", "", "", ("auditor",))
    assert world.desk.worklist(nobody)["reviews"] == []
    with pytest.raises(Refused):
        world.desk.review(nobody, FIRST)


@pytest.mark.parametrize(
    ("view", "arguments"),
    [("worklist", ()), ("overview", ()), ("events", (0,)), ("accesses", (0,))],
)
def test_nobody_looks_while_something_is_being_written(world, view, arguments):
    """What is looked at would change under the eyes of who goes through it."""
    everything = Person("otto", "", "", ("reviewer", "coordinator", "auditor"))
    with ThreadPoolExecutor(1) as pool:
        with world.desk._turn:
            looking = pool.submit(getattr(world.desk, view), everything, *arguments)
            with pytest.raises(TimeoutError):
                looking.result(timeout=0.2)
        assert looking.result(timeout=30)


def test_the_state_can_be_rebuilt_from_the_record(world):
    lock_both(world)
    world.desk.operate(world.cody, code(world))
    assert replay(world.store.read()) == world.desk._state


def test_a_store_that_fails_leaves_nothing_acknowledged(world, monkeypatch):
    from lltic.errors import Problem
    from lltic.reviews.record.store import StoreUnavailable

    def full(drafts):
        raise StoreUnavailable(Problem("store-unavailable", "the record", "no space"))

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "append", full)
        with pytest.raises(StoreUnavailable):
            world.answer(world.amira, FIRST, "admission.score", {"value": 4})
    assert world.desk.review(world.amira, FIRST)["fields"] == {}
    assert world.answer(world.amira, FIRST, "admission.score", {"value": 4})["version"] == 1
