"""Evidence on a person's pages: laid beside an answer, shown wherever the answer is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from many_sided_study import DIFFERING, JOINT, PEOPLE, make_many_sided
from page_screens import FIRST, Screen
from small_study import TickingClock

from lltic.records import Citation
from lltic.reviews import admin
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.ui.kit import CheckAnswers, Evidence, NotesViewer, TextArea, Worklist

DOCUMENT = "doc-AAAAA-00001"
TEXT = "Fluid balance was not charted. 👋 Café.\fSecond page: Müller informed."
ASK = "f" * 32


@pytest.fixture
def amira(world) -> Screen:
    (world.study.documents / f"{DOCUMENT}.txt").write_bytes(TEXT.encode())
    book = world.desk._room.casebook["AAAAA-00001"]["documents"]
    book[0]["sha256"] = hashlib.sha256(TEXT.encode()).hexdigest()
    return Screen(world.desk, world.amira)


def passage(text: str, page: int, field: str) -> dict:
    start = TEXT.split("\f")[page - 1].index(text)
    place = {"document": DOCUMENT, "page": page, "start": start, "end": start + len(text)}
    return {"value": {"field": field, **place, "text": text, "source": "anything"}}


def shelf(screen: Screen, field: str) -> Evidence:
    (found,) = [one for one in screen.all(Evidence) if one.field == field]
    return found


def cite(screen: Screen, text: str = "👋 Café", page: int = 1) -> str:
    screen.write("evidence:new", passage(text, page, "admission.judgement"))
    return shelf(screen, "admission.judgement").items[-1]["id"]


def test_a_passage_is_laid_beside_its_question_and_taken_away(amira, monkeypatch):
    amira.desk.go(f"?review={FIRST}&page=admission")
    sent = amira.sent(monkeypatch)
    name = cite(amira)
    assert sent[-1]["ack"]["op_id"] == name
    (item,) = shelf(amira, "admission.judgement").items
    assert (item["text"], item["page"]) == ("👋 Café", 1)
    assert ", page 1" in item["source"]
    (kept,) = amira.client.review(FIRST)["evidence"]
    assert (kept["citation_id"], kept["field"]) == (name, "admission.judgement")
    amira.write(f"evidence:{name}", None)
    assert shelf(amira, "admission.judgement").items == []
    assert amira.client.review(FIRST)["evidence"] == []


def test_what_does_not_stand_there_is_refused_in_words(amira, monkeypatch):
    amira.desk.go(f"?review={FIRST}&page=admission")
    sent = amira.sent(monkeypatch)
    changed = passage("Café", 1, "admission.judgement")
    changed["value"]["text"] = "Tea!"
    amira.write("evidence:new", changed)
    nack = sent[-1]["nack"]
    assert not nack["retry"] and "does not stand there" in nack["message"]
    assert shelf(amira, "admission.judgement").items == []


def test_a_service_that_is_down_is_asked_again(amira, monkeypatch):
    amira.desk.go(f"?review={FIRST}&page=admission")
    sent = amira.sent(monkeypatch)
    op = {"op_id": "e" * 32, "review_id": FIRST, "case_id": "AAAAA-00001", "base_version": 0}
    op |= {"field": "evidence:new", "value": passage("Café", 1, "admission.judgement")}
    amira.client.is_down = True
    amira.desk._status._receive(None, {"op": op}, [])
    assert sent[-1]["nack"]["retry"]
    amira.client.is_down = False
    for _ in range(2):  # and once more, when its answer was lost
        amira.desk._status._receive(None, {"op": op}, [])
        assert sent[-1]["ack"]["op_id"] == op["op_id"]
    assert len(shelf(amira, "admission.judgement").items) == 1
    assert len(amira.client.review(FIRST)["evidence"]) == 1


def test_the_questions_of_the_page_are_offered(amira):
    amira.desk.go(f"?review={FIRST}&page=admission")
    notes = amira.one(NotesViewer)
    asked = [one.field for one in amira.all(TextArea)]
    assert [one["field"] for one in notes.questions] == asked and asked
    amira.desk.go(f"?review={FIRST}&page=tasks")
    assert amira.one(NotesViewer).questions == []


def test_it_stands_beside_the_answer_where_all_are_checked(amira):
    amira.desk.go(f"?review={FIRST}&page=admission")
    name = cite(amira, "Müller", 2)
    amira.desk.go(f"?review={FIRST}&page=check")
    rows = [row for s in amira.one(CheckAnswers).sections for row in s["rows"]]
    (row,) = [row for row in rows if row.get("evidence")]
    assert row["field"] == "admission.judgement"
    assert [one["id"] for one in row["evidence"]] == [name]


def test_a_page_of_notes_is_asked_for_and_refused_in_words(amira):
    amira.open_first()
    notes = amira.one(NotesViewer)
    sent: list[dict] = []
    notes.send = lambda content, buffers=None: sent.append(content)
    notes._receive(None, {"action": "page", "ask": ASK, "document": DOCUMENT, "page": 2}, [])
    assert sent[0]["found"]["text"] == TEXT.split("\f")[1]
    notes._receive(None, {"action": "page", "ask": ASK, "document": DOCUMENT, "page": 9}, [])
    assert sent[2]["problem"]["code"] == "no-such-page"
    picture = {"action": "picture", "ask": ASK, "document": DOCUMENT, "page": 1, "width": 800}
    notes._receive(None, picture, [])
    assert sent[4]["problem"]["code"] == "no-image"
    notes._receive(None, {"action": "search", "ask": ASK, "words": "muller"}, [])
    assert [hit["page"] for hit in sent[6]["found"]["hits"]] == [2]
    amira.client.is_down = True
    notes._receive(None, {"action": "search", "ask": ASK, "words": "muller"}, [])
    assert sent[8]["problem"] == {"message": "", "code": ""}
    amira.client.is_down, amira.client.is_over = False, True
    notes._receive(None, {"action": "search", "ask": ASK, "words": "muller"}, [])
    assert amira.desk._again.over


# -- beside the answers of others, once those are locked ---------------------------------------


@pytest.fixture
def many(tmp_path) -> Iterator[ServiceDesk]:
    study = make_many_sided(tmp_path / "study")
    with admin.writing(study) as store:
        clock = TickingClock()
        for _ in store.read():
            clock()
        yield ServiceDesk(study, store, clock)


def lay_beside(desk: ServiceDesk, review_id: str, item: str, text: str) -> None:
    """Leave evidence in a locked review, as it would have been laid before."""
    review = desk._room.state.reviews[review_id]
    (document,) = desk._room.casebook[review.case_id]["documents"][:1]
    cited = {"document": document["id"], "sha256": "0" * 64, "page": 2, "text": text}
    where = {"review_id": review_id, "case_id": review.case_id, "item": item, "at": "", "seq": 1}
    review.cited[f"c-{text}"] = Citation(f"c-{text}", start=3, end=3 + len(text), **where, **cited)


def test_an_adjudicator_sees_what_each_side_laid_beside_its_answer(many):
    lay_beside(many, f"{DIFFERING}-1", "admission.judgement", "late")
    lay_beside(many, f"{DIFFERING}-2", "admission.judgement", "prompt")
    ada = Screen(many, PEOPLE["ada"])
    ada.press("take", Worklist, case_id=DIFFERING, kind="adjudication")
    # Who is A and who is B is drawn: the evidence has to stand with the words of its own side.
    sources = ada.client.review(f"{DIFFERING}-adjudication")["sources"]
    written = many._room.state.reviews[f"{DIFFERING}-1"].answers
    (first,) = [one["label"] for one in sources if one["answers"] == written]
    (second,) = [one["label"] for one in sources if one["answers"] != written]
    for page in ("admission", "sources"):
        ada.desk.go(f"?review={DIFFERING}-adjudication&page={page}")
        theirs = [one for one in ada.all(Evidence) if one.who]
        found = {one.who: [item["text"] for item in one.items] for one in theirs}
        assert found == {f"Reviewer {first}": ["late"], f"Reviewer {second}": ["prompt"]}
        assert all(one.locked for one in theirs)


def test_a_reviewer_sees_nothing_of_the_other_side(many):
    lay_beside(many, f"{DIFFERING}-2", "admission.judgement", "unheard-of")
    amira = Screen(many, PEOPLE["amira"])
    amira.desk.go(f"?review={DIFFERING}-1&page=check")
    told = repr([one.sections for one in amira.all(CheckAnswers)])
    assert "unheard-of" not in told and not amira.all(Evidence)


def test_two_people_at_one_sheet_see_each_others_evidence(many):
    amira, ben = (Screen(many, PEOPLE[name]) for name in ("amira", "ben"))
    for screen, window in ((amira, "a" * 32), (ben, "b" * 32)):
        screen.desk.go(f"?review={JOINT}-consensus&page=overall")
        screen.window("hello", window=window)
    lay_beside(many, f"{JOINT}-consensus", "overall.judgement", "the joins")
    ben.window("beat")
    assert [one["text"] for one in shelf(ben, "overall.judgement").items] == ["the joins"]


def test_a_coordinator_sees_it_when_the_case_is_in(many):
    lay_beside(many, f"{DIFFERING}-1", "admission.judgement", "late")
    cora = Screen(many, PEOPLE["cora"])
    cora.desk.go(f"?case={DIFFERING}&do=read")
    (theirs,) = cora.all(Evidence)
    assert theirs.who and theirs.locked and not theirs.linked
    assert theirs.items[0]["text"] == "late"
