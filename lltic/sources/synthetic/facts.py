"""The facts of a case that templates may ask for by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lltic.sources.synthetic.dice import Dice
from lltic.sources.synthetic.ews import Obs
from lltic.sources.synthetic.names import ACUTE_WARDS, COMMUNITY_WARDS
from lltic.sources.synthetic.people import ILLNESSES, Patient
from lltic.sources.synthetic.physiology import Bloods
from lltic.sources.synthetic.scenarios import Scenario
from lltic.sources.synthetic.spells import Stay

if TYPE_CHECKING:
    from lltic.sources.synthetic.course import Course

__all__ = ["case_facts", "facts_at", "plant_facts"]

LETTERS = "ABCDEFGHJKLMNPRSTW"

SIGNS = ("confusion", "abdominal tenderness", "calf swelling", "rise in CRP", "fall in haemoglobin",
         "fast atrial fibrillation", "headache", "oxygen requirement", "back pain", "rash")  # fmt: skip
TESTS = ("CT head", "echocardiogram", "CT abdomen", "chest X-ray", "calcium", "troponin",
         "thyroid function", "ultrasound", "cortisol", "blood film")  # fmt: skip
TASKS = ("the CT scan", "the repeat blood gas", "the catheter", "the senior review",
         "the second set of bloods", "the referral to the specialist team", "the ECG")  # fmt: skip
CRITICAL = ("co-careldopa", "levetiracetam", "apixaban", "lithium", "olanzapine", "bisoprolol",
            "morphine", "levothyroxine", "furosemide", "clopidogrel", "aspirin")  # fmt: skip
STOPPABLE = ("ramipril", "amlodipine", "metformin", "furosemide", "gliclazide", "apixaban",
             "spironolactone", "bisoprolol")  # fmt: skip


def _pronouns(sex: str) -> dict[str, str]:
    if sex == "female":
        return {
            "he": "she",
            "He": "She",
            "him": "her",
            "his": "her",
            "His": "Her",
            "man": "lady",
            "sex": "F",
        }
    return {
        "he": "he",
        "He": "He",
        "him": "him",
        "his": "his",
        "His": "His",
        "man": "gentleman",
        "sex": "M",
    }


def _home(dice: Dice, patient: Patient) -> str:
    where = {
        "alone": ("lives alone, {0}", "alone in [house|bungalow|flat], {0}"),
        "spouse": ("lives w {nok}", "with {nok}, [bungalow|house, stairlift|house], {0}"),
        "family": ("lives w {nok} + family", "annexe at {nok}'s"),
        "sheltered": ("warden-controlled flat, {0}", "sheltered housing, {0}"),
        "care_home": (f"RH resident ({patient.home_name})", f"{patient.home_name} RH, 2 yrs"),
        "nursing_home": (f"NH resident ({patient.home_name})", f"{patient.home_name} NH, all care"),
    }[patient.home]
    care = (
        dice.pick(("no POC", "indep ADLs"))
        if patient.frailty <= 4
        else dice.pick(("POC BD", "POC QDS", "POC TDS"))
    )
    return dice.say(dice.pick(where).replace("{0}", care), {"nok": patient.next_of_kin})


def _staff(dice: Dice) -> dict[str, str]:
    names = [a + b for a, b in zip(dice.shuffle(LETTERS), dice.shuffle(LETTERS), strict=True)]
    roles = ("cons", "cons2", "spr", "spr2", "sho", "f1", "f1b", "edr", "gp", "gp2", "pharm",
             "nurse1", "nurse2", "nurse3", "nurse4", "therapist", "cns")  # fmt: skip
    return dict(zip(roles, names, strict=False))


def _person(patient: Patient) -> dict[str, Any]:
    worn = patient.frailty
    return {
        "age": patient.age,
        "pmh": patient.history,
        "job": patient.job,
        "mobility": patient.mobility,
        "mind": patient.mind,
        "nok": patient.next_of_kin,
        "Nok": patient.next_of_kin.capitalize(),
        "kin2": patient.second_kin,
        "Kin2": patient.second_kin.capitalize(),
        "home_name": patient.home_name,
        "practice": patient.practice,
        "allergy": patient.allergy,
        "cfs": worn,
        "efi": "severe" if worn >= 7 else "moderate" if worn >= 5 else "mild",
        "weight": patient.weight_kg,
        "smoking": patient.smoking,
        "units": patient.units,
    }


def _first_results(
    patient: Patient, obs: Sequence[Obs], bloods: Sequence[Bloods]
) -> dict[str, Any]:
    """Return observations and results on arrival, and stand-ins for tests not done."""
    first, last = bloods[0], bloods[-1]
    found = {f"{test.lower()}0": first.text(test) for test in first.values}
    return {
        "lac0": "2.1", "ca0": "2.4", "trop0": "14", "alb": "24", "ca": "2.4", "bil": "40",
        **found,
        "crb": f"{patient.base['Cr']:.0f}",
        "ews0": obs[0].ews,
        "hr0": obs[0].hr,
        "cr": last.text("Cr"),
        "na": last.text("Na"),
    }  # fmt: skip


def case_facts(
    dice: Dice,
    patient: Patient,
    scenario: Scenario,
    stay: Stay,
    obs: Sequence[Obs],
    bloods: Sequence[Bloods],
) -> dict[str, Any]:
    """Return the facts that stay the same throughout a case."""
    allergic = patient.allergy.startswith("penicillin")
    side = dice.pick(("L", "R"))
    tumour = next((i for i in patient.illnesses if "Malignant" in i.coded), None)
    known = [ILLNESSES[key][1] for key in scenario.needs if key in ILLNESSES]
    others = [i for i in patient.illnesses if i is not tumour and i.coded not in known]
    comorbid = [_lower(i.coded) for i in others] or ["hypertension"]
    wards = list(ACUTE_WARDS[scenario.specialty])
    facts: dict[str, Any] = {
        **_pronouns(patient.sex),
        **_staff(dice),
        **_person(patient),
        "home": _home(dice, patient),
        "admissions": dice.pick(("three", "four", "two")),
        "side": side,
        "side2": "R" if side == "L" else "L",
        "label": scenario.label,
        "label_long": scenario.long[0].lower() + scenario.long[1:]
        if scenario.long[1].islower()
        else scenario.long,
        "onset": dice.weigh({"2/7": 3, "3/7": 4, "4/7": 3, "5/7": 2, "1/52": 2, "24h": 2}),
        "curb": dice.whole(3, 4),
        "fev": dice.whole(22, 38),
        "ph": dice.whole(18, 31),
        "dg": dice.whole(0, 9),
        "tumour": tumour.short if tumour else "",
        "tumour_long": tumour.coded if tumour else "",
        "comorbid": dice.pick(comorbid),
        "ward": dice.pick(wards),
        "community_ward": dice.pick(COMMUNITY_WARDS),
        "abx": scenario.word("antibiotic_allergic" if allergic else "antibiotic"),
        "abx_short": scenario.word("abx_short_allergic" if allergic else "abx_short"),
        "abx_oral": "doxycycline 100 mg OD PO" if allergic else scenario.word("antibiotic_oral"),
        **_first_results(patient, obs, bloods),
        "oxygen": next((o.oxygen for o in obs if o.oxygen != "air"), "2L NC"),
        "amts": dice.whole(2, 4) if patient.confused else dice.whole(7, 9),
        "job_line": f"Retired {patient.job}"
        if patient.age >= 66
        else f"{patient.job.capitalize()}, off sick",
        "stay_days": _spoken_days(stay.nights),
        "cycles": dice.whole(3, 6),
    }
    names = [t.split()[0] for t in patient.tablets]
    facts |= _blood_thinning(dice, names)
    facts["critical"] = next((c for c in CRITICAL if c in names), "dalteparin")
    facts["stopped"] = next((c for c in (*STOPPABLE, *names) if c in names), "amlodipine")
    facts |= _household(dice, patient, stay)
    facts |= _fixed(dice, scenario)
    facts["admission"] = _told_once(dice, scenario, facts)
    return facts


def _household(dice: Dice, patient: Patient, stay: Stay) -> dict[str, Any]:
    """Return who helps at home, and who was there at the end."""
    kin = patient.next_of_kin
    helps = (
        "Pendant alarm",
        f"{kin.capitalize()} shops",
        "Cleaner weekly",
        "Dog at home, neighbour has it",
    )
    if patient.in_care_home:
        helps = (
            "All care by staff",
            "Staff assist w meals",
            "Eats in dining room w help",
            "Key worker came in",
        )
    elif patient.frailty >= 5:
        helps = (
            "Needs help w washing + dressing",
            f"{kin.capitalize()} shops + cooks",
            "Meals on wheels",
            "Key safe",
        )
    there = stay.ending != "sudden" and dice.chance(0.55)
    return {
        "help": dice.pick(helps),
        "came_from": patient.home_name or dice.pick(("home", "own home")),
        "catheter": dice.chance(0.4),
        "at_end": f"{kin.capitalize()} with {'her' if patient.sex == 'female' else 'him'}"
        if there
        else f"{kin.capitalize()} rung by NIC, coming in",
    }


def _blood_thinning(dice: Dice, names: Sequence[str]) -> dict[str, str]:
    """Return what the notes say about thinners of the blood, true to the person's tablets."""
    platelet = next((n for n in ("aspirin", "clopidogrel") if n in names), "")
    if "apixaban" in names:
        return {
            "Anticoag": "On apixaban, last dose last night",
            "hold": "Hold apixaban",
            "culprit": "On apixaban, no PPI",
            "stopbleed": dice.pick(("Hold apixaban, d/w haem re PCC", "Beriplex d/w haem")),
            "strokeac": dice.pick(
                ("AF, missed apixaban doses per dosette", "AF, apixaban paused last week for teeth")
            ),
        }
    return {
        "Anticoag": "No anticoagulant",
        "hold": f"Hold {platelet}" if platelet == "clopidogrel" else "Bloods incl clotting + G+S",
        "culprit": f"On {platelet}, no PPI" if platelet else "Naproxen OTC for knees",
        "stopbleed": f"Stop {platelet} for now" if platelet else "No anticoagulant to reverse",
        "strokeac": dice.pick(("AF, never anticoagulated - falls", "New AF on arrival")),
    }


