"""A consensus exercise: from what people said to a few questions to recommendations."""

from __future__ import annotations

from lltic.themes.exercise.checks import check
from lltic.themes.exercise.coding_sheet import HEADINGS, read_sheet, sheet_rows
from lltic.themes.exercise.counts import (
    Convergence,
    Part,
    Raised,
    convergence,
    pairs_of,
    raised,
    took_part,
)
from lltic.themes.exercise.definition import Exercise, Question, Source, load_exercise
from lltic.themes.exercise.folder import Folder, Taken
from lltic.themes.exercise.links import Links, links_of
from lltic.themes.exercise.passages import Coded, Passage, passages
from lltic.themes.exercise.reading import COLUMNS, Reading, read_rows
from lltic.themes.exercise.status import ExerciseStatus, exercise_status
from lltic.themes.exercise.synthesis import (
    Challenge,
    Grouping,
    Opportunity,
    Recommendation,
    Synthesis,
    load_synthesis,
)
from lltic.themes.exercise.tables import csv_rows
from lltic.themes.exercise.texts import Text, Voice

__all__ = [
    "COLUMNS",
    "HEADINGS",
    "Challenge",
    "Coded",
    "Convergence",
    "Exercise",
    "ExerciseStatus",
    "Folder",
    "Grouping",
    "Links",
    "Opportunity",
    "Part",
    "Passage",
    "Question",
    "Raised",
    "Reading",
    "Recommendation",
    "Source",
    "Synthesis",
    "Taken",
    "Text",
    "Voice",
    "check",
    "convergence",
    "csv_rows",
    "exercise_status",
    "links_of",
    "load_exercise",
    "load_synthesis",
    "pairs_of",
    "passages",
    "raised",
    "read_rows",
    "read_sheet",
    "sheet_rows",
    "took_part",
]
