"""``lltic test``: everything CI runs, in a clone; what ``make test`` calls."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from xml.etree import ElementTree

import click

from lltic.errors import LlticError, Problem, UsageError

__all__ = ["STEPS", "count", "register"]

IN_CI = "not registry and not soak"
BESIDE = ("-n", "logical", "--dist", "loadfile", "--durations=10")
AS_COLLECTED = ("--no-loadscope-reorder",)
"""By xdist's own order files of few tests come last: the long walks, and one worker waits."""
STEPS: dict[str, tuple[str, ...]] = {
    "lint": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    "tests": ("pytest", *BESIDE, "-m", f"{IN_CI} and not served and not timed"),
    "served": ("pytest", *BESIDE, *AS_COLLECTED, "-m", f"{IN_CI} and served"),
    "timed": ("pytest", "--durations=10", "-m", f"{IN_CI} and timed"),
}
"""Each step and the module that does it; their other settings are in ``pyproject.toml``.

Tests run side by side, first what starts no server; those that promise something
within seconds have the machine for themselves.
"""
NOTHING_CHOSEN = 5  # pytest's exit code


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(test)


@click.command()
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(list(STEPS)),
    help="One step instead of all; may be given again.",
)
@click.argument("paths", nargs=-1)
def test(only: Sequence[str], paths: Sequence[str]) -> None:
    """Check this clone as CI does: lint, format, types, tests.

    PATHS narrow the tests and are handed to pytest. All steps run, whatever
    the first ones say, so that one run shows everything.

    Example: lltic test tests/cohort
    """
    root = clone()
    failed = [step for step in STEPS if (not only or step in only) and not _run(step, root, paths)]
    if failed:
        hint = "Read the output above; 'make format' mends layout."
        raise LlticError([Problem(f"{s}-failed", s, "did not pass", hint=hint) for s in failed])
    click.echo("All passed.")


def clone() -> Path:
    """Return the top folder of the clone this package is run from.

    Raises
    ------
    UsageError
        ``not-a-clone`` for an installed package, which carries no tests.
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / "tests").is_dir() or not (root / "pyproject.toml").is_file():
        hint = "Clone the repository and run 'python -m lltic test' there."
        raise UsageError(Problem("not-a-clone", str(root), "carries no tests", hint=hint))
    return root


def _run(step: str, root: Path, paths: Sequence[str]) -> bool:
    click.secho(f"== {step}", bold=True)
    start = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "tests.xml"
        command = [sys.executable, "-m", *STEPS[step]]
        good = {0}
        if command[2] == "pytest":
            command += [f"--junitxml={report}", *paths]
            good |= {NOTHING_CHOSEN} if paths else set()
        passed = subprocess.run(command, cwd=root, check=False).returncode in good
        if report.is_file():
            click.echo(count(report.read_text("utf-8")))
    click.echo(f"{step}: {'passed' if passed else 'FAILED'} in {monotonic() - start:.0f} s")
    return passed


def count(junit: str) -> str:
    """Return how many tests ran, from pytest's own report in JUnit's format.

    Examples
    --------
    >>> count('<testsuites><testsuite tests="7" failures="1" errors="1" skipped="2"/></testsuites>')
    '5 tests ran: 3 passed, 2 failed, 2 skipped'
    """
    total = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in ElementTree.fromstring(junit).iter("testsuite"):
        for key in total:
            total[key] += int(suite.get(key, 0))
    failed = total["failures"] + total["errors"]
    ran = total["tests"] - total["skipped"]
    return f"{ran} tests ran: {ran - failed} passed, {failed} failed, {total['skipped']} skipped"
