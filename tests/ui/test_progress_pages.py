"""The coordinator's pages: how far everybody is, and the steps that need a reason."""

from __future__ import annotations

import pytest
from many_sided_study import (
    ALONE,
    DIFFERING,
    JOINT,
    OFFERED,
    PEOPLE,
    SERIOUS,
    make_many_sided,
)
from page_screens import Screen
from small_study import TickingClock

from lltic.reviews import admin
from lltic.reviews.admin import readings_again
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.ui.kit import (
    Actions,
    ErrorSummary,
    Field,
    Heading,
    Notice,
    Paragraph,
    Sides,
    Signature,
    Table,
    Worklist,
)


@pytest.fixture
def service_desk(tmp_path):
    study = make_many_sided(tmp_path / "study")
    with admin.writing(study) as store:
        yield ServiceDesk(study, store, TickingClock())


@pytest.fixture
def cora(service_desk) -> Screen:
    return Screen(service_desk, PEOPLE["cora"])


def table(screen, caption: str) -> Table:
    return next(t for t in screen.all(Table) if t.caption == caption)


def give(screen, field: str, value: str) -> None:
    next(f for f in screen.all(Field) if f.field == field).value = {"value": value}


def act(screen, label: str) -> None:
    """Follow a link of the page by its words."""
    for holder in (*screen.all(Actions), *screen.all(Notice)):
        for one in holder.links:
            if one["label"] == label:
                holder._receive(None, {"action": one["action"], **one["payload"]}, [])
                return
    raise AssertionError(label)


def test_a_coordinator_begins_with_the_progress_and_sees_no_answer(cora):
    assert cora.heading() == "Progress"
    stages = {row[0]["text"]: row[1] for row in table(cora, "Cases by stage").rows}
    assert stages == {
        "Reviews are out": 2,
        "Waits for an adjudicator": 1,
        "Being agreed together": 1,
        "In the second stage": 1,
    }
    assert len(table(cora, "Concerns handed on").rows) == 5
    assert "sepsis" not in repr([t.rows for t in cora.all(Table)])
    assert not cora.all(Worklist)


def test_the_cases_of_a_stage(cora):
    cora.press_first_link = table(cora, "Cases by stage").rows[0][0]["query"]
    cora.desk.go(cora.press_first_link)
    assert cora.heading() == "Reviews are out"
    assert [row[1:3] for row in cora.one(Table).rows] == [
        ["0 of 2", "Dr A. Khan, Dr B. Okoro"],
        ["0 of 1", "nobody yet"],
    ]


def test_a_reviewer_gets_none_of_it(service_desk):
    screen = Screen(service_desk, PEOPLE["amira"])
    screen.desk.go("?page=progress")
    assert screen.heading() == "My cases" and not screen.all(Table)


def test_a_case_that_is_not_there_is_said(cora):
    cora.desk.go("?case=nothing")
    assert cora.titles() == ["That case cannot be opened"]


def test_breaking_the_blind_needs_a_reason_and_the_password(cora):
    cora.desk.go(f"?case={ALONE}")
    assert "open when every review is in" in cora.all(Paragraph)[0].text
    act(cora, "Break the blind of this case")
    assert cora.one(Signature).deed == f"break_blind:{ALONE}"
    assert cora.one(Signature).needs == ["deed.reason"]
    cora.sign()
    assert cora.one(ErrorSummary).errors[0]["message"] == "Write down why"
    cora.press("unsigned", Signature, why="wrong")
    assert "not right" in cora.one(ErrorSummary).errors[0]["message"]
    cora.press("unsigned", Signature, why="unfinished")
    assert cora.one(ErrorSummary).errors[0]["message"] == "Write down why"
    cora.press("unsigned", Signature, why="wrong")
    assert "not right" in cora.one(ErrorSummary).errors[0]["message"]
    give(cora, "deed.reason", "A safeguarding question.")
    cora.sign()
    assert cora.client.operations[-1]["reason"] == "A safeguarding question."
    assert cora.heading() == f"Case {ALONE}" or cora.all(Heading)[0].text == f"Case {ALONE}"
    assert cora.all(Heading)[0].lead == "The blind was broken"


