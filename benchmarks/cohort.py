"""A cohort of a nation on a laptop: the time and the memory of every reason.

On a made-up extract (2.5 deaths on a hundred spells), side by side in one run and each in a
process of its own: reading every column that is used and nothing else; ``lltic cohort build``
with its reasons, its losses and its files; and the same rules in pandas.

    python -m benchmarks.cohort [--rows 50000000] [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import _extract
from benchmarks._crowd import load
from lltic.study import Study

LARGE, MIDDLE, SMALL = 50_000_000, 10_000_000, 1_000_000
TO_SCAN, MEMORY = 4.0, 1024.0
FASTER, LEANER, FLAT = 4.0, 5.0, 0.25

COLUMNS = {
    "persons": ("person_id", "sex", "born_on"),
    "deaths": ("death_id", "person_id", "died_on", "registered_on", "source", "reconciled"),
    "spells": (
        *("spell_id", "person_id", "provider_id", "setting", "specialty", "patient_class"),
        *("admitted_at", "discharged_at", "admission_method", "discharge_method"),
        *("died_in_hospital", "age_at_admission"),
    ),
}
"""What the definition ``lltic`` looks at."""


# --- the contenders ------------------------------------------------------------------------------


def scan(folder: Path) -> int:
    """Read every value of the columns, and keep nothing but the largest."""
    from lltic.sources.parquet import connect

    rows = 0
    with connect() as connection:
        for table, columns in COLUMNS.items():
            # One hash, since DuckDB takes largest values alone from the statistics of the file.
            largest = ", ".join((*(f"max({c})" for c in columns), f"max(hash({columns[-1]}))"))
            sql = f"SELECT count(*), {largest} FROM read_parquet(?)"
            found = connection.execute(sql, [str(folder / f"extract/{table}.parquet")]).fetchone()
            assert found is not None
            rows = found[0]
    return rows


def ours(folder: Path) -> int:
    """Build the cohort as the command does."""
    from lltic.cohort import build

    return build(Study.open(folder), "lltic").counts["cases"]


def in_pandas(folder: Path) -> int:
    """Apply the same rules in pandas, and write the same three files."""
    from benchmarks._in_pandas import build

    return build(folder)


CONTENDERS = {"scan": scan, "lltic": ours, "pandas": in_pandas}


def contend(name: str, folder: Path) -> None:
    """Run one contender in this process; print its seconds, its peak and its answer."""
    import duckdb  # noqa: F401 - the import is no part of what is measured
    import ibis  # noqa: F401
    import pandas as pd  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    began, worked = time.perf_counter(), time.process_time()
    answer = CONTENDERS[name](folder)
    seconds = time.perf_counter() - began
    cpu = time.process_time() - worked
    status = Path("/proc/self/status").read_text()
    peak = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "answer": answer}))


def measure(name: str, folder: Path, runs: int) -> dict[str, float]:
    """Run a contender so many times, and take the middle."""
    command = [sys.executable, "-m", "benchmarks.cohort", "--contender", name, str(folder)]
    found = []
    for _ in range(runs):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout))
    middle = statistics.median(one["seconds"] for one in found)
    peak = max(one["peak"] for one in found)
    cpu = statistics.median(one["cpu"] for one in found)
    return {"seconds": middle, "cpu": cpu, "peak": peak, "answer": found[0]["answer"]}


def compare(rows: int, runs: int) -> int:
    """Measure at three sizes, print what came out, and return 1 when a limit is broken."""
    broken = 0
    took: dict[tuple[str, int], dict[str, float]] = {}
    sizes = sorted({1000, min(SMALL, rows), min(MIDDLE, rows), rows})
    print(f"{'spells':>11}  {'contender':10}{'seconds':>9}{'CPU, s':>9}{'peak, MiB':>11}")
    with tempfile.TemporaryDirectory(prefix="lltic-cohort-") as name:
        for size in sizes:
            folder = Path(name) / "study"
            _extract.make(Study.init(folder, synthetic=True, key=b"k" * 32), size)
            for who in CONTENDERS:
                if who == "pandas" and not 1000 < size <= MIDDLE:
                    continue
                one = took[who, size] = measure(who, folder, runs)
                figures = f"{one['seconds']:9.2f}{one['cpu']:9.2f}{one['peak']:11.0f}"
                print(f"{size:11,}  {who:10}{figures}", flush=True)
            shutil.rmtree(folder)
            if ("pandas", size) in took:
                assert took["pandas", size]["answer"] == took["lltic", size]["answer"]
    middle, small = min(MIDDLE, rows), min(SMALL, rows)
    whole, frame = took["lltic", rows], took["pandas", middle]
    fixed = took["lltic", 1000]["seconds"]

    def each(size: int) -> float:
        return (took["lltic", size]["seconds"] - fixed) / size * 1e6

    limits = [
        ("to the scan", whole["seconds"] / took["scan", rows]["seconds"], "at most", TO_SCAN),
        ("peak, MiB", whole["peak"], "at most", MEMORY),
        (
            "faster than pandas",
            frame["seconds"] / took["lltic", middle]["seconds"],
            "at least",
            FASTER,
        ),
        ("leaner than pandas", frame["peak"] / took["lltic", middle]["peak"], "at least", LEANER),
        ("a row, large to small", each(rows) / each(small), "at most", 1 + FLAT),
        ("a row, small to large", each(small) / each(rows), "at most", 1 + FLAT),
    ]
    for what, found, side, limit in limits:
        kept = found <= limit if side == "at most" else found >= limit
        broken += not kept
        print(f"{what:24}{found:8.2f}  {side} {limit:g}: {'yes' if kept else 'NO'}")
    print(f"fixed cost {fixed:.2f} s; a row beyond it {each(small):.2f} to {each(rows):.2f} us")
    return int(broken > 0)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table, and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=LARGE)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--contender", choices=CONTENDERS)
    parser.add_argument("folder", nargs="?", type=Path)
    asked = parser.parse_args(arguments)
    if asked.contender:
        contend(asked.contender, asked.folder)
        return 0
    print(f"load of the machine: {load():.1f}, {os.cpu_count()} cores")
    return compare(asked.rows, asked.runs)


if __name__ == "__main__":
    sys.exit(main())
