"""``lltic cohort completeness``: what is missing in the extract, and what it may change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.cohort import cohort, on_engine, setting_option
from lltic.cli.output import json_option, show, study_option, table
from lltic.errors import Problem, UsageError, unknown
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.cohort import Completeness

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Add this file's command to ``lltic cohort``."""
    cohort.add_command(completeness)


def _day(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Any:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        allowed = "year, month and day, such as 2026-10-12"
        raise UsageError(Problem("bad-option", "--cut", "is not a day", allowed)) from None


@click.command("completeness")
@study_option
@click.option("--definition", metavar="NAME", help="A cohort; the study's own when not given.")
@setting_option
@click.option(
    "--cut",
    callback=_day,
    metavar="YYYY-MM-DD",
    help="The day the data were cut; the last day on record when not given.",
)
@click.option("--list", "code", metavar="KIND", help="List the identifiers of this kind alone.")
@on_engine
@json_option
def completeness(
    study: Study,
    definition: str | None,
    settings: tuple[str, ...],
    cut: date | None,
    code: str | None,
    engine: str,
    at: str,
    as_json: bool,
) -> None:
    """Say what is missing or contradicts itself, and between which numbers the cases lie.

    Example: lltic cohort completeness --cut 2026-10-12
    """
    from lltic.cohort import completeness as run
    from lltic.cohort.adjust import read_settings

    found = run(study, definition, engine, at=at, cut=cut, settings=read_settings(settings))
    show(found, _listed(found, code) if code else _lines(found), as_json=as_json)


def _lines(found: Completeness) -> list[str]:
    head = ["kind", "number", "meaning"]
    rows = [(gap.code, gap.count, gap.meaning) for gap in found.gaps if gap.count]
    return [found.definition, *(table(head, rows) if rows else ()), *found.sentences]


def _listed(found: Completeness, code: str) -> Iterator[str]:
    kinds = {gap.code: gap for gap in found.gaps}
    if code not in kinds:
        raise UsageError(unknown("kind of gap", code, list(kinds)))
    gap = kinds[code]
    yield from gap.ids
    yield f"{len(gap.ids)} of {gap.count} {gap.of}"
