"""Draw the cases again and again, and work out every coefficient of every item each time.

Cases are what was sampled, so cases are drawn, each with all its ratings of all
items. Cases with the same ratings are interchangeable, so it is enough to draw
how often each *pattern* of ratings occurs. One draw serves every coefficient of
every item: their sums over cases are one matrix product (:mod:`.kinds`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.confidence import upper
from lltic.agreement.kinds import KINDS, Features, features
from lltic.agreement.ratings import tally
from lltic.agreement.weights import Counts, Levels, Matrix
from lltic.errors import NotComputable, Problem, UsageError, unknown

__all__ = ["Rated", "Redrawn", "known", "redraw"]

AT_ONCE = 500_000
"""Numbers of one matrix of redraws: a few megabytes, which stay in the processor's memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """The ratings of one item, and how they are compared.

    Parameters
    ----------
    item : str
    ratings : (n_cases, n_reviewers) array
        NaN = not rated. Items drawn together have the same cases in the same rows.
    levels, weights
        As for :func:`~lltic.agreement.fleiss_kappa`.
    """

    item: str
    ratings: ArrayLike = field(repr=False)
    levels: Levels
    weights: str | ArrayLike = "identity"


@dataclass(frozen=True, slots=True, eq=False)
class Redrawn:
    """A coefficient in every redraw of the cases.

    Parameters
    ----------
    value : float
        On the cases as they are.
    drawn : (replicates,) array
        NaN where a redraw has no coefficient.
    left_out : (n_patterns,) array
        Without one case of each pattern.
    often : (n_patterns,) array
        How many cases have the pattern.
    """

    value: float
    drawn: Matrix = field(repr=False)
    left_out: Matrix = field(repr=False)
    often: Matrix = field(repr=False)

    def interval(self, level: float = 0.95, method: str = "bca") -> tuple[float, float]:
        """Return the limits, from the redraws that have a coefficient.

        Raises
        ------
        NotComputable
            ``too-few-replicates``: hardly any redraw has a coefficient.

        Source
        ------
        Efron and Tibshirani (1993), ch. 13 and 14.
        """
        defined = np.sort(self.drawn)  # NaN last
        defined = defined[: np.count_nonzero(~np.isnan(defined))]
        if len(defined) < 2:
            message = "no interval: hardly any redraw of the cases has a coefficient"
            raise NotComputable(Problem("too-few-replicates", "bootstrap", message))
        tails = np.array([1 - upper(level), upper(level)])
        if method == "bca":
            tails = self._moved(tails, defined)
        # Linear between neighbours, as numpy's quantile; sorting once is what it does too.
        place = tails * (len(defined) - 1)
        low, high = np.interp(place, np.arange(len(defined)), defined)
        return float(low), float(high)

    def _moved(self, tails: Matrix, defined: Matrix) -> Matrix:
        """Return the percentiles to read, moved for bias and for skewness."""
        from scipy.special import ndtr, ndtri

        left = np.searchsorted(defined, self.value - 1e-12, "left")
        right = np.searchsorted(defined, self.value + 1e-12, "right")
        below = (left + right) / (2 * len(defined))
        bias = ndtri(np.clip(below, 1 / len(defined), 1 - 1 / len(defined)))
        z = bias + ndtri(tails)
        # Where the skewness is beyond what the formula can bend, the tail is read at its end.
        room = 1 - self._skew() * z
        return ndtr(
            np.where(room > 0, bias + z / np.where(room > 0, room, 1), np.copysign(np.inf, z))
        )

    def _skew(self) -> float:
        """Return the acceleration, from what each case's absence does to the coefficient."""
        ok = ~np.isnan(self.left_out)
        if not ok.any():
            return 0.0
        often = self.often[ok]
        gap = np.average(self.left_out[ok], weights=often) - self.left_out[ok]
        spread = float((often * gap**2).sum())
        return float((often * gap**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0

    def less(self, other: Redrawn) -> Redrawn:
        """Return the difference to another coefficient in the same redraws of the same cases.

        Its interval says whether one item (or coefficient) is agreed on better than another:
        two intervals that overlap do not, since both are of the same cases.

        Raises
        ------
        UsageError
            ``bad-ratings``: the two are not from one call of :func:`redraw`.
        """
        if other.often is not self.often:
            hint = "Ask for both in one call of redraw."
            message = "not the same redraws of the same cases"
            raise UsageError(Problem("bad-ratings", "difference", message, hint=hint))
        return Redrawn(
            self.value - other.value,
            self.drawn - other.drawn,
            self.left_out - other.left_out,
            self.often,
        )

    @property
    def undefined(self) -> float:
        """The share of redraws that have no coefficient."""
        return float(np.isnan(self.drawn).mean())


def redraw(
    items: Sequence[Rated],
    coefficients: Sequence[str],
    *,
    generator: np.random.Generator,
    replicates: int,
) -> dict[str, dict[str, Redrawn]]:
    """Return coefficients in every redraw; those of an item that has none are left out.

    Raises
    ------
    UsageError
        ``unknown-coefficient``; ``bad-ratings`` where items differ in their number of cases,
        or two have one name; ``too-few-replicates`` for none.
    """
    problems = []
    if replicates < 1:
        message = "no redraws, no interval"
        problems.append(Problem("too-few-replicates", "replicates", message, "1000 or more"))
    if len({item.item for item in items}) < len(items):
        problems.append(Problem("bad-ratings", "items", "two items have one name"))
    if problems:
        raise UsageError(problems)
    if not items:
        return {}
    parts, often = _patterns(items, known(coefficients))
    if not parts:
        return {}
    table, counts = np.hstack([of.rows for _, of in parts]), often.astype(float)
    total = counts @ table
    whole = _values(parts, total[:, None], coefficients)
    left_out = _values(parts, (total - table).T, coefficients)
    drawn = [
        _values(parts, table.T @ sample.T, coefficients)
        for sample in _samples(often, replicates, generator)
    ]
    return {
        item: {
            kind: Redrawn(
                float(whole[item, kind][0]),
                np.concatenate([part[item, kind] for part in drawn]),
                left_out[item, kind],
                counts,
            )
            for kind in coefficients
        }
        for item, _ in parts
    }


def known(coefficients: Sequence[str]) -> Sequence[str]:
    """Return the names of coefficients, or raise UsageError, ``unknown-coefficient``."""
    problems = [
        unknown("coefficient", kind, tuple(KINDS)) for kind in coefficients if kind not in KINDS
    ]
    if problems:
        raise UsageError(problems)
    return coefficients


def _patterns(
    items: Sequence[Rated], coefficients: Sequence[str]
) -> tuple[list[tuple[str, Features]], Counts]:
    """Return each item's features of each pattern of ratings, and how many cases have it.

    Items that have no pair of ratings are left out.
    """
    x = [np.asarray(r.ratings, dtype=float) for r in items]
    if len({len(ratings) for ratings in x}) > 1:
        message = "items to be drawn together differ in their number of cases"
        raise UsageError(Problem("bad-ratings", "ratings", message, "the same cases in each"))
    together = np.hstack(x)
    together = together[~np.isnan(together).all(axis=1)]
    # No rating is equal to no rating, as NaN would not be.
    marked = np.where(np.isnan(together), -np.inf, together)
    patterns, often = np.unique(marked, axis=0, return_counts=True)
    patterns[np.isneginf(patterns)] = np.nan
    ends = np.cumsum([ratings.shape[1] for ratings in x])[:-1]
    made = [
        (item.item, _of_item(item, own, coefficients))
        for item, own in zip(items, np.split(patterns, ends, axis=1), strict=True)
    ]
    return [(item, of) for item, of in made if of is not None], often


def _of_item(item: Rated, patterns: Matrix, coefficients: Sequence[str]) -> Features | None:
    """Return the features of each pattern; None where the item has no pair of ratings."""
    rated = ~np.isnan(patterns).all(axis=1)
    # A pattern may stand for many cases: two of it, so that one pattern alone will do.
    twice = np.vstack([patterns[rated]] * 2)
    try:
        t = tally(twice, item.levels, item.weights, named=True)
    except NotComputable:
        return None
    made = features(twice, item.levels, t, coefficients)
    rows = np.zeros((len(patterns), made.rows.shape[1]))
    rows[rated] = made.rows[: rated.sum()]
    return replace(made, rows=rows)


def _samples(often: Counts, replicates: int, generator: np.random.Generator) -> Iterator[Matrix]:
    """Yield how often each pattern was drawn, (some replicates, n_patterns), in parts."""
    n, patterns = int(often.sum()), len(often)
    cases = np.repeat(np.arange(patterns), often)
    # A multinomial draw costs about as much for a pattern as eight cases drawn one by one.
    one_by_one = n <= 8 * patterns
    part = max(1, AT_ONCE // (n if one_by_one else patterns))
    for start in range(0, replicates, part):
        size = min(part, replicates - start)
        if one_by_one:
            drawn = cases[generator.integers(0, n, size=(size, n))]
            drawn += np.arange(size)[:, None] * patterns
            counts = np.bincount(drawn.ravel(), minlength=size * patterns)
            yield counts.reshape(size, patterns).astype(float)
        else:
            yield generator.multinomial(n, often / n, size=size).astype(float)


def _values(
    parts: Sequence[tuple[str, Features]], totals: Matrix, coefficients: Sequence[str]
) -> dict[tuple[str, str], Matrix]:
    """Return each coefficient of each item for totals of samples, NaN where undefined."""
    ends = np.cumsum([of.rows.shape[1] for _, of in parts])[:-1]
    return {
        (item, kind): KINDS[kind].values(own, of)
        for (item, of), own in zip(parts, np.split(totals, ends), strict=True)
        for kind in coefficients
    }
