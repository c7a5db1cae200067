"""The practice's record, before the admission and after the discharge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from lltic.sources.synthetic.course import Course
from lltic.sources.synthetic.notes.desk import Desk, phrases
from lltic.sources.synthetic.notes.events import cause_facts
from lltic.sources.synthetic.notes.page import Document, wrap

__all__ = ["gp_record"]

HOLIDAYS = ((12, 25), (12, 26), (1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31))
"""Days on which practices are shut, month and day, in the year of the records."""


def _contacts(desk: Desk) -> Iterator[tuple[date, str]]:
    course, dice = desk.course, desk.dice
    patient = course.patient
    topics = list(phrases("outside", "gp_history", "any"))
    tags = {"frail": patient.frailty >= 5, "confused": patient.confused, "diabetes": patient.has("T2DM"),
            "copd": patient.has("COPD"), "heart": patient.has("AF") or patient.has("HF"),
            "cancer": course.scenario.key == "cancer"}  # fmt: skip
    for tag, wanted in tags.items():
        topics += phrases("outside", "gp_history", tag) if wanted else ()
    start = course.stay.arrived_at.date()
    day = start - timedelta(days=dice.whole(250, 340))
    deck: list[str] = []
    while day < start - timedelta(days=4):
        if day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS:
            deck = deck or dice.shuffle(topics)
            facts = desk.moment(course.stay.arrived_at)
            who = dice.say("[Tel|F2F|Home visit|e-consult|Video] [{gp}|{gp2}|Locum|PN|ANP]:", facts)
            yield day, f"{who} {dice.say(deck.pop(), facts)}"
        day += timedelta(days=dice.whole(12, 38))


def gp_record(course: Course, seed: int) -> Document:
    """Return the practice's record: summary, consultations before and, if any, after."""
    desk = Desk(course, seed, 8)
    dice, patient = desk.dice, course.patient
    facts = {
        **desk.moment(course.stay.arrived_at),
        **cause_facts(desk),
        "long": course.scenario.long,
        "grievance": dice.pick(("the discharge", "waiting", "communication", "pain control")),
        "place": patient.home_name or "hospital",
    }
    paper = desk.paper(patient.practice, "GP record")
    paper.add(
        *wrap("PROBLEMS"),
        *[x for i in patient.illnesses for x in wrap(f"{i.coded} ({i.since})", 2, 4)],
    )
    paper.add(
        *wrap("REPEAT MEDICATION"),
        *[x for t in patient.tablets or ("none",) for x in wrap(t, 2, 4)],
    )
    paper.add(
        f"ALERTS  Allergy: {patient.allergy}   Frailty (eFI): {facts['efi']}",
        f"  Smoking: {patient.smoking}   Next of kin: {patient.next_of_kin}   Usual GP: {facts['gp']}   Flu vaccine 2025: {dice.pick(('given', 'declined'))}",
    )
    paper.add("CONSULTATIONS")
    entries = list(_contacts(desk))
    start = course.stay.arrived_at
    facts["story"] = desk.told("story1")
    early = start.date() - timedelta(days=dice.whole(0, 2))
    who = dice.say("[Tel|Home visit|F2F] [{gp}|Duty|ANP {gp2}]:", facts)
    entries.append((early, f"{who} {desk.say(phrases('outside', 'gp_before', 'lead_up'), facts)}"))
    for plant in course.plants:
        text = desk.planted("gp_before", plant)
        if text:
            entries.append(
                (start.date() - timedelta(days=dice.whole(20, 160)), f"{facts['gp']}: {text}")
            )
    entries += list(_after(desk, facts))
    for day, text in sorted(entries, key=lambda e: e[0]):
        paper.add(*wrap(f"{day.day:02d}/{day.month:02d}/{day.year}  {text}", 0, 12))
    final = max(day for day, _ in entries)
    return Document(
        "", "gp_record", "General practice record", patient.practice, final, paper.text()
    )


def _after(desk: Desk, facts: dict) -> Iterator[tuple[date, str]]:
    course, dice, stay = desk.course, desk.dice, desk.course.stay
    died = stay.died_on
    gone = {**facts, "date": f"{died.day}/{died.month}"}
    yield (
        died + timedelta(days=dice.whole(1, 4)),
        dice.say(phrases("outside", "gp_after", "dead")[0], gone),
    )
    if stay.category == "in_hospital":
        return
    out = stay.last_discharge.date()
    seen = min(died, out + timedelta(days=1))
    for plant in course.plants:
        text = desk.planted("gp_after", plant)
        if text:
            heard = max(seen, plant.at.date()) + timedelta(days=dice.whole(0, 2))
            yield min(died, heard), f"{facts['gp']}: {text}"
    yield seen, f"Admin: {desk.say(phrases('outside', 'gp_after', 'received'), facts)}"
    for share, key in ((0.35, "visit"), (0.75, "visit_late")):
        day = out + timedelta(days=round(stay.days_after * share))
        if stay.days_after >= 3 and day > seen and dice.chance(0.75):
            said = {
                **facts,
                "after": f"{desk.say(course.scenario.say('after'), facts)}.",
                "late": desk.say(phrases("outside", "community", "late"), facts),
            }
            yield day, f"{facts['gp2']}: {desk.say(phrases('outside', 'gp_after', key), said)}"
