"""Whoever has a capability and means ill: nothing wrong gets on record, and each try is noted.

SEC-02 at the service: fifty hostile values in every field of every operation; then what was
said is said again, in another order, twice at once, and about other people's reviews.
"""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from evil_client import FIELDS, Evil, wrong_claims
from hostile_values import VALUES
from running_service import FIRST, SECOND, everybody, served
from small_study import COMPLETE

from lltic.reviews import admin
from lltic.reviews.rules import OPERATIONS
from lltic.reviews.service.limits import Limiter

CASE = FIRST[:-2]


@pytest.fixture
def study(small_study):
    everybody(small_study)
    return small_study


@pytest.fixture
def store(study):
    with admin.writing(study) as store:
        yield store


@pytest.fixture
def line(study, store):
    with served(study, store, limiter=Limiter({})) as line:
        line.open = []
        yield line
        for connection in line.open:
            connection.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("amira", tuple(OPERATIONS)),
        ("cora", ("withdraw", "offer", "give", "reopen", "break_blind", "escalation_update")),
    ],
)
def test_fifty_hostile_values_in_every_field_of_every_operation(study, store, line, name, kinds):
    evil = Evil(line, name)
    before = len(list(store.accesses.read()))
    done = refused = 0
    for kind in kinds:
        for field in FIELDS:
            if field == "kind" and kind != kinds[0]:
                continue
            for value in VALUES:
                status, answer = evil.send({**evil.good(kind), field: value})
                assert status in (200, 400, 401, 403, 409), (kind, field, value, answer)
                done, refused = done + (status == 200), refused + (status != 200)
    assert len(VALUES) == 50
    assert refused + done == 50 * (len(kinds) * (len(FIELDS) - 1) + 1)
    assert evil.slowest < 1
    # Every refusal is in the book, under the name of who tried.
    lines = list(store.accesses.read())[before:]
    assert len(lines) == refused
    assert {(entry.kind, entry.actor) for entry in lines} == {("refused", name)}
    # What is on record is what a person may have done: the auditor decides it all again.
    made = [e for e in store.read() if e.actor == name]
    assert len(made) <= done
    allowed = {"amira": {"answered", "handed_back"}, "cora": {"handed_back"}}[name]
    for event in made:
        assert event.kind in allowed
        assert event.review_id in (FIRST, SECOND)
        assert event.review_id == FIRST or name == "cora"
        if event.kind == "answered":
            assert event.field == "admission.score"
            assert event.value in (None, {"value": 4})
    assert not wrong_claims(study)


def test_other_peoples_reviews_cases_texts_and_escalations(study, store, line):
    evil = Evil(line, "amira")
    before = store.head()
    others = [
        SECOND,
        "AAAAA-00002-2",
        "AAAAA-00009-1",
        "AAAAA-00001",
        "",
        "../",
        CASE + "-consensus",
    ]
    for kind in OPERATIONS:
        if kind == "take":
            continue  # needs nobody's review
        for review in others:
            for case in (CASE, "AAAAA-00002", "", review):
                operation = {**evil.good(kind), "review_id": review, "case_id": case}
                status, answer = evil.send(operation)
                assert status == 403, (kind, review, answer)
    assert store.head() == before
    # In the same words, whether it is somebody's or nobody's.
    said = {json.dumps(evil.send({**evil.good("answer"), "review_id": r})[1]) for r in others}
    assert len(said) == 1


def test_replay_reorder_and_duplicates(study, store, line):
    evil = Evil(line, "amira")
    rng = random.Random(7)
    sent = []
    for version in range(30):
        operation = {**evil.good("answer"), "field": "admission.judgement"}
        operation |= {"value": {"value": f"word {version}"}, "base_version": version}
        assert evil.send(operation)[0] == 200
        sent.append(operation)
    before = store.head()
    for _ in range(3):
        rng.shuffle(sent)
        for operation in sent:
            status, answer = evil.send(operation)
            assert (status, answer["version"]) == (200, operation["base_version"] + 1)
            # The same id with something else in it changes nothing.
            status, answer = evil.send({**operation, "review_id": "AAAAA-00002-1"})
            assert status == 403
            # The same words under a new id come too late.
            status, answer = evil.send({**operation, "op_id": f"{operation['op_id']}-again"})
            assert (status, answer["conflict"]["version"]) == (409, 30)
    assert store.head() == before
    # Somebody else's operation is not answered as if it were one's own.
    status, answer = Evil(line, "ben").send(sent[0])
    assert status == 403
    assert store.head() == before


