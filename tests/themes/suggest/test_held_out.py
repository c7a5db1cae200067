"""Thresholds, and probabilities that were not learnt on the text they are of."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score
from themed_texts import material

from lltic.themes.suggest.folds import number
from lltic.themes.suggest.held_out import NEVER, best_threshold, hold_out


def test_the_threshold_is_the_best_of_all():
    chance = np.random.default_rng(3)
    p = np.round(chance.random(300), 2)  # with ties
    having = chance.random(300) < p
    found = best_threshold(p, having)
    every = {t: f1_score(having, p >= t) for t in np.unique(p)}
    assert f1_score(having, p >= found) == max(every.values())


def test_without_the_theme_there_is_no_threshold():
    assert best_threshold(np.array([0.2, 0.9]), np.array([False, False])) == NEVER


def test_labels_that_are_noise_are_not_found():
    made = material()
    chance = np.random.default_rng(1)
    noise = chance.random((len(made.texts), 1)) < 0.4
    held = hold_out(made.texts, noise, number(made.case_ids), ("noise",), n_folds=5, seed=1)
    # A leak would show here first: memory of a text would find its noise again.
    with_it, without = held.scores[noise[:, 0], 0], held.scores[~noise[:, 0], 0]
    above = np.mean(with_it[:, None] > without[None, :])
    assert 0.35 < above < 0.65


def test_what_is_in_the_words_is_found_and_no_fold_is_of_two_minds(trained):
    held = trained.held_out
    assert (held.chosen == held.having)[:, :2].mean() > 0.97
    assert len(set(zip(held.cases.tolist(), held.fold.tolist(), strict=True))) == 60
    assert held.unknown.max() < 0.5


def test_the_curve_of_a_fold_is_learnt_on_the_others(trained):
    held = trained.held_out
    for fold in range(5):
        here, others = held.fold == fold, held.fold != fold
        from lltic.themes.suggest.calibration import calibrate

        curve = calibrate(held.scores[others, 0], held.having[others, 0])
        assert held.probabilities[here, 0] == pytest.approx(curve.probability(held.scores[here, 0]))
