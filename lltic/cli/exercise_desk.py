"""``lltic exercise desk``: an exercise on the coding page, in a study of its own.

The page codes reviews that are in. An answer sheet was filled in elsewhere, and is brought in as
a review done elsewhere is, by nobody who can log in: one voice, one review, one text for each
question. Blind double coding, settling, the curve of new themes and suggestions are then those of
any study, and none of it stands among the words of those who review deaths.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.exercise import exercise
from lltic.cli.exercise_open import OpenExercise, exercise_option
from lltic.cli.output import json_option, show, study_option
from lltic.errors import LlticError, Problem, UsageError
from lltic.study import Study, write_atomically

if TYPE_CHECKING:
    from lltic.reviews.people import Person
    from lltic.reviews.read import OnRecord
    from lltic.themes.exercise import Coded
    from lltic.themes.exercise.desk import Said

__all__ = ["register"]

NOBODY = "participants"
"""Under whom the sheets are on record; an account whose password nobody knows."""
FORM = "exercise-answers"


def register(app: click.Group) -> None:
    """Add this file's commands to ``lltic exercise``."""
    exercise.add_command(desk)
    exercise.add_command(collect)


desk_argument = click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))


@click.command()
@desk_argument
@exercise_option
@study_option
@json_option
def desk(directory: Path, name: str, study: Study, as_json: bool) -> None:
    """Lay an exercise out for the coding page, in a study of its own in DIR; late sheets too.

    Then 'lltic users add cody --role coder --study DIR' and 'lltic serve --study DIR': coders find
    the answers under /coding, and 'lltic exercise collect DIR' brings back what they laid on them.

    Example: lltic exercise desk autumn-coding --study autumn-review
    """
    from lltic.reviews.read import on_record
    from lltic.themes.exercise.desk import said_by_voice

    here = OpenExercise.of(study, name)
    said = said_by_voice(here.texts(), here.exercise.model)
    _check_length(said)
    made = _study(directory, here)
    record = on_record(made)
    _refuse_changed(record, said)
    added = _bring_in(record, said)
    lines = [f"{added} voices brought in, {len(said)} in all", str(made.path)]
    show({"study": str(made.path), "added": added, "voices": len(said)}, lines, as_json=as_json)


def _check_length(said: Sequence[Said]) -> None:
    from lltic.form.kinds import MAX_TEXT

    long = [(one, path) for one in said for path in one.notes if len(one.words(path)) > MAX_TEXT]
    if long:
        allowed = f"{MAX_TEXT:,} characters"
        message = "is too long for one page, all notes of it together"
        raise LlticError(
            Problem("text-too-long", f"{one.case_id}: {path}", message, allowed)
            for one, path in long
        )


def _study(directory: Path, here: OpenExercise) -> Study:
    """Return the study of the coding page; made, where there is none yet."""
    from lltic.definitions import to_yaml
    from lltic.reviews.accounts import Accounts
    from lltic.themes.exercise.desk import as_form

    if (directory / "study.toml").is_file():
        found = Study.open(directory)
        if found.settings.form != FORM or found.path == here.study.path:
            hint = "Name a new folder, or the one that this command made before."
            problem = Problem("not-a-desk", str(directory), "is another study", hint=hint)
            raise UsageError(problem)
        return found
    settings = here.study.settings
    title = f"{settings.title}: {here.exercise.model.title}"
    made = Study.init(
        directory, title=title, support=settings.support, synthetic=settings.synthetic
    )
    with write_atomically(made.path / "review_forms" / f"{FORM}.yml") as stream:
        stream.write(to_yaml(as_form(here.exercise.model, FORM)))
    with write_atomically(made.path / "codebooks" / here.codebook.path.name) as stream:
        stream.write(here.codebook.path.read_text("utf-8"))
    toml = (made.path / "study.toml").read_text("utf-8")
    toml = toml.replace('\nform = "sjr"', f'\nform = "{FORM}"')
    toml = toml.replace('\ncodebook = "lltic-12"', f'\ncodebook = "{here.codebook.name}"')
    with write_atomically(made.path / "study.toml") as stream:
        stream.write(toml)
    Accounts(made.keys).add(_nobody(), secrets.token_urlsafe(32))
    return Study.open(made.path)


def _nobody() -> Person:
    from lltic.reviews.people import Person

    return Person(NOBODY, "Those who took part", "", ("reviewer",))


