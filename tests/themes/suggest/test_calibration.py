"""A probability of 30 % comes true in 30 of a hundred."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from lltic.themes.suggest.calibration import calibrate, reliability


@pytest.fixture
def drawn():
    chance = np.random.default_rng(5)
    scores = chance.normal(size=20_000)
    return scores, chance.random(20_000) < expit(2.5 * scores - 1.5)


def test_a_planted_curve_is_recovered(drawn):
    curve = calibrate(*drawn)
    assert curve.slope == pytest.approx(2.5, abs=0.1)
    assert curve.offset == pytest.approx(-1.5, abs=0.1)


def test_it_is_the_unpenalised_logistic_curve(drawn):
    scores, having = drawn
    curve = calibrate(scores, having)
    judge = LogisticRegression(C=np.inf, tol=1e-8).fit(scores[:, None], having)
    assert curve.slope == pytest.approx(judge.coef_[0, 0], abs=0.005)
    assert curve.offset == pytest.approx(judge.intercept_[0], abs=0.005)


def test_scores_that_part_perfectly_give_no_certainty():
    scores = np.array([-2.0] * 5 + [2.0] * 5)
    p = calibrate(scores, scores > 0).probability(scores)
    assert p[0] == pytest.approx(1 / 7, abs=0.01)  # Platt's targets: 1/(n+2) and (n+1)/(n+2)
    assert p[-1] == pytest.approx(6 / 7, abs=0.01)


@pytest.mark.parametrize("having", [np.zeros(8, dtype=bool), np.ones(8, dtype=bool)])
def test_all_or_none_is_a_flat_curve(having):
    p = calibrate(np.zeros(8), having).probability(np.zeros(1))
    assert p[0] == pytest.approx(0.9 if having.all() else 0.1, abs=0.001)


def test_the_bands_count_every_text_and_show_a_wrong_curve(drawn):
    scores, having = drawn
    right = reliability(calibrate(scores, having).probability(scores), having)
    assert sum(band.n_texts for band in right) == len(scores)
    assert max(abs(band.predicted - band.observed) for band in right) < 0.05
    wrong = reliability(expit(scores), having)
    assert max(abs(band.predicted - band.observed) for band in wrong) > 0.1
