"""A real Hub with its real proxy in front of a real study, and people at its door."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from patience import until
from playwright.sync_api import Page, expect
from ports import free_port
from small_study import PASSWORD

from lltic.study import Study

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).with_name("hub_config_of_tests.py")
PROXY = ROOT / "build/hub/node_modules/.bin/configurable-http-proxy"
CANARIES = {"A_SECRET": "canary-in-the-shell", "PGPASSWORD": "canary-in-the-shell"}

PERSON = r"-m lltic\.ui\.hub"
KERNEL = r"ui/server/kernel\.py"
PROXYING = r"configurable-http-proxy"


@dataclass
class Hub:
    """A running ``lltic hub``; its processes can be found."""

    study: Study
    address: str
    process: subprocess.Popen
    log: Path
    record: str = ""

    def pids(self, words: str, person: str = "") -> list[int]:
        """The processes below ours whose command line holds the words; of one person, if named."""
        found = []
        for pid in below(self.process.pid):
            with contextlib.suppress(OSError):
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                mine = not person or f"/{person}" in home_of(pid)
                if re.search(words, line) and mine:
                    found.append(pid)
        return found

    def url(self, name: str, path: str = "") -> str:
        return f"{self.address}/user/{name}/{path}"

    def words(self) -> str:
        """What the Hub and the command said so far."""
        hub = self.study.path / "logs" / "hub.log"
        return self.log.read_text() + (hub.read_text() if hub.exists() else "")


def below(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(c) for c in (task / "children").read_text().split()]
    return found + [g for c in found for g in below(c)]


def environment(pid: int) -> dict[str, str]:
    pairs = Path(f"/proc/{pid}/environ").read_text("utf-8", "replace").split("\0")
    return {key: value for key, _, value in (pair.partition("=") for pair in pairs if pair)}


def home_of(pid: int) -> str:
    return environment(pid).get("HOME", "")


def pss(pid: int) -> float:
    """Return a process's proportional share of memory, MiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1024


@contextlib.contextmanager
def running_hub(study: Study) -> Iterator[Hub]:
    """Start ``lltic hub`` with the proxy that ``make`` installs, and stop all of it."""
    port = free_port()
    folder = tempfile.TemporaryDirectory(prefix="l-")
    log = Path(folder.name) / "hub.log"
    run = [sys.executable, "-m", "lltic", "hub", "--study", str(study.path)]
    run += ["--config", str(CONFIG), "--proxy", str(PROXY), "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            run,
            cwd=ROOT,
            stdout=out,
            stderr=out,
            env={**os.environ, "TMPDIR": folder.name, **CANARIES},
        )
    hub = Hub(study, f"http://127.0.0.1:{port}", process, log)
    try:
        until(lambda: process.poll() is not None or hub.address in log.read_text(), 90)
        assert process.poll() is None, hub.words()[-3000:]
        yield hub
    finally:
        everything = below(process.pid)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=40)
        finally:
            for pid in everything:  # nothing of ours may outlive a failed test
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            folder.cleanup()


def log_in(page: Page, hub: Hub, name: str, password: str = PASSWORD) -> None:
    """Fill in the Hub's form; what comes then is the caller's to say."""
    page.goto(hub.address)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def at_the_desk(page: Page) -> None:
    cases = page.get_by_role("heading", level=1, name="My cases")
    expect(cases).to_be_visible()


def install_proxy() -> str:
    """Install the proxy that the example names; return why it cannot be, or nothing."""
    if not shutil.which("npm"):
        return "npm (the Hub's proxy comes from it)"
    made = subprocess.run(
        ["make", "--silent", "build/hub/.installed"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return ""
