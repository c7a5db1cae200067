"""What a coder sees beside a reviewer's text, and the words of entries, coded like any other."""

from __future__ import annotations

import hashlib
import json
from itertools import count

import pytest
from every_kind_study import NOOR, REVIEW, make_every_kind_study
from small_study import AMIRA, BEN, World

from lltic.errors import Refused
from lltic.reviews import admin, read
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person

FIRST, SECOND = "AAAAA-00001-1", "AAAAA-00001-2"
DOCUMENT = "doc-AAAAA-00001"
TEXT = "Fluid balance was not charted.\fSecond page: Müller informed."
CODY = Person("cody", "Cody", "Trust", ("coder",))


def cite(world: World, person: Person, review: str, words: str, field: str) -> None:
    page, text = next((n, p) for n, p in enumerate(TEXT.split("\f"), 1) if words in p)
    start = text.index(words)
    value = {"document": DOCUMENT, "sha256": hashlib.sha256(TEXT.encode()).hexdigest()}
    value |= {"page": page, "start": start, "end": start + len(words), "text": words}
    world.desk.operate(person, world.operation("cite", review, field=field, value=value))


def test_the_evidence_of_a_text_opens_with_the_text_and_names_no_other_document(world) -> None:
    (world.study.documents / f"{DOCUMENT}.txt").write_bytes(TEXT.encode())
    cite(world, world.amira, FIRST, "Müller", "ongoing.judgement")
    cite(world, world.amira, FIRST, "charted", "admission.score")  # beside no text
    cite(world, world.ben, SECOND, "informed", "ongoing.judgement")
    world.fill(world.amira, FIRST)
    world.submit(world.amira, FIRST)
    with pytest.raises(Refused):
        world.desk.coding_text(world.cody, FIRST)
    world.fill(world.ben, SECOND)
    world.submit(world.ben, SECOND)
    world.desk.operate(world.cody, world.operation("take_text", FIRST))
    found = world.desk.coding_text(world.cody, FIRST)
    (one,) = found["evidence"]
    assert (one["field"], one["page"], one["text"]) == ("ongoing.judgement", 2, "Müller")
    (document,) = found["documents"]
    assert set(document) == {"id", "title", "date"} and document["id"] == DOCUMENT
    assert "informed" not in json.dumps(found)
    for call in (world.desk.document, world.desk.note):
        with pytest.raises(Refused):
            call(world.cody, FIRST, DOCUMENT)


@pytest.fixture
def entries(tmp_path, clock):
    """Two reviews that are in, with problems whose words are free text."""
    study = make_every_kind_study(tmp_path / "study", clock, "correct-horse-battery")
    with admin.writing(study) as store:
        world = World(study, store, Desk(study, store, clock), count(1))
        for person, review in ((AMIRA, REVIEW), (BEN, f"{REVIEW[:-1]}2")):
            for path, value in ANSWERS.items():
                operation = world.operation(
                    "answer", review, field=path, value={"value": value}, base_version=0
                )
                world.desk.operate(person, operation)
            world.submit(person, review)
        yield world


ANSWERS = {
    "facts.seen_on": "2026-09-01",
    "facts.age": 81,
    "problems.any": "yes",
    "problems.list": ["b2", "a1", "c3"],
    "problems.list.b2.harm": "no",
    "problems.list.b2.words": "Asked before the harm was said to be none.",
    "problems.list.a1.harm": "yes",
    "problems.list.a1.words": "Fell at night, seen after an hour.",
    "problems.list.c3.harm": "unsure",
    "overall.judgement": "Kind care, slow at night.",
    "overall.sure": 2,
}
PATH = "problems.list.a1.words"


def test_the_words_of_entries_are_there_to_be_coded(entries: World) -> None:
    entries.desk.operate(CODY, entries.operation("take_text", REVIEW))
    texts = entries.desk.coding_text(CODY, REVIEW)["texts"]
    assert [(t["item"], t["label"]) for t in texts] == [
        (PATH, "What happened? (problem 2)"),
        ("overall.judgement", "Your judgement"),
    ]
    book = entries.desk.coding_queue(CODY)
    value = {"theme": book["codebook"]["codes"][0]["code"], "start": 0, "end": 4}
    value |= {"codebook_hash": book["codebook_hash"]}
    entries.desk.operate(CODY, entries.operation("code", REVIEW, field=PATH, value=value))
    (coding,) = entries.desk.coding_text(CODY, REVIEW)["codings"]
    assert coding["item"] == PATH
    for path in ("problems.list.a1.harm", "problems.list.zz.words", "problems.list.c3.words"):
        with pytest.raises(Refused):
            entries.desk.operate(CODY, entries.operation("code", REVIEW, field=path, value=value))


def test_other_rooms_read_the_words_of_entries_too(entries: World) -> None:
    mine = [t.item for t in read.texts(entries.study) if t.review_id == REVIEW]
    assert mine == [PATH, "overall.judgement"]
    assert NOOR.name not in {t.reviewer for t in read.texts(entries.study)}
