"""Intervals by drawing the cases again: no formula, no symmetry, chance passed in.

Cases are what was sampled, so cases are drawn, each with all its ratings of all
items; how is said in :mod:`lltic.agreement.redraws`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.alpha import krippendorff_alpha, krippendorff_alpha_by_distance
from lltic.agreement.coefficients import (
    Coefficient,
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    percent_agreement,
)
from lltic.agreement.icc import Intraclass, icc
from lltic.agreement.kinds import KINDS
from lltic.agreement.redraws import Rated, known, redraw
from lltic.agreement.weights import Levels
from lltic.errors import NotComputable, UsageError, unknown
from lltic.records import Estimate

__all__ = ["bootstrap", "bootstrap_all"]

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
        ``raw``, ``kappa`` (interchangeable readers), ``named_kappa`` (Cohen, Conger), ``ac``,
        ``brennan_prediger``, ``alpha``, ``alpha_ordinal_distance``, ``icc_one_way``,
        ``icc_agreement`` or ``icc_consistency``.
    ratings : (n_cases, n_reviewers) array
        NaN = not rated. An ICC is of the cases that every reader rated.
    levels, weights
        As for :func:`~lltic.agreement.fleiss_kappa`. ``alpha_ordinal_distance`` and the
        ICCs have no use for weights.
    generator : numpy.random.Generator
        The source of chance; seed it to get the same interval again.
    replicates : int
        How often the cases are drawn again.
    method : str
        ``bca`` (bias-corrected and accelerated) or ``percentile``.

    Raises
    ------
    UsageError
        ``unknown-coefficient``, ``unknown-bootstrap-method``.
    NotComputable
        ``too-few-cases``, ``one-category``, …, as the coefficient itself;
        ``too-few-replicates``.

    Source
    ------
    Efron and Tibshirani (1993), ch. 13 and 14.

    Examples
    --------
    >>> table = [[1, 1]] * 90 + [[1, 2]] * 5 + [[2, 1]] * 5
    >>> e = bootstrap("ac", table, (1, 2), generator=np.random.default_rng(1))
    >>> round(e.value, 2), round(e.low, 2), round(e.high, 2)
    (0.89, 0.8, 0.95)
    """
    rated = Rated("", ratings, levels, weights)
    found = bootstrap_all(
        [rated],
        (coefficient,),
        generator=generator,
        replicates=replicates,
        level=level,
        method=method,
        definition_hash=definition_hash,
    )[""][coefficient]
    if isinstance(found, NotComputable):
        raise found
    return found


def bootstrap_all(
    items: Sequence[Rated],
    coefficients: Sequence[str] = tuple(KINDS),
    *,
    generator: np.random.Generator,
    replicates: int = 10_000,
    level: float = 0.95,
    method: str = "bca",
    definition_hash: str = "",
) -> dict[str, dict[str, Estimate | NotComputable]]:
    """Return every coefficient of every item with an interval, all from the same redraws.

    Parameters
    ----------
    items : sequence of Rated
        With the same cases in the same rows. Since it is the study's cases that are drawn,
        the number of cases that have an item's rating differs from redraw to redraw.
    coefficients : sequence of str
        See :func:`bootstrap`; all of them when not given.

    Returns
    -------
    dict of item to dict of coefficient
        An estimate, or why there is none.

    Raises
    ------
    UsageError
        ``unknown-coefficient``, ``unknown-bootstrap-method``; see also
        :func:`~lltic.agreement.redraw`.
    """
    if method not in ("bca", "percentile"):
        raise UsageError(unknown("bootstrap method", method, ("bca", "percentile")))
    points = {r.item: {kind: _point(kind, r) for kind in known(coefficients)} for r in items}
    redrawn = redraw(items, coefficients, generator=generator, replicates=replicates)
    table: dict[str, dict[str, Estimate | NotComputable]] = {}
    for item, of_item in points.items():
        table[item] = {}
        for kind, point in of_item.items():
            if not isinstance(point, NotComputable):
                try:
                    limits = redrawn[item][kind].interval(level, method)
                except NotComputable as reason:
                    point = reason
                else:
                    undefined = redrawn[item][kind].undefined
                    point = _with_limits(point, limits, level, method, replicates, undefined)
                    point = replace(point, definition_hash=definition_hash)
            table[item][kind] = point
    return table


def _with_limits(
    point: Estimate,
    limits: tuple[float, float],
    level: float,
    method: str,
    replicates: int,
    undefined: float,
) -> Estimate:
    warning = f"{undefined:.0%} of the redraws had no coefficient and were left out of the interval"
    return replace(
        point,
        low=limits[0],
        high=limits[1],
        level=level,
        method=f"{point.method}; {method} bootstrap over cases, {replicates} redraws",
        warnings=(*point.warnings, *((warning,) if undefined > MOST_UNDEFINED else ())),
    )


def _point(kind: str, rated: Rated) -> Estimate | NotComputable:
    """Return the coefficient, whose interval is still to come, or why there is none."""
    found: Intraclass | Coefficient
    try:
        if kind.startswith("icc_"):
            found = icc(rated.ratings, kind.removeprefix("icc_"), complete_only=True)
        elif kind == "alpha_ordinal_distance":
            found = krippendorff_alpha_by_distance(rated.ratings, rated.levels)
        else:
            found = _POINTS[kind](rated.ratings, rated.levels, rated.weights)
        return replace(found.estimate(), method=found.method)
    except NotComputable as reason:
        return reason


_POINTS = {
    "raw": percent_agreement,
    "kappa": fleiss_kappa,
    "named_kappa": conger_kappa,
    "ac": gwet_ac,
    "brennan_prediger": brennan_prediger,
    "alpha": krippendorff_alpha,
}
