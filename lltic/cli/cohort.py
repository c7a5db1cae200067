"""``lltic cohort``: from an extract to the deaths in question."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from lltic.cli.output import json_option, show, study_option, table
from lltic.study import Study

if TYPE_CHECKING:
    from collections.abc import Callable

    from lltic.cohort import Checked, CohortDiff, CohortResult

__all__ = ["cohort", "on_engine", "register", "setting_option"]

Command = TypeVar("Command", bound="Callable[..., Any]")


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(cohort)


@click.group()
def cohort() -> None:
    """Find the deaths in question, and say why each one is in or out."""


def _of_the_engine(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    """Leave an address of the environment to the engines that have one."""
    from_environment = ctx.get_parameter_source("at") is ParameterSource.ENVIRONMENT
    return "" if from_environment and ctx.params["engine"] == "duckdb" else value


engine_option = click.option(
    "--engine",
    default="duckdb",
    is_eager=True,
    show_default=True,
    metavar="ENGINE",
    help="duckdb, spark or postgres.",
)
at_option = click.option(
    "--at",
    default="",
    metavar="ADDRESS",
    envvar="LLTIC_ENGINE_AT",
    show_envvar=True,
    callback=_of_the_engine,
    help="Where the engine is: spark://host:7077, postgresql://user@host/database.",
)
setting_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another value for what the definition lets be changed (lltic cohort show NAME).",
)


def on_engine(command: Command) -> Command:
    """Add ``--engine`` and ``--at`` to a command."""
    return engine_option(at_option(command))


def _open_if_any(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> Any:
    here = Path()
    if value is None:
        return Study.open(here) if (here / "study.toml").is_file() else None
    return Study.open(value)


if_any_study_option = click.option(
    "--study",
    type=click.Path(path_type=Path),
    callback=_open_if_any,
    metavar="DIR",
    help="A study with definitions of its own; the present folder, if it is one.",
)


@cohort.command("build")
@study_option
@click.option("--definition", metavar="NAME", help="A cohort; the study's own when not given.")
@setting_option
@on_engine
@json_option
def build(
    study: Study,
    definition: str | None,
    settings: tuple[str, ...],
    engine: str,
    at: str,
    as_json: bool,
) -> None:
    """Build the cohort: cases, deaths that are out, and the attrition table.

    Example: lltic cohort build --definition next_stage_review --set month=2016-10
    """
    from lltic.cohort import build as run
    from lltic.cohort.adjust import read_settings

    result = run(study, definition, engine, read_settings(settings), at=at)
    steps = [asdict(step) for step in result.attrition]
    data = {"definition": result.definition, "counts": result.counts, "attrition": steps}
    show(data, _build_lines(result), as_json=as_json)


def _build_lines(result: CohortResult) -> list[str]:
    head = ["rule", "in", "out", "remaining", "because"]
    rows = [(s.rule, s.n_in, s.n_out, s.remaining, s.description) for s in result.attrition]
    counts = result.counts
    last = (
        f"cases {counts['cases']} in_hospital {counts['in_hospital']} "
        f"post_discharge {counts['post_discharge']}"
    )
    return [result.definition, *table(head, rows), last]


@cohort.command("explain")
@study_option
@click.argument("identifier", metavar="ID")
@json_option
def explain(study: Study, identifier: str, as_json: bool) -> None:
    """Say why a person, death, spell or case is in the cohort that was built last, or out.

    Example: lltic cohort explain 10019003
    """
    from lltic.cohort import explain as run

    found = run(study, identifier)
    lines = []
    for one in found:
        lines.append(f"rules: {', '.join(one.rules)}")
        if one.case_id:
            lines.append(f"case: {one.case_id}")
        lines.append(one.sentence)
    show(found, lines, as_json=as_json)


@cohort.command("list")
@if_any_study_option
@json_option
def list_(study: Study | None, as_json: bool) -> None:
    """List the cohort definitions: the study's own and those that come with lltic.

    Example: lltic cohort list
    """
    from lltic.cohort import load_definition
    from lltic.definitions import names

    found = [
        load_definition(study, name) for name in names("cohort", study.path if study else None)
    ]
    rows = [(d.name, d.version, d.hash[:12], d.model.title) for d in found]
    data = [
        {"name": d.name, "version": d.version, "hash": d.hash, "title": d.model.title}
        for d in found
    ]
    show(data, table(["name", "version", "hash", "title"], rows), as_json=as_json)


@cohort.command("show")
@if_any_study_option
@click.argument("name", metavar="NAME")
@json_option
def show_(study: Study | None, name: str, as_json: bool) -> None:
    """Show a definition in plain words: whose deaths, which spell, who is in, who is out.

    Example: lltic cohort show shmi_like
    """
    from lltic.cohort import load_definition
    from lltic.cohort.page import page_of

    loaded = load_definition(study, name)
    data = {"name": loaded.name, "hash": loaded.hash, "definition": loaded.model}
    show(data, page_of(loaded), as_json=as_json)


@cohort.command("check")
@if_any_study_option
@click.argument("wanted", metavar="[NAME]...", nargs=-1)
@on_engine
@json_option
def check(study: Study | None, wanted: tuple[str, ...], engine: str, at: str, as_json: bool) -> int:
    """Run the specification tests of definitions; of all of them when none is named.

    Each definition is also tried on people of whom nothing is known: none may be in.

    Example: lltic cohort check lltic shmi_like
    """
    from lltic.cohort import check as run
    from lltic.definitions import names

    every = wanted or tuple(names("cohort", study.path if study else None))
    found = [one for name in every for one in run(study, name, engine, at)]
    failed = sum(not one.passed for one in found)
    show(found, _check_lines(found, failed), as_json=as_json)
    return 1 if failed else 0


def _check_lines(found: list[Checked], failed: int) -> list[str]:
    lines = []
    for one in found:
        lines.append(f"{'PASS' if one.passed else 'FAIL'}  {one.definition}: {one.test}")
        lines += [f"      {difference}" for difference in one.differences]
    return [*lines, f"{len(found) - failed} of {len(found)} passed"]


@cohort.command("diff")
@study_option
@click.argument("wanted", metavar="[NAME]...", nargs=-1)
@click.option(
    "--with",
    "other",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Another study, with another cut of the data; then at most one NAME.",
)
@on_engine
@json_option
def diff(
    study: Study,
    wanted: tuple[str, ...],
    other: Path | None,
    engine: str,
    at: str,
    as_json: bool,
) -> None:
    """Say which cases enter and leave between two definitions, or two cuts of the data.

    Example: lltic cohort diff lltic hsmr_like

    Example: lltic cohort diff --with next-month lltic
    """
    from lltic.cohort import diff_cuts, diff_definitions
    from lltic.errors import Problem, UsageError

    if other is not None and len(wanted) < 2:
        name = wanted[0] if wanted else None
        found = diff_cuts(study, Study.open(other), name, engine, at)
    elif other is None and len(wanted) == 2:
        found = diff_definitions(study, wanted[0], wanted[1], engine, at)
    else:
        message = "compares two definitions, or one on two studies"
        allowed = "diff A B, diff --with DIR [NAME]"
        hint = "'lltic cohort list' names the definitions."
        raise UsageError(Problem("bad-option", "diff", message, allowed, hint))
    show(found, _diff_lines(found), as_json=as_json)


def _diff_lines(found: CohortDiff) -> list[str]:
    lines = [f"before: {found.before}", f"after:  {found.after}", ""]
    for change in found.changes:
        lines += [f"{change.kind}  {change.person_id}"]
        lines += [f"  before: {change.before.reason}", f"  after:  {change.after.reason}"]
    lines += ["", *table(["why", "cases"], found.moves.items())] if found.moves else []
    counts = found.counts
    return [
        *lines,
        f"before {counts['before']} after {counts['after']} enter {counts['enter']} "
        f"leave {counts['leave']} change {counts['change']}",
    ]
