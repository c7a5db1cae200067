"""How sure a weighted figure is: linearised errors over the strata of a sample.

A share, an odds ratio or a rank effect is a function of weighted sums. Around what was found it
is nearly a straight line, so that its error is that of a weighted sum of one *influence* per
case (Taylor linearisation). The errors here are for claims about how care works, not counts of
the deaths of one cohort: having read every death of September does not tell what causes what.
So there is no finite population correction, and where every case was drawn each counts alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from lltic.errors import NotComputable, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[Any]

__all__ = ["Drawing", "Weighed", "adjusted", "weigh"]


class Drawing(Protocol):
    """How cases were drawn, such as ``measures.Design``."""

    @property
    def stratum_of(self) -> Mapping[str, str]:
        """The stratum of every case drawn."""

    @property
    def populations(self) -> Mapping[str, int]:
        """How many cases each stratum has."""


@dataclass(frozen=True)
class Weighed:
    """Cases with the weight each has, and the stratum each was drawn from.

    ``weight`` and ``stratum`` have one entry per case of ``cases``; weights have mean 1.
    ``sampled`` is False where each case counts alike.
    """

    cases: tuple[str, ...]
    weight: Floats
    stratum: Floats
    sampled: bool

    def flags(self, chosen: frozenset[str] | set[str]) -> Floats:
        """Return 1.0 for the cases that are among ``chosen``, else 0.0."""
        import numpy as np

        return np.fromiter((c in chosen for c in self.cases), dtype=float, count=len(self.cases))

    @property
    def degrees(self) -> int:
        """Degrees of freedom of an error: cases less strata, 1 at least."""
        return max(len(self.cases) - len(self._members), 1)

    @cached_property
    def _members(self) -> list[Floats]:
        import numpy as np

        return [np.flatnonzero(self.stratum == s) for s in np.unique(self.stratum)]

    def mean(self, values: Floats) -> float:
        """Return the weighted mean."""
        return float((self.weight * values).sum() / self.weight.sum())

    def variance(self, influence: Floats) -> float:
        """Return the variance of the weighted mean of these influences.

        A stratum of a single case has no spread of its own: it is taken around the mean of all.

        Source
        ------
        Särndal, Swensson & Wretman, Model Assisted Survey Sampling, 1992, 5.5; Lumley, Complex
        Surveys, 2010, 2.2 (strata with one unit, centred at the grand mean).
        """
        z = self.weight * influence / self.weight.sum()
        total = 0.0
        for rows in self._members:
            part, n = z[rows], len(rows)
            if n == 1:
                total += float((part[0] - z.mean()) ** 2)
            else:
                total += n / (n - 1) * float(((part - part.mean()) ** 2).sum())
        return total

    def effective(self, influence: Floats) -> float:
        """Return how many cases drawn alike say as much about the mean of these influences.

        Adjusted for degrees of freedom (Korn & Graubard 1998, Survey Methodology 24:193-201).
        Where each case counts alike, their number.
        """
        n = len(self.cases)
        if not self.sampled:
            return float(n)
        simple = self.mean((influence - self.mean(influence)) ** 2) / n
        variance = self.variance(influence)
        if not simple or not variance:
            spread = self.weight / self.weight.sum()
            return float(1 / (spread**2).sum())
        return n * simple / variance * (_t(n - 1) / _t(self.degrees)) ** 2


def weigh(cases: Sequence[str], drawing: Drawing | None) -> Weighed:
    """Return cases with their weights: cases of the stratum per case of it among these.

    Cases that were not drawn are left out. Without a drawing each case counts alike.

    Raises
    ------
    NotComputable
        ``no-cases``: no case is left.
    """
    import numpy as np

    kept = sorted(set(cases) if drawing is None else set(cases) & set(drawing.stratum_of))
    if not kept:
        hint = "Look at what was selected, and whether coded cases are in the sample."
        message = "there is no case to compare"
        raise NotComputable(Problem("no-cases", "themes", message, hint=hint))
    if drawing is None:
        ones = np.ones(len(kept))
        return Weighed(tuple(kept), ones, np.zeros(len(kept), dtype=int), sampled=False)
    names = [drawing.stratum_of[case] for case in kept]
    read = Counter(names)
    weight = np.array([drawing.populations[name] / read[name] for name in names], dtype=float)
    number = {name: i for i, name in enumerate(sorted(read))}
    stratum = np.array([number[name] for name in names])
    return Weighed(tuple(kept), weight / weight.mean(), stratum, sampled=True)


def adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p values adjusted for being many, by Benjamini and Yekutieli; None stays None.

    Calling those up to 0.05 found, at most one in twenty of what is called found is false on
    average, however the tests hang together (themes do).

    Source
    ------
    Benjamini & Yekutieli (2001), Ann Stat 29:1165-1188.

    Examples
    --------
    >>> [round(p, 4) for p in adjusted([0.01, 0.02, 0.5])]
    [0.055, 0.055, 0.9167]
    """
    tested = [p for p in p_values if p is not None]
    m = len(tested)
    harmonic = sum(1 / k for k in range(1, m + 1))
    found: dict[int, float] = {}
    least = 1.0
    ranked = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    for rank in range(m, 0, -1):
        p, place = ranked[rank - 1]
        least = min(least, p * m * harmonic / rank)
        found[place] = least
    return [found.get(i) for i in range(len(p_values))]


def _t(degrees: float) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, max(degrees, 1)))
