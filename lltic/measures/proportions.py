"""Proportions and how sure we are of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import sqrt
from statistics import NormalDist

from lltic.errors import NotComputable, Problem
from lltic.records import Estimate

__all__ = ["proportions_by", "score_interval", "wilson"]


def wilson(
    numerator: int,
    denominator: int,
    level: float = 0.95,
    *,
    name: str = "proportion",
    definition_hash: str = "",
    warnings: tuple[str, ...] = (),
) -> Estimate:
    """Return a proportion with Wilson's score interval.

    Parameters
    ----------
    numerator, denominator : int
        Counts of cases; 0 <= numerator <= denominator.
    level : float
        Coverage of the interval, between 0 and 1.
    name, definition_hash, warnings
        What the estimate carries along.

    Returns
    -------
    Estimate
        Unrounded; the interval never leaves 0 to 1 and has a width even at 0
        and at 1.

    Raises
    ------
    NotComputable
        ``no-denominator`` when there is no case, ``not-a-proportion`` when the
        counts are not those of a proportion.

    Source
    ------
    Wilson, E. B. (1927), J Am Stat Assoc 22:209-212.

    Examples
    --------
    The review of 2014: 89 of 381 case notes showed care below standard.

    >>> e = wilson(89, 381)
    >>> f"{e.value:.1%} ({e.low:.1%} to {e.high:.1%})"
    '23.4% (19.4% to 27.9%)'
    """
    if denominator == 0:
        hint = "There is no case to take a share of; look at what was selected."
        raise NotComputable(Problem("no-denominator", name, "0 of 0 is not a share", hint=hint))
    if not 0 <= numerator <= denominator:
        message = "the part is larger than the whole, or negative"
        raise NotComputable(Problem("not-a-proportion", name, message))
    low, high = score_interval(numerator / denominator, denominator, level, name)
    return Estimate(
        name=name,
        value=numerator / denominator,
        low=low,
        high=high,
        level=level,
        numerator=numerator,
        denominator=denominator,
        method="proportion, Wilson score interval",
        definition_hash=definition_hash,
        warnings=warnings,
    )


def score_interval(p: float, n: float, level: float, name: str) -> tuple[float, float]:
    """Return Wilson's interval around a share of ``n`` cases; ``n`` need not be whole.

    Raises
    ------
    NotComputable
        ``bad-level``.
    """
    z = _z(level, name)
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 0.0 if p == 0 else centre - half, 1.0 if p == 1 else centre + half


def _z(level: float, name: str) -> float:
    if not 0 < level < 1:
        problem = Problem("bad-level", name, "not a coverage", "between 0 and 1, such as 0.95")
        raise NotComputable(problem)
    return NormalDist().inv_cdf((1 + level) / 2)


def proportions_by(
    outcomes: Iterable[tuple[str, bool]], level: float = 0.95
) -> dict[str, Estimate]:
    """Return the share of true outcomes in each group, groups sorted by name.

    Each case counts alike; of a sample, :meth:`~lltic.measures.Design.share` weighs them.

    Parameters
    ----------
    outcomes : iterable of (group, outcome)
        One pair per case.

    Examples
    --------
    >>> shares = proportions_by([("ward 2", True), ("ward 1", False), ("ward 2", False)])
    >>> [(group, e.value) for group, e in shares.items()]
    [('ward 1', 0.0), ('ward 2', 0.5)]
    """
    pairs = [(group, bool(outcome)) for group, outcome in outcomes]
    cases = Counter(group for group, _ in pairs)
    hits = Counter(group for group, outcome in pairs if outcome)
    return {group: wilson(hits[group], cases[group], level, name=group) for group in sorted(cases)}
