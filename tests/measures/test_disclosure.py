"""Named profiles: which counts are hidden, which are rounded, and who must say why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lltic.errors import UsageError
from lltic.measures import profile, wilson
from lltic.records import Estimate


def test_hospital_counts_of_1_to_7_are_hidden_and_others_rounded():
    hes = profile("nhs_hes_2018")
    assert [hes.count(n) for n in range(14)] == ["0", *"*******", *["10"] * 5, "15"]


@given(st.integers(0, 10_000))
def test_no_small_count_is_ever_printed(n):
    text = profile("nhs_hes_2018").count(n)
    assert text in ("0", "*") or (
        int(text) >= 10 and int(text) % 5 == 0 and abs(int(text) - n) <= 2
    )


@pytest.mark.parametrize(("numerator", "denominator"), [(3, 381), (3, 7), (0, 5)])
def test_nothing_is_said_of_a_share_with_a_hidden_part(numerator, denominator):
    shown = profile("nhs_hes_2018").proportion(wilson(numerator, denominator))
    assert (shown.percent, shown.interval) == ("", "")
    assert "*" in (shown.numerator, shown.denominator)


def test_percentages_come_from_the_rounded_counts():
    hes = profile("nhs_hes_2018")
    assert hes.proportion(wilson(89, 381)).percent == "23.7"  # 90 of 380, not 89 of 381
    assert hes.proportion(wilson(88, 382)) == hes.proportion(wilson(92, 378))
    assert hes.proportion(wilson(13, 13)).percent == "100.0"


def test_showing_everything_needs_a_reason_that_travels():
    with pytest.raises(UsageError) as caught:
        profile("none")
    assert caught.value.codes == ("disclosure-reason",)
    plain = profile("none", reason="for the task force alone")
    assert plain.reason == "for the task force alone"
    shown = plain.proportion(wilson(3, 381))
    assert (shown.numerator, shown.percent, shown.interval) == ("3", "0.8", "0.3 to 2.3")


def test_unknown_profile_and_estimate_without_counts():
    with pytest.raises(UsageError) as caught:
        profile("nhs_hes")
    assert caught.value.codes == ("unknown-disclosure-profile",)
    with pytest.raises(UsageError) as caught:
        profile("nhs_hes_2018").proportion(Estimate("kappa", 0.5, denominator=40))
    assert caught.value.codes == ("not-a-count",)
