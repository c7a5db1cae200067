"""``lltic exercise``: a consensus exercise, from what people said to recommendations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lltic.cli.exercise_open import DEFAULT, OpenExercise, exercise_option
from lltic.cli.output import json_option, show, study_option, table
from lltic.errors import LlticError, Problem
from lltic.study import Study, write_atomically
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.themes.exercise import Reading, Voice

__all__ = ["exercise", "register"]

WIDTHS = {"words": 70.0, "text": 70.0, "passage": 44.0, "question": 26.0, "code": 22.0}


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(exercise)


@click.group()
def exercise() -> None:
    """Ask a few questions of many people, and draw up together what follows.

    Answers before an event and notes of focus groups are read in, coded, grouped, and turned into
    challenges, opportunities and recommendations, each with what it rests on.
    """


@exercise.command()
@click.argument("name", default=DEFAULT, metavar="[NAME]")
@study_option
@json_option
def new(name: str, study: Study, as_json: bool) -> None:
    """Lay out an exercise in a study: its definition, a table for answers, a synthesis.

    NAME begins with "exercise-". Groups, organisations and what may be quoted are then yours to
    write into plans/NAME.yml. What is there already is left as it is.

    Example: lltic exercise new exercise-2027 --study autumn-review
    """
    from lltic.cli.exercise_files import OWNER, write_table
    from lltic.definitions import find
    from lltic.themes.exercise import COLUMNS
    from lltic.themes.exercise.layout import SYNTHESIS, named

    definition = study.path / "plans" / f"{name}.yml"
    shipped = named(find("exercise", DEFAULT).read_text("utf-8"), name)
    made = []
    if not definition.exists():
        with write_atomically(definition) as stream:
            stream.write(shipped)
        made.append(definition)
    here = OpenExercise.of(study, name).folder
    if not here.synthesis.exists():
        with write_atomically(here.synthesis, permissions=OWNER) as stream:
            stream.write(SYNTHESIS)
        made.append(here.synthesis)
    answers = here.path / "answers.xlsx"
    if not answers.exists():
        write_table(answers, "answers", COLUMNS, (), [WIDTHS.get(c, 18.0) for c in COLUMNS])
        made.append(answers)
    lines = [str(path) for path in made] or ["Everything was there already."]
    show({"made": [str(path) for path in made]}, lines, as_json=as_json)


@exercise.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--source", default="", help="Where the words come from, if no column says so.")
@click.option("--group", default="", help="Whose words they are, if no column says so.")
@click.option("--again", is_flag=True, help="Also where words go that somebody has coded.")
@exercise_option
@study_option
@json_option
def read(
    files: tuple[Path, ...],
    source: str,
    group: str,
    again: bool,
    name: str,
    study: Study,
    as_json: bool,
) -> None:
    """Read answers and notes from tables: source, group, sheet, question, text.

    CSV in UTF-8, or xlsx. In place of question and text there may be one column for each question.
    A sheet is a person's answer sheet or a focus group, by its number: it is one voice. A sheet
    that is read again takes the place of what it said before. Columns about people are left out,
    and a text with an e-mail address, a telephone or an NHS number is refused.

    Example: lltic exercise read answers.xlsx --study autumn-review
    """
    from lltic.cli.exercise_files import bytes_of, rows_of
    from lltic.clock import system_clock, to_text
    from lltic.themes.exercise import read_rows

    here = OpenExercise.of(study, name)
    model = here.exercise.model
    readings = []
    problems: list[Problem] = []
    for file in files:
        try:
            data = bytes_of(file)
            rows = rows_of(file, data, "answers")
            found = read_rows(rows, model, file.name, source=source, group=group)
            readings.append((file, data, found))
        except LlticError as error:
            problems += error.problems
    problems += _in_two_files([(file.name, found) for file, _, found in readings])
    if problems:
        raise LlticError(problems)
    told, lines = [], []
    for file, data, found in readings:
        at = to_text(system_clock())
        taken = here.folder.take(found.texts, file.name, data, at, again=again)
        told.append({"file": str(file), **asdict(taken), "left_out": found.left_out})
        lines.append(f"{file.name}: {taken.added} new, {taken.kept} as before, {taken.gone} gone")
        lines += [f"! {sentence}" for sentence in found.left_out]
        if taken.uncoded:
            lines.append(
                f"! {number_of(taken.uncoded, 'coding lost its', 'codings lost their')} words."
            )
    texts = here.texts()
    lines.append(f"texts {len(texts)} voices {len({t.voice for t in texts})}")
    show({"files": told, "texts": len(texts)}, lines, as_json=as_json)


def _in_two_files(readings: Sequence[tuple[str, Reading]]) -> Iterator[Problem]:
    """Yield the sheets that stand in two files, of which one would take the other's place."""
    files: dict[Voice, list[str]] = {}
    for file, found in readings:
        for voice in {text.voice: None for text in found.texts}:
            files.setdefault(voice, []).append(file)
    hint = "Put all that a sheet says into one file, or give each sheet a number of its own."
    for voice, names in files.items():
        if len(names) > 1:
            where = f"{', '.join(names)}: {voice.source}, sheet {voice.sheet}"
            message = "stands in more files than one, and the last alone would be kept"
            yield Problem("sheet-twice", where, message, hint=hint)


