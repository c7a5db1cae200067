"""Charts as text: observations with the early warning score, fluid balance, prescriptions."""

from __future__ import annotations

from datetime import datetime, timedelta

from lltic.sources.synthetic.course import Course
from lltic.sources.synthetic.ews import Obs
from lltic.sources.synthetic.names import ACUTE
from lltic.sources.synthetic.notes.desk import Desk
from lltic.sources.synthetic.notes.page import Document, Paper, wrap

__all__ = ["observation_chart", "observation_row", "prescription_chart"]

FLUID_HEAD = "Date     Oral    IV     Total in   Urine   Other    Total out   Balance   Notes"
OBS_HEAD = (
    "Date   Time    RR  SpO2  Oxygen    SBP/DBP    HR   Temp  ACVPU  EWS   Initials  Next / action"
)


def observation_row(obs: Obs, initials: str, action: str) -> str:
    """Return one line of the observation chart."""
    return (
        f"{obs.at.day:02d}/{obs.at.month:02d}  {obs.at.hour:02d}:{obs.at.minute:02d}  {obs.rr:>3}  {obs.spo2:>3}%  "
        f"{obs.oxygen:<8}  {obs.sbp:>3}/{obs.dbp:<3}    {obs.hr:>3}   {obs.t:>4}    {obs.mind}    {obs.ews:>3}   "
        f"{initials:<8}  {action}"
    ).rstrip()


def _action(desk: Desk, obs: Obs) -> str:
    crash = desk.course.moments.crash
    ignored = crash is not None and desk.course.has("unescalated") and obs.at < crash
    if ignored and obs.ews >= 7:
        return desk.dice.pick(("", "rpt", "contd", "-"))
    if obs.ews >= 7:
        return desk.dice.pick(
            ("Dr + NIC", "Dr inf", "bleeped", "outreach", "Dr here", "NIC 30 min")
        )
    if obs.ews >= 5:
        return desk.dice.pick(("NIC", "1 hrly", "Dr aware", "rpt 1 h"))
    return desk.dice.pick(("", "4 hrly", "6 hrly", "", "") if obs.ews else ("", "12 hrly"))


def observation_chart(course: Course, seed: int) -> Document:
    """Return the observations of the stay, and the fluid balance of its first days."""
    desk = Desk(course, seed, 5)
    paper = desk.paper(ACUTE, "Observations and fluid balance", course.facts["ward"])
    scale = "Scale 2 (88-92%)" if course.scenario.scale2 else "Scale 1"
    paper.add(
        f"SpO2 {scale}.  Frequency by score: 0: 12 hrly, 1-4: 4-6 hrly, 5-6: 2-4 hrly, 7+: 1-2 hrly."
    )
    staff = [course.facts[n] for n in ("nurse1", "nurse2", "nurse3", "nurse4")]
    rows, last_day = [], None
    for obs in course.obs:
        if last_day is not None and obs.at.date() != last_day:
            paper.add(OBS_HEAD, *rows)
            rows = []
        last_day = obs.at.date()
        rows.append(observation_row(obs, desk.dice.pick(staff), _action(desk, obs)))
    paper.add(OBS_HEAD, *rows)
    if course.recognised and course.recognised < course.stay.left_at:
        voice = desk.voice(f"S/N {staff[0]}")
        paper.add(
            f"{voice.moment(course.recognised)}  Observations stopped: last days of life. {voice.signature}"
        )
    _fluids(desk, paper)
    return Document(
        "acute",
        "chart",
        "Observations and fluid balance",
        ACUTE,
        course.stay.arrived_at.date(),
        paper.text(),
    )


def _fluids(desk: Desk, paper: Paper) -> None:
    course, dice = desk.course, desk.dice
    blank = [p.at.date() for p in course.plants if "no_balance" in p.mechanism.effects]
    flood = [p.at.date() for p in course.plants if "overload" in p.mechanism.effects]
    careful = course.has("good_balance")
    end = course.recognised or course.stay.left_at
    rows = ["FLUID BALANCE (ml)", FLUID_HEAD]
    for number in range(min(course.stay.nights + 1, 16)):
        day = course.stay.arrived_at.date() + timedelta(number)
        if datetime.combine(day, datetime.min.time()) > end:
            break
        level = course.curve(datetime.combine(day, datetime.min.time()) + timedelta(hours=14))
        label = f"{day.day:02d}/{day.month:02d}"
        if any(0 <= (mark - day).days <= 1 for mark in blank):
            rows.append(
                f"{label}    {dice.whole(2, 9) * 50:>4}   ....       ....      ....    ....        ....      ....   {dice.pick(('not totalled', 'pad wet x3', 'chart not completed', 'HNPU x2'))}"
            )
            continue
        oral = dice.whole(2, 8) * 50 + round((1 - level) * 18) * 50
        drip = (
            3000
            if any(0 <= (mark - day).days <= 1 for mark in flood)
            else (dice.pick((1000, 2000, 1500)) if level > 0.4 and number < 6 else 0)
        )
        if careful:
            oral = max(oral, 1200)
        urine = dice.whole(7, 24) * 25 + round((1 - level) * 20) * 40
        other = dice.pick((0, 0, 0, 100, 250))
        balance = oral + drip - urine - other
        note = dice.pick(("", "", "catheter", "pads", "BO x1", "NPU"))
        rows.append(
            f"{label}    {oral:>4}   {drip:>4}       {oral + drip:>4}      {urine:>4}    {other:>4}        {urine + other:>4}     {balance:>+5}   {note}".rstrip()
        )
    paper.add(*rows)


