"""What is judged was not learnt from: not its case, and not the same words."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lltic.themes.suggest.folds import folds, number, part
from lltic.themes.suggest.words import comparable

WORDS = st.sampled_from(
    ["Nothing.", "nothing", "The chart was empty", "Late letter", "late letter!"]
)
ROWS = st.lists(st.tuples(WORDS, st.integers(0, 9), st.booleans()), min_size=20, max_size=60)


@given(ROWS, st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_no_case_and_no_words_are_on_both_sides(rows, seed):
    texts = [text for text, _, _ in rows]
    cases = number([str(case) for _, case, _ in rows])
    having = np.array([[found] for _, _, found in rows])
    judged = []
    for fold in folds(texts, cases, having, 4, seed):
        assert not set(cases[fold.learn]) & set(cases[fold.judge])
        said = {comparable(texts[i]) for i in fold.judge}
        assert not said & {comparable(texts[i]) for i in fold.learn}
        judged += fold.judge.tolist()
    assert sorted(judged) == list(range(len(texts)))


def test_the_check_on_words_can_fail():
    texts, cases = ["Nothing.", "nothing", "a", "b"], np.arange(4)
    where = part(cases, np.zeros((4, 1), dtype=bool), 4, 0)
    assert where[0] != where[1]  # parted by case alone, the same words are on both sides
    fold = next(f for f in folds(texts, cases, np.zeros((4, 1), dtype=bool), 4, 0) if 0 in f.judge)
    assert 1 not in fold.learn
    assert len(fold.learn) == 2


def test_a_rare_theme_is_spread_over_the_parts():
    cases = np.repeat(np.arange(100), 3)
    rare = np.isin(cases, [3, 17, 29, 41, 88])
    where = part(cases, np.stack([rare, cases % 2 == 0], axis=1), 5, 1)
    assert sorted(np.bincount(where[rare]).tolist()) == [3] * 5
    assert np.bincount(where).max() - np.bincount(where).min() <= 6


def test_the_same_seed_gives_the_same_parts_and_another_seed_others():
    cases = np.arange(60)
    none = np.zeros((60, 1), dtype=bool)
    assert (part(cases, none, 3, 1) == part(cases, none, 3, 1)).all()
    assert (part(cases, none, 3, 1) != part(cases, none, 3, 2)).any()
