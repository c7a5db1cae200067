"""Intervals hold the population's value as often as they say: planted, and looked for."""

from __future__ import annotations

import numpy as np
import pytest
from rating_sets import LEVELS, SHARES, rated_alike

from lltic.agreement import (
    Rated,
    bootstrap_all,
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    from_table,
    gwet_ac,
    krippendorff_alpha,
    krippendorff_alpha_by_distance,
    weight_matrix,
)
from lltic.agreement.kinds import KINDS
from lltic.sampling.agreement_size import cases_for_agreement

FORMULAS = {
    "kappa": fleiss_kappa,
    "named_kappa": conger_kappa,
    "ac": gwet_ac,
    "brennan_prediger": brennan_prediger,
    "alpha": krippendorff_alpha,
}


def truth(kind: str, kappa: float, weights: str = "quadratic") -> float:
    """Return the population's value where kappa is planted (see ``rated_alike``).

    Alpha and the correlations are kappa by another road: disagreement, like covariance, is
    that of independent ratings times one minus, or times, kappa.
    """
    w = weight_matrix(weights, LEVELS)
    chance = SHARES @ w @ SHARES
    agreed = kappa + (1 - kappa) * chance
    if kind == "raw":
        return agreed
    if kind == "ac":
        chance = w.sum() / 20 * (SHARES * (1 - SHARES)).sum()
    elif kind == "brennan_prediger":
        chance = w.mean()
    else:
        return kappa
    return (agreed - chance) / (1 - chance)


@pytest.mark.parametrize(("kappa", "weights"), [(0.45, "quadratic"), (0.7, "identity")])
@pytest.mark.parametrize("interval", ["t", "atanh"])
def test_the_linearised_interval_covers_the_population_kappa(interval, kappa, weights):
    generator = np.random.default_rng(20140731)
    runs, held, values = 800, 0, []
    for _ in range(runs):
        found = fleiss_kappa(rated_alike(generator, 150, kappa), LEVELS, weights)
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
        found = fleiss_kappa(rated_alike(generator, 60, 0.8), LEVELS, "quadratic")
        for interval in held:
            estimate = found.estimate(interval=interval)
            assert -1 <= estimate.low <= estimate.value <= estimate.high <= 1
            held[interval] += estimate.low <= 0.8 <= estimate.high
    assert held["atanh"] / runs >= 0.90
    assert held["atanh"] - held["t"] >= 0.03 * runs


def test_of_many_cases_both_intervals_are_one():
    for kappa in (0.3, 0.8):
        found = fleiss_kappa(rated_alike(np.random.default_rng(4), 5000, kappa), LEVELS)
        t, atanh = (found.estimate(interval=interval) for interval in ("t", "atanh"))
        assert atanh.high - atanh.low == pytest.approx(t.high - t.low, rel=0.002)
        assert atanh.low < t.low  # leaning towards 0


def test_the_standard_error_is_that_of_the_simulation():
    generator = np.random.default_rng(11)
    found = [
        fleiss_kappa(rated_alike(generator, 200, 0.5), LEVELS, "quadratic") for _ in range(600)
    ]
    spread = np.std([c.value for c in found], ddof=1)
    assert np.mean([c.se for c in found]) == pytest.approx(spread, rel=0.08)


@pytest.mark.parametrize(("kind", "function"), [("kappa", fleiss_kappa), ("ac1", gwet_ac)])
def test_a_planned_precision_is_what_comes_out(kind, function):
    """The planner's number of cases (lltic.sampling) gives the half-width that was asked for."""
    expected, prevalence = 0.6, 0.3
    n = cases_for_agreement(0.1, expected, kind, prevalence)
    chance = 2 * prevalence * (1 - prevalence)
    apart = (1 - expected) * (chance if kind == "kappa" else 1 - chance) / 2
    shares = np.array([[prevalence - apart, apart], [apart, 1 - prevalence - apart]])
    many = function(from_table(np.rint(shares * 1000 * n)), (1, 2))
    assert many.value == pytest.approx(expected, abs=1e-4)
    assert 1.96 * many.se * 1000**0.5 == pytest.approx(0.1, abs=0.0005)


PLANTED = (0.2, 0.27, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
"""Kappas of eight items, as published reliability of case-note review has them."""


def coverage(seeds: int, cases: int = 200, missing: float = 0.1) -> dict[str, dict[str, float]]:
    """Return how often intervals held what was planted, by kind of interval and coefficient.

    Each seed is a study: eight items, three readers, some ratings missing at random.
    """
    held = {"bootstrap": dict.fromkeys(KINDS, 0), "formula": dict.fromkeys(FORMULAS, 0)}
    held["formula"]["alpha_ordinal_distance"] = 0
    for seed in range(seeds):
        generator = np.random.default_rng(seed)
        items = []
        for kappa in PLANTED:
            ratings = rated_alike(generator, cases, kappa, 3)
            ratings[generator.random(ratings.shape) < missing] = np.nan
            items.append(Rated(str(kappa), ratings, LEVELS, "quadratic"))
        drawn = bootstrap_all(items, generator=generator, replicates=1000)
        for kappa, item in zip(PLANTED, items, strict=True):
            for kind, found in drawn[item.item].items():
                held["bootstrap"][kind] += found.low <= truth(kind, kappa) <= found.high
            estimates = {
                kind: function(item.ratings, LEVELS, "quadratic")
                for kind, function in FORMULAS.items()
            }
            by_rank = krippendorff_alpha_by_distance(item.ratings, LEVELS)
            estimates["alpha_ordinal_distance"] = by_rank
            for kind, found in estimates.items():
                shown = found.estimate(interval="atanh")
                held["formula"][kind] += shown.low <= truth(kind, kappa) <= shown.high
    n = seeds * len(PLANTED)
    return {way: {kind: times / n for kind, times in of.items()} for way, of in held.items()}


def test_intervals_of_every_coefficient_hold_what_was_planted():
    """Twenty studies of eight items; two hundred under ``make soak``."""
    for way, of in coverage(20).items():
        for kind, share in of.items():
            assert 0.89 <= share <= 0.99, (way, kind)


def test_a_wrong_truth_is_not_held():
    """The twin that must fail: intervals are not so wide that they hold anything."""
    generator = np.random.default_rng(1)
    found = [
        fleiss_kappa(rated_alike(generator, 200, 0.5), LEVELS, "quadratic") for _ in range(100)
    ]
    shown = [c.estimate(interval="atanh") for c in found]
    assert sum(e.low <= 0.68 <= e.high for e in shown) <= 25


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_intervals_of_every_coefficient_hold_what_was_planted_over_200_seeds():
    shown = coverage(200)
    for way, of in shown.items():
        print(way, {kind: round(share, 4) for kind, share in of.items()})  # noqa: T201
    for way, of in shown.items():
        for kind, share in of.items():
            assert 0.93 <= share <= 0.97, (way, kind)


def test_a_value_below_minus_one_lies_in_its_interval():
    """Three readers of a scale whose middle nobody uses, and credits for near misses."""
    table = [[1, 3], [3, 1], [1, 3], [3, 1], [1, 2]]
    found = brennan_prediger(table, (1, 2, 3), "quadratic")
    assert found.value < -1
    for interval in ("t", "atanh"):
        shown = found.estimate(interval=interval)
        assert shown.low < shown.value < shown.high
