"""REL-02: the power goes at any moment, and nothing that was acknowledged is lost.

The store is the real one; what lies under SQLite is recorded, and every failure
is made from the recording. The same run with a weaker setting must fail the same
test, or the test would prove nothing.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import lacking
from power_cuts import after
from recorded_disk import PowerFailures, RecordedDisk, Step, library

from lltic.reviews.record.engines import open_sqlite
from lltic.reviews.record.events import Draft
from lltic.reviews.record.keys import KeyFile
from lltic.reviews.record.sql import SqlStore

AT = "2026-10-05T09:00:00.000000Z"
APPENDS = 250
CASES = 25


def drafts(number: int, chance: random.Random) -> list[Draft]:
    """One append: mostly a save, sometimes several events at once, about a case or none."""
    case = f"CASE-{number * CASES // APPENDS}" if number % 7 else ""
    return [
        Draft(
            f"op-{number}-{part}",
            AT,
            "amira",
            "reviewer",
            "GP",
            "answered",
            case,
            f"{case}-1" if case else "",
            value={"value": "x" * chance.choice((10, 200, 3000, 9000))},
        )
        for part in range(chance.choice((1, 1, 1, 3)))
    ]


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Make a recording with given strengths of both files, once each."""
    if library() is None:
        lacking("an SQLite library that can be reached from Python")
    made: dict[tuple[str, str], list[Step]] = {}

    def record(events: str = "FULL", keys: str = "EXTRA") -> list[Step]:
        if (events, keys) not in made:
            folder = tmp_path_factory.mktemp("recorded")
            made[events, keys] = _run(folder, events, keys)
        return made[events, keys]

    return record


def _run(folder: Path, events: str, keys: str) -> list[Step]:
    chance = random.Random(2)
    disk = RecordedDisk()
    with disk.installed():
        engine = open_sqlite(folder / "reviews.db")
        key_file = KeyFile(folder / "cases.db")
        store = SqlStore(engine, key_file)
        for one, strength in ((engine, events), (key_file.engine, keys)):
            sa.event.listen(one, "connect", _set(strength))
            one.dispose()
        for number in range(APPENDS):
            batch = drafts(number, chance)
            disk.log.append(Step("try", data=[d.op_id for d in batch]))
            made = store.append(batch)
            disk.acknowledge([(e.seq, e.op_id, e.hash) for e in made])
        engine.dispose()
        key_file.engine.dispose()
    return [_relative(step, folder) for step in disk.log]


def _set(strength: str):
    def on_connect(connection, record) -> None:
        connection.execute(f"PRAGMA synchronous={strength}")
        connection.execute("PRAGMA wal_autocheckpoint=40")  # so that a short run has many

    return on_connect


def _relative(step: Step, folder: Path) -> Step:
    name = Path(step.path).name if step.path else ""
    return Step(step.what, name, step.data, step.offset)


def failures(log: list[Step], count: int, folder: Path, seed: int) -> Counter[str]:
    """Cut the power ``count`` times, and say what became of the record."""
    chance = random.Random(seed)
    points = sorted(chance.choices(range(len(log)), k=count))
    power, found, tried, done = PowerFailures(chance), Counter(), 0, 0
    for point in points:
        while done <= point:
            step = log[done]
            tried += step.what == "try"
            if step.what != "try":
                power.happen(step)
            done += 1
        found[after(power, folder)] += 1
    return found


def test_no_acknowledged_event_is_lost(recordings, tmp_path):
    found = failures(recordings(), 200, tmp_path, seed=1)
    assert found == {"whole": 200}


def test_a_weaker_setting_of_the_record_fails_the_same_test(recordings, tmp_path):
    found = failures(recordings(events="NORMAL"), 60, tmp_path, seed=1)
    assert found["acknowledged-lost"] > 0, found


def test_a_weaker_setting_of_the_keys_fails_the_same_test(recordings, tmp_path):
    """FULL does not flush the folder from which a journal went: the key is rolled back."""
    found = failures(recordings(keys="FULL"), 60, tmp_path, seed=1)
    assert found["no-case-key"] > 0, found


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_thousand_power_losses(recordings, tmp_path):
    for seed in range(2, 6):
        found = failures(recordings(), 1000, tmp_path, seed)
        print(f"seed {seed}: {dict(found)}")
        assert found == {"whole": 1000}


def test_the_recording_has_what_it_is_about(recordings):
    """Checkpoints, new cases, and failures between a write and its flush are all in it."""
    kinds = Counter((step.what, step.path) for step in recordings())
    assert kinds["write", "reviews.db"] > 100 and kinds["sync", "reviews.db"] >= 5
    assert kinds["delete", "cases.db-journal"] >= CASES - 2
    assert kinds["sync", "reviews.db-wal"] >= APPENDS
    assert kinds["ack", ""] == APPENDS
