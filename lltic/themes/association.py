"""How two yes-or-no things about cases go together: odds ratio, lift and phi, with intervals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import exp, inf, log, sqrt, tanh
from statistics import NormalDist
from typing import TYPE_CHECKING

from lltic.records import Estimate
from lltic.themes.weighing import Weighed

if TYPE_CHECKING:
    from lltic.themes.weighing import Floats

__all__ = ["Association", "associate"]

FEWEST = 5
"""Cases that would be expected to have both, below which an odds ratio is called shaky."""


@dataclass(frozen=True, slots=True)
class Association:
    """Two things counted together.

    ``n_both``, ``n_one``, ``n_other`` and ``n_cases`` count the cases read; ``expected`` is how
    many would have both by chance. ``lift`` is the share with both over that by chance. ``phi``
    is their correlation. Effects are None where one of the two is in no case or in every case.
    ``p`` is of the hypothesis that they have nothing to do with each other; ``method`` says by
    which test, and ``more`` whether that test sees them together more often than by chance
    (weighted, and within levels), which the counts read need not show. None where ``p`` is.
    """

    n_both: int
    n_one: int
    n_other: int
    n_cases: int
    expected: float
    odds_ratio: Estimate | None
    lift: Estimate | None
    phi: Estimate | None
    p: float | None
    method: str
    warnings: tuple[str, ...] = ()
    more: bool | None = None


def associate(
    one: Collection[str],
    other: Collection[str],
    weighed: Weighed,
    *,
    within: Mapping[str, object] | None = None,
    level: float = 0.95,
    name: str = "association",
) -> Association:
    """Return how far two things go together.

    Parameters
    ----------
    one, other : collections of case ids
        The cases that have the one, and the other.
    weighed : Weighed
        All cases read, with their weights.
    within : mapping of case id to level, optional
        Compare only cases of the same level, such as the same care score; cases without one
        are left out.
    level : float
        Coverage of the intervals, between 0 and 1.
    name : str

    Returns
    -------
    Association

    Notes
    -----
    The odds ratio has Gart's interval (half a case added to each cell, on the log scale). Lift
    and phi are linearised, on the log and the Fisher scale. The test is Fisher's exact one.
    Of a weighted sample the shares are weighted, all errors linearised over the strata, the
    intervals are taken at the effective number of cases, and the test is Rao and Scott's.
    With ``within``, the odds ratio is that of Mantel and Haenszel with the error of Robins,
    Breslow and Greenland; the test is Cochran's, Mantel's and Haenszel's without continuity
    correction; weights enter as shares of the effective number of cases.

    Source
    ------
    Gart (1966), Biometrika 53:171; Fisher (1935); Rao & Scott (1984), Ann Stat 12:46-60; Robins,
    Breslow & Greenland (1986), Biometrics 42:311-323; Mantel & Haenszel (1959), JNCI 22:719.

    Examples
    --------
    >>> from lltic.themes.weighing import weigh
    >>> cases = [f"{i:02}" for i in range(40)]
    >>> found = associate(cases[:20], cases[5:15] + cases[35:], weigh(cases, None))
    >>> found.n_both, found.expected, round(found.p, 2), round(found.lift.value, 2)
    (10, 7.5, 0.19, 1.33)
    """
    a, b = weighed.flags(set(one)), weighed.flags(set(other))
    n, n_one, n_other = len(weighed.cases), int(a.sum()), int(b.sum())
    n_both = int((a * b).sum())
    expected = n * weighed.mean(a) * weighed.mean(b)
    counts = (n_both, n_one, n_other, n, expected)
    if not 0 < n_one < n or not 0 < n_other < n:
        return Association(*counts, None, None, None, None, "not compared: in no case, or in all")
    table = _Table(a, b, weighed, level, name)
    shaky = (f"Expected by chance in {expected:.1f} cases: too few to be sure of a ratio.",)
    warnings = shaky if expected < FEWEST else ()
    if within is not None:
        ratio, p, more, method = _within(table, within)
    else:
        ratio, (p, method) = table.odds_ratio(), table.test()
        more = table.phi().value > 0
    return Association(*counts, ratio, table.lift(), table.phi(), p, method, warnings, more)


@dataclass(frozen=True)
class _Table:
    """The four cells of two flags, weighted."""

    a: Floats
    b: Floats
    weighed: Weighed
    level: float
    name: str

    @property
    def size(self) -> float:
        """The effective number of cases for the covariance of the two flags."""
        pa, pb = self.weighed.mean(self.a), self.weighed.mean(self.b)
        return self.weighed.effective((self.a - pa) * (self.b - pb))

    def cells(self) -> tuple[float, float, float, float]:
        """Return the shares: both, one only, other only, neither."""
        a, b, mean = self.a, self.b, self.weighed.mean
        return mean(a * b), mean(a * (1 - b)), mean((1 - a) * b), mean((1 - a) * (1 - b))

    def odds_ratio(self) -> Estimate:
        cells = self.cells()
        size = self.size
        if self.weighed.sampled and all(cells):
            size = self.weighed.effective(self._influence([1 / c for c in cells], (1, -1, -1, 1)))
        counts = [size * c + 0.5 for c in cells]
        middle = log(counts[0] * counts[3] / counts[1] / counts[2])
        half = _z(self.level) * sqrt(sum(1 / c for c in counts))
        both, one, other, neither = cells
        plain = both * neither / (one * other) if one and other else inf
        value = plain if 0 < plain < inf else exp(middle)
        method = "odds ratio, Gart interval" + self._at_size
        return self._estimate("odds ratio", value, exp(middle - half), exp(middle + half), method)

    def lift(self) -> Estimate | None:
        both, one, other, _ = self.cells()
        pa, pb = both + one, both + other
        if not both:
            return None
        a, b = self.a, self.b
        influence = (a * b - both) / both - (a - pa) / pa - (b - pb) / pb
        half = _z(self.level) * self._error(influence)
        value = both / (pa * pb)
        method = "lift, linearised on the log scale"
        return self._estimate("lift", value, value * exp(-half), value * exp(half), method)

    def phi(self) -> Estimate:
        both, one, other, _ = self.cells()
        pa, pb = both + one, both + other
        spread_a, spread_b = sqrt(pa * (1 - pa)), sqrt(pb * (1 - pb))
        za, zb = (self.a - pa) / spread_a, (self.b - pb) / spread_b
        value = (both - pa * pb) / (spread_a * spread_b)
        influence = za * zb - value - value / 2 * (za**2 - 1 + zb**2 - 1)
        bound = min(max(value, -0.999999), 0.999999)
        half = _z(self.level) * self._error(influence) / (1 - bound**2)
        middle = 0.5 * log((1 + bound) / (1 - bound))
        method = "phi, linearised on the Fisher scale"
        return self._estimate("phi", value, tanh(middle - half), tanh(middle + half), method)

    def test(self) -> tuple[float, str]:
        from scipy.stats import f, fisher_exact

        if not self.weighed.sampled:
            both, a, b = (round(float(x.sum())) for x in (self.a * self.b, self.a, self.b))
            table = [[both, a - both], [b - both, len(self.a) - a - b + both]]
            return float(fisher_exact(table).pvalue), "Fisher's exact test"
        square = self.phi().value ** 2 * self.size
        return float(f.sf(square, 1, self.weighed.degrees)), "Rao-Scott test"

    @property
    def _at_size(self) -> str:
        return " at the effective size" if self.weighed.sampled else ""

    def _influence(self, gradient: list[float], signs: tuple[int, ...]) -> Floats:
        a, b = self.a, self.b
        flags = (a * b, a * (1 - b), (1 - a) * b, (1 - a) * (1 - b))
        parts = [s * g * flag for s, g, flag in zip(signs, gradient, flags, strict=True)]
        return parts[0] + parts[1] + parts[2] + parts[3]

    def _error(self, influence: Floats) -> float:
        """The linearised error, its interval's quantile for the degrees of freedom with it."""
        from scipy.stats import t

        stretch = t.ppf((1 + self.level) / 2, self.weighed.degrees) / _z(self.level)
        return float(sqrt(self.weighed.variance(influence)) * stretch)

    def _estimate(self, what: str, value: float, low: float, high: float, method: str) -> Estimate:
        return Estimate(
            name=f"{what} of {self.name}",
            value=value,
            low=low,
            high=high,
            level=self.level,
            denominator=len(self.a),
            method=method,
        )


