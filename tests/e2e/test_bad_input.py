"""A broken definition or a full disk: one clear message, exit code 1, nothing half-written.

Bad extracts are tested beside the sources, see ``tests/sources/test_ingest_command.py``.
"""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from lltic.cli import main
from lltic.definitions import find
from lltic.study import Study

PEOPLE = ("--reviewer", "amira.khan", "--reviewer", "ben.okoro")


def state(folder: Path) -> dict[str, str]:
    """Every file below a folder with its content's hash."""
    passing = (".lock", ".db-shm", ".db-wal")  # what readers of the record come and go with
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in passing)
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture
def unassigned(demo_copy) -> Study:
    """The demo study before anybody was given a case."""
    for path in [*demo_copy.path.glob("reviews.db*"), demo_copy.cohort / "assignments.parquet"]:
        path.unlink()
    return demo_copy


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    kind: gate\n", "    kind: gate\n    kind: gate\n", "the key 'kind' stands twice"),
        ("        type: choice\n", "        type: choise\n", "text, line, scale, choice, choices"),
        ("title: Structured", "titel: Structured", "titel: this key is not known"),
        ("scale: care", "scale: caer", "no scale 'caer'"),
        ("pages:", "pages: [", "line"),
    ],
)
def test_a_broken_form_is_named_with_its_line_or_key(unassigned, capsys, old, new, words):
    text = find("form", "sjr").read_text("utf-8")
    own = unassigned.path / "review_forms" / "broken.yml"
    own.write_text(text.replace("name: sjr", "name: broken").replace(old, new, 1), "utf-8")
    before = state(unassigned.path)
    at = ["--study", str(unassigned.path)]
    assert main(["allocate", *at, *PEOPLE, "--form", "broken"]) == 1
    said = capsys.readouterr().err
    assert "broken.yml" in said and words in said and "Traceback" not in said
    assert state(unassigned.path) == before


def test_an_unknown_form_suggests_the_known(unassigned, capsys):
    at = ["--study", str(unassigned.path)]
    assert main(["allocate", *at, *PEOPLE, "--form", "sjrr"]) == 2
    assert "Did you mean sjr?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [("cohort", "build"), ("sample",), ("report", "--no-notebooks")]
)
def test_a_full_disk_is_said_and_leaves_everything_as_it_was(
    demo_copy, capsys, monkeypatch, command
):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = state(demo_copy.path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert main([*command, "--study", str(demo_copy.path)]) == 1
    said = capsys.readouterr().err
    assert "No space left on device" in said and "Traceback" not in said
    assert len(said.strip().splitlines()) == 1
    assert state(demo_copy.path) == before
