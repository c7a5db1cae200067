"""The way in: the ambulance sheet, the emergency department and the medical clerking."""

from __future__ import annotations

from datetime import datetime, timedelta

from lltic.sources.synthetic.course import Course, Plant
from lltic.sources.synthetic.ews import Obs
from lltic.sources.synthetic.names import ACUTE, AMBULANCE
from lltic.sources.synthetic.notes.desk import Desk, phrases
from lltic.sources.synthetic.notes.page import Document, Paper, wrap
from lltic.sources.synthetic.physiology import observe

__all__ = ["ambulance_sheet", "emergency_notes", "exam_lines", "result_lines"]

TITLES = {"female": "female", "male": "male"}


def _row(obs: Obs) -> str:
    oxygen = "air" if obs.oxygen == "air" else obs.oxygen
    return (
        f"{obs.at.hour:02d}:{obs.at.minute:02d}   {obs.rr:>3}   {obs.spo2:>3}% {oxygen:<8} {obs.hr:>4}   "
        f"{obs.sbp:>3}/{obs.dbp:<3}  {obs.t:>5}   {obs.mind}     {obs.ews:>2}"
    )


ROW_HEAD = "Time     RR   SpO2          HR     BP       Temp   ACVPU  EWS"


def ambulance_sheet(course: Course, seed: int) -> Document:
    """Return the ambulance crew's record of the journey to hospital."""
    desk = Desk(course, seed, 1)
    dice, patient = desk.dice, course.patient
    arrived = course.stay.arrived_at
    facts = desk.moment(arrived)
    call = arrived - timedelta(minutes=dice.whole(75, 190))
    scene = call + timedelta(minutes=dice.whole(9, 58))
    left = scene + timedelta(minutes=dice.whole(22, 48))
    handed = arrived + timedelta(minutes=dice.whole(8, 95))
    paper = desk.paper(AMBULANCE, "Patient care record")
    paper.room = 46
    category = "Cat 2" if course.obs[0].ews >= 6 else dice.pick(("Cat 2", "Cat 3"))
    clock = [
        ("Call", call),
        ("On scene", scene),
        ("Left scene", left),
        ("At hospital", arrived),
        ("Handover", handed),
    ]
    crew = f"Crew: {dice.pick(('para', 'tech'))} {facts['nurse4']} / {dice.pick(('ECA', 'para', 'NQP'))} {facts['sho']}"
    paper.add(
        f"Incident {dice.whole(1_000_000, 9_999_999)}   {category}   Date {arrived.day:02d}/{arrived.month:02d}/{arrived.year}",
        "   ".join(f"{name} {t.hour:02d}:{t.minute:02d}" for name, t in clock),
        f"{crew}   Age {patient.age}   {TITLES[patient.sex]}",
    )
    paper.add("PRESENTING COMPLAINT", *wrap(desk.told("call"), 2, 2))
    paper.add(
        "HISTORY",
        *wrap(desk.told("story1") + ".", 2, 2),
        *wrap(desk.say(phrases("outside", "ambulance", "background"), facts), 2, 2),
    )
    paper.add(
        "SCENE AND SURVEY",
        *[
            x
            for t in phrases("outside", "ambulance", "scene")
            for x in wrap(dice.say(t, facts), 2, 2)
        ],
    )
    rows = _crew_rows(desk, scene)
    paper.add("OBSERVATIONS", "  " + ROW_HEAD, *rows)
    top_to_toe = [desk.told(k) for k in ("exam_chest", "exam_heart", "exam_belly")]
    paper.add("SECONDARY SURVEY", *[x for t in top_to_toe for x in wrap("- " + t, 2, 4)])
    paper.add("TREATMENT", *_treatment(desk, facts, scene))
    hall = dice.say(phrases("outside", "ambulance", "treatment")[1], facts)
    over = desk.say(phrases("outside", "ambulance", "handover"), facts)
    paper.add("CONVEYANCE", *wrap(f"{hall} {over}", 2, 2))
    paper.add(
        "SOCIAL AND SAFEGUARDING",
        *wrap(f"{facts['home']}. Baseline {facts['mobility']}. {_concern(desk)}.", 2, 2),
    )
    return Document(
        "acute", "ambulance", "Ambulance record", AMBULANCE, arrived.date(), paper.text()
    )


def _crew_rows(desk: Desk, scene: datetime) -> list[str]:
    course, dice = desk.course, desk.dice
    arrived = course.stay.arrived_at
    rows: list[str] = []
    at = scene + timedelta(minutes=6)
    while at < arrived and len(rows) < 6:
        severity = course.curve(arrived) + dice.bell(0.02, 0.02)
        obs = observe(dice, course.patient, course.scenario, severity, at)
        rows.append("  " + _row(obs))
        at += timedelta(minutes=dice.whole(12, 24))
    return rows


