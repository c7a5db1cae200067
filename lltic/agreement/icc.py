"""Intraclass correlation: how much of the spread of scores is the cases', not the readers'."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.confidence import upper
from lltic.agreement.weights import Matrix
from lltic.errors import LlticError, NotComputable, Problem, UsageError, unknown
from lltic.records import Estimate

__all__ = ["ICC_KINDS", "Intraclass", "icc"]

ICC_KINDS = ("one_way", "agreement", "consistency")
"""Readers as an accident of each case; the same readers throughout; the same, their own
severity forgiven."""

NO_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class Intraclass:
    """An intraclass correlation of single readings, with the analysis of variance behind it.

    Parameters
    ----------
    kind : str
        One of :data:`ICC_KINDS`.
    value : float
        Of one reading.
    readings : float
        k, readings of a case; where cases differ, the mean that the estimate uses.
    n_cases : int
        Cases used.
    n_left_out : int
        Rated cases not used: see :func:`icc`.
    between, columns, error : float
        Mean squares of cases, of readers, and of what is left (within cases, for one-way).
    n_ratings : int
    case_means : (n_cases,) array
    per_case : (n_cases,) array
        Ratings of each case.
    """

    kind: str
    value: float
    readings: float
    n_cases: int
    n_left_out: int
    between: float
    columns: float
    error: float
    n_ratings: int
    case_means: Matrix = field(repr=False, compare=False)
    per_case: Matrix = field(repr=False, compare=False)

    def estimate(
        self, level: float = 0.95, *, readings: float = 1, definition_hash: str = ""
    ) -> Estimate:
        """Return the correlation with the F interval of McGraw and Wong.

        Parameters
        ----------
        readings : float
            1 for one reading; k for the mean of k readings of each case, by
            Spearman and Brown's formula, which the published "average" forms are.

        Raises
        ------
        NotComputable
            ``below-zero``: the readings disagree so much that their mean has no reliability.
        """
        value = _of_mean(self.value, readings)
        if value is None:
            message = "readings of a case are less alike than readings of different cases"
            raise NotComputable(Problem("below-zero", "ICC of a mean of readings", message))
        limits = self._limits(level)
        low, high = (None if x is None else _of_mean(x, readings) for x in limits)
        what = "one reading" if readings == 1 else f"the mean of {readings:g} readings"
        interval = (
            "F interval" if limits[0] is not None else "no interval: the F ratio is undefined"
        )
        return Estimate(
            name=f"ICC, {self.kind.replace('_', '-')}, of {what}",
            value=value,
            low=low,
            high=high,
            level=level,
            denominator=self.n_cases,
            method=f"{self.method}; {interval}",
            definition_hash=definition_hash,
        )

    @property
    def method(self) -> str:
        """The estimator in words, with what it leaves out."""
        left = f", {self.n_left_out} of the rated cases left out" if self.n_left_out else ""
        return f"intraclass correlation, {_METHODS[self.kind]}{left}"

    def _limits(self, level: float) -> tuple[float | None, float | None]:
        if self.error <= NO_SPREAD * self.between or self.value >= 1 - NO_SPREAD:
            return None, None
        high = upper(level)
        return self._of_agreement(high) if self.kind == "agreement" else self._of_ratio(high)

    def _of_ratio(self, tail: float) -> tuple[float, float]:
        """The exact limits from F = between / error; Thomas and Hultquist's where cases differ."""
        from scipy.special import fdtri

        n = self.n_cases
        one_way = self.kind == "one_way"
        k = n / float((1 / self.per_case).sum()) if one_way else self.readings  # harmonic mean
        inner = self.n_ratings - n if one_way else (n - 1) * (k - 1)
        between = k * float(self.case_means.var(ddof=1)) if one_way else self.between
        ratio = between / self.error
        low = ratio / float(fdtri(n - 1, inner, tail))
        high = ratio * float(fdtri(inner, n - 1, tail))
        return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)

    def _of_agreement(self, tail: float) -> tuple[float | None, float | None]:
        """The limits with Satterthwaite's degrees of freedom (McGraw and Wong, table 7)."""
        from scipy.special import fdtri

        n, k, rho = self.n_cases, self.readings, self.value
        a = k * rho / (n * (1 - rho))
        b = 1 + k * rho * (n - 1) / (n * (1 - rho))
        of_columns, of_error = a * self.columns, b * self.error
        inner = (of_columns + of_error) ** 2 / (
            of_columns**2 / (k - 1) + of_error**2 / ((n - 1) * (k - 1))
        )
        if not inner > 0:  # below no agreement the two parts can cancel out
            return None, None
        below = float(fdtri(n - 1, inner, tail))
        above = float(fdtri(inner, n - 1, tail))
        rest = k * self.columns + (k * n - k - n) * self.error
        low = n * (self.between - below * self.error) / (below * rest + n * self.between)
        high = n * (above * self.between - self.error) / (rest + n * above * self.between)
        return low, high


