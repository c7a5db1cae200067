"""How far readers agree with themselves: from planned repeats of the same case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

import numpy as np

from lltic.agreement.coefficients import fleiss_kappa, percent_agreement
from lltic.agreement.items import raw_estimate
from lltic.agreement.repeats import Repeat
from lltic.agreement.weights import Levels, Matrix, level_values
from lltic.errors import NotComputable, Problem
from lltic.records import Estimate

__all__ = ["WithinReaders", "within_readers"]

SOON = 28.0
"""Days between two readings below which a reader may remember the first. Our own line."""

FEW_PAIRS = 30


@dataclass(frozen=True, slots=True)
class WithinReaders:
    """Agreement of readers with themselves on one item.

    ``kappa`` is None where it is undefined. ``spread`` is the standard deviation of one
    reader's scores of one case (within-reader SD) in points of the scale, ``repeatability``
    the distance that two such scores keep within in 95 of 100 repeats, ``shift`` the mean of
    second minus first.
    """

    item: str
    n_pairs: int
    n_cases: int
    n_readers: int
    median_days: float | None
    raw_agreement: Estimate
    kappa: Estimate | None
    spread: Estimate
    repeatability: float
    shift: Estimate
    warnings: tuple[str, ...] = ()


def within_readers(
    repeats: Iterable[Repeat],
    levels: Levels,
    *,
    weights: str = "quadratic",
    level: float = 0.95,
) -> WithinReaders:
    """Return how far readers repeat themselves.

    Set it beside the agreement between readers: who does not agree with themselves cannot
    agree with others, and what lies between the two figures is difference of opinion.

    Parameters
    ----------
    repeats : iterable of Repeat
        Of one item; each is one pair of scores of a case by the same reader.
    levels : (q,) sequence
        All levels of the scale, in order.

    Raises
    ------
    NotComputable
        ``too-few-repeats``: fewer than two pairs.

    Source
    ------
    Within-reader SD and repeatability: Bland and Altman (1996), BMJ 312:1654;
    sqrt(sum d² / 2n) with its chi-squared interval. The shift has the interval of a paired t.
    """
    pairs = list(repeats)
    if len(pairs) < 2:
        hint = "Plan some cases to be read again by the same person, weeks later."
        message = "fewer than two cases were read again by the same reader"
        raise NotComputable(Problem("too-few-repeats", "within readers", message, hint=hint))
    scores = np.array([(p.first, p.second) for p in pairs])
    numbers = level_values(levels).tolist()
    said: list[str] = []
    kappa = None
    try:
        found = fleiss_kappa(scores, numbers, weights)
        kappa = found.estimate(level, interval="atanh")
    except NotComputable as reason:
        said.append(f"Kappa is not defined: {reason.problems[0].message}.")
    raw = raw_estimate(percent_agreement(scores, numbers), scores, level)
    days = [p.days for p in pairs if p.days is not None]
    spread = _spread(scores, level)
    said += _cautions(pairs, days)
    return WithinReaders(
        item=pairs[0].item,
        n_pairs=len(pairs),
        n_cases=len({p.case_id for p in pairs}),
        n_readers=len({p.reader for p in pairs}),
        median_days=median(days) if days else None,
        raw_agreement=raw,
        kappa=kappa,
        spread=spread,
        repeatability=1.96 * sqrt(2) * spread.value,
        shift=_shift(scores, level),
        warnings=tuple(said),
    )


def _spread(scores: Matrix, level: float) -> Estimate:
    from scipy.special import chdtri

    squares, n = float((np.diff(scores, axis=1) ** 2).sum()) / 2, len(scores)
    low, high = (sqrt(squares / chdtri(n, tail)) for tail in ((1 - level) / 2, (1 + level) / 2))
    return Estimate(
        name="standard deviation of one reader's scores of one case",
        value=sqrt(squares / n),
        low=low,
        high=high,
        level=level,
        denominator=n,
        method="root of half the mean squared difference, chi-squared interval",
    )


def _shift(scores: Matrix, level: float) -> Estimate:
    from scipy.special import stdtrit

    gap = scores[:, 1] - scores[:, 0]
    n = len(gap)
    half = float(stdtrit(n - 1, (1 + level) / 2)) * float(gap.std(ddof=1)) / sqrt(n)
    mean = float(gap.mean())
    return Estimate(
        name="second score minus first",
        value=mean,
        low=mean - half,
        high=mean + half,
        level=level,
        denominator=n,
        method="mean of paired differences, t interval",
    )


def _cautions(pairs: Sequence[Repeat], days: Sequence[float]) -> Iterable[str]:
    if len(pairs) < FEW_PAIRS:
        yield f"Only {len(pairs)} repeats: the interval is wide and may still be too narrow."
    if days and median(days) < SOON:
        yield (
            f"Half of the repeats came within {median(days):.0f} days: readers may remember what "
            "they wrote, and seem steadier than they are."
        )
    most = max(sum(p.reader == name for p in pairs) for name in {p.reader for p in pairs})
    if most > len(pairs) / 2:
        yield "More than half of the repeats are one reader's: they say little of the others."
