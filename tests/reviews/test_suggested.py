"""Suggestions never anchor: who may see them and when, what came of them, and what stays apart."""

from __future__ import annotations

import dataclasses
import json

import pytest
from running_service import everybody, served
from small_study import BEN, CODY, COMPLETE, World
from suggesting import MODEL, offer_by_hand, offer_to, said_of

from lltic.audit.replay import check_replay
from lltic.errors import Refused, UsageError
from lltic.records import Coding, SuggestedTheme
from lltic.reviews import admin, read
from lltic.reviews.coded import CodingPlan
from lltic.reviews.people import Person
from lltic.reviews.record.events import Draft
from lltic.reviews.service.limits import Limiter
from lltic.reviews.state import State, replay
from lltic.reviews.suggested import SEEN, per_theme

FIRST, SECOND = "AAAAA-00001-1", "AAAAA-00001-2"
DORA = Person("dora", "Dora", "Elsewhere", ("coder",))
NIA = Person("nia", "Nia", "Elsewhere", ("coder",))
CORA = Person("cora", "Cora", "Trust", ("coordinator",))
ITEM = "ongoing.judgement"
TEXT = COMPLETE[ITEM]["value"]
FLUID, EARLY = "fluid_management", "early_warning_score"
BY = {"Fluid balance": [said_of(FLUID, "fluid", "charted"), said_of(EARLY, "three days")]}
BY |= {"sepsis": [said_of("antibiotics", "sepsis", probability=0.5)]}


@pytest.fixture
def coded(world) -> World:
    """Both reviews of a case are in, and a model has looked at every text of them."""
    for person, review in ((world.amira, FIRST), (world.ben, SECOND)):
        world.fill(person, review)
        world.submit(person, review)
    offer(world)
    return world


def offer(world, by=BY, **more):
    """It comes while no service runs: the desk learns of it as of any event."""
    made = offer_to(world.store, by, **more)
    hear(world)
    return made


def hear(world) -> None:
    for event in world.store.read(after=world.desk._state.seq):
        world.desk._state.apply(event)


def plan(world, **parts) -> None:
    value, seq = dataclasses.asdict(CodingPlan(**parts)), world.desk._state.seq
    who = ("2026-10-05T10:00:00.000000Z", "system", "coordinator", "", "coding_planned")
    world.desk._write([Draft(f":coding_planned:{seq}", *who, value=value)])


def do(world, person, kind, review=FIRST, **more):
    return world.desk.operate(person, world.operation(kind, review, **more))


def code(world, person, theme=FLUID, start=0, end=13, review=FIRST, field=ITEM, **more):
    digest = world.desk.coding_queue(person)["codebook_hash"]
    value = {"theme": theme, "start": start, "end": end, "codebook_hash": digest, **more}
    return do(world, person, "code", review, field=field, value=value)["op_id"]


def shown(world, person, review=FIRST) -> dict[str, dict]:
    """What a person is told, by theme; asked for first."""
    if world.desk.coding_text(person, review)["suggestions"]["waiting"]:
        do(world, person, "see_suggestions", review)
    found = world.desk.coding_text(person, review)["suggestions"]["shown"]
    return {one["theme"]: one for one in found}


def reject(world, person, suggestion_id, review=FIRST):
    value = {"suggestion_id": suggestion_id}
    return do(world, person, "reject_suggestion", review, value=value)


def refused(call, *arguments, **more) -> str:
    with pytest.raises(Refused) as error:
        call(*arguments, **more)
    return error.value.codes[0]


def answers(world) -> dict[str, str]:
    return {a.suggestion.theme: a.answer for a in world.desk._state.suggested.answers()}


def marks(world, person=CODY) -> dict[str, str]:
    found = world.desk._state.coding.text(FIRST).by(person.name)
    return {one.theme: one.suggestion for one in found}


# -- before the person's own coding is committed ---------------------------------------------------


def test_nothing_of_a_suggestion_leaves_before_the_coder_is_done(coded):
    for review in (FIRST, SECOND):
        do(coded, CODY, "take_text", review)
    before = json.dumps([coded.desk.coding_text(CODY, FIRST), coded.desk.coding_queue(CODY)])
    ids = list(coded.desk._state.suggested.by_id)
    assert len(ids) == 6, "three themes in each of two reviews"
    for word in (*ids, "0.8125", "0.7321", MODEL, 'three days"'):
        assert word not in before
    assert refused(do, coded, CODY, "see_suggestions") == "not-coded-yet"
    code(coded, CODY)
    assert refused(do, coded, CODY, "see_suggestions") == "not-coded-yet"
    do(coded, CODY, "coding_done")
    assert coded.desk.coding_text(CODY, FIRST)["suggestions"] == {"waiting": 2, "shown": []}
    assert coded.desk.coding_text(CODY, SECOND)["suggestions"] == {"waiting": 0, "shown": []}


