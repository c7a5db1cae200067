"""What the tests take from npm: by exact version and hash, beside the clone, never shipped."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["installed"]


def installed(folder: Path, package: str) -> Path:
    """Return where a package of a folder's ``package-lock.json`` lies; fetch it when missing.

    Raises
    ------
    FileNotFoundError
        When it is not there and there is no npm to fetch it with.
    """
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))
    wanted = lock["packages"][f"node_modules/{package}"]["version"]
    place = folder / "node_modules" / package
    if _version(place) != wanted:
        _fetch(folder)
    assert _version(place) == wanted
    return place


def _version(place: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return str(json.loads((place / "package.json").read_text("utf-8"))["version"])
    return ""


def _fetch(folder: Path) -> None:
    """Fetch it beside, and move it into its place: tests run side by side."""
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm")
    beside = folder.parents[1] / "build"
    beside.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside, prefix="npm-") as scratch:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, scratch)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=scratch, check=True, timeout=300)
        place = folder / "node_modules"
        with contextlib.suppress(OSError):  # another has been quicker
            if place.exists():
                place.rename(Path(scratch) / "before")
            (Path(scratch) / "node_modules").rename(place)
