"""Who meets whom: a gain is what it says, and workloads stay as they were."""

from __future__ import annotations

import numpy as np
import pytest

from lltic.allocation.flow import spread
from lltic.allocation.mixing import NEVER, _Table, meetings, mix


def table_of(seed: int, tasks: int = 14, people: int = 6, readers: int = 3) -> _Table:
    rng = np.random.default_rng(seed)
    allowed = rng.random((tasks, people)) < 0.9
    need = np.minimum(readers, allowed.sum(axis=1))
    free, none = np.full(people, 100), np.zeros(people, dtype=np.int64)
    taken = spread(need, allowed, none, free, rng)
    reads = taken.astype(np.int64)
    # One more reader here and there who was there before, and is not to be moved.
    for case in range(0, tasks, 3):
        reads[case, rng.integers(people)] = 1
    return _Table(np.arange(tasks), allowed, taken, reads, taken.sum(axis=0), free)


@pytest.mark.parametrize("seed", range(2))
def test_every_exchange_changes_the_score_by_what_was_foretold(seed):
    table, tried = table_of(seed), 0
    for task, person in zip(*np.nonzero(table.taken), strict=True):
        exchanged, handed = table.gains(task, person)
        ways = [(-1, int(p), int(handed[p])) for p in np.flatnonzero(handed < NEVER)]
        ways += [
            (int(t), int(p), int(exchanged[t, p]))
            for t, p in zip(*np.nonzero(exchanged < NEVER), strict=True)
        ]
        for other_task, other, gain in ways[::9]:
            fresh = table_of(seed)
            before = fresh.score
            fresh.exchange(int(task), int(person), other_task, other)
            # Each meeting is counted once in the score and as much in the gain.
            assert fresh.score - before == gain
            assert (fresh.met == meetings(fresh.reads)).all()
            assert (fresh.reads.sum(axis=1) == table.reads.sum(axis=1)).all()
            tried += 1
    assert tried > 30


@pytest.mark.parametrize("seed", range(4))
def test_pairs_become_even_and_loads_stay(seed):
    rng = np.random.default_rng(seed)
    allowed = np.ones((40, 5), dtype=bool)
    none, free = np.zeros(5, dtype=np.int64), np.full(5, 100)
    taken = spread(np.full(40, 2), allowed, none, free, rng)
    mixed = mix(np.arange(40), allowed, taken, np.zeros((40, 5), dtype=int), none, free, rng)
    assert (mixed.sum(axis=1) == 2).all()
    assert sorted(mixed.sum(axis=0)) == sorted(taken.sum(axis=0))
    met = meetings(mixed.astype(np.int64))
    assert set(met[np.triu_indices(5, 1)].tolist()) == {4}


def test_meetings_from_before_count_and_stay():
    reads = np.zeros((12, 4), dtype=np.int64)
    reads[:6, :2] = 1  # the first two have met six times
    allowed = np.zeros((12, 4), dtype=bool)
    allowed[6:] = True
    none, free = np.array([6, 6, 0, 0]), np.full(4, 100)
    rng = np.random.default_rng(1)
    taken = spread(np.array([0] * 6 + [2] * 6), allowed, none, free, rng)
    mixed = mix(np.arange(12), allowed, taken, reads, none, free, rng)
    assert not mixed[:6].any()
    assert mixed.sum(axis=0).tolist() == [0, 0, 6, 6], "even workloads come before mixed pairs"
