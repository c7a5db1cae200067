"""``lltic themes codebook``: the tools of whoever writes a codebook."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.form_exchange import bytes_of
from lltic.cli.output import json_option, show, table
from lltic.cli.themes import themes
from lltic.errors import LlticError, Problem, UsageError
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.themes import Codebook
    from lltic.themes.codebook_history import Carried, Fate
    from lltic.themes.exchange import CodebookRead

__all__ = ["load", "register", "write_codebook"]


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``themes``, which is on the command line already."""
    themes.add_command(codebook)


def _open(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    """Return a study's folder: the one named here or before, or the present one if it is one."""
    before = ctx.parent.params.get("study") if ctx.parent else None
    if value is None and isinstance(before, Path):
        return before
    if value is None and not Path("study.toml").is_file():
        return None
    return Study.open(value or Path()).path


codebook_study_option = click.option(
    "--study",
    type=click.Path(path_type=Path),
    default=None,
    callback=_open,
    metavar="DIR",
    help="A study whose own codebooks count as well; the present folder if it is one.",
)


def load(which: str, study: Path | None) -> Loaded[Codebook]:
    """Load a codebook by its name, or by the path of its file.

    Raises
    ------
    UsageError
        ``unknown-codebook``, ``no-such-file``.
    LlticError
        Every problem of the file at once.
    """
    from lltic.themes.codebook import load_codebook, load_codebook_file

    path = Path(which)
    if path.suffix not in (".yml", ".yaml") and len(path.parts) == 1:
        return load_codebook(which, study)
    if not path.is_file():
        hint = "Give the path of a YAML file, or the name of a codebook: lltic themes codebook list"
        raise UsageError(Problem("no-such-file", which, "is not a file", hint=hint))
    return load_codebook_file(path)


def _own(study: Path | None) -> str:
    """The codebook a study uses."""
    if study is None:
        hint = "Name one (lltic themes codebook list), or a study with --study DIR."
        raise UsageError(Problem("not-a-study", "codebook", "none is named", hint=hint))
    return Study.open(study).settings.codebook


@click.group(invoke_without_command=True)
@codebook_study_option
@json_option
@click.pass_context
def codebook(ctx: click.Context, study: Path | None, as_json: bool) -> None:
    """Write codebooks: check, print, compare and exchange them.

    Without a command: print the themes of the study's codebook.

    Example: lltic themes codebook --study autumn-review
    """
    if ctx.invoked_subcommand is None:
        loaded = load(_own(study or Study.open(Path()).path), study)
        data = {"ref": loaded.ref, "hash": loaded.hash, "codebook": loaded.model}
        show(data, _listed(loaded), as_json=as_json)


def _listed(loaded: Loaded[Codebook]) -> list[str]:
    rows = [
        (f"{'  ' * level}{c.code}", c.label, "yes" if c.corroborated else "no")
        for level, c in loaded.model.by_level()
    ]
    return [loaded.ref, *table(("code", "theme", "confirmed by a source"), rows)]


@codebook.command("list")
@codebook_study_option
@json_option
def list_(study: Path | None, as_json: bool) -> None:
    """List the codebooks there are.

    Example: lltic themes codebook list
    """
    from lltic.definitions import names
    from lltic.themes.codebook import load_codebook

    books = [load_codebook(name, study) for name in names("codebook", study)]
    rows = [(b.name, b.version, len(b.model.codes), b.model.title) for b in books]
    data = [{"ref": b.ref, "hash": b.hash, "title": b.model.title} for b in books]
    show(data, table(("codebook", "version", "themes", "title"), rows), as_json=as_json)


@codebook.command("print")
@click.argument("which", metavar="[CODEBOOK]", required=False)
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE",
    help="A page as .html or .md; printed here as Markdown when not given.",
)
@codebook_study_option
@json_option
def print_(which: str | None, to: Path | None, study: Path | None, as_json: bool) -> None:
    """Make a page of a codebook, for a coder's desk.

    Example: lltic themes codebook print lltic-12 --to codebook.html
    """
    from lltic.study import write_atomically
    from lltic.themes.codebook_page import as_html, as_markdown

    loaded = load(which or _own(study), study)
    pages = {".html": as_html, ".md": as_markdown}
    if to is None:
        page = as_markdown(loaded)
        show({"ref": loaded.ref, "hash": loaded.hash, "page": page}, [page[:-1]], as_json=as_json)
        return
    if to.suffix not in pages:
        raise UsageError(Problem("unknown-format", str(to), "no page of this kind", ".html, .md"))
    with write_atomically(to) as stream:
        stream.write(pages[to.suffix](loaded))
    show({"ref": loaded.ref, "file": str(to)}, [f"{loaded.ref} → {to}"], as_json=as_json)


