"""A make-believe exercise: answers, codings and a synthesis, all invented."""

from __future__ import annotations

from importlib import resources

from lltic.definitions import Loaded
from lltic.themes.codebook import Codebook
from lltic.themes.exercise.coding_sheet import NOTHING, read_sheet
from lltic.themes.exercise.definition import Exercise
from lltic.themes.exercise.passages import Coded
from lltic.themes.exercise.reading import read_rows
from lltic.themes.exercise.tables import csv_rows
from lltic.themes.exercise.texts import Text

__all__ = ["CODER", "NAME", "example_answers", "example_codings", "example_synthesis"]

NAME = "exercise-four-questions"
CODER = "cody"
FILE = "answers.csv"


def example_answers(exercise: Exercise) -> tuple[tuple[Text, ...], bytes]:
    """Return the answers of the example, and the file they stand in."""
    data = _file(FILE)
    return read_rows(csv_rows(data, FILE), exercise, FILE).texts, data


def example_codings(exercise: Exercise, codebook: Loaded[Codebook]) -> Coded:
    """Return what the example's coder laid on its answers."""
    rows = csv_rows(_file(FILE), FILE)
    texts = read_rows(rows, exercise, FILE).texts
    sheet = []
    for row, text in zip(rows, texts, strict=True):
        for said in row["codes"].split(" | "):
            code, _, passage = said.partition("=")
            cells = {"text": text.text_id, "code": code or NOTHING, "passage": passage}
            sheet.append({**cells, "#": row["#"]})
    return read_sheet(sheet, texts, codebook, CODER, FILE)


def example_synthesis() -> str:
    """Return the synthesis of the example as its file reads."""
    return _file("synthesis.yml").decode()


def _file(name: str) -> bytes:
    return resources.files(__package__).joinpath("make_believe", name).read_bytes()
