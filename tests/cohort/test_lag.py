from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lltic.cohort.lag import Lags, draw_registered, horizon, later_share, reverse_hazards

DRAWS = 500


def lags_of(rows: list[tuple[int, int, int]]) -> Lags:
    """Lags from rows of age, lag (-1: not registered) and number."""
    return Lags(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))


def generator() -> np.random.Generator:
    return np.random.default_rng(7)


row = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 9)).map(
    lambda r: (max(r[0], r[1]), r[1], r[2])
)


@given(st.lists(row, min_size=1, max_size=30), st.integers(0, 12))
def test_those_at_risk_are_counted_as_the_definition_says(rows, longest):
    registered, at_risk = reverse_hazards(lags_of(rows), longest)
    for k in range(longest + 1):
        used = [(min(age, longest), lag, n) for age, lag, n in rows if lag <= longest]
        assert registered[k] == sum(n for _, lag, n in used if lag == k)
        assert at_risk[k] == sum(n for age, lag, n in used if lag <= k <= age)


def most_likely(rows: list[tuple[int, int, int]], longest: int) -> np.ndarray:
    """The distribution of greatest likelihood by another road: Turnbull's self-consistency."""
    days = np.arange(longest + 1)
    share = np.full(longest + 1, 1 / (longest + 1))
    for _ in range(5_000):
        hidden = np.zeros(longest + 1)
        for age, lag, n in rows:
            within = share[: age + 1].sum()
            hidden += n * ((days == lag) + np.where(days > age, share, 0) / within)
        share = hidden / hidden.sum()
    return share.cumsum()


def test_the_estimator_is_the_most_likely_distribution():
    rows = [(6, 0, 3), (6, 2, 5), (6, 6, 2), (4, 1, 6), (4, 4, 1), (3, 2, 4), (2, 0, 2), (2, 1, 5)]
    rows += [(1, 0, 3), (1, 1, 1), (0, 0, 2), (5, 3, 2), (5, 5, 1)]
    registered, at_risk = reverse_hazards(lags_of(rows), 6)
    kept = 1 - registered / at_risk
    within = [float(np.prod(kept[d + 1 :])) for d in range(7)]
    assert within == pytest.approx(most_likely(rows, 6).tolist(), abs=1e-6)


def truncated(n: int, *, days: int = 40) -> tuple[Lags, np.ndarray]:
    """Registrations seen at a cut, of deaths of the days before it; and the true distribution."""
    rng = np.random.default_rng(3)
    chance = np.array([0.1, 0.2, 0.2, 0.1, 0.1, *[0.02] * 15])
    age, lag = rng.integers(0, days, n), rng.choice(20, n, p=chance / chance.sum())
    seen = lag <= age
    return Lags(age[seen], lag[seen], np.ones(seen.sum(), np.int64)), chance.cumsum() / chance.sum()


def test_the_true_lags_are_found_where_the_plain_distribution_is_too_short():
    lags, truth = truncated(20_000)
    drawn = draw_registered(lags, 39, DRAWS, generator()).mean(axis=0)[:20]
    assert drawn == pytest.approx(truth, abs=0.012)
    plain = np.bincount(lags.lag, minlength=20).cumsum() / len(lags)
    assert np.abs(plain - truth).max() > 0.04


def test_draws_are_as_far_apart_as_there_is_little_to_go_by():
    wide, narrow = (
        np.ptp(
            np.quantile(
                draw_registered(truncated(n)[0], 39, DRAWS, generator())[:, 5], [0.025, 0.975]
            )
        )
        for n in (200, 20_000)
    )
    assert wide > 5 * narrow > 0


def test_a_lag_is_looked_at_when_twenty_deaths_are_old_enough():
    assert horizon(lags_of([(30, 3, 19), (12, 3, 1), (5, 1, 50)])) == 12
    assert horizon(lags_of([(30, 3, 19)])) == -1
    assert horizon(lags_of([(900, 3, 20)])) == 365


def test_without_censoring_the_later_share_is_the_plain_share():
    known = lags_of([(400, 5, 900), (400, 90, 60), (400, -1, 40)])
    drawn = later_share(known, 30, DRAWS, generator())
    assert drawn.mean() == pytest.approx(0.1, abs=0.004)


def test_a_young_death_that_is_not_registered_says_nothing_of_later():
    known = [(40, 5, 180), (40, -1, 20)]
    old = later_share(lags_of(known), 30, DRAWS, generator()).mean()
    also_young = later_share(lags_of([*known, (0, -1, 5_000)]), 30, DRAWS, generator()).mean()
    assert also_young == pytest.approx(old, abs=0.01)
    assert old == pytest.approx(0.1, abs=0.01)