def _given(desk: Desk, days: int, missed: tuple[int, int], per_day: int) -> str:
    """Return the boxes of a drug, initials or a reason code; ``missed`` is (first box, how many)."""
    staff = [desk.course.facts[n] for n in ("nurse1", "nurse2", "nurse3", "nurse4")]
    boxes = []
    for box in range(min(days * per_day, 14)):
        if missed[0] <= box < missed[0] + missed[1]:
            boxes.append("[4]")
        elif desk.dice.chance(0.02):
            boxes.append(desk.dice.pick(("[2]", "[5]")))
        else:
            boxes.append(desk.dice.pick(staff))
    return " ".join(boxes)


def prescription_chart(course: Course, seed: int) -> Document:
    """Return the drug chart: stat, regular, as required, fluids, the pharmacist's notes."""
    desk = Desk(course, seed, 6)
    dice, facts = desk.dice, desk.moment(course.moments.post_take)
    paper = desk.paper(ACUTE, "Prescription chart", course.facts["ward"])
    end = course.recognised or course.stay.left_at
    days = max(1, (end.date() - course.stay.arrived_at.date()).days + 1)
    allergy = (
        "[blank at first; completed later by pharmacist] " if course.has("allergy_unclear") else ""
    )
    height = dice.whole(152, 184)
    paper.add(
        f"Allergies: {allergy}{course.patient.allergy}",
        f"Weight {course.patient.weight_kg} kg   Height {height} cm   eGFR guided by Cr {facts['cr0']} on arrival",
    )
    _once(desk, paper, facts)
    paper.add(*_regular(desk, facts, days))
    _antibiotics(desk, paper, facts, days)
    _as_required(desk, paper, facts)
    notes = [desk.planted("drug", p) for p in course.plants]
    notes = [n for n in notes if n] or [
        desk.say(
            (
                "[Medicines reconciled with GP summary|Drug history checked with {nok}|TTO history seen]. [No changes|Formulary switches made|Levels not needed].",
            ),
            facts,
        )
    ]
    voice = desk.voice(f"Pharmacist {facts['pharm']}")
    paper.add(
        "PHARMACY AND WARD NOTES",
        *[x for n in notes for x in wrap(n, 2, 2)],
        f"  {voice.signature}",
    )
    if course.recognised:
        _syringe(desk, paper, facts)
    return Document(
        "acute", "chart", "Prescription chart", ACUTE, course.stay.arrived_at.date(), paper.text()
    )


def _regular(desk: Desk, facts: dict, days: int) -> list[str]:
    course, dice = desk.course, desk.dice
    start, key = course.stay.arrived_at.date(), course.scenario.key
    missed = next((p for p in course.plants if "missed_doses" in p.mechanism.effects), None)
    left_off = next((p for p in course.plants if "allergy_unclear" in p.mechanism.effects), None)
    lines = ["REGULAR     codes: 2 refused, 4 not available, 5 nil by mouth, initials = given"]
    for tablet in course.patient.tablets:
        name, _, dose = tablet.partition(" ")
        if dose.endswith("PRN"):
            continue
        per_day = {"BD": 2, "TDS": 3, "QDS": 4}.get(dose.split()[-1], 1)
        gap = (0, 0)
        if missed and name == facts["critical"]:
            gap = (max(1, (missed.at.date() - start).days * per_day), missed.hours)
        if left_off and name == facts["critical"]:
            gap = (0, left_off.hours)
        if _is_withheld(name, key, float(facts["cr0"])):
            why = dice.pick(("AKI", "acute illness", "per Dr"))
            lines += wrap(f"{tablet}: withheld ({why}), {facts['spr']}", 2, 6)
        else:
            many = 1 if dose.endswith("weekly") else days
            lines += wrap(f"{tablet}: {_given(desk, many, gap, per_day)}", 2, 6)
    plant = missed or left_off
    if plant and facts["critical"] == "dalteparin":
        given = _given(desk, days, (0, plant.hours), 1)
        lines += wrap(f"dalteparin 5000 units SC OD: {given}", 2, 6)
    elif key not in ("gi_bleed", "stroke", "pe", "mi", "liver"):
        doses = ("dalteparin 5000 units", "enoxaparin 20 mg", "dalteparin 2500 units")
        lines += wrap(f"{dice.pick(doses)} SC OD: {_given(desk, days, (0, 0), 1)}", 2, 6)
    return lines


