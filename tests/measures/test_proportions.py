"""Wilson's interval against published values, and its laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lltic.errors import NotComputable
from lltic.measures import proportions_by, wilson

PUBLISHED = [  # numerator, denominator, low %, high %: LLtIC 2014; PRISM 1 and 2 together
    (89, 381, 19.4, 27.9),
    (119, 381, 26.8, 36.1),
    (208, 381, 49.6, 59.5),
    (123, 3400, 3.0, 4.3),
]


@pytest.mark.parametrize(("numerator", "denominator", "low", "high"), PUBLISHED)
def test_published_intervals(numerator, denominator, low, high):
    estimate = wilson(numerator, denominator)
    assert round(100 * estimate.low, 1) == low
    assert round(100 * estimate.high, 1) == high
    assert estimate.value == numerator / denominator
    assert (estimate.numerator, estimate.denominator) == (numerator, denominator)


@pytest.mark.parametrize(("numerator", "denominator", "points"), [(88, 381, "4.2"), (23, 100, "8")])
def test_half_width_of_a_share_of_23_percent(numerator, denominator, points):
    estimate = wilson(numerator, denominator)
    digits = len(points.partition(".")[2])
    assert f"{50 * (estimate.high - estimate.low):.{digits}f}" == points


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_mirrors(counts):
    numerator, denominator = counts
    estimate, mirror = wilson(numerator, denominator), wilson(denominator - numerator, denominator)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.low < estimate.high
    assert estimate.low == pytest.approx(1 - mirror.high, abs=1e-12)
    assert wilson(numerator, denominator, 0.99).high >= estimate.high


@pytest.mark.parametrize(
    ("numerator", "denominator", "level", "code"),
    [
        (0, 0, 0.95, "no-denominator"),
        (4, 3, 0.95, "not-a-proportion"),
        (-1, 3, 0.95, "not-a-proportion"),
        (1, 3, 95, "bad-level"),
    ],
)
def test_undefined_is_an_error_with_a_reason(numerator, denominator, level, code):
    with pytest.raises(NotComputable) as caught:
        wilson(numerator, denominator, level)
    assert caught.value.codes == (code,)


def test_shares_by_group():
    pairs = [("b", True)] * 3 + [("a", False)] * 2 + [("b", False)]
    shares = proportions_by(pairs)
    assert list(shares) == ["a", "b"]
    assert shares["b"] == wilson(3, 4, name="b")
    assert shares["a"].value == 0
    assert proportions_by([]) == {}
