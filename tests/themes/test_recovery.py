"""Planted theme rates, pairs and scores are recovered, and 95 % intervals hold 95 % of the time.

A model trust: a case has a quality of care from 1 to 5, and given it each theme is found by a
chance of its own, two of them together more often than that; the score is the quality with
an error. So every true figure is a sum over the qualities. The cohort is drawn from it anew for
each seed; where it is sampled, three in five are read of a stratum in which care is poorer and
three in twenty of the other, so that who does not weigh is wrong.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from coded_cases import counted_of

from lltic.measures import Design, wilson
from lltic.themes import load_codebook, prevalence, theme_scores, together

QUALITY = {1: 0.06, 2: 0.18, 3: 0.34, 4: 0.30, 5: 0.12}
ERROR = {-1: 0.2, 0: 0.6, 1: 0.2}
FOUND = {  # the chance of each theme at quality 1 to 5
    "dnar": (0.55, 0.45, 0.30, 0.20, 0.10),
    "clinical_reasoning": (0.50, 0.40, 0.25, 0.15, 0.10),
    "palliative_care": (0.25, 0.25, 0.25, 0.25, 0.25),
    "clinical_management": (0.15, 0.15, 0.30, 0.40, 0.50),
}
ECHO = 0.5
"""The chance that clinical reasoning is found because, and as, DNAR orders is or is not."""

POORER = {1: 0.95, 2: 0.85, 3: 0.5, 4: 0.15, 5: 0.05}
"""The chance that a case of this quality is in the stratum that is read more."""


@pytest.fixture(scope="module")
def book():
    loaded = load_codebook("lltic-12")
    codes = tuple(c for c in loaded.model.codes if c.code in FOUND)
    return replace(loaded, model=replace(loaded.model, codes=codes))


def chances(quality):
    """Return the chance of every combination of themes at a quality."""
    first, *rest = FOUND
    table = {}
    for pattern in product((0, 1), repeat=len(FOUND)):
        p = _one(FOUND[first][quality - 1], pattern[0])
        for theme, has in zip(rest, pattern[1:], strict=True):
            own = _one(FOUND[theme][quality - 1], has)
            if theme == "clinical_reasoning":
                own = ECHO * (has == pattern[0]) + (1 - ECHO) * own
            p *= own
        table[pattern] = p
    return table


def _one(p, has):
    return p if has else 1 - p


def score_chances(quality):
    found = Counter()
    for error, p in ERROR.items():
        found[min(5, max(1, quality + error))] += p
    return found


def truth():
    """Return every true figure of the model trust."""
    joint = Counter()
    for quality, weight in QUALITY.items():
        for pattern, p in chances(quality).items():
            for score, s in score_chances(quality).items():
                joint[pattern, score] += weight * p * s
    names = list(FOUND)
    figures = {}
    for i, theme in enumerate(names):
        rate = sum(p for (pattern, _), p in joint.items() if pattern[i])
        figures["rate", theme] = rate
        with_it = [
            sum(p for (t, s), p in joint.items() if t[i] and s == k) / rate for k in range(1, 6)
        ]
        without = [
            sum(p for (t, s), p in joint.items() if not t[i] and s == k) / (1 - rate)
            for k in range(1, 6)
        ]
        figures["worse", theme] = sum(
            with_it[a] * without[b] * (0.5 if a == b else a < b) for a in range(5) for b in range(5)
        )
    for (i, one), (j, other) in combinations(enumerate(names), 2):
        both, first, second, neither = (
            sum(p for (t, _), p in joint.items() if (t[i], t[j]) == pair)
            for pair in ((1, 1), (1, 0), (0, 1), (0, 0))
        )
        figures["odds ratio", one, other] = both * neither / first / second
        pa, pb = both + first, both + second
        figures["lift", one, other] = both / (pa * pb)
        figures["phi", one, other] = (both - pa * pb) / (pa * (1 - pa) * pb * (1 - pb)) ** 0.5
    return figures


def draw(rng, n):
    """Return a cohort of n cases: the cases with each theme, scores, and the poorer stratum."""
    quality = rng.choice(list(QUALITY), size=n, p=list(QUALITY.values()))
    flags = {}
    for theme, found in FOUND.items():
        flags[theme] = rng.random(n) < np.array(found)[quality - 1]
    echoed = rng.random(n) < ECHO
    flags["clinical_reasoning"] = np.where(echoed, flags["dnar"], flags["clinical_reasoning"])
    error = rng.choice(list(ERROR), size=n, p=list(ERROR.values()))
    score = np.clip(quality + error, 1, 5)
    poorer = rng.random(n) < np.array(list(POORER.values()))[quality - 1]
    ids = np.array([f"C{i:04}" for i in range(n)])
    having = {theme: set(ids[flag].tolist()) for theme, flag in flags.items()}
    return ids, having, dict(zip(ids.tolist(), score.tolist(), strict=True)), poorer


def covered(seed, book, *, weighted):
    """Return for each figure whether its interval held the truth, by figure."""
    rng = np.random.default_rng(seed)
    figures = truth()
    ids, having, scores, poorer = draw(rng, 900 if weighted else 380)
    cohort = {theme: len(found) / len(ids) for theme, found in having.items()}
    design, read = None, set(ids.tolist())
    if weighted:
        drawn, populations = {}, {}
        for name, part, share in (("poorer", ids[poorer], 0.6), ("other", ids[~poorer], 0.15)):
            n = round(len(part) * share)
            drawn |= dict.fromkeys(rng.choice(part, size=n, replace=False).tolist(), name)
            populations[name] = len(part)
        design, read = Design(drawn, populations), set(drawn)
    counted = counted_of({t: found & read for t, found in having.items()}, read, book)
    held = {}
    for row in prevalence(counted, estimator=design.share if design else None):
        aim = cohort[row.theme] if design else figures["rate", row.theme]
        held["rate", row.theme] = row.estimate.low <= aim <= row.estimate.high
    for row in theme_scores(counted, scores, drawing=design):
        held["worse", row.theme] = row.worse.low <= figures["worse", row.theme] <= row.worse.high
    for pair in together(counted, drawing=design):
        a = pair.association
        for kind, effect in (("odds ratio", a.odds_ratio), ("lift", a.lift), ("phi", a.phi)):
            aim = figures[kind, pair.theme, pair.other]
            held[kind, pair.theme, pair.other] = effect.low <= aim <= effect.high
    return held


def coverage(seeds, book, *, weighted):
    """Return by kind of figure how often intervals held the truth."""
    held, tried = Counter(), Counter()
    for seed in seeds:
        for key, inside in covered(seed, book, weighted=weighted).items():
            held[key[0]] += inside
            tried[key[0]] += 1
    return {kind: held[kind] / tried[kind] for kind in tried}


@pytest.mark.parametrize("weighted", [False, True])
def test_what_was_planted_is_recovered(book, weighted):
    found = coverage(range(25), book, weighted=weighted)
    assert set(found) == {"rate", "worse", "odds ratio", "lift", "phi"}
    assert all(share >= 0.88 for share in found.values()), found


@pytest.mark.soak
@pytest.mark.parametrize("weighted", [False, True])
def test_intervals_of_95_percent_hold_the_truth_in_93_to_97_over_600_seeds(book, weighted):
    found = coverage(range(600), book, weighted=weighted)
    assert all(0.93 <= share <= 0.97 for share in found.values()), found


def test_who_does_not_weigh_what_was_drawn_unevenly_is_wrong(book, monkeypatch):
    monkeypatch.setattr(Design, "share", lambda self, *a, **k: _as_if_alike(*a, **k))
    found = coverage(range(25), book, weighted=True)
    assert found["rate"] < 0.8, found


def _as_if_alike(hits, cases, *, among, level):
    return wilson(len(hits), len(cases), level)
