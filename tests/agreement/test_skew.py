"""Byrt's indices: what they are, and the laws that tie them to kappa."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rating_sets import LEVELS, X

from lltic.agreement import cohen_kappa, fleiss_kappa, from_table, skew
from lltic.errors import NotComputable, UsageError

cells = st.integers(0, 40)


@settings(deadline=None, max_examples=60)
@given(cells, cells, cells, cells)
def test_kappa_is_pabak_pulled_by_prevalence_and_bias(a, b, c, d):
    """Byrt, Bishop and Carlin (1993): kappa from the three."""
    if a + b + c + d < 2:
        return
    ratings = from_table([[a, b], [c, d]])
    found = skew(ratings, (1, 2), {1}, named=True)
    n = a + b + c + d
    assert found.prevalence_index == pytest.approx((a - d) / n)
    assert found.bias_index == pytest.approx((b - c) / n)
    even = 1 - found.prevalence_index**2
    if found.kappa is not None:
        pulled = (found.pabak - found.prevalence_index**2 + found.bias_index**2) / (
            even + found.bias_index**2
        )
        assert cohen_kappa(ratings, (1, 2)).value == pytest.approx(pulled)
        pi = (found.pabak - found.prevalence_index**2) / even
        assert fleiss_kappa(ratings, (1, 2)).value == pytest.approx(pi)


def test_the_paradox_is_said_in_plain_words():
    said = skew(from_table([[90, 5], [5, 0]]), (1, 2), {1}).warnings
    assert len(said) == 1
    assert "95% of the ratings say the same" in said[0]
    assert "-0.05" in said[0] and "0.80" in said[0] and "paradox" in said[0]
    assert not skew(from_table([[45, 5], [5, 45]]), (1, 2), {1}, named=True).warnings


def test_bias_is_said_of_named_readers_alone():
    ratings = from_table([[30, 30], [2, 38]])
    found = skew(ratings, (1, 2), {1}, named=True)
    assert found.bias_index == pytest.approx(0.28)
    assert "28% of cases oftener" in found.warnings[0]
    assert skew(ratings, (1, 2), {1}).bias_index is None
    assert not skew(ratings, (1, 2), {1}).warnings


def test_any_scale_and_any_number_of_readers():
    ratings = np.array([[1, 2, 5], [2, 2, 2], [4, X, 5], [1, 4, 4], [X, 3, 3]])
    found = skew(ratings, LEVELS, {1, 2}, named=True)
    poor = np.where(np.isnan(ratings), X, ratings <= 2)
    assert found.share == pytest.approx(np.nanmean(poor, axis=1).mean())
    assert found.bias_index == pytest.approx(np.ptp(np.nanmean(poor, axis=0)))


def test_everybody_says_the_same():
    found = skew([[4, 5], [3, 3], [5, 5]], LEVELS, {1, 2})
    assert (found.share, found.prevalence_index, found.kappa, found.pabak) == (0, -1, None, 1)
    assert "kappa is not defined" in found.warnings[0]


def test_findings_that_cannot_be():
    for finding in (set(), {6}, set(LEVELS)):
        with pytest.raises(UsageError) as caught:
            skew([[1, 2], [2, 2]], LEVELS, finding)
        assert caught.value.codes == ("bad-finding",)
    with pytest.raises(NotComputable) as caught:
        skew([[1, X], [2, 2]], LEVELS, {1})
    assert caught.value.codes == ("too-few-cases",)
