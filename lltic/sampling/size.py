"""How many cases to read for a share that is wanted so precisely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist

from lltic.errors import NotComputable, Problem

__all__ = ["StratumSize", "cases_for_share", "cases_for_strata", "half_width"]


@dataclass(frozen=True, slots=True)
class StratumSize:
    """A stratum to plan for: its name, its number of cases, and the share expected in it."""

    name: str
    population: int
    expected: float = 0.5


def half_width(n: float, expected: float, level: float = 0.95) -> float:
    """Return half the width of Wilson's interval.

    Parameters
    ----------
    n : float
        Number of cases of a simple random sample of an endless population.
    expected : float
        The share, 0 to 1.
    level : float

    Source
    ------
    Wilson, E. B. (1927), J Am Stat Assoc 22:209-212.

    Examples
    --------
    >>> f"{half_width(381, 89 / 381):.3f}"
    '0.042'
    """
    z = _z(level)
    return z * sqrt(expected * (1 - expected) / n + z * z / (4 * n * n)) / (1 + z * z / n)


def cases_for_share(
    precision: float,
    expected: float = 0.5,
    level: float = 0.95,
    population: int | None = None,
) -> int:
    """Return the smallest number of cases for a Wilson half-width of at most ``precision``.

    Parameters
    ----------
    precision : float
        The half-width wanted, between 0 and 0.5: 0.05 is five percentage points each way.
    expected : float
        The share expected, 0 to 1; 0.5, the most demanding, where nothing is known.
    level : float
        Coverage of the interval, between 0 and 1.
    population : int, optional
        The number of cases of the cohort; of few, fewer need to be read (finite population
        correction: n cases of N say as much as n (N - 1) / (N - n) of an endless population).

    Returns
    -------
    int
        At most ``population``, which leaves nothing open.

    Raises
    ------
    NotComputable
        ``bad-precision``, ``bad-share``, ``bad-level``, ``bad-population``; all at once.

    Source
    ------
    Piegorsch (2004), Comput Stat Data Anal 46:309-316 (Wilson half-width); Cochran, Sampling
    Techniques, 3rd ed. 1977, 2.6 and 4.4 (finite population correction).

    Examples
    --------
    Half a share at 5 points: Piegorsch's closed form z² / 4d² - z² is 380.3.

    >>> cases_for_share(0.05), cases_for_share(0.05, expected=0.2)
    (381, 245)
    >>> cases_for_share(0.05, population=400)
    196
    """
    _check(precision, [expected], level, [population])
    return _smallest(
        lambda n: half_width(_worth(n, population), expected, level) <= precision, population
    )


def cases_for_strata(
    precision: float, strata: Sequence[StratumSize], level: float = 0.95
) -> tuple[int, tuple[int, ...]]:
    """Return the cases for the share of a whole, drawn in proportion, and of each stratum.

    Parameters
    ----------
    precision : float
        The half-width wanted: of the share of the whole, and of each stratum on its own.
    strata : sequence of StratumSize
        One of a single case is read whole, as every draw does.
    level : float

    Returns
    -------
    whole : int
        The size of a stratified sample with proportional allocation whose share of all cases
        has that half-width, before sizes are rounded stratum by stratum.
    each : (n_strata,) tuple of int
        What each stratum would need, were its own share wanted as precisely.

    Source
    ------
    Cochran, Sampling Techniques, 3rd ed. 1977, 5.9 and 5.13, with Wilson's half-width at the
    effective sample size p (1 - p) / V instead of the normal one.

    Examples
    --------
    >>> cases_for_strata(0.05, [StratumSize("acute", 300, 0.2), StratumSize("community", 100)])
    (165, (135, 80))
    """
    _check(precision, [s.expected for s in strata], level, [s.population for s in strata] or [0])
    population = sum(s.population for s in strata)
    share = sum(s.population * s.expected for s in strata) / population

    def precise(n: int) -> bool:
        open_part = 0.0
        for s in strata:
            part = s.population / population
            worth = _worth(n * part, s.population)
            open_part += part**2 * s.expected * (1 - s.expected) / worth
        worth = share * (1 - share) / open_part if open_part else _worth(n, population)
        return half_width(worth, share, level) <= precision

    each = (cases_for_share(precision, s.expected, level, s.population) for s in strata)
    return _smallest(precise, population), tuple(each)


def _worth(n: float, population: int | None) -> float:
    """Return the size of the sample of an endless population that says as much."""
    if population is None:
        return n
    # A single case that is drawn leaves nothing open, however little of it is wanted.
    return n * (population - 1) / (population - n) if 1 < population > n else inf


def _smallest(enough: Callable[[int], bool], most: int | None) -> int:
    """Return the smallest n that is enough; more is always enough too."""
    high = 1
    while not enough(high):
        high *= 2
        if most is not None and high >= most:
            high = most
            break
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _check(
    precision: float, shares: Iterable[float], level: float, populations: Iterable[int | None]
) -> None:
    problems = list(_problems(precision, shares, level, populations))
    if problems:
        raise NotComputable(problems)


def _problems(
    precision: float, shares: Iterable[float], level: float, populations: Iterable[int | None]
) -> Iterator[Problem]:
    if not 0 < precision < 0.5:
        allowed = "between 0 and 0.5, such as 0.05"
        yield Problem("bad-precision", "precision", "not the half-width of a share", allowed)
    if not all(0 <= share <= 1 for share in shares):
        yield Problem("bad-share", "expected", "not a share", "0 to 1, such as 0.2")
    if not 0 < level < 1:
        allowed = "between 0 and 1, such as 0.95"
        yield Problem("bad-level", "confidence", "not a coverage", allowed)
    if not all(population is None or population >= 1 for population in populations):
        yield Problem("bad-population", "population", "not a number of cases", "1 or more")


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
