"""Cases to talk about: most informative first, blind, and with words for those allowed."""

from __future__ import annotations

import math

import pytest

from lltic.agreement import discordant, side_by_side
from lltic.records import Judgement

LEVELS = (1, 2, 3, 4, 5)
ITEM, OVERALL, TEXT = "admission.score", "overall.score", "admission.judgement"


def judged(case_id, position, value, item=ITEM, missing="", reviewer=""):
    return Judgement(
        review_id=f"{case_id}-{position}",
        case_id=case_id,
        reviewer=reviewer or f"r{position}",
        position=position,
        form="sjr",
        form_hash="f1",
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


AGREEING = [(3, 3), (4, 4), (2, 2), (4, 4), (3, 3)] * 6


def names(found):
    return [case.case_id for case in found]


# -- which cases ---------------------------------------------------------------------------


def test_two_points_apart_or_across_the_border_of_poor_care():
    scores = [(3, 4), (2, 3), (1, 5), (3, 5), (2, 4), (1, 2), (4, 4)]
    judgements = [*pairs(scores), *pairs([(3, 3), (3, 2)], OVERALL), judged("z", 1, 1)]
    found = {c.case_id: c for c in discordant(judgements, {ITEM: LEVELS, OVERALL: LEVELS})}
    assert set(found) == {"c001", "c002", "c003", "c004"}
    assert found["c002"].widest == 4
    assert [(i.item, i.low, i.high, i.crosses_poor) for i in found["c001"].items] == [
        (ITEM, 2, 3, True),
        (OVERALL, 2, 3, True),
    ]
    assert not found["c003"].items[0].crosses_poor


def test_where_the_low_end_is_the_good_one_the_border_lies_at_the_high_end():
    judgements = pairs([(4, 5), (3, 4), (2, 3), (1, 2)])
    found = discordant(judgements, {ITEM: LEVELS}, lower_is_better=[ITEM])
    assert names(found) == ["c001"]
    assert names(discordant(judgements, {ITEM: LEVELS})) == ["c002"]


def test_nothing_is_said_of_a_case_that_somebody_still_reads():
    judgements = pairs([(1, 5), (2, 4)])
    found = discordant(judgements, {ITEM: LEVELS}, closed={"c001"})
    assert names(found) == ["c001"]
    assert discordant(judgements, {ITEM: LEVELS}, closed=set()) == []


# -- in which order ------------------------------------------------------------------------


def test_bits_by_hand():
    # Ten pairs, read both ways: five of (3, 3), four of (4, 4), one of (2, 4).
    [case] = discordant(pairs([(3, 3)] * 5 + [(4, 4)] * 4 + [(2, 4)]), {ITEM: LEVELS})
    # With half a pair of each of 25 kinds, row 2 holds 0.5 + 2.5, row 4 holds 4.5 + 2.5.
    knowing_two, knowing_four = 1.0 / 3.0, 1.0 / 7.0
    bits = -(math.log2(knowing_two) + math.log2(knowing_four)) / 2
    assert case.bits == pytest.approx(bits)
    assert case.items[0].bits == pytest.approx(bits)


def test_a_gap_tells_more_where_readers_otherwise_agree():
    loose = [(2, 4), (4, 2), (2, 4), (4, 4), (4, 2), (2, 2)] * 5
    steady = AGREEING
    judgements = [*pairs(loose), *pairs(steady[:29], OVERALL)]
    judgements += [judged("c029", 1, 2, OVERALL), judged("c029", 2, 4, OVERALL)]
    found = discordant(judgements, {ITEM: LEVELS, OVERALL: LEVELS})
    assert found[0].case_id == "c029"
    assert found[0].bits > 2 * found[1].bits
    equal = [case for case in found if case.case_id != "c029"]
    assert names(equal) == sorted(names(equal))


def test_apart_on_item_after_item_tells_more_than_one_wide_gap():
    first = [*AGREEING, (2, 4), (1, 5)]
    second = [*AGREEING, (2, 4), (3, 3)]
    third = [*AGREEING, (2, 4), (4, 4)]
    judgements = [*pairs(first), *pairs(second, OVERALL), *pairs(third, "record.score")]
    scales = dict.fromkeys((ITEM, OVERALL, "record.score"), LEVELS)
    found = discordant(judgements, scales)
    assert names(found) == ["c030", "c031"]
    assert found[0].bits == pytest.approx(sum(i.bits for i in found[0].items))


def test_an_unlisted_small_difference_still_adds_to_what_a_case_tells():
    alike = [*AGREEING, (2, 4), (2, 4)]
    more = [*AGREEING, (3, 4), (3, 3)]
    found = discordant([*pairs(alike), *pairs(more, OVERALL)], {ITEM: LEVELS, OVERALL: LEVELS})
    assert names(found) == ["c030", "c031"]
    assert len(found[0].items) == len(found[1].items) == 1
    assert found[0].bits > found[1].bits


def test_agreement_on_a_rare_score_is_no_information():
    found = discordant(pairs([*AGREEING, (1, 1), (5, 3)]), {ITEM: LEVELS})
    assert names(found) == ["c031"]


def test_a_case_is_told_by_all_its_pairs():
    judgements = [*pairs([*AGREEING, (2, 4)]), judged("c030", 3, 4)]
    [case] = discordant(judgements, {ITEM: LEVELS})
    [of_two] = discordant(pairs([*AGREEING, (2, 4)]), {ITEM: LEVELS})
    assert 0 < case.bits < of_two.bits


# -- blind ---------------------------------------------------------------------------------


def test_discordance_does_not_say_who_gave_which_score():
    scores = [(1, 5), (2, 4)]
    swapped = [pair[::-1] for pair in scores]
    found = discordant(pairs(scores), {ITEM: LEVELS})
    assert found == discordant(pairs(swapped), {ITEM: LEVELS})


WORDS = {ITEM: [TEXT], OVERALL: ["overall.judgement"]}


def told(extra=()):
    judgements = [*pairs([(1, 5)] * 8), *pairs([(2, 4)] * 8, OVERALL), *extra]
    for n in range(8):
        judgements.append(judged(f"c{n:03}", 1, f"Late, in case {n}.", TEXT))
        judgements.append(judged(f"c{n:03}", 2, f"In good time, in case {n}.", TEXT))
    found = discordant(judgements, {ITEM: LEVELS, OVERALL: LEVELS})
    return found, side_by_side(judgements, found, WORDS)


def test_both_judgements_stand_side_by_side_with_their_words():
    found, sides = told()
    assert [(s.case_id, s.item) for s in sides] == [
        (case.case_id, item.item) for case in found for item in case.items
    ]
    first = sides[0]
    assert {side.letter for side in first.sides} == {"A", "B"}
    words = {side.score: side.words for side in first.sides}
    assert words == {1: ("Late, in case 0.",), 5: ("In good time, in case 0.",)}
    assert sides[1].sides[0].words == ()


def test_a_letter_is_one_person_within_a_case_and_no_place_in_the_order():
    _, sides = told()
    by_case: dict[str, list[dict]] = {}
    for one in sides:
        by_case.setdefault(one.case_id, []).append({s.letter: s.score for s in one.sides})
    for admission, overall in by_case.values():
        low = next(letter for letter, score in admission.items() if score == 1)
        assert overall[low] == 2  # the first reader gave both low scores
    letters = {next(k for k, v in rows[0].items() if v == 1) for rows in by_case.values()}
    assert letters == {"A", "B"}  # the first reader is not always A


def test_a_side_without_a_score_says_why_and_names_stay_out():
    extra = [judged("c000", 3, None, missing="not_applicable", reviewer="canary")]
    _, sides = told(extra)
    third = [s for s in sides[0].sides if s.missing]
    assert [(s.score, s.missing) for s in third] == [(None, "not_applicable")]
    assert "canary" not in repr(sides) and "r1" not in repr(sides)
