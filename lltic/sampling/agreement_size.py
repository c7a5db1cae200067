"""How many cases two or more people must read for agreement that is known so precisely."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from statistics import NormalDist

from lltic.errors import NotComputable, Problem
from lltic.sampling.size import cases_for_share

__all__ = ["cases_for_agreement", "cases_for_icc", "spread_of"]

OF_TWO = ("raw", "kappa", "ac1")
"""Coefficients of two readers who say yes or no."""


def cases_for_agreement(
    precision: float,
    expected: float,
    coefficient: str = "kappa",
    prevalence: float = 0.5,
    level: float = 0.95,
) -> int:
    """Return how many cases two readers must both read for a half-width of ``precision``.

    Parameters
    ----------
    precision : float
        The half-width wanted, of the coefficient; of raw agreement, a share, below 0.5.
    expected : float
        The coefficient expected, 0 or more and below 1.
    coefficient : str
        ``raw`` agreement, ``kappa`` or ``ac1``, of a yes or no such as "poor care or not".
    prevalence : float
        The share of readings that say yes; kappa and AC1 depend on it, raw agreement does not.
    level : float

    Raises
    ------
    NotComputable
        ``bad-precision``, ``bad-coefficient``, ``bad-share``, ``bad-level``, and
        ``impossible-agreement`` where no two readers could agree so little.

    Source
    ------
    Raw agreement is a share of cases: Wilson's half-width
    (:func:`~lltic.sampling.size.cases_for_share`). Kappa and AC1: n = z² Q / d², d the
    half-width, Q the variance of the coefficient times the number of cases
    (:func:`spread_of`), for large samples: Cantor (1996), Psychol Methods 1:150-153 (kappa);
    Gwet, Handbook of Inter-Rater Reliability, 4th ed. 2014, pp. 158-160 (other coefficients).

    Examples
    --------
    >>> cases_for_agreement(0.1, 0.6, "kappa", prevalence=0.3)
    296
    >>> cases_for_agreement(0.1, 0.6, "ac1", prevalence=0.3)
    256
    >>> cases_for_agreement(0.1, 0.75, "raw")
    70
    """
    z = NormalDist().inv_cdf((1 + _level(level)) / 2)
    problems = list(_problems(precision, expected, coefficient, prevalence))
    if problems:
        raise NotComputable(problems)
    if coefficient == "raw":
        return cases_for_share(precision, expected, level)
    return ceil(z * z * spread_of(expected, coefficient, prevalence) / precision**2)


def spread_of(expected: float, coefficient: str, prevalence: float = 0.5) -> float:
    """Return the variance of kappa or AC1 of two readers and two levels, times the cases.

    Both readers say yes equally often; the variance is that of the coefficient's linear
    approximation over the three ways a case can turn out (both yes, both no, one of each).

    Source
    ------
    Bloch & Kraemer (1989), Biometrics 45:269-287, and Fleiss, Cohen & Everitt (1969), Psychol
    Bull 72:323-327, for kappa; Gwet (2008), Br J Math Stat Psychol 61:29-48, for AC1.

    Examples
    --------
    Cantor's test of kappa 0.85 against 0.7, both readers at one half, with power 0.8 at 0.05
    one-sided: 96 cases.

    >>> from statistics import NormalDist
    >>> z = NormalDist().inv_cdf
    >>> expected, tested = spread_of(0.7, "kappa"), spread_of(0.85, "kappa")
    >>> root = (z(0.95) * tested**0.5 + z(0.8) * expected**0.5) / (0.85 - 0.7)
    >>> f"{root**2:.1f}"
    '95.7'
    """
    chance = 2 * prevalence * (1 - prevalence)
    # kappa = 1 - apart / chance and AC1 = 1 - apart / (1 - chance), apart the share of cases
    # on which the readers differ: the one is undone by few yeses, the other is not.
    scale, slope = (chance, 1.0) if coefficient == "kappa" else (1 - chance, -1.0)
    apart = (1 - expected) * scale
    both = prevalence - apart / 2, 1 - prevalence - apart / 2
    outcomes = ((both[0], 0.0, 1.0), (both[1], 0.0, 0.0), (apart, 1.0, 0.5))
    pull = slope * apart / scale**2 * 2 * (1 - 2 * prevalence)
    return sum(
        chance_of * ((differ - apart) / -scale + pull * (mean - prevalence)) ** 2
        for chance_of, differ, mean in outcomes
    )


def cases_for_icc(precision: float, expected: float, readers: int = 2, level: float = 0.95) -> int:
    """Return how many cases must be read for an intraclass correlation known so precisely.

    Parameters
    ----------
    precision : float
        The half-width wanted.
    expected : float
        The intraclass correlation of one reading, 0 or more and below 1.
    readers : int
        Readings of each case, 2 or more.
    level : float

    Raises
    ------
    NotComputable
        ``bad-precision``, ``bad-coefficient``, ``bad-share``, ``bad-level``.

    Source
    ------
    Bonett (2002), Stat Med 21:1331-1335, with w = 2 × precision:
    n = 8 z² (1 - ρ)² (1 + (k - 1) ρ)² / (k (k - 1) w²) + 1, and 5 ρ more where k = 2 and
    ρ is 0.7 or more.

    Examples
    --------
    Two readers, 0.8 expected, 0.7 to 0.9 wanted: 51, with the addition 55.

    >>> cases_for_icc(0.1, 0.8)
    55
    """
    z = NormalDist().inv_cdf((1 + _level(level)) / 2)
    problems = list(_common(precision, expected))
    if readers < 2:
        problems.append(Problem("bad-coefficient", "readers", "one reading has no agreement", "2"))
    if problems:
        raise NotComputable(problems)
    k, rho = readers, expected
    spread = 8 * z * z * (1 - rho) ** 2 * (1 + (k - 1) * rho) ** 2 / (k * (k - 1))
    cases = spread / (2 * precision) ** 2 + 1
    return ceil(cases + (5 * rho if k == 2 and rho >= 0.7 else 0))


def _problems(
    precision: float, expected: float, coefficient: str, prevalence: float
) -> Iterator[Problem]:
    yield from _common(precision, expected)
    if coefficient not in OF_TWO:
        hint = "An ICC has cases_for_icc." if coefficient == "icc" else ""
        allowed = ", ".join(OF_TWO)
        yield Problem("bad-coefficient", repr(coefficient), "not known here", allowed, hint)
    if not 0 < prevalence < 1:
        yield Problem("bad-share", "prevalence", "not a share", "between 0 and 1, such as 0.3")
    elif coefficient == "ac1":
        apart = (1 - expected) * (1 - 2 * prevalence * (1 - prevalence))
        if apart / 2 > min(prevalence, 1 - prevalence):
            message = "two readers who say yes so seldom cannot agree so little"
            hint = "Expect a higher coefficient, or a prevalence nearer to one half."
            yield Problem("impossible-agreement", "expected", message, hint=hint)


def _common(precision: float, expected: float) -> Iterator[Problem]:
    if not 0 < precision < 1:
        yield Problem("bad-precision", "precision", "not a half-width", "between 0 and 1")
    if not 0 <= expected < 1:
        yield Problem("bad-share", "expected", "not such a coefficient", "0 or more, below 1")


def _level(level: float) -> float:
    if not 0 < level < 1:
        allowed = "between 0 and 1, such as 0.95"
        raise NotComputable(Problem("bad-level", "confidence", "not a coverage", allowed))
    return level
