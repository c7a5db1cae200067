"""``lltic answers``: the answers of reviews that are in, as files for other programs, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.form import form_study_option, load
from lltic.cli.output import csv_lines, json_option, show, study_option
from lltic.errors import LlticError, Problem, UsageError, unknown
from lltic.study import Study
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.form.exchange import Loss
    from lltic.reviews.read import Locked

__all__ = ["register"]

TARGETS = ("fhir", "csv", "parquet")
INDEX = (
    *("review", "case", "kind", "reader", "discipline", "form", "version", "form_sha256"),
    *("synthetic", "file"),
)


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(answers)


@click.group()
def answers() -> None:
    """Give the answers of reviews to other programs, and read them back."""


@answers.command("export")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--to", "name", required=True, metavar="FORMAT", help="fhir, csv or parquet")
@study_option
@json_option
def export(directory: Path, name: str, study: Study, as_json: bool) -> None:
    """Write the answers of every review that is in to a new folder.

    A review is one QuestionnaireResponse, beside the Questionnaires they answer; or a row of a
    table for each form. Stage 2, adjudication and consensus are reviews of their own. DIR/index.csv
    says which is which. Nobody who wrote is named; the words themselves can name people.

    Example: lltic answers export answers-fhir --to fhir --study demo
    """
    from lltic.reviews import read
    from lltic.study import write_folder_atomically

    if name not in TARGETS:
        raise UsageError(unknown("format", name, TARGETS))
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        hint = "Nothing was changed. Give a folder that is empty, or not there yet."
        raise UsageError(Problem("folder-in-use", str(directory), "holds files", hint=hint))
    reviews = read.locked(study)
    if not reviews:
        hint = "A review is in when its reviewer has submitted it."
        raise LlticError(Problem("nothing-locked", str(study.path), "has no review in", hint=hint))
    with write_folder_atomically(directory) as folder:
        synthetic = study.settings.synthetic
        if name == "fhir":
            files, losses = _responses(folder, reviews, synthetic=synthetic)
        else:
            files, losses = _tables(folder, reviews, name)
        rows = [
            (*_index(one), "yes" if synthetic else "no", files[one.review_id]) for one in reviews
        ]
        _write(folder / "index.csv", "\n".join(csv_lines(INDEX, rows)) + "\n")
    told = [{"review": review, **asdict(loss)} for review, loss in losses]
    lines = [f"{number_of(len(reviews), 'review')} → {directory}"]
    lines += [
        f"{one['review']}: {one['where']}: {one['message']}; {one['instead']}" for one in told
    ]
    data = {"folder": str(directory), "reviews": len(reviews), "losses": told}
    show(data, lines, as_json=as_json)


Files = dict[str, str]
Losses = list[tuple[str, "Loss"]]


def _index(one: Locked) -> tuple[object, ...]:
    about = (one.review_id, one.case_id, one.kind, one.position, one.discipline)
    return (*about, one.form.name, one.form.version, one.form_hash)


def _responses(folder: Path, reviews: Sequence[Locked], *, synthetic: bool) -> tuple[Files, Losses]:
    from lltic.form.exchange.fhir import About, to_questionnaire, to_response

    files: Files = {}
    losses: Losses = []
    forms: dict[str, Locked] = {}
    for number, one in enumerate(reviews, 1):
        about = About(
            case_id=one.case_id,
            status="amended" if one.amended else "completed",
            authored_at=one.submitted_at,
            review_id=one.review_id,
            form_hash=one.form_hash,
            synthetic=synthetic,
        )
        made = to_response(one.whole, one.answers, about)
        file = f"responses/{number:05d}.json"
        _write_json(folder / file, made.document)
        files[one.review_id] = file
        losses += [(one.review_id, loss) for loss in made.losses]
        forms.setdefault(one.form_hash, one)
    for number, one in enumerate(forms.values(), 1):
        made = to_questionnaire(one.whole, one.form_hash)
        _write_json(folder / f"questionnaires/{number:02d}.json", made.document)
    return files, losses


def _tables(folder: Path, reviews: Sequence[Locked], name: str) -> tuple[Files, Losses]:
    """One folder per form, for reviews of one side of a joint form one per side."""
    from lltic.form.exchange.frames import csv_text, to_frames

    groups: dict[tuple[str, str], list[Locked]] = {}
    for one in reviews:
        groups.setdefault((one.form_hash, one.discipline), []).append(one)
    files: Files = {}
    for number, mine in enumerate(groups.values(), 1):
        made = to_frames(mine[0].form, {one.review_id: one.answers for one in mine})
        tables = {"reviews": made.wide}
        tables |= {f"entries-{n}": frame for n, frame in enumerate(made.long.values(), 1)}
        here = f"form-{number:02d}"
        (folder / here).mkdir(parents=True)
        for table, frame in tables.items():
            if name == "csv":
                _write(folder / here / f"{table}.csv", csv_text(frame))
            else:
                frame.to_parquet(folder / here / f"{table}.parquet", index=False)
        files |= {one.review_id: f"{here}/reviews.{name}" for one in mine}
    return files, []


def _write_json(path: Path, document: Any) -> None:
    _write(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@answers.command("read")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--form", "which", required=True, metavar="FORM", help="The form it answers.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE.json",
    help="Where the answers go, in plain JSON by the paths of the questions.",
)
@form_study_option
@json_option
def read_response(
    file: Path, which: str, out: Path | None, study: Path | None, as_json: bool
) -> int:
    """Check a FHIR QuestionnaireResponse, and compare it with the record. Nothing is changed.

    With --study, and when the response says which review it is, every question is named whose
    answer on record is another; the answers themselves are never printed. Nothing is written to
    the record: what is to be in it, a reviewer writes.

    Example: lltic answers read answers-fhir/responses/00001.json --form sjr --study demo
    """
    from lltic.cli.form_exchange import bytes_of
    from lltic.form import check_complete
    from lltic.form.exchange.fhir import from_response
    from lltic.form.exchange.fhir_guard import read_json

    loaded = load(which, study)
    found = from_response(loaded.model, read_json(bytes_of(file)))
    if found.answers is None:
        raise LlticError([replace(p, where=f"{file}: {p.where}") for p in found.problems])
    said = {path: dict(answer) for path, answer in found.answers.items()}
    review = _on_record(study, found.about.get("review_id", ""))
    form = review.form if review else loaded.model
    lacking = [str(problem) for problem in check_complete(form, said)]
    differing = list(_paths_that_differ(review, said)) if review else None
    lines = [f"{file}: {len(said)} answers to {loaded.ref}", *lacking]
    if found.about.get("form_hash", loaded.hash) != loaded.hash:
        lines.append("It was made under another version of this form, or in another study.")
    lines += [str(loss) for loss in found.losses]
    if differing is not None:
        lines += [f"{path}: the record says otherwise" for path in differing]
        lines += [] if differing else ["Every answer is the one on record."]
    elif study is not None:
        lines.append("The record has no such review that is in: nothing was compared.")
    if out is not None:
        from lltic.study import write_atomically

        draft = {"form": loaded.ref, "about": dict(found.about), "answers": said}
        with write_atomically(out, permissions=0o600) as stream:
            stream.write(json.dumps(draft, indent=1, ensure_ascii=False) + "\n")
        lines.append(f"→ {out}")
    data = {
        "form": loaded.ref,
        "answers": len(said),
        "lacking": lacking,
        "losses": [asdict(loss) for loss in found.losses],
        "differing": differing,
    }
    show(data, lines, as_json=as_json)
    return 1 if differing else 0


def _on_record(study: Path | None, review_id: str) -> Locked | None:
    from lltic.reviews import read

    reviews = read.locked(Study.open(study)) if study is not None and review_id else []
    return next((one for one in reviews if one.review_id == review_id), None)


def _paths_that_differ(review: Locked, said: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield in the order of the form; what branching does not ask is not in a response."""
    from lltic.form import asked, is_relevant

    known = set()
    for path, _, item in asked(review.form, {**said, **review.answers}):
        known.add(path)
        counts = is_relevant(path, item, review.form, review.answers)
        recorded = dict(review.answers[path]) if counts and path in review.answers else None
        if json.dumps(recorded) != json.dumps(said.get(path)):
            yield path
    yield from (path for path in said if path not in known)
