"""What a hospital's system keeps beside the dates: site, ward, class, diagnosis, practice, flags.

Each has dice of its own, so that it leaves every other draw as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from lltic.sources.synthetic.dice import Dice, Part
from lltic.sources.synthetic.economy import Other
from lltic.sources.synthetic.names import ACUTE_WARDS, COMMUNITY_WARDS, PRACTICES
from lltic.sources.synthetic.people import Patient, years_between
from lltic.sources.synthetic.scenarios import Scenario
from lltic.sources.synthetic.spells import Spell, Stay

__all__ = ["Died", "Wards", "administration", "flags", "practices"]

Wards = Mapping[tuple[int, str], str]
"""The ward that the notes tell of, by person and setting."""

WARDS: Mapping[str, tuple[str, ...]] = {
    **ACUTE_WARDS,
    "Gynaecology": ("Ward 28",),
    "Rehabilitation": COMMUNITY_WARDS,
    "Old age psychiatry": ("Willow Ward",),
    "Adult mental illness": ("Bramble Ward",),
}
SITES: Mapping[str, str] = {
    "Cardiology": "SVH-WEST", "Respiratory medicine": "SVH-WEST", "Medical oncology": "SVH-WEST",
    "Urology": "SVH-SOUTH", "Gynaecology": "SVH-SOUTH", "Trauma and orthopaedics": "SVH-SOUTH",
    "Rehabilitation": "SVC-QUILLBROOK", "Old age psychiatry": "SVC-BRAMBLE",
    "Adult mental illness": "SVC-BRAMBLE",
}  # fmt: skip
MAIN_SITE = "SVH-MAIN"

DIAGNOSES: Mapping[str, tuple[str, ...]] = {
    # by scenario for those who died, by specialty for everybody else (ICD-10 without a dot)
    "cap": ("J181",), "aspiration": ("J690",), "copd": ("J440",), "heart_failure": ("I500",),
    "mi": ("I214",), "urosepsis": ("A415", "N390"), "aki": ("N179", "E86X"), "hip": ("S7200",),
    "stroke": ("I639", "I619"), "falls": ("R296", "F051"), "gi_bleed": ("K922", "K264"),
    "cancer": ("C349", "C189", "C809"), "liver": ("K703",), "obstruction": ("K565",),
    "cellulitis": ("L031",), "pe": ("I269",),
    "General medicine": ("R074", "N390", "J181", "R55X", "I269"),
    "Geriatric medicine": ("R296", "J181", "N390", "F051"),
    "Respiratory medicine": ("J440", "J181", "J459"),
    "Cardiology": ("I500", "I209", "I48X"), "Gastroenterology": ("K922", "K529", "K509"),
    "General surgery": ("K802", "K358", "K409"), "Urology": ("N200", "N40X", "C679"),
    "Trauma and orthopaedics": ("S7200", "M171", "S5250"), "Stroke medicine": ("I639",),
    "Medical oncology": ("C509", "C189"), "Gynaecology": ("N939", "D259"),
    "Rehabilitation": ("Z501",), "Old age psychiatry": ("F009", "F329"),
    "Adult mental illness": ("F329", "F200"),
}  # fmt: skip

DAY_CASE = 0.85
"""Share of elective stays without a night that were planned as day cases."""
LEFT_EARLY = 0.015
"""Share of discharges that were the patient's own."""
HANDED_OVER = timedelta(hours=24)

CONCERNS = {"concern_of_family": 0.07, "concern_of_staff": 0.03, "medical_examiner": 0.04}
"""How often somebody asks for a review of a death in the cohort."""
DISABILITY, MENTAL_ILLNESS = 0.004, 0.012
"""How many of everybody else are on either register."""
REGISTERS = {
    "learning_disability": "learning disability register",
    "severe_mental_illness": "severe mental illness register",
}


class Died(Protocol):
    """One who died: what a draft and a whole clinical course have in common."""

    @property
    def patient(self) -> Patient:
        """Who."""

    @property
    def scenario(self) -> Scenario:
        """Of what."""

    @property
    def stay(self) -> Stay:
        """After which stay."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The draws for one spell: always as many, whatever becomes of them."""

    ward: float
    day_case: bool
    left_early: bool
    diagnosis: float


