"""Texts that two people code: each alone, then what they differ on is settled by a third."""

from __future__ import annotations

import dataclasses
import json

import pytest
from small_study import COMPLETE

from lltic.audit.replay import check_replay
from lltic.errors import Refused
from lltic.reviews import read
from lltic.reviews.coded import CodingPlan
from lltic.reviews.coding_differences import standing
from lltic.reviews.people import Person
from lltic.reviews.record.events import Draft
from lltic.reviews.state import replay

FIRST, SECOND = "AAAAA-00001-1", "AAAAA-00001-2"
DORA = Person("dora", "Dora D.", "Elsewhere", ("coder",))
NIA = Person("nia", "Nia N.", "Third place", ("coder",))
CORA = Person("cora", "Cora", "Trust", ("coordinator",))
ITEM = "ongoing.judgement"
TEXT = COMPLETE[ITEM]["value"]


def plan(world, **parts) -> None:
    """A plan comes while no service runs: the desk learns of it as of any event."""
    value = dataclasses.asdict(CodingPlan(**parts))
    seq = world.desk._state.seq
    draft = Draft(
        f":coding_planned:{seq}",
        "2026-10-05T10:00:00.000000Z",
        "system",
        "coordinator",
        "",
        "coding_planned",
        value=value,
    )
    world.desk._write([draft])


@pytest.fixture
def locked(world):
    """Both reviews of a case are in, and everything is coded twice."""
    for person, review in ((world.amira, FIRST), (world.ben, SECOND)):
        world.fill(person, review)
        world.submit(person, review)
    plan(world, double_share=1.0)
    return world


def do(world, person, kind, review=FIRST, **more):
    return world.desk.operate(person, world.operation(kind, review, **more))


def code(world, person, start=0, end=13, theme="fluid_management", review=FIRST, **more):
    digest = world.desk.coding_queue(world.cody)["codebook_hash"]
    value = {"theme": theme, "start": start, "end": end, "codebook_hash": digest, **more}
    return do(world, person, "code", review, field=ITEM, value=value)["op_id"]


def refused(call, *arguments, **more) -> str:
    with pytest.raises(Refused) as error:
        call(*arguments, **more)
    return error.value.codes[0]


def stands(world, review=FIRST) -> list[tuple[str, int, int]]:
    coding = world.desk._state.coding
    return [(c.theme, c.start, c.end) for c in standing(coding, review)]


def texts(world, person) -> list[str]:
    return [row["review_id"] for row in world.desk.coding_queue(person)["texts"]]


def settle(world, *picks):
    """Nia keeps the sides with these letters, or nothing ("")."""
    found = world.desk.resolving_text(NIA, FIRST)["differences"]
    for one, letter in zip(found, picks, strict=True):
        sides = {s["label"]: [p["coding_id"] for p in s["passages"]] for s in one["sides"]}
        value = {"difference": one["difference"], "keep": sides.get(letter, [])}
        do(world, NIA, "resolve", value=value)


def letter_of(world, name, review=FIRST) -> str:
    return "AB"[world.desk._state.coding.text(review).sides().index(name)]


# -- places ----------------------------------------------------------------------------------------


def test_a_text_has_as_many_places_as_the_plan_gives_it(locked):
    do(locked, locked.cody, "take_text")
    do(locked, DORA, "take_text")
    assert refused(do, locked, NIA, "take_text") == "no-such-text"
    assert refused(code, locked, NIA) == "no-such-text"
    assert refused(locked.desk.coding_text, NIA, FIRST) == "no-such-text"
    assert texts(locked, NIA) == [SECOND]
    assert set(texts(locked, DORA)) == {FIRST, SECOND}


def test_what_one_takes_another_does_not_get(locked):
    plan(locked, double_share=0.0)
    taken = do(locked, locked.cody, "take_text", review="")["review_id"]
    assert taken not in texts(locked, DORA)
    assert do(locked, DORA, "take_text", review="")["review_id"] != taken
    assert refused(do, locked, NIA, "take_text", review="") == "nothing-to-take"
    assert refused(do, locked, locked.cody, "take_text", review=taken) == "already-yours"


def test_taking_the_next_text_is_answered_again_when_its_answer_was_lost(locked):
    operation = locked.operation("take_text", "")
    first = locked.desk.operate(locked.cody, operation)
    assert locked.desk.operate(locked.cody, operation) == first
    assert [e.kind for e in locked.store.read()].count("text_taken") == 1


