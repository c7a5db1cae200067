"""``lltic exercise``: what was drawn up, checked and put on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lltic.cli.exercise import exercise
from lltic.cli.exercise_open import OpenExercise, exercise_option
from lltic.cli.output import json_option, show, study_option
from lltic.errors import LlticError, Problem
from lltic.study import Study, write_atomically
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.themes.exercise import Coded, Synthesis, Text

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Its commands are those of ``lltic exercise``, which the part before this one adds."""


@exercise.command("check")
@exercise_option
@study_option
@json_option
def check_synthesis(name: str, study: Study, as_json: bool) -> None:
    """Name everything in the synthesis that is wrong or unfinished; exit code 1 if there is any.

    Example: lltic exercise check --study autumn-review
    """
    here = OpenExercise.of(study, name)
    texts = here.texts()
    drawn, problems = here.synthesis(texts, here.coded(texts))
    if problems:
        raise LlticError(problems)
    counts = {
        "groups": len(drawn.groups),
        "challenges": len(drawn.challenges),
        "opportunities": len(drawn.opportunities),
        "recommendations": len(drawn.recommendations),
    }
    line = " ".join(f"{what} {n}" for what, n in counts.items())
    show(counts, [f"{line}: every one leads back to what was said"], as_json=as_json)


@exercise.command()
@click.option("--draft", is_flag=True, help="Also while the synthesis is unfinished; says so.")
@exercise_option
@study_option
@json_option
def paper(draft: bool, name: str, study: Study, as_json: bool) -> None:
    """Write the paper (HTML) and its workbook (xlsx) to the study's outputs.

    Example: lltic exercise paper --study autumn-review
    """
    here = OpenExercise.of(study, name)
    texts = here.texts()
    coded = here.coded(texts)
    drawn, problems = here.synthesis(texts, coded)
    if problems and not draft:
        hint = "Finish it, or write a draft with --draft."
        *rest, last = problems
        raise LlticError([*rest, replace(last, hint=f"{last.hint} {hint}".strip())])
    files = _write(here, texts, coded, drawn, problems)
    data = {"files": [str(path) for path in files], "to_finish": len(problems)}
    lines = [str(path) for path in files]
    if problems:
        lines.insert(0, f"! A draft: {number_of(len(problems), 'thing')} to finish.")
    show(data, lines, as_json=as_json)


def _write(
    here: OpenExercise,
    texts: Sequence[Text],
    coded: Coded,
    drawn: Synthesis,
    problems: Sequence[Problem],
) -> list[Path]:
    from lltic import __version__
    from lltic.clock import system_clock
    from lltic.reports.exercise import write_exercise_paper
    from lltic.reports.exercise_facts import ExerciseFacts
    from lltic.reports.exercise_sheets import exercise_sheets
    from lltic.reports.workbook import write_workbook

    settings = here.study.settings
    facts = ExerciseFacts(
        title=settings.title,
        synthetic=settings.synthetic,
        version=__version__,
        made_at=system_clock(),
        exercise=here.exercise,
        codebook=here.codebook,
        texts=tuple(texts),
        coded=coded,
        synthesis=drawn,
        unfinished=tuple(str(problem) for problem in problems),
        files=tuple((file["file"], file["sha256"]) for file in here.folder.files()),
    )
    page = here.study.outputs / f"{here.exercise.name}.html"
    book = page.with_suffix(".xlsx")
    write_exercise_paper(page, facts)
    footer = facts.title + (" · synthetic" if facts.synthetic else "")
    sheets = exercise_sheets(facts)
    write_workbook(book, sheets, title=facts.title, footer=footer, made_at=facts.made_at)
    return [page, book]


@exercise.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@json_option
def demo(directory: Path, as_json: bool) -> None:
    """Make a study in DIR with a make-believe exercise in it, and its paper.

    Example: lltic exercise demo four-questions
    """
    from lltic.cli.exercise_files import OWNER
    from lltic.clock import system_clock, to_text
    from lltic.themes.exercise import example

    title = "A make-believe consensus exercise"
    study = Study.init(directory, title=title, synthetic=True)
    here = OpenExercise.of(study, example.NAME)
    answers, data = example.example_answers(here.exercise.model)
    here.folder.take(answers, "answers.csv", data, to_text(system_clock()))
    here.folder.keep(example.CODER, example.example_codings(here.exercise.model, here.codebook))
    with write_atomically(here.folder.synthesis, permissions=OWNER) as stream:
        stream.write(example.example_synthesis())
    texts = here.texts()
    coded = here.coded(texts)
    files = _write(here, texts, coded, *here.synthesis(texts, coded))
    lines = [*(str(path) for path in files), str(study.path)]
    show({"study": str(study.path), "files": [str(f) for f in files]}, lines, as_json=as_json)
