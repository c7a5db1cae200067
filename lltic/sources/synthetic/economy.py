"""Everybody else: the spells of those who lived, earlier stays, and deaths that do not count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lltic.sources.synthetic.dice import Dice, Part
from lltic.sources.synthetic.names import ACUTE, COMMUNITY
from lltic.sources.synthetic.spells import (
    EXTRACT_ENDS,
    MONTH,
    PERIOD_STARTS,
    PROVIDERS,
    Death,
    Spell,
    Stay,
)

__all__ = [
    "EXCLUDED",
    "Other",
    "earlier_spells",
    "index_spells",
    "others",
    "outsiders",
    "registrations",
]

SPECIALTIES = {
    "General medicine": 0.24, "Geriatric medicine": 0.13, "General surgery": 0.13, "Respiratory medicine": 0.08,
    "Cardiology": 0.09, "Gastroenterology": 0.07, "Trauma and orthopaedics": 0.1, "Urology": 0.06,
    "Stroke medicine": 0.03, "Medical oncology": 0.04, "Gynaecology": 0.03,
}  # fmt: skip
ELECTIVE = {"General surgery": 0.5, "Urology": 0.55, "Trauma and orthopaedics": 0.4, "Cardiology": 0.25,
            "Gastroenterology": 0.3, "Medical oncology": 0.5, "Gynaecology": 0.6}  # fmt: skip

OUT = {"late": 34, "no_spell": 16, "before": 6, "unfinished": 4, "beyond": 3}
"""Deaths outside the cohort by kind: more than 30 days, no spell, admitted after death,
still in hospital in the extract, discharged after the death."""

DUPLICATES = 24

EXCLUDED = {
    "duplicate-registration": DUPLICATES,
    "no-spell": OUT["no_spell"],
    "admitted-after-death": OUT["before"],
    "unfinished-spell": OUT["unfinished"],
    "discharged-after-death": OUT["beyond"],
    "outside-window": OUT["late"],
}
"""Records of deaths outside the cohort, by the rule that keeps each out."""


@dataclass(frozen=True, slots=True)
class Other:
    """A person without case notes."""

    born_on: date
    sex: str


def _person(dice: Dice, age: int) -> Other:
    born = date(2026 - age, 1, 1) + timedelta(dice.whole(0, 364))
    return Other(born, "female" if dice.chance(0.52) else "male")


def _age(dice: Dice, specialty: str) -> int:
    old = specialty in ("Geriatric medicine", "Stroke medicine", "Trauma and orthopaedics")
    return min(101, max(18, round(dice.bell(80 if old else 62, 9 if old else 18))))


def _emergency_time(dice: Dice, first: datetime, days: int) -> datetime:
    at = first + timedelta(days=dice.whole(0, days), minutes=dice.whole(0, 59))
    weights = {h: (1.0 if h < 7 else 3.0 if h < 11 else 5.0 if h < 21 else 2.5) for h in range(24)}
    return at.replace(hour=dice.weigh(weights))


def _spell(dice: Dice, person: int, first: datetime, days: int, specialty: str) -> Spell:
    setting = dice.weigh({"acute": 0.9, "community": 0.07, "mental_health": 0.03})
    method = "emergency"
    admitted = _emergency_time(dice, first, days)
    nights = int(22 * dice.unit() ** 2.6)
    if setting == "community":
        specialty, method, nights = "Rehabilitation", "transfer", dice.whole(7, 30)
    elif setting == "mental_health":
        specialty = dice.pick(("Old age psychiatry", "Adult mental illness"))
        nights = dice.whole(10, 60)
    elif dice.chance(ELECTIVE.get(specialty, 0.05)):
        method, nights = "elective", dice.whole(0, 5)
        admitted = admitted.replace(hour=dice.whole(7, 9))
    elif dice.chance(0.02):
        method = "unknown"
    leaving = admitted + timedelta(days=nights)
    if nights == 0:
        leaving = admitted + timedelta(hours=dice.whole(4, 9), minutes=dice.whole(0, 59))
    else:
        leaving = leaving.replace(hour=dice.whole(10, 18), minute=dice.whole(0, 59))
    left = None if leaving > EXTRACT_ENDS else leaving
    provider = PROVIDERS[ACUTE if setting == "acute" else COMMUNITY]
    return Spell(person, provider, setting, specialty, admitted, left, method)


def others(seed: int, wanted: int, first_person: int) -> tuple[list[Other], list[Spell]]:
    """Return people who did not die and exactly ``wanted`` spells of theirs."""
    dice = Dice(seed, Part.OTHERS)
    people: list[Other] = []
    spells: list[Spell] = []
    while len(spells) < wanted:
        specialty = dice.weigh(SPECIALTIES)
        person = first_person + len(people)
        people.append(_person(dice, _age(dice, specialty)))
        several = dice.weigh({1: 0.71, 2: 0.19, 3: 0.07, 4: 0.03})
        first = PERIOD_STARTS
        for _ in range(min(several, wanted - len(spells))):
            days = (EXTRACT_ENDS - first).days - 2
            if days < 1:
                break
            spell = _spell(dice, person, first, days, specialty)
            spells.append(spell)
            if spell.discharged_at is None:
                break
            first = spell.discharged_at.replace(hour=0, minute=0) + timedelta(
                days=dice.whole(1, 40)
            )
    return people, spells


def index_spells(person: int, stay: Stay, specialty: str) -> list[Spell]:
    """Return the spell, or the two, to which a death of the cohort belongs."""
    inside = stay.category == "in_hospital"
    here = inside and stay.moved_to is None
    acute = Spell(
        person,
        PROVIDERS[ACUTE],
        "acute",
        specialty,
        stay.arrived_at,
        stay.left_at,
        "emergency",
        here,
    )
    if stay.moved_to is None:
        return [acute]
    start = stay.left_at + timedelta(minutes=70)
    return [
        acute,
        Spell(
            person,
            PROVIDERS[COMMUNITY],
            "community",
            "Rehabilitation",
            start,
            stay.moved_to,
            "transfer",
            inside,
        ),
    ]


def earlier_spells(dice: Dice, person: int, stay: Stay, specialty: str) -> list[Spell]:
    """Return stays in the year before, for one who died; some shortly before the last."""
    spells: list[Spell] = []
    before = stay.arrived_at
    for _ in range(dice.weigh({0: 0.42, 1: 0.3, 2: 0.17, 3: 0.11})):
        gap = dice.whole(2, 29) if dice.chance(0.3) else dice.whole(30, 130)
        left = (before - timedelta(days=gap)).replace(
            hour=dice.whole(11, 18), minute=dice.whole(0, 59)
        )
        admitted = left - timedelta(days=dice.whole(1, 12))
        admitted = admitted.replace(hour=dice.whole(8, 22), minute=dice.whole(0, 59))
        if admitted < PERIOD_STARTS:
            break
        name = (
            specialty if dice.chance(0.5) else dice.pick(("General medicine", "Geriatric medicine"))
        )
        spells.append(Spell(person, PROVIDERS[ACUTE], "acute", name, admitted, left, "emergency"))
        before = admitted
    return spells[::-1]


def _registered(dice: Dice, died_on: date) -> date:
    day = died_on + timedelta(dice.weigh({2: 1, 3: 2, 4: 3, 5: 3, 6: 2, 7: 2, 9: 1, 14: 0.5}))
    while day.weekday() >= 5:
        day += timedelta(1)
    return day


def registrations(seed: int, died: Sequence[tuple[int, date]]) -> list[Death]:
    """Return the registrations of the cohort's deaths, some of them twice."""
    dice = Dice(seed, Part.OUTSIDE, 1)
    deaths = [Death(person, day, _registered(dice, day)) for person, day in died]
    for first in dice.deal(deaths, DUPLICATES):
        again = Death(first.person, first.died_on, None, "hospital")
        if dice.chance(0.4):
            later = (first.registered_on or first.died_on) + timedelta(dice.whole(3, 12))
            again = Death(first.person, first.died_on, later)
        deaths.append(again)
    return deaths


