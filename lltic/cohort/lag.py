"""How long registrations take, of deaths that are known only once they are registered.

At a data cut the late registrations of young deaths are missing: the lags that can be
seen are right-truncated, and their plain distribution is too short. Looked at in reverse
time, truncation on the right becomes delayed entry, for which the product-limit estimator
is at hand (:func:`reverse_hazards`). What is registered later than the extract can show at
all is told only by deaths that are known without a registration (:func:`later_share`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lags", "draw_registered", "horizon", "later_share", "reverse_hazards"]

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]

AT_LEAST = 20
"""Deaths that must be old enough to show a lag, before that lag is looked at."""
LONGEST = 365
"""The longest lag, in days, that is estimated day by day."""
PRIOR = 0.5
"""How much is known beforehand: half a registration, spread evenly over all lags."""


@dataclass(frozen=True)
class Lags:
    """Deaths by age and lag.

    Parameters
    ----------
    age : (n,) array of int
        Days from the death to the data cut: the longest lag that could be seen.
    lag : (n,) array of int
        Days from the death to its registration; -1 where it is not registered.
    count : (n,) array of int
        How many deaths.
    """

    age: Counts
    lag: Counts
    count: Counts

    @property
    def registered(self) -> Lags:
        """Those that are registered."""
        seen = self.lag >= 0
        return Lags(self.age[seen], self.lag[seen], self.count[seen])

    def __len__(self) -> int:
        return int(self.count.sum())


def horizon(lags: Lags) -> int:
    """Return the longest lag that at least :data:`AT_LEAST` deaths are old enough to show.

    -1 where there is none.
    """
    old = np.bincount(np.minimum(lags.age, LONGEST), lags.count, LONGEST + 1)
    enough = np.flatnonzero(old[::-1].cumsum()[::-1] >= AT_LEAST)
    return int(enough[-1]) if len(enough) else -1


def reverse_hazards(lags: Lags, longest: int) -> tuple[Numbers, Numbers]:
    """Return the registrations at each lag, and the deaths at risk there in reverse time.

    Parameters
    ----------
    lags : Lags
        Only registered deaths count; a lag above ``longest`` is left out.
    longest : int
        The estimate is of the lags 0 to ``longest``.

    Returns
    -------
    registered, at_risk : (longest + 1,) arrays
        At lag k: deaths registered after exactly k days; deaths registered after at most k
        days that would have been seen had it been k. The chance of a lag of at most d days,
        given at most ``longest``, is the product over k > d of ``1 - registered / at_risk``.

    Source
    ------
    Lynden-Bell, D. (1971), Mon Not R Astron Soc 155:95-118; in reverse time: Lagakos, S. W.,
    Barraj, L. M. and De Gruttola, V. (1988), Biometrika 75:515-523; Kalbfleisch, J. D. and
    Lawless, J. F. (1989), J Am Stat Assoc 84:360-372.

    Examples
    --------
    Ten deaths two days ago and ten today. Of the old ones 4, 4 and 2 were registered after
    0, 1 and 2 days, of the young ones 5 at once. By the old ones alone 4 in 10 are; with the
    young ones a registration within a day was at once in 4 of 8, which the 5 cannot change:

    >>> found = Lags(np.array([2, 2, 2, 0]), np.array([0, 1, 2, 0]), np.array([4, 4, 2, 5]))
    >>> registered, at_risk = reverse_hazards(found, 2)
    >>> at_risk.tolist()
    [9.0, 8.0, 10.0]
    >>> [round(float(np.prod(1 - (registered / at_risk)[d + 1 :])), 3) for d in (0, 1, 2)]
    [0.4, 0.8, 1.0]
    """
    used = lags.registered
    keep = used.lag <= longest
    age, lag, count = np.minimum(used.age[keep], longest), used.lag[keep], used.count[keep]
    registered: Numbers = np.bincount(lag, count, longest + 1).astype(np.float64)
    # A death is at risk from its lag up to its age: in at the one, out after the other.
    enters = registered.cumsum()
    leaves = np.concatenate([[0.0], np.bincount(age, count, longest + 1).cumsum()[:-1]])
    return registered, enters - leaves


def draw_registered(
    lags: Lags, longest: int, draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the share registered within d days, of those registered within ``longest`` days.

    Each reverse hazard is drawn from its posterior: the Beta process of Hjort with a prior
    of :data:`PRIOR` registrations in all.

    Returns
    -------
    (draws, longest + 1) array
        The last column is 1.

    Source
    ------
    Hjort, N. L. (1990), Ann Stat 18:1259-1294.
    """
    registered, at_risk = reverse_hazards(lags, longest)
    spread = PRIOR / (longest + 1)
    shape = (draws, longest + 1)
    hazard = rng.beta(registered + spread, np.maximum(at_risk - registered, 0) + PRIOR, shape)
    within = np.ones(shape)
    within[:, :-1] = np.cumprod(1 - hazard[:, :0:-1], axis=1)[:, ::-1]
    return within


def later_share(
    lags: Lags, longest: int, draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the share of deaths that is registered later than ``longest`` days.

    Of deaths that are known also without a registration, a lag is not truncated but
    censored, so that this is the survivor function of Kaplan and Meier at ``longest``.

    Parameters
    ----------
    lags : Lags
        Deaths that are known, registered or not.

    Returns
    -------
    (draws,) array
    """
    is_in = lags.lag >= 0
    seen = np.where(is_in, np.minimum(lags.lag, longest + 1), np.minimum(lags.age, longest))
    events = np.bincount(seen[is_in], lags.count[is_in], longest + 2)[: longest + 1]
    leaving = np.bincount(seen, lags.count, longest + 2)
    at_risk = leaving[::-1].cumsum()[::-1][: longest + 1]
    spread = PRIOR / (longest + 1)
    shape = (draws, longest + 1)
    hazard = rng.beta(events + spread, np.maximum(at_risk - events, 0) + PRIOR, shape)
    return np.prod(1 - hazard, axis=1)
