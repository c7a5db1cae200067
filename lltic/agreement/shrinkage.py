"""Effects of readers drawn towards their mean, as far as the data do not speak against it.

A reader with few cases has a difference that is mostly noise. Each effect is therefore
taken as a draw from a common normal distribution, whose spread is worked out from the
same data: the less is known of a reader, the nearer to the mean their effect is put.

The spread is never known exactly with a handful of readers. Plugging in one value makes
intervals that are too short; here every value of the spread counts as far as the data
make it likely, and so does every value of the error variance.

Letters: N scores of n cases; K effects; A (K, K) the cross-products of the effects'
columns once the cases' means (and whatever else stands beside) are taken out; sigma the
error's standard deviation; tau the effects'; rho = tau² / sigma².
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lltic.agreement.weights import Matrix
from lltic.errors import NotComputable, Problem

__all__ = ["Shrunk", "shrink"]

GRID = 101
"""Values of the spread that are weighed; twice as many move no third digit."""

HALVINGS = 50
"""Steps in which an interval's end is found: far below any digit that is shown."""

NOTHING = 1e-9
"""A share of the largest eigenvalue below which a direction is not known at all."""


@dataclass(frozen=True)
class Shrunk:
    """Effects as deviations from the mean of their group, each with an interval.

    ``raw`` and ``raw_se`` are the least-squares effects without shrinkage, which mean nothing
    where ``known`` is False: the scores do not tell such an effect from its mean. ``spread`` is the
    standard deviation between effects (tau): median, low, high. ``error`` is sigma.
    """

    value: Matrix
    low: Matrix
    high: Matrix
    raw: Matrix
    raw_se: Matrix
    known: NDArray[np.bool_]
    spread: tuple[float, float, float]
    error: float
    df: int


def shrink(
    y: ArrayLike,
    columns: ArrayLike,
    cases: ArrayLike,
    groups: ArrayLike,
    *,
    beside: ArrayLike | None = None,
    level: float = 0.95,
) -> Shrunk:
    """Return the effects of ``columns`` on ``y``, shrunken towards the mean of their group.

    The model is y = case + beside + columns @ effect + error, cases and ``beside`` free,
    effects normal with one variance, errors normal with another.

    Parameters
    ----------
    y : (N,) array
        Scores, none missing.
    columns : (N, K) array
        For leniency 1 where reader k gave the score, else 0; for drift the time instead of 1.
    cases : (N,) array of int
        Which case each score is of. A case scored once says nothing here.
    groups : (K,) array of int
        Effects that can be compared with each other: readers linked through common cases.
    beside : (N, P) array, optional
        What is taken out together with the cases.
    level : float
        Of the intervals.

    Raises
    ------
    NotComputable
        ``too-few-readings``: nothing is left to know the error by, or no effect can be told
        from the cases.

    Source
    ------
    Hierarchical normal model, the spread flat on its own scale: Gelman (2006), Bayesian
    Analysis 1:515-534; shrinkage as in Morris (1983), JASA 78:47-55.
    """
    values = np.asarray(y, dtype=float)
    known = _Known.of(values, np.asarray(columns, dtype=float), np.asarray(cases), beside)
    centre = _centring(np.asarray(groups))
    rho, weight = _likely_spreads(known)
    return _posterior(known, centre, rho, weight, level)


@dataclass(frozen=True)
class _Known:
    """What the scores say of the effects: eigenvalues and -vectors of A, and residual squares."""

    eigenvalues: Matrix  # (K,), 0 where nothing is known
    vectors: Matrix  # (K, K)
    toward: Matrix  # (K,) vectors.T @ columns.T @ y
    residual: float  # sum of squares once cases, beside and effects are taken out
    df: int  # of what is left when cases and beside are taken out
    longest: float  # the furthest two scores lie apart

    @classmethod
    def of(
        cls, y: Matrix, columns: Matrix, cases: NDArray[np.int_], beside: ArrayLike | None
    ) -> _Known:
        longest = float(np.ptp(y))
        x, y = _within(columns, cases), _within(y[:, None], cases)[:, 0]
        df = len(y) - len(np.unique(cases))
        if beside is not None:
            basis = _basis(_within(np.asarray(beside, dtype=float), cases))
            x, y, df = x - basis @ (basis.T @ x), y - basis @ (basis.T @ y), df - basis.shape[1]
        eigenvalues, vectors = np.linalg.eigh(x.T @ x)
        eigenvalues[eigenvalues < NOTHING * max(eigenvalues.max(initial=0.0), 1.0)] = 0.0
        rank, toward = int((eigenvalues > 0).sum()), vectors.T @ (x.T @ y)
        if rank == 0 or df - rank < 1:
            message = "too few cases read by more than one person to tell readers from cases"
            hint = "Let more cases be read twice, each pair of readers by another combination."
            raise NotComputable(Problem("too-few-readings", "readers", message, hint=hint))
        told = (toward[eigenvalues > 0] ** 2 / eigenvalues[eigenvalues > 0]).sum()
        residual = max(float(y @ y - told), 1e-12)
        return cls(eigenvalues, vectors, toward, residual, df, longest)

    @property
    def told(self) -> Matrix:
        """Sum of squares that each direction takes up, (K,)."""
        there = self.eigenvalues > 0
        return np.divide(self.toward**2, self.eigenvalues, out=np.zeros(len(there)), where=there)


