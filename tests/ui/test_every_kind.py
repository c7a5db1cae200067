"""Every kind of question on the reviewer's pages, without a browser."""

from __future__ import annotations

import pytest
from every_kind_study import FORM, REVIEW, make_every_kind_study
from page_screens import Screen
from small_study import AMIRA, BEN, PASSWORD

from lltic.form import Form, Item
from lltic.form.load import load_form_file
from lltic.reviews import admin
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.ui.kit import (
    CheckAnswers,
    Checkboxes,
    DateInput,
    EntryHeading,
    ErrorSummary,
    Field,
    Heading,
    NumberInput,
    Radios,
    RepeatingGroup,
    Scale,
    Select,
    TextArea,
    TextInput,
)
from lltic.ui.questions import question
from lltic.ui.sides import in_full
from lltic.ui.wording import answer_text, not_taken

LIST = "problems.list"


@pytest.fixture(scope="module")
def form() -> Form:
    return load_form_file(FORM).model


@pytest.fixture
def screen(tmp_path, clock):
    study = make_every_kind_study(tmp_path / "study", clock, PASSWORD)
    with admin.writing(study) as store:
        yield Screen(ServiceDesk(study, store, clock), AMIRA)


def on(screen: Screen, page: str) -> None:
    screen.desk.go(f"?review={REVIEW}&page={page}")


def write(screen: Screen, field: str, value) -> None:
    screen.write(field, {"value": value}, REVIEW)


def fields(screen: Screen) -> list[str]:
    return [field.field for field in screen.all(Field)]


def two_problems(screen: Screen) -> None:
    on(screen, "problems")
    write(screen, "problems.any", "yes")
    write(screen, LIST, ["a1"])
    write(screen, LIST, ["a1", "b2"])


def test_each_kind_has_its_component(form):
    kinds = {
        "facts.seen_on": DateInput,
        "facts.age": NumberInput,
        "facts.ward": TextInput,
        "facts.day_of_week": Select,
        "facts.where": Checkboxes,
        "problems.any": Radios,
        LIST: RepeatingGroup,
        f"{LIST}.a1.words": TextArea,
        "overall.sure": Scale,
    }
    for path, kind in kinds.items():
        made = question(form, path, form.item(path), None)
        assert type(made).__name__ == kind.__name__, path


def test_a_component_is_told_what_its_item_takes(form):
    weight = question(form, "facts.weight", form.item("facts.weight"), None)
    assert (weight.unit, weight.minimum, weight.maximum, weight.decimals) == ("kg", 0, None, 1)
    assert [one["label"] for one in weight.missing] == ["Not in the notes"]
    noticed = question(form, "facts.noticed_on", form.item("facts.noticed_on"), None)
    assert noticed.precision == ["day", "month", "year"] and noticed.optional
    assert "the month and the year or the year alone" in noticed.hint
    ward = question(form, "facts.ward", form.item("facts.ward"), None)
    assert [one["label"] for one in ward.missing] == ["Would rather not say"]
    assert ward.longest == 0, "nothing that is pasted is cut off"
    problems = question(form, LIST, form.item(LIST), None)
    assert (problems.entry, problems.at_most) == ("problem", 3)


def test_every_entry_asks_its_own_questions(screen):
    two_problems(screen)
    assert [head.label for head in screen.all(EntryHeading)] == ["Problem 1", "Problem 2"]
    assert fields(screen) == [
        "problems.any",
        f"{LIST}.a1.began_on",
        f"{LIST}.a1.harm",
        f"{LIST}.b2.began_on",
        f"{LIST}.b2.harm",
        LIST,
    ]
    assert {f.field: f.within for f in screen.all(Field)}[f"{LIST}.b2.harm"] == "Problem 2"
    assert "Problems in care" in [heading.text for heading in screen.all(Heading)]


def test_branching_goes_by_the_entry_and_keeps_what_stays(screen):
    two_problems(screen)
    before = {f.field: f for f in screen.all(Field)}
    write(screen, f"{LIST}.b2.harm", "yes")
    after = {f.field: f for f in screen.all(Field)}
    assert set(after) - set(before) == {f"{LIST}.b2.words"}
    assert all(after[path] is widget for path, widget in before.items())
    write(screen, f"{LIST}.b2.harm", "no")
    assert f"{LIST}.b2.words" not in fields(screen)


def test_an_entry_that_is_taken_out_goes_and_the_next_moves_up(screen):
    two_problems(screen)
    write(screen, LIST, ["b2"])
    assert [head.label for head in screen.all(EntryHeading)] == ["Problem 1"]
    assert {f.within for f in screen.all(Field)} == {"", "Problem 1"}
    write(screen, LIST, ["a1", "b2"])  # it is put back: what was written in it is still there
    assert [head.entry_id for head in screen.all(EntryHeading)] == ["a1", "b2"]


