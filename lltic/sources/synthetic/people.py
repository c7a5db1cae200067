"""The people who died: age, home, family, illnesses, tablets, and their usual numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lltic.identity import is_nhs_number, nhs_check_digit
from lltic.sources.synthetic.dice import Dice
from lltic.sources.synthetic.names import CARE_HOMES, PRACTICES
from lltic.sources.synthetic.scenarios import Scenario

__all__ = ["ILLNESSES", "Illness", "Patient", "make_patient", "nhs_numbers", "years_between"]


@dataclass(frozen=True, slots=True)
class Illness:
    """A long-standing illness: as a ward writes it, as a practice codes it, its tablets."""

    short: str
    coded: str
    since: int
    tablets: tuple[str, ...]


ILLNESSES: Mapping[str, tuple[str, str, tuple[str, ...], float]] = {
    # key: (ward's word, practice's code, tablets, how common among the old who die)
    "hypertension": ("HTN", "Essential hypertension", ("amlodipine 5 mg OD", "ramipril 5 mg OD"), 0.5),
    "af": ("AF", "Atrial fibrillation", ("apixaban 2.5 mg BD", "bisoprolol 2.5 mg OD"), 0.28),
    "ihd": ("IHD", "Ischaemic heart disease", ("aspirin 75 mg OD", "atorvastatin 40 mg ON"), 0.25),
    "heart_failure": ("HF", "Congestive heart failure", ("furosemide 40 mg OD",), 0.2),
    "diabetes": ("T2DM", "Type 2 diabetes mellitus", ("metformin 500 mg BD", "gliclazide 40 mg OD"), 0.24),
    "ckd": ("CKD 3b", "Chronic kidney disease stage 3B", (), 0.26),
    "copd": ("COPD", "Chronic obstructive pulmonary disease", ("tiotropium 18 mcg OD", "salbutamol 100 mcg PRN"), 0.18),
    "dementia": ("Alzheimer's", "Alzheimer's disease", ("donepezil 10 mg ON",), 0.2),
    "vascular_dementia": ("vasc dementia", "Vascular dementia", (), 0.08),
    "stroke": ("prev CVA", "Stroke (history of)", ("clopidogrel 75 mg OD", "atorvastatin 40 mg ON"), 0.13),
    "osteoporosis": ("osteoporosis", "Osteoporosis", ("alendronic acid 70 mg weekly", "Adcal-D3 BD"), 0.17),
    "arthritis": ("OA knees", "Osteoarthritis", ("paracetamol 1 g QDS",), 0.3),
    "depression": ("depression", "Depressive disorder", ("sertraline 50 mg OD",), 0.16),
    "hypothyroid": ("hypothyroid", "Hypothyroidism", ("levothyroxine 75 mcg OD",), 0.13),
    "parkinsons": ("PD", "Parkinson's disease", ("co-careldopa 25/100 TDS",), 0.05),
    "gord": ("GORD", "Gastro-oesophageal reflux disease", ("lansoprazole 15 mg OD",), 0.2),
    "prostate": ("BPH", "Benign prostatic hyperplasia", ("tamsulosin 400 mcg OD",), 0.16),
    "cancer": ("ca (see below)", "Malignant neoplasm", ("morphine sulfate MR 10 mg BD",), 0.0),
    "alcohol": ("ArLD", "Alcoholic cirrhosis of liver", ("thiamine 100 mg BD", "spironolactone 100 mg OD"), 0.0),
    "epilepsy": ("epilepsy", "Epilepsy", ("levetiracetam 500 mg BD",), 0.03),
    "learning_disability": ("LD", "Learning disability (on register)", (), 0.0),
    "schizophrenia": ("paranoid schizophrenia", "Schizophrenia", ("olanzapine 10 mg ON",), 0.0),
    "bipolar": ("bipolar", "Bipolar affective disorder", ("lithium carbonate MR 400 mg ON",), 0.0),
}  # fmt: skip

JOBS_HE = ("lorry driver", "hosiery mechanic", "postman", "farm worker", "bricklayer", "bus driver",
           "toolmaker", "schoolteacher", "shopkeeper", "railway signalman", "printer", "baker",
           "civil engineer", "miner", "insurance clerk", "painter and decorator", "butcher")  # fmt: skip
JOBS_SHE = ("seamstress", "school cook", "typist", "nursery nurse", "shop assistant", "machinist",
            "district nurse", "bookkeeper", "primary school teacher", "dinner lady", "florist",
            "hosiery worker", "telephonist", "librarian", "cleaner", "pub landlady")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patient:
    """One person who died, as the notes know them."""

    person_id: str
    nhs_number: str
    hospital_number: str
    born_on: date
    age: int
    sex: str
    home: str
    home_name: str
    practice: str
    frailty: int
    weight_kg: int
    illnesses: tuple[Illness, ...]
    tablets: tuple[str, ...]
    allergy: str
    next_of_kin: str
    second_kin: str
    job: str
    smoking: str
    units: int
    mobility: str
    mind: str
    learning_disability: str
    mental_illness: bool
    base: Mapping[str, float]

    @property
    def in_care_home(self) -> bool:
        """Whether home is a residential or nursing home."""
        return self.home in ("care_home", "nursing_home")

    @property
    def confused(self) -> bool:
        """Whether there is a diagnosis of dementia."""
        return any("ementia" in i.coded or "Alzheimer" in i.coded for i in self.illnesses)

    @property
    def history(self) -> str:
        """Past medical history in ward shorthand."""
        return ", ".join(i.short for i in self.illnesses) or "nil of note"

    def has(self, word: str) -> bool:
        """Whether an illness's ward word holds ``word``."""
        return any(word in i.short for i in self.illnesses)


