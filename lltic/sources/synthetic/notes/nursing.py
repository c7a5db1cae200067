"""Nursing notes: admission to the ward, every shift, the last hours, the way home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from lltic.sources.synthetic.course import Course
from lltic.sources.synthetic.names import ACUTE
from lltic.sources.synthetic.notes.desk import Desk, phrases
from lltic.sources.synthetic.notes.page import Document, wrap

__all__ = ["nursing_notes"]

Entry = tuple[datetime, list[str]]


def _entry(desk: Desk, at: datetime, text: str, nurse: str) -> Entry:
    voice = desk.voice(nurse)
    return at, [f"{voice.moment(at)}", *wrap(text, 2, 2), f"  {voice.signature}"]


def _nurse(desk: Desk) -> str:
    roles = {"nurse1": "S/N ", "nurse2": "S/N ", "nurse3": "HCA ", "nurse4": "Sr "}
    who = desk.dice.weigh({"nurse1": 0.34, "nurse2": 0.3, "nurse3": 0.22, "nurse4": 0.14})
    return roles[who] + desk.course.facts[who]


def _shift(desk: Desk, at: datetime, night: bool) -> Entry:
    dice, course = desk.dice, desk.course
    facts = desk.moment(at)
    trend = desk.trend(at)
    key = {"better": "calm", "same": "tired", "worse": "poor"}[trend] + "_day"
    if night:
        key = "broken_night" if trend == "worse" or dice.chance(0.25) else "calm_night"
    texts = [desk.say(phrases("nurses", "shift", key), facts)]
    operated = (
        course.moments.procedure is None
        or at > course.moments.procedure
        or not course.scenario.say("before")
    )
    if course.scenario.say("nursing") and operated and dice.chance(0.5):
        texts.append(desk.say(course.scenario.say("nursing"), facts) + ".")
    if dice.chance(0.3):
        texts.append(desk.say(phrases("nurses", "shift", "rounding"), facts))
    return _entry(desk, at, " ".join(t.rstrip(".") + "." for t in texts), _nurse(desk))


def _shifts(desk: Desk) -> Iterator[Entry]:
    course, dice = desk.course, desk.dice
    start = course.moments.post_take + timedelta(hours=1)
    stop = min(course.recognised or course.stay.left_at, course.stay.left_at)
    if course.moments.crash:
        stop = min(stop, course.moments.crash)
    day = start.date()
    while day <= stop.date():
        midnight = datetime.combine(day, datetime.min.time())
        for hour, minutes, night in ((5, 119, True), (13, 80, False), (19, 50, False)):
            if hour == 19 and dice.chance(0.5):
                continue
            at = midnight + timedelta(hours=hour, minutes=dice.whole(0, minutes))
            unseen = any(first <= at < last for first, last in course.gaps)
            if start < at < stop and not unseen:
                yield _shift(desk, at, night)
        day += timedelta(days=1)


def _planted(desk: Desk) -> Iterator[Entry]:
    course, dice = desk.course, desk.dice
    for plant in course.plants:
        text = desk.planted("nurse", plant)
        if not text:
            continue
        at = plant.at + timedelta(minutes=dice.whole(8, 55))
        if plant.mechanism.anchor in ("discharge",):
            at = plant.at - timedelta(minutes=dice.whole(12, 60))
        elif "arrest" in plant.mechanism.effects:
            at = course.stay.died_at + timedelta(minutes=dice.whole(4, 12))
        elif "gap" in plant.mechanism.effects:
            at = plant.at.replace(hour=7, minute=dice.whole(15, 40))
        elif plant.mechanism.anchor == "arrival":
            at = course.moments.post_take + timedelta(minutes=dice.whole(15, 50))
        elif plant.mechanism.anchor in ("early", "mid", "late"):
            at += timedelta(hours=dice.whole(-4, 3))
        yield _entry(desk, at, text.rstrip(".") + ".", _nurse(desk))


def _admission(desk: Desk) -> Entry:
    at = desk.course.moments.post_take - timedelta(minutes=desk.dice.whole(5, 90))
    facts = desk.moment(at)
    nurse = _nurse(desk)
    voice = desk.voice(nurse)
    keys = ("arrival", "risks", "lives")
    texts = [desk.say(phrases("nurses", "admission", key), facts) for key in keys]
    lines = [f"{voice.moment(at)}  Admission to {desk.course.facts['ward']}"]
    for text in texts:
        lines += wrap(text.rstrip(".") + ".", 2, 2)
    return at, [*lines, f"  {voice.signature}"]


def _last_hours(desk: Desk) -> Iterator[Entry]:
    course, dice = desk.course, desk.dice
    if course.stay.category != "in_hospital" or course.stay.moved_to:
        return
    died, dying = course.stay.died_at, course.recognised
    if dying and course.stay.ending != "sudden":
        at = dying + timedelta(minutes=dice.whole(25, 120))
        while at < died - timedelta(minutes=20):
            facts = desk.moment(at)
            texts = [desk.say(phrases("nurses", "dying", "care"), facts)]
            if dice.chance(0.35):
                texts.append(desk.say(phrases("nurses", "shift", "rounding"), facts))
            yield _entry(desk, at, " ".join(texts), _nurse(desk))
            at += timedelta(minutes=dice.whole(180, 460))
    at = died + timedelta(minutes=dice.whole(15, 120))
    facts = {**desk.moment(at), "time": f"{died.hour:02d}{died.minute:02d}"}
    key = "sudden" if course.stay.ending == "sudden" else "after_death"
    if not course.has("arrest"):
        yield _entry(desk, at, desk.say(phrases("nurses", "dying", key), facts), _nurse(desk))
    if key == "sudden":
        later = at + timedelta(minutes=dice.whole(50, 120))
        yield _entry(
            desk, later, desk.say(phrases("nurses", "dying", "after_death"), facts), _nurse(desk)
        )


def _leaving(desk: Desk) -> Iterator[Entry]:
    course, dice = desk.course, desk.dice
    if course.stay.category == "in_hospital" and not course.stay.moved_to:
        return
    at = course.stay.left_at - timedelta(minutes=dice.whole(90, 200))
    if course.stay.category == "post_discharge" and not course.stay.moved_to:
        yield _entry(
            desk,
            at,
            desk.say(phrases("nurses", "discharge", "ready"), desk.moment(at)),
            _nurse(desk),
        )
        end = course.stay.left_at
        text = desk.say(phrases("nurses", "discharge", "leaving"), desk.moment(end))
    else:
        end = course.stay.left_at
        text = desk.say(
            (
                "Transferred to {community_ward}, [crew 1430|transport], obs EWS {ews}. [{nok} informed|Property + TTO sent|Handover by phone to S/N]. [Skin intact|Catheter in situ].",
            ),
            desk.moment(end),
        )
    yield _entry(desk, end, text, _nurse(desk))


def nursing_notes(course: Course, seed: int) -> Document:
    """Return the nursing notes of the acute stay."""
    desk = Desk(course, seed, 4)
    paper = desk.paper(ACUTE, "Nursing notes", course.facts["ward"])
    entries = [
        _admission(desk),
        *_shifts(desk),
        *_planted(desk),
        *_last_hours(desk),
        *_leaving(desk),
    ]
    end = course.stay.left_at + timedelta(hours=6)
    for _, lines in sorted((e for e in entries if e[0] <= end), key=lambda e: e[0]):
        paper.add(*lines)
    return Document(
        "acute",
        "nursing_notes",
        "Nursing notes",
        ACUTE,
        course.stay.arrived_at.date(),
        paper.text(),
    )
