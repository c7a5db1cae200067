"""Every coefficient as one formula over sums of cases.

What a coefficient needs to know of a case is a short row of numbers, its
*features*. A sample's features are the sum of its cases' rows, so the sums of
ten thousand samples are one matrix product, and each formula is worked out for
all of them at once. Letters as in :mod:`lltic.agreement.coefficients`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from lltic.agreement.chance import evenly_of_others
from lltic.agreement.linearised import NO_ROOM
from lltic.agreement.ratings import Tally, hits_of
from lltic.agreement.weights import Levels, Matrix

__all__ = ["KINDS", "Features", "Sums", "disagreement_by_rank", "features"]

Sums = Mapping[str, Matrix]
"""Features of whole samples by name, (width, n_samples): a formula runs along the samples."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the coefficients of one item need to know of each case.

    Parameters
    ----------
    rows : (n_cases, width) array
        A case that nobody rated has a row of zeros.
    places : mapping of feature to columns of ``rows``
    credits : (q, q) array
        Credit for a pair of levels, whoever said which.
    as_given : (q, q) array
        Credit by the first and the second of two named readers.
    """

    rows: Matrix
    places: Mapping[str, slice]
    credits: Matrix
    as_given: Matrix

    def sums(self, totals: Matrix) -> Sums:
        """Return the totals of samples, (width, n_samples), by name of feature."""
        return {name: totals[rows] for name, rows in self.places.items()}


def features(x: Matrix, levels: Levels, t: Tally, kinds: Collection[str]) -> Features:
    """Return what the coefficients ``kinds`` need to know of each case.

    Parameters
    ----------
    x : (n, g) array
        Ratings of the cases of ``t``: those rated at least once.
    """
    made: dict[str, Matrix] = {}
    for kind in kinds:
        for name in KINDS[kind].needs:
            if name not in made:
                made[name] = _FEATURES[name](x, levels, t).reshape(t.n, -1)
    places, start = {}, 0
    for name, block in made.items():
        places[name] = slice(start, start + block.shape[1])
        start += block.shape[1]
    rows = np.hstack(list(made.values()))
    return Features(rows, places, t.both_ways, t.weights)


# --- features of a case --------------------------------------------------------------------------


def _paired_counts(x: Matrix, levels: Levels, t: Tally) -> Matrix:
    return t.counts * t.twice[:, None]


def _coincidences(x: Matrix, levels: Levels, t: Tally) -> Matrix:
    """Pairs of different levels, each case's pairs counting as one less than its ratings."""
    upper = np.triu_indices(len(t.weights), 1)
    pairs = t.counts[:, upper[0]] * t.counts[:, upper[1]]
    r_i = t.ratings_per_case[:, None]
    return np.divide(pairs, r_i - 1, out=np.zeros_like(pairs), where=r_i >= 2)


def _complete(x: Matrix) -> Matrix:
    return (~np.isnan(x).any(axis=1)).astype(float)


def _whole_rows(x: Matrix) -> Matrix:
    """Return the ratings of completely rated cases, 0 elsewhere.

    From their middle: a correlation is the same, and sums of squares lose no digits.
    """
    return np.where(_complete(x)[:, None] > 0, x - np.nanmean(x), 0.0)


_FEATURES: dict[str, Callable[[Matrix, Levels, Tally], Matrix]] = {
    "rated": lambda x, levels, t: np.ones(t.n),
    "twice": lambda x, levels, t: t.twice,
    "within": lambda x, levels, t: t.within,
    "shares": lambda x, levels, t: t.shares,
    "paired_counts": _paired_counts,
    "paired_credit": lambda x, levels, t: t.ratings_per_case * t.within,
    "coincidences": _coincidences,
    "own": lambda x, levels, t: hits_of(x, levels),
    "complete": lambda x, levels, t: _complete(x),
    "squares": lambda x, levels, t: np.square(_whole_rows(x)).sum(axis=1),
    "squared_sums": lambda x, levels, t: np.square(_whole_rows(x).sum(axis=1)),
    "columns": lambda x, levels, t: _whole_rows(x),
}


# --- formulas over samples -----------------------------------------------------------------------


def _above_chance(pa: Matrix, pe: Matrix) -> Matrix:
    return np.where(pe < 1 - NO_ROOM, (pa - pe) / (1 - pe), np.nan)


def _observed(s: Sums, of: Features) -> Matrix:
    return s["within"][0] / s["twice"][0]


def _pooled(s: Sums) -> Matrix:
    return s["shares"] / s["rated"]


def _by_chance(first: Matrix, credits: Matrix, second: Matrix) -> Matrix:
    """Return the credit of two ratings drawn from shares, (q, n_samples) each."""
    return (first * (credits @ second)).sum(axis=0)


def _kappa(s: Sums, of: Features) -> Matrix:
    pi = _pooled(s)
    return _above_chance(_observed(s, of), _by_chance(pi, of.credits, pi))


def _ac(s: Sums, of: Features) -> Matrix:
    pi = _pooled(s)
    pe = evenly_of_others(of.credits) * (pi * (1 - pi)).sum(axis=0)
    return _above_chance(_observed(s, of), pe)


def _brennan_prediger(s: Sums, of: Features) -> Matrix:
    pa = _observed(s, of)
    return _above_chance(pa, np.full_like(pa, of.credits.mean()))


