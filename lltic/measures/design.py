"""Estimates for all cases of a cohort from those that were drawn: design weights.

Every case that was read stands for as many cases of its stratum as there are cases per case
read. With that, a share or a mean speaks for the whole cohort; its interval covers what the
draw leaves open, and shrinks to nothing as everything is read (finite population correction).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from math import sqrt

from lltic.errors import NotComputable, Problem
from lltic.measures.proportions import score_interval, wilson
from lltic.records import Estimate, SampledCase

__all__ = ["Design"]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One stratum as far as it was read: population, cases read, values of those that count."""

    population: int
    read: int
    values: tuple[float, ...]

    @property
    def weight(self) -> float:
        return self.population / self.read

    @property
    def whole(self) -> bool:
        return self.read == self.population

    def variance(self, middle: float) -> float:
        """Variance of the sum of (value - middle) over the stratum's cases that count."""
        if self.whole:
            return 0.0
        residuals = [value - middle for value in self.values]
        squares = sum(r * r for r in residuals)
        if self.read > 1:
            squares = (squares - sum(residuals) ** 2 / self.read) / (self.read - 1)
        # A single case has no spread of its own: it is taken around the middle of all.
        return self.population**2 * (1 - self.read / self.population) * squares / self.read


@dataclass(frozen=True, slots=True)
class _Total:
    """A share or a mean over strata, with what its interval is made from."""

    strata: tuple[_Seen, ...]
    value: float
    population: float
    variance: float
    degrees: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Design:
    """How cases were drawn: the stratum of each, and how many cases each stratum has.

    Parameters
    ----------
    stratum_of : mapping of case id to stratum
        Of every case drawn.
    populations : mapping of stratum to number of cases in the cohort
    plan : str
        Name, version and start of the hash of the sampling plan.
    """

    stratum_of: Mapping[str, str] = field(repr=False)
    populations: Mapping[str, int]
    plan: str = ""

    @classmethod
    def of(cls, sampled: Iterable[SampledCase]) -> Design:
        """Return the design that the sampled cases carry with them.

        A stratum of which n were drawn with probability p has n / p cases.
        """
        cases = list(sampled)
        drawn = Counter(case.stratum for case in cases)
        chance = {case.stratum: case.inclusion_probability for case in cases}
        populations = {name: round(n / chance[name]) for name, n in drawn.items()}
        plan = f"{cases[0].plan} ({cases[0].plan_hash[:12]})" if cases else ""
        return cls({case.case_id: case.stratum for case in cases}, populations, plan)

    @property
    def population(self) -> int:
        """The number of cases of the cohort."""
        return sum(self.populations.values())

    @property
    def is_census(self) -> bool:
        """Whether every case was taken, so that there is nothing to weigh."""
        return len(self.stratum_of) == self.population

    def _repr_html_(self) -> str:
        """Show the strata and the weights of their cases, had all been read, in a notebook."""
        drawn = Counter(self.stratum_of.values())
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{size}</td><td>{drawn[name]}</td>"
            f"<td>{size / drawn[name]:.2f}</td></tr>"
            for name, size in self.populations.items()
        )
        head = "<tr><th>stratum</th><th>cases</th><th>drawn</th><th>design weight</th></tr>"
        return f"<table><caption>{escape(self.plan)}</caption>{head}{rows}</table>"

    def weights(self, read: Collection[str] | None = None) -> dict[str, float]:
        """Return how many cases of the cohort each case read stands for.

        They add up to the population of the strata of which a case was read. ``read`` is all
        cases drawn when not given.

        Examples
        --------
        >>> drawn = [SampledCase(c, "acute", 0.25, "simple v1", "") for c in "ABC"]
        >>> Design.of(drawn).weights(["A", "C"])
        {'A': 6.0, 'C': 6.0}
        """
        cases = sorted(set(self.stratum_of if read is None else read) & set(self.stratum_of))
        counts = Counter(self.stratum_of[case] for case in cases)
        return {
            case: self.populations[self.stratum_of[case]] / counts[self.stratum_of[case]]
            for case in cases
        }

    def share(
        self,
        hits: Collection[str],
        cases: Collection[str],
        *,
        among: Collection[str] | None = None,
        level: float = 0.95,
        name: str = "proportion",
    ) -> Estimate:
        """Return the share of the cohort's cases that would be hits, had all been read.

        Parameters
        ----------
        hits, cases : collections of case ids
            The hits among the cases that count, such as those with a score for a phase.
        among : collection of case ids, optional
            All cases read, where ``cases`` are a part of them that the draw did not fix.
        level : float
            Coverage of the interval, between 0 and 1.
        name : str

        Returns
        -------
        Estimate
            ``numerator`` and ``denominator`` are the cases read, ``population`` the number of
            the cohort's cases that the share is of. Where every case was read, the share and
            interval of :func:`~lltic.measures.wilson`.

        Raises
        ------
        NotComputable
            ``no-denominator`` when no case counts; ``bad-level``.

        Notes
        -----
        The weighted (Hájek) share; its variance is that of stratified sampling without
        replacement, linearised where ``among`` is given. Strata read whole are known; for the
        rest Wilson's interval is taken at the effective sample size: the one of a simple
        random sample, n (N - 1) / (N - n), over the design effect, which is not taken below
        1, and adjusted for degrees of freedom. A share of 0 or 1 takes the design effect that
        equal shares in all strata would give. Cases drawn and not yet read are taken to be
        like those read in their stratum, which a warning says.

        Source
        ------
        Cochran, Sampling Techniques, 3rd ed. 1977, 5.3, 5.4, 5.10; Särndal, Swensson &
        Wretman, Model Assisted Survey Sampling, 1992, 5.7 and 10.3; Korn & Graubard (1998),
        Survey Methodology 24:193-201; Franco et al. (2019), J Surv Stat Methodol 7:334-364;
        Parker et al. (2017), Vital Health Stat 2(175) for the bound on the design effect.

        Examples
        --------
        Members of seven learned societies who are women (Lohr, Sampling, example 4.3): 24.65 %,
        standard error 0.0071.

        >>> acls = {
        ...     "literature": (9100, 636, 38), "classics": (1950, 451, 27),
        ...     "philosophy": (5500, 481, 18), "history": (10850, 611, 19),
        ...     "linguistics": (2100, 493, 36), "politics": (5500, 575, 13),
        ...     "sociology": (9000, 588, 26),
        ... }
        >>> drawn, women = [], set()
        >>> for society, (members, n, percent) in acls.items():
        ...     ids = [f"{society} {i}" for i in range(n)]
        ...     drawn += [SampledCase(i, society, n / members, "acls v1", "") for i in ids]
        ...     women |= set(ids[: round(n * percent / 100)])
        >>> e = Design.of(drawn).share(women, [case.case_id for case in drawn])
        >>> f"{e.value:.3f} of {e.population:.0f}, error {(e.high - e.low) / 2 / 1.96:.4f}"
        '0.247 of 44000, error 0.0071'
        """
        hits, read = set(hits), set(cases) if among is None else set(among)
        seen = self._strata({c: float(c in hits) for c in cases}, read, name)
        total = _total(seen, self, read)
        certain = [s for s in total.strata if s.whole]
        rest = [s for s in total.strata if not s.whole]
        open_part = sum(s.weight * len(s.values) for s in rest)
        counted = sum(len(s.values) for s in total.strata)
        found = round(sum(sum(s.values) for s in total.strata))
        if not open_part:
            return wilson(found, counted, level, name=name, warnings=total.warnings)
        known = sum(sum(s.values) for s in certain)
        share = sum(s.weight * sum(s.values) for s in rest) / open_part
        size = _effective_size(rest, share, total.variance * (total.population / open_part) ** 2)
        low, high = score_interval(share, size * _freedom(rest, total.degrees, level), level, name)
        return Estimate(
            name=name,
            value=total.value,
            low=(known + open_part * low) / total.population,
            high=(known + open_part * high) / total.population,
            level=level,
            numerator=found,
            denominator=counted,
            population=total.population,
            method="share weighted by the design, Wilson score interval at the effective size",
            warnings=total.warnings,
        )

    def mean(
        self,
        values: Mapping[str, float],
        *,
        among: Collection[str] | None = None,
        level: float = 0.95,
        name: str = "mean",
    ) -> Estimate:
        """Return the mean over the cohort's cases, had all been read.

        Parameters
        ----------
        values : mapping of case id to number
            Of the cases that count.
        among, level, name
            As for :meth:`share`.

        Returns
        -------
        Estimate
            With a t interval; ``denominator`` is the number of cases used.

        Raises
        ------
        NotComputable
            ``no-denominator`` when no case counts, ``too-few-cases`` when only one does;
            ``bad-level``.

        Notes
        -----
        Where every case was read the error is that of a mean of as many, s / √n, as with
        :func:`~lltic.measures.wilson`: the deaths are then taken as a draw of their time.

        Source
        ------
        Cochran, Sampling Techniques, 3rd ed. 1977, 5.3 and 5.4.

        Examples
        --------
        >>> drawn = [SampledCase(c, "acute", 0.3, "simple v1", "") for c in "ABC"]
        >>> e = Design.of(drawn).mean({"A": 2, "B": 4, "C": 3})
        >>> f"{e.value:.2f} ({e.low:.2f} to {e.high:.2f}) of {e.population:.0f} cases"
        '3.00 (0.92 to 5.08) of 10 cases'
        """
        read = set(values) if among is None else set(among)
        total = _total(self._strata(values, read, name), self, read)
        used = [value for s in total.strata for value in s.values]
        if len(used) < 2:
            message = "one case shows no spread"
            raise NotComputable(Problem("too-few-cases", name, message, "two or more cases"))
        error, degrees = sqrt(total.variance), total.degrees
        if all(s.whole for s in total.strata):
            squares = sum((value - total.value) ** 2 for value in used)
            error, degrees = sqrt(squares / (len(used) - 1) / len(used)), len(used) - 1
        half = _t(level, degrees, name) * error
        return Estimate(
            name=name,
            value=total.value,
            low=total.value - half,
            high=total.value + half,
            level=level,
            denominator=len(used),
            population=total.population,
            method="mean weighted by the design, t interval",
            warnings=total.warnings,
        )

    def _strata(self, values: Mapping[str, float], read: set[str], name: str) -> list[_Seen]:
        """Return every stratum of which a case was read."""
        counts = Counter(self.stratum_of[case] for case in read if case in self.stratum_of)
        inside: dict[str, list[float]] = {stratum: [] for stratum in counts}
        for case, value in values.items():
            if case in read and case in self.stratum_of:
                inside[self.stratum_of[case]].append(value)
        if not any(inside.values()):
            hint = "No case of the sample counts here; look at what was selected."
            raise NotComputable(Problem("no-denominator", name, "0 of 0 is not a share", hint=hint))
        # In one order, as a sum's last digit hangs on it: a set of cases has another at each run.
        return [
            _Seen(self.populations[stratum], counts[stratum], tuple(sorted(inside[stratum])))
            for stratum in sorted(counts)
        ]


