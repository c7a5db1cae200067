"""Odds ratio, lift, phi and their tests: against published ways, and as laws."""

from __future__ import annotations

from math import atanh, exp, log, sqrt

import numpy as np
import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.contingency_tables import StratifiedTable

from lltic.measures import Design
from lltic.themes.association import associate
from lltic.themes.weighing import weigh


def table(both, one, other, neither, prefix="c"):
    """Return the cases of a table: all, those with the one, those with the other."""
    ids = [f"{prefix}{i:03}" for i in range(both + one + other + neither)]
    return ids, set(ids[: both + one]), set(ids[:both]) | set(ids[both + one : both + one + other])


def test_a_table_by_hand():
    ids, a, b = table(20, 10, 15, 55)
    found = associate(a, b, weigh(ids, None), name="a and b")
    assert (found.n_both, found.n_one, found.n_other, found.n_cases) == (20, 30, 35, 100)
    assert found.expected == pytest.approx(10.5)
    assert found.odds_ratio.value == pytest.approx(20 * 55 / 150)
    gart = log(20.5 * 55.5 / 10.5 / 15.5)
    half = 1.959964 * sqrt(1 / 20.5 + 1 / 55.5 + 1 / 10.5 + 1 / 15.5)
    assert found.odds_ratio.low == pytest.approx(exp(gart - half))
    assert found.odds_ratio.high == pytest.approx(exp(gart + half))
    assert found.lift.value == pytest.approx(0.2 / (0.3 * 0.35))
    assert found.phi.value == pytest.approx(
        np.corrcoef([i in a for i in ids], [i in b for i in ids])[0, 1]
    )
    assert found.p == pytest.approx(fisher_exact([[20, 10], [15, 55]]).pvalue)
    assert "Fisher" in found.method
    assert found.odds_ratio.name == "odds ratio of a and b"


def test_swapping_the_two_changes_nothing_and_the_opposite_turns_the_ratio_over():
    ids, a, b = table(8, 12, 9, 41)
    weighed = weigh(ids, None)
    one, other = associate(a, b, weighed), associate(b, a, weighed)
    assert one.odds_ratio.low == pytest.approx(other.odds_ratio.low)
    assert one.p == pytest.approx(other.p)
    turned = associate(a, set(ids) - b, weighed)
    assert turned.odds_ratio.value == pytest.approx(1 / one.odds_ratio.value)
    assert turned.odds_ratio.high == pytest.approx(1 / one.odds_ratio.low)
    assert turned.phi.value == pytest.approx(-one.phi.value)


def test_never_together_has_an_interval_and_no_lift():
    ids, a, b = table(0, 12, 9, 41)
    found = associate(a, b, weigh(ids, None))
    assert 0 < found.odds_ratio.low < found.odds_ratio.value < 1
    assert found.lift is None
    assert found.phi.value < 0


def test_in_no_case_or_in_every_case_there_is_nothing_to_compare():
    ids, a, _ = table(5, 5, 5, 5)
    for other in (set(), set(ids)):
        found = associate(a, other, weigh(ids, None))
        assert (found.odds_ratio, found.phi, found.p) == (None, None, None)
        assert found.method.startswith("not compared")


def test_a_ratio_on_few_cases_is_called_shaky():
    ids, a, b = table(2, 3, 4, 51)
    assert "too few to be sure" in associate(a, b, weigh(ids, None)).warnings[0]
    ids, a, b = table(20, 10, 15, 55)
    assert associate(a, b, weigh(ids, None)).warnings == ()


def test_within_levels_it_is_mantels_and_haenszels():
    tables = {"poor": (12, 8, 5, 15), "fair": (4, 16, 6, 34), "good": (1, 9, 3, 47)}
    ids, a, b, level = [], set(), set(), {}
    for name, cells in tables.items():
        some, one, other = table(*cells, prefix=name)
        ids, a, b = ids + some, a | one, b | other
        level |= dict.fromkeys(some, name)
    found = associate(a, b, weigh(ids, None), within=level)
    theirs = StratifiedTable([np.array([[c[0], c[1]], [c[2], c[3]]]) for c in tables.values()])
    assert found.odds_ratio.value == pytest.approx(theirs.oddsratio_pooled)
    low, high = theirs.oddsratio_pooled_confint()
    assert (found.odds_ratio.low, found.odds_ratio.high) == pytest.approx((low, high))
    assert found.p == pytest.approx(theirs.test_null_odds(correction=False).pvalue)
    plain = associate(a, b, weigh(ids, None))
    assert plain.odds_ratio.value > found.odds_ratio.value