def outsiders(seed: int, first_person: int) -> tuple[list[Other], list[Spell], list[Death]]:
    """Return people whose death must not come into the cohort, by every rule that keeps one out."""
    dice = Dice(seed, Part.OUTSIDE, 2)
    people: list[Other] = []
    spells: list[Spell] = []
    deaths: list[Death] = []
    for kind, count in OUT.items():
        for number in range(count):
            person = first_person + len(people)
            people.append(_person(dice, _age(dice, "Geriatric medicine")))
            died = MONTH + timedelta(dice.whole(0, 29))
            deaths.append(Death(person, died, _registered(dice, died)))
            spell = _outside_spell(dice, person, kind, died, number)
            if spell is not None:
                spells.append(spell)
    return people, spells, deaths


def _outside_spell(dice: Dice, person: int, kind: str, died: date, number: int) -> Spell | None:
    def noon(day: date) -> datetime:
        return datetime.combine(day, datetime.min.time()) + timedelta(minutes=dice.whole(620, 1080))

    if kind == "no_spell":
        return None
    specialty = dice.weigh(SPECIALTIES)
    if kind == "late":
        days = 31 if number < 4 else 32 if number < 6 else dice.whole(33, 190)
        left: datetime | None = noon(died - timedelta(days))
        admitted = noon(died - timedelta(days + dice.whole(1, 14)))
    elif kind == "before":
        admitted = noon(died + timedelta(dice.whole(1, 6)))
        left = noon(admitted.date() + timedelta(1))
    elif kind == "unfinished":
        admitted, left = noon(died - timedelta(dice.whole(2, 9))), None
    else:
        admitted = noon(died - timedelta(dice.whole(2, 9)))
        left = noon(died + timedelta(dice.whole(1, 4)))
    return Spell(person, PROVIDERS[ACUTE], "acute", specialty, admitted, left, "emergency")