def _is_withheld(name: str, scenario: str, creatinine: float) -> bool:
    """Say whether an acute team would stop this tablet for now."""
    if name in ("apixaban", "aspirin", "clopidogrel"):
        return scenario in ("gi_bleed", "hip", "obstruction", "stroke")
    if name in ("ramipril", "metformin") and creatinine > 150:
        return True
    hurts_kidneys = name in ("ramipril", "metformin", "furosemide", "gliclazide")
    return hurts_kidneys and scenario in ("aki", "urosepsis", "cellulitis", "gi_bleed")


def _once(desk: Desk, paper: Paper, facts: dict) -> None:
    course, dice = desk.course, desk.dice
    at = course.stay.arrived_at + timedelta(minutes=dice.whole(35, 90))
    stat = dice.deal(
        (
            "paracetamol 1 g IV",
            "sodium chloride 0.9% 250 ml",
            "ondansetron 4 mg IV",
            "morphine 2.5 mg IV",
            "cyclizine 50 mg IV",
        ),
        dice.whole(2, 3),
    )
    lines = []
    for drug in stat:
        lines.append(
            f"{drug:<34} prescribed {at.strftime('%H:%M')}   given {(at + timedelta(minutes=dice.whole(5, 45))).strftime('%H:%M')}   {dice.pick((facts['nurse1'], facts['nurse2'], facts['edr']))}"
        )
        at += timedelta(minutes=dice.whole(6, 40))
    paper.add("STAT DOSES AND FLUIDS", *["  " + x for x in lines])


def _antibiotics(desk: Desk, paper: Paper, facts: dict, days: int) -> None:
    course, dice = desk.course, desk.dice
    if not course.scenario.has_antibiotic:
        return
    late = next((p for p in course.plants if "late_abx" in p.mechanism.effects), None)
    first = course.stay.arrived_at + (
        timedelta(hours=late.hours, minutes=dice.whole(2, 30))
        if late
        else timedelta(minutes=dice.whole(28, 110))
    )
    unclear = any(
        p.mechanism.theme == "antibiotics" and p.mechanism.key == "long" for p in course.plants
    )
    review = (
        ""
        if unclear
        else f"   review {(first + timedelta(days=2)).day}/{(first + timedelta(days=2)).month}   indication: {course.scenario.label}"
    )
    paper.add(
        "ANTIMICROBIALS",
        f"  {facts['abx']}",
        f"    first dose {first.day:02d}/{first.month:02d} {first.strftime('%H:%M')}{review}",
        *wrap(_given(desk, days, (0, 0), 3), 4, 4),
    )
    if days >= 4 and course.stay.category == "post_discharge":
        paper.add(
            *wrap(
                f"{facts['abx_oral']}, oral switch day {dice.whole(3, 4)}: {_given(desk, days - 3, (0, 0), 2)}",
                2,
                6,
            )
        )


def _as_required(desk: Desk, paper: Paper, facts: dict) -> None:
    drugs = (
        "paracetamol 1 g PO/IV 6 hrly max 4 g",
        "morphine (Oramorph) 2.5 mg PO 4 hrly",
        "cyclizine 50 mg TDS",
        "lactulose 15 ml BD",
        "salbutamol 2.5 mg neb 4 hrly",
        "metoclopramide 10 mg TDS",
        "lorazepam 0.5 mg max 2 mg/24 h",
        "senna 15 mg ON",
    )
    lines = []
    for drug in desk.dice.deal(drugs, 4):
        span = (desk.course.recognised or desk.course.stay.left_at) - desk.course.stay.arrived_at
        moments = sorted(
            desk.course.stay.arrived_at + span * desk.dice.unit()
            for _ in range(desk.dice.whole(0, 3))
        )
        times = [f"{m.day}/{m.month} {m.hour:02d}{m.minute // 10}0" for m in moments]
        lines.append(f"{drug:<42} {'  '.join(times) or 'not used'}")
    paper.add("AS REQUIRED", *["  " + x for x in lines])


def _syringe(desk: Desk, paper: Paper, facts: dict) -> None:
    dice = desk.dice
    paper.add(
        "ANTICIPATORY AND SYRINGE DRIVER",
        *[f"  {x}" for x in (
            f"morphine {dice.pick(('2.5', '2.5-5'))} mg SC 1 hrly PRN   given x{dice.whole(0, 4)}",
            f"midazolam {dice.pick(('2.5', '2.5-5'))} mg SC 1 hrly PRN   given x{dice.whole(0, 4)}",
            f"glycopyrronium 200 mcg SC 4 hrly PRN   given x{dice.whole(0, 3)}",
            f"levomepromazine 6.25 mg SC 6 hrly PRN   given x{dice.whole(0, 2)}",
            dice.say("[CSCI: morphine 10 mg + midazolam 10 mg / 24 h|CSCI not needed|CSCI: morphine 5 mg + midazolam 5 mg + glycopyrronium 600 mcg / 24 h]", facts),
        )],
    )  # fmt: skip
