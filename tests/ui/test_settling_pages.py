"""Adjudication, consensus and second stage: what is shown, and what two people do to each other."""

from __future__ import annotations

import pytest
from many_sided_study import DIFFERING, JOINT, OFFERED, PEOPLE, SERIOUS, make_many_sided
from page_screens import Screen
from small_study import TickingClock

from lltic.reviews import admin
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.ui.kit import Actions, CheckAnswers, Field, Notice, Receipt, Sides, TaskList, Worklist

ADJUDICATION, CONSENSUS = f"{DIFFERING}-adjudication", f"{JOINT}-consensus"
SETTLED = {
    "admission.judgement": {"value": "Prompt on the whole."},
    "admission.score": {"value": 3},
    "overall.judgement": {"value": "Adequate."},
    "overall.score": {"value": 3},
    "problems.any": {"value": "no"},
}
AGREED = {"overall.judgement": {"value": "The joins held."}, "overall.score": {"value": 3}}


@pytest.fixture
def service_desk(tmp_path):
    study = make_many_sided(tmp_path / "study")
    with admin.writing(study) as store:
        clock = TickingClock()
        for _ in store.read():
            clock()
        yield ServiceDesk(study, store, clock)


@pytest.fixture
def ada(service_desk) -> Screen:
    """The adjudicator, with the case that differs open."""
    screen = Screen(service_desk, PEOPLE["ada"])
    screen.press("take", Worklist, case_id=DIFFERING, kind="adjudication")
    return screen


@pytest.fixture
def amira(service_desk) -> Screen:
    screen = Screen(service_desk, PEOPLE["amira"])
    screen.desk.go(f"?review={CONSENSUS}")
    screen.window("hello", window="a" * 32)
    return screen


@pytest.fixture
def ben(service_desk) -> Screen:
    screen = Screen(service_desk, PEOPLE["ben"])
    screen.desk.go(f"?review={CONSENSUS}&page=overall")
    screen.window("hello", window="b" * 32)
    return screen


def settle(screen, review_id, answers) -> None:
    for field, value in answers.items():
        screen.write(field, value, review_id)


def fields(screen) -> dict:
    return {f.field: f for f in screen.all(Field)}


def rows(screen) -> list[dict]:
    return [row for group in screen.one(TaskList).groups for row in group["rows"]]


# -- the worklist ------------------------------------------------------------------------------


def test_what_waits_is_said_in_plain_words(service_desk):
    screen = Screen(service_desk, PEOPLE["ada"])
    (group,) = screen.one(Worklist).groups
    assert [row["case_id"] for row in group["rows"]] == [DIFFERING, SERIOUS]
    assert [row["detail"].partition(":")[0] for row in group["rows"]] == [
        "Adjudication",
        "Second stage",
    ]


def test_the_next_case_can_be_taken_until_nothing_waits(service_desk):
    screen = Screen(service_desk, PEOPLE["carys"])
    screen.press("take")
    assert screen.heading() == "Your review" and OFFERED in screen.desk._place.title
    screen.desk.go("?page=cases")
    screen.press("take")
    assert screen.titles() == ["No case waits for you just now"]


def test_who_reviews_jointly_sees_what_to_agree_on(service_desk):
    screen = Screen(service_desk, PEOPLE["amira"])
    details = [row["detail"] for g in screen.one(Worklist).groups for row in g["rows"]]
    assert sum("Agreeing together" in detail for detail in details) == 1


# -- adjudication --------------------------------------------------------------------------------


def test_the_overview_names_what_differs_and_what_does_not(ada):
    assert ada.heading() == "Your adjudication"
    keys = [row["key"] for row in rows(ada)]
    assert keys == ["sources", "same", "admission", "overall", "problems", "check"]
    assert ada.one(TaskList).summary == "You have settled 0 of 3 parts."


def test_both_answers_stand_beside_each_other_without_names(ada):
    ada.desk.go(f"?review={ADJUDICATION}&page=admission")
    judgement, score = ada.all(Sides)
    assert [side["label"] for side in judgement.sides] == ["Reviewer A", "Reviewer B"]
    assert {side["text"] for side in score.sides} == {"4 Good", "2 Poor"}
    assert all(field.value is None for field in ada.all(Field)), "nothing is chosen for the person"
    assert list(fields(ada)) == ["admission.judgement", "admission.score"]
    for name in ("amira", "Khan", "ben", "Okoro"):
        assert name not in repr(ada.client.review(ADJUDICATION)["sources"])


def test_equal_answers_are_one_list_with_a_way_to_change(ada):
    ada.desk.go(f"?review={ADJUDICATION}&page=same")
    listed = [r for s in ada.one(CheckAnswers).sections for r in s["rows"]]
    paths = [row["field"] for row in listed]
    assert "ongoing.score" in paths and not set(paths) & set(SETTLED)
    row = next(row for row in listed if row["field"] == "ongoing.score")
    ada.press("change", CheckAnswers, field=row["field"], query=row["query"])
    assert list(fields(ada)) == ["ongoing.score"]
    assert fields(ada)["ongoing.score"].value == {"value": 2}


