"""A page of ours as PDF, printed by a browser that is on the machine.

Browsers of the Chromium family (Chrome and Edge are two) print from the command
line, number the sheets and write a PDF that a screen reader can read. We bring none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from lltic.errors import LlticError, Problem
from lltic.study import write_atomically

__all__ = ["find_browser", "print_pdf"]

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge", "brave-browser"),
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
"""Where they are when they are not on the path."""

SECONDS = 60
"""A form is printed in about one; a browser that takes longer waits for something."""


def find_browser() -> str:
    """Return a browser that can print.

    Raises
    ------
    LlticError
        ``no-browser``, with what to do instead.
    """
    found = (shutil.which(name) for name in NAMES)
    for path in (*found, *(place for place in PLACES if Path(place).is_file())):
        if path:
            return path
    hint = "Open the HTML file in any browser and print it, or name one with --browser."
    raise LlticError(
        Problem("no-browser", "--pdf", "no browser that can print was found", hint=hint)
    )


def print_pdf(page: Path, pdf: Path, browser: str) -> None:
    """Print one of our pages to a PDF file, which appears whole or not at all.

    Raises
    ------
    LlticError
        ``cannot-print`` when the browser does not do it.
    """
    with tempfile.TemporaryDirectory(prefix="lltic-print-") as folder:
        made = Path(folder) / "page.pdf"
        command = [browser, "--headless", "--disable-gpu", "--no-first-run", *_as_root()]
        command += [f"--user-data-dir={folder}/profile", "--no-pdf-header-footer"]
        command += [f"--print-to-pdf={made}", page.resolve().as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
        except (OSError, subprocess.SubprocessError):
            made.unlink(missing_ok=True)
        if not made.is_file():
            hint = f"Open {page} in any browser and print it."
            raise LlticError(Problem("cannot-print", browser, "printed nothing", hint=hint))
        with write_atomically(pdf, "wb") as stream:
            stream.write(made.read_bytes())


def _as_root() -> list[str]:
    """In a container everything may run as root, and the browser's sandbox refuses to."""
    return ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