def test_open_answers_can_be_read_side_by_side(cora):
    cora.desk.go(f"?case={DIFFERING}&do=read")
    judgement = next(s for s in cora.all(Sides) if "sepsis" in repr(s.sides))
    assert [side["label"] for side in judgement.sides] == ["Dr A. Khan", "Dr B. Okoro"]
    cora.desk.go(f"?case={JOINT}&do=read")
    assert "Leaving hospital" in [h.text for h in cora.all(Heading)], "of both sides, every part"


def test_a_review_is_opened_again_and_its_reviewer_finds_it_marked_kindly(cora, service_desk):
    cora.desk.go(f"?case={SERIOUS}")
    link = next(row[-1] for row in table(cora, "Reviews").rows if row[-1])
    assert link["text"] == "Open again"
    cora.desk.go(link["query"])
    give(cora, "deed.reason", "A page of notes was missing.")
    cora.sign()
    amira = Screen(service_desk, PEOPLE["amira"])
    row = amira.one(Worklist).groups[0]["rows"][0]
    assert row["case_id"] == SERIOUS and "opened again: please look and sign" in row["detail"]
    amira.desk.go(row["query"])
    assert amira.titles() == ["This review was opened again"]
    amira.desk.go(f"?review={SERIOUS}-1&page=confirm")
    amira.sign()
    assert amira.client.review(f"{SERIOUS}-1")["status"] == "locked", "signed for the second time"


def test_a_review_is_withdrawn_and_offered_again(cora, service_desk):
    cora.desk.go(f"?case={ALONE}&do=withdraw&which={ALONE}-1")
    cora.press("do")
    assert "somebody else" in cora.one(ErrorSummary).errors[0]["message"]
    give(cora, "deed.again", "yes")
    cora.press("do")
    assert cora.one(ErrorSummary).errors[0]["message"] == "Write down why"
    give(cora, "deed.reason", "On leave.")
    cora.press("do")
    assert [row[2]["text"] for row in table(cora, "Reviews").rows] == [
        "Handed back",
        "With the reviewer",
        "Waits for somebody",
    ]


def test_a_second_reading_that_was_left_is_taken_back_with_a_reason(cora, service_desk):
    first = service_desk._state.reviews[f"{DIFFERING}-1"]
    at = "2026-11-20T09:00:00.000000Z"
    drafts = readings_again(service_desk._state, [(first.reviewer, DIFFERING)], at)
    service_desk._write(drafts)
    cora.desk.go(f"?case={DIFFERING}")
    again = table(cora, "Reviews").rows[-1]
    assert (again[0], again[2]["text"]) == ("Second reading", "With the reviewer")
    assert again[4]["text"] == "Take back"
    cora.desk.go(again[4]["query"])
    assert cora.heading() == "Take this second reading back"
    assert not [f for f in cora.all(Field) if f.field == "deed.again"], "it is nobody else's"
    cora.press("do")
    assert cora.one(ErrorSummary).errors[0]["message"] == "Write down why"
    give(cora, "deed.reason", "She left the trust.")
    cora.press("do")
    assert table(cora, "Reviews").rows[-1][2]["text"] == "Handed back"
    assert cora.client.operations[-1]["value"] == {"offer_again": False}


def test_what_became_of_a_concern_is_written_down_and_nobody_overwrites_another(cora, service_desk):
    cora.desk.go(f"?case={JOINT}")
    act(cora, "Write down what was done")
    other = Screen(service_desk, PEOPLE["cora"])
    other.desk.go(f"?case={JOINT}")
    act(other, "Write down what was done")
    give(cora, "escalation.to", "Medical director")
    give(cora, "escalation.duty_of_candour", "family_to_be_told")
    cora.press("save")
    assert "To whom: Medical director" in cora.all(Notice)[0].text
    give(other, "escalation.incident", "INC-1")
    other.press("save")
    assert "changed elsewhere" in other.titles()[0]
    assert "Medical director" in other.all(Notice)[0].text
    assert next(f for f in other.all(Field) if f.field == "escalation.incident").value
    give(other, "escalation.to", "Medical director")
    give(other, "escalation.duty_of_candour", "family_to_be_told")
    other.press("save")
    assert "INC-1" in other.all(Notice)[0].text


def open_concern(screen, case: str = JOINT) -> None:
    screen.desk.go(f"?case={case}")
    act(screen, "Write down what was done")


