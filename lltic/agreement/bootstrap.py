"""Intervals by drawing the cases again: no formula, no symmetry, chance passed in.

Cases are what was sampled, so cases are drawn, each with all its ratings. Cases
with the same ratings are interchangeable, so it is enough to draw how often
each *pattern* of ratings occurs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.coefficients import Coefficient, brennan_prediger, fleiss_kappa, gwet_ac
from lltic.agreement.ratings import Tally, tally
from lltic.agreement.weights import Levels, Matrix
from lltic.errors import Problem, UsageError, unknown
from lltic.records import Estimate

__all__ = ["bootstrap"]

MOST_UNDEFINED = 0.05
"""A larger share of undefined redraws than this is worth a warning."""


def bootstrap(
    coefficient: str,
    ratings: ArrayLike,
    levels: Levels,
    weights: str | ArrayLike = "identity",
    *,
    generator: np.random.Generator,
    replicates: int = 2000,
    level: float = 0.95,
    method: str = "bca",
    definition_hash: str = "",
) -> Estimate:
    """Return a coefficient with a bootstrap interval over cases.

    Parameters
    ----------
    coefficient : str
        ``kappa`` (interchangeable readers), ``ac`` or ``brennan_prediger``.
    ratings : (n_cases, n_reviewers) array
        NaN = not rated.
    levels, weights
        As for :func:`~lltic.agreement.fleiss_kappa`.
    generator : numpy.random.Generator
        The source of chance; seed it to get the same interval again.
    replicates : int
        How often the cases are drawn again.
    method : str
        ``bca`` (bias-corrected and accelerated) or ``percentile``.

    Raises
    ------
    NotComputable
        ``too-few-cases``, ``one-category``.

    Source
    ------
    Efron and Tibshirani (1993), ch. 13 and 14.
    """
    if coefficient not in _KINDS:
        raise UsageError(unknown("coefficient", coefficient, tuple(_KINDS)))
    if method not in ("bca", "percentile"):
        raise UsageError(unknown("bootstrap method", method, ("bca", "percentile")))
    function, expected = _KINDS[coefficient]
    found = function(ratings, levels, weights)
    patterns, often = _patterns(tally(ratings, levels, weights))
    n = int(often.sum())
    # (replicates, patterns)
    drawn = generator.multinomial(n, often / n, size=replicates).astype(float)
    values = _values(patterns, drawn, expected)
    defined = values[np.isfinite(values)]
    if len(defined) < 2:
        message = "no interval: hardly any redraw of the cases has a coefficient"
        raise UsageError(Problem("too-few-replicates", "replicates", message, "1000 or more"))
    tails = np.array([1 - level, 1 + level]) / 2
    if method == "bca":
        left_out = _values(patterns, often - np.eye(len(often)), expected)
        tails = _bca_tails(tails, found.value, defined, left_out, often)
    low, high = np.quantile(defined, tails)
    estimate = found.estimate(level, definition_hash=definition_hash)
    undefined = 1 - len(defined) / replicates
    warning = f"{undefined:.0%} of the redraws had no coefficient and were left out of the interval"
    return replace(
        estimate,
        low=float(low),
        high=float(high),
        method=f"{found.method}; {method} bootstrap over cases, {replicates} redraws",
        warnings=(warning,) if undefined > MOST_UNDEFINED else (),
    )


def _patterns(t: Tally) -> tuple[Tally, Matrix]:
    """Return the distinct rows of counts, and how many cases have each."""
    rows, often = np.unique(t.counts, axis=0, return_counts=True)
    return Tally(rows, t.weights), often.astype(float)


def _values(t: Tally, often: Matrix, expected: Callable[[Matrix, Matrix], Matrix]) -> Matrix:
    """Return the coefficient for each row of pattern frequencies, NaN where undefined."""
    pooled = often @ t.shares / often.sum(axis=1, keepdims=True)  # (replicates, q)
    pe = expected(pooled, t.weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        pa = (often @ t.within) / (often @ t.twice)
        return np.where(pe < 1 - 1e-12, (pa - pe) / (1 - pe), np.nan)


def _bca_tails(
    tails: Matrix, value: float, drawn: Matrix, left_out: Matrix, often: Matrix
) -> Matrix:
    """Return the percentiles to read, moved for bias and for skewness."""
    from scipy.special import ndtr, ndtri

    below = ((drawn < value).mean() + (drawn <= value).mean()) / 2
    bias = ndtri(np.clip(below, 1 / len(drawn), 1 - 1 / len(drawn)))
    ok = np.isfinite(left_out)
    gap = np.average(left_out[ok], weights=often[ok]) - left_out[ok]
    spread = (often[ok] * gap**2).sum()
    skew = (often[ok] * gap**3).sum() / (6 * spread**1.5) if spread > 0 else 0.0
    z = bias + ndtri(tails)
    return ndtr(bias + z / (1 - skew * z))


def _by_pooled_shares(pooled: Matrix, w: Matrix) -> Matrix:
    return np.einsum("...k,kl,...l->...", pooled, w, pooled)


def _by_hard_cases(pooled: Matrix, w: Matrix) -> Matrix:
    q = len(w)
    return w.sum() / (q * (q - 1)) * (pooled * (1 - pooled)).sum(axis=-1)


def _evenly(pooled: Matrix, w: Matrix) -> Matrix:
    return np.full(pooled.shape[:-1], w.mean())


_KINDS: dict[str, tuple[Callable[..., Coefficient], Callable[[Matrix, Matrix], Matrix]]] = {
    "kappa": (fleiss_kappa, _by_pooled_shares),
    "ac": (gwet_ac, _by_hard_cases),
    "brennan_prediger": (brennan_prediger, _evenly),
}
