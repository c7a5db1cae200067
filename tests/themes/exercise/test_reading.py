"""Answers read from tables: all of them or every problem, and nobody's name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from exercises import EXERCISE
from hostile_values import VALUES

from lltic.errors import LlticError
from lltic.themes.exercise import Question, read_rows
from lltic.themes.exercise.privacy import about_a_person, reaches_a_person
from lltic.themes.exercise.reading import MAX_TEXT, SHOWN

CANARY = "Xanthippe Canary"


def row(number: int = 2, **cells: str) -> dict[str, str]:
    usual = {"source": "pre_event", "group": "hospital", "sheet": "1", "question": "how"}
    found = {**usual, "text": "Ask families first.", **cells, "#": str(number)}
    return {key: value for key, value in found.items() if value}


def wrong(*rows: dict[str, str], **more: str) -> LlticError:
    with pytest.raises(LlticError) as caught:
        read_rows(rows, EXERCISE, "answers.csv", **more)
    return caught.value


def test_a_long_table_gives_one_text_a_row():
    found = read_rows(
        [row(), row(3, sheet="FG 2", source="focus_group", group="mixed")], EXERCISE, "f"
    )
    assert [(t.source, t.group, t.sheet, t.question) for t in found.texts] == [
        ("pre_event", "hospital", "1", "how"),
        ("focus_group", "mixed", "FG-2", "how"),
    ]
    assert found.left_out == ()


def test_a_wide_table_gives_a_text_for_each_answer_that_is_there():
    rows = [
        {"sheet": "1", "what are the obstacles?": "Fear", "how": "Ask", "#": "2"},
        {"sheet": "2", "how": "Listen", "#": "3"},
    ]
    found = read_rows(rows, EXERCISE, "f", source="pre_event", group="hospital")
    assert [(t.sheet, t.question, t.words) for t in found.texts] == [
        ("1", "how", "Ask"),
        ("1", "obstacles", "Fear"),
        ("2", "how", "Listen"),
    ]


@pytest.mark.parametrize(
    ("column", "said", "meant"),
    [
        ("question", "How do we get to EXCELLENT", "how"),
        ("question", "2", "how"),
        ("source", "Answers before the event", "pre_event"),
        ("group", "patients AND families", "families"),
    ],
)
def test_cells_may_say_it_by_id_by_name_and_questions_by_number(column, said, meant):
    (found,) = read_rows([row(**{column: said})], EXERCISE, "f").texts
    assert getattr(found, column) == meant


def test_ids_follow_from_what_was_said_where_and_from_nothing_else():
    one = read_rows([row(), row(3, text="Listen.")], EXERCISE, "one.csv").texts
    other = read_rows([row(9, text="Listen."), row(4)], EXERCISE, "other.csv").texts
    assert {t.text_id for t in one} == {t.text_id for t in other}
    elsewhere = read_rows([row(sheet="2")], EXERCISE, "one.csv").texts
    assert elsewhere[0].text_id not in {t.text_id for t in one}
    assert len({t.text_id for t in (*one, *elsewhere)}) == 3


def test_the_same_answer_on_the_same_sheet_counts_once_and_this_is_said():
    found = read_rows([row(), row(3)], EXERCISE, "f")
    assert len(found.texts) == 1
    assert "1 answer that stands again" in found.left_out[0]


def test_every_problem_at_once_and_no_cell_repeated():
    error = wrong(
        row(2, group=CANARY),
        row(3, sheet=CANARY),
        row(4, question=CANARY, text="x" * (MAX_TEXT + 1)),
        row(5, text=f"Ask {CANARY} at xc@trust.example"),
        row(6, source=CANARY, text=" "),
        row(7, sheet="9", group="hospital"),
        row(8, sheet="9", group="mixed"),
    )
    assert sorted(error.codes) == sorted(
        ["exercise-cell"] * 5 + ["text-too-long", "text-identifies", "two-groups"]
    )
    assert CANARY not in str(error)
    assert "xc@" not in str(error)
    assert "rows" in str(error) or "row" in str(error)


def test_a_problem_of_many_rows_names_the_first_and_counts_them():
    error = wrong(*(row(n, group="nobody") for n in range(2, 22)))
    (problem,) = error.problems
    assert problem.count == 20
    assert f"and {20 - SHOWN} more" in problem.where
    assert "hospital, families, mixed" in problem.allowed


def test_columns_about_people_are_left_out_and_their_headings_not_repeated():
    people = {"full name": CANARY, "e-mail": "x@y.example", CANARY.lower(): "7"}
    found = read_rows([{**row(), **people}], EXERCISE, "f")
    assert len(found.texts) == 1
    assert "2 columns" in found.left_out[0]
    assert "1 other column" in found.left_out[1]
    kept = repr(found)
    assert CANARY not in kept
    assert CANARY.lower() not in kept
    assert "y.example" not in kept


@pytest.mark.parametrize("missing", ["source", "group", "sheet", "question", "text"])
def test_a_column_that_is_not_there_is_named(missing):
    error = wrong({k: v for k, v in row().items() if k != missing})
    assert error.codes == ("exercise-column",)
    assert error.problems[0].where == f"answers.csv: {missing}"


def test_a_table_without_rows_says_so():
    assert wrong().codes == ("no-answers",)


@pytest.mark.parametrize("value", [v for v in VALUES if isinstance(v, str)])
@pytest.mark.parametrize("column", ["source", "group", "sheet", "question", "text"])
def test_hostile_cells_are_taken_as_words_or_refused(column, value):
    refusals = []
    try:
        kept = read_rows([row(**{column: value or " "})], EXERCISE, "f").texts
    except LlticError as error:
        refusals, kept = list(error.problems), ()
    assert refusals or len(kept) == 1
    assert not any(len(value) > 8 and value in str(problem) for problem in refusals)
    assert all(c.isprintable() or c in "\n\t" or ord(c) > 126 for t in kept for c in t.words)


def test_a_number_is_no_group_for_it_may_be_that_of_a_table():
    assert wrong(row(group="2")).codes == ("exercise-cell",)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("write to a.b-c@nhs.example now", "an e-mail address"),
        ("943 476 5919", "an NHS number"),
        ("9434765919", "an NHS number"),
        ("9430000020", "an NHS number"),  # whose check digit is 0
        ("ring 0116 258 6353", "a telephone number"),
        ("+44 7700 900123", "a telephone number"),
        ("(0116) 2586353", "a telephone number"),
        ("943 476 5918", ""),
        ("in 2014, 400 of 6,000 within 30 days", ""),
        ("0.5 to 0123", ""),
        ("room 12 @ noon", ""),
    ],
)
def test_what_reaches_a_person_is_seen(words, what):
    assert reaches_a_person(words) == what


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ("Name", True),
        ("your_name", True),
        ("E-Mail", True),
        ("NHS No.", True),
        ("x@y.example", True),
        ("Date of Birth", True),
        ("group", False),
        ("sheet", False),
        ("How do we get to excellent?", False),
        ("Renamed codes", False),
    ],
)
def test_headings_about_people(heading, says):
    assert about_a_person(heading) is says


def test_a_question_that_speaks_of_a_name_is_a_question_all_the_same():
    asked = (Question("first", "What should we address first?"), *EXERCISE.questions)
    rows = [{"sheet": "1", "what should we address first?": "Falls", "address": "x", "#": "2"}]
    found = read_rows(
        rows, replace(EXERCISE, questions=asked), "f", source="pre_event", group="hospital"
    )
    assert [(t.question, t.words) for t in found.texts] == [("first", "Falls")]
    assert found.left_out[0].startswith("Left out, for it says who somebody is: 1 column.")
