"""How often readers would agree by chance alone: four ideas of it.

Each is written once for pooled shares of any number of samples at once, (..., q),
so that a coefficient and ten thousand redraws of it are the same formula; and
once case by case, which is what a linearised variance needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lltic.agreement.ratings import Tally
from lltic.agreement.weights import Matrix

__all__ = ["Chance", "by_hard_cases", "by_own_shares", "by_pooled_shares", "evenly"]


@dataclass(frozen=True, slots=True)
class Chance:
    """Agreement by chance, and what each case adds to it.

    ``per_case``, (n,), has ``expected`` as its mean; a change of one case's
    ratings moves ``expected`` by twice its change, over n.
    """

    expected: float
    per_case: Matrix


def by_pooled_shares(t: Tally) -> Chance:
    """Two ratings drawn from all ratings (Scott, Fleiss)."""
    toward = t.both_ways @ t.pooled  # (q,) credit of a level by chance
    return Chance(float(t.pooled @ toward), t.shares @ toward)


def by_hard_cases(t: Tally) -> Chance:
    """The share of hard cases, as seen in the spread over levels, at even odds (Gwet)."""
    toward = evenly_of_others(t.weights) * (1 - t.pooled)
    return Chance(float(t.pooled @ toward), t.shares @ toward)


def evenly(t: Tally) -> Chance:
    """Every level equally likely (Brennan and Prediger)."""
    expected = float(t.weights.mean())
    return Chance(expected, np.full(t.n, expected))


def by_own_shares(t: Tally, hits: Matrix) -> Chance:
    """Each reader draws from his own ratings, over all pairs of readers (Cohen, Conger).

    Parameters
    ----------
    hits : (n, g, q) array
        1 where reader g gave case i level k, else 0; every reader rated some case.
    """
    g = hits.shape[1]
    rated = hits.sum(axis=(0, 2))  # (g,) cases each reader rated
    own = hits.sum(axis=0) / rated[:, None]  # (g, q) each reader's shares
    if t.in_order is None:
        others = (own.sum(axis=0) - own) @ t.weights  # (g, q) credit against all others
    else:
        others = np.array([t.weights @ own[1], own[0] @ t.weights])
    expected = float((own * others).sum()) / (g * (g - 1))
    moved = np.einsum("igk,gk->ig", hits, others) - hits.sum(axis=2) * (own * others).sum(axis=1)
    return Chance(expected, expected + (moved * t.n / rated).sum(axis=1) / (g * (g - 1)))


def evenly_of_others(w: Matrix) -> float:
    """Return the factor of Gwet's chance agreement, sum(w) / (q (q - 1))."""
    q = len(w)
    return float(w.sum()) / (q * (q - 1))
