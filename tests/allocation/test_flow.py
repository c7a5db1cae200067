"""Who takes how many: against every possible answer, and by solvers that work quite differently."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.allocation.flow import spread


@st.composite
def small(draw):
    tasks, people = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    flags = st.lists(st.booleans(), min_size=people, max_size=people)
    counts = st.lists(st.integers(0, 4), min_size=people, max_size=people)
    return (
        np.array(draw(st.lists(st.integers(0, 2), min_size=tasks, max_size=tasks))),
        np.array(draw(st.lists(flags, min_size=tasks, max_size=tasks)), dtype=bool),
        np.array(draw(counts)),
        np.array(draw(counts)),
    )


def worth(taken, held):
    """More places first, then the smallest sum of squared loads."""
    return -int(taken.sum()), int(((held + taken.sum(axis=0)) ** 2).sum())


def every_answer(need, allowed, held, limit):
    rows = []
    for most, may in zip(need, allowed, strict=True):
        able = np.flatnonzero(may)
        sizes = range(min(int(most), len(able)) + 1)
        rows.append([c for size in sizes for c in combinations(able.tolist(), size)])
    for ways in product(*rows):
        taken = np.zeros(allowed.shape, dtype=bool)
        for row, people in enumerate(ways):
            taken[row, list(people)] = True
        new = taken.sum(axis=0)
        if ((held + new <= limit) | (new == 0)).all():
            yield taken


@settings(max_examples=60, deadline=None)
@given(small(), st.integers(0, 3))
def test_no_answer_gives_more_places_or_is_more_even(case, seed):
    need, allowed, held, limit = case
    taken = spread(need, allowed, held, limit, np.random.default_rng(seed))
    assert not (taken & ~allowed).any()
    assert (taken.sum(axis=1) <= need).all()
    new = taken.sum(axis=0)
    assert ((held + new <= limit) | (new == 0)).all()
    best = min(worth(other, held) for other in every_answer(*case))
    assert worth(taken, held) == best


@pytest.mark.parametrize("method", ["highs-ipm", "highs"])
def test_another_solver_comes_to_the_same_answer(method):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        allowed = rng.random((60, 8)) < 0.7
        free = np.full(8, 1000), np.full(60, 2)
        args = free[1], allowed, np.zeros(8, dtype=np.int64), free[0]
        one = spread(*args, np.random.default_rng(seed))
        assert (spread(*args, np.random.default_rng(seed), method) == one).all()


def test_the_lot_decides_what_is_equal():
    args = np.array([1]), np.ones((1, 9), dtype=bool), np.zeros(9, dtype=int), np.full(9, 5)
    found = {int(spread(*args, np.random.default_rng(s)).argmax()) for s in range(40)}
    assert len(found) > 5
