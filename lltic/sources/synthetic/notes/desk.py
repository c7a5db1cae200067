"""What every writer has on the desk: the course, dice of its own, facts of the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from lltic.sources.synthetic.course import Course, Plant
from lltic.sources.synthetic.dice import Dice, Part
from lltic.sources.synthetic.ews import Obs
from lltic.sources.synthetic.facts import facts_at
from lltic.sources.synthetic.notes.page import Paper, Voice
from lltic.sources.synthetic.phrasebook import lines, read

__all__ = ["Desk", "phrases"]


@lru_cache(maxsize=64)
def _book(file: str, record: str) -> Mapping[str, tuple[str, ...]]:
    return read(file)[record]


def phrases(file: str, record: str, key: str) -> tuple[str, ...]:
    """Return the templates under a key of a record of a phrase file."""
    return lines(_book(file, record), key)


SPELLINGS = (
    (" w ", " with "), ("SOB", "short of breath"), (" hx ", " history "), ("hx ", "history of "),
    (" + ", " and "), ("x1", "once"), ("x2", "twice"), (" abx", " antibiotics"), ("yest", "yesterday"),
    ("yesterdayerday", "yesterday"), ("Prev ", "Previous "), ("CP ", "chest pain "), ("per ", "according to "),
    ("d/w ", "discussed with "), ("Pt ", "Patient "), ("2/7", "2 days"), ("3/7", "3 days"),
    ("4/7", "4 days"), ("5/7", "5 days"), ("1/52", "a week"), (" ++", " a lot"), ("ET ", "exercise tolerance "),
    ("SNT", "soft, non-tender"), ("creps", "crackles"), ("AE ", "air entry "), ("Wt ", "Weight "),
)  # fmt: skip


def _spelt(text: str) -> str:
    """Return a note with some of its abbreviations written out, as another hand would have it."""
    for short, long in SPELLINGS:
        text = text.replace(short, long)
    return text


class Desk:
    """One writer's desk for one document.

    Parameters
    ----------
    course : Course
    seed : int
    kind : int
        The writer's number; documents of different writers never share chance.
    """

    def __init__(self, course: Course, seed: int, kind: int) -> None:
        self.course = course
        self.dice = Dice(seed, Part.NOTES, course.number, kind)
        self._voices: dict[str, Voice] = {}
        self._said: dict[str, int] = {}

    def paper(self, organisation: str, title: str, where: str = "") -> Paper:
        """Return empty paper with this person's header."""
        p = self.course.patient
        number = f"{p.nhs_number[:3]} {p.nhs_number[3:6]} {p.nhs_number[6:]}"
        born = p.born_on
        identity = f"NHS no. {number}   Hosp no. {p.hospital_number}   Born {born.day:02d}/{born.month:02d}/{born.year}"
        if where:
            identity += f"   {where}"
        return Paper(organisation, title, identity, room=self.dice.whole(34, 40))

    def voice(self, author: str) -> Voice:
        """Return an author's habits, the same throughout the document."""
        if author not in self._voices:
            signs = (
                author,
                f"{author} bleep {self.dice.whole(1001, 4899)}",
                f"{author}.",
                f"({author})",
            )
            self._voices[author] = Voice(
                self.dice.pick(("slash", "dot", "short", "word")),
                self.dice.pick(("dot", "paren", "dash", "run", "dot", "circle")),
                self.dice.pick(signs),
            )
        return self._voices[author]

    def moment(self, at: datetime) -> dict[str, Any]:
        """Return the facts of a moment: case, last observations, some chance numbers."""
        obs = self.course.obs_before(at)
        dice = self.dice
        return {
            **facts_at(self.course, at),
            **self.vitals(obs),
            "time": f"{at.hour:02d}{at.minute:02d}",
            "dg": dice.whole(1, 9),
            "w": dice.whole(14, 27),
            "ml": dice.whole(12, 68) * 5,
            "uo": dice.whole(3, 9) * 5,
            "edd": f"{(at + timedelta(days=dice.whole(2, 4))).day}/{at.month}",
            "tx": dice.pick(("treatment", "IV abx", "full ward tx"))
            if self.course.scenario.has_antibiotic
            else dice.pick(("treatment", "full ward tx", "all measures")),
            "pod": max(0, (at - self.course.moments.procedure).days)
            if self.course.moments.procedure
            else 0,
            **self._bedside(at),
            "bp": f"{dice.whole(108, 164)}/{dice.whole(58, 92)}",
        }

    def _bedside(self, at: datetime) -> dict[str, str]:
        """Return what the person can do at a moment, true to frailty, illness and operation."""
        course, dice = self.course, self.dice
        operated = course.moments.procedure
        fresh = course.scenario.key == "hip" and (
            operated is None or at < operated + timedelta(days=2)
        )
        able = course.patient.frailty <= 6 and course.curve(at) < 0.5 and not fresh
        pads = dice.pick(("Pads changed", "Pad changed 0400", "Incont urine, pads"))
        if able:
            pads = dice.pick(("Toileted x1", "Commode used", "Continent"))
        toilet = (
            ("Up to toilet w frame", "Commode x2", "Toilet w 1")
            if able
            else ("Bedpan x1", "Hoisted to commode", pads)
        )
        shave = "shaved by HCA" if course.patient.sex == "male" else "hair washed"
        return {
            "toilet": "Bedpan x1" if fresh else dice.pick(toilet),
            "seat": dice.pick(("sat out", "up for lunch", "in chair 2 h"))
            if able
            else dice.pick(("in bed", "sat up in bed")),
            "output": f"Catheter {dice.whole(12, 60) * 5} ml" if course.facts["catheter"] else pads,
            "groomed": dice.pick((shave, "hair brushed", "teeth cleaned")),
            "ivs": "IVI + abx" if course.scenario.has_antibiotic else "IVI",
        }

    @staticmethod
    def vitals(obs: Obs) -> dict[str, Any]:
        """Return a set of observations as facts."""
        return {
            "ews": obs.ews, "t": obs.t, "hr": obs.hr, "sbp": obs.sbp, "dbp": obs.dbp,
            "rr": obs.rr, "spo2": obs.spo2, "o2": "RA" if obs.oxygen == "air" else obs.oxygen,
        }  # fmt: skip

    def say(self, templates: Sequence[str], facts: Mapping[str, Any]) -> str:
        """Return a sentence of one of the templates, not the one used last time."""
        key = templates[0]
        choice = int(self.dice.unit() * len(templates))
        if len(templates) > 1 and self._said.get(key) == choice:
            choice = (choice + 1) % len(templates)
        self._said[key] = choice
        return self.dice.say(templates[choice], facts)

    def told(self, key: str, full: bool = False) -> str:
        """Return a part of the admission's story as first told; ``full``: with fewer abbreviations."""
        text = self.course.facts["admission"][key]
        return _spelt(text) if full else text

    def planted(self, writer: str, plant: Plant) -> str:
        """Return what a writer wrote about something planted, empty when nothing."""
        templates = lines(plant.mechanism.writers, writer)
        return self.dice.say_one(templates, plant.facts) if templates else ""

    def trend(self, at: datetime) -> str:
        """Return ``better``, ``same`` or ``worse`` as seen on a ward round."""
        curve = self.course.curve
        now, before = curve(at), curve(at - timedelta(hours=22))
        if now > 0.7 or now - before > 0.08:
            return "worse"
        return "better" if before - now > 0.045 or now < 0.26 else "same"
