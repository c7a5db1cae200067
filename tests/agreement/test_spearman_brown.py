"""What more readers are worth, against the published table."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lltic.agreement import (
    PUBLISHED,
    published,
    readers_needed,
    readers_needed_for,
    reliability_of_mean,
    reliability_of_mean_of,
)
from lltic.errors import NotComputable
from lltic.records import Estimate


def test_readers_needed_are_those_of_the_published_reliabilities():
    exact = {0.14: 24.6, 0.25: 12.0, 0.27: 10.8, 0.35: 7.4, 0.46: 4.7, 0.50: 4.0, 0.60: 2.7}
    for reliability, readers in exact.items():
        assert readers_needed(reliability) == np.ceil(readers)
        assert reliability_of_mean(reliability, readers) == pytest.approx(0.8, abs=0.003)


@given(st.floats(0.01, 0.99), st.floats(0.05, 0.97))
def test_that_many_reach_the_goal_and_one_fewer_does_not(reliability, goal):
    k = readers_needed(reliability, goal)
    assert reliability_of_mean(reliability, k) >= goal - 1e-6
    assert k == 1 or reliability_of_mean(reliability, k - 1) < goal + 1e-6


def test_the_formula_is_what_means_of_simulated_readings_do():
    chance = np.random.default_rng(4)
    cases = chance.normal(0, 1, 20_000)
    means = [cases + chance.normal(0, 1.5, (4, 20_000)).mean(axis=0) for _ in range(2)]
    one = 1 / (1 + 1.5**2)
    assert np.corrcoef(means)[0, 1] == pytest.approx(reliability_of_mean(one, 4), abs=0.01)


def test_the_interval_goes_along():
    one = Estimate("ICC", 0.5, 0.25, 0.8, method="one-way")
    mean = reliability_of_mean_of(one, 2)
    assert (mean.value, mean.low, mean.high) == pytest.approx((2 / 3, 0.4, 8 / 9))
    assert "Spearman-Brown" in mean.method
    assert readers_needed_for(one) == (4, 1, 12)
    assert readers_needed_for(Estimate("ICC", 0.1, -0.1, 0.3))[2] == inf
    below = reliability_of_mean_of(Estimate("ICC", 0.1, -0.4, 0.3), 5)
    assert -1 <= below.low < 0 < below.value


def test_what_cannot_be_is_said():
    for call, code in (
        (lambda: readers_needed(0), "never-reliable"),
        (lambda: readers_needed(-0.1), "never-reliable"),
        (lambda: readers_needed(1.2), "bad-reliability"),
        (lambda: readers_needed(0.5, 1), "bad-goal"),
        (lambda: reliability_of_mean(0.5, 0), "bad-readers"),
        (lambda: reliability_of_mean(-0.6, 4), "negative-reliability"),
        (lambda: readers_needed_for(Estimate("ICC", 0.5)), "no-interval"),
    ):
        with pytest.raises(NotComputable) as error:
            call()
        assert error.value.codes == (code,)


def test_published_figures_have_a_source_a_place_and_a_number():
    for one in PUBLISHED:
        assert one.source and one.where and one.material
        assert one.value is not None or None not in (one.low, one.high)
        numbers = [x for x in (one.low, one.value, one.high) if x is not None]
        assert numbers == sorted(numbers)
        assert all(-1 <= x <= 1 for x in numbers)
    assert {p.about for p in PUBLISHED} == {
        "quality",
        "explicit",
        "adverse_event",
        "preventability",
    }


def test_published_figures_are_found_by_what_they_are_about():
    [hutchinson] = [p for p in published("quality", "icc") if "doctors" in p.note]
    assert (hutchinson.low, hutchinson.value, hutchinson.high) == (0.41, 0.52, 0.62)
    assert {p.readers for p in published("preventability", readers="within")} == {"within"}
    assert len(list(published())) == len(PUBLISHED)