def test_what_is_said_before_is_the_same_whether_there_are_suggestions_or_not(world):
    for person, review in ((world.amira, FIRST), (world.ben, SECOND)):
        world.fill(person, review)
        world.submit(person, review)
    do(world, CODY, "take_text")
    without = world.desk.coding_text(CODY, FIRST)
    none = refused(do, world, CODY, "see_suggestions")
    offer(world)
    assert world.desk.coding_text(CODY, FIRST) == without
    assert refused(do, world, CODY, "see_suggestions") == none


def test_they_are_shown_when_that_is_on_record_and_not_before(coded):
    code(coded, CODY)
    do(coded, CODY, "coding_done")
    assert coded.desk.coding_text(CODY, FIRST)["suggestions"]["shown"] == []
    do(coded, CODY, "see_suggestions")
    last = list(coded.store.read())[-1]
    told = coded.desk.coding_text(CODY, FIRST)["suggestions"]
    assert (last.kind, last.actor, told["waiting"]) == ("suggestions_shown", "cody", 0)
    assert last.value["suggestions"] == [one["suggestion_id"] for one in told["shown"]]
    rows = {one["theme"]: one for one in told["shown"]}
    assert set(rows) == {EARLY, "antibiotics"}, "what the coder laid is not suggested"
    assert rows[EARLY] | {"suggestion_id": ""} == {
        "suggestion_id": "",
        "item": ITEM,
        "theme": EARLY,
        "probability": 0.8125,
        "precision": 0.7321,
        "words": ["three days"],
        "answer": "open",
        "coding_id": "",
    }
    assert refused(do, coded, CODY, "see_suggestions") == "no-suggestions"


def test_a_theme_on_one_text_may_still_be_suggested_for_another_of_the_review(coded):
    code(coded, CODY, "antibiotics")  # on another text of the review than the suggestion's
    do(coded, CODY, "coding_done")
    assert set(shown(coded, CODY)) == {FLUID, EARLY, "antibiotics"}


# -- who else --------------------------------------------------------------------------------------


def test_nobody_else_is_shown_what_a_coder_was_shown(coded):
    do(coded, CODY, "coding_done")
    one = shown(coded, CODY)[FLUID]["suggestion_id"]
    for person in (BEN, CORA, DORA):
        assert refused(do, coded, person, "see_suggestions") in ("no-such-text", "not-coded-yet")
        assert refused(reject, coded, person, one) in ("no-such-text", "no-such-suggestion")
    do(coded, DORA, "take_text")
    assert coded.desk.coding_text(DORA, FIRST)["suggestions"] == {"waiting": 0, "shown": []}
    assert refused(code, coded, DORA, FLUID, suggestion=one) == "no-such-suggestion"


def test_what_was_not_shown_can_be_neither_taken_nor_set_aside(coded):
    do(coded, CODY, "coding_done")
    themes = shown(coded, CODY)
    own = {one["suggestion_id"] for one in themes.values()}
    not_shown = next(one for one in coded.desk._state.suggested.by_id if one not in own)
    for asked in ("", "x", None, 3, ["a"], {"a": 1}, SEEN, not_shown):
        assert refused(reject, coded, CODY, asked) == "no-such-suggestion"
        assert refused(code, coded, CODY, suggestion=asked) == "no-such-suggestion"
    of_another_text = themes["antibiotics"]["suggestion_id"]
    assert refused(code, coded, CODY, suggestion=of_another_text) == "no-such-suggestion"
    assert set(answers(coded).values()) == {"open"}


