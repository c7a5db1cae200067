"""Krippendorff's alpha: of credits, and of distances.

Letters as in :mod:`lltic.agreement.coefficients`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.kinds import KINDS, disagreement_by_rank, features
from lltic.agreement.linearised import METHODS, Coefficient, mean_of, more_than_one_category
from lltic.agreement.ratings import tally
from lltic.agreement.weights import Levels
from lltic.errors import UsageError, unknown

__all__ = ["krippendorff_alpha", "krippendorff_alpha_by_distance"]


def krippendorff_alpha(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return Krippendorff's alpha on credits, with its correction for small samples.

    ``identity`` is the nominal alpha, ``quadratic`` the interval one, ``ratio``
    the ratio one. With ``ordinal`` this is the coefficient on ordinal *weights*;
    the alpha on ordinal *distances* is another number (.834 and .815 on
    Krippendorff's own data): :func:`krippendorff_alpha_by_distance`.

    Raises
    ------
    NotComputable
        ``too-few-cases``, ``one-category``.

    Source
    ------
    Krippendorff (2004); Gwet (2014), ch. 5 (variance).

    Examples
    --------
    Krippendorff's own example of four coders and twelve units.

    >>> x = float("nan")
    >>> coders = [[1, 2, 3, 3, 2, 1, 4, 1, 2, x, x, x], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, x, 3],
    ...           [x, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, x], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, x]]
    >>> round(krippendorff_alpha(np.transpose(coders), (1, 2, 3, 4, 5)).value, 4)
    0.7434
    """
    t = tally(ratings, levels, weights, named=True).of_pairs()
    size = t.ratings_per_case / t.ratings_per_case.mean()  # (n,) mean 1
    pi = t.counts.sum(axis=0) / t.counts.sum()
    toward = t.both_ways @ pi
    pe, small = float(pi @ toward), 1 / t.counts.sum()
    more_than_one_category(pe, "alpha")
    plain = float((size * t.within).mean())
    pa = (1 - small) * plain + small
    # As published, the standard error leaves the small-sample factor out of the deviations.
    alpha, uncorrected = (pa - pe) / (1 - pe), (plain - pe) / (1 - pe)
    chance = size * (t.shares @ toward) - pe * (size - 1)
    deviation = size * t.within - pa * (size - 1) - pe - 2 * (1 - uncorrected) * (chance - pe)
    linear = deviation / (1 - pe) + alpha - uncorrected
    return mean_of(linear, "alpha", t, weights, alpha, pe, observed=pa)


def krippendorff_alpha_by_distance(
    ratings: ArrayLike, levels: Levels, distance: str = "ordinal"
) -> Coefficient:
    """Return Krippendorff's alpha as he defines it, on squared distances of levels.

    Parameters
    ----------
    ratings : (n_cases, n_reviewers) array
        NaN = not rated. Cases with one rating are left out.
    levels : (q,) sequence
        All levels in order. Levels that nobody used do not change alpha.
    distance : str
        ``nominal``, ``interval`` and ``ratio`` are :func:`krippendorff_alpha` on
        ``identity``, ``quadratic`` and ``ratio`` credits, by another name. ``ordinal``
        is the number of ratings between two levels, half of each of the two included.

    Returns
    -------
    Coefficient
        ``ordinal``, which has no published standard error, comes with the jackknife's over
        cases, since the distances themselves move with each case.

    Raises
    ------
    UsageError
        ``unknown-distance``; ``bad-weights`` for ``ratio`` on levels of 0 or less.
    NotComputable
        ``too-few-cases``, ``one-category``.

    Source
    ------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; Efron and Tibshirani
    (1993), ch. 11 (jackknife).

    Examples
    --------
    >>> x = float("nan")
    >>> coders = [[1, 2, 3, 3, 2, 1, 4, 1, 2, x, x, x], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, x, 3],
    ...           [x, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, x], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, x]]
    >>> round(krippendorff_alpha_by_distance(np.transpose(coders), (1, 2, 3, 4, 5)).value, 4)
    0.8154
    """
    if distance in _SAME_AS:
        return krippendorff_alpha(ratings, levels, _SAME_AS[distance])
    if distance != "ordinal":
        raise UsageError(unknown("distance", distance, (*_SAME_AS, "ordinal")))
    t = tally(ratings, levels, "identity").of_pairs()
    kind = KINDS["alpha_ordinal_distance"]
    of = features(np.empty((t.n, 0)), levels, t, ("alpha_ordinal_distance",))
    total = of.rows.sum(axis=0)
    value = float(kind.values(total[:, None], of)[0])
    if np.isnan(value):
        more_than_one_category(1.0, "alpha")
    left_out = kind.values((total - of.rows).T, of)
    left_out = left_out[np.isfinite(left_out)]
    error = float(np.sqrt((t.n - 1) * left_out.var())) if len(left_out) else 0.0
    seen, by_chance = (float(part[0]) for part in disagreement_by_rank(of.sums(total[:, None])))
    return Coefficient(
        name="alpha, ordinal distance",
        value=value,
        se=error,
        observed=1 - seen,
        expected=1 - by_chance,
        n_cases=t.n,
        df=t.n - 1,
        method=f"{METHODS['alpha']}, ordinal distance (ratings between two levels)",
        error="jackknife standard error over cases",
    )


_SAME_AS = {"nominal": "identity", "interval": "quadratic", "ratio": "ratio"}
"""Distances whose alpha is that of these credits."""
