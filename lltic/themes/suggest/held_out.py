"""Cross-validation: what a model would have said of texts it had not learnt from.

Twice over: scores come from models that had not seen the text, and the probability and the
threshold that turn a score into a suggestion from the texts of the other folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lltic.themes.suggest.calibration import Calibration, calibrate
from lltic.themes.suggest.features import Counted, Vocabulary, count, learn_vocabulary
from lltic.themes.suggest.folds import folds
from lltic.themes.suggest.linear import fit
from lltic.themes.suggest.space import Embedding, rows_of

__all__ = ["HeldOut", "best_threshold", "hold_out"]

NEVER = 1.01
"""The threshold of a theme that no probability reaches."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What was said of each text by a model that had not learnt from it.

    Arrays are texts × themes, ``cases`` and ``fold`` one number for each text. ``scores`` are raw,
    ``probabilities`` calibrated and ``chosen`` decided on the other folds; ``having`` is what
    coders found. ``unknown`` is the share of each text's words that its fold did not know.
    """

    themes: tuple[str, ...]
    having: np.ndarray = field(repr=False)
    scores: np.ndarray = field(repr=False)
    probabilities: np.ndarray = field(repr=False)
    chosen: np.ndarray = field(repr=False)
    cases: np.ndarray = field(repr=False)
    fold: np.ndarray = field(repr=False)
    unknown: np.ndarray = field(repr=False)


def hold_out(
    texts: Sequence[str],
    having: np.ndarray,
    cases: np.ndarray,
    themes: tuple[str, ...],
    *,
    n_folds: int,
    seed: int,
    embedding: Embedding | None = None,
) -> HeldOut:
    """Return what a cross-validation says of each text.

    Parameters
    ----------
    texts : sequence of str, length n
        What people wrote.
    having : (n, n_themes) array of bool
        What coders found.
    cases : (n,) array of int
        Texts about the same case are judged together.
    """
    counted = count(texts)
    scores = np.zeros(having.shape)
    fold_of = np.zeros(len(texts), dtype=np.int64)
    unknown = np.zeros(len(texts))
    for number, fold in enumerate(folds(texts, cases, having, n_folds, seed)):
        learnt, judged = counted.take(fold.learn), counted.take(fold.judge)
        vocabulary = learn_vocabulary(learnt, cases[fold.learn])
        some = [texts[i] for i in fold.learn], [texts[i] for i in fold.judge]
        weights = fit(rows_of(vocabulary, learnt, some[0], embedding), having[fold.learn], seed)
        scores[fold.judge] = weights.scores(rows_of(vocabulary, judged, some[1], embedding))
        fold_of[fold.judge] = number
        unknown[fold.judge] = unknown_share(vocabulary, judged)
    probabilities, chosen = _decide(scores, having, fold_of)
    return HeldOut(themes, having, scores, probabilities, chosen, cases, fold_of, unknown)


def unknown_share(vocabulary: Vocabulary, counted: Counted) -> np.ndarray:
    """Return for each text the share of its words that are not in the vocabulary; 0 if empty."""
    known = set(vocabulary.words)
    strange = np.array([name not in known for name in counted.single_names], dtype=float)
    total = np.asarray(counted.singles.sum(axis=1)).ravel()
    return np.asarray(counted.singles @ strange) / np.maximum(total, 1)


def _decide(
    scores: np.ndarray, having: np.ndarray, fold_of: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    probabilities, chosen = np.zeros(scores.shape), np.zeros(scores.shape, dtype=bool)
    for number in np.unique(fold_of):
        here = fold_of == number
        for theme in range(scores.shape[1]):
            curve, threshold = curve_and_threshold(scores[~here, theme], having[~here, theme])
            probabilities[here, theme] = p = curve.probability(scores[here, theme])
            chosen[here, theme] = p >= threshold
    return probabilities, chosen


def curve_and_threshold(scores: np.ndarray, having: np.ndarray) -> tuple[Calibration, float]:
    """Return how scores become probabilities, and from which on a theme is suggested."""
    curve = calibrate(scores, having)
    return curve, best_threshold(curve.probability(scores), having)


def best_threshold(probabilities: np.ndarray, having: np.ndarray) -> float:
    """Return the probability from which on suggesting gives the highest F1; of several the highest.

    Rounded down to four decimals; more than 1 where nothing was found at all.
    """
    n_with = int(having.sum())
    if not n_with:
        return NEVER
    order = np.argsort(-probabilities, kind="stable")
    p, hits = probabilities[order], np.cumsum(having[order])
    f1 = 2 * hits / (n_with + np.arange(1, len(p) + 1))
    last = np.append(p[1:] < p[:-1], True)  # texts of one probability are suggested together
    best = int(np.argmax(np.where(last, f1, -1)))
    return float(np.floor(p[best] * 10_000) / 10_000)
