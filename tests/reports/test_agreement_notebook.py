"""Notebook 50-agreement on forms and reviews that the make-believe trust does not have."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import nbformat
import pytest
from matplotlib import pyplot as plt
from reviewed_study import READERS, make_study

from lltic import agreement as ag
from lltic.audit.execution import shipped_notebooks
from lltic.form import load_form
from lltic.study import Study

(PATH,) = [path for path in shipped_notebooks() if path.name == "50-agreement.ipynb"]
NOTEBOOK = nbformat.read(PATH, as_version=4)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run the notebook on a study, warnings being errors; return what it prints and its names."""
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))

    def run(study: Study) -> tuple[str, dict[str, object]]:
        monkeypatch.setenv("LLTIC_STUDY", str(study.path))
        names: dict[str, object] = {}
        for cell in NOTEBOOK.cells:
            if cell.cell_type == "code":
                exec(compile(ast.parse(cell.source), cell.id, "exec"), names)
        return capsys.readouterr().out, names

    return run


def with_form(study: Study, folder: Path, name: str, words: str = "") -> Study:
    """Return a copy of the study that uses another form."""
    copy = Path(shutil.copytree(study.path, folder / "study"))
    if words:
        (copy / "review_forms" / f"{name}.yml").write_text(words, "utf-8")
    settings = (copy / "study.toml").read_text("utf-8")
    (copy / "study.toml").write_text(settings.replace('form = "sjr"', f'form = "{name}"'), "utf-8")
    return Study.open(copy)


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return make_study(tmp_path_factory.mktemp("agreement") / "study", n_cases=8)


def test_a_form_without_an_overall_score(told, reviewed: Study, tmp_path: Path) -> None:
    words = load_form("sjr").path.read_text("utf-8").replace("name: sjr\n", "name: ours\n")
    words = words.replace("- id: overall\n", "- id: whole\n").replace(
        "item: overall.", "item: whole."
    )
    said, names = told(with_form(reviewed, tmp_path, "ours", words))
    assert names["item"] == "record.score"
    assert "This form has no overall score: below, 'Quality of the record' stands" in said
    assert names["agreement"].loc["Admission and first day", "cases"] == 8
    assert names["table"].empty, "one score for all: the sides are not told"


def test_scores_of_one_page_are_told_apart(told, reviewed: Study, tmp_path: Path) -> None:
    said, names = told(with_form(reviewed, tmp_path, "relatives_experience"))
    assert len(set(names["agreement"].index)) == 6
    assert "How it was for them: " in said


def test_a_form_without_a_score(told, reviewed: Study, tmp_path: Path) -> None:
    said, names = told(with_form(reviewed, tmp_path, "rapid_review"))
    assert said.startswith("This form asks for no score: there is nothing below to compare.")
    assert len(names["agreement"]) == 0


def test_sides_are_those_that_reviews_were_given_for(told, reviewed: Study, tmp_path: Path) -> None:
    said, names = told(reviewed)
    assert {person.organisation for person in READERS} == {"GP", "Hospital"}
    assert "No review on record was given for a side" in said
    assert "lltic agreement --by side" in said
    assert names["borders"] == []
    sides = ("primary_care", "secondary_care")
    said, names = told(make_study(tmp_path / "sides", n_cases=8, sides=sides))
    assert "bias: primary care minus secondary care" in said
    assert {border.sides for border in names["borders"]} == {sides}
    assert {border.n_cases for border in names["borders"]} == {8}


def test_no_figure_is_written_by_hand(told, reviewed: Study) -> None:
    published = next(
        p for p in ag.published("preventability", "reliability") if p.value is not None
    )
    many = ag.readers_needed(published.value)
    said, _ = told(reviewed)
    assert f"one reading has {published.value:.2f}; {many} independent readings" in said
    prose = " ".join(cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
    for figure in ("0.25", "twelve", f"{published.value:.2f}"):
        assert figure not in prose
