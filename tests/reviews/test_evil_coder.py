"""A coder with a capability who means ill: nothing wrong gets on record, each try is noted."""

from __future__ import annotations

import json

import pytest
from evil_client import Evil, wrong_claims
from hostile_values import VALUES
from running_service import FIRST, SECOND, everybody, served
from small_study import COMPLETE

from lltic.reviews import admin
from lltic.reviews.rules import latest_codebook
from lltic.reviews.service.limits import Limiter
from lltic.reviews.state import replay

KINDS = ("code", "uncode", "coding_done", "take_text", "release_text", "resolve", "resolving_done")
KINDS = (*KINDS, "see_suggestions", "reject_suggestion")
WORST = ("code", "take_text", "release_text", "resolve")
PARTS = ("op_id", "case_id", "review_id", "field", "value")
ITEM = "ongoing.judgement"


@pytest.fixture
def store(small_study):
    everybody(small_study)
    with admin.writing(small_study) as store:
        yield store


@pytest.fixture
def line(small_study, store):
    """Both reviews of the first case are in, so that their texts are open to Cody."""
    with served(small_study, store, limiter=Limiter({})) as line:
        line.open = []
        for name, review in (("amira", FIRST), ("ben", SECOND)):
            client = line.client(name)
            for field, value in COMPLETE.items():
                line.answer(client, field, value, review=review)
            line.submit(client, name, review)
        yield line
        for connection in line.open:
            connection.close()


def coding(evil: Evil, store, kind: str) -> dict[str, object]:
    """An operation of a kind that would be well formed and, for ``code``, done."""
    operation = {**evil.good(kind), "field": ITEM}
    if kind == "code":
        digest = latest_codebook(replay(store.read()))[0]
        operation["value"] = {**operation["value"], "theme": "medication", "codebook_hash": digest}
    if kind == "release_text":
        operation["value"] = {"coder": "cody"}
    return operation


@pytest.mark.slow
def test_fifty_hostile_values_in_every_field_of_every_operation_of_coding(small_study, store, line):
    evil = Evil(line, "cody")
    before = len(list(store.accesses.read()))
    done = refused = 0
    for kind in WORST:
        good = coding(evil, store, kind)
        for field in PARTS:
            for number, value in enumerate(VALUES):
                fresh = {"op_id": f"{kind}-{field}-{number:02}"} if field != "op_id" else {}
                status, answer = evil.send({**good, **fresh, field: value})
                assert status in (200, 400, 403, 409), (kind, field, value, answer)
                done, refused = done + (status == 200), refused + (status != 200)
    assert done and refused == len(list(store.accesses.read())) - before
    assert evil.slowest < 1
    made = [event for event in store.read() if event.actor == "cody"]
    kinds = {"coded", "text_taken", "text_released"}
    assert {event.kind for event in made} <= kinds
    assert {event.review_id for event in made} <= {FIRST, SECOND}
    for event in made:
        if event.kind == "coded":
            assert (event.field, event.value["theme"]) == (ITEM, "medication")
            assert (event.value["start"], event.value["end"]) == (0, 4)
    assert not wrong_claims(small_study)


PARTS_OF_IT = ["theme", "start", "end", "codebook_hash", "polarity", "suggestion"]


@pytest.mark.parametrize("part", PARTS_OF_IT)
def test_fifty_hostile_values_in_every_part_of_a_coding(store, line, part):
    evil = Evil(line, "cody")
    good = coding(evil, store, "code")
    allowed = {"theme": "medication", "start": 0, "end": 4, "polarity": ""}
    for number, value in enumerate(VALUES):
        operation = {**good, "op_id": f"part-{part}-{number:02}"}
        operation["value"] = {**good["value"], part: value}
        status, answer = evil.send(operation)
        fits = part in allowed and value == allowed[part]
        fits = fits and type(value) is type(allowed[part])
        fits = fits or (part == "end" and type(value) is int and 0 < value < 40)
        fits = fits or (part == "start" and type(value) is int and 0 <= value < 4)
        assert status == (200 if fits else 403), (part, value, answer)


def test_a_text_that_is_not_open_is_refused_in_the_same_words_as_one_that_is_not_there(line):
    evil = Evil(line, "cody")
    others = ["AAAAA-00002-1", "AAAAA-00009-1", "AAAAA-00001", "../"]
    for kind in KINDS:
        said = set()
        for review in others:
            status, answer = evil.send({**evil.good(kind), "review_id": review})
            assert status == 403, (kind, review, answer)
            said.add(json.dumps(answer))
        assert len(said) == 1, kind
