"""Saturation: the curve against every order there is, the rule, and what is unseen."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from coded_cases import Coder, counted_of, text

from lltic.errors import NotComputable
from lltic.themes import count_themes, load_codebook, saturation, themes_by_case


def rng():
    return np.random.default_rng(8)


FOUND = {"A": "xy", "B": "", "C": "xz", "D": "y", "E": "w"}


def test_the_curve_is_the_mean_over_every_order():
    found = saturation(FOUND, rng())
    curves = [
        [len(set("".join(FOUND[c] for c in order[: m + 1]))) for m in range(5)]
        for order in permutations(FOUND)
    ]
    expected = np.mean(curves, axis=0)
    assert [p.expected for p in found.points] == pytest.approx(expected.tolist())
    assert [p.in_order for p in found.points] == [2, 2, 3, 3, 4]
    low, high = np.quantile(curves, (0.025, 0.975), axis=0, method="inverted_cdf")
    assert [p.low for p in found.points] == low.tolist()
    assert [p.high for p in found.points] == high.tolist()
    assert found.themes == ("w", "x", "y", "z")


def test_the_same_seed_draws_the_same_band():
    many = {f"C{i}": [f"t{(i * i) % 17}"] for i in range(40)}
    one, two = saturation(many, rng()), saturation(many, rng())
    assert one == two
    other = saturation(many, np.random.default_rng(1), orders=20)
    assert [p.expected for p in other.points] == [p.expected for p in one.points]


def test_the_stopping_rule_counts_a_run_of_quiet_cases():
    found = saturation({"A": "x", "B": "x", "C": "x", "D": "y", "E": "y"}, rng(), quiet_run=2)
    assert (found.may_stop_at, found.quiet) == (3, 1)
    assert found.rule == "Stop when 2 cases in a row bring no new theme: met at case 3 of 5."
    strict = saturation({"A": "x", "B": "x", "C": "y"}, rng(), quiet_run=2)
    assert strict.may_stop_at is None
    assert strict.rule.endswith("not met yet, 0 so far.")


def test_the_chance_of_a_new_theme_by_hand():
    """Five cases, six findings, two themes once and two twice: Chao and Jost's 2/6 · 8/12."""
    found = saturation(FOUND, rng())
    assert found.once == 2
    assert (found.unseen.numerator, found.unseen.denominator) == (2, 6)
    assert found.unseen.value == pytest.approx(2 / 6 * (4 * 2) / (4 * 2 + 2 * 2))
    assert found.unseen.low <= found.unseen.value <= found.unseen.high


def test_the_chance_of_a_new_theme_is_right_on_average():
    """Many rare themes: Good and Turing against the true chance, over seeds."""
    chances = 0.5 / np.arange(1, 61)
    aimed, said, held = [], [], 0
    for seed in range(60):
        table = np.random.default_rng(seed).random((40, 60)) < chances
        met = table.any(axis=0)
        truth = chances[~met].sum() / chances.sum()
        found = saturation(
            {f"C{i}": np.flatnonzero(row).tolist() for i, row in enumerate(table)}, rng(), orders=2
        )
        aimed.append(truth)
        said.append(found.unseen.value)
        held += found.unseen.low <= truth <= found.unseen.high
    assert np.mean(said) == pytest.approx(np.mean(aimed), rel=0.1)
    assert held >= 51


def test_nothing_found_is_not_saturated():
    found = saturation({"A": "", "B": ""}, rng())
    assert (found.unseen, found.themes, found.quiet) == (None, (), 2)
    with pytest.raises(NotComputable):
        saturation({}, rng())
    with pytest.raises(NotComputable) as caught:
        saturation(FOUND, rng(), quiet_run=0)
    assert caught.value.codes == ("bad-rule",)


def test_cases_in_the_order_of_coding_with_the_themes_as_coded():
    counted = counted_of({"dnar": ["A", "C"], "medication": ["C"]}, "ABC")
    found = themes_by_case(counted, ["C", "A", "Z"])
    assert list(found) == ["C", "A", "B"]
    assert found["C"] == {"dnar", "medication"}
    book = load_codebook("lltic-12-v2")
    finer = next(c.code for c in book.model.codes if c.parent)
    made = count_themes([Coder(book)(text("A"), finer)], [text("A")], {"A-1"}, book)
    assert themes_by_case(made) == {"A": {finer}}