def administration(
    seed: int,
    ordered: Sequence[Spell],
    courses: Sequence[Died],
    everyone: Sequence[Other],
    told: Wards,
) -> Iterator[dict[str, Any]]:
    """Yield the further columns of each spell, in the order of the spells.

    ``told`` is the ward that the notes of a case tell of; others are drawn.
    """
    dice = Dice(seed, Part.ADMINISTRATION)
    onward = _onward(ordered)
    for spell in ordered:
        draw = _Drawn(dice.unit(), dice.chance(DAY_CASE), dice.chance(LEFT_EARLY), dice.unit())
        last = _last_stay(courses, spell)
        ward = told.get((spell.person, spell.setting)) if last else None
        of = last.scenario.key if last and spell.setting == "acute" else spell.specialty
        yield {
            "site_id": SITES.get(spell.specialty, MAIN_SITE),
            "ward": ward or _one(WARDS[spell.specialty], draw.ward),
            "patient_class": "day_case" if _is_day_case(spell, draw) else "ordinary",
            "transferred_in": spell.method == "transfer",
            "transferred_out": spell in onward,
            "discharge_method": _how_it_ended(spell, draw),
            "age_at_admission": years_between(
                everyone[spell.person].born_on, spell.admitted_at.date()
            ),
            "primary_diagnosis": _one(DIAGNOSES[of], draw.diagnosis),
        }


def _one(options: Sequence[str], unit: float) -> str:
    return options[int(unit * len(options))]


def _last_stay(courses: Sequence[Died], spell: Spell) -> Died | None:
    """Return whose last weeks the spell belongs to, if they are told in notes."""
    if spell.person >= len(courses):
        return None
    course = courses[spell.person]
    return course if spell.admitted_at >= course.stay.arrived_at else None


def _onward(ordered: Sequence[Spell]) -> set[Spell]:
    """Return the spells after which the person went straight on to another hospital."""
    found: set[Spell] = set()
    before: dict[int, Spell] = {}
    for spell in ordered:
        last = before.get(spell.person)
        left = last.discharged_at if last else None
        handed_over = left is not None and spell.admitted_at - left <= HANDED_OVER
        if last and handed_over and spell.method == "transfer":
            found.add(last)
        before[spell.person] = spell
    return found


def _is_day_case(spell: Spell, draw: _Drawn) -> bool:
    left = spell.discharged_at
    same_day = left is not None and left.date() == spell.admitted_at.date()
    return spell.method == "elective" and same_day and not spell.died and draw.day_case


def _how_it_ended(spell: Spell, draw: _Drawn) -> str | None:
    if spell.died:
        return "died"
    if spell.discharged_at is None:
        return None
    return "self" if draw.left_early and spell.setting == "acute" else "advice"


def practices(seed: int, courses: Sequence[Died], count: int) -> Iterator[str]:
    """Yield the code of each person's general practice, those who died first."""
    dice = Dice(seed, Part.ADMINISTRATION, 1)
    codes = {name: f"SVP{number:02d}" for number, name in enumerate(PRACTICES, 1)}
    for number in range(count):
        drawn = dice.pick(PRACTICES)
        yield codes[courses[number].patient.practice if number < len(courses) else drawn]


def flags(seed: int, courses: Sequence[Died], people: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of the table ``flags``: registers, and who asked for a review.

    The registers agree with the notes of those who died.
    """
    found = []
    for number, course in enumerate(courses):
        dice = Dice(seed, Part.FLAGS, number)
        person, died_on = people[number], course.stay.died_on
        on_register = _on_register(dice)
        if course.patient.learning_disability == "clear":
            found.append(_flag(person, "learning_disability", on_register))
        if course.patient.mental_illness:
            found.append(_flag(person, "severe_mental_illness", on_register))
        for flag, share in CONCERNS.items():
            asks, after = dice.chance(share), dice.whole(1, 21)
            if asks:
                found.append(_flag(person, flag, died_on + timedelta(after)))
    dice = Dice(seed, Part.FLAGS)
    for person in people[len(courses) :]:
        roll, on_register = dice.unit(), _on_register(dice)
        if roll < DISABILITY + MENTAL_ILLNESS:
            flag = "learning_disability" if roll < DISABILITY else "severe_mental_illness"
            found.append(_flag(person, flag, on_register))
    return [{"flag_id": f"F{number:05d}", **flag} for number, flag in enumerate(found, 1)]


def _on_register(dice: Dice) -> date:
    return date(dice.whole(2004, 2024), dice.whole(1, 12), 1)


def _flag(person: str, flag: str, noted_on: date) -> dict[str, Any]:
    source = REGISTERS.get(flag, "mortality review request")
    return {"person_id": person, "flag": flag, "noted_on": noted_on, "source": source}