def test_the_same_operation_from_twenty_threads_is_done_once(study, store, line):
    line.client("amira")
    operation = line.operation("answer", FIRST, field="admission.score", base_version=0)
    operation["value"] = {"value": 4}

    def send(_: int) -> tuple[int, str]:
        status, answer = line.raw("POST", "/v1/operations", operation, line.capabilities["amira"])
        return status, json.dumps(answer)

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(send, range(100)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 200
    assert sum(e.op_id == operation["op_id"] for e in store.read()) == 1


def test_a_kernel_cannot_sign_for_its_person_nor_reuse_a_signature(study, store, line):
    evil = Evil(line, "amira")
    for field, value in COMPLETE.items():
        line.answer(evil.client, field, value)
    submit = {**evil.good("submit"), "value": None}
    for token in (*(v for v in VALUES if isinstance(v, str)), evil.bearer):
        status, answer = evil.send({**submit, "signature": token})
        assert status in (400, 403), answer
    token = line.signature("amira", f"submit:{FIRST}")
    assert evil.send({**submit, "signature": token})[0] == 200
    cora = line.client("cora")
    reopen = line.operation("reopen", FIRST, reason="A page of the notes was missing.")
    cora.operate({**reopen, "signature": line.signature("cora", f"reopen:{FIRST}")})
    again = {**evil.good("submit"), "value": None, "signature": token}
    assert evil.send(again)[1]["problems"][0]["code"] == "not-signed"
    assert not wrong_claims(study)


@pytest.mark.parametrize("name", ["login", "session", "sign", "exchange", "ticket", "vouch"])
def test_hostile_values_at_the_door(study, store, line, name):
    call = next(call for call in line.calls if call.name == name)
    evil = Evil(line, "amira")
    for field in call.body.model_fields:
        for value in VALUES:
            body = dict.fromkeys(call.body.model_fields, "something")
            if name in ("session", "sign"):
                body |= {"issuer": "", "subject": ""}
            status, answer = evil.send({**body, field: value}, call.path)
            assert 400 <= status < 500, (field, value, answer)
            assert set(answer) == {"problems"}
    assert evil.slowest < 1


DEEP = 200_000

BODIES = {
    "nothing": b"",
    "half": b'{"op_id": "',
    "no JSON": b"nonsense",
    "deep lists": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "deep, and closed": b'{"value":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "many fields": b"{" + b",".join(b'"%d":1' % n for n in range(150_000)) + b"}",
    "the same field": b"{" + b",".join([b'"op_id":"operation-1"'] * 80_000) + b"}",
    "a long number": b'{"base_version":' + b"9" * 1_900_000 + b"}",
    "a long fraction": b'{"base_version":0.' + b"9" * 1_900_000 + b"}",
    "an exponent": b'{"base_version":1e999999999}',
    "a long text": b'{"reason":"' + b"x" * 1_900_000 + b'"}',
    "a long key": b'{"' + b"x" * 1_900_000 + b'":1}',
    "escapes": b'{"reason":"' + b"\\u00e9" * 300_000 + b'"}',
    "half a character": b'{"reason":"\\ud800"}',
    "no UTF-8": b'{"reason":"\xff\xfe"}',
    "UTF-16": '{"op_id":"operation-1"}'.encode("utf-16"),
    "not a number": b'{"value":{"value":NaN}}',
    "infinite": b'{"value":{"value":-Infinity}}',
    "two documents": b"{}{}",
    "a comment": b"{/* */}",
    "too large": b"x" * 3_000_000,
    "white space": b" " * 1_900_000 + b"{}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_hostile_body_is_refused_within_a_second(line, body):
    evil = Evil(line, "amira")
    for path in ("/v1/operations", "/v1/login"):
        status, _ = evil.send(body, path)
        assert status in (400, 413)
    assert evil.slowest < 1
    assert line.door().health()["record"]
