"""Assemble the commands, and turn errors into messages and exit codes."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence

import click

from lltic import __version__
from lltic.errors import LlticError, UsageError, unknown

__all__ = ["app", "main"]

PARTS = (
    *(
        "study",
        "sources",
        "form",
        "form_exchange",
        "cohort",
        "completeness",
        "sampling",
        "sample_size",
        "allocation",
        "users",
        "serve",
        "hub",
    ),
    *(
        "answers",
        "agreement",
        "themes",
        "theme_figures",
        "theme_trends",
        "theme_passages",
        "suggestions",
        "offering",
        "codebooks",
        "theme_exchange",
        "coding",
        "exercise",
        "exercise_desk",
        "exercise_paper",
        "reports",
        "audit",
        "record",
        "test",
    ),
)


class _Commands(click.Group):
    """A group that lists its commands in the order of the path, and names them on a slip."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise UsageError(unknown("command", args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lltic")
def app() -> None:
    """Learn from deaths: cohorts, reviews, agreement, themes, reports, audit."""


for part in PARTS:
    importlib.import_module(f"lltic.cli.{part}").register(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 (found something wrong) or 2 (usage)."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        result = app.main(arguments, prog_name="lltic", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except LlticError as error:
        _report(error, as_json="--json" in arguments)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
        return 1


def _report(error: LlticError, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"problems": [p.as_dict() for p in error.problems]}))
        return
    for problem in error.problems:
        print(problem, file=sys.stderr)
