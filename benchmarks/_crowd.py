"""The simulated reviewers of the fault tests, for measurements as well."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "faults"))

from crowd import Typist, compare, crowd_study, typists

__all__ = ["Typist", "compare", "crowd_study", "disk_probe", "load", "percentile", "typists"]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so large a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def load() -> float:
    """Return how many processes wanted a core over the last minute."""
    return os.getloadavg()[0]


def disk_probe(folder: Path, stop: threading.Event) -> list[float]:
    """Write and flush 4 KiB four times a second until told to stop; return the seconds of each."""
    found = []
    file = os.open(folder / "probe", os.O_RDWR | os.O_CREAT)
    try:
        while not stop.wait(0.25):
            begun = time.perf_counter()
            os.pwrite(file, os.urandom(4096), 0)
            os.fsync(file)
            found.append(time.perf_counter() - begun)
    finally:
        os.close(file)
    return found