def _total(strata: list[_Seen], design: Design, read: set[str]) -> _Total:
    population = sum(s.weight * len(s.values) for s in strata)
    value = sum(s.weight * sum(s.values) for s in strata) / population
    variance = sum(s.variance(value) for s in strata) / population**2
    rest = [s for s in strata if not s.whole]
    single = any(s.read == 1 for s in rest)
    degrees = sum(s.read for s in rest) - sum(s.read > 1 for s in rest) - single
    warnings = tuple(_warnings(design, read))
    return _Total(tuple(strata), value, population, variance, degrees, warnings)


def _warnings(design: Design, read: set[str]) -> Iterator[str]:
    """Yield what a reader must know: cases not read, strata not covered, cases not drawn."""
    ours = read & set(design.stratum_of)
    if waiting := len(design.stratum_of) - len(ours):
        drawn = len(design.stratum_of)
        yield f"Read so far: {len(ours)} of {drawn} sampled cases; the others count as like them."
    covered = {design.stratum_of[case] for case in ours}
    if waiting and (bare := sorted(set(design.populations) - covered)):
        cases = sum(design.populations[name] for name in bare)
        yield f"Not spoken for, as none of it has been read: {', '.join(bare)} ({cases} cases)."
    if outside := len(read - ours):
        yield f"Left out, not in the sample: cases {outside}."