def test_of_a_text_coded_twice_they_are_shown_when_both_are_done_and_it_is_settled(coded):
    plan(coded, double_share=1.0)
    code(coded, CODY, FLUID)
    do(coded, CODY, "coding_done")
    assert coded.desk.coding_text(CODY, FIRST)["suggestions"]["waiting"] == 0
    assert refused(do, coded, CODY, "see_suggestions") == "not-coded-yet"
    code(coded, DORA, "medication", 5, 12)
    do(coded, DORA, "coding_done")
    assert refused(do, coded, CODY, "see_suggestions") == "not-coded-yet", "they differ"
    for one in coded.desk.resolving_text(NIA, FIRST)["differences"]:
        do(coded, NIA, "resolve", value={"difference": one["difference"], "keep": []})
    do(coded, NIA, "resolving_done")
    assert set(shown(coded, CODY)) == set(shown(coded, DORA)) == {EARLY, "antibiotics"}
    one = shown(coded, DORA)[EARLY]["suggestion_id"]
    before = read_independent(coded)
    assert {c.theme for c in before} == {FLUID, "medication"}
    code(coded, DORA, EARLY, suggestion=one)
    assert read_independent(coded) == before, "no agreement is made by a computer"
    assert coded.desk._state.coding.is_closed(FIRST)
    assert shown(coded, CODY)[EARLY]["answer"] == "open", "nobody learns what the other made of it"
    assert refused(coded.desk.coding_text, NIA, FIRST) == "no-such-text"


def read_independent(world) -> list[Coding]:
    text = world.desk._state.coding.text(FIRST)
    return [one for one in text.codings.values() if not one.suggestion]


def test_what_was_shown_stays_when_another_coder_comes_and_is_in_nobodys_way(coded):
    do(coded, CODY, "coding_done")
    one = shown(coded, CODY)[FLUID]["suggestion_id"]
    code(coded, DORA, "medication")
    assert set(shown(coded, CODY)) == {FLUID, EARLY, "antibiotics"}
    offer(coded, {"Fluid balance": [said_of("dnar", "w")]}, model="b" * 64)
    assert coded.desk.coding_text(CODY, FIRST)["suggestions"]["waiting"] == 0, "Dora is not done"
    code(coded, CODY, FLUID, suggestion=one)
    assert [c.theme for c in read_independent(coded)] == ["medication"]
    assert json.dumps(coded.desk.coding_text(DORA, FIRST)).count(FLUID) == 0


# -- what is made of them --------------------------------------------------------------------------


def test_accepted_changed_rejected_and_left_open_are_told_apart(coded):
    code(coded, CODY, "medication")
    do(coded, CODY, "coding_done")
    rows = shown(coded, CODY)
    code(coded, CODY, FLUID, suggestion=rows[FLUID]["suggestion_id"])
    code(coded, CODY, "dnar", suggestion=rows[EARLY]["suggestion_id"])
    assert answers(coded) == {FLUID: "accepted", EARLY: "changed", "antibiotics": "open"}
    reject(coded, CODY, rows["antibiotics"]["suggestion_id"])
    log = per_theme(coded.desk._state.suggested.answers())
    said = {one.theme: (one.accepted, one.changed, one.rejected, one.open) for one in log}
    assert said == {"antibiotics": (0, 0, 1, 0), EARLY: (0, 1, 0, 0), FLUID: (1, 0, 0, 0)}
    assert all(one.shown == 1 for one in log)
    assert marks(coded) == {
        "medication": "",
        FLUID: rows[FLUID]["suggestion_id"],
        "dnar": rows[EARLY]["suggestion_id"],
    }


def test_one_answer_at_a_time_and_the_last_one_counts(coded):
    do(coded, CODY, "coding_done")
    one = shown(coded, CODY)[FLUID]["suggestion_id"]
    reject(coded, CODY, one)
    assert refused(reject, coded, CODY, one) == "already-answered"
    laid = code(coded, CODY, FLUID, suggestion=one)
    assert shown(coded, CODY)[FLUID]["coding_id"] == laid
    assert refused(code, coded, CODY, FLUID, 14, 20, suggestion=one) == "already-answered"
    assert refused(reject, coded, CODY, one) == "already-answered"
    do(coded, CODY, "uncode", value={"coding_id": laid})
    assert answers(coded)[FLUID] == "open"
    reject(coded, CODY, one)
    assert answers(coded)[FLUID] == "rejected"


def test_a_theme_laid_by_hand_after_they_were_shown_is_not_taken_for_unaided(coded):
    code(coded, CODY, "medication")
    do(coded, CODY, "coding_done")
    one = shown(coded, CODY)[FLUID]["suggestion_id"]
    code(coded, CODY, FLUID)  # without a word of the suggestion
    code(coded, CODY, "dnar")
    assert marks(coded) == {"medication": "", FLUID: one, "dnar": SEEN}
    assert answers(coded)[FLUID] == "accepted"