def _fixed(dice: Dice, scenario: Scenario) -> dict[str, str]:
    """Return the choices of a scenario that must agree throughout a case.

    A line of ``fix`` reads ``name; name = value; value | value; value``: one
    alternative is chosen for all its names together.
    """
    found: dict[str, str] = {}
    for line in scenario.say("fix"):
        names, _, alternatives = line.partition(" = ")
        values = dice.pick(alternatives.split(" | ")).split("; ")
        found |= dict(zip(names.split("; "), values, strict=True))
    return found


def _told_once(dice: Dice, scenario: Scenario, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the story of the admission as first told, which later writers repeat."""
    single = (
        "call",
        "story1",
        "story2",
        "impression",
        "exam_chest",
        "exam_heart",
        "exam_belly",
        "summary",
    )
    told: dict[str, Any] = {key: dice.say_one(scenario.say(key), facts) for key in single}
    told["imaging"] = _one_each([dice.say(t, facts) for t in scenario.say("imaging")])
    told["plan"] = [dice.say(t, facts) for t in scenario.say("plan")]
    return told


def _one_each(results: Sequence[str]) -> list[str]:
    """Keep the first of several alternatives for the same test (``CXR:``, ``CXR (AP):``)."""
    kept: dict[str, str] = {}
    for result in results:
        kept.setdefault(result[:4].strip(": ("), result)
    return list(kept.values())


def _spoken_days(nights: int) -> str:
    words = (
        "less than a day",
        "one day",
        "two days",
        "three days",
        "four days",
        "five days",
        "six days",
    )
    return words[nights] if nights < len(words) else f"{nights} days"


def plant_facts(dice: Dice, course: Course, at: datetime, hours: int) -> dict[str, Any]:
    """Return what the templates of one planted thing may ask for, at its moment."""
    now, before = course.bloods_on(at)
    now = now or before or course.bloods[0]
    index = course.bloods.index(now)
    before = course.bloods[max(0, index - 1)]
    day = max(0, (at.date() - course.stay.arrived_at.date()).days)
    sign, test, task = dice.pick(SIGNS), dice.pick(TESTS), dice.pick(TASKS)
    obs = next((o for o in course.obs if o.at >= at), course.obs[-1])
    return {
        **course.facts,
        "hours": hours,
        "day": day,
        "on": f"{at.day}/{at.month}",
        "abx_day": day + 1,
        "ews": obs.ews,
        "cr": now.text("Cr"),
        "cr_prev": before.text("Cr"),
        "na": now.text("Na"),
        "na_prev": before.text("Na"),
        "sign": sign,
        "Sign": _capital(sign),
        "test": test,
        "Test": _capital(test),
        "task": task,
        "Task": _capital(task.removeprefix("the ")),
    }


def _lower(coded: str) -> str:
    proper = coded.startswith(("Alzheimer", "Parkinson"))
    return coded if proper else coded[0].lower() + coded[1:]


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def facts_at(course: Course, at: datetime) -> Mapping[str, Any]:
    """Return the facts of a case with the blood results of the day filled in."""
    now, before = course.bloods_on(at)
    last = now or before or course.bloods[0]
    bloods = {name.lower(): last.text(name) for name in last.values}
    return {**course.facts, **bloods}
