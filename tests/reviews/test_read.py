"""What was read of a record once: the same answers, of one head, that nobody can change."""

from __future__ import annotations

from itertools import count

import pytest
from coded_study import A, B, coded_study
from small_study import AMIRA, BEN, COMPLETE, World, clock, small_study

from lltic.reviews import admin, read
from lltic.reviews.coding_plan import planned
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.places import places
from lltic.reviews.record.events import GENESIS
from lltic.study import Study

__all__ = ["clock", "coded_study", "small_study"]

CORA = Person("cora", "Cora", "Trust", ("coordinator",))
NOT_ASKED = {"Locked", "OnRecord", "on_record"}
QUESTIONS = sorted(set(read.__all__) - NOT_ASKED)


def asked(record) -> dict:
    """Every question there is, and what is answered."""
    told = {name: getattr(read, name)(record) for name in QUESTIONS}
    told |= {"events": list(told["events"]), "places": places(record), "plan": planned(record)}
    return told


@pytest.fixture
def more(coded_study, clock):
    """Break the blind of one case, and code one more text of it, as the service would."""
    with admin.writing(coded_study) as store:
        world = World(coded_study, store, Desk(coded_study, store, clock), count(500))
        breaking = world.operation("break_blind", f"{A}-1", reason="Immediate safety concern.")
        world.desk.operate(CORA, breaking, "password")

    def grow() -> None:
        with admin.writing(coded_study) as store:
            world = World(coded_study, store, Desk(coded_study, store, clock), count(900))
            world.desk.operate(world.cody, world.operation("coding_done", f"{B}-1"))
            breaking = world.operation("break_blind", f"{B}-1", reason="Immediate safety concern.")
            world.desk.operate(CORA, breaking, "password")

    return grow


def test_what_was_read_once_answers_as_the_study_does(coded_study, more):
    record = read.on_record(coded_study)
    told = asked(record)
    assert told == asked(coded_study)
    lists = ("assignments", "judgements", "locked", "texts", "codings", "unblinded", "status")
    assert all(told[name] for name in lists), "nothing is compared with nothing"
    assert read.on_record(record) is record


def test_it_stays_as_it_was_when_the_record_grows_and_a_new_reading_sees_it(coded_study, more):
    record = read.on_record(coded_study)
    before = asked(record)
    more()
    assert asked(record) == before
    after = asked(read.on_record(coded_study))
    assert after == asked(coded_study)
    assert after["head"][0] > before["head"][0] == len(before["events"])
    grown = ("coded_reviews", "codings", "unblinded", "coding_progress", "head", "events")
    same = [name for name in grown if after[name] == before[name]]
    assert same == ["codings"], "laid before, and read to the end only now"


def test_each_command_reads_anew(coded_study, more):
    before = read.coded_reviews(coded_study)
    more()
    assert read.coded_reviews(coded_study) == before | {f"{B}-1"}


def test_the_head_is_that_of_the_last_event_that_counts(coded_study):
    record = read.on_record(coded_study)
    last = list(read.events(coded_study))[-1]
    assert record.head == (last.seq, last.hash) == read.head(coded_study)


def test_nobody_can_change_what_was_read(coded_study, more):
    record = read.on_record(coded_study)
    before = asked(read.on_record(coded_study))
    told = asked(record)
    for one in told["judgements"] + told["texts"]:
        if isinstance(one.value, list):
            one.value.append("made up")
    for one in told["locked"]:
        for answer in one.answers.values():
            answer["value"] = "made up"
        one.answers.clear()
    for event in told["unblinded"]:
        event.value["reason"] = "made up"
    for name in ("assignments", "judgements", "codings", "coded_reviews", "status"):
        told[name].clear()
    assert asked(record) == before


def test_it_shows_nobody_what_was_written(coded_study):
    record = read.on_record(coded_study)
    words = COMPLETE["ongoing.judgement"]["value"]
    assert words in {text.value for text in read.texts(record)}
    assert words not in repr(record) and "amira" not in repr(record)


def test_a_record_that_was_never_opened_is_empty(tmp_path):
    record = read.on_record(Study.init(tmp_path / "new", title="Test"))
    assert record.head == (0, GENESIS)
    assert read.judgements(record) == list(read.events(record)) == []


def test_unblinding_is_told_in_the_order_of_the_record(small_study, clock):
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        for case in (B, A):
            for position, person in ((1, AMIRA), (2, BEN)):
                world.fill(person, f"{case}-{position}")
                world.submit(person, f"{case}-{position}")
            breaking = world.operation("break_blind", f"{case}-1", reason="Safety concern.")
            world.desk.operate(CORA, breaking, "password")
    found = read.unblinded(small_study)
    assert [event.case_id for event in found] == [B, A]
    assert found == [e for e in read.events(small_study) if e.kind == "unblinded"]
