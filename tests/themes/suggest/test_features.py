"""Counting, and what of it a model may keep."""

from __future__ import annotations

import numpy as np

from lltic.themes.suggest.features import MIN_CASES, count, learn_vocabulary
from lltic.themes.suggest.words import comparable, parts_of, tokens


def test_counts_are_those_of_counting_by_hand():
    counted = count(["The chart, the CHART!", "no chart", ""])
    words = dict(zip(counted.word_names, counted.words.toarray().T.tolist(), strict=True))
    assert words["chart"] == [2, 1, 0]
    assert words["the chart"] == [2, 0, 0]
    assert words["chart the"] == [1, 0, 0]
    assert words["no chart"] == [0, 1, 0]
    parts = dict(zip(counted.part_names, counted.parts.toarray().T.tolist(), strict=True))
    assert parts[" ch"] == [2, 1, 0]
    assert parts["chart"] == [2, 1, 0]
    assert list(counted.word_names) == sorted(counted.word_names)
    assert list(counted.part_names) == sorted(counted.part_names)


def test_parts_by_word_are_the_parts_of_each_text():
    texts = ["renal failure, renal team", "cardiac arrest", "team"]
    counted = count(texts)
    for row, text in enumerate(texts):
        expected: dict[str, int] = {}
        for word, _ in tokens(text):
            for part in parts_of(word):
                expected[part] = expected.get(part, 0) + 1
        found = counted.parts[row].toarray()[0]
        having = {counted.part_names[i]: found[i] for i in np.flatnonzero(found)}
        assert having == expected


def test_a_word_of_fewer_cases_than_the_least_is_in_no_model():
    texts = ["fluid chart Featherstonehaugh"] * 5 + ["fluid chart", "fluid chart"]
    cases = np.array([0, 0, 0, 0, 0, 1, 2])  # the name stands in five texts about one case
    known = learn_vocabulary(count(texts), cases)
    assert "fluid" in known.words
    assert "featherstonehaugh" not in known.words
    assert not [part for part in known.parts if part in "featherstonehaugh"]
    assert MIN_CASES == 3


def test_rows_have_length_one_for_each_kind_and_new_words_are_passed_over():
    texts = ["fluid chart", "fluid letter", "fluid"]
    known = learn_vocabulary(count(texts), np.arange(3), min_cases=1)
    rows = known.rows(count(["fluid chart unheard", "unheard of zzz", ""])).toarray()
    n = len(known.words)
    assert np.allclose(np.linalg.norm(rows[0, :n]), 1)
    assert np.allclose(np.linalg.norm(rows[0, n:]), 1)
    assert not rows[2].any()
    assert not rows[1, :n].any()


def test_numbers_are_one_word_and_marks_do_not_part_the_same_texts():
    assert [word for word, _ in tokens("On 14/02 a 91-year-old")] == [
        *["on", "0", "0", "a", "0", "year", "old"],
    ]
    assert comparable("Nothing. ") == comparable("nothing")
    assert comparable("seen 2 times") != comparable("seen 3 times")
