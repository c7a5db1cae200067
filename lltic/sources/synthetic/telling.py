"""The sentences of a reviewer, and which of them tells which theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lltic.sources.synthetic.course import Course, Plant
from lltic.sources.synthetic.dice import Dice
from lltic.sources.synthetic.phrasebook import lines, read

__all__ = ["PlantedCoding", "Telling", "Told", "book", "judged", "lower_first", "phrase_facts"]


@dataclass(frozen=True, slots=True)
class PlantedCoding:
    """A theme that the text is known to tell, from code point ``start`` to ``end``.

    ``polarity`` is ``problem`` or ``good_practice``.
    """

    item: str
    theme: str
    start: int
    end: int
    polarity: str


LIKES = (
    ("takes two sugars", "two sugars in the tea are in the plan"),
    ("sleeps with the light on", "they knew about the light left on at night"),
    ("is called by a second name", "they use the name that was really used"),
    ("does not like the curtains closed", "even the curtains are mentioned"),
    ("supports the town's cricket", "there was talk of cricket at every visit"),
    ("is frightened of lifts", "they knew what frightened and what calmed"),
    ("talks of the dog at home", "the dog has a line on every page"),
    ("likes the radio low", "the radio station is written down"),
)

SOURCES = {
    "doctor": "medical notes", "nurse": "nursing notes", "ed": "emergency department notes",
    "oncall": "on-call entry", "drug": "prescription chart", "gp_after": "GP record",
    "community": "community notes",
}  # fmt: skip


class Telling:
    """Sentences that know which of them tells which theme."""

    def __init__(self) -> None:
        self.text = ""
        self.marks: list[tuple[str, int, int, str]] = []

    def add(self, sentence: str, theme: str = "", polarity: str = "problem") -> None:
        """Add a sentence; with a theme, it is marked as telling it."""
        sentence = sentence[:1].upper() + sentence[1:]
        if sentence[-1] not in ".!?:":
            sentence += "."
        if self.text:
            self.text += " "
        start = len(self.text)
        self.text += sentence
        if theme:
            self.marks.append((theme, start, len(self.text), polarity))

    def add_marked(self, template: str, parts: Sequence[tuple[str, str]], polarity: str) -> None:
        """Add a sentence whose ``{points}`` are phrases, each telling a theme."""
        before, after = template.split("{points}")
        before = before[:1].upper() + before[1:]
        if self.text:
            self.text += " "
        self.text += before
        for number, (theme, phrase) in enumerate(parts):
            if number:
                self.text += " and " if number == len(parts) - 1 else ", "
            start = len(self.text)
            self.text += phrase
            self.marks.append((theme, start, len(self.text), polarity))
        self.text += after

    def codings(self, item: str) -> list[PlantedCoding]:
        """Return the marked passages as codings of an item."""
        return [PlantedCoding(item, t, a, b, p) for t, a, b, p in self.marks]


@dataclass(frozen=True)
class Told:
    """What one reviewer noticed."""

    concerns: tuple[Plant, ...]
    strengths: tuple[Plant, ...]

    def of(self, phase: str) -> tuple[list[Plant], list[Plant]]:
        """Return what belongs to a phase: concerns, and good practice."""
        return (
            [p for p in self.concerns if p.mechanism.phase == phase],
            [p for p in self.strengths if p.mechanism.phase == phase],
        )


def book(record: str, key: str) -> tuple[str, ...]:
    """Return the templates of a record of the reviewers' phrase file."""
    return lines(read("judging")[record], key)


