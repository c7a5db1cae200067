"""Drawing cases again: the same formula for one sample and for ten thousand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rating_sets import CANONICAL, LEVELS, X, rated_alike

from lltic.agreement import (
    Rated,
    bootstrap,
    bootstrap_all,
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    icc,
    krippendorff_alpha,
    krippendorff_alpha_by_distance,
    percent_agreement,
    redraw,
)
from lltic.agreement.kinds import KINDS
from lltic.agreement.redraws import _samples
from lltic.errors import NotComputable, UsageError
from lltic.records import Estimate

BY_KIND = {
    "raw": lambda x, w: percent_agreement(x, LEVELS, w),
    "kappa": lambda x, w: fleiss_kappa(x, LEVELS, w),
    "named_kappa": lambda x, w: conger_kappa(x, LEVELS, w),
    "ac": lambda x, w: gwet_ac(x, LEVELS, w),
    "brennan_prediger": lambda x, w: brennan_prediger(x, LEVELS, w),
    "alpha": lambda x, w: krippendorff_alpha(x, LEVELS, w),
    "alpha_ordinal_distance": lambda x, w: krippendorff_alpha_by_distance(x, LEVELS),
    "icc_one_way": lambda x, w: icc(x, "one_way", complete_only=True),
    "icc_consistency": lambda x, w: icc(x, "consistency"),
    "icc_agreement": lambda x, w: icc(x, "agreement"),
}

score = st.sampled_from([*LEVELS, X])
matrices = st.lists(st.tuples(score, score, score), min_size=3, max_size=15).map(np.array)


def value_or_none(kind, ratings, weights):
    try:
        return BY_KIND[kind](ratings, weights).value
    except NotComputable:
        return None


def generator(seed=1):
    return np.random.default_rng(seed)


def test_every_kind_is_tested_here():
    assert set(BY_KIND) == set(KINDS)


@settings(deadline=None, max_examples=60)
@given(matrices, matrices, st.sampled_from(["identity", "linear", "quadratic"]))
def test_every_redraw_is_what_the_coefficient_says_of_those_cases(first, second, weights):
    """Two items, missing ratings and all: each redraw is built for real and judged apart."""
    n = min(len(first), len(second))
    items = [Rated("a", first[:n], LEVELS, weights), Rated("b", second[:n], LEVELS, weights)]
    drawn = redraw(items, tuple(KINDS), generator=generator(), replicates=4)
    together = np.hstack([first[:n], second[:n]])
    rated = together[~np.isnan(together).all(axis=1)]
    if not len(rated):
        return
    marked, often = np.unique(np.nan_to_num(rated, nan=-np.inf), axis=0, return_counts=True)
    counts = np.vstack(list(_samples(often, 4, generator())))
    for item, columns in (("a", slice(0, 3)), ("b", slice(3, 6))):
        for again, row in enumerate(counts):
            cases = np.repeat(np.where(np.isneginf(marked), X, marked), row.astype(int), axis=0)
            for kind in KINDS if item in drawn else ():
                expected = value_or_none(kind, cases[:, columns], weights)
                # One pair of ratings is enough for a redraw, as undefined is undefined.
                if expected is not None:
                    got = drawn[item][kind].drawn[again]
                    assert got == pytest.approx(expected, abs=1e-8), (kind, item)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_on_the_cases_as_they_are_it_is_the_coefficient(kind):
    ratings = rated_alike(generator(2), 60, 0.5, 3)
    ratings[:6, 1] = X
    found = redraw(
        [Rated("i", ratings, LEVELS, "linear")], (kind,), generator=generator(), replicates=2
    )
    assert found["i"][kind].value == pytest.approx(BY_KIND[kind](ratings, "linear").value)


@pytest.mark.parametrize("kind", ["raw", "named_kappa", "ac", "brennan_prediger", "alpha"])
def test_credits_of_two_named_readers_are_kept_in_order(kind):
    one_sided = np.eye(5) + np.eye(5, k=1)
    ratings = rated_alike(generator(2), 60, 0.5)
    rated = [Rated("i", ratings, LEVELS, one_sided)]
    found = redraw(rated, (kind,), generator=generator(), replicates=2)["i"][kind]
    assert found.value == pytest.approx(BY_KIND[kind](ratings, one_sided).value)
    assert found.value != pytest.approx(BY_KIND[kind](ratings, one_sided.T).value)


def test_cases_drawn_one_by_one_and_by_pattern_are_drawn_alike():
    """Few of a kind are drawn one by one, many by how often: the counts have one distribution."""
    often = np.array([1, 2, 3, 4])
    for factor in (1, 40):  # 10 cases of 4 patterns; 400 of 4
        n = 10 * factor
        counts = np.vstack(list(_samples(often * factor, 20_000, generator())))
        share = often / 10
        assert (counts.sum(axis=1) == n).all()
        assert counts.mean(axis=0) == pytest.approx(n * share, rel=0.02)
        expected = n * (np.diag(share) - np.outer(share, share))
        assert np.cov(counts.T) == pytest.approx(expected, abs=0.03 * n)


def test_items_and_coefficients_share_the_redraws():
    ratings = rated_alike(generator(3), 80, 0.5)
    other = rated_alike(generator(4), 80, 0.5)
    items = [Rated("a", ratings, LEVELS), Rated("b", other, LEVELS), Rated("c", ratings, LEVELS)]
    found = redraw(items, ("kappa", "ac"), generator=generator(), replicates=500)
    assert (found["a"]["kappa"].drawn == found["c"]["kappa"].drawn).all()
    # Independent items stay so, although they are drawn together.
    both = np.corrcoef(found["a"]["kappa"].drawn, found["b"]["kappa"].drawn)[0, 1]
    assert abs(both) < 0.3
    assert np.corrcoef(found["a"]["kappa"].drawn, found["a"]["ac"].drawn)[0, 1] > 0.9


def test_the_difference_of_two_items_has_an_interval_of_its_own():
    """Two items of the same cases, both hard where the case is: closer known than either."""
    held, narrower, runs = 0, 0, 60
    for seed in range(runs):
        dice = generator(seed)
        easy = dice.random(150) < 0.5
        scores = dice.choice(LEVELS, size=(4, 150))
        first = np.where(easy, scores[0], scores[:2]).T
        second = np.where(easy & (dice.random(150) < 0.8), scores[2], scores[2:]).T
        items = [Rated("a", first, LEVELS), Rated("b", second, LEVELS)]
        drawn = redraw(items, ("kappa",), generator=dice, replicates=600)
        a, b = drawn["a"]["kappa"], drawn["b"]["kappa"]
        low, high = a.less(b).interval()
        held += low <= 0.1 <= high  # .5 - .4
        apart = [np.ptp(one.interval()) for one in (a, b)]
        narrower += high - low < np.hypot(*apart)
    assert held >= 0.88 * runs
    assert narrower == runs
    again = redraw(items, ("kappa",), generator=generator(), replicates=600)
    with pytest.raises(UsageError) as caught:
        a.less(again["b"]["kappa"])
    assert caught.value.codes == ("bad-ratings",)


def test_a_table_holds_an_estimate_or_the_reason_for_none():
    ratings = rated_alike(generator(5), 40, 0.5)
    same, alone = np.full((40, 2), 4.0), np.full((40, 2), X)
    alone[:, 0] = 3
    table = bootstrap_all(
        [Rated("a", ratings, LEVELS), Rated("same", same, LEVELS), Rated("alone", alone, LEVELS)],
        generator=generator(),
        replicates=300,
        definition_hash="h",
    )
    assert set(table["a"]) == set(KINDS)
    for kind, found in table["a"].items():
        assert isinstance(found, Estimate), kind
        assert found.low < found.value < found.high
        assert found.definition_hash == "h"
        assert found.method.endswith("; bca bootstrap over cases, 300 redraws")
        assert "interval" not in found.method and "error" not in found.method
    assert table["same"]["kappa"].codes == ("one-category",)
    assert table["same"]["ac"].value == table["same"]["ac"].low == 1
    assert all(reason.codes == ("too-few-cases",) for reason in table["alone"].values())


def test_cases_that_nobody_rated_change_nothing():
    ratings = rated_alike(generator(6), 40, 0.5)
    more = np.vstack([np.full((5, 2), X), ratings])
    one, other = (
        bootstrap("kappa", x, LEVELS, generator=generator(), replicates=300)
        for x in (ratings, more)
    )
    assert one == other


def test_the_same_seed_gives_the_same_interval_whatever_the_order_of_cases():
    ratings = rated_alike(generator(9), 50, 0.5)
    first, again = (
        bootstrap("kappa", rows, LEVELS, generator=generator(), replicates=300)
        for rows in (ratings, ratings[::-1])
    )
    assert first == again


@pytest.mark.parametrize("method", ["bca", "percentile"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_bootstrap_and_formula_agree_on_many_cases(kind, method):
    ratings = rated_alike(generator(3), 800, 0.5)
    formula = BY_KIND[kind](ratings, "quadratic").estimate()
    drawn = bootstrap(
        kind, ratings, LEVELS, "quadratic", generator=generator(4), replicates=4000, method=method
    )
    assert drawn.value == formula.value
    # The F interval of an ICC supposes normal scores, which five levels are not.
    near = 0.03 if kind.startswith("icc") else 0.012
    assert drawn.low == pytest.approx(formula.low, abs=near)
    assert drawn.high == pytest.approx(formula.high, abs=near)


def test_bca_is_the_reference_implementations():
    """scipy's BCa, which knows nothing of patterns, gives the same interval of few skewed cases."""
    from scipy.stats import bootstrap as reference

    def one_way(a, b, axis=-1):
        between = 2 * ((a + b) / 2).var(axis=axis, ddof=1)
        within = (np.square(a - b) / 2).mean(axis=axis)
        return (between - within) / (between + within)

    dice = generator(5)
    scores = dice.gamma(1.0, 30, (15, 1)) + dice.normal(40, 12, (15, 2))
    scores = np.clip(np.rint(scores), 0, 399)
    theirs = reference(
        tuple(scores.T), one_way, paired=True, n_resamples=20_000, rng=generator(1)
    ).confidence_interval
    bca, plain = (
        bootstrap(
            "icc_one_way", scores, range(400), generator=generator(6), replicates=20_000, method=m
        )
        for m in ("bca", "percentile")
    )
    assert bca.value == pytest.approx(one_way(*scores.T))
    assert bca.low == pytest.approx(theirs.low, abs=0.012)
    assert bca.high == pytest.approx(theirs.high, abs=0.006)
    assert plain.low < bca.low - 0.03  # so that to agree is no accident


