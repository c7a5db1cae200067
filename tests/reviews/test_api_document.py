"""The interface's document: it is the one that is kept, and what it says is so.

Run as a program (`PYTHONPATH=tests python FILE`), this writes the document that is kept.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from papers import lay
from running_service import CHEAP, FIRST, PEOPLE, SECOND, everybody, served
from small_study import COMPLETE, PASSWORD

from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.service.metrics import operator_secret
from lltic.reviews.vouching import OWN_ISSUER, voucher_secret
from lltic.sources.synthetic.paper import pdf_of

KEPT = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"
CASE = FIRST[:-2]
CODERS = tuple(Person(name, name.title(), "Trust", ("coder",)) for name in ("dora", "nia"))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Give a served study in which everything has happened once."""
    from datetime import UTC, datetime

    from small_study import make_study

    study = make_study(tmp_path_factory.mktemp("s") / "study", lambda: datetime.now(UTC))
    everybody(study)
    for person in CODERS:
        Accounts(study.keys, hasher=CHEAP).add(person, PASSWORD)
    lay(study, CASE, f"doc-{CASE}-pdf", "pdf", pdf_of(["Seen at ten."]))
    with admin.writing(study) as store, served(study, store) as line:
        line.study = study
        clients = {person.name: line.client(person.name) for person in PEOPLE}
        for name, review in (("amira", FIRST), ("ben", SECOND)):
            for field, value in COMPLETE.items():
                value = {"value": 1} if (name, field) == ("ben", "overall.score") else value
                line.answer(clients[name], field, value, review=review)
            line.submit(clients[name], name, review)
        two_code(line)
        yield line


def two_code(line) -> None:
    """Two coders differ on a text, and a third has begun another."""
    ids = {"review_id": FIRST, "case_id": CASE}
    for person in CODERS:
        coder = line.client(person.name)
        digest = coder.coding_queue()["codebook_hash"]
        value = {"theme": "medication", "codebook_hash": digest, "start": 0}
        value["end"] = 4 if person.name == "dora" else 12
        if person.name == "dora":
            value["theme"] = "antibiotics"
        operation = {"kind": "code", **ids, "field": "ongoing.judgement", "value": value}
        coder.operate({**operation, "op_id": f"code-{person.name}"})
        coder.operate({"kind": "coding_done", **ids, "op_id": f"done-{person.name}"})
    take = {"kind": "take_text", "review_id": SECOND, "case_id": CASE, "op_id": "take-by-cody"}
    line.client("cody").operate(take)


@pytest.fixture
def document(world):
    status, found = world.raw("GET", "/v1/openapi.json")
    assert status == 200
    return found


def test_the_document_that_is_kept_is_the_one_that_is_served(document):
    again = f"run: PYTHONPATH=tests python {__file__}"
    assert json.loads(KEPT.read_text("utf-8")) == document, again


def test_every_call_is_described_in_full(document, world):
    served_calls = {(call.path, call.method.lower()) for call in world.calls}
    told = {(path, verb) for path, verbs in document["paths"].items() for verb in verbs}
    assert told == served_calls
    names = [call.name for call in world.calls]
    assert len(set(names)) == len(names)
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            assert operation["summary"].endswith("."), path
            assert {"200", "400", "500"} <= set(operation["responses"]), path
            assert ("requestBody" in operation) == (verb == "post"), path
            assert ("security" in operation) or path in OPEN_TO_ALL, path
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description"), name


OPEN_TO_ALL = {
    "/v1/login",
    "/v1/password",
    "/v1/logout",
    "/v1/redeem",
    "/v1/ticket",
    "/v1/exchange",
    "/v1/health",
    "/v1/openapi.json",
}
"""What needs no secret in the header: each takes one in its body, or tells nothing."""


def test_the_document_refers_to_what_is_there(document):
    text = json.dumps(document)
    names = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names == set(document["components"]["schemas"])


