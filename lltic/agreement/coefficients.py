"""Agreement coefficients for any number of readers, levels and missing ratings.

Every function takes a ratings matrix, (n_cases, n_reviewers), NaN = not rated,
and *all* levels of the scale in order. Letters as in Gwet (2014): n cases rated
at least once, of which n' at least twice; q levels; r_i ratings of case i; w a
(q, q) table of credits; pi the pooled share of each level, (q,).

Which one? The two readers of a case are different people from case to case and
"first" and "second" are an accident of allocation. A coefficient for such
interchangeable readers must not change when the two are swapped, so chance
agreement is worked out from the *pooled* shares: :func:`fleiss_kappa`, which for
two readers is Scott's pi, and with quadratic weights the intraclass correlation
in all but name. In the population that the pairs come from both positions have
the same shares, so it estimates the same kappa as Cohen's does there, without
reading meaning into the positions. :func:`cohen_kappa` is for named readers who
each read every case.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.ratings import Tally, tally
from lltic.agreement.weights import Levels, Matrix, level_values
from lltic.errors import NotComputable, Problem
from lltic.records import Estimate

__all__ = [
    "Coefficient",
    "brennan_prediger",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac",
    "krippendorff_alpha",
    "percent_agreement",
]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient, its standard error, and the two agreements it is made of.

    ``n_cases`` counts the cases rated at least twice; ``df`` the degrees of
    freedom of the t interval.
    """

    name: str
    value: float
    se: float
    observed: float
    expected: float
    n_cases: int
    df: int
    method: str

    def estimate(
        self,
        level: float = 0.95,
        *,
        interval: Literal["t", "atanh"] = "t",
        definition_hash: str = "",
    ) -> Estimate:
        """Return the value with an interval from its standard error.

        ``t`` is the symmetric one of the published examples, cut at -1 and 1.
        ``atanh`` is built on Fisher's scale and turned back: it stays inside -1
        and 1 and leans towards 0, as high coefficients need (see the coverage
        tests).
        """
        from scipy.special import stdtrit

        half = float(stdtrit(self.df, (1 + level) / 2)) * self.se
        if interval == "atanh" and abs(self.value) < 1:
            half /= 1 - self.value**2
            low, high = tanh(atanh(self.value) - half), tanh(atanh(self.value) + half)
        else:
            low, high = max(-1.0, self.value - half), min(1.0, self.value + half)
        kind = "t interval" if interval == "t" else "t interval on Fisher's scale"
        return Estimate(
            name=self.name,
            value=self.value,
            low=low,
            high=high,
            level=level,
            denominator=self.n_cases,
            method=f"{self.method}; linearised standard error, {kind}",
            definition_hash=definition_hash,
        )