def test_bca_leans_where_percentiles_do_not():
    """High agreement, few cases: redraws pile up below 1, and the interval must reach lower."""
    ratings = np.array([[1, 1]] * 12 + [[2, 2]] * 12 + [[1, 2]], dtype=float)
    bca, plain = (
        bootstrap("kappa", ratings, (1, 2), generator=generator(), replicates=8000, method=m)
        for m in ("bca", "percentile")
    )
    assert bca.low < plain.low
    assert bca.high <= plain.high


@settings(deadline=None, max_examples=60)
@given(matrices)
def test_limits_are_limits_even_of_a_handful_of_cases(ratings):
    table = bootstrap_all([Rated("i", ratings, LEVELS)], generator=generator(), replicates=60)
    for kind, found in table["i"].items():
        if isinstance(found, Estimate):
            assert found.low <= found.high, kind
            assert np.isfinite([found.value, found.low, found.high]).all(), kind
        else:
            assert found.codes[0] in ("too-few-cases", "one-category", "idle-reader") or (
                found.codes == ("too-few-replicates",)
            )


def test_missing_ratings_and_undefined_redraws():
    ratings = np.array([[1, 1], [1, 1], [1, 1], [2, X], [2, 1]])
    estimate = bootstrap("kappa", ratings, (1, 2), generator=generator())
    assert estimate.low <= estimate.value <= estimate.high
    assert "left out of the interval" in estimate.warnings[0]
    with pytest.raises(NotComputable) as caught:
        bootstrap("kappa", [[1, 1]] * 5, (1, 2), generator=generator())
    assert caught.value.codes == ("one-category",)


