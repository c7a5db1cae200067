"""The README's commands are run, and what it names exists."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[list[str]]:
    """Return the command lines of each fenced block, without their comments."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    lines = [[line.split("  #")[0].strip() for line in block.splitlines()] for block in found]
    return [[line for line in block if line] for block in lines]


@pytest.mark.slow
def test_the_five_minute_tour(tmp_path: Path):
    (tour,) = blocks("sh tour")
    assert tour[0].startswith("lltic demo ")
    place = tmp_path
    for line in tour:
        words = shlex.split(line)
        if words[0] == "cd":
            place /= words[1]
            continue
        assert words[0] == "lltic"
        command = [sys.executable, "-m", "lltic", *words[1:]]
        kept = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, cwd=place, env=kept, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        assert done.stdout.strip(), f"{line} said nothing"
    assert list((place / "outputs").glob("*.xlsx"))


def test_the_two_commands_are_make_targets():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    used = [line for block in blocks("sh") for line in block if line.startswith("make ")]
    assert {"make review", "make test"} <= set(used)
    for line in used:
        assert re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE), line


def test_every_command_named_is_a_command():
    from lltic.cli import app

    named = re.findall(r"(?:^|`)(?:python -m )?lltic ([a-z]+)(?: ([a-z]+)\b)?", TEXT, re.MULTILINE)
    assert len(named) > 8
    for name, sub in named:
        assert name in app.commands, name
        subcommands = getattr(app.commands[name], "commands", None)
        if subcommands is not None and sub:
            assert sub in subcommands, f"{name} {sub}"
