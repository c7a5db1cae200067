"""How ill somebody is, hour by hour, and what the monitors and the laboratory show of it.

Severity runs from 0 (well for this person) to 1 (dying). Vital signs and bloods
move between the person's usual value and the scenario's value at full severity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lltic.sources.synthetic.dice import Dice
from lltic.sources.synthetic.ews import Obs
from lltic.sources.synthetic.people import Patient
from lltic.sources.synthetic.scenarios import Scenario

__all__ = ["Bloods", "Curve", "observe", "sample_blood", "watch"]

USUAL = {
    "Hb": 128.0, "WCC": 7.6, "Plt": 245.0, "Na": 138.5, "K": 4.2, "Ur": 6.8, "Cr": 78.0,
    "CRP": 9.0, "Alb": 35.0, "Bil": 12.0, "ALT": 24.0, "INR": 1.1, "Lac": 1.1, "Trop": 14.0,
    "Ca": 2.34,
}  # fmt: skip
"""Usual values; Hb and Alb g/L, Na K Ur Ca mmol/L, Cr Bil umol/L, CRP mg/L, Trop ng/L."""

TENTHS = ("WCC", "K", "Ur", "INR", "Lac")


@dataclass(frozen=True)
class Bloods:
    """One set of blood results; ``values`` by test."""

    at: datetime
    values: Mapping[str, float]

    def text(self, test: str) -> str:
        """Return a result as the laboratory prints it."""
        value = self.values[test]
        if test == "Ca":
            return f"{value:.2f}"
        return f"{value:.1f}" if test in TENTHS else f"{value:.0f}"


class Curve:
    """Severity as straight lines between points in time.

    Parameters
    ----------
    points : sequence of (datetime, float)
        In any order; before the first and after the last the value stays.
    """

    def __init__(self, points: Sequence[tuple[datetime, float]]) -> None:
        self.points = sorted(points)

    def __call__(self, at: datetime) -> float:
        """Return the severity at a moment."""
        before = self.points[0]
        for point in self.points:
            if point[0] > at:
                if before[0] >= point[0] or at <= before[0]:
                    return before[1]
                share = (at - before[0]) / (point[0] - before[0])
                return before[1] + share * (point[1] - before[1])
            before = point
        return before[1]


def _device(deficit: float, scale2: bool) -> tuple[str, int]:
    """Return the oxygen device a nurse would reach for, and what it can add."""
    if scale2:
        for limit, name, adds in ((0.5, "air", 0), (3.5, "24% VM", 4), (7.0, "28% VM", 7)):
            if deficit <= limit:
                return name, adds
        return ("35% VM", 10) if deficit <= 10 else ("NIV", 13)
    if deficit <= 0.8:
        return "air", 0
    if deficit <= 3.5:
        return "2L NC", 4
    if deficit <= 6.5:
        return "4L NC", 7
    if deficit <= 10.5:
        return "40% VM", 10
    return ("60% VM", 13) if deficit <= 13.5 else ("15L NRB", 15)


def observe(
    dice: Dice,
    patient: Patient,
    scenario: Scenario,
    severity: float,
    at: datetime,
    clarity: float | None = None,
) -> Obs:
    """Return one set of observations at a given severity.

    ``clarity`` (0 to 1) decides whether the mind is affected; given once a day it
    keeps consciousness from flickering from one set to the next.
    """
    level = min(1.0, max(0.0, severity + dice.bell(0, 0.04)))
    clarity = dice.unit() if clarity is None else clarity
    full, base = scenario.vitals, patient.base

    def mix(name: str, noise: float) -> float:
        usual = base[name]
        return dice.bell(usual + (full[name] - usual) * level, noise)

    own_air = base["SpO2"] - (base["SpO2"] - full["SpO2"]) * level + dice.bell(0, 0.7)
    floor = 88.0 if scenario.scale2 else 94.0
    device, adds = _device(floor + 0.5 - own_air, scenario.scale2)
    reached = own_air if device == "air" else min(floor + 2.5, own_air + adds) + dice.bell(0, 0.8)
    confusable = full.get("mind", 0.5) * max(0.0, level - 0.42) * 1.35
    mind = "A"
    if clarity < confusable:
        mind = "P" if level > 0.94 else "V" if level > 0.76 else "C"
    systolic = round(mix("SBP", 6))
    return Obs(
        at=at,
        temp=round(mix("T", 0.22) * 10),
        hr=round(mix("HR", 5)),
        sbp=max(56, systolic),
        dbp=max(32, round(systolic * 0.5 + dice.bell(7, 4))),
        rr=max(9, round(mix("RR", 1.4))),
        spo2=min(99, max(62, round(reached))),
        oxygen=device,
        mind=mind,
        scale2=scenario.scale2,
    )


def _minutes_to_next(dice: Dice, ews: int) -> int:
    if ews == 0:
        return dice.whole(480, 720)
    if ews <= 4:
        return dice.whole(225, 360)
    return dice.whole(110, 240) if ews <= 6 else dice.whole(60, 130)


def watch(
    dice: Dice,
    patient: Patient,
    scenario: Scenario,
    curve: Curve,
    window: tuple[datetime, datetime],
    gaps: Sequence[tuple[datetime, datetime]],
) -> tuple[Obs, ...]:
    """Return the observations of a stay, as often as the score before asked for.

    Parameters
    ----------
    window : pair of datetime
        From arrival to the end of observations.
    gaps : sequence of pairs of datetime
        Times without any observation.
    """
    at, end = window[0] + timedelta(minutes=dice.whole(4, 15)), window[1]
    seen: list[Obs] = []
    clarity: dict[date, float] = {}
    while at < end and len(seen) < 220:
        gap = next((g for g in gaps if g[0] <= at < g[1]), None)
        if gap is not None:
            at = gap[1] + timedelta(minutes=dice.whole(2, 20))
            continue
        clear = clarity.setdefault(at.date(), dice.unit())
        obs = observe(dice, patient, scenario, curve(at), at, clear)
        seen.append(obs)
        wait = dice.whole(45, 80) if len(seen) < 4 else _minutes_to_next(dice, obs.ews)
        at += timedelta(minutes=wait)
    return tuple(seen)


def sample_blood(
    dice: Dice, patient: Patient, scenario: Scenario, curve: Curve, at: datetime, kidney: float
) -> Bloods:
    """Return one set of results. Results trail the illness by some hours.

    Parameters
    ----------
    kidney : float
        Extra strain on the kidneys, 0 to 1, from what was planted.
    """
    values = {}
    for test, usual in USUAL.items():
        if test not in scenario.bloods and test not in (
            "Hb",
            "WCC",
            "Plt",
            "Na",
            "K",
            "Ur",
            "Cr",
            "CRP",
        ):
            continue
        usual = patient.base.get(test, usual)
        if test == "Ur" and patient.has("CKD"):
            usual = 10.5
        trail = 16 if test in ("CRP", "Alb", "Bil") else 5
        level = max(0.0, curve(at - timedelta(hours=trail)))
        if test == "Hb":
            level = max(level, 0.8 * curve(curve.points[0][0]))
        full, relative = scenario.bloods.get(test, (0.0, True))
        target = usual + full if relative else full
        value = usual + (target - usual) * level
        if test in ("Cr", "Ur"):
            value *= 1 + 0.55 * kidney
        elif test == "Na":
            value += 7 * kidney
        spread = {"Na": 0.9, "K": 0.18, "Ca": 0.04, "INR": 0.05, "Lac": 0.15}.get(
            test, value * 0.04
        )
        least = {"CRP": 4.0, "Lac": 0.7, "WCC": 3.0, "Plt": 25.0, "Hb": 46.0, "K": 2.9, "Alb": 14.0,
                 "INR": 0.9, "Bil": 5.0, "ALT": 9.0, "Trop": 5.0}.get(test, 2.0)  # fmt: skip
        values[test] = max(least, dice.bell(value, spread))
    return Bloods(at, values)
