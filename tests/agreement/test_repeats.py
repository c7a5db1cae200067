"""The same reader again: pairs, how steady, and never counted as another reader."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from reader_panels import ITEM, LEVELS, START, reading

from lltic.agreement import (
    Repeat,
    agreement_table,
    discordant,
    double_reviewed,
    readings,
    repeats,
    within_readers,
    without_repeats,
)
from lltic.errors import LlticError, NotComputable
from lltic.records import Judgement


def judged(case_id, reader, value, position=1, review_id="", item=ITEM, missing=""):
    review_id = review_id or f"{case_id}-{position}"
    return Judgement(review_id, case_id, reader, position, "sjr", "f1", item, value, missing, seq=1)


def pair(number, first, second, reader="amira", days=40.0):
    return Repeat(f"c{number:03}", reader, ITEM, first, second, days)


# -- readings ------------------------------------------------------------------------------


def test_a_reading_joins_score_reader_time_and_side():
    at = {"x-1": "2026-10-05T09:00:00.000000Z"}
    found = readings(
        [
            judged("x", "ben", 4, 2),
            judged("x", "amira", 3),
            judged("y", "amira", None, missing="not_in_notes"),
            judged("x", "amira", 5, item="record.score"),
        ],
        ITEM,
        LEVELS,
        at=at,
        sides={"x-2": "secondary_care"},
    )
    assert [(r.reader, r.score, r.side) for r in found] == [
        ("amira", 3.0, ""),
        ("ben", 4.0, "secondary_care"),
    ]
    assert found[0].at.isoformat() == "2026-10-05T09:00:00+00:00"
    assert found[1].at is None


def test_levels_that_are_words_count_from_one_and_others_are_refused_unsaid():
    said = [judged("x", "amira", "yes"), judged("x", "ben", "no", 2)]
    assert [r.score for r in readings(said, ITEM, ("no", "probably", "yes"))] == [3.0, 1.0]
    with pytest.raises(LlticError) as error:
        readings([*said, judged("y", "ben", "canary")], ITEM, ("no", "probably", "yes"))
    assert error.value.codes == ("rating-outside-scale",)
    assert "canary" not in str(error.value)


# -- pairs ---------------------------------------------------------------------------------


def test_a_repeat_is_the_same_case_by_the_same_reader_in_order_of_time():
    late, early = START + timedelta(days=30), START
    found = repeats(
        [
            reading("x", "amira", 4, 1, late),
            reading("x", "amira", 2, 3, early),
            reading("x", "ben", 3, 2, early),
            reading("y", "amira", 3, 1, early),
        ]
    )
    assert found == [Repeat("x", "amira", ITEM, 2.0, 4.0, 30.0)]


def test_without_times_the_position_says_which_was_first_and_three_make_two_pairs():
    found = repeats([reading("x", "amira", s, p) for s, p in ((5, 3), (3, 1), (4, 2))])
    assert [(r.first, r.second, r.days) for r in found] == [(3, 4, None), (4, 5, None)]
    assert repeats([reading("x", "", 3, 1), reading("x", "", 4, 2)]) == []


def test_a_second_look_is_no_second_reader():
    once = [judged(f"c{n}", who, 3 + (n + p) % 2, p) for n in range(8)
            for p, who in enumerate(("amira", "ben"), 1)]  # fmt: skip
    again = [judged("c0", "amira", 1, 3), judged("alone", "ben", 1), judged("alone", "ben", 5, 2)]
    scales = {ITEM: LEVELS}
    assert without_repeats([*again, *once]) == [again[1], *once]
    assert agreement_table([*once, *again], scales) == agreement_table(once, scales)
    assert double_reviewed([*once, *again]) == double_reviewed(once) == 8
    assert discordant([*once, *again], scales) == discordant(once, scales)


def test_judgements_that_name_nobody_all_count():
    said = [judged("c", "", 3, 1), judged("c", "", 4, 2)]
    assert without_repeats(said) == said


# -- how steady ----------------------------------------------------------------------------


def test_within_readers_by_hand():
    scores = [(3, 3), (4, 4), (2, 3), (5, 4), (3, 3), (1, 1), (4, 2), (2, 2)]
    found = within_readers([pair(n, *s) for n, s in enumerate(scores)], LEVELS)
    assert (found.n_pairs, found.n_cases, found.n_readers, found.median_days) == (8, 8, 1, 40)
    assert found.raw_agreement.value == 5 / 8
    assert found.spread.value == pytest.approx((6 / 16) ** 0.5)  # squares 1 + 1 + 4 = 6
    assert found.repeatability == pytest.approx(1.96 * 2**0.5 * (6 / 16) ** 0.5)
    assert found.shift.value == pytest.approx(-2 / 8)
    assert found.shift.low < found.shift.value < found.shift.high
    assert found.kappa.low < found.kappa.value < found.kappa.high


def test_within_readers_warns_of_few_quick_and_one_sided_repeats():
    quick = within_readers([pair(n, 3, 3 + n % 2, days=3.0) for n in range(6)], LEVELS)
    said = " ".join(quick.warnings)
    assert "Only 6 repeats" in said and "within 3 days" in said and "one reader's" in said
    many = [pair(n, 1 + n % 5, 1 + (n + n % 3 // 2) % 5, f"r{n % 4}") for n in range(40)]
    assert within_readers(many, LEVELS).warnings == ()
    with pytest.raises(NotComputable) as error:
        within_readers([pair(1, 3, 3)], LEVELS)
    assert error.value.codes == ("too-few-repeats",)


def test_readers_who_never_vary_have_no_kappa_and_no_spread():
    found = within_readers([pair(n, 4, 4) for n in range(5)], LEVELS)
    assert found.kappa is None
    assert (found.spread.value, found.shift.value, found.raw_agreement.value) == (0, 0, 1)
    assert found.raw_agreement.low < 1  # a share of cases, of which there are few


def planted_spread(seeds):
    inside = []
    for seed in seeds:
        chance = np.random.default_rng(seed)
        case = chance.normal(3, 1, 40)
        both = case[:, None] + chance.normal(0, 0.5, (40, 2))
        grid = tuple(sorted({*both.ravel().tolist()}))
        found = within_readers([pair(n, *s) for n, s in enumerate(both.tolist())], grid)
        inside.append(found.spread.low <= 0.5 <= found.spread.high)
    return float(np.mean(inside))


def test_the_planted_spread_within_readers_is_held():
    assert planted_spread(range(40)) >= 0.85


@pytest.mark.soak
def test_the_planted_spread_within_readers_is_held_in_93_to_97():
    assert 0.93 <= planted_spread(range(200)) <= 0.97
