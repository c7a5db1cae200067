"""How many cases for a precision: the smallest that is enough, against published values."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampled_cases import cases, drawn, plan

from lltic.agreement.coefficients import gwet_ac
from lltic.errors import NotComputable
from lltic.measures import Design, wilson
from lltic.sampling import (
    StratumSize,
    cases_for_agreement,
    cases_for_icc,
    cases_for_share,
    cases_for_strata,
    draw,
    sizes_for_agreement,
    sizes_for_share,
)
from lltic.sampling.agreement_size import spread_of
from lltic.sampling.size import half_width


@pytest.mark.parametrize(("precision", "expected"), [(0.05, 0.5), (0.04, 0.23), (0.1, 0.0)])
def test_it_is_the_smallest_size_whose_interval_is_narrow_enough(precision, expected):
    n = cases_for_share(precision, expected)
    assert half_width(n, expected) <= precision < half_width(n - 1, expected)
    hits = round(n * expected)
    seen = wilson(hits, n)
    assert half_width(n, hits / n) == pytest.approx((seen.high - seen.low) / 2, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.02, 0.4), st.floats(0, 1), st.integers(1, 3000))
def test_a_small_cohort_needs_fewer_and_never_more_than_it_has(precision, expected, population):
    n = cases_for_share(precision, expected, population=population)
    assert 1 <= n <= min(population, cases_for_share(precision, expected))
    if 1 < n < population:
        worth = [k * (population - 1) / (population - k) for k in (n - 1, n)]
        assert half_width(worth[1], expected) <= precision < half_width(worth[0], expected)


def test_a_sample_of_that_size_has_that_precision():
    n = cases_for_share(0.05, 0.2, population=400)
    sample = draw(cases(400), plan(n=n, seed=3))
    read = sorted(drawn(sample))
    estimate = Design.of(sample.cases).share(read[: round(n * 0.2)], read)
    assert (estimate.high - estimate.low) / 2 == pytest.approx(0.05, abs=0.001)


def test_strata_that_are_alike_need_what_a_simple_sample_needs():
    alike = [StratumSize("a", 3000, 0.2), StratumSize("b", 1000, 0.2)]
    whole, each = cases_for_strata(0.05, alike)
    assert abs(whole - cases_for_share(0.05, 0.2, population=4000)) <= 1
    assert each == tuple(cases_for_share(0.05, 0.2, population=n) for n in (3000, 1000))
    apart = [StratumSize("a", 3000, 0.1), StratumSize("b", 1000, 0.5)]
    assert cases_for_strata(0.05, apart)[0] < cases_for_strata(0.05, alike)[0]


def test_a_stratum_of_one_case_is_read_whole_and_leaves_nothing_open():
    one, many = StratumSize("a", 1), StratumSize("b", 100)
    assert cases_for_strata(0.05, [one, many]) == (80, (1, 80))
    assert cases_for_strata(0.05, [one]) == (1, (1,))


def test_raw_agreement_is_a_share_of_cases_with_wilsons_interval():
    for precision, expected in ((0.1, 0.75), (0.05, 0.0), (0.1, 0.99)):
        found = cases_for_agreement(precision, expected, "raw")
        assert found == cases_for_share(precision, expected)
        assert half_width(found, expected) <= precision < half_width(found - 1, expected)


def test_kappa_has_the_variance_of_bloch_and_kraemer():
    for kappa, p in ((0.6, 0.3), (0.4, 0.1), (0.0, 0.2), (0.9, 0.5)):
        published = (1 - kappa) * (
            (1 - kappa) * (1 - 2 * kappa) + kappa * (2 - kappa) / (2 * p * (1 - p))
        )
        assert spread_of(kappa, "kappa", p) == pytest.approx(published)


def test_ac1_has_the_variance_the_agreement_room_finds():
    ac1, p, n = 0.6, 0.3, 20_000
    apart = (1 - ac1) * (1 - 2 * p * (1 - p))
    shares = (p - apart / 2, 1 - p - apart / 2, apart / 2, apart / 2)
    rows = np.repeat([[1, 1], [2, 2], [1, 2], [2, 1]], [round(n * s) for s in shares], axis=0)
    found = gwet_ac(rows, (1, 2))
    assert found.value == pytest.approx(ac1, abs=1e-3)
    assert found.se * sqrt(n) == pytest.approx(sqrt(spread_of(ac1, "ac1", p)), rel=0.01)


def test_published_numbers_of_cases_for_agreement():
    # Bonett (2002) as given by two public calculators: 51, and 55 with the addition for k = 2.
    assert cases_for_icc(0.1, 0.8) == 55
    assert cases_for_icc(0.1, 0.69999) == 101
    # Cantor (1996), in R's irr::N.cohen.kappa(0.5, 0.5, 0.7, 0.85): 96.
    root = (
        1.644854 * sqrt(spread_of(0.85, "kappa")) + 0.841621 * sqrt(spread_of(0.7, "kappa"))
    ) / 0.15
    assert np.ceil(root**2) == 96
    # Few yeses: kappa needs ever more cases, AC1 fewer.
    assert cases_for_agreement(0.1, 0.6, "kappa", 0.05) > 3 * cases_for_agreement(0.1, 0.6, "kappa")
    rare = [cases_for_agreement(0.1, 0.9, "ac1", p) for p in (0.06, 0.5)]
    assert rare[0] < rare[1]


@pytest.mark.parametrize(
    ("call", "codes"),
    [
        (lambda: cases_for_share(0.5), {"bad-precision"}),
        (
            lambda: cases_for_share(0, 1.2, 95, 0),
            {"bad-precision", "bad-share", "bad-level", "bad-population"},
        ),
        (lambda: cases_for_strata(0.1, [StratumSize("a", 0, 2)]), {"bad-population", "bad-share"}),
        (lambda: cases_for_agreement(0.1, 1.0), {"bad-share"}),
        (
            lambda: cases_for_agreement(2, 0.5, "phi", 0),
            {"bad-precision", "bad-coefficient", "bad-share"},
        ),
        (lambda: cases_for_agreement(0.1, 0.6, "icc"), {"bad-coefficient"}),
        (lambda: cases_for_agreement(0.7, 0.6, "raw"), {"bad-precision"}),
        (lambda: cases_for_strata(0.1, []), {"bad-population"}),
        (lambda: cases_for_agreement(0.1, 0.1, "ac1", 0.05), {"impossible-agreement"}),
        (lambda: cases_for_agreement(0.1, 0.5, level=0), {"bad-level"}),
        (lambda: cases_for_icc(0.1, 0.5, readers=1), {"bad-coefficient"}),
    ],
)
def test_what_cannot_be_is_told_all_at_once(call, codes):
    with pytest.raises(NotComputable) as error:
        call()
    assert set(error.value.codes) == codes


def test_a_table_holds_a_row_for_each_precision():
    found = sizes_for_share([0.05, 0.1], strata=[StratumSize("<b>", 300), StratumSize("b", 100)])
    assert found.columns == ("whole", "<b> on its own", "b on its own")
    assert [precision for precision, _ in found.rows] == [0.05, 0.1]
    assert "&lt;b&gt; on its own" in found._repr_html_()
    assert found.as_dict()["sizes"][1]["whole"] == found.rows[1][1][0]
    said = sizes_for_agreement([0.1], "icc", 0.8, readers=3)
    assert said.rows[0][1] == (cases_for_icc(0.1, 0.8, 3),)
    assert "3 reviewers" in said.sentence
