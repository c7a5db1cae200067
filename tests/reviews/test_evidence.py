"""Evidence: a passage of the notes beside an answer, on every kind of store."""

from __future__ import annotations

import dataclasses
import hashlib
from itertools import count

import pytest
from papers import lay
from small_study import AMIRA, BEN, World

from lltic.audit.replay import check_replay
from lltic.audit.store import verify
from lltic.errors import Refused
from lltic.reviews import admin, read
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.record import erasure
from lltic.reviews.state import replay
from lltic.sources.synthetic.paper import pdf_of

FIRST, SECOND = "AAAAA-00001-1", "AAAAA-00001-2"
DOCUMENT = "doc-AAAAA-00001"
TEXT = "Fluid balance was not charted. 👋 Café.\fSecond page: Müller informed."
ADA = Person("ada", "Dr D.", "Trust", ("adjudicator",))
CORA = Person("cora", "Cora", "Trust", ("coordinator",))


@pytest.fixture
def world(world):
    """The small study, with a document whose words are these."""
    (world.study.documents / f"{DOCUMENT}.txt").write_bytes(TEXT.encode())
    return world


def passage(text: str, page: int = 1, **more):
    start = TEXT.split("\f")[page - 1].index(text)
    value = {"document": DOCUMENT, "sha256": hashlib.sha256(TEXT.encode()).hexdigest()}
    value |= {"page": page, "start": start, "end": start + len(text), "text": text}
    return value | more


def cite(world, person, review, value, field="admission.judgement", **more):
    operation = world.operation("cite", review, field=field, value=value, **more)
    return operation, world.desk.operate(person, operation)


def evidence(world, person, review):
    return world.desk.review(person, review)["evidence"]


def codes(error):
    return error.value.codes


def test_a_passage_is_kept_beside_the_item_letter_for_letter(world):
    operation, _ = cite(world, world.amira, FIRST, passage("charted. 👋 Café"))
    _, later = cite(world, world.amira, FIRST, passage("Müller", 2), field="ongoing.judgement")
    first, second = evidence(world, world.amira, FIRST)
    assert first == {
        "field": "admission.judgement",
        "citation_id": operation["op_id"],
        **passage("charted. 👋 Café"),
    }
    assert (second["page"], second["text"]) == (2, "Müller")
    assert world.desk.review(world.amira, FIRST)["saved_at"] == later["at"]


def test_it_can_be_taken_away_and_the_record_keeps_both(world):
    operation, _ = cite(world, world.amira, FIRST, passage("charted"))
    away = world.operation("uncite", FIRST, value={"citation_id": operation["op_id"]})
    world.desk.operate(world.amira, away)
    assert evidence(world, world.amira, FIRST) == []
    kinds = [e.kind for e in world.store.read() if e.review_id == FIRST]
    assert kinds[-2:] == ["cited", "uncited"]
    with pytest.raises(Refused) as error:
        world.desk.operate(world.amira, {**away, "op_id": "operation-again"})
    assert codes(error) == ("no-such-passage",)


def test_an_operation_sent_again_cites_once(world):
    operation, done = cite(world, world.amira, FIRST, passage("charted"))
    assert world.desk.operate(world.amira, operation) == done
    assert len(evidence(world, world.amira, FIRST)) == 1


