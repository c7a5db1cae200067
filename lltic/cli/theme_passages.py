"""``lltic themes passages`` and ``matrix``: from a figure to the words behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.cli.theme_gathering import (
    BREAKDOWNS,
    differ_option,
    disclosure_option,
    gather_themes,
    polarity_option,
)
from lltic.cli.theme_imports import codings_option
from lltic.cli.themes import themes
from lltic.errors import Problem, UsageError

if TYPE_CHECKING:
    from lltic.cli.theme_gathering import Themes
    from lltic.study import Study
    from lltic.themes import Figure, Passage

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``lltic themes``."""
    for command in (passages, matrix):
        themes.add_command(command)


def _inside_only(disclosure: str) -> None:
    """Refuse to list single cases under a profile that hides small numbers."""
    from lltic.cli.theme_gathering import profile_of

    if profile_of(disclosure).name != "none":
        hint = "Leave --disclosure out: this list is for the people who hold the study's records."
        message = "rows about single cases cannot be shown under it"
        raise UsageError(
            Problem("single-cases", f"--disclosure {disclosure}", message, "none", hint)
        )


@click.command()
@click.option("--theme", metavar="CODE", help="The theme of the figure.")
@click.option("--with", "other", metavar="CODE", default="", help="A second theme: of a pair.")
@polarity_option
@click.option("--phase", metavar="PHASE", default="", help="Where the words stand.")
@click.option("--by", type=click.Choice(BREAKDOWNS[1:]), help="A breakdown of cases; with --group.")
@click.option("--group", metavar="GROUP", default="", help="The group of the breakdown.")
@click.option("--case", "case_id", metavar="CASE", default="", help="One case.")
@click.option("--words", is_flag=True, help="Print what was written as well.")
@click.option("--back", is_flag=True, help="Say which figures count each passage.")
@differ_option
@codings_option
@disclosure_option
@study_option
@json_option
def passages(
    study: Study,
    theme: str | None,
    other: str,
    polarity: str | None,
    phase: str,
    by: str | None,
    group: str,
    case_id: str,
    words: bool,
    back: bool,
    rule: str,
    imported: str | None,
    disclosure: str,
    as_json: bool,
) -> None:
    """List the passages behind a figure: where each stands, and with --words what it says.

    Name the figure as the table does: a theme, for a pair --with another, --polarity, --phase,
    or --by and --group. --back goes the other way, from a passage to the figures it counts
    in. Rows are about single cases and stay with the study.

    Example: lltic themes passages --study autumn-review --theme dnar --phase admission
    """
    from lltic.themes import Figure
    from lltic.themes import passages as passages_of

    _inside_only(disclosure)
    made = gather_themes(study, rule, imported)
    if bool(by) != bool(group):
        message = "need one another: the breakdown, and the group in it"
        raise UsageError(Problem("group-alone", "--by, --group", message))
    group_of = made.groups(by).of if by else None
    figures = [Figure(code) for code in made.drawn.themes] if theme is None else [Figure(theme)]
    if theme is None and not case_id:
        allowed = ", ".join(made.drawn.labels)
        hint = "Or name a --case for all that was found in it."
        raise UsageError(Problem("no-theme", "--theme", "which one?", allowed, hint))
    found: dict[str, Passage] = {}
    for one in figures:
        figure = Figure(one.theme, other, polarity or "", phase, by or "", group, case_id)
        found |= {p.coding_id: p for p in passages_of(made.drawn, figure, group_of)}
    rows = sorted(found.values(), key=lambda p: (p.case_id, p.review_id, p.item, p.start, p.theme))
    ways = _ways(made, rows) if back else {}
    data = {
        **made.source,
        "cases": len({p.case_id for p in rows}),
        "passages": [_plain(p, words, ways.get(p.coding_id)) for p in rows],
    }
    show(data, [*made.heading, *_lines(made, rows, words, ways)], as_json=as_json)


def _ways(made: Themes, rows: Sequence[Passage]) -> dict[str, list[Figure]]:
    """Return by coding the figures that count it."""
    from lltic.themes import figures_with

    groups = {by: made.groups(by).of for by in BREAKDOWNS[1:]}
    wanted = {p.coding_id for p in rows}
    return {
        c.coding_id: figures_with(made.drawn, c, groups)
        for c in made.drawn.codings
        if c.coding_id in wanted
    }


