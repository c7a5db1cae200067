"""The pages on sources are true: their example runs, and they name every problem."""

# ruff: noqa: F401, F811 - fixtures are imported to be asked for by name

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ward_extract import empty_study

from lltic.sources import read_table
from lltic.sources.checks import MESSAGES
from lltic.sources.contradictions import DOUBTS
from lltic.sources.documents import MESSAGES as OF_DOCUMENTS
from lltic.sources.ingest import DIALECTS, ingest

PAGES = Path(__file__).resolve().parents[2] / "docs" / "sources"
FILE = re.compile(r"^`([\w.]+)`\n\n```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_dialect_has_a_page():
    assert {page.stem for page in PAGES.glob("*.md")} >= set(DIALECTS)


def test_the_worked_example_of_tabular_runs_without_a_problem(empty_study, tmp_path):
    folder = tmp_path / "extract"
    (folder / "letters").mkdir(parents=True)
    (folder / "letters" / "n1.txt").write_text("Dear doctor,\nno more to do.")
    files = FILE.findall((PAGES / "tabular.md").read_text("utf-8"))
    assert len(files) == 5
    for name, text in files:
        (folder / name).write_text(text, "utf-8")
    result = ingest(empty_study, "tabular", [folder])
    assert result.problems == ()
    assert result.rows_kept == {"persons": 2, "spells": 2, "deaths": 2, "documents": 1}
    assert read_table(empty_study, "spells")["died_in_hospital"].tolist() == [False, True]


@pytest.mark.parametrize(
    "code",
    sorted(
        {
            *MESSAGES,
            *OF_DOCUMENTS,
            "page-unreadable",
            "broken-row",
            "cell-without-value",
            "rows-disagree",
            "activity-after-death",
            *(d[0] for doubts in DOUBTS.values() for d in doubts),
        }
    ),
)
def test_every_problem_of_a_row_is_on_the_page(code):
    assert f"`{code}`" in (PAGES / "tabular.md").read_text("utf-8")