@pytest.mark.parametrize(
    "typed", ["3/9/2025", "03/09/2025", "3 Sep 2025", "3rd September, 2025", "2025-09-03"]
)
def test_a_date_is_typed_as_people_do_and_kept_as_one(cora, typed):
    open_concern(cora)
    give(cora, "escalation.to", "Medical director")
    give(cora, "escalation.sent_at", typed)
    give(cora, "escalation.acknowledged_at", "2025-9-4")
    cora.press("save")
    said = cora.client.operations[-1]["value"]
    assert said["sent_at"] == "2025-09-03" and said["acknowledged_at"] == "2025-09-04"
    text = cora.all(Notice)[0].text
    assert "Medical director (3 September 2025)" in text
    assert "Acknowledged: 4 September 2025" in text
    open_concern(cora)
    (sent,) = [f for f in cora.all(Field) if f.field == "escalation.sent_at"]
    assert sent.value == {"value": "3 September 2025"}
    made = len(cora.client.operations)
    cora.press("save")
    assert len(cora.client.operations) == made, "nothing was changed"
    cora.desk.go("?page=progress")
    rows = table(cora, "Concerns handed on").rows
    assert "4 September 2025" in [row[-1] for row in rows]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("31/9/2026", "real date"),
        ("3/9/26", "with its year"),
        ("yesterday", "real date"),
        ("3 Foo 2026", "real date"),
        ("2026", "real date"),
        ("1/1/1026", "real date"),
        ("1/1/2999", "today or in the past; 1 January 2999 is not"),
    ],
)
def test_what_is_no_date_up_to_today_is_pointed_out_and_nothing_is_sent(cora, typed, why):
    open_concern(cora)
    give(cora, "escalation.to", "Medical director")
    give(cora, "escalation.sent_at", typed)
    cora.press("save")
    assert not cora.client.operations
    (error,) = cora.one(ErrorSummary).errors
    assert error["field"] == "escalation.sent_at" and why in error["message"]
    (sent,) = [f for f in cora.all(Field) if f.field == "escalation.sent_at"]
    assert sent.error == error["message"] and sent.value == {"value": typed}
    give(cora, "escalation.sent_at", "1/2/2025")
    cora.press("save")
    assert cora.client.operations[-1]["value"]["sent_at"] == "2025-02-01"


def test_a_date_can_be_taken_back(cora):
    open_concern(cora)
    give(cora, "escalation.sent_at", "1/2/2025")
    cora.press("save")
    open_concern(cora)
    next(f for f in cora.all(Field) if f.field == "escalation.sent_at").value = None
    cora.press("save")
    assert cora.client.operations[-1]["value"] == {"sent_at": ""}


def test_two_people_with_one_name_are_two_people(cora):
    """SEC-12: each is named with their account, everybody else is not."""
    cora.client.labels |= {"ben": "DR A.  Khan", "amira": "Dr A. Khan"}
    cora.desk.go("?page=progress")
    rows = {row[0]: row[1:] for row in table(cora, "Who has how much").rows}
    assert {"Dr A. Khan (amira)", "DR A.  Khan (ben)"} <= set(rows)
    cora.desk.go(f"?case={DIFFERING}")
    who = [row[1] for row in table(cora, "Reviews").rows]
    assert who[:2] == ["Dr A. Khan (amira)", "DR A.  Khan (ben)"]
    cora.client.labels["ben"] = "Dr B. Okoro"
    cora.desk.go(f"?case={DIFFERING}")
    who = [row[1] for row in table(cora, "Reviews").rows]
    assert who[:2] == ["Dr A. Khan", "Dr B. Okoro"]


def test_somebody_whose_account_is_no_more_is_named_by_it(cora):
    del cora.client.labels["ben"]
    cora.desk.go(f"?case={DIFFERING}")
    assert [row[1] for row in table(cora, "Reviews").rows][:2] == ["Dr A. Khan", "ben"]


def test_the_form_stays_on_the_screen_when_it_is_shown_once_more(cora):
    open_concern(cora)
    give(cora, "escalation.to", "Medical director")
    cora.client.is_down = True
    cora.press("save")
    assert cora.titles() == ["Not saved yet"]
    assert all(field.comm is not None for field in cora.all(Field)), "none was closed"


@pytest.mark.parametrize("why", ["wrong", "unfinished"])
def test_what_is_mended_is_not_said_any_more(cora, why):
    cora.desk.go(f"?case={ALONE}&do=break_blind")
    cora.press("unsigned", Signature, why=why)
    give(cora, "deed.reason", "A question.")
    cora.client.is_down = True
    cora.sign()
    assert cora.titles() == ["Not done yet"]
    assert cora.one(ErrorSummary).errors == []
    assert [cora.one(Signature).error, cora.one(Field).error] == ["", ""]