def test_what_was_found_unaided_is_kept_when_it_is_taken_off_after_seeing_them(coded):
    laid = code(coded, CODY, "medication")
    do(coded, CODY, "coding_done")
    shown(coded, CODY)
    do(coded, CODY, "uncode", value={"coding_id": laid})
    assert marks(coded) == {}
    assert [c.coding_id for c in coded.desk._state.suggested.taken_off.values()] == [laid]
    later = code(coded, CODY, "dnar")
    do(coded, CODY, "uncode", value={"coding_id": later})
    assert [c.coding_id for c in coded.desk._state.suggested.taken_off.values()] == [laid]


def test_under_a_plan_only_what_answers_a_suggestion_comes_after_the_last_word(coded):
    plan(coded)
    do(coded, CODY, "take_text")
    laid = code(coded, CODY, "medication")
    do(coded, CODY, "coding_done")
    one = shown(coded, CODY)[FLUID]["suggestion_id"]
    assert refused(code, coded, CODY, FLUID) == "coding-final"
    assert refused(do, coded, CODY, "uncode", value={"coding_id": laid}) == "coding-final"
    taken = code(coded, CODY, FLUID, suggestion=one)
    do(coded, CODY, "uncode", value={"coding_id": taken})
    assert answers(coded)[FLUID] == "open"


# -- texts, codebooks and models that change -------------------------------------------------------


def test_offering_twice_adds_nothing_and_another_model_takes_the_place(coded):
    before = coded.store.head()
    again = offer(coded)
    assert (again.texts, again.looked_at, again.suggestions) == (6, 0, 0)
    assert coded.store.head() == before
    do(coded, CODY, "coding_done")
    rows = shown(coded, CODY)
    reject(coded, CODY, rows[FLUID]["suggestion_id"])
    code(coded, CODY, EARLY, suggestion=rows[EARLY]["suggestion_id"])
    by = {"Fluid balance": [said_of(t, "w") for t in (FLUID, EARLY, "dnar")]}
    assert offer(coded, by, model="b" * 64).suggestions == 6
    found = shown(coded, CODY)
    assert {theme: one["answer"] for theme, one in found.items()} == {
        FLUID: "rejected",  # what was set aside does not come again
        EARLY: "accepted",
        "dnar": "open",
    }, "what the other model said and nobody answered is gone"


def test_a_text_that_was_changed_is_coded_anew_before_anything_is_shown(coded):
    do(coded, CODY, "coding_done")
    assert shown(coded, CODY)
    sign = coded.operation("reopen", FIRST, reason="A word was wrong.")
    coded.desk.operate(CORA, sign, "password")
    version = coded.desk.review(coded.amira, FIRST)["fields"][ITEM]["version"]
    coded.answer(coded.amira, FIRST, ITEM, {"value": f"{TEXT} Corrected."}, version)
    coded.submit(coded.amira, FIRST)
    assert coded.desk.coding_text(CODY, FIRST)["suggestions"] == {"waiting": 0, "shown": []}
    assert offer(coded).looked_at == 1, "the text that is another now"
    assert coded.desk.coding_text(CODY, FIRST)["suggestions"]["waiting"] == 0
    do(coded, CODY, "coding_done")
    assert coded.desk.coding_text(CODY, FIRST)["suggestions"]["waiting"] == 2


def test_themes_that_are_not_for_this_phase_or_above_what_was_laid_are_left_out(coded):
    digest, book = next((h, d) for h, d in coded.desk._state.definitions.items() if "codes" in d)
    entries = {entry["code"]: entry for entry in book["codes"]}
    entries[EARLY]["phases"] = ["admission"]
    entries["medication"]["parent"] = FLUID
    code(coded, CODY, "medication")
    do(coded, CODY, "coding_done")
    assert set(shown(coded, CODY)) == {"antibiotics"}, digest


def test_what_no_coder_could_lay_is_not_offered(coded):
    with pytest.raises(UsageError) as error:
        offer(coded, {"Fluid balance": [said_of("falls", "w")]}, model="c" * 64)
    assert error.value.codes == ("not-in-codebook",)
    assert offer(coded).looked_at == 0, "nothing was written"