def percent_agreement(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return the mean credit of a pair of ratings: with identity weights the share that agree.

    Raises
    ------
    NotComputable
        ``too-few-cases``: fewer than two cases have two ratings.

    Examples
    --------
    >>> round(percent_agreement([[1, 1], [2, 2], [2, 1], [1, 1]], (1, 2)).value, 2)
    0.75
    """
    t = tally(ratings, levels, weights)
    per_case = t.within[t.twice > 0]
    return _coefficient("raw agreement", t, weights, per_case, per_case.mean(), expected=0.0)


def fleiss_kappa(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return the kappa of interchangeable readers: chance from pooled shares.

    For two readers per case this is Scott's pi, for more Fleiss' kappa, both
    generalised to weights and missing ratings.

    Parameters
    ----------
    ratings : (n_cases, n_reviewers) array
        NaN = not rated. The order of columns does not matter.
    levels : (q,) sequence
        All levels in order.
    weights : str or (q, q) array
        ``identity``, ``linear``, ``quadratic``, …

    Raises
    ------
    NotComputable
        ``too-few-cases``: fewer than two cases have two ratings.
        ``one-category``: everybody used one level only.

    Source
    ------
    Scott (1955); Fleiss (1971); Gwet (2014), ch. 2 and 5 (variance).

    Examples
    --------
    The paradox: 90 % raw agreement and a kappa below zero.

    >>> table = [[1, 1]] * 90 + [[1, 2]] * 5 + [[2, 1]] * 5
    >>> k = fleiss_kappa(table, (1, 2))
    >>> round(k.observed, 2), round(k.value, 3)
    (0.9, -0.053)
    """
    t = tally(ratings, levels, weights)
    toward = t.weights @ t.pooled  # (q,) credit of a level by chance
    return _chance_corrected("kappa", t, weights, float(t.pooled @ toward), t.shares @ toward)


def gwet_ac(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return Gwet's AC1 (identity weights) or AC2 (any other): steady under skewed prevalence.

    Raises
    ------
    NotComputable
        ``too-few-cases``: fewer than two cases have two ratings.

    Source
    ------
    Gwet (2008), Br J Math Stat Psychol 61:29-48; Gwet (2014), ch. 4 and 5.

    Examples
    --------
    >>> table = [[1, 1]] * 90 + [[1, 2]] * 5 + [[2, 1]] * 5
    >>> round(gwet_ac(table, (1, 2)).value, 2)
    0.89
    """
    t = tally(ratings, levels, weights)
    q = len(t.pooled)
    hard = t.weights.sum() / (q * (q - 1)) * (1 - t.pooled)  # (q,)
    name = "AC1" if np.array_equal(t.weights, np.eye(q)) else "AC2"
    return _chance_corrected(name, t, weights, float(t.pooled @ hard), t.shares @ hard)


def brennan_prediger(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return Brennan and Prediger's coefficient: chance as if all levels were equally likely.

    For two levels it is PABAK, the prevalence- and bias-adjusted kappa.

    Raises
    ------
    NotComputable
        ``too-few-cases``: fewer than two cases have two ratings.

    Source
    ------
    Brennan and Prediger (1981); Byrt et al. (1993) for PABAK.

    Examples
    --------
    >>> table = [[1, 1]] * 90 + [[1, 2]] * 5 + [[2, 1]] * 5
    >>> round(brennan_prediger(table, (1, 2)).value, 2)
    0.8
    """
    t = tally(ratings, levels, weights)
    even = float(t.weights.mean())
    return _chance_corrected("Brennan-Prediger", t, weights, even, np.full(t.n, even))


def krippendorff_alpha(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return Krippendorff's alpha, with its correction for small samples.

    With ``ordinal`` weights this is the coefficient on ordinal *weights*; the
    alpha on ordinal *distances* is another number (.834 and .815 on
    Krippendorff's own data) and not offered here.

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
    t = tally(ratings, levels, weights)
    t = Tally(t.counts[t.twice > 0], t.weights)
    size = t.ratings_per_case / t.ratings_per_case.mean()  # (n,) mean 1
    pi = t.counts.sum(axis=0) / t.counts.sum()
    toward = t.weights @ pi
    pe, small = float(pi @ toward), 1 / t.counts.sum()
    _more_than_one_category(pe, "alpha")
    plain = float((size * t.within).mean())
    pa = (1 - small) * plain + small
    # As published, the standard error leaves the small-sample factor out of the deviations.
    alpha, uncorrected = (pa - pe) / (1 - pe), (plain - pe) / (1 - pe)
    chance = size * (t.shares @ toward) - pe * (size - 1)
    deviation = size * t.within - pa * (size - 1) - pe - 2 * (1 - uncorrected) * (chance - pe)
    linear = deviation / (1 - pe) + alpha - uncorrected
    return _coefficient("alpha", t, weights, linear, alpha, pe, observed=pa)


def cohen_kappa(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return the kappa of *named* readers: chance from each reader's own shares.

    For two readers this is Cohen's kappa, for more Conger's. Column j must be
    the same person in every row; for pairs that change from case to case use
    :func:`fleiss_kappa`.

    Raises
    ------
    NotComputable
        ``too-few-cases``, ``one-category``; ``idle-reader`` when a column has no rating.

    Source
    ------
    Cohen (1960, 1968); Conger (1980); Fleiss, Cohen and Everitt (1969);
    Gwet (2014), ch. 2 and 5.

    Examples
    --------
    >>> table = [[1, 1]] * 45 + [[1, 2]] * 5 + [[2, 1]] * 5 + [[2, 2]] * 45
    >>> round(cohen_kappa(table, (1, 2)).value, 2)
    0.8
    """
    t, x = tally(ratings, levels, weights), np.asarray(ratings, dtype=float)
    x = x[~np.isnan(x).all(axis=1)]
    hits = (x[:, :, None] == level_values(levels)).astype(float)  # (n, g, q)
    rated = hits.sum(axis=(0, 2))  # (g,) cases each reader rated
    if len(rated) < 2 or (rated == 0).any():
        raise NotComputable(Problem("idle-reader", "kappa", "a reader has rated no case"))
    g = len(rated)
    own = hits.sum(axis=0) / rated[:, None]  # (g, q) each reader's shares
    others = (
        own.sum(axis=0) - own
    ) @ t.weights  # (g, q) credit of a level against all other readers
    pe = float((own * others).sum()) / (g * (g - 1))
    moved = np.einsum("igk,gk->ig", hits, others) - hits.sum(axis=2) * (own * others).sum(axis=1)
    chance = pe + (moved * t.n / rated).sum(axis=1) / (g * (g - 1))
    return _chance_corrected("kappa of named readers", t, weights, pe, chance)


def _chance_corrected(
    name: str, t: Tally, weights: str | ArrayLike, pe: float, chance: Matrix
) -> Coefficient:
    """Return (pa - pe) / (1 - pe), with the variance of its linearised form.

    ``chance``, (n,), is what case i adds to chance agreement; its mean is pe.
    """
    _more_than_one_category(pe, name)
    value = (t.observed - pe) / (1 - pe)
    own = t.n / t.twice.sum() * (t.within - pe * t.twice) / (1 - pe)
    linear = own - 2 * (1 - value) * (chance - pe) / (1 - pe)
    return _coefficient(name, t, weights, linear, value, pe)


def _coefficient(
    name: str,
    t: Tally,
    weights: str | ArrayLike,
    linear: Matrix,
    value: float,
    expected: float,
    observed: float | None = None,
) -> Coefficient:
    """Return a coefficient whose variance is that of the mean of ``linear``, (n,)."""
    n, kind = len(linear), weights if isinstance(weights, str) else "given"
    return Coefficient(
        name=f"{name}, {kind} weights",
        value=float(value),
        se=sqrt(float(((linear - value) ** 2).sum()) / (n * (n - 1))),
        observed=t.observed if observed is None else observed,
        expected=float(expected),
        n_cases=int(t.twice.sum()),
        df=n - 1,
        method=f"{_METHODS[name]}, {kind} weights",
    )


def _more_than_one_category(pe: float, name: str) -> None:
    if pe >= 1 - 1e-12:
        hint = "Where everybody gives the same score, chance alone explains it; see raw agreement."
        message = "only one level of the scale was used"
        raise NotComputable(Problem("one-category", name, message, hint=hint))


_METHODS = {
    "raw agreement": "mean credit of a pair of ratings",
    "kappa": "kappa of interchangeable readers (pooled shares; Scott, Fleiss)",
    "kappa of named readers": "Cohen's kappa (Conger's for more than two readers)",
    "AC1": "Gwet's AC1",
    "AC2": "Gwet's AC2",
    "Brennan-Prediger": "Brennan and Prediger's coefficient (PABAK for two levels)",
    "alpha": "Krippendorff's alpha",
}