def test_the_first_coding_takes_the_text(locked):
    code(locked, locked.cody)
    row = next(t for t in locked.desk.coding_queue(locked.cody)["texts"] if t["review_id"] == FIRST)
    assert (row["yours"], row["codings"]) == (True, 1)


def test_a_text_given_back_returns_to_the_queue_and_its_codings_are_put_aside(locked):
    plan(locked, double_share=0.0)
    code(locked, locked.cody)
    assert FIRST not in texts(locked, DORA)
    do(locked, locked.cody, "release_text")
    assert FIRST in texts(locked, DORA)
    assert stands(locked) == []
    assert [e.kind for e in locked.store.read()][-1] == "text_released"
    assert refused(do, locked, locked.cody, "release_text") == "no-such-text"
    do(locked, DORA, "take_text")
    do(locked, DORA, "coding_done")
    assert refused(do, locked, DORA, "release_text") == "no-such-text"


def test_a_coordinator_frees_a_text_that_was_begun_and_never_finished(locked):
    code(locked, locked.cody)
    out = locked.desk.coding_progress(CORA)["out"]
    assert [(o["coder"], o["review_id"], o["doing"]) for o in out] == [("cody", FIRST, "coding")]
    whose = {"value": {"coder": "cody"}}
    assert refused(do, locked, CORA, "release_text", **whose) == "bad-value"  # no reason
    assert refused(do, locked, DORA, "release_text", reason="Ill", **whose) == "no-such-text"
    both = dataclasses.replace(CORA, roles=("coordinator", "coder"))
    assert refused(do, locked, both, "release_text", reason="Ill", **whose) == "not-allowed"
    do(locked, CORA, "release_text", reason="On leave", **whose)
    assert locked.desk.coding_progress(CORA)["out"] == []
    assert refused(do, locked, CORA, "release_text", reason="Again", **whose) == "no-such-text"


def test_which_texts_are_coded_twice_is_a_share_that_the_seed_decides(locked):
    names = [f"R-{n}" for n in range(4000)]
    for share in (0.0, 0.1, 0.25, 1.0):
        drawn = [n for n in names if CodingPlan(double_share=share, seed=3).places(n) == 2]
        assert abs(len(drawn) / 4000 - share) < 0.02
    more = CodingPlan(double_share=0.3, seed=3)
    assert set(drawn) >= {n for n in names if more.places(n) == 2}
    few = {n for n in names if CodingPlan(double_share=0.1, seed=3).places(n) == 2}
    assert few < {n for n in names if more.places(n) == 2}, "a larger share adds and takes nothing"
    assert few != {n for n in names if CodingPlan(double_share=0.1, seed=4).places(n) == 2}


def test_what_was_said_to_be_done_is_final_under_a_plan(locked):
    first = code(locked, locked.cody)
    do(locked, locked.cody, "coding_done")
    assert refused(code, locked, locked.cody, 20, 30) == "coding-final"
    assert refused(do, locked, locked.cody, "uncode", value={"coding_id": first}) == "coding-final"
    assert locked.desk.coding_text(locked.cody, FIRST)["final"]


def test_a_coder_never_gets_a_case_with_which_they_have_a_conflict_of_interest(locked):
    barred = {"people": {"dora": ["family"]}}
    draft = Draft(
        ":barred:1",
        "2026-10-05T10:00:00.000000Z",
        "system",
        "coordinator",
        "",
        "barred",
        case_id="AAAAA-00001",
        value=barred,
    )
    locked.desk._write([draft])
    assert texts(locked, DORA) == []
    assert len(texts(locked, locked.cody)) == 2


# -- settling --------------------------------------------------------------------------------------


def both_code(world):
    """Cody and Dora agree on one passage, and differ on three things."""
    code(world, world.cody, 0, 13)
    code(world, DORA, 6, 26)  # the same theme on words they share: alike
    code(world, world.cody, 31, 45, "clinical_reasoning")  # Cody alone
    code(world, DORA, 27, 45, "early_warning_score", polarity="problem")  # both, but not as what
    code(world, world.cody, 27, 45, "early_warning_score", polarity="good_practice")
    code(world, DORA, 0, 5, "fluid_management", review=SECOND)
    for person in (world.cody, DORA):
        do(world, person, "coding_done")


