"""A coefficient with the standard error of its linear approximation.

Seen from a sample of many cases, every coefficient here is nearly the mean of
one number per case. The variance of that mean is the published variance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atanh, inf, sqrt, tanh
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.chance import Chance
from lltic.agreement.confidence import upper
from lltic.agreement.ratings import Tally
from lltic.agreement.weights import Matrix
from lltic.errors import NotComputable, Problem
from lltic.records import Estimate

__all__ = ["Coefficient", "chance_corrected", "mean_of", "more_than_one_category"]

NO_ROOM = 1e-12
"""Chance agreement so near to 1 leaves no room above chance, and no coefficient."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient, its standard error, and the two agreements it is made of.

    ``n_cases`` counts the cases rated at least twice; ``df`` the degrees of
    freedom of the t interval; ``error`` says what kind of standard error it is;
    ``least`` is where an interval ends at the latest; a value below it, as credits and few
    cases can make, has its interval whole.
    """

    name: str
    value: float
    se: float
    observed: float
    expected: float
    n_cases: int
    df: int
    method: str
    error: str = "linearised standard error"
    least: float = -1.0

    def estimate(
        self,
        level: float = 0.95,
        *,
        interval: Literal["t", "atanh"] = "t",
        definition_hash: str = "",
    ) -> Estimate:
        """Return the value with an interval from its standard error.

        ``t`` is the symmetric one of the published examples, cut at ``least`` and 1.
        ``atanh`` is built on Fisher's scale and turned back: it stays inside -1
        and 1 and leans towards 0, as high coefficients need (see the coverage
        tests).
        """
        from scipy.special import stdtrit

        half = float(stdtrit(self.df, upper(level))) * self.se
        if interval == "atanh" and abs(self.value) < 1:
            half /= 1 - self.value**2
            low, high = tanh(atanh(self.value) - half), tanh(atanh(self.value) + half)
        else:
            # Few cases and uneven credits can take a value below -1: nothing to cut it at then.
            least = self.least if self.value >= self.least - NO_ROOM else -inf
            low, high = max(least, self.value - half), min(1.0, self.value + half)
        kind = "t interval" if interval == "t" else "t interval on Fisher's scale"
        return Estimate(
            name=self.name,
            value=self.value,
            low=low,
            high=high,
            level=level,
            denominator=self.n_cases,
            method=f"{self.method}; {self.error}, {kind}",
            definition_hash=definition_hash,
        )

    def as_from_table(self) -> Coefficient:
        """Return the coefficient with the variance that is printed for two readers' tables.

        Formulas for a table of counts (Fleiss, Cohen and Everitt 1969; Gwet 2014,
        ch. 2) divide by n where those for ratings case by case divide by n - 1.
        """
        return replace(self, se=self.se * sqrt(self.df / (self.df + 1)))


def chance_corrected(name: str, t: Tally, weights: str | ArrayLike, chance: Chance) -> Coefficient:
    """Return (pa - pe) / (1 - pe) with the variance of its linearised form.

    Raises
    ------
    NotComputable
        ``one-category``.

    Source
    ------
    Gwet (2014), ch. 5.
    """
    pe = chance.expected
    more_than_one_category(pe, name)
    value = (t.observed - pe) / (1 - pe)
    own = t.n / t.twice.sum() * (t.within - pe * t.twice) / (1 - pe)
    linear = own - 2 * (1 - value) * (chance.per_case - pe) / (1 - pe)
    return mean_of(linear, name, t, weights, value, pe)


def mean_of(
    linear: Matrix,
    name: str,
    t: Tally,
    weights: str | ArrayLike,
    value: float,
    expected: float,
    observed: float | None = None,
) -> Coefficient:
    """Return a coefficient whose variance is that of the mean of ``linear``, (n,)."""
    n, kind = len(linear), weights if isinstance(weights, str) else "given"
    return Coefficient(
        name=f"{name}, {kind} weights",
        value=float(value),
        se=sqrt(float(np.square(linear - value).sum()) / (n * (n - 1))),
        observed=t.observed if observed is None else observed,
        expected=float(expected),
        n_cases=int(t.twice.sum()),
        df=n - 1,
        method=f"{METHODS[name]}, {kind} weights",
    )


def more_than_one_category(pe: float, name: str) -> None:
    """Raise NotComputable, ``one-category``, where chance alone explains everything."""
    if pe >= 1 - NO_ROOM:
        hint = "Where everybody gives the same score, chance alone explains it; see raw agreement."
        message = "only one level of the scale was used"
        raise NotComputable(Problem("one-category", name, message, hint=hint))


METHODS = {
    "raw agreement": "mean credit of a pair of ratings",
    "kappa": "kappa of interchangeable readers (pooled shares; Scott, Fleiss)",
    "pi": "Scott's pi (pooled shares of two readers)",
    "kappa of named readers": "Cohen's kappa (Conger's for more than two readers)",
    "AC1": "Gwet's AC1",
    "AC2": "Gwet's AC2",
    "Brennan-Prediger": "Brennan and Prediger's coefficient (PABAK for two levels)",
    "alpha": "Krippendorff's alpha",
}