def test_it_is_there_again_after_the_service_was_restarted(world, clock):
    cite(world, world.amira, FIRST, passage("charted"))
    before = evidence(world, world.amira, FIRST)
    world.desk = Desk(world.study, world.store, clock)
    assert evidence(world, world.amira, FIRST) == before
    assert replay(world.store.read()).reviews[FIRST].cited


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": "chartex"}, "passage-differs"),
        ({"start": 1, "end": 8}, "passage-differs"),
        ({"page": 2}, "passage-differs"),
        ({"page": 3}, "passage-differs"),
        ({"sha256": "0" * 64}, "passage-differs"),
        ({"document": "doc-AAAAA-00002"}, "no-such-document"),
        ({"document": "../keys/pseudonym"}, "no-such-document"),
        ({"page": 0}, "bad-value"),
        ({"page": True}, "bad-value"),
        ({"start": -1}, "bad-value"),
        ({"start": 2**40}, "bad-value"),
        ({"end": 22}, "bad-value"),
        ({"text": ""}, "bad-value"),
        ({"text": 7}, "bad-value"),
        ({"sha256": "ABC"}, "bad-value"),
        ({"more": 1}, "bad-value"),
        ({"start": 0, "end": 4001, "text": "x" * 4001}, "bad-value"),
    ],
)
def test_what_does_not_stand_there_is_refused_and_nothing_is_written(world, change, code):
    before = world.store.head()
    with pytest.raises(Refused) as error:
        cite(world, world.amira, FIRST, passage("charted") | change)
    assert codes(error) == (code,)
    assert "chart" not in str(error.value)
    assert world.store.head() == before


@pytest.mark.parametrize("value", [None, "charted", [1], {"document": DOCUMENT}])
def test_what_is_no_passage_is_refused(world, value):
    with pytest.raises(Refused) as error:
        cite(world, world.amira, FIRST, value)
    assert codes(error) == ("bad-value",)


def test_only_beside_an_item_of_the_form_of_ones_own_open_review(world):
    said = passage("charted")
    for person, review, field, code in (
        (world.amira, FIRST, "nowhere.at_all", "unknown-item"),
        (world.ben, FIRST, "admission.judgement", "no-such-review"),
        (world.amira, "AAAAA-00009-1", "admission.judgement", "no-such-review"),
    ):
        with pytest.raises(Refused) as error:
            cite(world, person, review, said, field)
        assert codes(error) == (code,)
    with pytest.raises(Refused) as error:
        cite(world, world.amira, FIRST, said, case_id="AAAAA-00002")
    assert codes(error) == ("wrong-case",)
    world.fill(world.amira, FIRST)
    world.submit(world.amira, FIRST)
    with pytest.raises(Refused) as error:
        cite(world, world.amira, FIRST, said)
    assert codes(error) == ("review-closed",)


def test_somebody_elses_passage_cannot_be_taken_away(world):
    operation, _ = cite(world, world.amira, FIRST, passage("charted"))
    away = world.operation("uncite", SECOND, value={"citation_id": operation["op_id"]})
    with pytest.raises(Refused) as error:
        world.desk.operate(world.ben, away)
    assert codes(error) == ("no-such-passage",)
    for odd in (None, [], {"citation_id": [1]}, {"citation_id": None}):
        with pytest.raises(Refused) as error:
            world.desk.operate(world.ben, {**away, "op_id": "operation-odd", "value": odd})
        assert codes(error) == ("no-such-passage",)


def test_a_window_that_was_taken_over_cannot_cite(world):
    world.desk.hold(world.amira, FIRST, "one")
    with pytest.raises(Refused) as error:
        cite(world, world.amira, FIRST, passage("charted"), window="two")
    assert codes(error) == ("open-elsewhere",)


def test_nobody_else_sees_it_before_the_case_is_in_and_the_adjudicator_sees_it_after(world):
    world.fill(world.amira, FIRST)
    world.fill(world.ben, SECOND, {**world.complete, "overall.score": {"value": 1}})
    cite(world, world.amira, FIRST, passage("charted"))
    assert evidence(world, world.ben, SECOND) == []
    world.submit(world.amira, FIRST)
    assert evidence(world, world.ben, SECOND) == []
    with pytest.raises(Refused):
        world.desk.case(CORA, world.case)
    world.submit(world.ben, SECOND)
    take = {"op_id": "operation-take", "kind": "take", "case_id": world.case}
    taken = world.desk.operate(ADA, {**take, "value": {"kind": "adjudication"}})
    sources = world.desk.review(ADA, taken["review_id"])["sources"]
    assert sorted(len(source["evidence"]) for source in sources) == [0, 1]
    assert "amira" not in str(sources)
    told = world.desk.case(CORA, world.case)["reviews"]
    assert [r["review_id"] for r in told if r["evidence"]] == [FIRST]