def _within(
    table: _Table, within: Mapping[str, object]
) -> tuple[Estimate | None, float | None, bool | None, str]:
    """Return the Mantel-Haenszel odds ratio, test and its way over levels of something else."""
    import numpy as np
    from scipy.stats import chi2

    cases = table.weighed.cases
    level_of = np.array([str(within[c]) if c in within else "" for c in cases])
    known = np.array([c in within for c in cases])
    scale = table.weighed.weight * (table.size / len(cases))
    sums = np.zeros(6)  # R, S, PR, PS + QR, QS, and the deviations of the test
    deviation = spread = 0.0
    for level in sorted(set(level_of[known])):
        rows = known & (level_of == level)
        w, a, b = scale[rows], table.a[rows], table.b[rows]
        n = float(w.sum())
        if n <= 1:
            continue
        both, one = float((w * a * b).sum()), float((w * a * (1 - b)).sum())
        other, neither = float((w * (1 - a) * b).sum()), float((w * (1 - a) * (1 - b)).sum())
        p, q, r, s = (both + neither) / n, (one + other) / n, both * neither / n, one * other / n
        sums += np.array([r, s, p * r, p * s + q * r, q * s, 0.0])
        with_a, with_b = both + one, both + other
        deviation += both - with_a * with_b / n
        spread += with_a * (n - with_a) * with_b * (n - with_b) / (n * n * (n - 1))
    method = "Mantel-Haenszel odds ratio and test, within levels"
    r, s, pr, cross, qs = (float(x) for x in sums[:5])
    p_value = float(chi2.sf(deviation**2 / spread, 1)) if spread else None
    more = deviation > 0 if spread else None
    if not r or not s:
        return None, p_value, more, method
    error = sqrt(pr / (2 * r * r) + cross / (2 * r * s) + qs / (2 * s * s))
    half = _z(table.level) * error
    value = r / s
    ratio = table._estimate("odds ratio", value, value * exp(-half), value * exp(half), method)
    return ratio, p_value, more, method


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