def years_between(start: date, end: date) -> int:
    """Return completed years from one date to another."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def nhs_numbers(dice: Dice, count: int) -> list[str]:
    """Return different NHS numbers of the test range 999, valid under modulus 11."""
    seen: dict[str, None] = {}
    while len(seen) < count:
        nine = f"999{dice.whole(0, 999_999):06d}"
        check = nhs_check_digit(nine)
        if check is not None and is_nhs_number(f"{nine}{check}"):
            seen[f"{nine}{check}"] = None
    return list(seen)


def _home(dice: Dice, age: int, scenario: Scenario) -> str:
    frail = max(0.0, (age - 72) / 60) + scenario.care_home
    if dice.chance(min(0.6, frail)):
        return dice.weigh({"care_home": 0.55, "nursing_home": 0.45})
    return dice.weigh({"alone": 0.42, "spouse": 0.38, "family": 0.11, "sheltered": 0.09})


def _illnesses(dice: Dice, age: int, sex: str, scenario: Scenario) -> list[Illness]:
    keys = list(scenario.needs)
    scale = 0.45 if age < 65 else 0.8 if age < 75 else 1.0
    for key, (_, _, _, common) in ILLNESSES.items():
        wrong_sex = key == "prostate" and sex == "female"
        second_dementia = key == "vascular_dementia" and "dementia" in keys
        if (
            key not in keys
            and not wrong_sex
            and not second_dementia
            and dice.chance(common * scale)
        ):
            keys.append(key)
    if age < 75 and "dementia" in keys and "dementia" not in scenario.needs:
        keys.remove("dementia")
    found = []
    for key in keys[:7]:
        short, coded, tablets, _ = ILLNESSES[key]
        if key == "cancer":
            wrong = "prostate" if sex == "female" else "breast"
            short, coded = dice.pick([t for t in scenario.tumours if wrong not in t[0]])
        found.append(
            Illness(short, coded, 2026 - dice.whole(1, 4 if key == "cancer" else 18), tablets)
        )
    return found


def _tablets(dice: Dice, illnesses: list[Illness]) -> tuple[str, ...]:
    wanted: dict[str, None] = {}
    for illness in illnesses:
        for tablet in illness.tablets:
            if dice.chance(0.85):
                wanted[tablet] = None
    extras = ("lansoprazole 15 mg OD", "paracetamol 1 g QDS", "senna 15 mg ON", "folic acid 5 mg OD",
              "mirtazapine 15 mg ON", "ferrous fumarate 210 mg OD", "colecalciferol 800 units OD",
              "macrogol 1 sachet OD", "codeine 15 mg PRN", "zopiclone 3.75 mg ON")  # fmt: skip
    for extra in dice.deal(extras, dice.whole(0, 3)):
        names = [t.split()[0] for t in wanted]
        if extra.split()[0] not in names:
            wanted[extra] = None
    blood_thinners = [t for t in wanted if t.split()[0] in ("aspirin", "clopidogrel", "apixaban")]
    for spare in blood_thinners[1:]:
        del wanted[spare]
    return tuple(wanted)


def _family(dice: Dice, home: str, sex: str) -> tuple[str, str]:
    partner = "husband" if sex == "female" else "wife"
    kin = {"daughter": 0.4, "son": 0.28, "niece": 0.09, "sister": 0.05, "nephew": 0.05}
    kin |= {"brother": 0.04, "granddaughter": 0.05, "stepson": 0.02, "neighbour": 0.02}
    first = partner if home == "spouse" else dice.weigh(kin)
    second = dice.weigh({k: w for k, w in kin.items() if k != first})
    return first, second


def _mobility(dice: Dice, frailty: int) -> str:
    if frailty >= 8:
        return dice.pick(
            ("bedbound", "hoist transfers, in bed most of day", "nursed in bed, all care")
        )
    if frailty == 7:
        return dice.pick(
            ("transfers w assist of 2", "chairbound, hoisted", "stands w stedy, wheelchair")
        )
    if frailty == 6:
        return dice.pick(
            (
                "ZF, 1 to supervise",
                "frame indoors, not out alone",
                "walks short distances w frame + 1",
            )
        )
    if frailty == 5:
        return dice.pick(
            ("frame indoors, POC BD", "2 sticks, furniture walks", "stick, carer once a day")
        )
    return dice.pick(
        ("indep", "indep w stick", "fully indep, drives", "mobile unaided, ET 200 yds")
    )


def _base(dice: Dice, illnesses: list[Illness], sex: str, scenario: Scenario) -> dict[str, float]:
    shorts = [i.short for i in illnesses]
    creatinine = dice.bell(82 if sex == "male" else 70, 11)
    if "CKD 3b" in shorts:
        creatinine = dice.bell(136, 15)
    return {
        "Hb": dice.bell(134 if sex == "male" else 123, 10) - (12 if "CKD 3b" in shorts else 0),
        "Cr": creatinine,
        "SpO2": dice.bell(91.0, 0.8) if scenario.scale2 else dice.bell(96.8, 0.7),
        "SBP": dice.bell(138 if "HTN" in shorts else 128, 9),
        "HR": dice.bell(84 if "AF" in shorts else 74, 6),
        "RR": dice.bell(16.5, 0.9),
        "T": dice.bell(36.6, 0.15),
        "Na": dice.bell(138.5, 1.6),
        "Alb": dice.bell(35, 2.5),
    }


def make_patient(
    dice: Dice, person_id: str, nhs_number: str, scenario: Scenario, died_on: date
) -> Patient:
    """Return a person for whom the scenario is plausible, aged as of ``died_on``."""
    low, usual, high = scenario.ages
    age = round(min(high, max(low, dice.bell(usual, (high - low) / 6))))
    sex = "female" if dice.chance(scenario.women) else "male"
    born_on = date(died_on.year - age, died_on.month, died_on.day) - timedelta(dice.whole(0, 364))
    home = _home(dice, age, scenario)
    illnesses = _illnesses(dice, age, sex, scenario)
    rare = dice.unit()
    disability, mental = "no_indication", False
    if rare < 0.015:
        illnesses.append(Illness(*ILLNESSES["learning_disability"][:2], 1990, ()))
        disability = "clear"
    elif rare < 0.022:
        disability = "possible"
    elif rare < 0.042:
        key = dice.pick(("schizophrenia", "bipolar"))
        illnesses.append(Illness(*ILLNESSES[key][:2], 1998, ILLNESSES[key][2]))
        mental = True
    worn = len(illnesses) + (3 if home in ("care_home", "nursing_home") else 0) + (age - 70) / 8
    frailty = max(3, min(8, round(2.0 + worn * 0.55 + dice.bell(0, 0.7))))
    first, second = _family(dice, home, sex)
    confused = any("ementia" in i.coded or "Alzheimer" in i.coded for i in illnesses)
    return Patient(
        person_id=person_id,
        nhs_number=nhs_number,
        hospital_number=f"S{dice.whole(100_000, 999_999)}",
        born_on=born_on,
        age=years_between(born_on, died_on),
        sex=sex,
        home=home,
        home_name=dice.pick(CARE_HOMES) if home in ("care_home", "nursing_home") else "",
        practice=dice.pick(PRACTICES),
        frailty=frailty,
        weight_kg=round(dice.bell(75 if sex == "male" else 61, 9) - frailty),
        illnesses=tuple(illnesses),
        tablets=_tablets(dice, illnesses),
        allergy=dice.weigh({"NKDA": 0.76, "penicillin (rash)": 0.11, "trimethoprim (rash)": 0.04,
                            "codeine (nausea)": 0.05, "erythromycin (GI upset)": 0.04}),
        next_of_kin=first,
        second_kin=second,
        job=dice.pick(JOBS_SHE if sex == "female" else JOBS_HE),
        smoking=dice.weigh({"never smoked": 0.42, "ex-smoker 20 pk yrs": 0.18, "ex-smoker 40 pk yrs": 0.2,
                            "current 10/day": 0.12, "ex, stopped 1990s": 0.08}),
        units=dice.weigh({0: 0.6, 4: 0.2, 10: 0.14, 24: 0.06}),
        mobility=_mobility(dice, frailty),
        mind="known dementia" if confused else dice.pick(("no cog impairment", "AMT 9/10 at last admission",
                                                          "orientated, manages own affairs", "some forgetfulness per family")),
        learning_disability=disability,
        mental_illness=mental,
        base=_base(dice, illnesses, sex, scenario),
    )  # fmt: skip
