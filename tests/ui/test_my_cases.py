"""The list of cases and the way back to where one was, without a browser."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from page_screens import FIRST, Screen
from small_study import AMIRA, BEN, COMPLETE

from lltic.form.model import Form, Page
from lltic.records import from_plain
from lltic.reviews import admin
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.reviews.state import replay
from lltic.ui.journey import journey_of, turn_journey
from lltic.ui.kit import Journey, Worklist
from lltic.ui.worklist import _age

SECOND = "AAAAA-00002-1"
AT = "2026-11-20T09:00:00.000000Z"


@pytest.fixture
def service_desk(small_study, clock):
    with admin.writing(small_study) as store:
        yield ServiceDesk(small_study, store, clock)


@pytest.fixture
def screen(service_desk) -> Screen:
    return Screen(service_desk, AMIRA)


def listed(screen: Screen) -> Worklist:
    screen.desk.go("?page=cases")
    return screen.one(Worklist)


def test_before_anything_is_written_there_is_nowhere_to_go_back_to(screen):
    assert listed(screen).resume == {}


def test_the_last_question_written_leads_back_in_one_step(screen):
    screen.open_first()
    screen.write("ongoing.judgement", {"value": "Late."})
    screen.write("admission.score", {"value": 4})
    screen.write("gate.under_18", {"value": "no"}, SECOND)
    screen.write("ongoing.judgement", {"value": "Late, and why."})
    was = listed(screen).resume
    assert was["case_id"] == "AAAAA-00001" and was["at"]
    assert was["detail"] == "Ongoing care · Your judgement of this phase of care"
    screen.desk.go(was["query"])
    assert screen.heading() == "Ongoing care"
    place = screen.desk._place
    assert place.field == "ongoing.judgement"
    assert "field" not in place.query, "after a reload one is where one went meanwhile"
    screen.desk.go(screen.desk._case.query("overall"))
    assert place.field == ""


def test_every_case_begun_says_where_it_goes_on(screen):
    screen.open_first()
    screen.write("ongoing.score", {"value": 2})
    begun, fresh = listed(screen).groups
    assert begun["rows"][0]["link"] == "Continue at Ongoing care"
    assert begun["rows"][0]["query"].endswith("page=ongoing&field=ongoing.score")
    assert fresh["rows"][0]["link"] == "Start review"


def test_what_somebody_else_wrote_last_leads_nobody(screen, service_desk):
    other = Screen(service_desk, BEN)
    other.write("ongoing.judgement", {"value": "Mine."}, "AAAAA-00001-2")
    assert listed(screen).resume == {}
    assert {r["last"] for r in service_desk.worklist(AMIRA)["reviews"]} == {None}


def test_a_page_that_was_taken_over_goes_to_the_same_field(screen, service_desk):
    here = f"?review={FIRST}&page=ongoing"
    screen.desk.go(here)
    screen.window("hello", window="1" * 32)
    elsewhere = Screen(service_desk, AMIRA)
    elsewhere.desk.go(here)
    elsewhere.window("hello", window="2" * 32)
    assert elsewhere.desk._window.state == "elsewhere"
    screen.write("ongoing.score", {"value": 3})
    elsewhere.window("take_over")
    assert elsewhere.desk._window.state == ""
    assert elsewhere.desk._place.field == "ongoing.score"
    screen.window("beat")
    assert screen.desk._window.state == "elsewhere"


def test_each_open_case_says_how_long_one_has_it(screen, clock):
    clock.jump += timedelta(days=12)
    worklist = listed(screen)
    (group,) = worklist.groups
    row = group["rows"][0]
    assert row["detail2"] == "with you for 12 days\nhoped for by 2 Nov"
    assert row["given"] == "2026-10-05"
    assert "reproach" not in worklist.support
    clock.jump += timedelta(days=30)
    worklist = listed(screen)
    assert "hoped for by 2 Nov, which has passed" in worklist.groups[0]["rows"][0]["detail2"]
    assert "no reproach" in worklist.support


def test_a_study_that_asks_for_no_day_names_none(screen, service_desk, clock):
    object.__setattr__(service_desk._room.study.settings, "review_days", 0)
    service_desk._room.rows.clear()
    clock.jump += timedelta(days=1)
    assert listed(screen).groups[0]["rows"][0]["detail2"] == "with you for 1 day"


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2026-10-05", "came to you today\nhoped for by 30 Oct"),
        ("2026-10-28", "with you for 23 days\nhoped for by 30 Oct, in 2 days"),
        ("2026-10-29", "with you for 24 days\nhoped for by 30 Oct, tomorrow"),
        ("2026-10-30", "with you for 25 days\nhoped for by 30 Oct, today"),
    ],
)
def test_a_day_that_is_near_is_said(today, said):
    out = {"given_at": "2026-10-05T09:00:00.000000Z", "due_on": "2026-10-30"}
    assert _age(out, date.fromisoformat(today)) == said


STAY = {"label": "Hospital", "kind": "acute", "start": "2026-09-01", "end": "2026-09-03"}
OLD = {"journey": [STAY], "died_on": "2026-09-03"}
NEW = {
    **OLD,
    "contacts": [{"kind": "ambulance", "organisation": "999", "document": "D", "on": "2026-09-01"}],
    "parts": {"ongoing": {"start": "2026-09-02T10:00", "end": "2026-09-03T10:00"}},
}
PAGE = Page("ongoing", "Ongoing care", (), phase="ongoing")


def test_the_page_one_is_on_is_marked_on_the_journey(screen, small_study, service_desk):
    service_desk._room.casebook["AAAAA-00001"] |= json.loads(json.dumps(NEW))
    screen.open_first()
    journey = screen.one(Journey)
    assert [part["label"] for part in journey.phases] == ["Ongoing care"]
    assert (journey.phase, journey.compact) == ({}, False)
    screen.desk.go(screen.desk._case.query("ongoing"))
    assert journey.phase["from"] == "2026-09-02T10:00" and journey.compact
    screen.desk.go(screen.desk._case.query("overall"))
    assert journey.phase == {} and journey.compact


def test_a_case_book_of_an_older_version_still_has_its_stays(screen):
    form = screen.desk._line.review(FIRST)["form"]
    assert any(page["phase"] == "ongoing" for page in form["pages"])
    journey = journey_of(OLD, from_plain(Form, form))
    turn_journey(journey, OLD, PAGE, compact=True)
    assert journey.contacts == [] and journey.phases == [] and journey.phase == {}
    assert journey.segments[0]["from"] == "2026-09-01"


def test_a_second_reading_says_what_it_is_and_begins_from_the_notes_alone(small_study, clock):
    with admin.writing(small_study) as store:
        screen = Screen(ServiceDesk(small_study, store, clock), AMIRA)
        screen.open_first()
        for field, value in COMPLETE.items():
            screen.write(field, value)
        operation = {"op_id": "operation-submit", "kind": "submit", "review_id": FIRST}
        ServiceDesk(small_study, store, clock).operate(
            AMIRA, {**operation, "case_id": "AAAAA-00001"}, "password"
        )
        again = admin.readings_again(replay(store.read()), [("amira", "AAAAA-00001")], AT)
        store.append(again)
        screen = Screen(ServiceDesk(small_study, store, clock), AMIRA)
        rows = [row for group in listed(screen).groups for row in group["rows"]]
        [row] = [row for row in rows if "AAAAA-00001" in row["case_id"]]
        assert "Second reading: you read this case some time ago" in row["detail"]
        screen.desk.go(row["query"])
        assert screen.desk._case._answers == {}
        screen.desk.go(screen.desk._case.query("submit"))
        assert screen.desk._case.kind == "repeat"