def test_a_canonical_example_keeps_its_value_under_every_kind_that_takes_gaps():
    for kind, value in (("alpha", 0.7434), ("alpha_ordinal_distance", 0.8154)):
        found = bootstrap(kind, CANONICAL, LEVELS, generator=generator())
        assert round(found.value, 4) == value
        assert found.low < value < found.high


@pytest.mark.parametrize(
    ("kind", "method", "code"),
    [("cohen", "bca", "unknown-coefficient"), ("kappa", "normal", "unknown-bootstrap-method")],
)
def test_unknown_kinds_are_named(kind, method, code):
    with pytest.raises(UsageError) as caught:
        bootstrap(kind, [[1, 2]] * 5, (1, 2), generator=generator(), method=method)
    assert caught.value.codes == (code,)


def test_redraws_and_coverages_that_cannot_be():
    item = Rated("a", rated_alike(generator(), 20, 0.5), LEVELS)
    assert bootstrap_all([], generator=generator()) == {}
    for code, wrong in (
        (
            "too-few-replicates",
            lambda: redraw([item], ("ac",), generator=generator(), replicates=0),
        ),
        ("bad-ratings", lambda: bootstrap_all([item, item], generator=generator())),
        ("bad-level", lambda: bootstrap_all([item], generator=generator(), level=95)),
        ("bad-level", lambda: gwet_ac(item.ratings, LEVELS).estimate(95)),
        ("bad-level", lambda: icc(item.ratings).estimate(0)),
    ):
        with pytest.raises(UsageError) as caught:
            wrong()
        assert caught.value.codes == (code,)


def test_no_score_in_a_repr():
    ratings = rated_alike(generator(), 20, 0.5)
    item = Rated("a", ratings, LEVELS)
    drawn = redraw([item], ("ac",), generator=generator(), replicates=3)
    for shown in (repr(item), repr(drawn), repr(icc(ratings))):
        assert "array" not in shown and "[" not in shown


def test_items_of_different_cases_are_not_drawn_together():
    items = [Rated("a", [[1, 2]] * 5, LEVELS), Rated("b", [[1, 2]] * 6, LEVELS)]
    with pytest.raises(UsageError) as caught:
        bootstrap_all(items, generator=generator())
    assert caught.value.codes == ("bad-ratings",)