def test_a_model_of_another_codebook_is_refused(reviewed):
    from lltic.reviews.offering import offer as offer_study

    with pytest.raises(UsageError) as error:
        offer_study(reviewed, lambda texts: [], model=MODEL, codebook_hash="0" * 64)
    assert error.value.codes == ("other-codebook",)


# -- the record ------------------------------------------------------------------------------------


def test_the_record_adds_up_and_an_auditor_decides_each_step_once_more(coded):
    code(coded, CODY, "medication")
    do(coded, CODY, "coding_done")
    rows = shown(coded, CODY)
    code(coded, CODY, FLUID, suggestion=rows[FLUID]["suggestion_id"])
    reject(coded, CODY, rows["antibiotics"]["suggestion_id"])
    code(coded, CODY, EARLY)
    code(coded, CODY, "dnar")
    events = list(coded.store.read())
    assert replay(events) == coded.desk._state
    assert check_replay(events).passed
    place = next(n for n, event in enumerate(events) if event.kind == "coding_done")
    events.pop(place)
    claim = check_replay(events)
    assert not claim.passed, "they were shown to who was not done"
    assert "not-coded-yet" in claim.detail


def test_who_was_shown_what_and_when_can_be_read(coded):
    do(coded, CODY, "coding_done")
    do(coded, CODY, "see_suggestions")
    (one,) = coded.desk._state.suggested.showings
    assert (one.coder, one.review_id, len(one.suggestions)) == ("cody", FIRST, 3)
    assert all(a.shown_at == one.at for a in coded.desk._state.suggested.answers())
    assert isinstance(next(iter(coded.desk._state.suggested.answers())).suggestion, SuggestedTheme)


def test_other_rooms_read_what_came_of_them_and_what_was_found_unaided(reviewed, clock):
    from itertools import count

    from lltic.reviews.desk import Desk

    offer_by_hand(reviewed, BY)
    with admin.writing(reviewed) as store:
        world = World(reviewed, store, Desk(reviewed, store, clock), count(100))
        laid = code(world, CODY, "medication")
        do(world, CODY, "coding_done")
        rows = shown(world, CODY)
        code(world, CODY, FLUID, suggestion=rows[FLUID]["suggestion_id"])
        do(world, CODY, "uncode", value={"coding_id": laid})
    assert [a.answer for a in read.suggestion_answers(reviewed)] == ["open", "accepted", "open"]
    assert {c.theme for c in read.codings(reviewed)} == {FLUID}
    assert {c.theme for c in read.unaided_codings(reviewed)} == {"medication"}


def test_an_erased_case_takes_its_suggestions_with_it(coded):
    from lltic.reviews.record.events import ERASED

    events = [
        event if event.case_id != "AAAAA-00001" else dataclasses.replace(event, value=ERASED)
        for event in coded.store.read()
    ]
    state = State()
    for event in events:
        state.apply(event)
    assert not state.suggested.by_id


# -- the service -----------------------------------------------------------------------------------


def test_over_the_line_nothing_comes_before_and_each_try_is_noted(reviewed):
    everybody(reviewed)
    offer_by_hand(reviewed, BY)
    with (
        admin.writing(reviewed) as store,
        served(reviewed, store, limiter=Limiter({})) as line,
    ):
        cody, ana = line.client("cody"), line.client("ana")
        cody.operate({**line.operation("take_text", FIRST), "op_id": "cody-takes-it"})
        assert cody.coding_text(FIRST)["suggestions"] == {"waiting": 0, "shown": []}
        ask = line.operation("see_suggestions", FIRST)
        for who, code_ in ((cody, "not-coded-yet"), (ana, "no-such-text")):
            assert refused(who.operate, {**ask, "op_id": f"asked-{code_}"}) == code_
        done = {**line.operation("coding_done", FIRST), "op_id": "cody-is-done"}
        cody.operate(done)
        ask["op_id"] = "cody-asks"
        first = cody.operate(ask)
        assert cody.operate(ask) == first, "asked again because the answer was lost"
        rows = cody.coding_text(FIRST)["suggestions"]["shown"]
        assert {one["theme"] for one in rows} == {FLUID, EARLY, "antibiotics"}
        said = [e.value.get("codes") for e in store.accesses.read() if e.kind == "refused"]
        assert said == [["not-coded-yet"], ["no-such-text"]]
    shown_events = [e for e in read.events(reviewed) if e.kind == "suggestions_shown"]
    assert len(shown_events) == 1