def _within(x: Matrix, cases: NDArray[np.int_]) -> Matrix:
    """Return what is left of each column when the mean of each case is taken out."""
    _, place, size = np.unique(cases, return_inverse=True, return_counts=True)
    sums = np.zeros((len(size), x.shape[1]))
    np.add.at(sums, place, x)
    return x - (sums / size[:, None])[place]


def _basis(x: Matrix) -> Matrix:
    """Return an orthonormal basis of what the columns span, (N, rank)."""
    left, size, _ = np.linalg.svd(x, full_matrices=False)
    return left[:, size > 1e-9 * max(size.max(initial=0.0), 1.0)]


def _centring(groups: NDArray[np.int_]) -> Matrix:
    """Return the (K, K) matrix that takes each effect from the mean of its group."""
    same = (groups[:, None] == groups[None, :]).astype(float)
    return np.eye(len(groups)) - same / same.sum(axis=1, keepdims=True)


def _likely_spreads(known: _Known) -> tuple[Matrix, Matrix]:
    """Return values of rho, (G,), and how much each counts.

    Before the data speak, every tau from nothing to the length of the scale counts alike;
    they speak through the likelihood of what is left within cases.
    """
    eigenvalues = known.eigenvalues[known.eigenvalues > 0]
    least = 1e-4 / eigenvalues.mean()
    most = max(known.longest**2 * (known.df - len(eigenvalues)) / known.residual, 1e4 * least)
    rho = np.exp(np.linspace(np.log(least), np.log(most), GRID))
    likely = -0.5 * np.log1p(rho[:, None] * eigenvalues).sum(axis=1)
    likely -= known.df / 2 * np.log(_squares(known, rho))
    # On the grid of log rho, what is flat in tau has a density that grows as its root.
    log = likely + 0.5 * np.log(rho)
    weight = np.exp(log - log.max())
    return rho, weight / weight.sum()


def _squares(known: _Known, rho: Matrix) -> Matrix:
    """Return the sum of squares left at each rho, (G,)."""
    return known.residual + (known.told / (1 + rho[:, None] * known.eigenvalues)).sum(axis=1)


def _posterior(known: _Known, centre: Matrix, rho: Matrix, weight: Matrix, level: float) -> Shrunk:
    from scipy.special import chdtrc, stdtr

    variance = _squares(known, rho) / known.df  # (G,)
    damped = rho[:, None] / (1 + rho[:, None] * known.eigenvalues)  # (G, K)
    turned = centre @ known.vectors  # (K, K)
    mean = (damped * known.toward) @ turned.T  # (G, K)
    scale = np.sqrt(variance[:, None] * (damped @ (turned**2).T))  # (G, K)

    def below(x: Matrix) -> Matrix:
        gap = np.divide(x - mean, scale, out=np.zeros_like(mean), where=scale > 0)
        return weight @ stdtr(known.df, gap)

    def spread_below(x: Matrix) -> Matrix:
        return weight @ chdtrc(known.df, (rho * variance * known.df)[:, None] / x**2)

    value, reach = weight @ mean, 60 * scale.max() + np.abs(mean).max() + 1e-9
    tails = (1 - level) / 2, (1 + level) / 2
    ends = [_where(below, tail, -reach, reach, len(value)) for tail in tails]
    widest = 60 * sqrt(float((rho * variance).max()))
    spread = [float(_where(spread_below, t, 1e-9, widest, 1)[0]) for t in (0.5, *tails)]
    rank = int((known.eigenvalues > 0).sum())
    error = sqrt(known.residual / (known.df - rank))
    inverse = np.divide(
        1.0, known.eigenvalues, out=np.zeros_like(value), where=known.eigenvalues > 0
    )
    return Shrunk(
        value=value,
        low=ends[0],
        high=ends[1],
        raw=turned @ (inverse * known.toward),
        raw_se=error * np.sqrt(turned**2 @ inverse),
        known=(turned[:, known.eigenvalues == 0] ** 2).sum(axis=1) < NOTHING,
        spread=(spread[0], spread[1], spread[2]),
        error=error,
        df=known.df - rank,
    )


def _where(
    below: Callable[[Matrix], Matrix], share: float, low: float, high: float, size: int
) -> Matrix:
    """Return where a rising share reaches ``share``, by halving, (size,)."""
    ends = np.full(size, low), np.full(size, high)
    for _ in range(HALVINGS):
        middle = (ends[0] + ends[1]) / 2
        short = below(middle) < share
        ends = np.where(short, middle, ends[0]), np.where(short, ends[1], middle)
    return (ends[0] + ends[1]) / 2
