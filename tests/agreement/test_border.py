"""Primary and secondary care as fixed sides: agreement, and who scores higher."""

from __future__ import annotations

import numpy as np
import pytest
from reader_panels import ITEM, LEVELS, reading

from lltic.agreement import border, cohen_kappa
from lltic.errors import NotComputable

SIDES = ("primary_care", "secondary_care")


def sided(scores, readers=(("g1", "g2"), ("h1", "h2"))):
    """Readings of pairs of scores; the side that reads first alternates."""
    found = []
    for n, pair in enumerate(scores):
        order = (0, 1) if n % 2 else (1, 0)
        for position, k in enumerate(order, start=1):
            who = readers[k][(n // (1 + k)) % len(readers[k])]
            case = f"c{n:03}"
            found.append(
                reading(case, who, pair[k], position, side=SIDES[k], review_id=f"{case}-{position}")
            )
    return found


SCORES = [(3, 3), (4, 3), (5, 4), (2, 2), (4, 4), (3, 2), (1, 1), (4, 2), (2, 3), (5, 5)] * 3


def test_kappa_takes_each_sides_own_shares_whoever_reads_first():
    found = border(sided(SCORES), LEVELS)
    assert found.kappa.value == cohen_kappa(np.array(SCORES, float), LEVELS, "quadratic").value
    assert (found.n_cases, found.n_left_out, found.item) == (30, 0, ITEM)
    assert found.raw_agreement.value == 0.5
    assert (found.raw_agreement.numerator, found.raw_agreement.denominator) == (15, 30)
    assert (found.first_higher, found.equal, found.second_higher) == (12, 15, 3)


def test_the_bias_is_a_mean_of_paired_differences():
    found = border(sided(SCORES), LEVELS)
    gap = np.subtract(*np.array(SCORES, float).T)
    half = 2.0452296 * gap.std(ddof=1) / 30**0.5  # t with 29 degrees of freedom
    assert found.bias.value == pytest.approx(gap.mean())
    assert (found.bias.low, found.bias.high) == pytest.approx(
        (gap.mean() - half, gap.mean() + half)
    )


def test_the_wider_interval_by_hand():
    """All the difference is one reader's: one of the first side scores higher, one lower."""
    found = []
    for n, (a, b) in enumerate([(a, b) for a in "xy" for b in "pq"] * 2):
        scores = (4, 3) if a == "x" else (3, 4)
        for k, (who, score) in enumerate(zip((a, b), scores, strict=True)):
            found.append(reading(f"c{n}", who, score, k + 1, side=SIDES[k]))
    made = border(found, LEVELS)
    # Squared sums over 64: readers of one side 2 (16 + 16), of the other 0, pairs 4/3 (4 x 4).
    error = (2 * 32 / 64 + 0 - 4 / 3 * 16 / 64) ** 0.5
    assert made.bias.value == made.bias_of_sides.value == 0
    assert made.bias_of_sides.high == pytest.approx(12.706205 * error)  # t, 1 degree of freedom
    assert made.bias.high == pytest.approx(2.364624 * (8 / 7 / 8) ** 0.5)


def test_sides_the_other_way_round_turn_the_sign():
    one = border(sided(SCORES), LEVELS)
    other = border(sided(SCORES), LEVELS, SIDES[::-1])
    assert other.bias.value == -one.bias.value
    assert other.kappa.value == pytest.approx(one.kappa.value)
    assert (other.first_higher, other.second_higher) == (one.second_higher, one.first_higher)


def test_a_bias_lowers_agreement_and_is_told_apart_from_it():
    level = [(s, s) for s, _ in SCORES if s < 5]
    lifted = [(s + 1, s) for s, _ in level]
    assert border(sided(level), LEVELS).bias.value == 0
    found = border(sided(lifted), LEVELS)
    assert (found.bias.value, found.equal) == (1, 0)
    assert found.kappa.value < 0.9


def test_cases_without_both_sides_are_left_out_and_counted():
    extra = [reading("x", "g1", 3, side=SIDES[0]), reading("y", "h1", 3, side=SIDES[1])]
    extra += [reading("z", "g1", 1, 1, side=SIDES[0]), reading("z", "g2", 5, 2, side=SIDES[0])]
    found = border([*sided(SCORES), *extra], LEVELS)
    assert (found.n_cases, found.n_left_out) == (30, 3)
    assert found.kappa == border(sided(SCORES), LEVELS).kappa
    with pytest.raises(NotComputable) as error:
        border(extra, LEVELS)
    assert error.value.codes == ("too-few-cases",)


def test_few_readers_of_a_side_are_warned_of_and_one_has_no_wider_interval():
    found = border(sided(SCORES, (("g1",), ("h1", "h2", "h3", "h4"))), LEVELS)
    assert found.bias_of_sides is None
    assert found.n_readers[0] == 1
    assert any("1 reader here" in said for said in found.warnings)
    assert border(sided(SCORES), LEVELS).bias_of_sides is not None


def coverage(seeds, n_readers):
    """How often each interval holds no difference between sides whose readers differ."""
    these, any_reader = [], []
    for seed in seeds:
        chance = np.random.default_rng(seed)
        own = chance.normal(0, 0.25, (2, n_readers))
        who = chance.integers(0, n_readers, (150, 2))
        found = []
        for n, pair in enumerate(who):
            case = chance.normal(3, 1)
            for k, reader in enumerate(pair):
                score = round(2 * (case + own[k, reader] + chance.normal(0, 0.6))) / 2
                found.append(reading(f"c{n}", f"{k}{reader}", score, k + 1, side=SIDES[k]))
        grid = sorted({r.score for r in found})
        made = border(found, grid)
        these.append(made.bias.low <= 0 <= made.bias.high)
        any_reader.append(made.bias_of_sides.low <= 0 <= made.bias_of_sides.high)
    return float(np.mean(these)), float(np.mean(any_reader))


def test_only_the_wider_interval_holds_for_other_readers():
    these, any_reader = coverage(range(20), 5)
    assert any_reader >= 0.85
    assert these < any_reader


@pytest.mark.soak
def test_the_wider_interval_holds_no_difference_in_about_95_of_100():
    these, any_reader = coverage(range(200), 6)
    assert 0.92 <= any_reader <= 0.98
    assert these < 0.8