def test_every_answer_has_the_shape_it_is_said_to_have(world):
    """Each call once, over the socket, and its answer against the shape of the document."""
    door, bearer = world.door(), world.capabilities
    secret, operator = voucher_secret(world.study).read_text(), operator_secret(world.study.keys)
    session = door.login("adam", PASSWORD)["session"]
    claim = {"issuer": OWN_ISSUER, "subject": "adam"}
    grant = world.raw("POST", "/v1/vouch", claim, secret.strip())[1]["grant"]
    ticket = door.ticket(session, "kernel-9")["ticket"]
    login = {"name": "adam", "password": PASSWORD}
    again = door.login("adam", PASSWORD)["session"]
    answer = world.operation("answer", "AAAAA-00002-1", field="admission.score", base_version=0)
    said = {
        "login": (login, ""),
        "session": ({"session": session}, ""),
        "again": ({"session": again, "password": PASSWORD}, ""),
        "sign": ({"session": session, "password": PASSWORD, "act": f"submit:{FIRST}"}, ""),
        "vouch": (claim, secret.strip()),
        "redeem": ({"grant": grant}, ""),
        "ticket": ({"session": session, "kernel_id": "kernel-9"}, ""),
        "exchange": ({"ticket": ticket}, ""),
        "logout": ({"session": session}, ""),
        "worklist": (None, bearer["amira"]),
        "review": (None, bearer["amira"]),
        "hold": ({"window": "", "take_over": True}, bearer["amira"]),
        "release": ({"window": ""}, bearer["amira"]),
        "document": (None, bearer["amira"]),
        "note": (None, bearer["amira"]),
        "note_page": (None, bearer["amira"]),
        "note_image": (None, bearer["amira"]),
        "search": ({"words": "seen"}, bearer["amira"]),
        "operate": ({**answer, "value": {"value": 4}}, bearer["amira"]),
        "waiting": (None, bearer["ada"]),
        "overview": (None, bearer["cora"]),
        "case": (None, bearer["cora"]),
        "discordant": (None, bearer["cora"]),
        "calibration": (None, bearer["cora"]),
        "coding_queue": (None, bearer["cody"]),
        "coding_text": (None, bearer["dora"]),
        "coding_progress": (None, bearer["cora"]),
        "resolving_queue": (None, bearer["cody"]),
        "resolving_text": (None, bearer["cody"]),
        "extract": (None, bearer["ana"]),
        "events": (None, bearer["otto"]),
        "accesses": (None, bearer["otto"]),
        "health": (None, ""),
        "metrics": (None, operator.read_text()),
        "openapi": (None, ""),
        "password": ({**login, "new_password": "another-long-password"}, ""),
    }
    calls = {call.name: call for call in world.calls}
    assert set(said) == set(calls)
    for name, (body, secret) in said.items():
        call = calls[name]
        ids = {"review_id": FIRST, "case_id": CASE, "document_id": f"doc-{CASE}-pdf"}
        ids |= {"page": "1", "width": "400"}
        status, found = world.raw(call.method, call.path.format(**ids), body, secret)
        assert status == 200, (name, found)
        call.answer.model_validate(found)


def test_an_adjudicators_review_has_the_shape_too(world):
    ada = world.client("ada")
    take = {"op_id": "operation-take", "kind": "take", "case_id": CASE}
    taken = ada.operate({**take, "value": {"kind": "adjudication"}})
    shape = {call.name: call.answer for call in world.calls}
    shape["operate"].model_validate(taken)
    found = ada.review(taken["review_id"])
    assert found["sources"]
    shape["review"].model_validate(found)


def test_every_refusal_has_the_shape_it_is_said_to_have(world):
    from lltic.reviews.service.answers import Problems

    for call in world.calls:
        if call.name in ("health", "openapi"):
            continue
        names = ("review_id", "case_id", "document_id", "page", "width")
        path = call.path.format(**dict.fromkeys(names, "x"))
        status, found = world.raw(call.method, path, {} if call.body else None, "guess")
        assert 400 <= status < 500
        Problems.model_validate(found)
    answer = world.operation("answer", "AAAAA-00002-2", field="admission.score", base_version=7)
    body = {**answer, "value": {"value": 4}}
    status, found = world.raw("POST", "/v1/operations", body, world.capabilities["ben"])
    assert status == 409
    Problems.model_validate(found)


def main() -> None:
    """Write the document that is kept."""
    import tempfile

    from lltic.reviews.record.store import MemoryStore
    from lltic.reviews.service import build
    from lltic.reviews.service.openapi import document as made
    from lltic.study import Study

    with tempfile.TemporaryDirectory() as folder:
        study = Study.init(Path(folder) / "study", title="Any")
        found = made(build(study, MemoryStore()).state.calls)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
