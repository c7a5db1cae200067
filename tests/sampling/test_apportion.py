"""Whole numbers per stratum: they add up, keep their bounds, and stay near their shares."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.sampling.apportion import apportion


@st.composite
def problems(draw):
    most = draw(st.lists(st.integers(1, 60), min_size=1, max_size=12))
    minimum = draw(st.integers(1, 4))
    least = [min(minimum, n) for n in most]
    shares = [draw(st.floats(0.01, 50)) for _ in most]
    return draw(st.integers(1, 400)), shares, least, most


@settings(max_examples=200, deadline=None)
@given(problems())
def test_it_adds_up_within_the_bounds(problem):
    total, shares, least, most = problem
    sizes = apportion(total, shares, least, most)
    assert sum(sizes) == min(max(total, sum(least)), sum(most))
    assert all(low <= n <= high for low, n, high in zip(least, sizes, most, strict=True))


@settings(max_examples=200, deadline=None)
@given(problems())
def test_strata_off_their_bounds_share_in_proportion(problem):
    _, shares, least, most = problem
    sizes = apportion(*problem)
    free = [i for i, n in enumerate(sizes) if least[i] + 1 < n < most[i] - 1]
    for i in free:
        for j in free:  # each is within one case of its share of what they have together
            assert (sizes[i] - 1) * shares[j] <= (sizes[j] + 1) * shares[i] * (1 + 1e-9)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(1, 300))
def test_proportional_shares_are_hamiltons(populations, total):
    total = min(total, sum(populations))
    sizes = apportion(total, populations, [0] * len(populations), populations)
    quotas = [total * n / sum(populations) for n in populations]
    assert all(int(q + 1e-9) <= n <= int(q) + 1 for q, n in zip(quotas, sizes, strict=True))
    up = [q % 1 for q, n in zip(quotas, sizes, strict=True) if n > q + 1e-9]
    down = [q % 1 for q, n in zip(quotas, sizes, strict=True) if n < q - 1e-9]
    assert not up or not down or min(up) >= max(down) - 1e-9


def test_equal_fractions_go_up_in_the_order_of_the_strata():
    assert apportion(3, [10, 10], [0, 0], [10, 10]) == (2, 1)
    assert apportion(5, [1, 1, 1], [1, 1, 1], [1, 9, 9]) == (1, 2, 2)
