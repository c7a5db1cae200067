"""Intervals hold the population's value as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from lltic.agreement import bootstrap, fleiss_kappa, gwet_ac
from lltic.errors import NotComputable, UsageError

LEVELS = (1, 2, 3, 4, 5)
SHARES = np.array([0.05, 0.15, 0.30, 0.35, 0.15])


def pairs(generator: np.random.Generator, n: int, kappa: float) -> np.ndarray:
    """Return n exchangeable pairs whose population kappa is ``kappa`` under any weights.

    With chance ``kappa`` both readers see the same score, else they draw
    independently from the same shares: pa = kappa + (1 - kappa) pe.
    """
    first, second = generator.choice(LEVELS, size=(2, n), p=SHARES)
    return np.column_stack([first, np.where(generator.random(n) < kappa, first, second)])


@pytest.mark.parametrize(("kappa", "weights"), [(0.45, "quadratic"), (0.7, "identity")])
@pytest.mark.parametrize("interval", ["t", "atanh"])
def test_the_linearised_interval_covers_the_population_kappa(interval, kappa, weights):
    generator = np.random.default_rng(20140731)
    runs, held, values = 800, 0, []
    for _ in range(runs):
        found = fleiss_kappa(pairs(generator, 150, kappa), LEVELS, weights)
        estimate = found.estimate(interval=interval)
        values.append(estimate.value)
        held += estimate.low <= kappa <= estimate.high
    assert 0.925 <= held / runs <= 0.975
    assert np.mean(values) == pytest.approx(kappa, abs=0.012)


def test_on_fishers_scale_few_cases_and_high_agreement_are_covered_better():
    """Why the table uses it: sixty cases, kappa .8, and the symmetric interval falls short."""
    generator = np.random.default_rng(2)
    runs, held = 600, {"t": 0, "atanh": 0}
    for _ in range(runs):
        found = fleiss_kappa(pairs(generator, 60, 0.8), LEVELS, "quadratic")
        for interval in held:
            estimate = found.estimate(interval=interval)
            assert -1 <= estimate.low <= estimate.value <= estimate.high <= 1
            held[interval] += estimate.low <= 0.8 <= estimate.high
    assert held["atanh"] / runs >= 0.90
    assert held["atanh"] - held["t"] >= 0.03 * runs


def test_the_bootstrap_interval_covers_the_population_kappa():
    generator = np.random.default_rng(7)
    runs, held = 300, 0
    for _ in range(runs):
        ratings = pairs(generator, 100, 0.5)
        estimate = bootstrap(
            "kappa", ratings, LEVELS, "quadratic", generator=generator, replicates=400
        )
        held += estimate.low <= 0.5 <= estimate.high
    assert 0.90 <= held / runs <= 0.98


def test_the_standard_error_is_that_of_the_simulation():
    generator = np.random.default_rng(11)
    found = [fleiss_kappa(pairs(generator, 200, 0.5), LEVELS, "quadratic") for _ in range(600)]
    spread = np.std([c.value for c in found], ddof=1)
    assert np.mean([c.se for c in found]) == pytest.approx(spread, rel=0.08)


@pytest.mark.parametrize("method", ["bca", "percentile"])
@pytest.mark.parametrize(("kind", "function"), [("kappa", fleiss_kappa), ("ac", gwet_ac)])
def test_bootstrap_and_formula_agree_on_many_cases(kind, function, method):
    ratings = pairs(np.random.default_rng(3), 800, 0.5)
    formula = function(ratings, LEVELS, "quadratic").estimate()
    drawn = bootstrap(
        kind,
        ratings,
        LEVELS,
        "quadratic",
        generator=np.random.default_rng(4),
        replicates=4000,
        method=method,
    )
    assert drawn.value == formula.value
    assert drawn.low == pytest.approx(formula.low, abs=0.012)
    assert drawn.high == pytest.approx(formula.high, abs=0.012)


def test_bca_is_the_reference_implementations():
    """On the same data scipy's BCa, which knows nothing of patterns, gives the same interval."""
    from scipy.stats import bootstrap as reference

    ratings = pairs(np.random.default_rng(5), 60, 0.6)

    def kappa(rows):
        return fleiss_kappa(ratings[rows], LEVELS, "quadratic").value

    theirs = reference(
        (np.arange(60),),
        kappa,
        vectorized=False,
        n_resamples=1500,
        rng=np.random.default_rng(6),
    ).confidence_interval
    ours = bootstrap(
        "kappa", ratings, LEVELS, "quadratic", generator=np.random.default_rng(8), replicates=20000
    )
    assert ours.low == pytest.approx(theirs.low, abs=0.03)
    assert ours.high == pytest.approx(theirs.high, abs=0.03)


def test_the_same_seed_gives_the_same_interval_whatever_the_order_of_cases():
    ratings = pairs(np.random.default_rng(9), 50, 0.5)
    first, again = (
        bootstrap("kappa", rows, LEVELS, generator=np.random.default_rng(1), replicates=300)
        for rows in (ratings, ratings[::-1])
    )
    assert first == again


def test_missing_ratings_and_undefined_redraws():
    ratings = np.array([[1, 1], [1, 1], [1, 1], [2, np.nan], [2, 1]])
    estimate = bootstrap("kappa", ratings, (1, 2), generator=np.random.default_rng(1))
    assert estimate.low <= estimate.value <= estimate.high
    assert "left out of the interval" in estimate.warnings[0]
    with pytest.raises(NotComputable):
        bootstrap("kappa", [[1, 1]] * 5, (1, 2), generator=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("kind", "method", "code"),
    [("cohen", "bca", "unknown-coefficient"), ("kappa", "normal", "unknown-bootstrap-method")],
)
def test_unknown_kinds_are_named(kind, method, code):
    with pytest.raises(UsageError) as caught:
        bootstrap(kind, [[1, 2]] * 5, (1, 2), generator=np.random.default_rng(1), method=method)
    assert caught.value.codes == (code,)
