"""A small consensus exercise for tests: two questions, two sources, three groups."""

from __future__ import annotations

from pathlib import Path

from lltic.definitions import Loaded
from lltic.themes import Codebook, load_codebook
from lltic.themes.exercise import Coded, Exercise, Text, read_sheet
from lltic.themes.exercise.definition import Named, Question, Source
from lltic.themes.exercise.texts import text_id

__all__ = ["BOOK", "EXERCISE", "LOADED", "coded", "text"]

EXERCISE = Exercise(
    name="exercise-small",
    version="1",
    title="Small",
    source="Ours",
    codebook="learning-from-incidents",
    questions=(
        Question("obstacles", "What are the obstacles?"),
        Question("how", "How do we get to excellent?"),
    ),
    sources=(
        Source("pre_event", "Answers before the event", "person", quote=True),
        Source("focus_group", "Focus groups", "group", quote=True),
    ),
    groups=(
        Named("hospital", "Acute hospital"),
        Named("families", "Patients and families"),
        Named("mixed", "Mixed table"),
    ),
    organisations=(Named("acute", "Acute hospital trust"), Named("practices", "Practices")),
    name_groups_from=3,
)
LOADED = Loaded("exercise", "exercise-small", "1", "e" * 64, Path("small.yml"), EXERCISE)
BOOK: Loaded[Codebook] = load_codebook("learning-from-incidents")


def text(words: str, sheet: int = 1, question: str = "obstacles", **other: str) -> Text:
    """Return what one sheet said to one question."""
    source, group = other.get("source", "pre_event"), other.get("group", "hospital")
    key = text_id(source, str(sheet), question, words)
    return Text(key, source, group, str(sheet), question, words)


def coded(*said: tuple[Text, str]) -> Coded:
    """Return the codings of whole texts; an empty code is read, and nothing to code."""
    rows = [
        {"text": t.text_id, "code": code or "-", "#": str(n)} for n, (t, code) in enumerate(said)
    ]
    return read_sheet(rows, [t for t, _ in said], BOOK, "cody", "sheet.csv")
