"""Which reviews to code next, so that the model learns most: doubtful, and unlike each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lltic.themes.suggest.calibration import logit
from lltic.themes.suggest.features import count
from lltic.themes.suggest.linear import one_thread
from lltic.themes.suggest.model import Model

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Next", "code_next"]

DECIMALS = 4
IN_DOUBT = 0.5
"""Of the greatest doubt, 1, from which on a theme is named."""


@dataclass(frozen=True, slots=True)
class Next:
    """A review worth coding.

    ``doubt`` is the mean over themes of the text most in doubt, from 0 (sure) to 1 (as likely
    above the threshold as below); ``novelty`` from 0 (says what one named before it says) to 1.
    ``themes`` are those in doubt, the most doubtful first.
    """

    review_id: str
    doubt: float
    novelty: float
    themes: tuple[str, ...]


def code_next(model: Model, reviews: Mapping[str, Sequence[str]], n: int) -> list[Next]:
    """Return the reviews to code next, best first.

    Parameters
    ----------
    model : Model
        Also themes below their floor count: they need examples most.
    reviews : mapping of review id to its texts
        Those that nobody has coded.
    n : int
        How many at most.

    Notes
    -----
    Doubt of a text about a theme is the binary entropy of its probability, after the log odds
    were moved so that the threshold lies at one half. Reviews are taken one by one: the one with
    the highest doubt × novelty, novelty being 1 − the largest cosine to those already taken
    (words and their parts, weighed by rarity). Ties go by review id.
    """
    ids = sorted(review for review, texts in reviews.items() if texts)
    if not ids:
        return []
    texts = [text for review in ids for text in reviews[review]]
    owner = np.repeat(np.arange(len(ids)), [len(reviews[review]) for review in ids])
    doubts = np.zeros((len(ids), len(model.themes)))
    np.maximum.at(doubts, owner, _doubt(model, texts))
    doubt = doubts.mean(axis=1)
    with one_thread():
        rows = model.vocabulary.rows(count(["\n".join(reviews[review]) for review in ids]))
        order = _greedy(doubt, rows, min(n, len(ids)))
    return [
        Next(
            ids[i],
            round(float(doubt[i]), DECIMALS),
            round(float(novelty), DECIMALS),
            _in_doubt(model.themes, doubts[i]),
        )
        for i, novelty in order
    ]


def _doubt(model: Model, texts: Sequence[str]) -> np.ndarray:
    from scipy.special import entr, expit

    # A theme that was never found has no threshold to be near to: its own half will do.
    threshold = np.array([t if t < 1 else 0.5 for t in model.thresholds])
    p = expit(logit(model.probabilities(texts)) - logit(threshold))
    return np.asarray((entr(p) + entr(1 - p)) / np.log(2))


def _greedy(doubt: np.ndarray, rows: csr_matrix, n: int) -> list[tuple[int, float]]:
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    length[length == 0] = 1
    likeness = np.zeros(len(doubt))
    left = np.ones(len(doubt), dtype=bool)
    taken = []
    for _ in range(n):
        novelty = np.round(1 - likeness, 10)
        worth = np.where(left, np.round(doubt * novelty, 10), -1)
        best = int(np.argmax(worth))
        taken.append((best, novelty[best]))
        left[best] = False
        cosine = np.asarray((rows @ rows[best].T).todense()).ravel() / length / length[best]
        likeness = np.clip(np.maximum(likeness, cosine), 0, 1)
    return taken


def _in_doubt(themes: tuple[str, ...], doubts: np.ndarray) -> tuple[str, ...]:
    order = np.argsort(-doubts, kind="stable")
    return tuple(themes[i] for i in order if doubts[i] >= IN_DOUBT)
