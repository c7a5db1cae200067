"""The demo's cohort on a Spark cluster: a master and two workers, all on this machine.

    make spark-demo
    python docs/examples/spark/demo.py [--study DIR]

Lays the study's spells into a folder of partitions, builds the cohort with DuckDB and on
the cluster, and compares the files byte for byte. The cluster is made of PySpark's own
programs, listens on 127.0.0.1 alone, and is stopped by its process ids, whatever happens.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

WORKERS = 2
SECONDS = 120.0
FILES = ("cases.parquet", "excluded.parquet", "attrition.parquet")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def program(folder: Path, name: str, *arguments: str) -> Iterator[subprocess.Popen]:
    """Run one of Spark's programs until the block ends; its words go to a file."""
    import pyspark

    home = Path(pyspark.__file__).parent
    command = [str(home / "bin" / "spark-class"), name, *arguments]
    ours = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    with (folder / f"{name.rpartition('.')[2]}.log").open("ab") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | ours)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a master and its workers until the block ends; give the master's address."""
    port = free_port()
    here = ("--host", "127.0.0.1", "--webui-port", "0")
    with ExitStack() as stack:
        master = "org.apache.spark.deploy.master.Master"
        stack.enter_context(program(folder, master, *here, "--port", str(port)))
        wait_until(lambda: answers(port), "the master does not answer")
        address = f"spark://127.0.0.1:{port}"
        for number in range(WORKERS):
            room = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"w{number}"))
            worker = "org.apache.spark.deploy.worker.Worker"
            stack.enter_context(program(folder, worker, *here, *room, address))
        log = folder / "Master.log"
        there = "Registering worker"
        wait_until(lambda: log.read_text("utf-8").count(there) == WORKERS, "a worker is missing")
        yield address


def wait_until(condition, otherwise: str) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(otherwise)
        time.sleep(0.1)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def partition(study: Path) -> int:
    """Lay the spells into a folder of one Parquet file for each provider; return how many."""
    table = study / "extract" / "spells.parquet"
    parts = table.with_name("parts")
    with duckdb.connect() as connection:
        spells = connection.read_parquet(str(table))
        spells.write_parquet(str(parts), partition_by=["provider_id"])
    table.unlink()
    parts.rename(table)
    return len(list(table.rglob("*.parquet")))


def lltic(*arguments: str) -> str:
    """Run the command line."""
    done = subprocess.run(
        [sys.executable, "-m", "lltic", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def build(study: Path, *engine: str) -> dict[str, str]:
    """Build the cohort, and return what its files are."""
    began = time.monotonic()
    said = lltic("cohort", "build", "--study", str(study), "--engine", *engine)
    print(f"{engine[0]:>8}  {time.monotonic() - began:5.1f} s  {said.splitlines()[-1]}")
    files = (study / "cohort" / name for name in FILES)
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def main() -> int:
    """Show it; 0 when both engines wrote the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--study", type=Path, help="a study to copy; a new demo when not given")
    given = parser.parse_args().study
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # told to end, it still stops all
    with tempfile.TemporaryDirectory(prefix="lltic-spark-") as name:
        folder, study = Path(name), Path(name) / "study"
        if given:
            shutil.copytree(given, study)
        else:
            lltic("demo", str(study))
        print(f"spells in {partition(study)} partitions")
        alone = build(study, "duckdb")
        with cluster(folder) as address:
            print(f"cluster at {address}")
            together = build(study, "spark", "--at", address)
            worked = [w for w in range(WORKERS) if any((folder / f"w{w}").glob("app-*/*"))]
        print(f"workers that worked: {len(worked)} of {WORKERS}")
        same = alone == together
        print("the same files, byte for byte" if same else "DIFFERENT FILES")
        return int(not same or len(worked) != WORKERS)


if __name__ == "__main__":
    sys.exit(main())
