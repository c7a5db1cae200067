"""The medical notes: the post-take round, the daily rounds and what surrounds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from lltic.sources.synthetic.course import Course, Plant, round_time
from lltic.sources.synthetic.names import ACUTE
from lltic.sources.synthetic.notes.desk import Desk, phrases
from lltic.sources.synthetic.notes.entries import (
    Entry,
    before_theatre,
    blood_line,
    exam,
    numbers_line,
    plain,
)
from lltic.sources.synthetic.notes.events import (
    collapse,
    death_entries,
    decisions,
    elsewhere,
    procedure,
)
from lltic.sources.synthetic.notes.page import Document, wrap

__all__ = ["medical_notes"]


DESKS = {"physio": "Physio", "physio_frail": "Physio", "ot": "OT", "ot_home": "OT", "pharmacist": "Pharmacy", "dietitian": "Dietitian",
         "nurse_specialist": "Specialist nurse", "diabetes": "Diabetes team", "heart": "HF team",
         "cancer": "Palliative care", "salt": "SALT"}  # fmt: skip


def _day(desk: Desk, at: datetime) -> int:
    return (at.date() - desk.course.stay.arrived_at.date()).days


def _opening(desk: Desk, at: datetime, facts: dict, bad: bool) -> str:
    course, dice, day = desk.course, desk.dice, _day(desk, at)
    label = course.scenario.label
    if course.moments.procedure and at < course.moments.procedure:
        label = course.scenario.word("label_pre", label)
    if course.scenario.has_antibiotic and day <= 9:
        label += dice.pick(
            (
                f", {facts['abx_short']} D{day + 1}",
                f" on {facts['abx_short']} D{day + 1}",
                f". {facts['abx_short']} D{day + 1}",
            )
        )
    night = desk.say(phrases("doctors", "rounds", "overnight_bad" if bad else "overnight"), facts)
    ews = dice.pick(
        (f"EWS {facts['ews']}", f"EWS {facts['ews']} this am", f"last EWS {facts['ews']}")
    )
    forms = (f"Day {day}. {label}. {night}, {ews}.", f"{label} (day {day}). {night}. {ews}.",
             f"D{day}. {facts['age']}{facts['sex']}, {label}. {ews}. {night}.", f"{day}/7 in. {label}. {night}, {ews}.")  # fmt: skip
    return dice.pick(forms)


def _plan(desk: Desk, trend: str, facts: dict, length: tuple[int, int]) -> list[str]:
    keys = {
        "better": "improving_plan",
        "same": "same_plan",
        "worse": "worse_plan",
        "waiting": "pre_plan",
    }
    options = desk.dice.deal(phrases("doctors", "rounds", keys[trend]), desk.dice.whole(*length))
    words = [desk.dice.say(t, facts) for t in options]
    return [w for w in dict.fromkeys(words) if w]


def _round(desk: Desk, at: datetime, who: str, plants: Sequence[Plant]) -> Entry:
    dice, course = desk.dice, desk.course
    facts = desk.moment(at)
    facts["repair"] = dice.say_one(course.scenario.say("repair"), facts)
    trend = desk.trend(at)
    author = {
        "cons": f"{facts['spr']} SpR",
        "spr": f"{facts['spr']} SpR",
        "f1": f"{facts['f1']} F1",
        "sho": f"{facts['sho']} SHO",
    }[who]
    voice = desk.voice(author)
    waiting = before_theatre(desk, at)
    quiet = course.scenario.key == "stroke" or (
        course.patient.confused and course.patient.frailty >= 7
    )
    mood = "quiet" if quiet and trend != "worse" else "same" if waiting else trend
    says = desk.say(phrases("doctors", "rounds", f"says_{mood}"), facts)
    progress = desk.say(course.scenario.say("before" if waiting else trend), facts)
    body = [
        _opening(desk, at, facts, bad=trend == "worse"),
        says.rstrip(".") + ".",
        exam(desk, at, trend, facts),
    ]
    bloods = blood_line(desk, at)
    if bloods:
        body.append(f"{dice.say_one(phrases('doctors', 'rounds', 'results_lead'), facts)} {bloods}")
    body += [text for text in (desk.planted("doctor", p) for p in plants) if text]
    body.append(f"{dice.pick(('Imp: ', 'Imp - ', '', ''))}{progress}")
    head = desk.say(phrases("doctors", "rounds", f"header_{who}"), facts)
    plan = _plan(desk, "waiting" if waiting else trend, facts, (2, 4) if who == "f1" else (3, 6))
    return at, [
        f"{voice.moment(at)}  {head}",
        *[x for t in body for x in wrap(t, 0, 2)],
        *voice.plan(plan),
        voice.signature,
    ]


def _post_take(desk: Desk, plants: Sequence[Plant]) -> Entry:
    course, dice = desk.course, desk.dice
    at = course.moments.post_take
    facts = desk.moment(at)
    facts["repair"] = dice.say_one(course.scenario.say("repair"), facts)
    voice = desk.voice(f"{facts['spr']} SpR")
    opening = f"{facts['age']}{facts['sex']}. {desk.told('story1')}"
    imp = desk.told("impression")
    plan = dice.deal(course.facts["admission"]["plan"], 5)
    plan += [
        dice.say(t, facts) for t in dice.deal(phrases("doctors", "rounds", "same_plan")[4:7], 2)
    ]
    lines = [f"{voice.moment(at)}  {dice.pick(('PTWR Dr ', 'Post-take WR Dr ', 'Post take: cons '))}{facts['cons']}",
             *wrap(opening, 0, 2), *wrap(f"B/g {facts['pmh']}. CFS {facts['cfs']}. {facts['mind']}.", 0, 2),
             *wrap(numbers_line(desk, at), 0, 2), *wrap(f"{desk.told('exam_chest')}. {desk.told('exam_heart')}. {desk.told('exam_belly')}.", 0, 2)]  # fmt: skip
    bloods = blood_line(desk, at)
    if bloods:
        lines += wrap(f"Bloods {bloods}", 0, 2)
    for text in (desk.planted("doctor", p) for p in plants):
        lines += wrap(text, 0, 2) if text else []
    lines += [*wrap(f"Imp: {imp}", 0, 5), *voice.plan(plan), voice.signature]
    return at, lines


def _others(desk: Desk, at: datetime, trend: str) -> Iterator[Entry]:
    dice, course = desk.dice, desk.course
    facts = desk.moment(at)
    if before_theatre(desk, at):
        return
    patient = course.patient
    physio = "physio_frail" if patient.frailty >= 7 or trend == "worse" else "physio"
    keys = {physio: 0.26, "pharmacist": 0.14, "nurse_specialist": 0.12, "dietitian": 0.1}
    keys["ot_home" if patient.in_care_home else "ot"] = 0.12
    keys |= {"diabetes": 0.1} if patient.has("T2DM") else {}
    keys |= {"heart": 0.2} if course.scenario.key == "heart_failure" else {}
    keys |= {"cancer": 0.22} if course.scenario.key == "cancer" else {}
    if course.scenario.key in ("stroke", "aspiration", "falls"):
        keys["salt"] = 0.25
    end = course.recognised or course.stay.left_at
    for key, chance in keys.items():
        when = at + timedelta(minutes=dice.whole(30, 330))
        if dice.chance(chance) and when < end:
            text = desk.say(phrases("doctors", "others", key), facts)
            yield plain(desk, when, DESKS[key], text)
    if dice.chance(0.3):
        when = at + timedelta(minutes=dice.whole(60, 420))
        yield plain(
            desk, when, f"F1 {facts['f1b']}", desk.say(phrases("doctors", "rounds", "jobs"), facts)
        )
    if dice.chance(0.3 if trend == "worse" else 0.16):
        when = at + timedelta(minutes=dice.whole(150, 420))
        yield plain(
            desk,
            when,
            f"{facts['spr']} SpR",
            desk.say(phrases("doctors", "talks", "family"), facts),
        )


def _night_calls(desk: Desk, at: datetime) -> Iterator[Entry]:
    when = at.replace(hour=desk.dice.whole(19, 23), minute=desk.dice.whole(0, 59))
    obs = desk.course.obs_before(when)
    end = desk.course.recognised or desk.course.stay.left_at
    if when < end and desk.dice.chance(0.45 if obs.ews >= 5 else 0.1):
        facts = desk.moment(when)
        yield plain(
            desk,
            when,
            f"H@N {facts['sho']}",
            desk.say(phrases("doctors", "oncall", "usual"), facts),
        )


def _daily(desk: Desk) -> Iterator[Entry]:
    course, dice = desk.course, desk.dice
    stop = min(course.recognised or course.stay.left_at, course.stay.left_at)
    if course.moments.crash:
        stop = min(stop, course.moments.crash)
    told = [p for p in course.plants if p.mechanism.theme == "dnar"]
    for day in range(1, course.stay.nights + 1):
        fixed = [
            p
            for p in course.plants
            if p not in told
            and p.mechanism.anchor in ("early", "mid", "late")
            and p.at.date() == course.stay.arrived_at.date() + timedelta(day)
        ]
        at = fixed[0].at if fixed else round_time(course.stay, day, dice)
        if at >= stop or at <= course.moments.post_take + timedelta(hours=3):
            continue
        weekend = at.weekday() >= 5
        quiet = any(
            p.mechanism.key == "no_senior" and 0 <= (p.at.date() - at.date()).days <= 1
            for p in course.plants
        )
        roles = (
            {"cons": 0.2, "spr": 0.2, "f1": 0.6}
            if weekend or quiet
            else {"cons": 0.45, "spr": 0.3, "sho": 0.15, "f1": 0.1}
        )
        who = "f1" if quiet else dice.weigh(roles)
        told += fixed
        yield _round(desk, at, who, fixed)
        yield from _others(desk, at, desk.trend(at))
        yield from _night_calls(desk, at)
    loose = [
        p for p in course.plants if p.mechanism.anchor in ("early", "mid", "late") and p not in told
    ]
    for plant in loose:
        text = desk.planted("doctor", plant)
        if text:
            yield plain(
                desk,
                plant.at + timedelta(minutes=dice.whole(10, 50)),
                f"{course.facts['spr']} SpR",
                text,
            )


def medical_notes(course: Course, seed: int) -> Document:
    """Return the continuous medical notes of the acute stay."""
    desk = Desk(course, seed, 3)
    paper = desk.paper(ACUTE, "Medical notes", course.facts["ward"])
    first = [p for p in course.plants if p.mechanism.anchor == "day1"]
    entries = [
        _post_take(desk, first),
        *_daily(desk),
        *procedure(desk),
        *decisions(desk),
        *elsewhere(desk),
    ]
    if course.stay.moved_to is None and course.stay.category == "in_hospital":
        entries += [*collapse(desk), *death_entries(desk, course.stay.ending == "sudden")]
    end = course.stay.left_at
    live = [e for e in entries if e[0] <= end or course.stay.left_at == course.stay.died_at]
    for _, lines in sorted(live, key=lambda e: e[0]):
        paper.add(*lines)
    if course.stay.category == "post_discharge" or course.stay.moved_to:
        facts = desk.moment(end)
        goal = "community hospital" if course.stay.moved_to else "home"
        leave = desk.say(
            (
                f"[Discharged|D/c] to {goal}. [TTO done|TTO + letter], obs EWS {{ews}}. [Bloods 1/52 by GP|GP to r/v|F/u OPD]. {{f1}} F1",
            ),
            facts,
        )
        paper.add(*plain(desk, end, f"{course.facts['f1']} F1", leave)[1])
    return Document(
        "acute",
        "medical_notes",
        "Medical notes",
        ACUTE,
        course.stay.arrived_at.date(),
        paper.text(),
    )
