"""``lltic audit``: whether a sceptic would reach the same page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lltic.cli.output import json_option, show, study_option
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.audit import Claim

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
