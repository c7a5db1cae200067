"""The parts that entries in the medical notes are made of."""

from __future__ import annotations

from datetime import datetime

from lltic.sources.synthetic.notes.desk import Desk
from lltic.sources.synthetic.notes.page import wrap

__all__ = ["Entry", "before_theatre", "blood_line", "exam", "numbers_line", "plain"]

Entry = tuple[datetime, list[str]]

PANELS = (
    ("Na", "K", "Ur", "Cr", "CRP", "WCC", "Hb"),
    ("Cr", "Ur", "Na", "CRP", "WCC"),
    ("CRP", "WCC", "Cr", "Na"),
    ("Hb", "WCC", "CRP", "Na", "K", "Cr"),
)

SPECIAL = ("Bil", "INR", "Trop", "Lac", "Ca", "Alb")


def blood_line(desk: Desk, at: datetime) -> str:
    """Return the day's results with the last ones in brackets, empty when none are back."""
    now, before = desk.course.bloods_on(at)
    if now is None or now.at > at:
        return ""
    names = list(desk.dice.pick(PANELS)) + [
        n for n in SPECIAL if n in now.values and n in desk.course.scenario.bloods
    ]
    parts = []
    for name in names:
        if name in now.values:
            old = f" ({before.text(name)})" if before else ""
            parts.append(f"{name} {now.text(name)}{old}")
    return ", ".join(parts) if desk.dice.chance(0.5) else "  ".join(parts)


def before_theatre(desk: Desk, at: datetime) -> bool:
    """Say whether an operation, with a state of its own before it, is still to come."""
    moment = desk.course.moments.procedure
    return moment is not None and at < moment and bool(desk.course.scenario.say("before"))


def numbers_line(desk: Desk, at: datetime) -> str:
    """Return the last observations in one of the ways people write them."""
    obs, dice = desk.course.obs_before(at), desk.dice
    oxygen = "RA" if obs.oxygen == "air" else obs.oxygen
    numbers = dice.pick((
        f"T {obs.t} HR {obs.hr} BP {obs.sbp}/{obs.dbp} RR {obs.rr} sats {obs.spo2}% {oxygen}",
        f"obs: {obs.t}, P {obs.hr}, {obs.sbp}/{obs.dbp}, RR {obs.rr}, {obs.spo2}% {oxygen}",
        f"HR {obs.hr} {obs.sbp}/{obs.dbp} {obs.spo2}% ({oxygen}) RR {obs.rr} T{obs.t}",
    ))  # fmt: skip
    return f"{dice.pick(('O/E ', 'o/e ', 'Exam: '))}{numbers}."


def exam(desk: Desk, at: datetime, trend: str, facts: dict) -> str:
    """Return observations and what was found, as the trend would have it."""
    numbers = numbers_line(desk, at)
    if before_theatre(desk, at):
        return numbers
    bad = trend == "worse" or (trend == "same" and desk.course.curve(at) > 0.5)
    found = desk.course.scenario.say("exam_worse" if bad else "exam_better")
    return f"{numbers} {desk.say(found, facts)}."


def plain(desk: Desk, at: datetime, head: str, text: str, sign: str = "") -> Entry:
    """Return an entry with a heading and a paragraph."""
    voice = desk.voice(head)
    return at, [f"{voice.moment(at)}  {head}", *wrap(text, 0, 2), *([sign] if sign else [])]