def _plain(p: Passage, words: bool, figures: list[Figure] | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "theme": p.theme,
        "polarity": p.polarity,
        "case_id": p.case_id,
        "review_id": p.review_id,
        "item": p.item,
        "start": p.start,
        "end": p.end,
        "coding_id": p.coding_id,
    }
    if words:
        row["words"] = p.words
    if figures is not None:
        row["figures"] = figures
    return row


def _lines(
    made: Themes, rows: Sequence[Passage], words: bool, ways: dict[str, list[Figure]]
) -> Iterator[str]:
    labels = made.drawn.labels
    head = ("case", "review", "item", "from", "to", "theme", "shows")
    body = []
    for p in rows:
        shows = p.polarity.replace("_", " ")
        body.append((p.case_id, p.review_id, p.item, p.start, p.end, labels[p.theme], shows))
    listed = table(head, body)
    yield listed[0]
    for p, line in zip(rows, listed[1:], strict=True):
        yield line
        if words:
            yield f"    {'(corrected since it was coded)' if p.words is None else p.words}"
        for figure in ways.get(p.coding_id, ()):
            yield f"    counts in: {_named(figure)}"
    cases = len({p.case_id for p in rows})
    yield f"passages {len(rows)} cases {cases}"


def _named(figure: Figure) -> str:
    parts = [figure.theme]
    parts += [f"with {figure.other}"] if figure.other else []
    parts += [figure.polarity.replace("_", " ")] if figure.polarity else []
    parts += [f"phase {figure.phase}"] if figure.phase else []
    parts += [f"{figure.by} {figure.group}"] if figure.by else []
    return ", ".join(parts)


def _refuse_file(out: Path, imported: str | None) -> None:
    """Refuse a file that is no table, or has no place to say whose codings are in it."""
    if out.suffix.lower() not in (".xlsx", ".csv"):
        raise UsageError(Problem("bad-file", "--out", "is no table to write", ".xlsx, .csv"))
    if imported is not None and out.suffix.lower() == ".csv":
        message = "has no place to say that the codings are not the study's own"
        raise UsageError(Problem("bad-file", "--out", message, ".xlsx"))


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="A new .xlsx or .csv file.",
)
@click.option("--fine", is_flag=True, help="A column per theme of every level.")
@differ_option
@codings_option
@disclosure_option
@study_option
@json_option
def matrix(
    study: Study,
    out: Path,
    fine: bool,
    rule: str,
    imported: str | None,
    disclosure: str,
    as_json: bool,
) -> None:
    """Write the framework matrix: a row per case, a column per theme, quotations in the cells.

    The file holds reviewers' words about single cases: it stays with the study.

    Example: lltic themes matrix --study autumn-review --out autumn-review/outputs/matrix.xlsx
    """
    from lltic.clock import system_clock
    from lltic.study import write_atomically
    from lltic.themes import framework_matrix
    from lltic.themes.matrix import as_csv, as_workbook

    _inside_only(disclosure)
    _refuse_file(out, imported)
    made = gather_themes(study, rule, imported)
    about = {}
    for by, name in (("interface", "Died"), ("setting", "Setting"), ("score", "Worst score")):
        groups = made.groups(by)
        about[name] = {case: groups.label(group) for case, group in groups.of.items()}
    columns = tuple(made.drawn.labels) if fine else ()
    found = framework_matrix(made.drawn, about, themes=columns)
    notes = ["Reviewers' words about single cases: this file stays with the study."]
    if study.settings.synthetic:
        notes.append("Synthetic: make-believe people, deaths, notes and reviewers.")
    notes += [f"{line[0].upper()}{line[1:]}." for line in made.heading]
    notes += [f"Codebook {made.drawn.codebook.ref}.", *made.drawn.warnings]
    if out.suffix.lower() == ".csv":
        content = as_csv(found, made.phases).encode("utf-8-sig")
    else:
        title = f"Framework matrix: {study.settings.title}"
        content = as_workbook(
            found, title=title, made_at=system_clock(), phases=made.phases, notes=notes
        )
    with write_atomically(out, "wb", 0o600) as stream:
        stream.write(content)
    cases, themes_in = len(found.cases), list(found.themes)
    data = {"file": str(out), **made.source, "cases": cases, "themes": themes_in}
    lines = [*made.heading, f"cases {cases} themes {len(themes_in)}", str(out)]
    show(data, lines, as_json=as_json)
