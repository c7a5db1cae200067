"""The exercise that ships, and what a broken one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from lltic import definitions
from lltic.errors import LlticError, UsageError
from lltic.themes import load_codebook
from lltic.themes.exercise import load_exercise
from lltic.themes.exercise.layout import named

FOUR = (
    "What does excellent look like?",
    "What do we already do well?",
    "What are the obstacles?",
    "How do we get to excellent?",
)
SHIPPED = definitions.shipped("exercise") / "exercise-four-questions.yml"


def test_the_four_questions_as_they_were_put():
    loaded = load_exercise("exercise-four-questions")
    assert tuple(q.text for q in loaded.model.questions) == FOUR
    assert [(s.id, s.voice) for s in loaded.model.sources] == [
        ("pre_event", "person"),
        ("focus_group", "group"),
    ]
    assert load_codebook(loaded.model.codebook).model.codes


def test_an_exercise_is_no_sampling_plan_nor_the_other_way():
    assert "exercise-four-questions" in definitions.names("exercise")
    assert "exercise-four-questions" not in definitions.names("sampling plan")
    assert not any(n.startswith("allocation") for n in definitions.names("exercise"))
    with pytest.raises(UsageError) as caught:
        load_exercise("exercise-four-question")
    assert caught.value.codes == ("unknown-exercise",)
    assert "exercise-four-questions" in str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("voice: group", "voice: crowd", "definition-wrong-value"),
        ("quote: yes", "quote: perhaps", "definition-wrong-value"),
        ("name_groups_from: 5", "name_groups_from: 0", "exercise-small"),
        ("- id: obstacles", "- id: already", "exercise-duplicate"),
        ("label: General practice\n", "label: Acute hospital\n", "exercise-duplicate"),
        ("- id: mixed", "- id: Mixed table", "exercise-id"),
        ("codebook:", "code_book:", "definition-unknown-key"),
    ],
)
def test_what_is_wrong_with_one_is_named(tmp_path: Path, before, after, code):
    text = SHIPPED.read_text("utf-8")
    assert before in text
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / SHIPPED.name).write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(LlticError) as caught:
        load_exercise(SHIPPED.stem, tmp_path)
    assert code in caught.value.codes


def test_an_exercise_without_questions(tmp_path: Path):
    text = SHIPPED.read_text("utf-8")
    start, end = text.index("\nquestions:") + 1, text.index("# A sheet of the first")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / SHIPPED.name).write_text(text[:start] + "questions: []\n" + text[end:])
    with pytest.raises(LlticError) as caught:
        load_exercise(SHIPPED.stem, tmp_path)
    assert caught.value.codes == ("exercise-empty",)


def test_a_copy_under_another_name_keeps_the_comments(tmp_path: Path):
    text = named(SHIPPED.read_text("utf-8"), "exercise-2027")
    assert text.count("#") == SHIPPED.read_text("utf-8").count("#")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans/exercise-2027.yml").write_text(text, "utf-8")
    assert load_exercise("exercise-2027", tmp_path).model.questions


@pytest.mark.parametrize(
    "name", ["2027", "exercise-", "exercise-../x", "Exercise-1", "exercise-a b"]
)
def test_names_that_cannot_be(name):
    with pytest.raises(UsageError) as caught:
        named("name: x", name)
    assert caught.value.codes == ("exercise-name",)
