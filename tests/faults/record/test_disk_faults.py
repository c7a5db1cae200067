"""REL-09: the disk is full, or does not answer. Nothing is acknowledged that is not on it.

Every write, flush, truncation and removal that SQLite asks for is made to fail
once, or from then on until somebody makes room, under the real store.
"""

from __future__ import annotations

import random
from itertools import count, product

import pytest
import sqlalchemy as sa
from conftest import lacking
from postgres import Server, cluster
from power_cuts import after
from record_stores import draft, postgres_store
from recorded_disk import (
    IOERR_FSYNC,
    IOERR_TRUNCATE,
    IOERR_WRITE,
    SQLITE_FULL,
    SQLITE_OK,
    PowerFailures,
    RecordedDisk,
    Step,
    library,
)

from lltic.errors import LlticError
from lltic.reviews.record.engines import open_sqlite
from lltic.reviews.record.keys import KeyFile
from lltic.reviews.record.sql import SqlStore
from lltic.reviews.record.store import StoreUnavailable

APPENDS = 10
TOUCHES = ("write", "sync", "truncate", "delete")
IOERR = {"write": IOERR_WRITE, "sync": IOERR_FSYNC, "truncate": IOERR_TRUNCATE, "delete": 2570}


class Fault:
    """The disk refuses its ``first`` request, and all after it if it ``lasts``."""

    def __init__(self, first: int, kind: str, *, lasts: bool) -> None:
        self.first, self.kind, self.lasts = first, kind, lasts
        self.seen, self.met, self.over = count(1), 0, False

    def __call__(self, step: Step) -> int:
        if step.what not in TOUCHES or self.over:
            return SQLITE_OK
        number = next(self.seen)
        if number < self.first or (number > self.first and not self.lasts):
            return SQLITE_OK
        self.met += 1
        # Making a file smaller, or flushing it, needs no room.
        full = self.kind == "full" and step.what == "write"
        return SQLITE_FULL if full else IOERR[step.what] if self.kind == "error" else SQLITE_OK


def one_run(folder, fault: Fault) -> tuple[int, int]:
    """Append with a fault on the way; return how often it was met, and refusals seen."""
    folder.mkdir(parents=True)
    disk = RecordedDisk()
    with disk.installed():
        engine = open_sqlite(folder / "reviews.db")
        keys = KeyFile(folder / "cases.db")
        store = SqlStore(engine, keys)
        for one in (engine, keys.engine):
            sa.event.listen(one, "connect", _checkpoint_often)
            one.dispose()
        disk.trip = fault
        acknowledged, refusals = [], 0
        for number in range(APPENDS):
            one = draft(
                number, "y" * 3000, case_id=f"C{number // 3}", review_id=f"C{number // 3}-1"
            )
            made = None
            while made is None:
                try:
                    made = store.append([one])[0]
                except StoreUnavailable as error:
                    _says_enough(error)
                    refusals += 1
                    fault.over = True  # somebody made room
                    made = store.find(one.op_id)  # what a commit of unknown outcome did
            disk.acknowledge([(made.seq, made.op_id, made.hash)])
            acknowledged.append(made)
            assert store.head() == (made.seq, made.hash)
        assert [e.op_id for e in store.read()] == [f"operation-{n}" for n in range(APPENDS)]
        assert list(store.read()) == acknowledged
        engine.dispose()
        keys.engine.dispose()
    _survives_a_power_failure_too(disk, folder)
    return fault.met, refusals


def _says_enough(error: StoreUnavailable) -> None:
    assert error.codes[0] in ("store-unavailable", "commit-unknown"), error
    assert "Check the disk" in str(error) and "yyy" not in str(error)


def _survives_a_power_failure_too(disk: RecordedDisk, folder) -> None:
    """Acknowledged is on the disk, not only in a file that could still be lost."""
    power = PowerFailures(random.Random(1))
    for step in disk.log:
        power.happen(step)
    assert after(power, folder / "after") == "whole"


def _checkpoint_often(connection, record) -> None:
    connection.execute("PRAGMA wal_autocheckpoint=8")


def steps_of_a_run(folder) -> int:
    fault = Fault(10**9, "error", lasts=False)
    one_run(folder, fault)
    return next(fault.seen) - 1


@pytest.fixture(autouse=True)
def _reachable():
    if library() is None:
        lacking("an SQLite library that can be reached from Python")


def all_faults(steps: int) -> list[tuple[int, str, bool]]:
    return list(product(range(1, steps + 1), ("full", "error"), (False, True)))


def run_all(faults: list[tuple[int, str, bool]], folder) -> tuple[int, int]:
    met = refused = 0
    for number, (first, kind, lasts) in enumerate(faults):
        one_met, refusals = one_run(folder / str(number), Fault(first, kind, lasts=lasts))
        met += bool(one_met)
        refused += bool(refusals)
    return met, refused


def test_a_disk_that_fails_at_any_request_acknowledges_nothing_it_does_not_hold(tmp_path):
    steps = steps_of_a_run(tmp_path / "dry")
    assert steps > 80
    met, refused = run_all(random.Random(9).sample(all_faults(steps), 120), tmp_path)
    assert met > 80 and refused > 60, (met, refused)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_every_request_of_a_run_fails_once_in_every_way(tmp_path):
    faults = all_faults(steps_of_a_run(tmp_path / "dry"))
    met, refused = run_all(faults, tmp_path)
    print(f"{len(faults)} runs, the fault met in {met}, the writer refused in {refused}")


def test_a_full_disk_under_postgresql_refuses_and_takes_up_again():
    with cluster() as server:
        server.stop()
        server.start(largest_file=20_000_000)
        with Server(server.url, count(1)).database() as url, postgres_store(url) as store:
            number, refused = 0, None
            while refused is None:
                number += 1
                assert number < 400
                noise = random.Random(number).randbytes(100_000).hex()
                try:
                    store.append([draft(number, noise)])
                except LlticError as error:
                    refused = error
            assert refused.codes == ("store-unavailable",)
            assert noise[:40] not in str(refused)
            before = store.head()
            assert before[0] == number - 1 == len(list(store.stored()))
            server.stop()
            server.start()
            store.append([draft(number, noise)])
            assert store.head()[0] == number and store.find(f"operation-{number}").value == noise
