"""The verdict on a theme, and the interval that counts cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from lltic.themes.suggest.floor import design_effect, judge, share


def of(hits: int, misses: int, false: int, n_cases: int = 40) -> tuple[np.ndarray, ...]:
    """So many found and suggested, found and not, suggested and not found; a case each."""
    having = np.array([True] * (hits + misses) + [False] * (false + 20))
    chosen = np.array([True] * hits + [False] * misses + [True] * false + [False] * 20)
    return having, chosen, np.arange(len(having)) % n_cases if n_cases else np.arange(len(having))


def test_a_theme_found_well_passes():
    floor = judge("fluids", *of(45, 5, 5, 0), 0.4)
    assert (floor.passed, floor.reason) == (True, "")
    assert floor.precision.value == 0.9
    assert floor.recall.value == 0.9
    assert floor.f1 == 0.9
    assert (floor.n_texts_with, floor.n_cases_with, floor.threshold) == (50, 50, 0.4)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (of(19, 0, 0, 0), "20 are needed"),
        (of(30, 0, 25, 0), "50% is the least"),
        (of(20, 45, 2, 0), "0.50 is the least"),
        (of(0, 40, 0, 0), "never probable enough"),
    ],
)
def test_a_theme_that_is_not_suggested_says_why(made, why):
    floor = judge("fluids", *made, 0.4)
    assert not floor.passed
    assert why in floor.reason


def test_a_theme_of_most_texts_does_not_pass_by_being_suggested_always():
    always = np.ones(200, dtype=bool)
    most = np.arange(200) % 10 < 7
    for having, share_of_all in ((most, "70% of all texts"), (always, "100% of all texts")):
        floor = judge("fluids", having, always, np.arange(200), 0.1)
        assert not floor.passed
        assert share_of_all in floor.reason
    chosen = most & (np.arange(200) != 3)
    assert judge("fluids", most, chosen, np.arange(200), 0.1).passed


def test_what_was_never_suggested_has_no_precision():
    floor = judge("fluids", *of(0, 40, 0, 0), 0.4)
    assert floor.precision is None
    assert floor.recall.value == 0
    assert judge("fluids", *of(0, 0, 4, 0), 0.4).recall is None


def test_texts_of_different_cases_give_wilsons_interval():
    whole = np.ones(50, dtype=bool)
    part = np.arange(50) % 10 < 7
    found = share(part, whole, np.arange(50))
    expected = binomtest(35, 50).proportion_ci(method="wilson")
    effect = 50 / 49  # n/(n-1) of the sandwich: the interval is a hair wider than Wilson's
    assert found.low == pytest.approx(expected.low, abs=0.002 * effect)
    assert found.high == pytest.approx(expected.high, abs=0.002 * effect)


def test_kin_make_the_interval_wider():
    whole, cases = np.ones(50, dtype=bool), np.repeat(np.arange(10), 5)
    alike = np.repeat(np.arange(10) < 7, 5)  # all five texts of a case the same
    assert design_effect(alike, whole, cases, 0.7) == pytest.approx(5 * 10 / 9)
    apart, kin = share(alike, whole, np.arange(50)), share(alike, whole, cases)
    assert kin.high - kin.low > 1.8 * (apart.high - apart.low)


def test_all_right_in_few_cases_is_not_certain():
    whole = np.ones(40, dtype=bool)
    found = share(whole, whole, np.repeat([0, 1], 20))
    assert found.value == 1
    assert found.low < 0.4
