"""What more readers of a case are worth: the reliability of their mean."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, inf

from lltic.errors import NotComputable, Problem
from lltic.records import Estimate

__all__ = ["readers_needed", "readers_needed_for", "reliability_of_mean", "reliability_of_mean_of"]

ROUNDING = 1e-9
"""What 8.000000000000002 is taken for: eight readers, not nine."""


def reliability_of_mean(reliability: float, readers: float) -> float:
    """Return the reliability of the mean of so many readings, from that of one.

    Parameters
    ----------
    reliability : float
        Of one reading, -1 < r <= 1: an intraclass correlation, or a quadratic weighted
        kappa of interchangeable readers, which estimates the same.
    readers : float
        Above 0; below 1 shortens.

    Raises
    ------
    NotComputable
        ``bad-reliability``, ``bad-readers``; ``negative-reliability`` where so many readings
        of so negative a reliability cannot be.

    Source
    ------
    Spearman (1910), Brown (1910), Br J Psychol 3:271-295, 296-322.

    Examples
    --------
    Half a test, and one review of preventability read by three (Manaseki-Holland 2017: 0.27).

    >>> round(reliability_of_mean(0.5, 2), 3), round(reliability_of_mean(0.27, 3), 2)
    (0.667, 0.53)
    """
    _check(reliability, readers)
    below = 1 + (readers - 1) * reliability
    if below <= 0:
        message = "the mean of so many readings has no reliability when one's is so negative"
        raise NotComputable(Problem("negative-reliability", "reliability", message))
    return readers * reliability / below


def readers_needed(reliability: float, goal: float = 0.8) -> int:
    """Return how many readers of each case make their mean as reliable as ``goal``.

    Parameters
    ----------
    reliability : float
        Of one reading, above 0 and at most 1.
    goal : float
        Above 0 and below 1.

    Raises
    ------
    NotComputable
        ``bad-goal``; ``never-reliable`` where one reading has no reliability: no number of
        readers helps.

    Source
    ------
    Spearman-Brown solved for k: k = goal (1 - r) / (r (1 - goal)).

    Examples
    --------
    The published reliabilities of one case-note review, 0.14 to 0.60.

    >>> [readers_needed(r) for r in (0.14, 0.25, 0.27, 0.35, 0.46, 0.50, 0.60)]
    [25, 12, 11, 8, 5, 4, 3]
    """
    _check(reliability, 1)
    if not 0 < goal < 1:
        raise NotComputable(Problem("bad-goal", "goal", "not a reliability to reach", "0 to 1"))
    if reliability <= 0:
        message = "one reading has no reliability at all, so no number of readers has"
        hint = "Agree first on what the levels of the scale mean."
        raise NotComputable(Problem("never-reliable", "reliability", message, hint=hint))
    return max(1, ceil(goal * (1 - reliability) / (reliability * (1 - goal)) - ROUNDING))


def reliability_of_mean_of(one: Estimate, readers: int) -> Estimate:
    """Return the same from an estimate; its interval's ends are carried over, for it only rises.

    Raises
    ------
    NotComputable
        As :func:`reliability_of_mean`.
    """
    ends = [_clipped(end, readers) for end in (one.low, one.high)]
    return replace(
        one,
        name=f"reliability of the mean of {readers} readers",
        value=reliability_of_mean(one.value, readers),
        low=ends[0],
        high=ends[1],
        method=f"Spearman-Brown from {one.method}",
        numerator=None,
    )


def readers_needed_for(one: Estimate, goal: float = 0.8) -> tuple[int, int, float]:
    """Return how many readers are needed, and the fewest and most that the interval allows.

    Returns
    -------
    (int, int, float)
        The last is infinite where the interval reaches down to no reliability.

    Raises
    ------
    NotComputable
        As :func:`readers_needed`; ``no-interval`` when the estimate has none.
    """
    if one.low is None or one.high is None:
        raise NotComputable(Problem("no-interval", "reliability", "the estimate has no interval"))
    most = readers_needed(one.low, goal) if one.low > 0 else inf
    return readers_needed(one.value, goal), readers_needed(one.high, goal), most


def _clipped(end: float | None, readers: int) -> float | None:
    """Carry one end over; below no reliability at all it stays at the lowest that can be."""
    if end is None:
        return None
    lowest = -1 / (readers - 1) + 1e-6 if readers > 1 else -1 + 1e-6
    return max(-1.0, reliability_of_mean(max(end, lowest), readers))


def _check(reliability: float, readers: float) -> None:
    problems = []
    if not -1 < reliability <= 1:
        message = "not a reliability"
        problems.append(Problem("bad-reliability", "reliability", message, "above -1, up to 1"))
    if not readers > 0:
        problems.append(Problem("bad-readers", "readers", "no number of readers", "above 0"))
    if problems:
        raise NotComputable(problems)
