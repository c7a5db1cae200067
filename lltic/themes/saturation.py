"""Whether more reading still brings new themes: the saturation curve and what is unseen.

A closed codebook can only tell which of its themes have been met, not which it lacks: give the
finest level that was coded, and the codings of an open first pass where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from lltic.errors import NotComputable, Problem
from lltic.records import Estimate
from lltic.themes.counted import Counted

if TYPE_CHECKING:
    import numpy as np

__all__ = ["QUIET_RUN", "Saturation", "SaturationPoint", "saturation", "themes_by_case"]

QUIET_RUN = 10
"""Cases in a row without a new theme after which coding may stop, unless another number is
stated beforehand. No number is right for every study: a rule is honest when it stands before the
first case is coded."""

ORDERS = 1000
"""Random orders of the cases, for the band around the curve."""


@dataclass(frozen=True, slots=True)
class SaturationPoint:
    """After so many cases: themes met in the order they were coded, and over all orders.

    ``expected`` is the mean over all orders; 95 % of random orders lie from ``low`` to ``high``.
    """

    cases: int
    in_order: int
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Saturation:
    """How new themes became rarer.

    ``quiet`` counts the cases since the last new theme, ``may_stop_at`` is the number of cases
    at which the rule of ``quiet_run`` was first met, None where it has not been. ``once`` counts
    the themes met in a single case. ``unseen`` is the chance that the next theme met
    in a case is one not met yet; None where nothing was found.
    """

    points: tuple[SaturationPoint, ...]
    themes: tuple[str, ...]
    quiet: int
    quiet_run: int
    may_stop_at: int | None
    once: int
    unseen: Estimate | None

    @property
    def rule(self) -> str:
        """The stopping rule and whether it is met, in a sentence."""
        said = f"Stop when {self.quiet_run} cases in a row bring no new theme"
        if self.may_stop_at is None:
            return f"{said}: not met yet, {self.quiet} so far."
        return f"{said}: met at case {self.may_stop_at} of {len(self.points)}."


def themes_by_case(counted: Counted, order: Sequence[str] = ()) -> dict[str, frozenset[str]]:
    """Return the themes found in each coded case, as coded, without those above them.

    By people, before they were shown any suggestion: one that is accepted later would put a
    theme that was met late into a case that was read early, as if nothing new came after it.
    ``order`` gives the order of the cases, usually that in which they were coded; others
    follow by their id.
    """
    found: dict[str, set[str]] = {case: set() for case in order if case in counted.cases}
    found |= {case: set() for case in sorted(counted.cases) if case not in found}
    for coding in counted.codings:
        if coding.suggestion:
            continue
        found[coding.case_id].add(coding.theme)
    return {case: frozenset(themes) for case, themes in found.items()}


def saturation(
    themes_of: Mapping[str, Iterable[str]],
    rng: np.random.Generator,
    *,
    quiet_run: int = QUIET_RUN,
    orders: int = ORDERS,
) -> Saturation:
    """Return how themes accumulated over cases.

    Parameters
    ----------
    themes_of : mapping of case to themes
        In the order of coding. The same function serves for texts in place of cases.
    rng : numpy Generator
        Shuffles the order of cases for the band; the mean curve is exact.
    quiet_run : int
        The stopping rule: so many cases in a row without a new theme.
    orders : int
        Random orders drawn.

    Raises
    ------
    NotComputable
        ``nothing-coded`` without a case; ``bad-rule`` for a run below 1.

    Notes
    -----
    The mean over all orders is the rarefaction curve. The chance of a new theme is Good's and
    Turing's, in the form of Chao and Jost for themes found or not found in a case, with Esty's
    interval; where no theme was met just once, up to three in the number of findings.

    Source
    ------
    Good (1953), Biometrika 40:237; Esty (1983), Ann Stat 11:905; Colwell, Mao & Chang (2004),
    Ecology 85:2717; Chao & Jost (2012), Ecology 93:2533.

    Examples
    --------
    >>> import numpy as np
    >>> found = saturation(
    ...     {"A": ["x", "y"], "B": ["x"], "C": ["x", "z"], "D": ["y"]},
    ...     np.random.default_rng(1), quiet_run=2,
    ... )
    >>> [(p.in_order, round(p.expected, 2)) for p in found.points]
    [(2, 1.5), (2, 2.33), (3, 2.75), (3, 3.0)]
    >>> found.once, found.quiet, found.rule
    (1, 1, 'Stop when 2 cases in a row bring no new theme: not met yet, 1 so far.')
    """
    import numpy as np

    if not themes_of:
        message = "no case has been coded"
        raise NotComputable(Problem("nothing-coded", "saturation", message))
    if quiet_run < 1:
        raise NotComputable(Problem("bad-rule", "quiet_run", "is no run of cases", "1 or more"))
    names = sorted({theme for themes in themes_of.values() for theme in themes})
    place = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(themes_of), len(names)), dtype=bool)
    for row, themes in enumerate(themes_of.values()):
        table[row, [place[theme] for theme in themes]] = True
    curve = _accumulated(table)
    low, high = _band(table, rng, orders)
    expected = _rarefied(table.sum(axis=0), len(table))
    points = tuple(
        SaturationPoint(m + 1, int(curve[m]), expected[m], float(low[m]), float(high[m]))
        for m in range(len(table))
    )
    fresh = [0, *np.flatnonzero(np.diff(curve, prepend=0)).tolist()]
    last = fresh[-1] + 1 if names else 0
    return Saturation(
        points=points,
        themes=tuple(names),
        quiet=len(table) - last,
        quiet_run=quiet_run,
        may_stop_at=_first_stop(curve, quiet_run),
        once=int((table.sum(axis=0) == 1).sum()),
        unseen=_unseen(table),
    )


def _accumulated(table: np.ndarray) -> np.ndarray:
    import numpy as np

    met = np.logical_or.accumulate(table, axis=0)
    return np.asarray(met.sum(axis=1))


def _band(
    table: np.ndarray, rng: np.random.Generator, orders: int
) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    curves = np.array([_accumulated(table[rng.permutation(len(table))]) for _ in range(orders)])
    low, high = np.quantile(curves, (0.025, 0.975), axis=0, method="inverted_cdf")
    return low, high


def _rarefied(met: np.ndarray, n: int) -> list[float]:
    """Return the mean number of themes met in m of n cases, over every choice of them."""
    import numpy as np

    drawn = np.arange(n)
    found = np.zeros(n)
    for k, times in zip(*np.unique(met, return_counts=True), strict=True):
        # The chance that none of the first m cases is one of the k: (n - k over m) / (n over m).
        found += times * (1 - np.cumprod(np.maximum(n - k - drawn, 0) / (n - drawn)))
    return [float(x) for x in found]


def _first_stop(curve: np.ndarray, run: int) -> int | None:
    quiet = seen = 0
    for number, found in enumerate(curve.tolist(), 1):
        quiet, seen = (0, found) if found > seen else (quiet + 1, seen)
        if quiet == run:
            return number
    return None


def _unseen(table: np.ndarray) -> Estimate | None:
    """Return the chance that the next finding of a theme is of one not met yet."""
    from statistics import NormalDist

    z = NormalDist().inv_cdf(0.975)
    n, met = len(table), table.sum(axis=0)
    total, once, twice = int(met.sum()), int((met == 1).sum()), int((met == 2).sum())
    if not total or n < 2:
        return None
    if twice:
        factor = (n - 1) * once / ((n - 1) * once + 2 * twice)
    else:
        factor = (n - 1) * (once - 1) / ((n - 1) * (once - 1) + 2) if once else 0.0
    value = once / total * factor
    half = z * sqrt(once * (1 - once / total) + 2 * twice) / total
    high = max(value + half, min(1.0, 3 / total))
    return Estimate(
        name="chance that the next theme found is a new one",
        value=value,
        low=max(0.0, value - half),
        high=min(1.0, high),
        numerator=once,
        denominator=total,
        method="Good-Turing in Chao's and Jost's form, Esty's interval",
    )
