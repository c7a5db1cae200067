"""What was written at and after discharge: the letter, the community, the care home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from lltic.sources.synthetic.course import Course
from lltic.sources.synthetic.dice import Dice
from lltic.sources.synthetic.names import ACUTE, COMMUNITY
from lltic.sources.synthetic.notes.desk import Desk, phrases
from lltic.sources.synthetic.notes.events import death_entries
from lltic.sources.synthetic.notes.page import Document, Paper, wrap
from lltic.sources.synthetic.physiology import Curve, observe

__all__ = ["community_hospital", "community_notes", "discharge_letter"]


def _say_date(day: date | datetime) -> str:
    return f"{day.day} {day.strftime('%B')} {day.year}"


def discharge_letter(course: Course, seed: int) -> Document:
    """Return the discharge letter to the practice, as full as it was planted to be."""
    desk = Desk(course, seed, 7)
    dice, patient, facts = desk.dice, course.patient, desk.moment(course.stay.left_at)
    sparse, good = course.has("sparse_letter"), course.has("good_letter")
    start, end = course.stay.arrived_at, course.stay.left_at
    paper = desk.paper(ACUTE, "Discharge letter", course.scenario.specialty)
    paper.room = 48
    paper.add(
        f"To: {dice.pick(('Dr ', 'Registered GP, Dr '))}{facts['gp']}, {patient.practice}",
        f"Admitted {_say_date(start)} (emergency)   Discharged {_say_date(end)} to "
        f"{'community hospital' if course.stay.moved_to else patient.home_name or 'home'}",
        f"Consultant: Dr {facts['cons']}   Ward: {facts['ward']}   Specialty: {course.scenario.specialty}",
    )
    paper.add(
        "DIAGNOSES",
        *wrap(course.scenario.long, 2, 4),
        *(
            []
            if sparse
            else wrap(f"Other: {', '.join(i.coded for i in patient.illnesses) or 'none'}", 2, 4)
        ),
    )
    if sparse:
        course_text = dice.pick(
            (
                f"Treated for {course.scenario.label}. Well on discharge.",
                f"{course.scenario.label} - IV Rx. Improved. MFFD.",
                f"As above. {course.scenario.label}. Home.",
            )
        )
    else:
        course_text = _story(desk, facts)
    paper.add("CLINICAL COURSE", *wrap(course_text, 2, 2))
    if not sparse:
        paper.add(
            "INVESTIGATIONS", *_results(desk), *wrap(course.facts["admission"]["imaging"][0], 2, 2)
        )
    _medicines(desk, paper, facts, sparse)
    _requests(desk, paper, facts, sparse, good)
    who = dice.pick((f"{facts['f1']} F1", f"{facts['sho']} GPST2", f"{facts['f1b']} F2"))
    paper.add(
        f"Completed by {who} for Dr {facts['cons']}",
        f"Typed {_say_date(end + timedelta(days=dice.whole(1, 4) if sparse else dice.whole(0, 1)))}",
    )
    return Document("acute", "letter", "Discharge letter", ACUTE, end.date(), paper.text())


def _story(desk: Desk, facts: dict) -> str:
    dice, course = desk.dice, desk.course
    days = course.stay.nights
    parts = [
        f"This {facts['age']}-year-old {facts['man']} was admitted with {facts['label_long']}",
        desk.told("summary").rstrip("."),
        dice.say(
            "[Length of stay|Inpatient for] {days} [days|nights]; [mobility on discharge: {mobility}|function near baseline|needs more help than before: see below]",
            {**facts, "days": days},
        ),
    ]
    if course.has("unwell_at_discharge"):
        parts.append("EWS on day of discharge accepted given bed position")
    return ". ".join(parts) + "."


def _results(desk: Desk) -> list[str]:
    first, last = desk.course.bloods[0], desk.course.bloods[-1]
    names = [
        n
        for n in ("Hb", "WCC", "CRP", "Na", "Cr", "Alb", "Trop", "INR", "Bil")
        if n in first.values
    ]
    pairs = ", ".join(f"{n} {first.text(n)} to {last.text(n)}" for n in names)
    return wrap(f"Bloods, admission to discharge: {pairs}", 2, 2)


def _medicines(desk: Desk, paper: Paper, facts: dict, sparse: bool) -> None:
    course, dice = desk.course, desk.dice
    tablets = list(course.patient.tablets)
    wrong = course.has("wrong_letter")
    stopped = [t for t in tablets if t.startswith(facts["stopped"])]
    kept = [t for t in tablets if t not in stopped]
    if wrong:
        kept = tablets
    lines = [f"{t} (continued)" for t in kept]
    if not sparse and not wrong and stopped:
        lines += [
            f"{t} STOPPED: {dice.pick(('low BP', 'AKI', 'risk outweighs benefit', 'raised K'))}"
            for t in stopped
        ]
    if course.scenario.has_antibiotic and not sparse:
        lines.append(f"{facts['abx_oral']} for {dice.whole(3, 5)} more days (NEW)")
    paper.add("MEDICINES ON DISCHARGE", *[x for t in (lines if lines else ["as before"]) for x in wrap(t, 2, 6)],
              "  Changes: " + (dice.pick(("see TTO", "none stated")) if sparse or wrong else "as marked above"))  # fmt: skip


def _requests(desk: Desk, paper: Paper, facts: dict, sparse: bool, good: bool) -> None:
    course, dice = desk.course, desk.dice
    if sparse:
        paper.add(
            "ACTIONS",
            "  "
            + dice.pick(
                (
                    "GP to follow up.",
                    "GP to monitor bloods.",
                    "GP to review as needed.",
                    "Nil specific.",
                )
            ),
        )
        return
    asks = dice.deal(
        ["Please repeat U&E in one week", "Please review blood pressure and restart held tablets if well", "District nurse referral made for dressings",
         f"Please add to the frailty register (CFS {facts['cfs']})", "Chest X-ray in six weeks requested", "Weight and nutrition review in two weeks",
         "Please consider advance care planning", "Outpatient clinic in eight weeks, appointment to follow"], 3)  # fmt: skip
    lines = [f"{n}. {a}." for n, a in enumerate(asks, 1)]
    if course.moments.resus_decided and not course.has("form_left_behind"):
        lines.append("Resuscitation: not for attempted CPR. ReSPECT form sent with the patient.")
    if good:
        lines.append(
            f"Prognosis: we think {dice.pick(('weeks', 'short weeks to months'))}. {facts['Nok']} is aware. Preferred place of care: {dice.pick(('home', 'home with support', 'own bed, not hospital'))}."
        )
        lines.append(
            "Anticipatory medicines supplied, community chart completed, district nurses telephoned."
        )
    paper.add("ACTIONS FOR THE PRACTICE", *[x for t in lines for x in wrap(t, 2, 5)])
    told = dice.say(
        "Patient and {nok} [have been told the diagnosis and plan|know the plan and whom to ring|were updated before discharge].",
        facts,
    )
    paper.add("INFORMATION GIVEN", *wrap(told, 2, 2))


CARE = {
    "hip": "Hip wound check, dry", "obstruction": "Abdominal wound redressed", "cellulitis": "Leg redressed",
    "heart_failure": "Leg dressings + weight", "stroke": "Pressure areas checked", "liver": "Drain site checked",
    "cancer": "Symptom check", "urosepsis": "Catheter care", "copd": "Oxygen + nebuliser checked",
}  # fmt: skip


def _by_day(dice: Dice, at: datetime) -> datetime:
    """Return a moment moved into the hours of the day in which such notes are written."""
    return at if 8 <= at.hour <= 19 else at.replace(hour=dice.whole(9, 17))


def _visits(desk: Desk, curve: Curve, care_home: bool) -> Iterator[tuple[datetime, str]]:
    course, dice, stay = desk.course, desk.dice, desk.course.stay
    out, died = stay.last_discharge, stay.died_at
    care = CARE.get(course.scenario.key, "Pressure areas checked")
    step = max(timedelta(hours=9), (died - out) / max(3, min(9, stay.days_after)))
    at = out + timedelta(hours=3, minutes=dice.whole(0, 240))
    told: list[str] = []
    while at < died - timedelta(minutes=50):
        when = _by_day(dice, at)
        if out + timedelta(hours=2) < when < died - timedelta(minutes=30):
            facts = {
                **desk.moment(out),
                **desk.vitals(observe(dice, course.patient, course.scenario, curve(when), when)),
            }
            symptom = f"{desk.say(course.scenario.say('after'), facts)}."
            facts |= {"after": "" if symptom in told else symptom, "care": care}
            told.append(symptom)
            facts["late"] = desk.say(phrases("outside", "community", "late"), facts)
            dying = curve(when) > 0.55
            keys = ("home_late", "home_visit") if care_home else ("visit_late", "visit")
            text = desk.say(phrases("outside", "community", keys[0] if dying else keys[1]), facts)
            yield when, text[0].upper() + text[1:]
        at += step * (0.7 + dice.unit() * 0.6)


def community_notes(course: Course, seed: int) -> Document:
    """Return the district nurses' or the care home's notes from discharge to death."""
    desk = Desk(course, seed, 9)
    dice, patient, stay = desk.dice, course.patient, course.stay
    care_home = patient.in_care_home
    organisation = patient.home_name if care_home else COMMUNITY
    title = "Care home daily notes" if care_home else "Community nursing notes"
    out, died = stay.last_discharge, stay.died_at
    paper = desk.paper(organisation, title)
    curve = Curve([(out, 0.2), (out + (died - out) * 0.55, 0.38), (died, 0.95)])
    voice = desk.voice("RN " + course.facts["nurse2"])
    intro = f"{patient.age}{course.facts['sex']}. Home {out.day}/{out.month} after {course.scenario.label}. PMH {course.facts['pmh']}. {course.facts['home']}. {course.facts['mobility']}. Allergies {patient.allergy}. NOK {patient.next_of_kin}."
    paper.add(
        f"{voice.moment(out + timedelta(hours=1))}  Assessment on return",
        *wrap(intro, 2, 2),
        f"  {voice.signature}",
    )
    entries = list(_visits(desk, curve, care_home))
    for plant in course.plants:
        text = desk.planted("community", plant)
        if text:
            at = max(plant.at, out) + timedelta(hours=dice.whole(3, 20))
            entries.append((min(died - timedelta(minutes=40), _by_day(dice, at)), text))
    facts = {**desk.moment(out), "time": f"{died.hour:02d}{died.minute:02d}"}
    expected = course.moments.resus_decided is not None or stay.days_after >= 10
    expected_key = "death_care_home" if care_home else "death_home"
    key = expected_key if expected else "death_sudden"
    facts["where_found"] = dice.pick(("in chair", "in bed", "on way to toilet"))
    final = died + timedelta(minutes=dice.whole(20, 90))
    entries.append((final, desk.say(phrases("outside", "community", key), facts)))
    roles = (
        ("Carer ", "Senior carer ", "RN ", "Carer ") if care_home else ("DN ", "RN ", "DN ", "HCA ")
    )
    people = [
        r + course.facts[n]
        for r, n in zip(roles, ("nurse1", "nurse2", "nurse3", "therapist"), strict=True)
    ]
    for when, text in sorted(entries, key=lambda e: e[0]):
        voice = desk.voice(dice.pick(people))
        paper.add(f"{voice.moment(when)}", *wrap(text, 2, 2), f"  {voice.signature}")
    return Document("", "community_notes", title, organisation, died.date(), paper.text())


def community_hospital(course: Course, seed: int) -> Document:
    """Return the notes of a community hospital, where the acute stay was followed by one."""
    desk = Desk(course, seed, 10)
    dice, stay = desk.dice, course.stay
    start, end = stay.left_at + timedelta(minutes=80), stay.moved_to or stay.died_at
    inside = stay.category == "in_hospital"
    dying = end - timedelta(hours=dice.whole(20, 60)) if inside else None
    points = [(start, 0.16), (end, 0.95 if inside else 0.1)]
    if dying:
        points += [(max(start, dying - timedelta(hours=36)), 0.2), (dying, 0.62)]
    curve = Curve(points)
    paper = desk.paper(COMMUNITY, "Community hospital notes", course.facts["community_ward"])
    facts = desk.moment(start)
    voice = desk.voice(f"ANP {facts['nurse1']}")
    intro = f"Admitted from {ACUTE}, {facts['ward']}. {facts['age']}{facts['sex']}, {course.scenario.label}, day {stay.nights} in acute bed. PMH {facts['pmh']}. {facts['home']}. {facts['mobility']}. Goals: {dice.pick(('rehab, home with package', 'assessment of needs', 'convalescence'))}."
    paper.add(
        f"{voice.moment(start)}  Transfer in",
        *wrap(intro, 2, 2),
        *wrap(
            f"DH: {', '.join(course.patient.tablets) or 'nil'}. Allergies {course.patient.allergy}.",
            2,
            2,
        ),
        f"  {voice.signature}",
    )
    entries: list[tuple[datetime, list[str]]] = []
    at = start + timedelta(hours=dice.whole(13, 20))
    stop = min(dying, end) if dying else end
    while at < stop:
        entries.append(_community_day(desk, curve, at))
        if dice.chance(0.4):
            entries.append(_visiting_doctor(desk, curve, at))
        at += timedelta(hours=dice.whole(14, 32), minutes=dice.whole(0, 59))
    if inside and dying:
        facts = desk.moment(dying)
        entries.append(
            (
                dying,
                [
                    f"{voice.moment(dying)}  GP / Dr {facts['cons2']}",
                    *wrap(desk.say(phrases("doctors", "talks", "dying"), facts), 2, 2),
                ],
            )
        )
        at = dying + timedelta(hours=dice.whole(4, 8))
        while at < end - timedelta(minutes=30):
            text = desk.say(phrases("nurses", "dying", "care"), desk.moment(at))
            entries.append((at, [f"{voice.moment(at)}  RN {facts['nurse3']}", *wrap(text, 2, 2)]))
            at += timedelta(hours=dice.whole(5, 11))
        entries += list(death_entries(desk, sudden=False))
    for _, lines in sorted(entries, key=lambda e: e[0]):
        paper.add(*lines)
    return Document(
        "community",
        "medical_notes",
        "Community hospital notes",
        COMMUNITY,
        start.date(),
        paper.text(),
    )


def _visiting_doctor(desk: Desk, curve: Curve, at: datetime) -> tuple[datetime, list[str]]:
    """Return the entry of the doctor who visits a community hospital."""
    when = _by_day(desk.dice, at + timedelta(minutes=desk.dice.whole(40, 190)))
    facts = desk.moment(when)
    mood = "better" if curve(at) < 0.25 else "same" if curve(at) < 0.4 else "worse"
    says = desk.say(phrases("doctors", "rounds", f"says_{mood}"), facts)
    plans = phrases("doctors", "rounds", "improving_plan" if mood == "better" else "same_plan")
    plan = [desk.dice.say(t, facts) for t in desk.dice.deal(plans, 3)]
    voice = desk.voice(f"GP {facts['cons2']}")
    return when, [
        f"{voice.moment(when)}  GP round",
        *wrap(says, 2, 2),
        *voice.plan(plan),
        voice.signature,
    ]


def _community_day(desk: Desk, curve: Curve, at: datetime) -> tuple[datetime, list[str]]:
    dice, course = desk.dice, desk.course
    obs = observe(dice, course.patient, course.scenario, curve(at), at)
    facts = {**desk.moment(at), **desk.vitals(obs), "oxygen": obs.oxygen}
    good = curve(at) < 0.3
    key = "calm_day" if good else "tired_day"
    texts = [
        desk.say(phrases("nurses", "shift", key), facts),
        f"T {obs.t} HR {obs.hr} BP {obs.sbp}/{obs.dbp} RR {obs.rr} sats {obs.spo2}% {obs.oxygen}, EWS {obs.ews}.",
    ]
    if dice.chance(0.45):
        texts.append(
            desk.say(phrases("doctors", "others", dice.pick(("physio", "ot", "pharmacist"))), facts)
        )
    voice = desk.voice(f"RN {facts[dice.pick(('nurse2', 'nurse3', 'nurse4'))]}")
    return at, [
        f"{voice.moment(at)}",
        *[x for t in texts for x in wrap(t, 2, 2)],
        f"  {voice.signature}",
    ]