def _treatment(desk: Desk, facts: dict, scene: datetime) -> list[str]:
    template = phrases("outside", "ambulance", "treatment")[0]
    done = dict.fromkeys(desk.dice.say(template, facts) for _ in range(3))
    times = [(scene + timedelta(minutes=9 + 7 * n)).strftime("%H:%M") for n in range(len(done))]
    pairs = zip(times, done, strict=True)
    return [x for at, text in pairs for x in wrap(f"{at}  {text}", 2, 9)]


def _concern(desk: Desk) -> str:
    if desk.course.patient.in_care_home:
        return desk.dice.pick(
            ("No safeguarding concern", "MAR chart copied", "Staff gave good handover")
        )
    options = (
        "No safeguarding concern",
        "Carer strain, referral made",
        "Home cold, referral made",
        "Falls referral made",
    )
    return desk.dice.pick(options)


def exam_lines(desk: Desk, facts: dict, full: bool) -> list[str]:
    """Return a first examination, system by system."""
    parts = [
        ("", desk.say(phrases("doctors", "clerking", "examination_opening"), facts)),
        (desk.dice.pick(("Chest: ", "Resp: ", "RS ")), desk.told("exam_chest", full)),
        (desk.dice.pick(("CVS: ", "Heart: ", "CV ")), desk.told("exam_heart", full)),
        (desk.dice.pick(("Abdo: ", "GI: ", "Abdo ")), desk.told("exam_belly", full)),
        ("", desk.say(phrases("doctors", "clerking", "neuro"), facts)),
    ]
    return [x for head, text in parts for x in wrap(head + text, 2, 6)]


def result_lines(desk: Desk, at: datetime) -> list[str]:
    """Return the first bloods as lines."""
    now, _ = desk.course.bloods_on(at)
    bloods = now or desk.course.bloods[0]
    pairs = [f"{name} {bloods.text(name)}" for name in bloods.values]
    return wrap("Bloods: " + "  ".join(pairs), 2, 10)


def _front(desk: Desk, paper: Paper, facts: dict) -> None:
    """Write times, place and first observations."""
    course, dice = desk.course, desk.dice
    arrived = course.stay.arrived_at
    seen = arrived + timedelta(minutes=dice.whole(18, 95))
    low = course.has("triage_low")
    if low:
        plant = next(p for p in course.plants if "triage_low" in p.mechanism.effects)
        seen = arrived + timedelta(hours=plant.hours, minutes=dice.whole(1, 20))
    first = course.obs[0]
    area = (
        dice.pick(("corridor", "waiting room"))
        if low
        else dice.pick(("majors 7", "majors 12", "resus 2", "majors 4", "assessment"))
    )
    paper.add(
        "EMERGENCY DEPARTMENT",
        f"Arrival {arrived.hour:02d}:{arrived.minute:02d}   Triage {first.at.hour:02d}:{first.at.minute:02d}   "
        f"Category {3 if low else 2}   Area: {area}   Seen {seen.hour:02d}:{seen.minute:02d} by ED Dr {facts['edr']}",
        "  " + ROW_HEAD,
        *["  " + _row(o) for o in course.obs if o.at < arrived + timedelta(hours=4)][:4],
    )


def _ed_entry(desk: Desk, paper: Paper) -> list[tuple[datetime, list[str]]]:
    """Write the emergency department's first entry; return what it added later."""
    course = desk.course
    arrived = course.stay.arrived_at
    facts = desk.moment(arrived)
    _front(desk, paper, facts)
    paper.add("PC", *wrap(desk.told("call", full=True), 2, 2))
    hpc = [desk.say(phrases("doctors", "clerking", "referred"), facts), desk.told("story1"),
           desk.told("story2"), desk.say(phrases("doctors", "clerking", "collateral"), facts)]  # fmt: skip
    paper.add("HPC", *[x for t in hpc for x in wrap(t.rstrip(".") + ".", 2, 2)])
    tablets = ", ".join(course.patient.tablets) or "nil regular"
    paper.add(
        "PMH / DH / SH",
        *wrap(f"PMH: {facts['pmh']}", 2, 7),
        *wrap(f"DH: {tablets}", 2, 6),
        *wrap(f"Allergies: {facts['allergy']}", 2, 6),
        *wrap(desk.say(phrases("doctors", "clerking", "ros"), facts), 2, 2),
        *wrap(desk.say(phrases("doctors", "clerking", "social"), facts), 2, 2),
    )
    paper.add("O/E", *exam_lines(desk, facts, full=False))
    told = course.facts["admission"]
    voice = desk.voice(f"ED {facts['edr']}")
    missed = next(
        (
            p
            for p in course.plants
            if p.mechanism.theme == "clinical_reasoning" and p.mechanism.key == "admission"
        ),
        None,
    )
    imaging = told["imaging"][-1:] if missed else told["imaging"]
    paper.add("Ix", *result_lines(desk, arrived), *[x for t in imaging for x in wrap(t, 2, 4)])
    if missed:
        paper.add(*wrap(desk.planted("ed", missed), 0, 2), voice.signature)
    else:
        paper.add(
            *wrap("Imp: " + told["impression"], 0, 5),
            *voice.plan(told["plan"][:5]),
            voice.signature,
        )
    return _added_later(desk, missed)


