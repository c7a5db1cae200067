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
@study_option
@json_option
def store(study: Study, as_json: bool) -> int:
    """Verify the hash chain of the event log and what is derived from it.

    Example: lltic audit store --study demo
    """
    from lltic.audit.store import verify

    return _verdict(verify(study), as_json=as_json)


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
