"""What happens once in a stay: the procedure, talks, decisions, collapse, dying and death."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lltic.sources.synthetic.notes.desk import Desk, phrases
from lltic.sources.synthetic.notes.entries import Entry, exam, plain
from lltic.sources.synthetic.notes.page import wrap

__all__ = ["cause_facts", "collapse", "death_entries", "decisions", "elsewhere", "procedure"]


def collapse(desk: Desk) -> Iterator[Entry]:
    """Yield the on-call entry at a collapse and, where it came to that, the arrest."""
    course, dice = desk.course, desk.dice
    at = course.moments.crash
    if at is None:
        return
    arrest = next((p for p in course.plants if "arrest" in p.mechanism.effects), None)
    lead = next((p for p in course.plants if "slow_response" in p.mechanism.effects), None)
    seen = at + timedelta(minutes=dice.whole(9, 25))
    if lead:
        seen = min(
            at + lead.hours * timedelta(hours=1), course.stay.died_at - timedelta(minutes=25)
        )
    facts = desk.moment(seen)
    head = f"{dice.pick(('SpR ', 'H@N ', 'Med reg ', 'on call '))}{facts['spr2']}"
    voice = desk.voice(head)
    text = desk.say(course.scenario.say("crash"), facts)
    done = dice.deal([dice.say(t, facts) for t in phrases("doctors", "oncall", "resp")], 1)
    tail = desk.say(phrases("doctors", "oncall", "end"), facts)
    lines = [
        f"{voice.moment(seen)}  {head}",
        *wrap(text, 0, 2),
        *wrap(exam(desk, seen, "worse", facts), 0, 2),
    ]
    told = [desk.planted("oncall", p) for p in course.plants if p is not arrest]
    lines += [x for t in told if t for x in wrap(t, 0, 2)]
    lines += [*wrap(f"Done: {done[0]}. {tail}", 0, 2), voice.signature]
    yield seen, lines
    if arrest:
        stop = max(seen + timedelta(minutes=6), course.stay.died_at - timedelta(minutes=4))
        yield plain(
            desk,
            stop,
            f"Crash team, {facts['spr2']}",
            desk.planted("oncall", arrest),
            voice.signature,
        )


def procedure(desk: Desk) -> Iterator[Entry]:
    """Yield the note of the procedure and the first entry after it."""
    course, dice = desk.course, desk.dice
    at = course.moments.procedure
    if at is None:
        return
    facts = desk.moment(at)
    yield plain(
        desk,
        at,
        course.scenario.procedure.replace("{side}", facts["side"]),
        desk.say(course.scenario.say("procedure_note"), facts),
        f"{facts['cons2']}",
    )
    after = at + timedelta(minutes=dice.whole(70, 200))
    yield plain(
        desk, after, f"{facts['f1']} F1", desk.say(course.scenario.say("procedure_after"), facts)
    )


def decisions(desk: Desk) -> Iterator[Entry]:
    """Yield the resuscitation decision, the recognition of dying and the rounds after it."""
    course, dice = desk.course, desk.dice
    decided = course.moments.resus_decided
    planted = next(
        (
            p
            for p in course.plants
            if p.mechanism.theme == "dnar" and p.mechanism.key in ("no_family", "good")
        ),
        None,
    )
    if decided and decided < course.stay.left_at:
        when = decided + timedelta(minutes=dice.whole(20, 90))
        facts = desk.moment(when)
        text = (
            desk.planted("doctor", planted)
            if planted
            else desk.say(phrases("doctors", "talks", "resus"), facts)
        )
        yield plain(desk, when, f"{facts['spr']} SpR", text)
    dying = course.recognised
    if dying and dying < course.stay.left_at:
        facts = desk.moment(dying)
        yield plain(
            desk,
            dying,
            f"{facts['spr']} SpR",
            desk.say(phrases("doctors", "talks", "dying"), facts),
        )
        day = dying
        while True:
            day = day + timedelta(hours=dice.whole(15, 24))
            if day > course.stay.died_at - timedelta(hours=2):
                break
            if not 8 <= day.hour <= 19:
                day = day.replace(hour=dice.whole(9, 17))
                if not dying < day < course.stay.died_at - timedelta(hours=1):
                    break
            yield plain(
                desk,
                day,
                f"{facts['f1']} F1",
                desk.say(phrases("doctors", "talks", "eol_round"), desk.moment(day)),
            )


def death_entries(desk: Desk, sudden: bool) -> Iterator[Entry]:
    """Yield the verification of death and the note about the certificate."""
    course, dice = desk.course, desk.dice
    died = course.stay.died_at
    verified = died + timedelta(minutes=dice.whole(12, 85))
    facts = desk.moment(verified)
    key = "verified_sudden" if sudden else "verified"
    head = f"{dice.pick(('H@N ', 'F1 ', 'SHO '))}{facts['f1b']}"
    yield plain(desk, verified, head, desk.say(phrases("doctors", "talks", key), facts))
    later = (died + timedelta(days=dice.whole(1, 2))).replace(
        hour=dice.whole(9, 16), minute=dice.whole(0, 59)
    )
    facts = {**facts, "spr": facts["spr"], **cause_facts(desk)}
    yield plain(
        desk,
        later,
        "Bereavement / ME",
        dice.say_one(phrases("doctors", "talks", "certificate"), facts),
    )


def cause_facts(desk: Desk) -> dict[str, str]:
    """Return the cause of death as certified."""
    scenario, facts = desk.course.scenario, desk.course.facts
    second = scenario.word("cause_b")
    mine = "cause_a" if desk.course.stay.category == "in_hospital" else "home_cause"
    return {
        "cause_a": desk.dice.say(scenario.word("cause_a"), facts),
        "cause_b": f" 1b {desk.dice.say(second, facts)}" if second else "",
        "cause_2": desk.dice.say(scenario.word("cause_2"), facts),
        "cause": desk.dice.say(scenario.word(mine), facts),
    }


def elsewhere(desk: Desk) -> Iterator[Entry]:
    """Yield what doctors wrote of things planted outside the daily rounds."""
    for plant in desk.course.plants:
        if plant.mechanism.anchor in ("arrival", "procedure", "discharge", "crash", "dying"):
            text = desk.planted("doctor", plant)
            if text:
                at = plant.at + timedelta(minutes=desk.dice.whole(3, 30))
                if plant.mechanism.anchor == "discharge":
                    at = plant.at - timedelta(minutes=desk.dice.whole(60, 200))
                yield plain(desk, at, f"{desk.course.facts['spr']} SpR", text)