def test_within_leaves_out_cases_without_a_level():
    ids, a, b = table(20, 10, 15, 55)
    weighed = weigh(ids, None)
    kept = dict.fromkeys(ids, 1)
    whole = associate(a, b, weighed, within=kept)
    fewer = associate(a, b, weighed, within={c: 1 for c in ids if c not in sorted(a & b)[:15]})
    assert whole.odds_ratio.value == pytest.approx(20 * 55 / 150)
    assert fewer.odds_ratio.value == pytest.approx(5 * 55 / 150)


def test_weights_take_back_what_the_draw_made_of_the_shares():
    """Half of one stratum and a tenth of the other drawn: weighted it is the whole again."""
    rng = np.random.default_rng(11)
    ids = np.array([f"c{i:05}" for i in range(20_000)])
    first = rng.random(20_000) < 0.3
    poor = rng.random(20_000) < np.where(first, 0.7, 0.2)
    second = rng.random(20_000) < np.where(poor, 0.5, 0.2)
    a, b = set(ids[first].tolist()), set(ids[second].tolist())
    populations = {"poor": int(poor.sum()), "rest": int((~poor).sum())}
    drawn = dict.fromkeys(ids[poor][: populations["poor"] // 2].tolist(), "poor")
    drawn |= dict.fromkeys(ids[~poor][: populations["rest"] // 10].tolist(), "rest")
    truth = associate(a, b, weigh(ids.tolist(), None))
    weighted = associate(a, b, weigh(list(drawn), Design(drawn, populations)))
    plain = associate(a, b, weigh(list(drawn), None))
    assert weighted.lift.low < truth.lift.value < weighted.lift.high
    assert weighted.odds_ratio.value == pytest.approx(truth.odds_ratio.value, rel=0.1)
    assert not plain.lift.low < truth.lift.value < plain.lift.high
    assert weighted.method == "Rao-Scott test"


def test_linearised_errors_are_those_of_the_jackknife():
    rng = np.random.default_rng(2)
    ids = [f"a{i:03}" for i in range(200)] + [f"b{i:03}" for i in range(200)]
    design = Design({c: c[0] for c in ids}, {"a": 600, "b": 400})
    a = {c for c in ids if rng.random() < 0.2}
    b = {c for c in ids if rng.random() < (0.9 if c in a else 0.05)}
    whole = associate(a, b, weigh(ids, design))
    left_out = {left: associate(a, b, weigh([c for c in ids if c != left], design)) for left in ids}
    for of, found in (
        (lambda one: log(one.lift.value), log(whole.lift.high / whole.lift.low)),
        (lambda one: atanh(one.phi.value), atanh(whole.phi.high) - atanh(whole.phi.low)),
    ):
        variance = 0.0
        for stratum, n in (("a", 200), ("b", 200)):
            part = np.array([of(left_out[c]) for c in ids if c[0] == stratum])
            variance += (n - 1) / n * ((part - part.mean()) ** 2).sum()
        assert found / 2 / 1.966 == pytest.approx(sqrt(variance), rel=0.06)


def test_which_way_is_that_of_the_test_and_not_of_the_counts_read():
    ids, a, b = table(5, 15, 20, 0, "big")
    others, c, d = table(30, 0, 0, 10, "few")
    strata = {i: "big" if i in ids else "few" for i in (*ids, *others)}
    weighed = weigh(list(strata), Design(strata, {"big": 4000, "few": 40}))
    found = associate(a | c, b | d, weighed)
    assert found.n_both > found.expected, "of the cases read more have both"
    assert found.odds_ratio.value < 1, "of all cases fewer"
    assert found.more is False
    assert associate(set(ids), a, weigh(ids, None)).more is None
    apart, e, f = table(30, 2, 2, 0, "low")
    alike, g, h = table(0, 2, 2, 30, "high")
    level = {i: i[:3] for i in (*apart, *alike)}
    crossed = associate(e | g, f | h, weigh(list(level), None), within=level)
    assert crossed.n_both > crossed.expected, "over all levels they meet"
    assert crossed.more is False, "among cases alike they do not"
