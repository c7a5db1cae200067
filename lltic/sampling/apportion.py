"""Whole numbers of cases per stratum that add up to the size of the sample."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from math import floor

__all__ = ["apportion"]


def apportion(
    total: int, shares: Sequence[float], least: Sequence[int], most: Sequence[int]
) -> tuple[int, ...]:
    """Share a total out over strata, each within its bounds, rounded by largest remainder.

    Each stratum gets its share of the total, but never below ``least`` nor above ``most``;
    what one cannot take goes to the others in proportion. Of the fractions left, the largest
    are rounded up; equal ones in the order of the strata.

    Parameters
    ----------
    total : int
        Taken as near as the bounds allow.
    shares : (n_strata,) numbers above 0
        Number of cases for a proportional allocation, 1 each for an equal one, number of
        cases times standard deviation for a Neyman allocation.
    least, most : (n_strata,) whole numbers
        ``0 <= least <= most``; ``most`` is the number of cases of the stratum.

    Returns
    -------
    (n_strata,) tuple of int

    Source
    ------
    Cochran, Sampling Techniques, 3rd ed. 1977, 5.5 (Neyman allocation) and 5.8 (strata that
    are taken whole); Balinski & Young, Fair Representation, 1982 (largest remainder).

    Examples
    --------
    Cochran's 64 cities (5.6): 16 large ones with variance 53,843 and 48 with 5,581, 24 drawn.

    >>> apportion(24, [16, 48], [1, 1], [16, 48])
    (6, 18)
    >>> apportion(24, [16 * 53843**0.5, 48 * 5581**0.5], [1, 1], [16, 48])
    (12, 12)
    """
    weights = [Fraction(share) for share in shares]
    total = min(max(total, sum(least)), sum(most))

    def filled(level: Fraction) -> list[Fraction]:
        bounds = zip(weights, least, most, strict=True)
        return [min(max(level * w, Fraction(low)), Fraction(high)) for w, low, high in bounds]

    # The sum grows along straight lines that bend only where a stratum meets a bound.
    bends = {Fraction(b) / w for bs in (least, most) for b, w in zip(bs, weights, strict=True)}
    levels = sorted({Fraction(0), *bends})
    at = bisect_left(levels, Fraction(total), key=lambda level: sum(filled(level), Fraction(0)))
    upper, lower = levels[at], levels[max(at - 1, 0)]
    gained = sum(filled(upper)) - sum(filled(lower))
    part = Fraction(total - sum(filled(lower))) / gained if gained else Fraction(0)
    exact = filled(lower + part * (upper - lower))
    whole = [floor(x) for x in exact]
    up = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in up[: total - sum(whole)]:
        whole[i] += 1
    return tuple(whole)
