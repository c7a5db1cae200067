"""How likely it is that a coefficient lies in a named band of a published scale.

A value of .67 from thirty cases is not "substantial": it may well be moderate. So
a band comes with its probability, and the word that may be used is that of the
highest band which the coefficient reaches with enough of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lltic.errors import NotComputable, Problem, UsageError, unknown

__all__ = ["SCALES", "SURE", "Band", "BandProbability", "Benchmark", "bands", "bands_of_redraws"]

SURE = 0.95
"""Cumulative probability from which Gwet lets a band's word be used."""


@dataclass(frozen=True, slots=True)
class Band:
    """A word for coefficients from ``low`` to ``high``."""

    label: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BandProbability:
    """How likely it is that the coefficient lies in the band, and in it or above."""

    label: str
    low: float
    high: float
    probability: float
    at_least: float


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A coefficient against a scale: every band, the highest first, with its probability.

    ``label`` is the word that may be used: that of the highest band which is reached
    with a probability of ``sure`` or more, and ``at_least`` is that probability.
    """

    scale: str
    bands: tuple[BandProbability, ...]
    sure: float

    @property
    def chosen(self) -> BandProbability:
        """The highest band that is reached with enough probability."""
        return next(b for b in self.bands if b.at_least >= self.sure or b is self.bands[-1])

    @property
    def sentence(self) -> str:
        """The word with its probability, and what stands one band higher."""
        place = self.bands.index(self.chosen)
        told = self.bands[max(0, place - 1) : place + 1]
        words = [f"{_or_better(b, self.bands)} with probability {b.at_least:.2f}" for b in told]
        return f"{'; '.join(reversed(words)).capitalize()} ({self.scale})."


SCALES: dict[str, tuple[Band, ...]] = {
    "Landis-Koch": (
        Band("almost perfect", 0.8, 1.0),
        Band("substantial", 0.6, 0.8),
        Band("moderate", 0.4, 0.6),
        Band("fair", 0.2, 0.4),
        Band("slight", 0.0, 0.2),
        Band("poor", -1.0, 0.0),
    ),
    "Fleiss": (
        Band("excellent", 0.75, 1.0),
        Band("intermediate to good", 0.4, 0.75),
        Band("poor", -1.0, 0.4),
    ),
    "Altman": (
        Band("very good", 0.8, 1.0),
        Band("good", 0.6, 0.8),
        Band("moderate", 0.4, 0.6),
        Band("fair", 0.2, 0.4),
        Band("poor", -1.0, 0.2),
    ),
}
"""Landis and Koch (1977), Biometrics 33:159-174; Fleiss (1981); Altman (1991)."""


def bands(value: float, se: float, scale: str = "Landis-Koch", *, sure: float = SURE) -> Benchmark:
    """Return how likely a coefficient is to lie in each band of a scale.

    Parameters
    ----------
    value : float
        The coefficient, -1 to 1; one below, as credits and few cases can make, counts as -1.
    se : float
        Its standard error. The coefficient is taken as normal, cut at -1 and 1.
    scale : str
        One of :data:`SCALES`.
    sure : float
        The cumulative probability from which a band's word may be used.

    Raises
    ------
    UsageError
        ``unknown-scale-of-bands``.
    NotComputable
        ``no-standard-error``: it is 0 where all pairs of ratings are equal, and then says
        too much.

    Source
    ------
    Gwet (2014), ch. 6: interval membership probabilities.

    Examples
    --------
    A kappa of .67 with a standard error of .15 is "moderate", not "good": .675 is short of .95.

    >>> b = bands(0.67, 0.15, "Altman")
    >>> [round(band.at_least, 5) for band in b.bands]
    [0.18168, 0.67511, 0.96356, 0.99912, 1.0]
    >>> b.sentence
    'Moderate or better with probability 0.96; good or better with probability 0.68 (Altman).'
    """
    if not se > 0:
        message = "no standard error to tell bands apart by"
        hint = "All pairs of ratings are equal; say how many cases there were instead."
        raise NotComputable(Problem("no-standard-error", "bands", message, hint=hint))
    from scipy.special import ndtr

    inside = min(1.0, max(-1.0, value))

    def up_to(x: float) -> float:
        return float(ndtr((x - inside) / se))

    whole = up_to(1.0) - up_to(-1.0)
    of_scale = _scale(scale)
    shares = [(up_to(band.high) - up_to(band.low)) / whole for band in of_scale]
    return Benchmark(scale, _with(of_scale, shares), sure)


def bands_of_redraws(
    drawn: ArrayLike, scale: str = "Landis-Koch", *, sure: float = SURE
) -> Benchmark:
    """Return how often the redraws of a bootstrap lie in each band, without any normality.

    Parameters
    ----------
    drawn : (replicates,) array
        Such as :attr:`Redrawn.drawn <lltic.agreement.Redrawn>`; NaN is left out.

    Raises
    ------
    UsageError
        ``unknown-scale-of-bands``.
    NotComputable
        ``no-standard-error``: the redraws are all equal, or there are none.

    Examples
    --------
    >>> bands_of_redraws([0.5, 0.7, 0.7, 0.9]).sentence
    'Moderate or better with probability 1.00; substantial or better with probability 0.75 \
(Landis-Koch).'
    """
    values = np.asarray(drawn, dtype=float)
    values = values[~np.isnan(values)]
    if not len(values) or np.ptp(values) == 0:
        raise NotComputable(Problem("no-standard-error", "bands", "the redraws do not differ"))
    of_scale = _scale(scale)
    above = [float((values >= band.low).mean()) for band in of_scale[:-1]]
    shares = np.diff([0.0, *above, 1.0]).tolist()
    return Benchmark(scale, _with(of_scale, shares), sure)


def _scale(name: str) -> tuple[Band, ...]:
    if name not in SCALES:
        raise UsageError(unknown("scale of bands", name, tuple(SCALES)))
    return SCALES[name]


def _with(of_scale: Sequence[Band], shares: Sequence[float]) -> tuple[BandProbability, ...]:
    at_least = np.minimum(np.cumsum(shares), 1.0)
    return tuple(
        BandProbability(b.label, b.low, b.high, share, float(up))
        for b, share, up in zip(of_scale, shares, at_least, strict=True)
    )


def _or_better(band: BandProbability, of_scale: Sequence[BandProbability]) -> str:
    return band.label if band is of_scale[0] else f"{band.label} or better"
