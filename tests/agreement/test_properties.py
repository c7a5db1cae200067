"""Laws that every coefficient keeps, whatever the ratings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rating_sets import LEVELS, X

from lltic.agreement import (
    ICC_KINDS,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    icc,
    krippendorff_alpha,
    krippendorff_alpha_by_distance,
    percent_agreement,
)
from lltic.errors import NotComputable

ANY_READERS = (fleiss_kappa, gwet_ac, brennan_prediger, krippendorff_alpha, percent_agreement)
NAMED = (conger_kappa,)
score = st.sampled_from([*LEVELS, X])
pairs = st.lists(st.tuples(score, score), min_size=4, max_size=40).map(np.array)
threes = st.lists(st.tuples(score, score, score), min_size=4, max_size=30).map(np.array)


def found(function, ratings, *arguments):
    """Return value and standard error, or the reason for none."""
    try:
        made = function(ratings, *arguments)
    except NotComputable as reason:
        return reason.codes
    assert math.isfinite(made.value)
    error = getattr(made, "se", 0.0)
    assert math.isfinite(error) and error >= 0
    return pytest.approx((made.value, error), abs=1e-9)


def numbers(ratings, function, *arguments):
    shown = found(function, ratings, *arguments)
    return shown if isinstance(shown, tuple) else shown.expected


@settings(deadline=None, max_examples=60)
@given(pairs, st.randoms(use_true_random=False))
def test_first_and_second_reader_are_interchangeable(ratings, random):
    swapped = np.array([row[::-1] if random.random() < 0.5 else row for row in ratings])
    for function in ANY_READERS:
        assert numbers(swapped, function, LEVELS, "quadratic") == found(
            function, ratings, LEVELS, "quadratic"
        )
    assert numbers(swapped, krippendorff_alpha_by_distance, LEVELS) == found(
        krippendorff_alpha_by_distance, ratings, LEVELS
    )


@settings(deadline=None, max_examples=60)
@given(threes, st.permutations(range(3)))
def test_the_order_of_named_readers_does_not_matter_either(ratings, order):
    for function in (*ANY_READERS, *NAMED):
        assert numbers(ratings[:, order], function, LEVELS, "linear") == found(
            function, ratings, LEVELS, "linear"
        )
    for kind in ICC_KINDS:
        assert numbers(ratings[:, order], icc, kind) == found(icc, ratings, kind)


@settings(deadline=None, max_examples=60)
@given(threes, st.integers(0, 4))
def test_cases_in_another_order_and_cases_that_nobody_rated_do_not_matter(ratings, extra):
    more = np.vstack([ratings[::-1], np.full((extra, 3), X)])
    for function in (*ANY_READERS, *NAMED):
        assert numbers(more, function, LEVELS, "quadratic") == found(
            function, ratings, LEVELS, "quadratic"
        )
    assert numbers(more, krippendorff_alpha_by_distance, LEVELS) == found(
        krippendorff_alpha_by_distance, ratings, LEVELS
    )
    for kind in ICC_KINDS:
        assert numbers(more, icc, kind) == found(icc, ratings, kind)


@settings(deadline=None, max_examples=60)
@given(threes, st.permutations(LEVELS))
def test_names_of_levels_do_not_matter_where_equal_is_all_that_counts(ratings, names):
    renamed = np.where(
        np.isnan(ratings), X, np.array([0, *names])[np.nan_to_num(ratings).astype(int)]
    )
    for function in (*ANY_READERS, *NAMED):
        assert numbers(renamed, function, LEVELS) == found(function, ratings, LEVELS)


@settings(deadline=None, max_examples=60)
@given(threes, st.floats(0.1, 50), st.floats(-40, 40))
def test_a_scale_may_be_stretched_and_moved(ratings, factor, shift):
    levels = tuple(factor * level + shift for level in LEVELS)
    moved = np.where(
        np.isnan(ratings), X, np.array([0, *levels])[np.nan_to_num(ratings).astype(int)]
    )
    for weights in ("linear", "quadratic", "ordinal"):
        for function in (*ANY_READERS, *NAMED):
            plain = found(function, ratings, LEVELS, weights)
            assert numbers(moved, function, levels, weights) == plain
    by_distance = found(krippendorff_alpha_by_distance, ratings, LEVELS)
    assert numbers(moved, krippendorff_alpha_by_distance, levels) == by_distance


@settings(deadline=None, max_examples=60)
@given(threes)
def test_an_unused_level_matters_for_ac_and_bp_alone(ratings):
    """So the whole scale is asked for; what is left out would not be missed elsewhere."""
    wider = (*LEVELS, 6)
    for function in (fleiss_kappa, krippendorff_alpha, conger_kappa, percent_agreement):
        assert numbers(ratings, function, wider) == found(function, ratings, LEVELS)
    assert numbers(ratings, krippendorff_alpha_by_distance, wider) == found(
        krippendorff_alpha_by_distance, ratings, LEVELS
    )
    for function in (gwet_ac, brennan_prediger):
        few, many = (found(function, ratings, levels) for levels in (LEVELS, wider))
        if not isinstance(few, tuple) and few.expected[0] < 1 - 1e-9:
            assert many.expected[0] > few.expected[0]


@settings(deadline=None, max_examples=60)
@given(pairs)
def test_of_two_readers_congers_is_cohens_and_never_more_than_1(ratings):
    assert numbers(ratings, cohen_kappa, LEVELS, "linear") == found(
        conger_kappa, ratings, LEVELS, "linear"
    )
    for function in ANY_READERS:
        shown = numbers(ratings, function, LEVELS, "linear")
        assert isinstance(shown[0], str) or shown[0] <= 1 + 1e-9


@settings(deadline=None, max_examples=60)
@given(threes)
def test_a_second_reading_equal_to_the_first_is_full_agreement(ratings):
    twice = np.repeat(ratings[:, :1], 2, axis=1)
    for function in (*ANY_READERS, *NAMED, krippendorff_alpha_by_distance):
        shown = numbers(twice, function, LEVELS)
        assert isinstance(shown[0], str) or shown[0] == pytest.approx(1)
