"""``lltic form``: the tools of whoever writes a form.

Exchange with other systems (``export``, ``import``) joins this group from a file of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, table
from lltic.errors import LlticError, Problem, UsageError, unknown
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.form.model import Form

__all__ = ["form", "form_study_option", "load", "register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(form)


def _open(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    """Return a study's folder; the present one where that is a study."""
    if value is None and not Path("study.toml").is_file():
        return None
    return Study.open(value or Path()).path


form_study_option = click.option(
    "--study",
    type=click.Path(path_type=Path),
    default=None,
    callback=_open,
    metavar="DIR",
    help="A study whose own forms count as well: the present folder if it is one. None is needed.",
)
"""``--study DIR``, which a form's author need not have; the command gets its folder, or None."""


@click.group()
def form() -> None:
    """Write review forms: check, print, try and compare them."""


def load(which: str, study: Path | None) -> Loaded[Form]:
    """Load a form by its name, or by the path of its file.

    Raises
    ------
    UsageError
        ``unknown-form``, ``no-such-file``.
    LlticError
        Every problem of the file at once.
    """
    from lltic.form.load import load_form, load_form_file

    path = Path(which)
    if path.suffix not in (".yml", ".yaml") and len(path.parts) == 1:
        return load_form(which, study)
    if not path.is_file():
        hint = "Give the path of a YAML file, or the name of a form: lltic form list"
        raise UsageError(Problem("no-such-file", which, "is not a file", hint=hint))
    return load_form_file(path)


def _questions(loaded: Loaded[Form]) -> int:
    return sum(1 for _ in loaded.model.questions())


# --- list ----------------------------------------------------------------------------------------


@form.command("list")
@form_study_option
@json_option
def list_forms(study: Path | None, as_json: bool) -> None:
    """List the forms there are.

    Example: lltic form list
    """
    from lltic.definitions import names
    from lltic.form import load_form

    found = [load_form(name, study) for name in names("form", study)]
    head = ["form", "version", "pages", "questions", "title"]
    keys = ["name", *head[1:]]
    rows = [
        (one.name, one.version, len(one.model.pages), _questions(one), one.model.title)
        for one in found
    ]
    data = [dict(zip(keys, row, strict=True)) for row in rows]
    show({"forms": data}, table(head, rows), as_json=as_json)


# --- check ---------------------------------------------------------------------------------------


@form.command("check")
@click.argument("forms", metavar="[FORM]...", nargs=-1)
@form_study_option
@json_option
def check(forms: tuple[str, ...], study: Path | None, as_json: bool) -> int:
    """Check forms, by name or by file: every problem at once, and advice. Without FORM: all.

    Advice does not make a form wrong; a problem does.

    Example: lltic form check my_review.yml
    """
    from lltic.definitions import names

    found: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for which in forms or names("form", study):
        try:
            loaded = load(which, study)
            problems += _unknown_forms(loaded, study)
            found.append(_checked(loaded))
        except UsageError:
            raise
        except LlticError as error:
            problems += error.problems
    lines = [line for one in found for line in _check_lines(one)]
    data = {"forms": found, "problems": [problem.as_dict() for problem in problems]}
    show(data, lines, as_json=as_json)
    for problem in problems if not as_json else ():
        click.echo(str(problem), err=True)
    return 1 if problems else 0


def _checked(loaded: Loaded[Form]) -> dict[str, Any]:
    from lltic.form.advice import advice_on

    return {
        "form": loaded.ref,
        "title": loaded.model.title,
        "pages": len(loaded.model.pages),
        "questions": _questions(loaded),
        "hash": loaded.hash,
        "advice": [problem.as_dict() for problem in advice_on(loaded.model)],
    }


def _unknown_forms(loaded: Loaded[Form], study: Path | None) -> Iterator[Problem]:
    """A second stage whose form is not there would be noticed only when a case needs it."""
    from lltic.definitions import names

    known = [*names("form", study), *(path.stem for path in loaded.path.parent.glob("*.yml"))]
    for trigger in loaded.model.triggers:
        if trigger.form and trigger.form not in known:
            where = f"{loaded.path}: triggers.{trigger.id}"
            problem = unknown("form", trigger.form, known, code="form-trigger-unknown")
            yield Problem(problem.code, where, f"names {problem.where}", problem.allowed)


