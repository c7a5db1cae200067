"""Problems that two reviewers listed, side by side: both said once, the rest to take over."""

from __future__ import annotations

import pytest
from entries_study import CASE, LIST, NOOR, make_entries_study
from page_screens import Screen
from small_study import AMIRA, BEN, TickingClock

from lltic.reviews import admin
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.ui.kit import (
    CheckAnswers,
    EntryHeading,
    Field,
    Heading,
    RepeatingGroup,
    Sides,
    TaskList,
    Worklist,
)

REVIEW = f"{CASE}-adjudication"


@pytest.fixture
def noor(tmp_path) -> Screen:
    study = make_entries_study(tmp_path / "study", TickingClock())
    with admin.writing(study) as store:
        screen = Screen(ServiceDesk(study, store, TickingClock()), NOOR)
        screen.press("take", Worklist, case_id=CASE, kind="adjudication")
        screen.window("hello", window="a" * 32)
        screen.desk.go(f"?review={REVIEW}&page=problems")
        yield screen


def entries(screen) -> list[Sides]:
    return [s for s in screen.all(Sides) if any("entry" in side for side in s.sides)]


def take_over(screen, side: dict, one: str, review: str = REVIEW) -> None:
    """What the page does: the entry's answers, then the longer list."""
    for question, answer in side["entry"].items():
        screen.write(f"{LIST}.{one}.{question}", answer, review)
    known = screen.client.review(review)["fields"][LIST]["answer"]["value"]
    screen.write(LIST, {"value": [*known, one]}, review)


def status(screen) -> str:
    screen.desk.go(f"?review={REVIEW}")
    rows = [row for group in screen.one(TaskList).groups for row in group["rows"]]
    (row,) = [row for row in rows if row["key"] == "problems"]
    return row["status"]


def test_what_both_listed_stands_there_once_and_says_so(noor):
    (head,) = noor.all(EntryHeading)
    assert head.label == "Problem 1 (both said so)"
    titles = [h.text for h in noor.all(Heading)]
    assert titles == ["What went wrong", "Settled answer: problems in care"]
    fall = [f for f in noor.all(Field) if f.field.endswith(".words")]
    assert [f.value["value"][:4] for f in fall] == ["Fell"]
    assert not [s for s in entries(noor) if "Fell" in repr(s.sides)], "not told a second time"


def test_what_belongs_together_stands_side_by_side_under_letters(noor):
    alike, alone = entries(noor)
    assert alike.label == "Problem that both describe, not in the same way"
    assert sorted(side["label"] for side in alike.sides) == ["Reviewer A", "Reviewer B"]
    assert all("3 September 2026" in side["text"] for side in alike.sides)
    assert alone.label in ("Problem that only Reviewer A has", "Problem that only Reviewer B has")
    (none,) = [side for side in alone.sides if not side["answer"]]
    assert none["absent"] == "Has no problem like it"
    for name in ("amira", "Dr A.", "ben", "Dr B."):
        assert name not in repr([s.sides for s in entries(noor)])


def test_an_entry_of_either_side_is_taken_over_whole(noor):
    assert status(noor) == "Started", "what both said says nothing of the rest"
    noor.desk.go(f"?review={REVIEW}&page=problems")
    alike, _ = entries(noor)
    shown = noor.one(RepeatingGroup)
    take_over(noor, alike.sides[1], "n1")
    assert [h.label for h in noor.all(EntryHeading)] == ["Problem 1 (both said so)", "Problem 2"]
    assert noor.one(RepeatingGroup) is shown, "the same field, so that the focus stays"
    assert entries(noor)[0] is alike
    assert [side.get("taken") for side in alike.sides] == [False, True]
    kept = noor.client.review(REVIEW)["fields"]
    assert kept[f"{LIST}.n1.words"]["answer"] == alike.sides[1]["entry"]["words"]
    assert status(noor) == "Done"


def test_a_change_to_what_both_said_is_seen(noor):
    (words,) = [f.field for f in noor.all(Field) if f.field.endswith(".words")]
    noor.write(words, {"value": "Fell out of a chair."}, REVIEW)
    noor.desk.go(f"?review={REVIEW}&page=problems")
    assert [h.label for h in noor.all(EntryHeading)] == ["Problem 1"]


def test_equal_answers_of_the_page_are_told_once_with_a_way_to_change(noor):
    (section,) = noor.one(CheckAnswers).sections
    assert section["heading"] == "Both said the same"
    assert [row["field"] for row in section["rows"]] == ["problems.any"]
    noor.desk.go(f"?review={REVIEW}&page=same")
    listed = [row["field"] for s in noor.one(CheckAnswers).sections for row in s["rows"]]
    assert "facts.age" in listed and not [one for one in listed if one.startswith(LIST)]


def test_two_sides_agree_on_entries_and_see_what_the_other_takes_over(tmp_path):
    study = make_entries_study(tmp_path / "study", TickingClock(), joint=True)
    review = f"{CASE}-consensus"
    with admin.writing(study) as store:
        desk = ServiceDesk(study, store, TickingClock())
        amira, ben = (Screen(desk, person) for person in (AMIRA, BEN))
        for screen, window in ((amira, "a"), (ben, "b")):
            screen.desk.go(f"?review={review}&page=problems")
            screen.window("hello", window=window * 32)
        alike, alone = entries(amira)
        assert [side["label"] for side in alike.sides] == ["Primary care", "Secondary care"]
        assert alone.label == "Problem that only Secondary care has"
        take_over(amira, alone.sides[1], "n1", review)
        assert len(ben.all(EntryHeading)) == 1
        ben.window("beat")
        assert [h.label for h in ben.all(EntryHeading)] == ["Problem 1 (both said so)", "Problem 2"]
        assert [s.sides[1]["taken"] for s in entries(ben)] == [False, True]
