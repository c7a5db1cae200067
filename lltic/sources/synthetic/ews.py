"""The early warning score of a set of observations, by the published thresholds of NEWS2.

Source: National Early Warning Score (NEWS) 2, thresholds as in general use in the
NHS. Only the arithmetic is used here; the chart and its wording are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Obs", "score"]


@dataclass(frozen=True, slots=True)
class Obs:
    """One set of observations.

    ``temp`` in tenths of a degree Celsius, ``oxygen`` the device as charted
    (``air`` when none), ``mind`` one of A C V P U, ``scale2`` for people whose
    target saturation is 88 to 92 %.
    """

    at: datetime
    temp: int
    hr: int
    sbp: int
    dbp: int
    rr: int
    spo2: int
    oxygen: str
    mind: str
    scale2: bool

    @property
    def ews(self) -> int:
        """The early warning score."""
        return score(self)

    @property
    def t(self) -> str:
        """Temperature as written: ``37.4``."""
        return f"{self.temp // 10}.{self.temp % 10}"


def _banded(value: int, bands: tuple[tuple[int, int], ...], above: int) -> int:
    for upper, points in bands:
        if value <= upper:
            return points
    return above


def _saturation(obs: Obs) -> int:
    if not obs.scale2:
        return _banded(obs.spo2, ((91, 3), (93, 2), (95, 1)), 0)
    if obs.spo2 <= 92 or obs.oxygen == "air":
        return _banded(obs.spo2, ((83, 3), (85, 2), (87, 1)), 0)
    return _banded(obs.spo2, ((94, 1), (96, 2)), 3)


def score(obs: Obs) -> int:
    """Return the early warning score, 0 to 20.

    Examples
    --------
    >>> from datetime import datetime
    >>> at = datetime(2026, 9, 6, 6, 0)
    >>> score(Obs(at, 385, 112, 98, 60, 26, 93, "2L NC", "A", False))
    12
    """
    points = _banded(obs.rr, ((8, 3), (11, 1), (20, 0), (24, 2)), 3)
    points += _saturation(obs)
    points += 0 if obs.oxygen == "air" else 2
    points += _banded(obs.sbp, ((90, 3), (100, 2), (110, 1), (219, 0)), 3)
    points += _banded(obs.hr, ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2)), 3)
    points += 0 if obs.mind == "A" else 3
    points += _banded(obs.temp, ((350, 3), (360, 1), (380, 0), (390, 1)), 2)
    return points
