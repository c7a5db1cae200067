"""``lltic form export`` and ``lltic form import``: forms in the formats of other systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lltic.cli.form import form, form_study_option, load
from lltic.cli.output import json_option, show
from lltic.errors import LlticError, Problem, UsageError

if TYPE_CHECKING:
    from lltic.form.exchange import Loss, Target

__all__ = ["bytes_of", "register"]

MOST_BYTES = 50_000_000
FORMATS = "fhir, xlsform, redcap or dictionary"


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``form``, which is on the command line already."""
    form.add_command(export_form)
    form.add_command(import_form)


@click.command("export")
@click.argument("which", metavar="FORM")
@click.option("--to", "name", required=True, metavar="FORMAT", help=FORMATS)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE",
    help="Where it goes; FORM-FORMAT and the usual ending, here, when not given.",
)
@form_study_option
@json_option
def export_form(which: str, name: str, out: Path | None, study: Path | None, as_json: bool) -> None:
    """Write a form in the format of another system, and list what that cannot say.

    Example: lltic form export sjr --to fhir --out sjr.json
    """
    from lltic.form.exchange import target
    from lltic.study import write_atomically

    format_ = target(name)
    loaded = load(which, study)
    written = format_.write(loaded.model, loaded.hash)
    file = out or Path(f"{loaded.name}-{name}{format_.suffix}")
    with write_atomically(file, "wb" if isinstance(written.document, bytes) else "w") as stream:
        stream.write(written.document)
    data = {"form": loaded.ref, "format": name, "file": str(file)}
    lines = [f"{loaded.ref} → {file} ({format_.title})"]
    _show(data, lines, format_, written.losses, as_json=as_json)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--from", "name", required=True, metavar="FORMAT", help="fhir, xlsform or redcap")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE.yml",
    help="Where it goes, and so what it is called; its own name, here, when not given.",
)
@json_option
def import_form(file: Path, name: str, out: Path | None, as_json: bool) -> None:
    """Make a form of a file of another system, and list what has no place in a form.

    Read it through afterwards: whoever made the file did not know how it would be used here.

    Example: lltic form import questionnaire.json --from fhir --out our_review.yml
    """
    from lltic.definitions import to_yaml
    from lltic.form.exchange import target
    from lltic.form.exchange.definition import to_definition
    from lltic.form.load import load_form_file
    from lltic.study import write_atomically

    format_ = target(name)
    if format_.read is None:
        hint = "It is made for people to read."
        raise UsageError(Problem("no-import", name, "no form is made from this format", hint=hint))
    found = format_.read(bytes_of(file))
    if found.form is None:
        raise LlticError([replace(p, where=f"{file}: {p.where}") for p in found.problems])
    path = out or Path(f"{found.form.name}.yml")
    if path.exists():
        hint = "Nothing was changed. Give another file with --out."
        raise UsageError(Problem("file-exists", str(path), "is there already", hint=hint))
    with write_atomically(path) as stream:
        stream.write(to_yaml(to_definition(replace(found.form, name=path.stem))))
    loaded = load_form_file(path)
    data = {"form": loaded.ref, "format": name, "file": str(path)}
    _show(data, [f"{file} → {path}: {loaded.ref}"], format_, found.losses, as_json=as_json)


def bytes_of(file: Path) -> bytes:
    """Return what is in a file of another system, unless it is out of all bounds."""
    try:
        if file.stat().st_size > MOST_BYTES:
            problem = Problem("file-too-large", str(file), "too large", f"{MOST_BYTES:,} bytes")
            raise LlticError(problem)
        return file.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise UsageError(Problem("no-such-file", str(file), reason)) from None


def _show(
    data: dict[str, str],
    lines: list[str],
    target: Target,
    losses: tuple[Loss, ...],
    *,
    as_json: bool,
) -> None:
    told = {**data, "losses": [asdict(loss) for loss in losses]}
    show(told, [*lines, *_loss_lines(target, losses)], as_json=as_json)


def _loss_lines(target: Target, losses: Iterable[Loss]) -> Iterator[str]:
    """Every loss, those of a kind together: what it is, what happens instead, where."""
    kinds = {kind.code: kind.what for kind in target.losses}
    by_kind: dict[tuple[str, str], list[str]] = {}
    for loss in losses:
        what = kinds.get(loss.code, loss.message)
        what = what if loss.message.startswith(what) else loss.message
        place = f"{loss.where}{loss.message.removeprefix(what)}"
        told = f"{what}; {loss.instead}" if loss.instead else what
        by_kind.setdefault((loss.code, told), []).append(place)
    if not by_kind:
        yield "Nothing was lost."
    for (code, told), places in by_kind.items():
        count = f" ({len(places)} times)" if len(places) > 1 else ""
        yield f"{code}: {told}{count}"
        yield from (f"  {place}" for place in places)
