"""The command that checks the clone: it runs every step, counts, and fails when one fails."""

from __future__ import annotations

import re

import click
import pytest

from lltic.cli import test as command
from lltic.errors import LlticError


def call(*arguments: str) -> None:
    command.test.main(list(arguments), standalone_mode=False)


def test_it_runs_and_counts_real_tests(capfd):
    call("--only", "tests", "tests/test_environment.py")
    said = capfd.readouterr().out
    assert re.search(r"^\d+ tests ran: \d+ passed, 0 failed, 0 skipped$", said, re.MULTILINE)
    assert said.endswith("All passed.\n")


def test_every_step_runs_and_every_failure_is_named(capfd, monkeypatch):
    steps = {
        "lint": ("no_such_module",),
        "types": ("json.tool", "--help"),
        "format": ("no_such_too",),
    }
    monkeypatch.setattr(command, "STEPS", steps)
    with pytest.raises(LlticError) as caught:
        call()
    assert caught.value.codes == ("lint-failed", "format-failed")
    said = capfd.readouterr().out
    assert "lint: FAILED" in said
    assert "types: passed" in said


def test_an_unknown_step_is_refused():
    with pytest.raises(click.BadParameter, match="lint"):
        call("--only", "speling")


def test_errors_and_failures_both_count():
    report = '<testsuite tests="5" failures="1" errors="1" skipped="1"/>'
    assert command.count(report) == "4 tests ran: 2 passed, 2 failed, 1 skipped"
