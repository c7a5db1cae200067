"""Agreement across the border between two sides of the service, such as primary and secondary care.

Here the two readers of a case are not interchangeable: one is from each side, always. So
kappa takes each side's own shares (Cohen), and what one side sees as better than the other
is told apart from what they merely see differently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from lltic.agreement.coefficients import Coefficient, cohen_kappa, percent_agreement
from lltic.agreement.items import raw_estimate
from lltic.agreement.readings import Reading
from lltic.agreement.weights import Levels, Matrix, level_values
from lltic.errors import NotComputable, Problem
from lltic.records import Estimate
from lltic.wording import number_of

__all__ = ["Border", "border"]

FEW_READERS = 4
"""Readers of a side below which a difference between sides may well be one between persons."""


@dataclass(frozen=True, slots=True)
class Border:
    """Agreement between two sides on one item.

    ``bias`` is the first side's score minus the second's, averaged over cases, with the
    interval for *these* readers; ``bias_of_sides`` has the wider interval that holds if the
    readers themselves are a draw from their side, None where a side has one reader only.
    ``first_higher``, ``equal`` and ``second_higher`` count cases. ``n_left_out`` counts the
    cases that were not read from both sides.
    """

    item: str
    sides: tuple[str, str]
    n_cases: int
    n_left_out: int
    n_readers: tuple[int, int]
    raw_agreement: Estimate
    kappa: Estimate | None
    bias: Estimate
    bias_of_sides: Estimate | None
    first_higher: int
    equal: int
    second_higher: int
    warnings: tuple[str, ...] = ()


def border(
    readings: Iterable[Reading],
    levels: Levels,
    sides: tuple[str, str] = ("primary_care", "secondary_care"),
    *,
    weights: str = "quadratic",
    level: float = 0.95,
) -> Border:
    """Return how far two sides agree, and by how much one scores higher.

    Parameters
    ----------
    readings : iterable of Reading
        Of one item, with the reader's side. Of several readings of a case by one side the
        one with the lowest position counts.
    levels : (q,) sequence
        All levels of the scale, in order.
    sides : (str, str)
        Names as in the readings.

    Raises
    ------
    NotComputable
        ``too-few-cases``: fewer than two cases were read from both sides.

    Source
    ------
    Cohen (1968); the bias is a mean of paired differences with its t interval, the wider
    one with errors clustered by the readers of both sides: Cameron, Gelbach and Miller
    (2011), J Bus Econ Stat 29:238-249, with the degrees of freedom of the smaller side.

    Examples
    --------
    >>> def one(case, side, score):
    ...     return Reading(case, f"{case}-{side}", f"{side}{case}", 1, "overall.score", score,
    ...                    side=side)
    >>> scores = [(4, 3), (3, 3), (5, 4), (2, 2), (4, 4), (3, 2)]
    >>> found = border([one(str(i), side, score) for i, pair in enumerate(scores)
    ...                 for side, score in zip(("gp", "ward"), pair)], (1, 2, 3, 4, 5),
    ...                ("gp", "ward"))
    >>> found.bias.value, found.first_higher, found.second_higher
    (0.5, 3, 0)
    """
    every = list(readings)
    pairs = _pairs(every, sides)
    if len(pairs) < 2:
        message = f"fewer than two cases were read from both sides ({sides[0]}, {sides[1]})"
        hint = "Let some cases be read by one person from each side."
        raise NotComputable(Problem("too-few-cases", "agreement across sides", message, hint=hint))
    scores = np.array([(a.score, b.score) for a, b in pairs])
    numbers = level_values(levels).tolist()
    said: list[str] = []
    kappa: Estimate | None = None
    try:
        kappa = _named(cohen_kappa(scores, numbers, weights), level)
    except NotComputable as reason:
        said.append(f"Kappa is not defined: {reason.problems[0].message}.")
    gap = scores[:, 0] - scores[:, 1]
    people = [[a.reader for a, _ in pairs], [b.reader for _, b in pairs]]
    counts = len(set(people[0])), len(set(people[1]))
    raw = raw_estimate(percent_agreement(scores, numbers), scores, level)
    return Border(
        item=pairs[0][0].item,
        sides=sides,
        n_cases=len(pairs),
        n_left_out=len({one.case_id for one in every}) - len(pairs),
        n_readers=counts,
        raw_agreement=raw,
        kappa=kappa,
        bias=_mean(gap, sides, level),
        bias_of_sides=_mean_of_sides(gap, people, sides, level) if min(counts) > 1 else None,
        first_higher=int((gap > 0).sum()),
        equal=int((gap == 0).sum()),
        second_higher=int((gap < 0).sum()),
        warnings=(*said, *_cautions(counts, sides)),
    )


def _pairs(readings: Iterable[Reading], sides: tuple[str, str]) -> list[tuple[Reading, Reading]]:
    first: dict[tuple[str, str], Reading] = {}
    for one in sorted(readings, key=lambda one: (one.case_id, one.position, one.review_id)):
        first.setdefault((one.case_id, one.side), one)
    cases = sorted({case_id for case_id, _ in first})
    both = ((first.get((c, sides[0])), first.get((c, sides[1]))) for c in cases)
    return [(a, b) for a, b in both if a is not None and b is not None]


def _named(found: Coefficient, level: float) -> Estimate:
    return found.estimate(level, interval="atanh")


def _mean(gap: Matrix, sides: tuple[str, str], level: float) -> Estimate:
    n = len(gap)
    error = float(gap.std(ddof=1)) / sqrt(n)
    return _estimate(gap, error, n - 1, sides, level, "t interval over cases, these readers")


def _mean_of_sides(
    gap: Matrix, people: Sequence[Sequence[str]], sides: tuple[str, str], level: float
) -> Estimate:
    n, off = len(gap), gap - gap.mean()
    both = [f"{a}\x1f{b}" for a, b in zip(*people, strict=True)]
    variance = [_clustered(off, names) for names in (*people, both)]
    alone = float(gap.var(ddof=1)) / n
    error = sqrt(max(variance[0] + variance[1] - variance[2], alone))
    df = min(len(set(names)) for names in people) - 1
    return _estimate(
        gap, error, df, sides, level, "t interval over cases and readers of both sides"
    )


def _clustered(off: Matrix, names: Sequence[str]) -> float:
    """Return the variance of a mean when deviations with the same name move together."""
    sums: dict[str, float] = defaultdict(float)
    for name, value in zip(names, off, strict=True):
        sums[name] += float(value)
    count = len(sums)
    return count / (count - 1) * sum(total**2 for total in sums.values()) / len(off) ** 2


def _estimate(
    gap: Matrix, error: float, df: int, sides: tuple[str, str], level: float, method: str
) -> Estimate:
    from scipy.special import stdtrit

    mean, half = float(gap.mean()), float(stdtrit(df, (1 + level) / 2)) * error
    return Estimate(
        name=f"{sides[0]} minus {sides[1]}",
        value=mean,
        low=mean - half,
        high=mean + half,
        level=level,
        denominator=len(gap),
        method=f"mean of paired differences, {method}",
    )


def _cautions(counts: tuple[int, int], sides: tuple[str, str]) -> Iterator[str]:
    for count, side in zip(counts, sides, strict=True):
        if count < FEW_READERS:
            yield (
                f"{side} has {number_of(count, 'reader')} here: a difference between the sides "
                "may be one between persons."
            )