def test_what_lacks_is_pointed_out_in_its_entry(screen):
    two_problems(screen)
    write(screen, f"{LIST}.a1.harm", "no")
    write(screen, f"{LIST}.b2.harm", "yes")
    screen.press("next")
    (error,) = screen.one(ErrorSummary).errors
    assert error["field"] == f"{LIST}.b2.words"
    assert error["message"].endswith("(Problem 2)")
    wrong = {f.field: f.error for f in screen.all(Field) if f.error}
    assert set(wrong) == {f"{LIST}.b2.words"}


def test_a_list_that_lacks_leads_to_its_button(screen):
    on(screen, "problems")
    write(screen, "problems.any", "yes")
    screen.press("next")
    (error,) = screen.one(ErrorSummary).errors
    assert error["field"] == LIST and "add at least one" in error["message"]


def test_what_is_refused_is_said_at_the_question_until_it_is_mended(screen, monkeypatch):
    on(screen, "facts")
    messages = screen.sent(monkeypatch)
    write(screen, "facts.seen_on", "2026-02-31")
    field = next(f for f in screen.all(Field) if f.field == "facts.seen_on")
    assert field.error == "First seen must be a real date, with its year in four figures"
    assert messages[-1]["nack"]["message"].startswith(field.error)
    write(screen, "facts.seen_on", "2026-02-28")
    assert field.error == ""


def test_messages_about_saving_know_every_entry(screen):
    two_problems(screen)
    status = screen.desk._status
    assert status.labels[f"{LIST}.b2.harm"] == "What went wrong: Problem 2: Did it lead to harm?"
    assert status.words[LIST] == {"a1": "Problem 1", "b2": "Problem 2", "": "another problem"}
    assert status.words[f"{LIST}.b2.harm"]["unsure"] == "Cannot tell"
    assert status.kinds["facts.seen_on"] == "date" and status.kinds["overall.judgement"] == "text"


def test_answers_are_checked_in_words(screen):
    two_problems(screen)
    write(screen, "facts.seen_on", "2026-09-03")
    write(screen, "facts.noticed_on", "2026-08")
    write(screen, "facts.age", 61)
    write(screen, "facts.weight", 61.5)
    write(screen, "facts.ward", "7 – “Linden”")
    write(screen, "facts.day_of_week", "holiday")
    write(screen, f"{LIST}.b2.began_on", "2026-08")
    screen.write(f"{LIST}.a1.began_on", {"missing": "not_known"}, REVIEW)
    on(screen, "check")
    sections = screen.one(CheckAnswers).sections
    rows = {row["field"]: row for section in sections for row in section["rows"]}
    assert {path: row["text"] for path, row in rows.items() if "text" in row} == {
        "facts.seen_on": "3 September 2026",
        "facts.noticed_on": "August 2026",
        "facts.age": "61 years",
        "facts.weight": "61.5 kg",
        "facts.ward": "7 – “Linden”",
        "facts.day_of_week": "A public holiday",
        "problems.any": "Yes",
        LIST: "2 problems",
        f"{LIST}.b2.began_on": "August 2026",
    }
    assert rows[f"{LIST}.b2.began_on"]["key"] == "Problem 2: When did it begin?"
    assert rows[f"{LIST}.a1.began_on"]["answer"] == {"missing": "not_known"}
    assert f"{LIST}.a1.words" not in rows


def test_both_sides_are_read_entry_by_entry(form):
    answers = {
        LIST: {"value": ["a1", "b2"]},
        "problems.any": {"value": "yes"},
        f"{LIST}.a1.harm": {"value": "no"},
        f"{LIST}.b2.began_on": {"missing": "not_known"},
        f"{LIST}.b2.harm": {"value": "unsure"},
    }
    shown = {part.label: part for part in in_full(form, [("Reviewer A", answers)])[1:]}
    assert shown["Problems in care"].sides[0]["text"] == (
        "Problem 1\nDid it lead to harm? No\n\n"
        "Problem 2\nWhen did it begin? Not known\nDid it lead to harm? Cannot tell"
    )
    assert shown["Problems in care"].field == "", "entries cannot be taken over"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (61, "61 kg"),
        (61.0, "61 kg"),
        (0.000001, "0.000001 kg"),
        (1234567890123.5, "1234567890123.5 kg"),
    ],
)
def test_a_number_reads_with_all_its_figures(form, value, text):
    item = Item("weight", "number", "Weight", unit="kg", decimals=6)
    assert answer_text(form, item, {"value": value}) == text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-09", "must include a day"),
        ("--03", "must include a month and a year"),
        ("26-09-03", "must be a real date, with its year in four figures"),
        ("2026-13-03", "must be a real date, with its year in four figures"),
    ],
)
def test_a_date_that_is_none_is_told_in_words(typed, words):
    assert not_taken(Item("seen", "date", "First seen"), typed) == f"First seen {words}"


def test_another_reviewer_has_entries_of_their_own(screen):
    two_problems(screen)
    other = Screen(screen.client._desk, BEN)
    other.desk.go("?review=AAAAA-00001-2&page=problems")
    assert other.all(EntryHeading) == []