def _effective_size(rest: list[_Seen], share: float, variance: float) -> float:
    """Return the size of the simple random sample of an endless population that says as much."""
    n = sum(len(s.values) for s in rest)
    population = sum(s.weight * len(s.values) for s in rest)
    simple = n * (population - 1) / (population - n)
    if 0 < share < 1:
        expected = (1 - n / population) * share * (1 - share) / max(n - 1, 1)
        return simple / max(1.0, variance / expected)
    parts = [(s.weight * len(s.values), len(s.values)) for s in rest if s.values]
    alike = sum((size / population) ** 2 * (size - k) / ((size - 1) * k) for size, k in parts)
    return min(simple, 1 / alike)


def _freedom(rest: list[_Seen], degrees: int, level: float) -> float:
    """Return by how much the effective size counts less for the strata that were estimated."""
    read = sum(s.read for s in rest)
    if read < 2 or degrees >= read - 1:
        return 1.0
    return (_t(level, read - 1, "") / _t(level, max(degrees, 1), "")) ** 2


def _t(level: float, degrees: int, name: str) -> float:
    from scipy.stats import t

    if not 0 < level < 1:
        problem = Problem("bad-level", name, "not a coverage", "between 0 and 1, such as 0.95")
        raise NotComputable(problem)
    return float(t.ppf((1 + level) / 2, max(degrees, 1)))