def phrase_facts(course: Course) -> dict[str, Any]:
    """Return the facts of a case in a reviewer's words."""
    stay, patient = course.stay, course.patient
    illnesses = [
        i.coded[0].lower() + i.coded[1:] if not i.coded.startswith(("Alz", "Park")) else i.coded
        for i in patient.illnesses[:2]
    ]
    homes = {"alone": "living alone", "spouse": f"living with {course.facts['his']} {patient.next_of_kin}",
             "family": "living with family", "sheltered": "in sheltered housing",
             "care_home": "in a residential home", "nursing_home": "in a nursing home"}  # fmt: skip
    nights = stay.nights
    words = (
        "a few hours",
        "one day",
        "two days",
        "three days",
        "four days",
        "five days",
        "six days",
        "a week",
    )
    stay_words = words[nights] if nights < 8 else f"{nights} days"
    after = {0: "the same day", 1: "one day"}.get(stay.days_after, f"{stay.days_after} days")
    onset = {"24h": "a day", "1/52": "a week"}.get(
        course.facts["onset"], f"{course.facts['onset'][0]} days"
    )
    procedure = course.scenario.procedure.replace("{side} ", "")
    return {
        **course.facts,
        "pmh_words": " and ".join(illnesses) or "few known illnesses",
        "home_words": homes[patient.home],
        "from_place": "the care home" if patient.in_care_home else "home",
        "home_to": "back to the care home" if patient.in_care_home else "home",
        "at_place": "in the care home" if patient.in_care_home else "at home",
        "onset_words": onset,
        "stay_words": stay_words,
        "specialty": course.scenario.specialty.lower(),
        "procedure": procedure[:1].upper() + procedure[1:],
        "procedure_lower": procedure[:1].lower() + procedure[1:],
        "procedure_day": course.scenario.procedure_day,
        "late_day": course.scenario.procedure_day + 2,
        "died_day": nights,
        "days_after_words": after,
        "after_clause": f", {after} after discharge" if stay.category == "post_discharge" else "",
        "a_age": f"an {patient.age}" if str(patient.age).startswith("8") else f"a {patient.age}",
        "place": "the community hospital" if stay.moved_to else course.facts["ward"],
        **_more_facts(course, stay_words, after),
    }


def _more_facts(course: Course, stay_words: str, after: str) -> dict[str, Any]:
    first, died = course.obs[0], course.stay.died_at
    worst = max(o.ews for o in course.obs)
    likes, likes_words = LIKES[course.number % len(LIKES)]
    hour = died.hour
    part = (
        "in the night"
        if hour < 6
        else "in the morning"
        if hour < 12
        else "in the afternoon"
        if hour < 18
        else "in the evening"
    )
    label = course.facts["label_long"]
    return {
        "hr0": first.hr,
        "bp0": f"{first.sbp}/{first.dbp}",
        "spo20": first.spo2,
        "max_ews": worst,
        "max_ews_sentence": f"The highest early warning score on the charts is {worst}, the lowest {min(o.ews for o in course.obs)}.",
        "max_crp": max(int(b.values["CRP"]) for b in course.bloods),
        "n_obs": len(course.obs),
        "label_cap": label[:1].upper() + label[1:],
        "stay_cap": stay_words[:1].upper() + stay_words[1:],
        "days_after_cap": after[:1].upper() + after[1:],
        "died_words": part,
        "died_time": f"{hour:02d}:{died.minute:02d}",
        "likes": likes,
        "likes_words": likes_words,
        "mobility_words": f"frailty score {course.patient.frailty}",
    }


def judged(dice: Dice, plant: Plant) -> str:
    """Return a reviewer's sentence about something planted, often with the place in the notes."""
    sentence = dice.say_one(plant.mechanism.judged, plant.facts)
    where = [SOURCES[w] for w in plant.mechanism.writers if w in SOURCES]
    if where and dice.chance(0.45):
        sentence = f"{sentence.rstrip('.')} ({dice.pick(where)}, {plant.facts['on']})"
    return sentence


def lower_first(text: str) -> str:
    """Return a sentence to stand after a colon; abbreviations keep their capitals."""
    return text if text[1:2].isupper() or text[:2] in ("I ", "GP") else text[0].lower() + text[1:]
