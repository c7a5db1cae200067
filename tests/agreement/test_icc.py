"""Intraclass correlation against published values, and what it does with missing ratings."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from rating_sets import X

from lltic.agreement import ICC_KINDS, fleiss_kappa, icc
from lltic.errors import LlticError, NotComputable, UsageError

# Shrout and Fleiss (1979), table 2: four judges of six targets.
JUDGED = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


def scores(generator, n, k, of_cases=1.0, of_readers=0.5, of_rest=1.0):
    """Return scores whose spread is known, and nearly infinite numbers of levels."""
    case = generator.normal(0, of_cases**0.5, (n, 1))
    reader = generator.normal(0, of_readers**0.5, (1, k))
    return case + reader + generator.normal(0, of_rest**0.5, (n, k))


def test_rs_irr_on_anxiety(data_dir):
    with (data_dir / "agreement/irr/anxiety.csv").open() as stream:
        ratings = np.array([[float(x) for x in row] for row in list(csv.reader(stream))[1:]])
    assert round(icc(ratings, "one_way").value, 3) == 0.175
    assert round(icc(ratings, "consistency").value, 3) == 0.216
    shown = icc(ratings, "agreement").estimate()
    assert [round(x, 3) for x in (shown.value, shown.low, shown.high)] == [0.198, -0.039, 0.494]


@pytest.mark.parametrize(
    ("kind", "one", "mean"),
    [
        # Value, low, high: Shrout and Fleiss's values; the limits as McGraw and Wong's formulas
        # give them (R's psych::ICC prints the same).
        ("one_way", (0.17, -0.13, 0.72), (0.44, -0.88, 0.91)),
        ("agreement", (0.29, 0.02, 0.76), (0.62, 0.07, 0.93)),
        ("consistency", (0.71, 0.34, 0.95), (0.91, 0.68, 0.99)),
    ],
)
def test_shrout_and_fleiss(kind, one, mean):
    found = icc(JUDGED, kind)
    for readings, published in ((1, one), (4, mean)):
        shown = found.estimate(readings=readings)
        assert tuple(round(x, 2) for x in (shown.value, shown.low, shown.high)) == published


def test_mean_squares_are_those_of_the_published_table():
    found = icc(JUDGED, "agreement")
    assert [round(x, 2) for x in (found.between, found.columns, found.error)] == [
        11.24,
        32.49,
        1.02,
    ]
    assert round(icc(JUDGED, "one_way").error, 2) == 6.26


def test_where_cases_differ_in_readings_nothing_jumps():
    """Equal numbers of ratings give the exact limits by either formula; one lost moves little."""
    x = scores(np.random.default_rng(1), 60, 3)
    whole, lost = icc(x, "one_way").estimate(), x.copy()
    lost[0, 0] = X
    part = icc(lost, "one_way").estimate()
    for name in ("value", "low", "high"):
        assert getattr(part, name) == pytest.approx(getattr(whole, name), abs=0.02)
    assert part.denominator == 60


def test_cases_with_two_and_with_four_readings_worked_out_by_hand():
    """Mean squares 10.75 and 2; Searle's mean number of readings 2.5, the harmonic one 2.4."""
    found = icc([[1, 3, X, X], [4, X, 6, X], [5, 5, 6, 8]], "one_way")
    assert (found.between, found.error, found.readings) == pytest.approx((10.75, 2, 2.5))
    shown = found.estimate()
    assert shown.value == pytest.approx(8.75 / 13.75)
    # F = 2.4 · 4.3333 / 2 = 5.2, against F(.975; 2, 5) = 8.4336 and F(.975; 5, 2) = 39.298.
    assert shown.low == pytest.approx((5.2 / 8.4336 - 1) / (5.2 / 8.4336 + 1.4), abs=1e-4)
    assert shown.high == pytest.approx((5.2 * 39.298 - 1) / (5.2 * 39.298 + 1.4), abs=1e-4)


def test_one_way_uses_pairs_and_two_way_says_what_it_leaves_out():
    x = scores(np.random.default_rng(2), 30, 3)
    x[:5, 0] = X
    x[5, 1:] = X
    pairs = icc(x, "one_way")
    assert (pairs.n_cases, pairs.n_left_out) == (29, 1)
    whole = icc(x, "agreement")
    assert (whole.n_cases, whole.n_left_out) == (24, 6)
    assert whole.value == pytest.approx(icc(x[6:], "agreement").value)
    assert "6 of the rated cases left out" in whole.estimate().method
    assert icc(x, "one_way", complete_only=True).n_cases == 24


@pytest.mark.parametrize("complete", [True, False])
def test_intervals_hold_the_population_value(complete):
    """One-way too where cases differ in their number of readings."""
    generator = np.random.default_rng(5)
    held, runs, truth = 0, 400, 0.5
    for _ in range(runs):
        x = scores(generator, 40, 3, of_readers=0.0)
        if not complete:
            x[generator.random(40) < 0.5, 2] = X
        shown = icc(x, "one_way").estimate()
        held += shown.low <= truth <= shown.high
    assert 0.93 <= held / runs <= 0.97


def test_the_interval_of_agreement_holds_the_population_value():
    generator = np.random.default_rng(6)
    held, runs = 0, 400
    for _ in range(runs):
        shown = icc(scores(generator, 40, 8, of_readers=0.25), "agreement").estimate()
        held += shown.low <= 1 / 2.25 <= shown.high
    assert 0.93 <= held / runs <= 0.98


def test_severity_is_forgiven_by_consistency_alone():
    x = np.arange(10.0)[:, None] + np.array([0.0, 2.0])
    assert icc(x, "consistency").value == pytest.approx(1)
    assert icc(x, "agreement").value < 0.9
    assert icc(x, "consistency").estimate().low is None  # nothing to tell an interval by


def test_quadratic_kappa_is_nearly_the_one_way_correlation():
    """Fleiss and Cohen (1973): the same but for n - 1 in the place of n."""
    generator = np.random.default_rng(8)
    x = np.clip(np.rint(scores(generator, 500, 2, of_readers=0.0) + 3), 1, 5)
    kappa = fleiss_kappa(x, (1, 2, 3, 4, 5), "quadratic").value
    assert icc(x, "one_way").value == pytest.approx(kappa, abs=0.003)


def test_undefined_and_unknown():
    for kind in ICC_KINDS:
        with pytest.raises(NotComputable) as caught:
            icc([[3, 3], [3, 3], [3, 3]], kind)
        assert caught.value.codes == ("one-category",)
        with pytest.raises(NotComputable) as caught:
            icc([[3, 4], [2, X]], kind)
        assert caught.value.codes == ("too-few-cases",)
    with pytest.raises(UsageError) as caught:
        icc(JUDGED, "two_way")
    assert caught.value.codes == ("unknown-kind-of-ICC",)
    with pytest.raises(LlticError) as caught:
        icc([1, 2, 3])
    assert caught.value.codes == ("bad-ratings",)
    apart = icc([[1, 5], [5, 1], [1, 5], [5, 1]], "one_way")
    assert apart.value < 0
    with pytest.raises(NotComputable) as caught:
        apart.estimate(readings=4)
    assert caught.value.codes == ("below-zero",)


def test_an_interval_whose_degrees_of_freedom_cancel_out_is_none_and_never_nan():
    found = icc([[2, 1, 2, 3], [3, 1, 1, 3]], "agreement")
    assert found.value == pytest.approx(-1 / 11)
    shown = found.estimate()
    assert (shown.low, shown.high) == (None, None)
    assert shown.method.endswith("no interval: the F ratio is undefined")
