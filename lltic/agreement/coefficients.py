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
reading meaning into the positions. :func:`cohen_kappa` and :func:`conger_kappa`
are for named readers: column j is the same person in every row.

*Ordinal alpha* is two numbers (.834 and .815 on Krippendorff's own data):
:func:`~lltic.agreement.krippendorff_alpha` with ``"ordinal"`` credits counts steps of the scale,
:func:`~lltic.agreement.krippendorff_alpha_by_distance` with ``"ordinal"`` counts the ratings that
lie between two levels. Each result's name says which.

Credits that depend on who said which (a table that is not symmetric) make sense
for two named readers alone. All coefficients but :func:`fleiss_kappa` take them
where there are two columns, and read the columns as two people.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.chance import by_hard_cases, by_own_shares, by_pooled_shares, evenly
from lltic.agreement.linearised import Coefficient, chance_corrected, mean_of
from lltic.agreement.ratings import hits_of, tally
from lltic.agreement.weights import Levels
from lltic.errors import NotComputable, Problem, UsageError

__all__ = [
    "Coefficient",
    "brennan_prediger",
    "cohen_kappa",
    "conger_kappa",
    "fleiss_kappa",
    "gwet_ac",
    "percent_agreement",
    "scott_pi",
]


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
    t = tally(ratings, levels, weights, named=True)
    per_case = t.of_pairs().within
    value = float(per_case.mean())
    return replace(mean_of(per_case, "raw agreement", t, weights, value, expected=0.0), least=0.0)


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
        ``identity``, ``linear``, ``quadratic``, …, or symmetric credits.

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
    return chance_corrected("kappa", t, weights, by_pooled_shares(t))


def scott_pi(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return Scott's pi of two readers: chance from their pooled shares.

    Parameters
    ----------
    ratings : (n_cases, 2) array
        NaN = not rated.

    Raises
    ------
    UsageError
        ``not-two-readers``.
    NotComputable
        ``too-few-cases``, ``one-category``.

    Source
    ------
    Scott (1955), Public Opin Q 19:321-325.

    Examples
    --------
    Two abstractors who sort 100 visits into ectopic, abnormal intrauterine and normal
    intrauterine pregnancies (Gwet 2014).

    >>> from lltic.agreement import from_table
    >>> visits = from_table([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
    >>> round(scott_pi(visits, (1, 2, 3)).value, 3)
    0.796
    """
    _two_readers(ratings, "Scott's pi", "fleiss_kappa")
    t = tally(ratings, levels, weights, named=True)
    return chance_corrected("pi", t, weights, by_pooled_shares(t))


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
    t = tally(ratings, levels, weights, named=True)
    name = "AC1" if np.array_equal(t.weights, np.eye(len(t.weights))) else "AC2"
    return chance_corrected(name, t, weights, by_hard_cases(t))


def brennan_prediger(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return Brennan and Prediger's coefficient: chance as if all levels were equally likely.

    For two levels it is PABAK.

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
    t = tally(ratings, levels, weights, named=True)
    return chance_corrected("Brennan-Prediger", t, weights, evenly(t))


def cohen_kappa(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return Cohen's kappa of two *named* readers: chance from each reader's own shares.

    Column j must be the same person in every row; for pairs that change from
    case to case use :func:`fleiss_kappa`, for more readers :func:`conger_kappa`.

    Parameters
    ----------
    ratings : (n_cases, 2) array
        NaN = not rated.
    levels : (q,) sequence
        All levels in order.
    weights : str or (q, q) array
        As for :func:`fleiss_kappa`; a table may credit (k, l) unlike (l, k).

    Raises
    ------
    UsageError
        ``not-two-readers``.
    NotComputable
        ``too-few-cases``, ``one-category``; ``idle-reader`` when a column has no rating.

    Source
    ------
    Cohen (1960), Educ Psychol Meas 20:37-46; Cohen (1968), Psychol Bull 70:213-220; Fleiss,
    Cohen and Everitt (1969), Psychol Bull 72:323-327; Gwet (2014), ch. 2 and 5.

    Examples
    --------
    >>> table = [[1, 1]] * 45 + [[1, 2]] * 5 + [[2, 1]] * 5 + [[2, 2]] * 45
    >>> round(cohen_kappa(table, (1, 2)).value, 2)
    0.8
    """
    _two_readers(ratings, "Cohen's kappa", "conger_kappa")
    return conger_kappa(ratings, levels, weights)


def conger_kappa(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike = "identity"
) -> Coefficient:
    """Return Conger's kappa of two or more *named* readers; of two it is Cohen's.

    Raises
    ------
    NotComputable
        ``too-few-cases``, ``one-category``; ``idle-reader`` when a column has no rating.

    Source
    ------
    Conger (1980), Psychol Bull 88:322-328; Gwet (2014), ch. 2 and 5.

    Examples
    --------
    Three readers of four cases, worked out by hand: 2/3 agreement observed, 11/24 by chance.

    >>> k = conger_kappa([[1, 1, 1], [2, 2, 2], [1, 2, 1], [1, 2, 2]], (1, 2))
    >>> round(k.observed, 4), round(k.expected, 4), round(k.value, 4)
    (0.6667, 0.4583, 0.3846)
    """
    t, x = tally(ratings, levels, weights, named=True), np.asarray(ratings, dtype=float)
    hits = hits_of(x[~np.isnan(x).all(axis=1)], levels)
    if hits.shape[1] < 2 or (hits.sum(axis=(0, 2)) == 0).any():
        raise NotComputable(Problem("idle-reader", "kappa", "a reader has rated no case"))
    return chance_corrected("kappa of named readers", t, weights, by_own_shares(t, hits))


def _two_readers(ratings: ArrayLike, name: str, instead: str) -> None:
    shape = np.shape(ratings)
    if len(shape) == 2 and shape[1] != 2:
        hint = f"For any number of readers there is {instead}."
        raise UsageError(Problem("not-two-readers", name, f"{shape[1]} columns", "2", hint))