def test_there_is_an_end_to_it(world, monkeypatch):
    from lltic.reviews.rules import evidence as rules

    monkeypatch.setattr(rules, "MAX_CITED", 2)
    for _ in range(2):
        cite(world, world.amira, FIRST, passage("charted"))
    with pytest.raises(Refused) as error:
        cite(world, world.amira, FIRST, passage("charted"))
    assert codes(error) == ("too-many-passages",)


def test_a_changed_document_is_cited_no_more_and_what_was_cited_stays(world):
    cite(world, world.amira, FIRST, passage("charted"))
    (world.study.documents / f"{DOCUMENT}.txt").write_text("Another text: charted.")
    with pytest.raises(Refused) as error:
        cite(world, world.amira, FIRST, passage("balance"))
    assert codes(error) == ("passage-differs",)
    assert evidence(world, world.amira, FIRST)[0]["text"] == "charted"


def test_the_auditor_finds_what_the_rules_would_not_have_let_be_cited(world):
    operation, _ = cite(world, world.amira, FIRST, passage("charted"))
    away = world.operation("uncite", FIRST, value={"citation_id": operation["op_id"]})
    world.desk.operate(world.amira, away)
    found = list(world.store.read())
    assert check_replay(found).passed
    forged = dataclasses.replace(found[-2], field="nowhere.at_all")
    assert not check_replay([*found[:-2], forged]).passed
    late = dataclasses.replace(found[-1], op_id="operation-late", seq=found[-1].seq + 1)
    assert not check_replay([*found, late]).passed


def test_whoever_signed_signs_again_when_the_evidence_changes(world):
    """A consensus that one of two has signed is not signed by the other with other evidence."""
    state = replay(world.store.read())
    state.reviews[FIRST].signed["amira"] = "then"
    cite(world, world.amira, FIRST, passage("charted"))
    state.apply(list(world.store.read())[-1])
    assert state.reviews[FIRST].signed == {}


def test_an_erased_case_takes_its_originals_and_its_passages_with_it(small_study, clock):
    lay(small_study, "AAAAA-00001", "scanned", "pdf", pdf_of(["Canary of the case."]))
    lay(small_study, "AAAAA-00002", "other", "pdf", pdf_of(["Words of another."]))
    with admin.writing(small_study) as store:
        desk = Desk(small_study, store, clock)
        text = (small_study.documents / "scanned.txt").read_bytes()
        value = {"document": "scanned", "sha256": hashlib.sha256(text).hexdigest(), "page": 1}
        value |= {"start": 0, "end": 6, "text": "Canary"}
        operation = {"op_id": "operation-1", "kind": "cite", "review_id": FIRST}
        operation |= {"case_id": "AAAAA-00001", "field": "admission.judgement", "value": value}
        desk.operate(AMIRA, operation)
    said = {"at": "2036-11-01T09:00:00.000000Z", "actor": "J.Ward", "reason": "Time is over"}
    with admin.writing(small_study) as store:
        erasure.erase(small_study, store, "AAAAA-00001", **said)
    left = {file.name for file in small_study.documents.iterdir()}
    assert left == {"doc-AAAAA-00002.txt", "other.txt", "other.pdf", "other.layer"}
    for file in small_study.path.rglob("*"):
        assert not file.is_file() or b"Canary" not in file.read_bytes(), file
    assert all(claim.passed for claim in verify(small_study))


def test_other_rooms_read_the_evidence_of_what_is_locked_only(small_study, clock):
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        (small_study.documents / f"{DOCUMENT}.txt").write_bytes(TEXT.encode())
        cite(world, AMIRA, FIRST, passage("charted"))
        cite(world, BEN, SECOND, passage("Müller", 2))
        world.fill(AMIRA, FIRST)
        world.submit(AMIRA, FIRST)
    (one,) = read.citations(small_study)
    assert (one.review_id, one.item, one.text) == (FIRST, "admission.judgement", "charted")
