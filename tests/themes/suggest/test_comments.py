"""Patients' own comments: no leak between parts, and better than guessing by far."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(ROOT))
    try:
        from benchmarks import suggestions
    finally:
        sys.path.remove(str(ROOT))
    return suggestions


@pytest.fixture(scope="module")
def comments(bench, data_dir):
    return bench.read_comments(data_dir)


def test_all_comments_with_words_are_read(comments):
    assert (len(comments.texts), len(comments.themes)) == (10_302, 9)
    assert (comments.having.sum(axis=1) == 1).all()
    # The same words in the same group, whatever stands between them.
    assert len(set(comments.groups.tolist())) < 8_600


def test_comments_that_say_the_same_are_in_one_part(bench, comments):
    from lltic.themes.suggest.folds import folds
    from lltic.themes.suggest.words import comparable

    said = np.array([comparable(text) for text in comments.texts])
    judged = np.zeros(len(said), dtype=int)
    for fold in folds(comments.texts, comments.groups, comments.having, 5, bench.SEED):
        assert not set(said[fold.learn]) & set(said[fold.judge])
        judged[fold.judge] += 1
    assert (judged == 1).all()


def test_without_groups_the_same_words_would_be_on_both_sides(bench, comments):
    from lltic.themes.suggest.folds import part

    alone = np.arange(len(comments.texts))
    where = part(alone, comments.having, 5, bench.SEED)
    assert len({(g, w) for g, w in zip(comments.groups, where, strict=True)}) > len(
        set(comments.groups.tolist())
    )


@pytest.mark.slow
def test_one_part_is_judged_as_well_as_was_measured(bench, comments):
    """A tenth under the figures of benchmarks/README.md would be another model."""
    from lltic.themes.suggest.folds import folds
    from lltic.themes.suggest.linear import one_thread

    with one_thread():
        fold = next(folds(comments.texts, comments.groups, comments.having, 5, bench.SEED))
        found = bench.learn(comments, fold, True)
    truth = comments.having.argmax(axis=1)[fold.judge]
    assert bench.macro_f1(truth, found.decided["macro-F1"]) > 0.57
    assert bench.balanced_accuracy(truth, found.decided["balanced accuracy"]) > 0.63
    assert bench.accuracy(truth, found.decided["accuracy"]) > 0.68
    mixed = np.random.default_rng(1).permutation(truth)
    assert bench.macro_f1(mixed, found.decided["macro-F1"]) < 0.2