def test_only_a_third_coder_settles_and_only_when_both_are_done(locked):
    code(locked, locked.cody)
    do(locked, locked.cody, "coding_done")
    assert locked.desk.resolving_queue(NIA)["texts"] == []
    code(locked, DORA, 30, 45)
    assert refused(locked.desk.resolving_text, NIA, FIRST) == "no-such-text"
    do(locked, DORA, "coding_done")
    (row,) = locked.desk.resolving_queue(NIA)["texts"]
    assert (row["review_id"], row["differences"], row["settled"]) == (FIRST, 2, 0)
    for person in (locked.cody, DORA, locked.amira, CORA):
        assert refused(locked.desk.resolving_text, person, FIRST) == "no-such-text"
    assert locked.desk.resolving_queue(DORA)["texts"] == []


def test_sides_have_letters_and_nothing_tells_who_or_when(locked):
    both_code(locked)
    found = locked.desk.resolving_text(NIA, FIRST)
    said = json.dumps(found)
    for word in ("cody", "dora", "Dora", "Task force", "2026-10-05T", '"at"', '"seq"'):
        assert word not in said
    assert [p["theme"] for p in found["alike"]] == ["fluid_management"]
    assert [(d["theme"], d["start"], d["end"]) for d in found["differences"]] == [
        ("early_warning_score", 27, 45),
        ("clinical_reasoning", 31, 45),
    ]
    kinds = {p["polarity"] for s in found["differences"][0]["sides"] for p in s["passages"]}
    assert kinds == {"problem", "good_practice"}


def test_the_letters_follow_neither_the_names_nor_who_was_first(locked):
    """Over many texts each of two coders is A about as often."""
    orders = set()
    for round in range(8):
        state = locked.desk._state.coding.text(FIRST)
        state.coders = {"cody": "1", "dora": "2"}
        done = {n: hashed(f"{n}{round}") for n in ("cody", "dora")}
        state.done = done
        orders.add(tuple(state.sides()))
    assert orders == {("cody", "dora"), ("dora", "cody")}


