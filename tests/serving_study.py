"""A study served for real: ``lltic serve`` as a process, and Chromium in front of it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from kernel_processes import command_line
from playwright.sync_api import Browser, Page, sync_playwright
from ports import free_port

from lltic.cli.demo import PASSWORD, make_demo
from lltic.study import Study

CHROMIUM = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync "
    "--host-resolver-rules=MAP*~NOTFOUND,EXCLUDE127.0.0.1"
).split()
CHROMIUM[-1] = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


STARTS_WITHIN = 180.0
"""Seconds that a whole study's start may take where tests share the machine."""


class Served:
    """One study being served; its processes can be found and killed."""

    def __init__(self, study: Study, *options: str) -> None:
        self.study = study
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        # Short names: a Unix socket's path may have about a hundred characters.
        self.folder = tempfile.TemporaryDirectory(prefix="l-")
        self.log = Path(self.folder.name) / "serve.log"
        command = [sys.executable, "-m", "lltic", "serve", "--study", str(study.path)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), *options],
                stdout=log,
                stderr=log,
                env={**os.environ, "TMPDIR": self.folder.name, "A_SECRET": "canary-in-the-shell"},
            )
        try:
            self.wait_for(lambda: self.url.rstrip("/") in self.log.read_text(), STARTS_WITHIN)
        except AssertionError:
            self.stop()
            raise

    def wait_for(self, ready, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not ready():
            assert self.process.poll() is None, f"serve stopped: {self.log.read_text()[-2000:]}"
            assert time.monotonic() < until, (
                f"not within {seconds} s: {self.log.read_text()[-2000:]}"
            )
            time.sleep(0.05)

    def pids(self, words: str) -> list[int]:
        """The processes below ours whose command line holds the words."""
        found = []
        for pid in self._descendants(self.process.pid):
            with contextlib.suppress(OSError):
                if re.search(words, command_line(pid)):
                    found.append(pid)
        return found

    def _descendants(self, pid: int) -> list[int]:
        below: list[int] = []
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                children = (task / "children").read_text().split()
                below += [int(c) for c in children]
        return below + [g for c in below for g in self._descendants(c)]

    def environments(self) -> str:
        """What every process below ours was started with in its environment."""
        assert self.pids(KERNEL), "the kernels are among them"
        found = ""
        for pid in self._descendants(self.process.pid):
            with contextlib.suppress(OSError):
                found += Path(f"/proc/{pid}/environ").read_text("utf-8", "replace")
        return found

    def kill(self, words: str) -> int:
        """Kill -9 every process of that kind; return how many there were."""
        pids = self.pids(words)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(pids)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.folder.cleanup()


SERVICE = r"-m lltic\.reviews "
WEB = r"-m lltic\.ui\.server "
KERNEL = r"-f \S+\.json|lltic\.ui\.server\.kernel"


@pytest.fixture(scope="session")
def demo_study(tmp_path_factory) -> Study:
    """The demo study, made once for all who test side by side, a copy for each; do not touch."""
    mine: Path = tmp_path_factory.getbasetemp()
    shared = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    made = shared / "demo-of-all"
    with FileLock(shared / "demo-of-all.lock"):
        if not made.exists():
            make_demo(mine / "demo-in-the-making", 2026)
            (mine / "demo-in-the-making").rename(made)
    return Study.open(shutil.copytree(made, tmp_path_factory.mktemp("demo") / "demo"))


@pytest.fixture
def demo_copy(demo_study, tmp_path) -> Study:
    """The demo study, to be changed."""
    return Study.open(shutil.copytree(demo_study.path, tmp_path / "demo"))


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator[Browser]:
    """A browser per module: while Playwright runs, no other event loop may in this thread."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        yield running
        running.close()


def log_in(page: Page, url: str, name: str, password: str = PASSWORD) -> None:
    page.goto(url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign(page: Page, password: str = PASSWORD, button: str = "Confirm and submit") -> None:
    """Put one's name to what the page shows."""
    page.get_by_label("To sign, give your password").fill(password)
    page.get_by_role("button", name=button, exact=True).click()
