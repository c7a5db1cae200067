"""From judgements to a table of agreement and a list of cases to talk about."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lltic.agreement import (
    agreement_table,
    discordant,
    double_reviewed,
    fleiss_kappa,
    ratings_matrix,
    to_frame,
)
from lltic.errors import LlticError
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


def test_discordant_cases_most_telling_first():
    scores = [(3, 4), (2, 3), (1, 5), (3, 5), (2, 4), (1, 2), (4, 4)]
    judgements = [*pairs(scores), *pairs([(3, 3), (3, 2)], "overall.score")]
    judgements.append(judged("z", 1, 1))
    found = discordant(judgements, {ITEM: LEVELS, "overall.score": LEVELS})
    assert [case.case_id for case in found] == ["c002", "c004", "c003", "c001"]
    assert found[0].widest == 4
    assert [(i.item, i.low, i.high, i.crosses_poor) for i in found[3].items] == [
        (ITEM, 2, 3, True),
        ("overall.score", 2, 3, True),
    ]
    assert not found[2].items[0].crosses_poor


def test_discordance_does_not_say_who_gave_which_score():
    scores = [(1, 5), (2, 4)]
    swapped = [pair[::-1] for pair in scores]
    assert discordant(pairs(scores), {ITEM: LEVELS}) == discordant(pairs(swapped), {ITEM: LEVELS})


def test_where_the_low_end_is_the_good_one_the_border_lies_at_the_high_end():
    judgements = pairs([(4, 5), (3, 4), (2, 3), (1, 2)])
    found = discordant(judgements, {ITEM: LEVELS}, lower_is_better=[ITEM])
    assert [case.case_id for case in found] == ["c001"]
    assert [case.case_id for case in discordant(judgements, {ITEM: LEVELS})] == ["c002"]