def hashed(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def test_nothing_of_a_text_that_two_code_stands_before_it_is_settled(locked):
    both_code(locked)
    assert stands(locked) == [] == stands(locked, SECOND)
    settle(locked, letter_of(locked, "dora"), "")
    assert stands(locked) == []
    do(locked, NIA, "resolving_done")
    assert stands(locked) == [("fluid_management", 6, 26), ("early_warning_score", 27, 45)]
    kept = standing(locked.desk._state.coding, FIRST)
    assert [(c.coder, c.polarity) for c in kept] == [("dora", ""), ("dora", "problem")]


def test_every_difference_needs_a_decision_which_may_be_thought_over_until_the_end(locked):
    both_code(locked)
    found = locked.desk.resolving_text(NIA, FIRST)["differences"]
    assert refused(do, locked, NIA, "resolving_done") == "not-settled"
    settle(locked, "A", "A")
    settle(locked, "B", "")
    do(locked, NIA, "resolving_done")
    value = {"difference": found[0]["difference"], "keep": []}
    assert refused(do, locked, NIA, "resolve", value=value) == "coding-final"
    shown = locked.desk.resolving_text(NIA, FIRST)
    assert shown["done"] and shown["differences"][1]["kept"] == []


@pytest.mark.parametrize("what", ["half a side", "of both", "of another text", "nonsense", "text"])
def test_what_is_kept_is_one_side_or_nothing(locked, what):
    both_code(locked)
    first, second = locked.desk.resolving_text(NIA, FIRST)["differences"]
    ids = [[p["coding_id"] for p in s["passages"]] for s in first["sides"]]
    keep = {
        "half a side": [ids[0][0], "operation-1"],
        "of both": [*ids[0], *ids[1]],
        "of another text": [
            s["passages"][0]["coding_id"] for s in second["sides"] if s["passages"]
        ],
        "nonsense": [7],
        "text": "A",
    }[what]
    value = {"difference": first["difference"], "keep": keep}
    assert refused(do, locked, NIA, "resolve", value=value) == "bad-value"


def test_one_settles_at_a_time_and_may_give_it_back(locked):
    both_code(locked)
    otto = Person("otto", "Otto", "", ("coder",))
    settle(locked, "A", "A")
    assert refused(locked.desk.resolving_text, otto, FIRST) == "no-such-text"
    (out,) = (o for o in locked.desk.coding_progress(CORA)["out"] if o["doing"] == "settling")
    assert out["coder"] == "nia"
    do(locked, NIA, "release_text")
    assert all(d["kept"] is None for d in locked.desk.resolving_text(otto, FIRST)["differences"])


def test_texts_on_which_all_agree_stand_without_anybody_settling(locked):
    code(locked, locked.cody, 0, 13)
    code(locked, DORA, 0, 26)
    for person in (locked.cody, DORA):
        do(locked, person, "coding_done")
    assert locked.desk.resolving_queue(NIA)["texts"] == []
    assert stands(locked) == [("fluid_management", 0, 26)], "the longer passage stands"


def test_the_record_can_be_replayed_and_audited_with_all_of_it(locked):
    both_code(locked)
    settle(locked, "A", "B")
    do(locked, NIA, "resolving_done")
    code(locked, NIA, review=SECOND)
    do(locked, CORA, "release_text", SECOND, value={"coder": "nia"}, reason="Left us")
    events = list(locked.store.read())
    assert replay(events) == locked.desk._state
    claim = check_replay(events)
    assert claim.passed, claim.detail
    at = next(n for n, e in enumerate(events) if e.kind == "resolved")
    forged = dataclasses.replace(events[at], actor="dora")
    assert not check_replay([*events[:at], forged, *events[at + 1 :]]).passed


def test_other_rooms_read_what_stands_and_apart_from_it_what_each_found_alone(locked, monkeypatch):
    monkeypatch.setattr(read, "events", lambda study: locked.store.read())
    both_code(locked)
    study = locked.study
    assert read.codings(study) == [] and read.coded_reviews(study) == set()
    assert read.unsettled_reviews(study) == {FIRST}
    assert read.double_coded(study) == {FIRST: ("cody", "dora")}
    alone = read.independent_codings(study)
    assert len(alone) == 5 and {c.review_id for c in alone} == {FIRST}
    settle(locked, "", "")
    do(locked, NIA, "resolving_done")
    assert [c.theme for c in read.codings(study)] == ["fluid_management"]
    assert read.coded_reviews(study) == {FIRST} and read.unsettled_reviews(study) == set()
    assert read.independent_codings(study) == alone, "agreement is of what each found alone"


def auditing(person):
    return dataclasses.replace(person, roles=("coder", "auditor"))


def test_an_auditor_who_may_settle_reads_no_names_in_the_record_before_it_is_settled(locked):
    both_code(locked)
    code(locked, locked.cody, 0, 5, review=SECOND)
    for person in (locked.cody, DORA):
        do(locked, person, "coding_done", SECOND)
    for book in (locked.desk.events, locked.desk.accesses):
        assert refused(book, auditing(NIA), 0) == "still-blind"
    settle(locked, "", "")
    do(locked, NIA, "resolving_done")
    assert locked.desk.events(auditing(NIA), 0)["events"]


def test_an_auditor_who_may_still_code_a_text_that_another_coded_reads_no_record(locked):
    locked.desk._state.coding.plan = None
    for review in (FIRST, SECOND):
        code(locked, locked.cody, review=review)
        do(locked, locked.cody, "coding_done", review)
    assert FIRST in texts(locked, DORA)
    assert refused(locked.desk.events, auditing(DORA), 0) == "still-blind"
    assert locked.desk.events(auditing(locked.cody), 0)["events"]


# -- a text that is opened again -------------------------------------------------------------------


def corrected(world) -> None:
    """The reviewer puts another word in the text that was coded."""
    world.desk.operate(CORA, world.operation("reopen", FIRST, reason="A slip."), "password")
    version = world.desk.review(world.amira, FIRST)["fields"][ITEM]["version"]
    world.answer(world.amira, FIRST, ITEM, {"value": f"Corrected. {TEXT}"}, version)
    world.submit(world.amira, FIRST)


def test_a_text_that_was_corrected_is_coded_and_settled_anew(locked, monkeypatch):
    monkeypatch.setattr(read, "events", lambda study: locked.store.read())
    both_code(locked)
    settle(locked, "A", "A")
    do(locked, NIA, "resolving_done")
    assert read.coded_reviews(locked.study) == {FIRST}
    corrected(locked)
    assert read.coded_reviews(locked.study) == set() and stands(locked) == []
    assert refused(locked.desk.resolving_text, NIA, FIRST) == "no-such-text"
    for person in (locked.cody, DORA):
        found = locked.desk.coding_text(person, FIRST)
        assert (found["yours"], found["done"], found["final"]) == (True, False, False)
        for one in found["codings"]:
            do(locked, person, "uncode", value={"coding_id": one["coding_id"]})
        code(locked, person, 11, 24)
        do(locked, person, "coding_done")
    assert stands(locked) == [("fluid_management", 11, 24)]
    events = list(locked.store.read())
    assert replay(events) == locked.desk._state
    assert check_replay(events).passed


# -- how far ---------------------------------------------------------------------------------------


def test_without_a_plan_each_coder_is_shown_their_own_curve_alone(locked):
    locked.desk._state.coding.plan = None
    code(locked, locked.cody)
    do(locked, locked.cody, "coding_done")
    mine, hers = (locked.desk.coding_progress(p) for p in (locked.cody, DORA))
    assert [p["known"] for p in mine["curve"]] == [1] and mine["plan"] is None
    assert hers["curve"] == [] and hers["coded"] == 0 and hers["out"] == []


def test_a_text_that_two_code_counts_from_when_both_are_done(locked):
    code(locked, locked.cody)
    do(locked, locked.cody, "coding_done")
    for person in (locked.cody, DORA, CORA):
        assert locked.desk.coding_progress(person)["curve"] == []
    code(locked, DORA, theme="clinical_reasoning")
    do(locked, DORA, "coding_done")
    (point,) = locked.desk.coding_progress(DORA)["curve"]
    assert (point["texts"], point["known"], len(point["new"])) == (1, 2, 2)
    found = locked.desk.coding_progress(CORA)
    assert (found["texts"], found["double"], found["coded"], found["to_settle"]) == (2, 2, 1, 1)


def test_a_coder_is_not_told_how_many_texts_two_people_code(locked):
    """Or they would see it grow with a text that comes in, and know which one it is."""
    also = dataclasses.replace(CORA, roles=("coordinator", "coder"))
    assert [locked.desk.coding_progress(p)["double"] for p in (locked.cody, also)] == [None, None]
    assert locked.desk.coding_progress(CORA)["double"] == 2


def test_nobody_is_told_the_seed_from_which_the_texts_of_two_could_be_drawn(locked):
    plan(locked, double_share=0.5, seed=7)
    for person in (locked.cody, CORA):
        assert "seed" not in locked.desk.coding_progress(person)["plan"]


def test_only_those_who_code_or_look_after_it_are_told_how_far_it_is(locked):
    assert refused(locked.desk.coding_progress, locked.amira) == "not-allowed"
    assert refused(locked.desk.resolving_queue, CORA) == "not-allowed"


# -- the codebook ----------------------------------------------------------------------------------


def test_a_theme_shows_only_what_the_codebook_says_and_stands_only_on_its_phases(locked):
    assert refused(code, locked, DORA, polarity="wonderful") == "bad-value"
    assert refused(code, locked, DORA, polarity=["problem"]) == "bad-value"
    book = next(iter(d for d in locked.desk._state.definitions.values() if "codes" in d))
    narrow = {**book, "codes": [{**entry, "phases": ["admission"]} for entry in book["codes"]]}
    draft = Draft(
        ":defined:narrow",
        "2026-10-05T10:00:00.000000Z",
        "system",
        "administrator",
        "",
        "defined",
        field="codebook",
        value=narrow,
        definition_hash="f" * 64,
    )
    locked.desk._write([draft])
    assert refused(code, locked, DORA) == "bad-value"  # an item of another phase
    value = {"theme": "fluid_management", "start": 0, "end": 4, "codebook_hash": "f" * 64}
    do(locked, DORA, "code", field="admission.judgement", value=value)
    old = {
        **value,
        "codebook_hash": next(
            iter(h for h, d in locked.desk._state.definitions.items() if d is book)
        ),
    }
    where = {"field": "admission.judgement", "value": old}
    assert refused(do, locked, DORA, "code", **where) == "bad-value"  # not the codebook in use
