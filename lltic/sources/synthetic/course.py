"""The clinical course of one case: what happened when, before anyone writes it down.

A course fixes the moments (arrival, post-take round, procedure, collapse, dying
recognised, discharge, death), the things planted at them, the severity between
them, observations and bloods. Every writer of notes reads the same course, so that
nurse, doctor, chart and letter tell one story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from lltic.sources.synthetic.dice import Dice
from lltic.sources.synthetic.ews import Obs
from lltic.sources.synthetic.facts import case_facts, plant_facts
from lltic.sources.synthetic.mechanisms import Frame, Mechanism
from lltic.sources.synthetic.people import Patient
from lltic.sources.synthetic.physiology import Bloods, Curve, observe, sample_blood, watch
from lltic.sources.synthetic.scenarios import Scenario
from lltic.sources.synthetic.spells import Stay

__all__ = ["Course", "Moments", "Plant", "frame_of", "make_course"]

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Moments:
    """The moments of a course; None for what did not happen."""

    post_take: datetime
    procedure: datetime | None
    crash: datetime | None
    dying: datetime | None
    resus_decided: datetime | None
    obs_end: datetime


@dataclass(frozen=True)
class Plant:
    """Something planted: the mechanism, when, and the facts its templates use."""

    mechanism: Mechanism
    at: datetime
    hours: int
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    """Everything that happened to one person, as the writers of notes will find it."""

    number: int
    patient: Patient
    scenario: Scenario
    stay: Stay
    frame: Frame
    moments: Moments
    plants: tuple[Plant, ...]
    curve: Curve
    obs: tuple[Obs, ...]
    bloods: tuple[Bloods, ...]
    facts: Mapping[str, Any]

    def has(self, effect: str) -> bool:
        """Whether something planted has this effect."""
        return any(effect in p.mechanism.effects for p in self.plants)

    @property
    def gaps(self) -> list[tuple[datetime, datetime]]:
        """Stretches without any observation, as planted; a collapse ends one."""
        until = self.moments.crash or self.stay.died_at
        return [(first, min(last, until)) for first, last in _gaps(self.plants) if first < until]

    @property
    def recognised(self) -> datetime | None:
        """When the doctors wrote that the person was dying; later than it was so, if planted."""
        dying = self.moments.dying
        late = next((p for p in self.plants if "late_recognition" in p.mechanism.effects), None)
        if dying is None or late is None:
            return dying
        latest = self.stay.died_at - timedelta(minutes=110)
        return max(dying, min(dying + late.hours * HOUR, latest))

    def obs_before(self, at: datetime) -> Obs:
        """Return the last observations at or before a moment (else the first)."""
        best = self.obs[0]
        for obs in self.obs:
            if obs.at > at:
                break
            best = obs
        return best

    def bloods_on(self, at: datetime) -> tuple[Bloods | None, Bloods | None]:
        """Return the bloods taken on a day, and those before them."""
        before = None
        for bloods in self.bloods:
            if bloods.at.date() == at.date():
                return bloods, before
            if bloods.at > at:
                break
            before = bloods
        return None, before


def frame_of(patient: Patient, scenario: Scenario, stay: Stay) -> Frame:
    """Return what the case offers to things that might be planted."""
    nights = stay.nights
    gifts = {f"stay{n}" for n in (1, 2, 4) if nights >= n}
    if scenario.has_antibiotic:
        gifts.add("abx")
    if scenario.procedure and nights > scenario.procedure_day:
        gifts.add("surgery" if scenario.procedure_kind == "perioperative" else "procedure")
    if patient.frailty >= 6:
        gifts.add("frail")
    if stay.ending in ("sudden", "rapid"):
        gifts.add("crash")
    if stay.ending == "sudden" and nights >= 1:
        gifts.add("sudden")
    if stay.ending in ("rapid", "expected") and stay.moved_to is None:
        gifts.add("dying")
    if stay.category == "post_discharge" and stay.days_after >= 3:
        gifts.add("after3")
    return Frame(stay.category, frozenset(gifts))


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def round_time(stay: Stay, day: int, dice: Dice) -> datetime:
    """Return the time of the ward round on a day of the stay (0: day of arrival)."""
    midnight = datetime.combine(stay.arrived_at.date() + timedelta(day), datetime.min.time())
    return midnight + timedelta(hours=8, minutes=dice.whole(35, 190))


def _moments(dice: Dice, scenario: Scenario, stay: Stay, frame: Frame) -> Moments:
    start, end = stay.arrived_at, stay.left_at
    post_take = start + timedelta(hours=dice.whole(5, 13), minutes=dice.whole(0, 59))
    if not 8 <= post_take.hour <= 20:
        post_take = round_time(stay, (post_take + 11 * HOUR).toordinal() - start.toordinal(), dice)
    post_take = _minute(min(post_take, start + (end - start) * 0.4))
    procedure = None
    if frame.gifts & {"surgery", "procedure"}:
        procedure = round_time(stay, scenario.procedure_day, dice) + timedelta(
            hours=dice.whole(2, 5)
        )
    crash = dying = None
    if stay.category == "in_hospital":
        died = stay.died_at
        if stay.ending == "sudden":
            crash = died - timedelta(minutes=dice.whole(35, 170))
        elif stay.ending == "rapid":
            crash = died - timedelta(minutes=dice.whole(420, 1250))
            crash = _minute(max(crash, start + (died - start) * 0.5))
            dying = _minute(crash + (died - crash) * 0.45)
        else:
            dying = died - timedelta(hours=dice.whole(22, 80))
            dying = _minute(max(dying, start + (died - start) * 0.4))
            if stay.moved_to is None and not 8 <= dying.hour <= 19:
                dying = dying.replace(hour=dice.whole(9, 17))
    return Moments(
        post_take, procedure, crash, dying, None, dying if dying and dying < end else end
    )


def _resus(dice: Dice, stay: Stay, moments: Moments, plants: Sequence[Plant]) -> datetime | None:
    keys = {(p.mechanism.theme, p.mechanism.key): p.at for p in plants}
    if ("dnar", "none") in keys:
        return None
    for key in ("no_family", "good"):
        if ("dnar", key) in keys:
            return keys["dnar", key]
    if stay.category == "in_hospital":
        return moments.post_take if dice.chance(0.6) or not moments.dying else moments.dying
    wanted = ("dnar", "not_sent") in keys or dice.chance(0.5)
    return moments.post_take if wanted else None


def _when(dice: Dice, mechanism: Mechanism, stay: Stay, moments: Moments) -> datetime:
    nights, anchor = stay.nights, mechanism.anchor
    last = moments.dying or moments.crash or stay.left_at
    if anchor == "arrival":
        soon = min(timedelta(minutes=dice.whole(50, 150)), (stay.left_at - stay.arrived_at) * 0.25)
        return _minute(stay.arrived_at + soon)
    if anchor == "day1":
        return moments.post_take
    fixed = {
        "crash": moments.crash,
        "dying": moments.dying,
        "procedure": moments.procedure,
        "discharge": stay.left_at,
    }
    if anchor in fixed:
        return fixed[anchor] or last
    if anchor == "after1":
        return _minute(stay.last_discharge + (stay.died_at - stay.last_discharge) * 0.4)
    first = 1 if moments.post_take.date() == stay.arrived_at.date() else 2
    day = {"early": first, "mid": max(first, round(nights * 0.5)), "late": max(first, nights - 1)}[
        anchor
    ]
    at = round_time(stay, min(day, nights), dice)
    while at >= last and day > first:
        day -= 1
        at -= 24 * HOUR
    after = moments.post_take + timedelta(minutes=dice.whole(40, 170))
    return at if after < at < last else min(after, last - timedelta(minutes=dice.whole(8, 25)))


def _curve(
    dice: Dice, scenario: Scenario, stay: Stay, moments: Moments, plants: Sequence[Plant]
) -> Curve:
    start, end = stay.arrived_at, stay.left_at
    span = end - start
    first = dice.bell(0.66, 0.07) * scenario.start
    points = [(start, first)]
    effects = {e: p for p in plants for e in p.mechanism.effects}
    if stay.category == "post_discharge" or stay.moved_to is not None:
        left = 0.32 if "unwell_at_discharge" in effects else dice.bell(0.1, 0.04)
        points += [(start + span * 0.15, min(first, 0.48)), (start + span * 0.4, min(first, 0.3))]
        points += [(start + span * 0.7, 0.19), (end, left)]
    elif stay.ending == "sudden" and moments.crash:
        quiet = dice.bell(0.3, 0.07)
        points += [(start + (moments.crash - start) * 0.5, min(first, quiet + 0.05))]
        warned = effects.get("unescalated")
        if warned:
            points += [(moments.crash - (warned.hours + 2) * HOUR, quiet)]
            points += [(moments.crash - warned.hours * HOUR, 0.72)]
        else:
            points += [(moments.crash - min(2 * HOUR, (moments.crash - start) * 0.2), quiet)]
        points += [(moments.crash, 0.95), (end, 1.0)]
    else:
        turn = moments.crash or moments.dying or end
        trough = dice.bell(0.37, 0.08)
        points += [(start + (turn - start) * 0.45, min(first, trough))]
        warned = effects.get("unescalated")
        if warned:
            points += [(turn - warned.hours * HOUR, 0.72)]
        elif moments.crash:
            points += [(turn - (turn - start) * 0.15, trough + 0.06)]
        points += [(turn, 0.9), (end, 1.0)]
    return Curve([(max(at, start), min(1.0, max(0.02, level))) for at, level in points])


def _delayed(
    plants: Sequence[Plant], stay: Stay, moments: Moments
) -> tuple[list[Plant], datetime | None]:
    """Move the operation a day where a cancelled list was planted, and count the wait in hours."""
    operated = moments.procedure
    moved = []
    for plant in plants:
        if "delayed_surgery" in plant.mechanism.effects and moments.procedure:
            limit = min(m for m in (moments.crash, moments.dying, stay.left_at) if m is not None)
            later = moments.procedure + 24 * HOUR
            operated = later if later < limit - 3 * HOUR else moments.procedure
            waited = int((operated - stay.arrived_at) / HOUR)
            plant = Plant(plant.mechanism, plant.at - 2 * HOUR, waited)
        moved.append(plant)
    return moved, operated


def _gaps(plants: Sequence[Plant]) -> list[tuple[datetime, datetime]]:
    gaps = []
    for plant in plants:
        if "gap" in plant.mechanism.effects:
            morning = plant.at.replace(hour=7, minute=5)
            gaps.append((morning - plant.hours * HOUR, morning))
        if "ed_gap" in plant.mechanism.effects:
            gaps.append((plant.at, plant.at + plant.hours * HOUR))
    return gaps


def _with_collapse(
    dice: Dice, patient: Patient, scenario: Scenario, moments: Moments, curve: Curve,
    obs: tuple[Obs, ...],
) -> tuple[Obs, ...]:  # fmt: skip
    """Add the sets of observations that are always taken when somebody collapses."""
    if moments.crash is None:
        return obs
    extra = []
    for minutes in (1, dice.whole(12, 22)):
        at = moments.crash + timedelta(minutes=minutes)
        if at < moments.obs_end:
            extra.append(observe(dice, patient, scenario, curve(at), at, clarity=0.15))
    return tuple(sorted((*obs, *extra), key=lambda o: o.at))


def _blood_tests(
    dice: Dice, patient: Patient, scenario: Scenario, stay: Stay, moments: Moments,
    plants: Sequence[Plant], curve: Curve,
) -> tuple[Bloods, ...]:  # fmt: skip
    strains = [p.at for p in plants if "aki" in p.mechanism.effects]
    taken = []
    for day in range(stay.nights + 1):
        at = round_time(stay, day, dice) - timedelta(minutes=dice.whole(70, 150))
        if day == 0:
            at = stay.arrived_at + timedelta(minutes=dice.whole(15, 50))
        must = any(
            at.date() == strain.date() or (strain.date() - at.date()).days == 1
            for strain in strains
        )
        wanted = 1.0 if day < 2 or must else 0.5 if at.weekday() >= 5 else 0.8
        if at >= moments.obs_end or not dice.chance(wanted):
            continue
        kidney = 0.0
        for strain in strains:
            days = (at.date() - strain.date()).days
            kidney = max(kidney, {0: 1.0, 1: 0.85, 2: 0.6, 3: 0.35}.get(days, 0.0))
        taken.append(sample_blood(dice, patient, scenario, curve, at, kidney))
    return tuple(taken)


def make_course(
    dice: Dice,
    number: int,
    patient: Patient,
    scenario: Scenario,
    stay: Stay,
    planted: Sequence[Mechanism],
) -> Course:
    """Return the course of one case with the given mechanisms planted in it.

    Parameters
    ----------
    number : int
        The case's place in the list of cases; it seeds the writers.
    planted : sequence of Mechanism
        What must show in the notes.
    """
    frame = frame_of(patient, scenario, stay)
    moments = _moments(dice, scenario, stay, frame)
    drafts = [Plant(m, _when(dice, m, stay, moments), dice.whole(*m.hours)) for m in planted]
    drafts, operated = _delayed(drafts, stay, moments)
    resus = _resus(dice, stay, moments, drafts)
    moments = replace(moments, procedure=operated, resus_decided=resus)
    curve = _curve(dice, scenario, stay, moments, drafts)
    window = (stay.arrived_at, moments.obs_end)
    obs = watch(dice, patient, scenario, curve, window, _gaps(drafts))
    obs = _with_collapse(dice, patient, scenario, moments, curve, obs)
    bloods = _blood_tests(dice, patient, scenario, stay, moments, drafts, curve)
    facts = case_facts(dice, patient, scenario, stay, obs, bloods)
    bare = Course(number, patient, scenario, stay, frame, moments, (), curve, obs, bloods, facts)
    plants = tuple(
        Plant(p.mechanism, p.at, p.hours, plant_facts(dice, bare, p.at, p.hours))
        for p in sorted(drafts, key=lambda p: p.at)
    )
    return Course(
        number, patient, scenario, stay, frame, moments, plants, curve, obs, bloods, facts
    )