def _added_later(desk: Desk, missed: Plant | None) -> list[tuple[datetime, list[str]]]:
    course, dice = desk.course, desk.dice
    arrived, post_take = course.stay.arrived_at, course.moments.post_take
    voice = desk.voice(f"ED {course.facts['edr']}")
    notes = []
    for plant in course.plants:
        text = "" if plant is missed else desk.planted("ed", plant)
        if text:
            later = arrived + timedelta(hours=plant.hours, minutes=dice.whole(3, 25))
            if plant.mechanism.good:
                later = arrived + timedelta(minutes=dice.whole(28, 58))
            later = min(later, post_take - timedelta(minutes=dice.whole(4, 20)))
            who = dice.pick((voice.signature, f"ED SpR {course.facts['spr2']}"))
            entry = [f"{voice.moment(later)}  ED", *wrap(text, 2, 2), f"  {who}"]
            notes.append((later, entry))
    return sorted(notes)


def _clerking(desk: Desk, paper: Paper, at: datetime) -> None:
    course, dice = desk.course, desk.dice
    team = {"Trauma and orthopaedics": "Ortho", "General surgery": "Surgical"}.get(
        course.scenario.specialty, "Medical"
    )
    facts = desk.moment(at)
    voice = desk.voice(f"{facts['sho']} {dice.pick(('CT1', 'IMT2', 'SHO', 'GPST'))}")
    obs = course.obs_before(at)
    paper.add(
        f"{voice.moment(at)}  {team} clerking ({facts['sho']})",
        *wrap(
            f"{facts['age']}{facts['sex']}. {desk.told('story1', full=True)}. {desk.told('story2', full=True)}",
            2,
            2,
        ),
        *wrap(f"B/g: {facts['pmh']}. {facts['mind']}.", 2, 7),
        *wrap(desk.say(phrases("doctors", "clerking", "social"), facts), 2, 2),
    )
    paper.add(
        f"O/E T {obs.t} HR {obs.hr} BP {obs.sbp}/{obs.dbp} RR {obs.rr} sats {obs.spo2}% on {obs.oxygen}, {obs.mind} on ACVPU, EWS {obs.ews}",
        *exam_lines(desk, facts, full=True),
    )
    missed = any(p.mechanism.key == "admission" for p in course.plants)
    if missed:
        paper.add(*[x for t in course.facts["admission"]["imaging"] for x in wrap(t, 2, 4)])
    plan = dice.deal(course.facts["admission"]["plan"], 6)
    paper.add(
        *wrap("Imp: 1) " + desk.told("impression"), 0, 8),
        *wrap(
            f"2) {dice.pick(('frailty CFS ', 'frail, CFS ', 'baseline CFS '))}{facts['cfs']}  3) {dice.say('[VTE risk|pressure areas|nutrition|delirium risk|falls risk|medication review]', facts)}",
            5,
            8,
        ),
        *voice.plan(plan),
        voice.signature,
    )


def emergency_notes(course: Course, seed: int) -> Document:
    """Return the emergency department's notes with the admitting team's clerking."""
    desk = Desk(course, seed, 2)
    paper = desk.paper(ACUTE, "Emergency department and clerking")
    later = _ed_entry(desk, paper)
    start, post_take = course.stay.arrived_at, course.moments.post_take
    clerked = (start + (post_take - start) * 0.62).replace(second=0, microsecond=0)
    for _, lines in (n for n in later if n[0] <= clerked):
        paper.add(*lines)
    if course.stay.left_at - start > timedelta(hours=4):
        _clerking(desk, paper, clerked)
    for _, lines in (n for n in later if n[0] > clerked):
        paper.add(*lines)
    title = "Emergency department and clerking"
    return Document(
        "acute", "medical_notes", title, ACUTE, course.stay.arrived_at.date(), paper.text()
    )