def _refuse_changed(record: OnRecord, said: Sequence[Said]) -> None:
    """Refuse where a voice says other words by now than those on the page: nothing is edited."""
    from lltic.reviews import read

    there: dict[str, dict[str, str]] = {}
    for text in read.texts(record):
        there.setdefault(text.review_id, {})[text.item] = text.value
    changed = [
        one.case_id
        for one in said
        if one.review_id in there
        and there[one.review_id] != {path: one.words(path) for path in one.notes}
    ]
    if changed:
        hint = "Make another with 'lltic exercise desk' in a new folder."
        message = f"{len(changed)} sheets say other words than when it was made"
        raise LlticError(Problem("desk-changed", str(record.study.path), message, hint=hint))


def _bring_in(record: OnRecord, said: Sequence[Said]) -> int:
    """Put the voices on record that are not there yet; return how many."""
    from lltic.clock import system_clock, to_text
    from lltic.records import Assignment
    from lltic.reviews import admin, bulk, read

    made, there = record.study, {a.review_id for a in read.assignments(record)}
    book = {one.case_id: _case(one) for one in said}
    with write_atomically(made.cohort / "casebook.json") as stream:
        json.dump(book, stream)
    admin.assign(made, [Assignment(o.review_id, o.case_id, NOBODY, 1, FORM) for o in said])
    at = to_text(system_clock())
    with admin.writing(made) as store:
        bulk.record(store, ((_nobody(), op, at) for one in said for op in _operations(one)))
    return sum(one.review_id not in there for one in said)


def _case(one: Said) -> dict[str, Any]:
    said = f"Sheet {one.voice.sheet}"
    banner = [["Sheet", one.voice.sheet]]
    return {"banner": banner, "summary": said, "journey": [], "died_on": "", "documents": []}


def _operations(one: Said) -> Iterator[dict[str, Any]]:
    common = {"review_id": one.review_id, "case_id": one.case_id}
    for path in one.notes:
        answer = {"field": path, "value": {"value": one.words(path)}, "base_version": 0}
        yield {**common, **answer, "op_id": _op_id(one.review_id, path), "kind": "answer"}
    yield {**common, "op_id": _op_id(one.review_id, "submit"), "kind": "submit"}


def _op_id(*parts: str) -> str:
    """Return the name of an operation, the same each time it is asked for."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@click.command()
@desk_argument
@exercise_option
@study_option
@json_option
def collect(directory: Path, name: str, study: Study, as_json: bool) -> None:
    """Bring back what was coded on the coding page of DIR, in place of what was brought before.

    Of texts that two people code, what both found and what was settled; none before that.

    Example: lltic exercise collect autumn-coding --study autumn-review
    """
    from lltic.reviews import read
    from lltic.themes.exercise.desk import carried_back, said_by_voice

    here = OpenExercise.of(study, name)
    texts = here.texts()
    said = said_by_voice(texts, here.exercise.model)
    record = read.on_record(Study.open(directory))
    _refuse_changed(record, said)
    done = read.coded_reviews(record)
    coders = {e.actor for e in read.events(record) if e.kind in ("coded", "coding_done")}
    stands = [c for c in read.codings(record) if c.review_id in done]
    found = carried_back(stands, done, said, sorted(coders))
    _refuse_other_book(here, found)
    lines = []
    for coder, coded in found.items():
        before = {c.coding_id for c in here.folder.coded_by(coder, texts).codings}
        if gone := len(before - {c.coding_id for c in coded.codings}):
            lines.append(f"! {coder}: codings of before that are not on the page, and gone: {gone}")
        here.folder.keep(coder, coded)
    total = here.coded(texts)
    data = {"codings": len(total.codings), "read": len(total.read), "coders": sorted(found)}
    lines.append(f"codings {len(total.codings)} on {len(total.read)} of {len(texts)} texts")
    show(data, lines, as_json=as_json)


def _refuse_other_book(here: OpenExercise, found: dict[str, Coded]) -> None:
    """Refuse codings made with a codebook that is not the exercise's."""
    others = {c.theme for one in found.values() for c in one.codings}
    others -= set(here.codebook.model.themes)
    if others:
        message = f"{len(others)} codes are not those of {here.codebook.ref}"
        raise LlticError(Problem("unknown-code", "the coding page", message))
