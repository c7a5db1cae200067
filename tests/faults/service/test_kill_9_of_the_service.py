"""REL-01 at the service: killed thousands of times while people write, and nothing is lost.

The real service on real SQLite behind its real socket, real SIGKILL, the real client. Only the
start is short: a fork of a process that has imported everything.
"""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from crowd import Tally, Typist, compare, crowd_study, typists
from forked_service import forked_service

from lltic.audit.store import verify
from lltic.reviews.client import ServiceDown

PEOPLE = 4
KILLS_PER_RECORD = 125  # then a fresh study: a start reads the whole record
LANES = 2


@dataclass(frozen=True, slots=True)
class Round:
    """One study's share of the kills."""

    kills: int
    while_starting: int
    tally: Tally
    chain: bool


class Acks:
    """Counts acknowledgements, so that a kill can be aimed at the thick of the writing."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait_for_more(self, seconds: float = 30) -> None:
        with self._changed:
            start = self._count
            assert self._changed.wait_for(lambda: self._count > start, seconds), "nothing saved"


def one_round(
    folder: Path, kills: int, seed: int, *, sabotage: str = "", kind: type[Typist] = Typist
) -> Round:
    """Kill one service so often, and compare."""
    study = crowd_study(folder, PEOPLE)
    rng = random.Random(seed)
    acks = Acks()
    while_starting = 0
    with forked_service(study, sabotage) as service:
        service.start()
        service.wait()
        people = typists(study, service.socket, seed, acks, kind)
        stop = threading.Event()
        with ThreadPoolExecutor(PEOPLE) as pool:
            working = [pool.submit(one.work, stop) for one in people]
            try:
                for _ in range(kills):
                    while_starting += aim(rng, acks)
                    assert service.kill(), f"it stopped by itself: {service.log.read_text()}"
                    service.start()
                service.wait()
            finally:
                stop.set()
            for one in working:
                one.result(timeout=90)
        time.sleep(0.1 if sabotage else 0)
        service.kill()
    tally = compare(study, people)
    return Round(kills, while_starting, tally, all(claim.passed for claim in verify(study)))


def aim(rng: random.Random, acks: Acks) -> bool:
    """Wait for the moment to kill: mostly amid the writing, at times during the start."""
    if rng.random() < 0.15:
        time.sleep(rng.uniform(0, 0.06))
        return True
    acks.wait_for_more()
    time.sleep(rng.uniform(0, 0.015))
    return False


def many_rounds(folder: Path, kills: int, seed: int) -> list[Round]:
    shares = [KILLS_PER_RECORD] * (kills // KILLS_PER_RECORD)
    with ThreadPoolExecutor(LANES) as lanes:
        rounds = [
            lanes.submit(one_round, folder / f"study-{n}", share, seed + n)
            for n, share in enumerate(shares)
        ]
        return [one.result() for one in rounds]


def check(rounds: list[Round], kills: int) -> None:
    tallies = [one.tally for one in rounds]
    started = sum(one.while_starting for one in rounds)
    acknowledged = sum(t.acknowledged for t in tallies)
    again = sum(t.answered_again for t in tallies)
    print(
        f"{kills} kills ({started} during a start), {acknowledged} edits acknowledged, "
        f"{again} of them committed before a kill and answered after it"
    )
    assert sum(one.kills for one in rounds) >= kills
    assert [t for t in tallies if not t.clean] == []
    assert all(one.chain for one in rounds)
    assert acknowledged > kills and again > kills / 100


@pytest.mark.slow
@pytest.mark.timeout(900)  # a minute on two idle cores
def test_two_thousand_kills_lose_nothing_and_double_nothing(tmp_path):
    check(many_rounds(tmp_path, 2000, 1), 2000)


@pytest.mark.soak
@pytest.mark.timeout(5400)
def test_ten_thousand_kills_lose_nothing_and_double_nothing(tmp_path):
    check(many_rounds(tmp_path, 10_000, 1_000), 10_000)


def test_a_service_that_answers_before_the_commit_is_found_out(tmp_path):
    tally = one_round(tmp_path / "study", 12, 7, sabotage="hasty").tally
    assert tally.lost > 0 or tally.disagreed


class Careless(Typist):
    """Takes a request for an answer: what a page without an outbox does."""

    def send(self, operation):
        try:
            return self.client.operate(operation)
        except ServiceDown:
            time.sleep(0.01)
            return {"version": self.version + 1, "at": ""}


def test_a_client_that_takes_sending_for_saving_is_found_out(tmp_path):
    tally = one_round(tmp_path / "study", 12, 8, kind=Careless).tally
    assert tally.lost > 0


class Forgetful(Typist):
    """Sends again under a fresh id: what an outbox without operation ids does."""

    def send(self, operation):
        again = {**operation, "op_id": f"op-{self.rng.getrandbits(96):024x}"}
        return self.client.operate(again)


def test_a_client_that_forgets_its_operation_ids_is_found_out(tmp_path):
    tally = one_round(tmp_path / "study", 25, 9, kind=Forgetful).tally
    assert tally.lost or tally.disagreed or tally.invented
