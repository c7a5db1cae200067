"""Who was in hospital when: the stays of those who died, of everybody else, and the deaths.

All times are local wall-clock times. The stays that put a death into the cohort
are made first (:func:`make_stay`); the rest of the 20,000 spells and the deaths
that must be left out are made around them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lltic.sources.synthetic.dice import Dice
from lltic.sources.synthetic.names import ACUTE, COMMUNITY

__all__ = ["EXTRACT_ENDS", "MONTH", "PERIOD_STARTS", "Death", "Spell", "Stay", "make_stay"]

MONTH = date(2026, 9, 1)
PERIOD_STARTS = datetime(2025, 10, 1)  # noqa: DTZ001 - local wall-clock time, as hospitals record it
EXTRACT_ENDS = datetime(2026, 10, 12)  # noqa: DTZ001

PROVIDERS = {ACUTE: "SVH", COMMUNITY: "SVC"}


@dataclass(frozen=True, slots=True)
class Spell:
    """One row of the spells table, before it has an identifier."""

    person: int
    provider: str
    setting: str
    specialty: str
    admitted_at: datetime
    discharged_at: datetime | None
    method: str
    died: bool = False


@dataclass(frozen=True, slots=True)
class Death:
    """One row of the deaths table, before it has an identifier."""

    person: int
    died_on: date
    registered_on: date | None
    source: str = "registration"


@dataclass(frozen=True)
class Stay:
    """The last weeks of one person: the acute stay, what followed, and the death.

    ``left_at`` is the end of the acute stay; ``moved_to`` the end of a stay in a
    community hospital after it, if there was one. ``ending`` is ``sudden``,
    ``rapid``, ``expected`` (all in hospital) or ``after``.
    """

    category: str
    ending: str
    arrived_at: datetime
    left_at: datetime
    moved_to: datetime | None
    died_at: datetime
    place: str

    @property
    def nights(self) -> int:
        """Nights of the acute stay."""
        return (self.left_at.date() - self.arrived_at.date()).days

    @property
    def died_on(self) -> date:
        """Date of death."""
        return self.died_at.date()

    @property
    def last_discharge(self) -> datetime:
        """The end of the last stay in any hospital."""
        return self.moved_to or self.left_at

    @property
    def days_after(self) -> int:
        """Days from the last discharge to death."""
        return (self.died_on - self.last_discharge.date()).days


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute))


def _arrival(dice: Dice, day: date) -> datetime:
    hour = dice.weigh(
        {h: (1.0 if h < 7 else 2.0 if h < 10 else 5.0 if h < 20 else 3.0) for h in range(24)}
    )
    return _at(day, hour, dice.whole(0, 59))


def _leaving(dice: Dice, day: date) -> datetime:
    return _at(day, dice.weigh({10: 1, 11: 2, 12: 2, 13: 3, 14: 4, 15: 4, 16: 4, 17: 3, 18: 2, 20: 1}),
               dice.whole(0, 59))  # fmt: skip


def _nights_in(dice: Dice) -> int:
    band = dice.weigh(
        {(0, 0): 0.09, (1, 1): 0.1, (2, 4): 0.24, (5, 9): 0.29, (10, 16): 0.19, (17, 26): 0.09}
    )
    return dice.whole(*band)


def _nights_out(dice: Dice) -> int:
    band = dice.weigh({(1, 3): 0.28, (4, 8): 0.4, (9, 15): 0.23, (16, 24): 0.09})
    return dice.whole(*band)


def make_stay(
    dice: Dice, category: str, scenario: str, at_home: str, days_after: int | None
) -> Stay:
    """Return the last weeks of one person who died in September 2026.

    Parameters
    ----------
    at_home : str
        Where the person dies when it is after discharge.
    days_after : int, optional
        Fixes the days from discharge to death (the boundary days are planted).
    """
    died_on = MONTH + timedelta(dice.whole(0, 29))
    died_at = _at(died_on, dice.whole(0, 23), dice.whole(0, 59))
    community = dice.chance(0.16 if category == "post_discharge" else 0.06)
    if category == "in_hospital":
        return _died_inside(dice, scenario, died_at, community)
    if days_after is None:
        days_after = min(30, int(31 * dice.unit() ** 1.35))
    last = died_on - timedelta(days_after)
    moved_to = _leaving(dice, last)
    if days_after == 0:
        moved_to = _at(last, 9, dice.whole(10, 59))
        died_at = _at(died_on, dice.whole(17, 23), dice.whole(0, 59))
    stayed = dice.whole(5, 12) if community else 0
    left = _leaving(dice, last - timedelta(stayed)) if stayed else moved_to
    nights = max(2 if scenario in ("hip", "obstruction") else 1, _nights_out(dice))
    nights += 4 if scenario in ("hip", "obstruction") else 0
    arrived = _arrival(dice, left.date() - timedelta(nights))
    return Stay(category, "after", arrived, left, moved_to if stayed else None, died_at, at_home)


def _died_inside(dice: Dice, scenario: str, died_at: datetime, community: bool) -> Stay:
    nights = _nights_in(dice)
    if scenario in ("hip", "obstruction"):
        nights = max(nights, 3)
    if community:
        nights = max(nights, 6)
        stayed = dice.whole(4, 14)
        left = _leaving(dice, died_at.date() - timedelta(stayed))
        arrived = _arrival(dice, left.date() - timedelta(nights))
        return Stay(
            "in_hospital", "expected", arrived, left, died_at, died_at, "community hospital"
        )
    arrived = _arrival(dice, died_at.date() - timedelta(nights))
    if nights <= 1 and died_at - arrived < timedelta(hours=5):
        arrived = died_at - timedelta(hours=dice.whole(5, 14), minutes=dice.whole(0, 59))
    hours = (died_at - arrived).total_seconds() / 3600
    weights = {"sudden": 0.24, "rapid": 0.34, "expected": 0.42}
    if hours < 60:
        weights = {"sudden": 0.35, "rapid": 0.65}
    elif scenario in ("cancer", "falls", "stroke", "aspiration"):
        weights = {"sudden": 0.1, "rapid": 0.3, "expected": 0.6}
    ending = dice.weigh(weights)
    return Stay("in_hospital", ending, arrived, died_at, None, died_at, "hospital")
