"""Agreement of coders who give each case any number of themes."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.agreement import fleiss_kappa, krippendorff_alpha, set_alpha, theme_agreement
from lltic.agreement.multilabel import DISTANCES, jaccard_distance, masi_distance
from lltic.errors import LlticError, NotComputable, UsageError

THEMES = ("communication", "delay", "fluids")
sets = st.sets(st.sampled_from(THEMES))
codings = st.lists(st.tuples(*[st.none() | sets] * 3), min_size=3, max_size=15)


def coded(generator, n, kappas, shares):
    """Return n cases coded by two, each theme with its planted kappa."""
    made = [(set(), set()) for _ in range(n)]
    for theme, kappa, share in zip(THEMES, kappas, shares, strict=True):
        first, second = generator.random((2, n)) < share
        second = np.where(generator.random(n) < kappa, first, second)
        for i in range(n):
            made[i][0].update({theme} if first[i] else ())
            made[i][1].update({theme} if second[i] else ())
    return made


def test_each_theme_is_a_yes_or_no():
    made = coded(np.random.default_rng(1), 200, (0.3, 0.6, 0.9), (0.5, 0.3, 0.1))
    found = theme_agreement(made, THEMES)
    for row in found.themes:
        as_table = np.array([[row.theme in given for given in case] for case in made]) * 1
        by_hand = fleiss_kappa(as_table, (0, 1))
        assert row.kappa.value == pytest.approx(by_hand.value)
        assert row.kappa.low < row.kappa.value < row.kappa.high
        assert row.share == pytest.approx(as_table.mean())
    assert found.mean_kappa.value == pytest.approx(np.mean([r.kappa.value for r in found.themes]))
    assert found.mean_kappa.low is None


def test_planted_kappas_are_held_by_bootstrap_intervals_and_so_is_their_mean():
    kappas, held, of_mean, runs = (0.3, 0.6, 0.8), 0, 0, 60
    for seed in range(runs):
        generator = np.random.default_rng(seed)
        made = coded(generator, 150, kappas, (0.5, 0.4, 0.3))
        found = theme_agreement(made, THEMES, generator=generator, replicates=600)
        held += sum(
            r.kappa.low <= k <= r.kappa.high for r, k in zip(found.themes, kappas, strict=True)
        )
        of_mean += found.mean_kappa.low <= np.mean(kappas) <= found.mean_kappa.high
    assert 0.91 <= held / (3 * runs) <= 0.985
    assert 0.88 <= of_mean / runs <= 1
    assert (
        found.mean_kappa.high - found.mean_kappa.low
        < found.themes[0].kappa.high - found.themes[0].kappa.low
    )


def test_what_has_no_coefficient_says_why_and_is_left_out_of_the_mean():
    made = [({"delay"}, {"delay"}), (set(), set()), ({"delay"}, set()), (set(), None)]
    found = theme_agreement(made, THEMES, generator=np.random.default_rng(1), replicates=200)
    by_name = {row.theme: row for row in found.themes}
    assert by_name["fluids"].kappa is None
    assert "only one level" in " ".join(by_name["fluids"].warnings)
    assert by_name["fluids"].raw.value == 1
    assert found.mean_kappa.denominator == 1
    assert "2 of 3 themes" in found.mean_kappa.warnings[0]
    nobody = theme_agreement([({"delay"}, None), (None, set())], THEMES)
    assert all(row.raw is None and row.share is None for row in nobody.themes)
    assert nobody.mean_kappa is None


def test_distances_of_sets():
    assert jaccard_distance(set(), set()) == masi_distance(set(), set()) == 0
    assert jaccard_distance({"a"}, set()) == masi_distance({"a"}, set()) == 1
    assert masi_distance({"a"}, {"b"}) == 1
    # Passonneau's: half of a set of four is 1 - 1/2 · 2/3; an overlap 1 - 1/3 · 1/3.
    assert masi_distance("ab", "abcd") == pytest.approx(2 / 3)
    assert masi_distance("ab", "bc") == pytest.approx(8 / 9)


def alpha_by_pairs(given, distance) -> float | None:
    """Krippendorff's alpha from its definition, pair by pair: slow, and nothing shared."""
    units = [[c for c in row if c is not None] for row in given]
    units = [unit for unit in units if len(unit) >= 2]
    everything = [c for unit in units for c in unit]
    total = len(everything)
    seen = sum(distance(a, b) / (len(u) - 1) for u in units for a, b in permutations(u, 2)) / total
    by_chance = sum(distance(a, b) for a, b in permutations(everything, 2)) / (total * (total - 1))
    return 1 - seen / by_chance if by_chance > 0 else None


@pytest.mark.parametrize("distance", sorted(DISTANCES))
@settings(deadline=None, max_examples=60)
@given(given=codings)
def test_alpha_of_sets_is_its_definition(distance, given):
    if sum(sum(c is not None for c in row) >= 2 for row in given) < 2:
        return
    expected = alpha_by_pairs(given, DISTANCES[distance])
    if expected is None:
        with pytest.raises(NotComputable) as caught:
            set_alpha(given, distance)
        assert caught.value.codes == ("one-category",)
    else:
        assert set_alpha(given, distance).value == pytest.approx(expected, abs=1e-9)


def test_one_theme_each_is_nominal_alpha():
    x = np.random.default_rng(2).integers(0, 3, (40, 3))
    given = [[{THEMES[k]} for k in row] for row in x]
    nominal = krippendorff_alpha(x, (0, 1, 2))
    for distance in DISTANCES:
        found = set_alpha(given, distance)
        assert (found.value, found.se) == pytest.approx((nominal.value, nominal.se))
    assert "MASI" in set_alpha(given).name and "Jaccard" in set_alpha(given, "jaccard").name


def test_codings_that_cannot_be():
    with pytest.raises(LlticError) as caught:
        theme_agreement([({"delay", "a word of the notes"}, set())] * 3, THEMES)
    assert caught.value.codes == ("unknown-theme",)
    assert "word of the notes" not in str(caught.value)
    with pytest.raises(LlticError) as caught:
        theme_agreement([(set(), set()), (set(),)], THEMES)
    assert caught.value.codes == ("bad-ratings",)
    with pytest.raises(UsageError) as caught:
        set_alpha([(set(), {"a"})] * 3, "dice")
    assert caught.value.codes == ("unknown-distance",)
