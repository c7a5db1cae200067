"""The reviewer's pages without a browser: what is shown, and what is forwarded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from page_screens import FIRST, Screen
from small_study import AMIRA, BEN, COMPLETE

from lltic.reviews import admin
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.ui.kit import (
    CheckAnswers,
    ErrorSummary,
    Field,
    Notice,
    PatientBanner,
    Receipt,
    TaskList,
    Worklist,
)


@pytest.fixture
def service_desk(small_study, clock):
    with admin.writing(small_study) as store:
        yield ServiceDesk(small_study, store, clock)


@pytest.fixture
def screen(service_desk) -> Screen:
    return Screen(service_desk, AMIRA)


def test_the_worklist_shows_own_cases_and_a_kind_word(screen):
    assert screen.heading() == "My cases"
    (group,) = screen.one(Worklist).groups
    assert group["heading"] == "To start" and len(group["rows"]) == 2
    assert "hand a case back" in screen.one(Worklist).support


def test_a_case_opens_on_its_overview_with_the_banner(screen):
    screen.open_first()
    assert screen.heading() == "Your review"
    assert screen.one(PatientBanner).items[0] == {"label": "Case", "value": "AAAAA-00001"}
    assert screen.one(TaskList).summary == "You have completed 0 of 9 parts."


def test_every_page_of_the_form_can_be_opened_and_nothing_is_preselected(screen):
    screen.open_first()
    for row in screen.one(TaskList).groups[0]["rows"]:
        screen.desk.go(row["query"])
        assert screen.heading() == row["label"]
        assert all(field.value is None for field in screen.all(Field))


def test_an_edit_is_forwarded_and_acknowledged_after_the_service(screen, monkeypatch):
    screen.open_first()
    messages = screen.sent(monkeypatch)
    screen.write("admission.judgement", {"value": "Prompt."})
    (message,) = messages
    assert message["ack"]["version"] == 1 and message["ack"]["field"] == "admission.judgement"


def test_a_service_that_is_down_is_told_as_not_now(screen, monkeypatch):
    screen.open_first()
    messages = screen.sent(monkeypatch)
    op = screen.client.review(FIRST)
    assert op["fields"] == {}
    write = screen.write
    with monkeypatch.context() as patch:
        patch.setattr(screen.client, "review", lambda review_id: op)
        screen.client.is_down = True
        write("admission.judgement", {"value": "Prompt."})
    assert messages[0]["nack"]["retry"] is True


def test_a_conflict_shows_both(screen, service_desk, monkeypatch):
    screen.open_first()
    messages = screen.sent(monkeypatch)
    stale = screen.client.review(FIRST)
    screen.write("admission.score", {"value": 4})
    monkeypatch.setattr(screen.client, "review", lambda review_id: stale)
    screen.write("admission.score", {"value": 5})
    conflict = messages[1]["nack"]["conflict"]
    assert (conflict["value"], conflict["version"]) == ({"value": 4}, 1)
    assert conflict["at"] == messages[0]["ack"]["at"]


def test_leaving_a_page_points_out_what_is_missing_on_it(screen):
    screen.desk.go(f"?review={FIRST}&page=admission")
    screen.write("admission.score", {"value": 4})
    screen.press("next")
    assert screen.heading() == "Admission and first day"
    (error,) = screen.one(ErrorSummary).errors
    assert error["field"] == "admission.judgement" and "write" in error["message"]
    wrong = {f.field: f.error for f in screen.all(Field)}
    assert wrong["admission.judgement"] and not wrong["admission.score"]
    assert screen.desk._place.error


def test_a_complete_page_leads_to_the_next(screen):
    screen.desk.go(f"?review={FIRST}&page=admission")
    for field in ("admission.judgement", "admission.score"):
        screen.write(field, COMPLETE[field])
    screen.press("next")
    assert screen.heading() == "Ongoing care"


def test_branching_adds_questions_and_keeps_those_that_stay(screen):
    screen.desk.go(f"?review={FIRST}&page=problems")
    (first,) = screen.all(Field)
    screen.write("problems.any", {"value": "yes"})
    assert [f.field for f in screen.all(Field)] == ["problems.any", "problems.types"]
    screen.write("problems.types", {"value": ["monitoring", "infection"]})
    assert [f.field for f in screen.all(Field)][2:] == [
        "problems.infection.harm",
        "problems.monitoring.harm",
    ]
    assert screen.all(Field)[0] is first
    screen.write("problems.any", {"value": "no"})
    assert [f.field for f in screen.all(Field)] == ["problems.any"]


def fill(screen) -> None:
    screen.open_first()
    for field, value in COMPLETE.items():
        screen.write(field, value)


def test_check_answers_says_everything_that_is_missing(screen):
    screen.desk.go(f"?review={FIRST}&page=check")
    screen.press("confirm")
    assert screen.heading() == "Check your answers"
    errors = screen.one(ErrorSummary).errors
    assert len(errors) == 12 and all(e["query"].startswith("?review=") for e in errors)


def test_check_confirm_receipt(screen):
    fill(screen)
    screen.desk.go(f"?review={FIRST}&page=check")
    rows = {r["field"]: r for s in screen.one(CheckAnswers).sections for r in s["rows"]}
    assert rows["admission.score"]["text"] == "4 Good"
    assert rows["problems.types"]["text"] == "Monitoring"
    assert "procedure.judgement" not in rows  # the phase does not apply
    screen.press("confirm")
    assert screen.heading() == "Submit your review"
    screen.sign()
    receipt = screen.one(Receipt)
    assert receipt.code and receipt.title == "Review submitted"
    screen.press("worklist", Receipt)
    headings = [g["heading"] for g in screen.one(Worklist).groups]
    assert headings == ["To start", "Submitted"]


def test_a_submitted_review_can_be_read_and_not_changed(screen):
    fill(screen)
    screen.desk.go(f"?review={FIRST}&page=confirm")
    screen.sign()
    screen.desk.go(f"?review={FIRST}&page=admission")
    assert screen.one(CheckAnswers).locked and not screen.all(Field)


def test_submitting_without_an_answer_of_the_service_says_so(screen):
    fill(screen)
    screen.desk.go(f"?review={FIRST}&page=confirm")
    screen.client.is_down = True
    screen.sign()
    assert screen.one(Notice).title == "Not submitted yet"
    screen.client.is_down = False
    screen.sign()
    assert screen.one(Receipt).code


def test_handing_back(screen):
    screen.desk.go(f"?review={FIRST}&page=hand-back")
    screen.one(Field).value = {"value": "I knew the family."}
    screen.press("hand_back")
    assert screen.heading() == "My cases"
    assert screen.client.operations[-1]["reason"] == "I knew the family."


def test_a_reason_that_is_too_long_is_said_and_never_cut(screen):
    screen.desk.go(f"?review={FIRST}&page=hand-back")
    screen.one(Field).value = {"value": "I knew the family. " * 200}
    screen.press("hand_back")
    assert screen.one(Notice).title == "Not handed back yet"
    assert "up to 2,000 characters" in screen.one(Notice).text
    screen.one(Field).value = {"value": "I knew the family."}
    screen.press("hand_back")
    assert screen.heading() == "My cases"


@pytest.mark.parametrize(
    "query", ["?review=AAAAA-00001-2", "?review=nothing&page=check", "?review=%00", "?nonsense"]
)
def test_an_address_that_is_not_ones_own_leads_to_the_list(screen, query):
    screen.desk.go(query)
    assert screen.heading() == "My cases"
    assert bool(screen.all(Notice)) == ("review" in query)


def test_a_page_that_cannot_be_opened_just_now_can_be_tried_again(screen):
    screen.client.is_down = True
    screen.desk.go("")
    assert screen.heading() == "Not available"
    screen.client.is_down = False
    screen.press("again")
    assert screen.heading() == "My cases"


def test_nothing_of_the_other_reviewer_is_in_the_kernel(service_desk):
    amira = Screen(service_desk, AMIRA)
    fill(amira)
    ben = Screen(service_desk, BEN)
    ben.open_first()
    for row in ben.one(TaskList).groups[0]["rows"]:
        ben.desk.go(row["query"])
    assert [f.value for f in ben.all(Field)] == [None] * len(ben.all(Field))
    assert "sepsis recognised" not in repr(ben.client.review("AAAAA-00001-2"))


def test_who_has_something_to_code_is_led_there(service_desk):
    for roles, led in ((("reviewer",), []), (("reviewer", "coder"), ["coding"])):
        screen = Screen(service_desk, replace(AMIRA, roles=roles))
        screen.desk.go("")
        links = screen.desk._header.links
        assert [one["payload"]["page"] for one in links if "page" in one["payload"]] == led