def test_the_service_being_down_is_said_and_nothing_is_lost(cora):
    cora.desk.go(f"?case={ALONE}&do=break_blind")
    give(cora, "deed.reason", "A question.")
    cora.client.is_down = True
    cora.sign()
    assert cora.titles() == ["Not done yet"]
    assert cora.one(Field).value == {"value": "A question."}


# -- the other pages ---------------------------------------------------------------------------


def labels(screen) -> list[str]:
    return [one["label"] for actions in screen.all(Actions) for one in actions.links]


def test_the_pages_lead_to_each_other(cora):
    for view, title in (
        ("ageing", "How long reviews have been out"),
        ("allocation", "Who has what"),
        ("differences", "Where reviewers differ"),
        ("calibration", "Calibration"),
    ):
        query = f"?page=progress&view={view}"
        way = cora.all(Actions)[0]
        (link,) = [one for one in way.links if one["payload"]["query"] == query]
        way._receive(None, {"action": link["action"], **link["payload"]}, [])
        assert cora.heading() == title
        current = [one for one in cora.all(Actions)[0].links if one["current"]]
        assert [one["payload"]["query"] for one in current] == [query]


def test_progress_is_told_by_setting(cora, service_desk):
    for case, setting in ((ALONE, "mental_health"), (DIFFERING, "mental_health"), (JOINT, "acute")):
        service_desk._room.casebook[case]["setting"] = setting
    cora.desk.go("?page=progress")
    rows = {row[0]["text"]: row for row in table(cora, "Cases by setting").rows}
    assert rows["Mental health unit"][1:] == [2, "2 of 4", 0]
    assert set(rows) == {"Mental health unit", "Acute hospital", "Not known"}
    cora.desk.go(rows["Mental health unit"][0]["query"])
    assert cora.heading() == "Mental health unit"
    assert [row[0]["text"] for row in cora.one(Table).rows] == [ALONE, DIFFERING]
    cora.desk.go(rows["Not known"][0]["query"])
    assert len(cora.one(Table).rows) == 2


def test_ages_are_banded_and_the_oldest_comes_first(service_desk):
    from datetime import timedelta

    from lltic.ui.line import Line
    from lltic.ui.progress import ProgressPages

    reviews = service_desk._state.reviews
    for review_id, day in ((f"{ALONE}-1", "2026-08-20"), (f"{OFFERED}-1", "2026-10-12")):
        reviews[review_id].out_since = f"{day}T09:00:00.000000Z"
    screen = Screen(service_desk, PEOPLE["cora"])
    shown: list = []
    now = TickingClock()() + timedelta(days=9)
    line = Line(screen.client, lambda: None)
    pages = ProgressPages(line, screen.desk.go, lambda *args: shown.append(args), lambda: now)
    pages.show({"page": "progress", "view": "ageing"})
    (parts, _, _) = shown[-1]
    bands, listed = (part for part in parts if isinstance(part, Table))
    counts = {row[0]: row[1] for row in bands.rows}
    assert counts == {
        "Less than a week": 1,
        "1 to 2 weeks": 3,
        "2 to 4 weeks": 0,
        "4 weeks or more": 1,
    }
    ages = [(row[0]["text"], row[2], row[3]) for row in listed.rows]
    assert ages[0] == (ALONE, "Dr A. Khan", "55 days")
    assert ages[-1] == (OFFERED, "nobody yet", "2 days")
    assert [age for _, _, age in ages[1:-1]] == ["8 days"] * 3


def test_a_place_is_given_to_somebody_who_fits(cora, service_desk):
    cora.desk.go("?page=progress&view=allocation")
    (row,) = table(cora, "Places that wait for somebody").rows
    cora.desk.go(row[-1]["query"])
    assert cora.heading() == "Give this case to somebody"
    cora.press("do")
    assert cora.one(ErrorSummary).errors[0]["message"] == "Choose who is to read this case"
    (to,) = [f for f in cora.all(Field) if f.field == "deed.to"]
    assert [o["value"] for o in to.options] == ["carys", "amira", "ben"], "least to do first"
    assert to.options[0]["description"] == "Secondary care, nothing to do just now"
    give(cora, "deed.to", "carys")
    cora.press("do")
    assert cora.all(Heading)[0].text == f"Case {OFFERED}"
    carys = Screen(service_desk, PEOPLE["carys"])
    assert carys.one(Worklist).groups[0]["rows"][0]["case_id"] == OFFERED
    cora.desk.go("?page=progress&view=allocation")
    assert not table(cora, "Places that wait for somebody").rows
    rows = {row[0]: row[1:] for row in table(cora, "Reviewers, by what they have to do").rows}
    assert rows["Dr C. Pugh"] == ["Secondary care", 1, 0]