def test_a_settled_answer_asks_what_follows_from_it(ada):
    ada.desk.go(f"?review={ADJUDICATION}&page=problems")
    assert list(fields(ada)) == ["problems.any"]
    ada.write("problems.any", {"value": "yes"}, ADJUDICATION)
    assert list(fields(ada)) == ["problems.any", "problems.types"]
    ada.write("problems.types", {"value": ["infection"]}, ADJUDICATION)
    assert "problems.infection.harm" in fields(ada)


def test_settle_check_sign_receipt(ada):
    settle(ada, ADJUDICATION, SETTLED)
    ada.desk.go(f"?review={ADJUDICATION}&page=admission")
    for title in ("Overall care", "Problems in care", "Check your answers"):
        ada.press("next")
        assert ada.heading() == title
    ada.press("confirm")
    assert ada.heading() == "Sign your adjudication"
    ada.sign()
    assert ada.one(Receipt).title == "Adjudication signed" and ada.one(Receipt).code


def test_an_adjudication_can_be_handed_back(ada):
    ada.desk.go(f"?review={ADJUDICATION}&page=hand-back")
    ada.press("hand_back")
    assert ada.heading() == "My cases"


def test_the_second_stage_shows_the_first_and_asks_its_own(service_desk):
    screen = Screen(service_desk, PEOPLE["ada"])
    screen.press("take", Worklist, case_id=SERIOUS, kind="stage_2")
    assert screen.heading() == "Second-stage review"
    screen.desk.go(f"?review={SERIOUS}-stage_2&page=sources")
    assert any(
        s.label == "Were there any problems in the care of this person?" for s in screen.all(Sides)
    )
    screen.desk.go(f"?review={SERIOUS}-stage_2&page=avoidability")
    assert list(fields(screen)) == ["avoidability.judgement", "avoidability.score"]


# -- two people at one sheet ------------------------------------------------------------------


def test_a_consensus_names_the_sides_by_discipline(ben):
    assert [side["label"] for side in ben.all(Sides)[0].sides] == ["Primary care", "Secondary care"]
    assert list(fields(ben)) == list(AGREED)


def test_what_the_other_answers_appears_by_itself(amira, ben):
    amira.write("overall.judgement", AGREED["overall.judgement"], CONSENSUS)
    assert fields(ben)["overall.judgement"].value is None
    shown = fields(ben)["overall.judgement"]
    ben.window("beat")
    assert fields(ben)["overall.judgement"] is shown, "the same field, so the focus stays"
    assert (shown.value, shown.version) == (AGREED["overall.judgement"], 1)
    assert rows(amira)[2]["status"] == "Not yet started"
    ben.write("overall.score", AGREED["overall.score"], CONSENSUS)
    amira.window("beat")
    assert rows(amira)[2]["status"] == "Done"


def test_two_answers_at_once_conflict_and_both_are_kept(amira, ben, monkeypatch):
    stale = ben.client.review(CONSENSUS)
    amira.write("overall.judgement", {"value": "Amira's words."}, CONSENSUS)
    messages = ben.sent(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(ben.client, "review", lambda review_id: stale)
        ben.write("overall.judgement", {"value": "Ben's words."}, CONSENSUS)
    conflict = messages[0]["nack"]["conflict"]
    assert conflict["value"] == {"value": "Amira's words."} and conflict["at"]


def test_one_signature_waits_for_the_other(amira, ben):
    settle(amira, CONSENSUS, AGREED)
    amira.desk.go(f"?review={CONSENSUS}&page=confirm")
    amira.sign()
    assert amira.heading() == "You have signed"
    assert amira.titles() == ["You have signed. Waiting for the other to sign"]
    ben.window("beat")
    assert ben.titles() == ["The other has signed what stands here"]
    ben.desk.go(f"?review={CONSENSUS}&page=confirm")
    ben.sign()
    assert ben.one(Receipt).title == "Agreed and signed by both"
    amira.window("beat")
    assert amira.one(Receipt).code == ben.one(Receipt).code


def test_an_answer_after_a_signature_says_that_both_sign_again(amira, ben):
    settle(amira, CONSENSUS, AGREED)
    amira.desk.go(f"?review={CONSENSUS}&page=confirm")
    amira.sign()
    ben.window("beat")
    ben.write("overall.score", {"value": 4}, CONSENSUS)
    words = "An answer was changed after a signature: both of you sign again"
    assert ben.titles() == [words]
    amira.window("beat")
    assert amira.heading() == "Agree together" and amira.titles() == [words]


def test_a_consensus_cannot_be_handed_back(amira):
    labels = [one["label"] for one in amira.one(Actions).links]
    assert labels == ["Back to my cases"]
    assert not amira.all(Notice)