def icc(ratings: ArrayLike, kind: str = "agreement", *, complete_only: bool = False) -> Intraclass:
    """Return the intraclass correlation of scores.

    Parameters
    ----------
    ratings : (n_cases, n_readers) array
        Scores as numbers with equal steps; NaN = not rated.
    kind : str
        ``one_way``: the readers of a case are any readers, in no order (ICC(1)).
        ``agreement``: column j is the same reader throughout, and a severe reader is in
        error (ICC(A,1)). ``consistency``: the same, with severity forgiven (ICC(C,1)).
    complete_only : bool
        Leave out, for ``one_way`` too, cases that not every reader rated.

    Returns
    -------
    Intraclass
        With :meth:`Intraclass.estimate` for the interval, and for the mean of k readings.

    Notes
    -----
    *Missing ratings.* ``agreement`` and ``consistency`` need every reader's rating of every
    case: cases without are left out, and counted in ``n_left_out`` and in the method.
    ``one_way`` uses every case rated twice or more; where cases differ in the number of
    ratings, the estimate is that of the analysis of variance with Searle's mean number of
    ratings, the interval Thomas and Hultquist's, with the harmonic mean (exact where all
    cases have as many).

    Raises
    ------
    UsageError
        ``unknown-kind-of-ICC``.
    NotComputable
        ``too-few-cases``: fewer than two cases to use. ``one-category``: all scores are equal.

    Source
    ------
    Shrout and Fleiss (1979), Psychol Bull 86:420-428; McGraw and Wong (1996), Psychol
    Methods 1:30-46 (and 1:390); Searle (1971), Linear Models, ch. 11; Thomas and Hultquist
    (1978), Ann Stat 6:582-587.

    Examples
    --------
    Shrout and Fleiss's four judges of six targets: .17, .29 and .71.

    >>> judged = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9],
    ...           [6, 2, 4, 7]]
    >>> [round(icc(judged, kind).value, 2) for kind in ("one_way", "agreement", "consistency")]
    [0.17, 0.29, 0.71]
    >>> mean = icc(judged, "consistency").estimate(readings=4)
    >>> round(mean.value, 2), round(mean.low, 2), round(mean.high, 2)
    (0.91, 0.68, 0.99)
    """
    if kind not in ICC_KINDS:
        raise UsageError(unknown("kind of ICC", kind, ICC_KINDS))
    x = np.asarray(ratings, dtype=float)
    if x.ndim != 2:
        raise LlticError(Problem("bad-ratings", "ratings", "not a matrix", "cases by readers"))
    x = x[~np.isnan(x).all(axis=1)]
    per_case = (~np.isnan(x)).sum(axis=1)
    pairs = kind == "one_way" and not complete_only
    kept = per_case >= 2 if pairs else (per_case == x.shape[1]) & (per_case >= 2)
    if kept.sum() < 2:
        hint = "Cases that not every reader rated are left out; 'one_way' needs two ratings each."
        message = "fewer than two cases have the ratings it needs"
        raise NotComputable(Problem("too-few-cases", f"ICC, {kind}", message, hint=hint))
    left_out = int((~kept).sum())
    return _one_way(x[kept], left_out) if kind == "one_way" else _two_way(x[kept], kind, left_out)


def _one_way(x: Matrix, left_out: int) -> Intraclass:
    r = (~np.isnan(x)).sum(axis=1).astype(float)
    n, total = len(x), float(r.sum())
    means = np.nansum(x, axis=1) / r
    middle = np.nansum(x) / total
    between = float((r * np.square(means - middle)).sum()) / (n - 1)
    within = float(np.nansum(np.square(x - means[:, None]))) / (total - n)
    k = (total - float(np.square(r).sum()) / total) / (n - 1)
    value = _ratio(between - within, between + (k - 1) * within, "one_way")
    return Intraclass("one_way", value, k, n, left_out, between, 0.0, within, int(total), means, r)


def _two_way(x: Matrix, kind: str, left_out: int) -> Intraclass:
    (n, k), means, middle = x.shape, x.mean(axis=1), x.mean()
    of_readers = x.mean(axis=0)
    between = k * float(np.square(means - middle).sum()) / (n - 1)
    columns = n * float(np.square(of_readers - middle).sum()) / (k - 1)
    rest = x - means[:, None] - of_readers + middle
    error = float(np.square(rest).sum()) / ((n - 1) * (k - 1))
    own = k * (columns - error) / n if kind == "agreement" else 0.0
    value = _ratio(between - error, between + (k - 1) * error + own, kind)
    per_case = np.full(n, float(k))
    return Intraclass(kind, value, k, n, left_out, between, columns, error, n * k, means, per_case)


def _ratio(above: float, whole: float, kind: str) -> float:
    if whole <= NO_SPREAD:
        message = "all scores are equal: there is no spread to share out"
        raise NotComputable(Problem("one-category", f"ICC, {kind}", message))
    return above / whole


def _of_mean(single: float, readings: float) -> float | None:
    """Return Spearman and Brown's reliability of a mean; None where it has none."""
    room = 1 + (readings - 1) * single
    return None if room <= 0 else readings * single / room


_METHODS = {
    "one_way": "one-way random (readers differ from case to case)",
    "agreement": "two-way random, absolute agreement",
    "consistency": "two-way, consistency",
}
