"""Fixtures that several rooms share."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from patience import PATIENCE
from playwright.sync_api import expect
from postgres import postgres_server, postgres_url
from serving_study import browser, demo_copy, demo_study
from small_study import clock, made_on_postgres, made_study, reviewed, small_study, world

__all__ = [
    "browser",
    "clock",
    "demo_copy",
    "demo_study",
    "made_on_postgres",
    "made_study",
    "postgres_server",
    "postgres_url",
    "reviewed",
    "small_study",
    "world",
]

ROOT = Path(__file__).resolve().parents[1]

# The zone of the first users, which for half the year is not UTC: a naive time shows.
os.environ["TZ"] = "Europe/London"
if hasattr(time, "tzset"):
    time.tzset()

expect.set_options(timeout=PATIENCE * 1000)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Collect tests only: what helps them is imported by them, not searched for doctests."""
    helper = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return helper or None


TIMED = ("faults",)
SERVED = ("e2e", "hub", "security", "ui_server")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the machine for itself, and what starts servers or a browser."""
    for item in items:
        folder = item.path.relative_to(ROOT).parts[1]
        if folder in TIMED:
            item.add_marker(pytest.mark.timed)
        elif folder in SERVED or "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.served)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Turn a skipped test into a failure under CI, where everything must be there."""
    return _unskipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """Do the same for a whole module that skips itself."""
    return _unskipped((yield))


def _unskipped(report: Any) -> Any:
    expected_failure = hasattr(report, "wasxfail")
    if os.environ.get("CI") == "true" and report.skipped and not expected_failure:
        _, _, reason = report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason} (under CI nothing may be skipped)"
    return report


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


@pytest.fixture(scope="session")
def axe() -> None:
    """See to it that axe-core is there, which npm brings."""
    from accessible import axe_source

    try:
        axe_source()
    except FileNotFoundError:
        lacking("npm, which brings axe-core,")


@pytest.fixture(scope="session")
def fhir_definitions() -> None:
    """See to it that FHIR's definitions are there, which npm brings, and node, which reads them."""
    from fhir_r4 import definitions

    try:
        definitions()
    except FileNotFoundError:
        lacking("npm, which brings FHIR's definitions,")
