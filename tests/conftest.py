"""Fixtures that several rooms share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]


def lacking(what: str) -> NoReturn:
    """Skip with one plain line on a bare machine, fail where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and under CI nothing may be skipped", pytrace=False)
    pytest.skip(what + " is missing")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data for tests (never part of the repository)."""
    path = Path(os.environ.get("LLTIC_DATA", ROOT.parent / "shared" / "data"))
    if not path.is_dir():
        lacking("the folder of real data (LLTIC_DATA or ../shared/data)")
    return path


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that Playwright can drive."""
    import shutil

    path = os.environ.get("LLTIC_CHROMIUM") or shutil.which("chromium")
    if not path:
        lacking("Chromium")
    return path