def test_another_reader_is_asked_for_with_a_reason(cora):
    cora.desk.go(f"?case={ALONE}")
    act(cora, "Open the case to another reader")
    assert cora.heading() == "Open this case to another reader"
    cora.press("do")
    assert cora.one(ErrorSummary).errors[0]["message"] == "Write down why"
    give(cora, "deed.reason", "To calibrate.")
    cora.press("do")
    assert "Waits for somebody" in [row[2]["text"] for row in table(cora, "Reviews").rows]
    assert "Open the case to another reader" not in labels(cora), "one place waits at a time"
    (row,) = [row for row in table(cora, "Reviews").rows if row[1] == "nobody yet"]
    assert [cell["text"] for cell in row[-2:]] == ["Give to somebody", "Withdraw"]


def test_a_case_nobody_was_given_is_opened_from_the_list(cora, service_desk):
    fresh = "AAAAA-00009"
    page = service_desk._room.casebook[ALONE]
    service_desk._room.casebook[fresh] = {**page, "setting": "community"}
    cora.desk.go("?page=progress")
    assert "1 case not given to anybody yet" in cora.one(Heading).lead
    cora.desk.go("?page=progress&view=allocation")
    (row,) = table(cora, "Cases nobody has been given").rows
    assert row[:2] == [fresh, "Community hospital"]
    cora.desk.go(row[-1]["query"])
    give(cora, "deed.reason", "Left over.")
    cora.press("do")
    assert cora.all(Heading)[0].text == f"Case {fresh}"


def test_what_two_readers_differ_on_is_listed_without_saying_who_said_what(cora):
    cora.desk.go("?page=progress&view=differences")
    rows = {row[0]["text"]: row[1:] for row in table(cora, "To be settled").rows}
    assert list(rows) == [DIFFERING, JOINT], "first what waits for somebody"
    assert rows[DIFFERING] == [
        "Overall care, 2 levels apart",
        "2 other answers",
        "Waits for an adjudicator",
    ]
    assert rows[JOINT][2] == "Being agreed together, with Dr A. Khan, Dr B. Okoro"
    assert "sepsis" not in repr([t.rows for t in cora.all(Table)])


def test_calibration_shows_counts_and_no_league_table(cora, monkeypatch):
    from lltic.reviews.desk import calibration

    cora.desk.go("?page=progress&view=calibration")
    assert cora.titles() == ["For talking together, not for ranking"]
    first = table(cora, "Two readers of a case: Structured judgement review")
    agreed = {row[0]["text"]: row[1:] for row in first.rows}
    assert agreed["Overall care"] == [2, "1", 0, 1, 0], "no percentage of two"
    (spread,) = [t for t in cora.all(Table) if t.caption.startswith("How scores are spread")]
    assert [row[0] for row in spread.rows] == ["Everybody"]
    assert "fewer than 5" in " ".join(p.text for p in cora.all(Paragraph))
    monkeypatch.setattr(calibration, "FEWEST", 2)
    cora.desk.go(cora.all(Table)[0].rows[0][0]["query"])
    (spread,) = [t for t in cora.all(Table) if t.caption.startswith("How scores are spread")]
    assert spread.caption == f"How scores are spread: {first.rows[0][0]['text']}"
    who = [row[0] for row in spread.rows]
    assert who == [
        "Everybody",
        "Dr A. Khan",
        "All but Dr A. Khan",
        "Dr B. Okoro",
        "All but Dr B. Okoro",
    ]


@pytest.mark.parametrize("view", ["ageing", "allocation", "differences", "calibration"])
def test_a_reviewer_gets_none_of_the_views(service_desk, view):
    screen = Screen(service_desk, PEOPLE["amira"])
    screen.desk.go(f"?page=progress&view={view}")
    assert screen.heading() == "My cases" and not screen.all(Table)