@exercise.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--coder", required=True, metavar="NAME", help="Under which name it is coded.")
@exercise_option
@study_option
@json_option
def sheet(file: Path, coder: str, name: str, study: Study, as_json: bool) -> None:
    """Write a coder's sheet (xlsx or CSV): every text, and what this coder has laid on it.

    The coder writes a code beside a text, and the words it stands for into the column passage; for
    a further code the row is copied. A dash in place of a code says: read, nothing to code.

    Example: lltic exercise sheet coding.xlsx --coder cody --study autumn-review
    """
    from lltic.cli.exercise_files import write_table
    from lltic.themes.exercise import HEADINGS, sheet_rows
    from lltic.themes.exercise.coding_sheet import check_coder

    check_coder(coder)
    here = OpenExercise.of(study, name)
    texts = here.texts()
    mine = here.folder.coded_by(coder, texts)
    rows = sheet_rows(texts, here.exercise.model, mine)
    write_table(file, "coding", HEADINGS, rows, [WIDTHS.get(h, 16.0) for h in HEADINGS])
    left = len(texts) - len(mine.read)
    codes = [(c.code, c.label) for c in here.codebook.model.codes]
    end = f"{number_of(len(texts), 'text')}, {left} to read → {file}"
    lines = [*table(("code", "theme"), codes), end]
    show({"file": str(file), "texts": len(texts), "to_read": left}, lines, as_json=as_json)


@exercise.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--coder", required=True, metavar="NAME", help="Under which name it was coded.")
@exercise_option
@study_option
@json_option
def code(file: Path, coder: str, name: str, study: Study, as_json: bool) -> None:
    """Read a coder's sheet back; it takes the place of what they had coded before.

    Example: lltic exercise code coding.xlsx --coder cody --study autumn-review
    """
    from lltic.cli.exercise_files import bytes_of, rows_of
    from lltic.themes.exercise import read_sheet

    here = OpenExercise.of(study, name)
    texts = here.texts()
    rows = rows_of(file, bytes_of(file), "coding")
    coded = read_sheet(rows, texts, here.codebook, coder, file.name)
    before = here.folder.coded_by(coder, texts)
    here.folder.keep(coder, coded)
    lines = [f"codings {len(coded.codings)} on {len(coded.read)} of {len(texts)} texts"]
    if before.codings:
        lines.insert(0, f"In place of {number_of(len(before.codings), 'coding')} of before.")
    data = {"codings": len(coded.codings), "read": len(coded.read), "before": len(before.codings)}
    show(data, lines, as_json=as_json)


@exercise.command("passages")
@click.option("--code", "only", default="", metavar="CODE", help="Those with one code alone.")
@exercise_option
@study_option
@json_option
def list_passages(only: str, name: str, study: Study, as_json: bool) -> None:
    """List the coded passages with the ids that a synthesis names.

    Example: lltic exercise passages --code investigation --study autumn-review
    """
    from lltic.errors import UsageError, unknown

    here = OpenExercise.of(study, name)
    themes = here.codebook.model.themes
    if only and only not in themes:
        raise UsageError(unknown("code", only, themes))
    texts = here.texts()
    found = here.passages(texts, here.coded(texts))
    shown = [p for p in found if not only or only in p.codes]
    rows = [(p.passage_id, p.text.question, p.text.source, " ".join(p.codes), p) for p in shown]
    lines = table(
        ("id", "question", "source", "codes", "words"),
        [(*row[:4], " ".join(row[4].words.split())) for row in rows],
    )
    data = [
        {"id": key, "question": q, "source": s, "codes": p.codes, "words": p.words}
        for key, q, s, _, p in rows
    ]
    show(data, lines, as_json=as_json)


@exercise.command()
@exercise_option
@study_option
@json_option
def status(name: str, study: Study, as_json: bool) -> None:
    """Say how far an exercise has come, and who took part.

    Example: lltic exercise status --study autumn-review
    """
    from lltic.themes.exercise import exercise_status, took_part

    here = OpenExercise.of(study, name)
    texts = here.texts()
    coded = here.coded(texts)
    found = exercise_status(texts, coded)
    parts = took_part(texts, here.exercise.model)
    problems = here.unfinished(texts, coded)
    lines = [
        *table(
            ("source", "group", "voices", "answers"),
            [(p.source, p.group, p.voices, p.texts) for p in parts],
        ),
        f"texts {found.texts} voices {found.voices} read by a coder {found.read}",
        f"codings {found.codings} by coders {found.coders}",
        f"synthesis: {number_of(len(problems), 'thing')} to finish ('lltic exercise check')"
        if problems
        else "synthesis: whole",
    ]
    if found.stale:
        stale = number_of(found.stale, "coding stands", "codings stand")
        lines.insert(0, f"! {stale} on words that are no longer there.")
    data = {**asdict(found), "parts": parts, "to_finish": len(problems)}
    show(data, lines, as_json=as_json)
