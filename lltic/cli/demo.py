"""``lltic demo``: a complete make-believe study, with the truth known.

The one place that walks the whole path at once: synthetic extract, cohort,
sample, assignments, and the reviews and codings that invented people made.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lltic.cli.output import json_option, show
from lltic.study import Study

if TYPE_CHECKING:
    pass

__all__ = ["demo", "logins", "make_demo"]

PASSWORD = "learning-from-deaths"  # noqa: S105 - a demo's, printed on the screen
LOGINS = (
    ("amira.khan", "reviewer, general practice"),
    ("ben.okoro", "reviewer, hospital"),
)
CODER = "cora.lindqvist"
TITLE = "Deaths of September 2026"
SUPPORT = "Staff support: extension 4040, day and night (invented)."


def logins() -> list[str]:
    """Return the demo's log-ins as lines to print."""
    people = [*LOGINS, (CODER, "theme coder, at /coding")]
    return [f"  {name} / {PASSWORD}   ({what})" for name, what in people]


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--seed", default=2026, show_default=True, help="Another seed, another trust.")
@json_option
def demo(directory: Path, seed: int, as_json: bool) -> None:
    """Make a complete synthetic study in DIR, with known truth.

    About 400 deaths, 20,000 spells, written case notes, two reviewers per case.
    Nobody in it exists.

    Example: lltic demo demo
    """
    study = make_demo(directory, seed)
    show({"study": str(study.path)}, [str(study.path)], as_json=as_json)


def make_demo(directory: Path, seed: int) -> Study:
    """Make the synthetic study; the same seed makes the same study."""
    from lltic.cohort import build
    from lltic.sources import synthetic

    key = hashlib.sha256(f"lltic demo {seed}".encode()).digest()
    study = Study.init(directory, title=TITLE, synthetic=True, support=SUPPORT, key=key)
    trust = synthetic.generate(seed)
    synthetic.write(study, trust)
    result = build(study)
    return study