@codebook.command()
@click.argument("which", metavar="CODEBOOK")
@codebook_study_option
@json_option
def check(which: str, study: Path | None, as_json: bool) -> None:
    """Check a codebook, and its history against the versions before it.

    Example: lltic themes codebook check codebooks/ours.yml
    """
    from lltic.themes.codebook_checks import advice
    from lltic.themes.codebook_history import lineage

    loaded = load(which, study)
    versions = lineage(loaded, study)
    told = list(advice(loaded.model))
    data = {
        "ref": loaded.ref,
        "hash": loaded.hash,
        "themes": len(loaded.model.codes),
        "versions": [book.ref for book in versions],
        "advice": told,
    }
    lines = [f"? {one}" for one in told]
    lines += [f"made of {book.ref}" for book in versions[-2::-1]]
    show(data, [*lines, f"{loaded.ref}: themes {len(loaded.model.codes)}, sound"], as_json=as_json)


@codebook.command("export")
@click.argument("which", metavar="[CODEBOOK]", required=False)
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE.qdc",
    help="Where it goes; CODEBOOK.qdc, here, when not given.",
)
@codebook_study_option
@json_option
def export_(which: str | None, to: Path | None, study: Path | None, as_json: bool) -> None:
    """Write a codebook for other programs of qualitative analysis (.qdc), and what that leaves out.

    Example: lltic themes codebook export lltic-12 --to lltic-12.qdc
    """
    from lltic.study import write_atomically
    from lltic.themes.exchange import codebook_to_qdc

    loaded = load(which or _own(study), study)
    written, losses = codebook_to_qdc(loaded)
    file = to or Path(f"{loaded.name}.qdc")
    with write_atomically(file, "wb") as stream:
        stream.write(written)
    lines = [f"{loaded.ref} → {file}", *(f"not in it: {loss}" for loss in losses)]
    data = {"ref": loaded.ref, "file": str(file), "losses": losses}
    show(data, lines, as_json=as_json)


@codebook.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE.yml",
    help="Where it goes, and so what it is called; its own name, here, when not given.",
)
@json_option
def import_(file: Path, to: Path | None, as_json: bool) -> None:
    """Make a codebook of a .qdc file, or of the codes of a .qdpx project.

    Read it through afterwards: other programs say less of a theme than a coder needs.

    Example: lltic themes codebook import framework.qdc --to codebooks/ours.yml
    """
    path = to or Path(f"{_plain(file.stem)}.yml")
    write_codebook(file, path, as_json=as_json)