def _check_lines(one: dict[str, Any]) -> Iterator[str]:
    yield f"{one['form']}: {one['pages']} pages, {one['questions']} questions, no problem"
    for advice in one["advice"]:
        yield f"  advice: {Problem(**advice)}"


# --- print ---------------------------------------------------------------------------------------


@form.command("print")
@click.argument("which", metavar="FORM")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="Where the files go; here when not given.",
)
@click.option("--pdf", is_flag=True, help="A PDF as well, printed by a browser of this machine.")
@click.option("--browser", default="", metavar="PROGRAM", help="Which one, when none is found.")
@form_study_option
@json_option
def print_form(
    which: str, folder: Path, pdf: bool, browser: str, study: Path | None, as_json: bool
) -> None:
    """Write a form for paper: boxes to tick, lines to write on, definitions of every scale.

    Example: lltic form print sjr --pdf --to printed
    """
    from lltic.cli.form_paper import on_paper
    from lltic.reports.proforma import write_proforma
    from lltic.reports.proforma_pdf import find_browser, print_pdf

    loaded = load(which, study)
    program = (browser or find_browser()) if pdf else ""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{_file_name(loaded)}.html"
    write_proforma(page, on_paper(loaded))
    files = [page]
    if pdf:
        files.append(page.with_suffix(".pdf"))
        print_pdf(page, files[-1], program)
    shown = [str(path) for path in files]
    show({"form": loaded.ref, "files": shown}, shown, as_json=as_json)


def _file_name(loaded: Loaded[Form]) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", f"{loaded.name}-v{loaded.version}")


# --- preview -------------------------------------------------------------------------------------


@form.command("preview")
@click.argument("which", metavar="FORM")
@click.option("--port", default=8867, show_default=True, help="On 127.0.0.1.")
@click.option("--check", "only_check", is_flag=True, help="See that it opens, and stop.")
@form_study_option
@json_option
def preview(which: str, port: int, only_check: bool, study: Path | None, as_json: bool) -> None:
    """Try a form in the browser, as reviewers will see it, on a case that does not exist.

    Everything typed is thrown away when the preview is stopped.

    Example: lltic form preview my_review.yml
    """
    import tempfile

    from lltic.cli.demo import PASSWORD
    from lltic.cli.form_preview import preview_study, readers
    from lltic.cli.supervise import serving

    loaded = load(which, study)
    log_ins = [person.name for person in readers(loaded.model)]
    with tempfile.TemporaryDirectory(prefix="lltic-preview-") as folder:
        made = preview_study(Path(folder) / "study", loaded, PASSWORD, study)
        with serving(made, port) as running:
            told = {"form": loaded.ref, "address": running.address, "log_ins": log_ins}
            lines = [f"Trying {loaded.ref}. Stop with Ctrl-C; nothing is kept."]
            lines += [f"  {name} / {PASSWORD}" for name in log_ins]
            data = {**told, "password": PASSWORD}
            show(data, [*lines, running.address], as_json=as_json)
            if not only_check:
                running.watch()


# --- diff ----------------------------------------------------------------------------------------


@form.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@form_study_option
@json_option
def diff(old: str, new: str, study: Path | None, as_json: bool) -> int:
    """Say what changed between two versions of a form, by name or by file.

    Ends with 1 when an answer given under OLD may not be readable under NEW.

    Example: lltic form diff sjr sjr-v2.yml
    """
    from lltic.form.compare import compare

    before, after = load(old, study), load(new, study)
    changes = compare(before.model, after.model)
    lost = [change for change in changes if not change.keeps_answers]
    data = {
        "old": before.ref,
        "new": after.ref,
        "changes": list(changes),
        "keeps_answers": not lost,
    }
    rows = [(c.what, c.where, c.says, "" if c.keeps_answers else "no") for c in changes]
    head = ["what", "where", "is different", "old answers readable"]
    lines = [f"{before.ref} → {after.ref}", *_diff_lines(head, rows, lost)]
    show(data, lines, as_json=as_json)
    return 1 if lost else 0


def _diff_lines(
    head: Sequence[str], rows: Sequence[Sequence[str]], lost: Iterable[object]
) -> list[str]:
    if not rows:
        return ["Nothing is different."]
    count = len(list(lost))
    verdict = (
        f"{count} of {len(rows)} changes keep old answers from being read as they were meant."
        if count
        else "Every answer given under the old form can be read under the new one."
    )
    return [*table(head, rows), verdict]
