"""``lltic audit``: whether a sceptic would reach the same page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lltic.cli.output import csv_lines, json_option, show, study_option, table
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.audit import Claim
    from lltic.reviews.record.accesses import Access

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(audit)


@click.group()
def audit() -> None:
    """Check the record and the figures; prints PASS or FAIL per claim, exit 1 on any FAIL.

    Example: lltic audit store --study demo
    """


@audit.command()
@click.option(
    "--anchor",
    type=click.Path(path_type=Path),
    help="A file of 'lltic audit anchor', kept elsewhere: finds a cut or rewritten record.",
)
@study_option
@json_option
def store(anchor: Path | None, study: Study, as_json: bool) -> int:
    """Verify the hash chains of the record and what is derived from it.

    Example: lltic audit store --study demo
    """
    from lltic.audit.store import verify

    return _verdict(verify(study, anchor), as_json=as_json)


@audit.command()
@click.option(
    "--to",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    help="The file to add a line to. Keep a copy where the record's keepers have no hand.",
)
@study_option
@json_option
def anchor(file: Path, study: Study, as_json: bool) -> None:
    """Write down where the record stands, for 'lltic audit store --anchor'.

    Example: lltic audit anchor --study demo --to anchors.jsonl
    """
    from lltic.clock import system_clock, to_text
    from lltic.reviews.record.anchor import anchor as write_down

    made = write_down(study, file, to_text(system_clock()))
    seq, head = made.heads["events"]
    show(made, [f"{made.at} event {seq}, head {head[:16]}", str(file)], as_json=as_json)


@audit.command()
@click.option("--person", default="", metavar="NAME", help="Only what this account did or tried.")
@click.option("--case", "case_id", default="", metavar="CASE", help="Only about this case.")
@click.option("--kind", "kinds", multiple=True, help="Such as refused or read; may be given again.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
    help="Only from this day or instant (UTC) on.",
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["table", "csv"]),
    default="table",
    show_default=True,
)
@study_option
@json_option
def accesses(
    person: str,
    case_id: str,
    kinds: tuple[str, ...],
    since: datetime | None,
    shape: str,
    study: Study,
    as_json: bool,
) -> None:
    """Show the book of accesses: log-ins, refusals, who looked at others' work.

    It holds no answer, no password, and nothing that somebody typed. The service
    may run meanwhile. 'lltic audit store' says whether the book was changed.

    Example: lltic audit accesses --study demo --kind refused --since 2026-10-05
    """
    from lltic.audit.accesses import accesses as look

    begin = since.replace(tzinfo=UTC) if since else None
    found = look(study, person=person, case_id=case_id, kinds=kinds, since=begin)
    lines = _csv(found) if shape == "csv" else _table(found)
    show(found, lines, as_json=as_json)


def _table(found: Sequence[Access]) -> list[str]:
    head = ("line", "at", "kind", "person", "as", "call", "about", "why")
    rows = []
    for one in found:
        why = ", ".join(one.codes) or (f"{one.left_out} refusals" if one.left_out else "")
        about = one.review_id or one.case_id
        at, roles = one.at[:19].replace("T", " "), ", ".join(one.roles)
        rows.append((one.seq, at, one.kind, one.person, roles, one.call, about, why))
    return [*table(head, rows), f"{len(found)} lines"]


def _csv(found: Sequence[Access]) -> list[str]:
    names = (
        *("seq", "at", "kind", "person", "roles", "organisation", "call"),
        *("case_id", "review_id", "codes", "left_out", "hash"),
    )
    rows = [[getattr(one, name) for name in names] for one in found]
    flat = [[" ".join(v) if isinstance(v, tuple) else v for v in row] for row in rows]
    return csv_lines(names, flat)


@audit.command()
@click.argument("paths", metavar="[NOTEBOOK]...", nargs=-1, type=click.Path(path_type=Path))
@study_option
@json_option
def notebooks(paths: tuple[Path, ...], study: Study, as_json: bool) -> int:
    """Re-execute the notebooks against the study and compare every stored output.

    Without a name: all of the study's (outputs/notebooks), else those that come
    with the package.

    Example: lltic audit notebooks --study demo
    """
    from lltic.audit.notebooks import verify

    return _verdict(verify(study, paths), as_json=as_json)


def _verdict(claims: Sequence[Claim], *, as_json: bool) -> int:
    show(claims, [str(claim) for claim in claims], as_json=as_json)
    return 0 if all(claim.passed for claim in claims) else 1
