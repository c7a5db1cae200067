"""``lltic init`` and ``lltic demo``: where a study comes from."""

from __future__ import annotations

from pathlib import Path

import click

from lltic.cli.demo import demo
from lltic.cli.output import json_option, show
from lltic.study import Study

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(init)
    app.add_command(demo)


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", default="", help="The study's name, as papers will print it.")
@json_option
def init(directory: Path, title: str, as_json: bool) -> None:
    """Make an empty study in DIR, a new or empty folder.

    Example: lltic init autumn-review --title "Deaths of September 2026"
    """
    study = Study.init(directory, title=title)
    show({"study": study.path.as_posix()}, [str(study.path)], as_json=as_json)