def _named_kappa(s: Sums, of: Features) -> Matrix:
    hits = s["own"].reshape(-1, len(of.credits), s["own"].shape[1])  # (g, q, n_samples)
    own = hits / hits.sum(axis=1, keepdims=True)
    g = len(own)
    if g == 2:
        pe = _by_chance(own[0], of.as_given, own[1])
    else:
        everybody = own.sum(axis=0)
        # Two different readers: all pairs, less each reader with himself.
        pe = _by_chance(everybody, of.credits, everybody)
        pe = (pe - sum(_by_chance(one, of.credits, one) for one in own)) / (g * (g - 1))
    return _above_chance(_observed(s, of), pe)


def _alpha(s: Sums, of: Features) -> Matrix:
    ratings = s["paired_counts"].sum(axis=0)
    pi = s["paired_counts"] / ratings
    pa = (1 - 1 / ratings) * s["paired_credit"][0] / ratings + 1 / ratings
    return _above_chance(pa, _by_chance(pi, of.credits, pi))


def disagreement_by_rank(s: Sums) -> tuple[Matrix, Matrix]:
    """Return the mean distance of a pair of ratings, seen and by chance, as shares of the largest.

    Krippendorff's ordinal distance: the ratings between two levels, half of each of the
    two included, squared.
    """
    counts = s["paired_counts"]  # (q, n_samples)
    middles = counts.cumsum(axis=0) - counts / 2
    first, second = np.triu_indices(len(counts), 1)
    apart = np.square(middles[second] - middles[first])
    ratings = counts.sum(axis=0)
    # Each pair of levels stands for two: (k, l) and (l, k).
    whole = ratings * np.square(middles[-1] - middles[0]) / 2
    seen = (s["coincidences"] * apart).sum(axis=0)
    by_chance = (counts[first] * counts[second] * apart).sum(axis=0) / (ratings - 1)
    return seen / whole, by_chance / whole


def _alpha_by_rank(s: Sums, of: Features) -> Matrix:
    seen, by_chance = disagreement_by_rank(s)
    return np.where(by_chance > 0, 1 - seen / by_chance, np.nan)


def _mean_squares(s: Sums) -> tuple[Matrix, Matrix, Matrix, Matrix, int, Matrix]:
    """Return the mean squares of cases, readers, error and within cases; k; and n.

    Of the cases that every reader rated.
    """
    n, k = s["complete"][0], len(s["columns"])
    squares, sums = s["squares"][0], s["squared_sums"][0]
    middle = np.square(s["columns"].sum(axis=0)) / (n * k)
    between = sums / k - middle
    columns = np.square(s["columns"]).sum(axis=0) / n - middle
    within = squares - sums / k
    error = within - columns
    return (
        between / (n - 1),
        columns / (k - 1),
        error / ((n - 1) * (k - 1)),
        within / (n * (k - 1)),
        k,
        n,
    )


def _share(above: Matrix, whole: Matrix, n: Matrix) -> Matrix:
    return np.where((n > 1) & (whole > NO_ROOM), above / whole, np.nan)


def _icc_one_way(s: Sums, of: Features) -> Matrix:
    rows, _, _, within, k, n = _mean_squares(s)
    return _share(rows - within, rows + (k - 1) * within, n)


def _icc_consistency(s: Sums, of: Features) -> Matrix:
    rows, _, error, _, k, n = _mean_squares(s)
    return _share(rows - error, rows + (k - 1) * error, n)


def _icc_agreement(s: Sums, of: Features) -> Matrix:
    rows, columns, error, _, k, n = _mean_squares(s)
    return _share(rows - error, rows + (k - 1) * error + k * (columns - error) / n, n)


@dataclass(frozen=True, slots=True)
class Kind:
    """A coefficient: the features it needs, and its formula over their sums, (n_samples,).

    NaN, which never leaves this room, is "undefined on this sample".
    """

    needs: tuple[str, ...]
    formula: Callable[[Sums, Features], Matrix]

    def values(self, totals: Matrix, of: Features) -> Matrix:
        """Return the coefficient of samples from the totals of their features, (n_samples,)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.formula(of.sums(totals), of)


_PAIRS = ("within", "twice")
_ANOVA = ("complete", "squares", "squared_sums", "columns")

KINDS: dict[str, Kind] = {
    "raw": Kind(_PAIRS, _observed),
    "kappa": Kind((*_PAIRS, "shares", "rated"), _kappa),
    "named_kappa": Kind((*_PAIRS, "own"), _named_kappa),
    "ac": Kind((*_PAIRS, "shares", "rated"), _ac),
    "brennan_prediger": Kind(_PAIRS, _brennan_prediger),
    "alpha": Kind(("paired_counts", "paired_credit"), _alpha),
    "alpha_ordinal_distance": Kind(("paired_counts", "coincidences"), _alpha_by_rank),
    "icc_one_way": Kind(_ANOVA, _icc_one_way),
    "icc_consistency": Kind(_ANOVA, _icc_consistency),
    "icc_agreement": Kind(_ANOVA, _icc_agreement),
}
"""Coefficients that can be drawn again, by the name :func:`~lltic.agreement.bootstrap` knows."""