def write_codebook(file: Path, path: Path, *, as_json: bool) -> None:
    """Write the codebook of a file of another program to ``path``, and say what came of it."""
    from lltic.definitions import to_yaml
    from lltic.study import write_atomically
    from lltic.themes.codebook import load_codebook_file

    found = _read(file, path.stem)
    if path.exists():
        hint = "Nothing was changed. Give another file with --to."
        raise UsageError(Problem("file-exists", str(path), "is there already", hint=hint))
    with write_atomically(path) as stream:
        stream.write(to_yaml(found.data))
    try:
        loaded = load_codebook_file(path)
    except LlticError:
        path.unlink()  # an unsound one in a study's folder would stand in the way of the others
        raise
    lines = [f"{file} → {path}: {loaded.ref}, themes {len(loaded.model.codes)}"]
    lines += [f"not taken: {loss}" for loss in found.losses]
    lines += [f"to be written: {one}" for one in found.invented]
    data = {"ref": loaded.ref, "file": str(path), "losses": found.losses}
    show({**data, "to_be_written": found.invented}, lines, as_json=as_json)


def _read(file: Path, name: str) -> CodebookRead:
    from lltic.themes.exchange import codebook_from_qdc, read_qdpx
    from lltic.themes.exchange.qdc import definition_of

    if file.suffix.lower() == ".qdpx":
        project, _ = read_qdpx(bytes_of(file), str(file))
        return definition_of(project.codes, project.sets, name, str(file))
    return codebook_from_qdc(bytes_of(file), name, str(file))


def _plain(stem: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in stem).strip("-") or "codebook"


@codebook.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@codebook_study_option
@json_option
def compare(old: str, new: str, study: Path | None, as_json: bool) -> None:
    """Say what became of each theme of a codebook in another version of it.

    With a study: also what becomes of its codings. Nothing on record is changed.

    Example: lltic themes codebook compare lltic-12 lltic-12-v2 --study autumn-review
    """
    from lltic.themes.codebook_history import added, carry, fates, lineage

    before, after = load(old, study), load(new, study)
    versions = lineage(after, study)
    names = [book.name for book in versions]
    line = versions[names.index(before.name) :] if before.name in names[:-1] else [before, after]
    rows = [(one.ref, two.ref, fates(one.model, two.model)) for one, two in pairwise(line)]
    carried = None
    if study is not None:
        from lltic.reviews.read import codings

        # Codings of a version before OLD are read in NEW as well, as a figure reads them.
        whole = versions if before.name in names else line
        carried = carry(codings(Study.open(study)), whole)
    new_themes = [added(one.model, two.model) for one, two in pairwise(line)]
    data: dict[str, Any] = {
        "steps": [
            {"from": one, "to": two, "themes": told, "added": more}
            for (one, two, told), more in zip(rows, new_themes, strict=True)
        ],
        "tied": before.name in names,
    }
    lines = (
        [] if data["tied"] else [f"! {after.ref} does not say that it was made of {before.ref}."]
    )
    for (one, two, told), more in zip(rows, new_themes, strict=True):
        lines += _step_lines(one, two, told, more)
    if carried is not None:
        data["codings"] = {"counts": carried.counts, "again": len(carried.again)}
        lines += _carried_lines(carried)
    show(data, lines, as_json=as_json)


def _step_lines(one: str, two: str, told: list[Fate], more: list[str]) -> Iterator[str]:
    yield f"{one} → {two}"
    rows = []
    for fate in told:
        why = fate.reason or (f"differs: {', '.join(fate.differs)}" if fate.differs else "")
        into = "" if fate.how in ("kept", "reworded") else ", ".join(fate.into)
        rows.append((fate.theme, fate.how, into, why))
    yield from table(("theme", "became", "into", "why"), rows)
    if more:
        yield f"new: {', '.join(more)}"


def _carried_lines(carried: Carried) -> Iterator[str]:
    told = ", ".join(f"{how} {n}" for how, n in carried.counts.items()) or "none"
    yield f"codings: {told}"
    yield from (f"! {warning}" for warning in carried.warnings)
    choices: dict[tuple[str, tuple[str, ...]], int] = {}
    for row in carried.again:
        key = (row.was.theme, row.choices)
        choices[key] = choices.get(key, 0) + 1
    for (theme, among), times in choices.items():
        yield f"  {theme}: {times}, as one of {', '.join(among) or 'none of this version'}"
