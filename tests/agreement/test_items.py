"""From judgements to a table of agreement."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lltic.agreement import (
    BESIDE,
    agreement_table,
    brennan_prediger,
    double_reviewed,
    fleiss_kappa,
    icc,
    krippendorff_alpha,
    krippendorff_alpha_by_distance,
    ratings_matrix,
    to_frame,
)
from lltic.errors import LlticError, UsageError
from lltic.records import Judgement

LEVELS = (1, 2, 3, 4, 5)
ITEM = "admission.score"


def judged(case_id, position, value, item=ITEM, missing="", form_hash="f1"):
    return Judgement(
        review_id=f"{case_id}-{position}",
        case_id=case_id,
        reviewer=f"r{position}",
        position=position,
        form="sjr",
        form_hash=form_hash,
        item=item,
        value=None if missing else value,
        missing=missing,
        seq=1,
    )


def pairs(scores, item=ITEM):
    return [
        judged(f"c{i:03}", position, value, item)
        for i, pair in enumerate(scores)
        for position, value in enumerate(pair, start=1)
    ]


SPREAD = [(1, 1), (2, 2), (2, 3), (3, 3), (4, 4), (5, 4), (4, 3), (3, 3), (2, 1), (5, 5)] * 4


def test_the_matrix_keeps_cases_in_order_and_gaps_empty():
    judgements = [judged("b", 2, 4), judged("b", 1, 3), judged("a", 2, 5)]
    judgements += [judged("a", 1, 0, missing="not_applicable"), judged("a", 1, 1, "overall.score")]
    case_ids, ratings = ratings_matrix(judgements, ITEM, LEVELS)
    assert case_ids == ("a", "b")
    np.testing.assert_array_equal(ratings, [[5, math.nan], [3, 4]])
    assert ratings_matrix([], ITEM, LEVELS)[1].shape == (0, 0)


def test_levels_as_text_count_from_one():
    judgements = pairs([("no", "probably"), ("yes", "yes")], "problems.medication.harm")
    _, ratings = ratings_matrix(judgements, "problems.medication.harm", ("no", "probably", "yes"))
    np.testing.assert_array_equal(ratings, [[1, 2], [3, 3]])


def test_a_score_outside_the_scale_is_refused_without_saying_it():
    with pytest.raises(LlticError) as caught:
        agreement_table([*pairs(SPREAD), judged("x", 1, 99)], {ITEM: LEVELS})
    assert caught.value.codes == ("rating-outside-scale",)
    assert "99" not in str(caught.value)


def test_the_table_states_values_counts_intervals_and_form():
    [row] = agreement_table(pairs(SPREAD), {ITEM: LEVELS})
    assert (row.item, row.n_cases, row.n_scored_once, row.warnings) == (ITEM, 40, 0, ())
    assert (row.raw_agreement.numerator, row.raw_agreement.denominator) == (24, 40)
    assert row.raw_agreement.value == pytest.approx(0.6)
    matrix = np.array(SPREAD, dtype=float)
    assert row.kappa.value == fleiss_kappa(matrix, LEVELS, "quadratic").value
    for estimate in (row.raw_agreement, row.kappa, row.ac2):
        assert estimate.low < estimate.value < estimate.high
        assert estimate.definition_hash == "f1"
    assert "interchangeable" in row.kappa.method


def test_swapping_first_and_second_reader_changes_nothing():
    swapped = [pair[::-1] if i % 3 else pair for i, pair in enumerate(SPREAD)]
    assert agreement_table(pairs(SPREAD), {ITEM: LEVELS}) == agreement_table(
        pairs(swapped), {ITEM: LEVELS}
    )


def test_a_generator_makes_the_intervals_bootstraps():
    def table(seed):
        generator = np.random.default_rng(seed)
        return agreement_table(pairs(SPREAD), {ITEM: LEVELS}, generator=generator)

    [row] = table(1)
    assert "bca bootstrap" in row.kappa.method
    assert row.kappa.low < row.kappa.value < row.kappa.high
    assert table(1) == [row]
    assert table(2) != [row]


def test_single_readings_and_disputed_applicability_do_not_count_but_are_told():
    extra = [judged("x1", 1, 1), judged("x2", 1, 5)]  # the second reviewers have not locked
    extra += [judged("y1", 1, 2), judged("y1", 2, 0, missing="not_applicable")]
    [plain] = agreement_table(pairs(SPREAD), {ITEM: LEVELS})
    [row] = agreement_table([*pairs(SPREAD), *extra], {ITEM: LEVELS})
    assert (row.n_cases, row.kappa.value) == (40, plain.kappa.value)
    assert row.n_scored_once == 1
    assert row.warnings == (
        "1 case was scored by one reviewer and not by the other, and cannot count here.",
    )


def test_undefined_is_none_with_the_reason():
    [nothing] = agreement_table([judged("a", 1, 3)], {ITEM: LEVELS})
    assert (nothing.raw_agreement, nothing.kappa, nothing.ac2) == (None, None, None)
    assert "fewer than two cases have two ratings" in nothing.warnings[0]
    [same] = agreement_table(pairs([(4, 4)] * 40), {ITEM: LEVELS})
    assert same.kappa is None
    assert (same.raw_agreement.value, same.ac2.value) == (1, 1)
    assert same.raw_agreement.low < 1
    assert same.warnings[0].startswith("Kappa is not defined: only one level")
    assert same.ac2.low == 1
    assert "says too much" in same.warnings[-1]


def test_warnings_for_few_cases_skewed_scores_and_no_disagreement():
    [few] = agreement_table(pairs(SPREAD[:10]), {ITEM: LEVELS})
    assert few.warnings[0].startswith("Only 10 cases")
    assert few.kappa.warnings == few.warnings
    [skewed] = agreement_table(pairs([(4, 4)] * 90 + [(4, 3)] * 5 + [(3, 4)] * 5), {ITEM: LEVELS})
    assert skewed.kappa.value < 0
    assert "95% of the ratings are the same score" in skewed.warnings[0]
    [balanced] = agreement_table(
        pairs([(4, 4)] * 45 + [(4, 3)] * 10 + [(3, 3)] * 45), {ITEM: LEVELS}
    )
    assert balanced.warnings == ()
    [equal] = agreement_table(pairs([(4, 4), (2, 2)] * 20), {ITEM: LEVELS})
    assert equal.kappa.value == 1
    assert "says too much" in equal.warnings[0]
    [apart] = agreement_table(pairs([(1, 5)] * 40), {ITEM: LEVELS})
    assert apart.kappa.value == -1
    assert apart.warnings == (
        "All cases differ alike: the interval has no width and says too much.",
    )


def test_one_case_with_three_readings_does_not_take_the_icc_away_from_a_bootstrap():
    judgements = [*pairs(SPREAD), judged("c000", 3, 2)]
    [plain] = agreement_table(judgements, {ITEM: LEVELS}, beside=("icc",))
    drawn = {"generator": np.random.default_rng(1), "replicates": 100}
    [row] = agreement_table(judgements, {ITEM: LEVELS}, beside=("icc",), **drawn)
    assert row.beside["icc"].value == plain.beside["icc"].value
    assert any("No bootstrap of the ICC" in said for said in row.warnings)
    assert "bca bootstrap" in row.kappa.method


def test_two_versions_of_the_form_are_told():
    judgements = pairs(SPREAD)
    judgements[0] = judged("c000", 1, 1, form_hash="f2")
    [row] = agreement_table(judgements, {ITEM: LEVELS})
    assert "more than one version" in row.warnings[0]
    assert row.kappa.definition_hash == ""


def test_three_readers_use_every_pair():
    judgements = pairs([(1, 1, 2), (4, 4, 4), (2, 3, 3), (5, 5, 4)] * 10)
    [row] = agreement_table(judgements, {ITEM: LEVELS})
    assert row.raw_agreement.value == pytest.approx((1 / 3 + 1 + 1 / 3 + 1 / 3) / 4)
    assert row.raw_agreement.numerator is None


def test_items_keep_the_order_of_the_form_and_become_a_frame():
    scales = {"overall.score": LEVELS, ITEM: LEVELS}
    rows = agreement_table([*pairs(SPREAD), *pairs(SPREAD[:1], "overall.score")], scales)
    assert [row.item for row in rows] == ["overall.score", ITEM]
    frame = to_frame(rows)
    assert list(frame["item"]) == ["overall.score", ITEM]
    assert math.isnan(frame["kappa"][0])
    assert frame["kappa_low"][1] == rows[1].kappa.low


def test_double_reviewed_counts_cases_with_two_locked_reviews():
    judgements = [*pairs([(3, 3), (4, 5)]), judged("x", 1, 3), judged("x", 1, 3, "overall.score")]
    assert double_reviewed(judgements) == 2
    assert double_reviewed([]) == 0


# -- what may stand beside -----------------------------------------------------------------


def test_more_coefficients_stand_beside_when_asked_for():
    [row] = agreement_table(pairs(SPREAD), {ITEM: LEVELS}, beside=tuple(BESIDE))
    matrix = np.array(SPREAD, dtype=float)
    assert list(row.estimates) == ["raw_agreement", "kappa", "ac2", *BESIDE]
    assert row.beside["alpha"].value == krippendorff_alpha(matrix, LEVELS, "quadratic").value
    by_distance = krippendorff_alpha_by_distance(matrix, LEVELS).value
    assert row.beside["alpha_ordinal_distance"].value == by_distance
    assert row.beside["brennan_prediger"].value == (
        brennan_prediger(matrix, LEVELS, "quadratic").value
    )
    assert row.beside["icc"].value == icc(matrix, "one_way").value
    assert row.beside["icc"].value == pytest.approx(row.kappa.value, abs=0.02)
    assert all(e.low < e.value < e.high for e in row.beside.values())
    assert row.beside["icc"].definition_hash == "f1"
    frame = to_frame([row])
    assert frame["icc"][0] == row.beside["icc"].value
    assert frame["alpha_low"][0] == row.beside["alpha"].low


def test_the_usual_three_do_not_move_when_others_stand_beside():
    [plain] = agreement_table(pairs(SPREAD), {ITEM: LEVELS})
    [row] = agreement_table(pairs(SPREAD), {ITEM: LEVELS}, beside=("icc", "alpha"))
    assert (row.raw_agreement, row.kappa, row.ac2) == (plain.raw_agreement, plain.kappa, plain.ac2)
    assert plain.beside == {}


def test_an_unknown_coefficient_is_refused_with_those_there_are():
    with pytest.raises(UsageError) as error:
        agreement_table(pairs(SPREAD), {ITEM: LEVELS}, beside=("kapa", "icc", "tau"))
    assert error.value.codes == ("unknown-coefficient", "unknown-coefficient")
    assert "brennan_prediger" in str(error.value)


def test_what_is_undefined_beside_is_none_with_the_reason():
    [same] = agreement_table(pairs([(4, 4)] * 40), {ITEM: LEVELS}, beside=tuple(BESIDE))
    assert same.beside["alpha"] is None and same.beside["icc"] is None
    assert any(said.startswith("Alpha is not defined") for said in same.warnings)
    [nothing] = agreement_table([judged("a", 1, 3)], {ITEM: LEVELS}, beside=("icc",))
    assert nothing.beside == {"icc": None}


def test_bootstraps_of_all_of_them_need_as_many_draws_as_are_asked_for():
    generator = np.random.default_rng(1)
    more = {"generator": generator, "replicates": 200}
    [row] = agreement_table(pairs(SPREAD), {ITEM: LEVELS}, beside=tuple(BESIDE), **more)
    for name, estimate in row.estimates.items():
        if name != "raw_agreement":
            assert "bootstrap" in estimate.method, name
            assert estimate.low < estimate.value < estimate.high


def test_the_word_for_kappa_comes_with_its_probability():
    [row] = agreement_table(pairs(SPREAD), {ITEM: LEVELS})
    assert row.benchmark.scale == "Landis-Koch"
    assert sum(band.probability for band in row.benchmark.bands) == pytest.approx(1)
    assert row.benchmark.chosen.at_least >= 0.95
    [same] = agreement_table(pairs([(4, 4), (3, 3)] * 20), {ITEM: LEVELS})
    assert same.benchmark is None


def test_identity_weights_make_them_unweighted():
    [row] = agreement_table(pairs(SPREAD), {ITEM: LEVELS}, weights="identity")
    matrix = np.array(SPREAD, dtype=float)
    assert row.kappa.value == fleiss_kappa(matrix, LEVELS).value
    assert row.ac2.name == "AC1, identity weights"
