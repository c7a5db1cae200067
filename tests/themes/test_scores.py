"""Themes and care scores: the effect, its interval and its test against other ways."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from coded_cases import counted_of
from scipy.stats import mannwhitneyu

from lltic.errors import NotComputable
from lltic.measures import Design
from lltic.records import Judgement
from lltic.themes import case_scores, scores_to_frame, theme_scores

RNG = np.random.default_rng(4)
CASES = [f"C{i:03}" for i in range(80)]
SCORES = {case: float(RNG.integers(1, 6)) for case in CASES}
WITH = [c for c in CASES if RNG.random() < 0.75 - 0.13 * SCORES[c]]


def of(rows, theme="dnar"):
    return next(row for row in rows if row.theme == theme)


def test_it_is_mann_and_whitney_with_delongs_error():
    row = of(theme_scores(counted_of({"dnar": WITH}, CASES), SCORES))
    with_it = np.array([SCORES[c] for c in WITH])
    without = np.array([SCORES[c] for c in CASES if c not in WITH])
    theirs = mannwhitneyu(without, with_it, use_continuity=False, method="asymptotic")
    theta = theirs.statistic / len(with_it) / len(without)
    assert row.worse.value == pytest.approx(theta)
    assert row.worse.value > 0.5
    assert row.p == pytest.approx(theirs.pvalue)
    worse = (with_it[:, None] < without) + 0.5 * (with_it[:, None] == without)
    delong = worse.mean(axis=1).var(ddof=1) / len(with_it)
    delong += worse.mean(axis=0).var(ddof=1) / len(without)
    spread = log(row.worse.high / (1 - row.worse.high)) - log(row.worse.low / (1 - row.worse.low))
    ours = spread / 2 / 2.02 * theta * (1 - theta)
    assert ours == pytest.approx(sqrt(delong), rel=0.04)
    assert (row.n_with, row.n_without) == (len(with_it), len(without))
    assert row.mean_with == pytest.approx(with_it.mean())


def test_where_a_higher_number_is_worse_the_effect_turns():
    counted = counted_of({"dnar": WITH}, CASES)
    up = of(theme_scores(counted, SCORES))
    down = of(theme_scores(counted, SCORES, lower_is_better=True))
    assert down.worse.value == pytest.approx(1 - up.worse.value)
    assert down.worse.low == pytest.approx(1 - up.worse.high)


def test_what_cannot_be_worked_out_says_why():
    rows = theme_scores(counted_of({"dnar": CASES[:1], "medication": CASES}, CASES), SCORES)
    assert of(rows).worse is None
    assert of(rows).reason == "fewer than 2 cases with the theme"
    assert of(rows, "medication").reason == "fewer than 2 cases without the theme"
    same = theme_scores(counted_of({"dnar": WITH}, CASES), dict.fromkeys(CASES, 3.0))
    assert of(same).reason == "every case has the same score"
    apart = {c: 1.0 if c in WITH else 5.0 for c in CASES}
    row = of(theme_scores(counted_of({"dnar": WITH}, CASES), apart))
    assert row.worse is None
    assert row.p < 0.001
    with pytest.raises(NotComputable):
        theme_scores(counted_of({"dnar": WITH}, CASES), {})


def test_weights_correct_for_who_was_drawn():
    rng = np.random.default_rng(9)
    ids = np.array([f"c{i:05}" for i in range(20_000)])
    score = rng.integers(1, 6, size=20_000)
    has = rng.random(20_000) < 0.15 * (6 - score)
    odd = (score <= 2) & has
    populations = {"odd": int(odd.sum()), "rest": int((~odd).sum())}
    drawn = dict.fromkeys(ids[odd][: populations["odd"] // 2].tolist(), "odd")
    drawn |= dict.fromkeys(ids[~odd][: populations["rest"] // 20].tolist(), "rest")
    scores = dict(zip(ids.tolist(), score.astype(float).tolist(), strict=True))
    counted = counted_of({"dnar": set(ids[has].tolist()) & set(drawn)}, drawn)
    truth = mannwhitneyu(score[~has], score[has]).statistic / has.sum() / (~has).sum()
    right = of(theme_scores(counted, scores, drawing=Design(drawn, populations))).worse
    wrong = of(theme_scores(counted, scores)).worse
    assert right.low < truth < right.high
    assert not wrong.low < truth < wrong.high


def test_the_worst_score_of_a_case_stands_for_it():
    def judged(review, case, value, item="overall.score", missing=""):
        return Judgement(review, case, "r", 1, "sjr", "h", item, value, missing, 1)

    made = [
        judged("A-1", "A", 4),
        judged("A-2", "A", 2),
        judged("A-2", "A", 1, item="admission.score"),
        judged("B-1", "B", None, missing="not_applicable"),
    ]
    assert case_scores(made, "overall.score") == {"A": 2.0}
    assert case_scores(made, "overall.score", lower_is_better=True) == {"A": 4.0}


def test_as_pandas():
    frame = scores_to_frame(theme_scores(counted_of({"dnar": WITH}, CASES), SCORES))
    assert len(frame) == 12
    assert frame["chance of a worse score"].notna().sum() == 1
