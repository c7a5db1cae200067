"""The whole make-believe trust from one seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from lltic.records import to_plain
from lltic.sources.synthetic.administration import Died
from lltic.sources.synthetic.course import Course, frame_of, make_course
from lltic.sources.synthetic.dice import Dice, Part
from lltic.sources.synthetic.economy import (
    EXCLUDED,
    Other,
    earlier_spells,
    index_spells,
    others,
    outsiders,
    registrations,
)
from lltic.sources.synthetic.judgements import (
    RECORD,
    OpenCase,
    SyntheticReview,
    told_themes,
    write_review,
)
from lltic.sources.synthetic.mechanisms import THEMES, Frame, Mechanism, concerns, fits, strengths
from lltic.sources.synthetic.names import GENERAL_PRACTICE, Account, accounts
from lltic.sources.synthetic.notes import write_notes
from lltic.sources.synthetic.people import Patient, make_patient, nhs_numbers
from lltic.sources.synthetic.scenarios import Scenario, scenarios
from lltic.sources.synthetic.spells import Death, Spell, Stay, make_stay
from lltic.sources.synthetic.truth import (
    ERROR,
    QUALITY,
    TELLS,
    TELLS_GOOD,
    CaseTruth,
    ReviewerTruth,
    ThemeTruth,
    Truth,
    expected_kappa,
    mean_theme_chances,
    reviewer_truths,
    theme_chances,
)
from lltic.sources.synthetic.write import build_tables, documents_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SyntheticTrust", "generate", "generate_tables", "population"]

IN_HOSPITAL, POST_DISCHARGE = 288, 112
SPELLS = 20_000
OPEN_CASES, DEMO_CASES = 24, 6
DEMO_REVIEWERS = ("amira.khan", "ben.okoro")
BOUNDARY_DAYS = {0: 30, 1: 30, 2: 0, 3: 0, 4: 29}
"""Days from discharge to death fixed for the first deaths after discharge."""


@dataclass(frozen=True)
class SyntheticTrust:
    """A make-believe trust.

    ``tables`` are the canonical tables, ``documents`` the texts by
    ``document_id``, ``courses`` the clinical courses in case order.
    """

    seed: int
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    documents: Mapping[str, str] = field(repr=False)
    truth: Truth = field(repr=False)
    people: tuple[Account, ...]
    courses: tuple[Course, ...] = field(repr=False)
    open_cases: tuple[OpenCase, ...] = field(repr=False)
    planted_reviews: tuple[SyntheticReview, ...] = field(repr=False)

    def reviews(self) -> list[SyntheticReview]:
        """Return the submitted reviews in the order in which they were submitted."""
        return sorted(self.planted_reviews, key=lambda r: (r.submitted_at, r.reviewer))

    def fingerprint(self) -> str:
        """Return the SHA-256 of everything: tables, texts, truth, reviews, people."""
        digest = hashlib.sha256()
        for name in sorted(self.tables):
            digest.update(self.tables[name].to_csv(index=False, lineterminator="\n").encode())
        for name in sorted(self.documents):
            digest.update(self.documents[name].encode())
        plain = to_plain([self.truth, self.people, self.open_cases, self.reviews()])
        digest.update(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class _Draft:
    patient: Patient
    scenario: Scenario
    stay: Stay
    frame: Frame


def generate(seed: int = 2026) -> SyntheticTrust:
    """Return the whole make-believe trust: tables, case notes, reviews and the truth.

    The same seed gives the same trust, to the last byte, on every machine.

    Parameters
    ----------
    seed : int
        Any whole number from 0 on.
    """
    drafts = _drafts(seed)
    pairs = [_course(seed, number, draft) for number, draft in enumerate(drafts)]
    courses = [course for course, _ in pairs]
    cases = [truth for _, truth in pairs]
    open_cases = _open_cases(seed, courses)
    reviews = _reviews(seed, courses, cases, open_cases)
    documents = [
        doc for course in courses for doc in ((course, d) for d in write_notes(course, seed))
    ]
    spells, everyone, deaths = _economy(seed, courses)
    tables, spell_ids = build_tables(seed, courses, everyone, spells, deaths, _wards(courses))
    tables["documents"], texts = documents_table(courses, documents, spell_ids)
    truth = _truth(seed, drafts, cases, reviews)
    return SyntheticTrust(
        seed, tables, texts, truth, accounts(), tuple(courses), open_cases, tuple(reviews)
    )


def generate_tables(seed: int = 2026) -> dict[str, pd.DataFrame]:
    """Return the tables of :func:`generate` within a second or two: no notes are written.

    There are no documents; the wards of those who died, which the notes tell of, are others.
    """
    drafts = _drafts(seed)
    spells, everyone, deaths = _economy(seed, drafts)
    tables, _ = build_tables(seed, drafts, everyone, spells, deaths)
    return tables


def _wards(courses: Sequence[Course]) -> dict[tuple[int, str], str]:
    """Return the wards that the notes tell of, by person and setting."""
    names = {"acute": "ward", "community": "community_ward"}
    return {(c.number, setting): c.facts[key] for c in courses for setting, key in names.items()}


def _scenario_deck(dice: Dice, count: int) -> list[Scenario]:
    weights = {s.key: s.weight for s in scenarios()}
    by_key = {s.key: s for s in scenarios()}
    return [by_key[dice.weigh(weights)] for _ in range(count)]


def _drafts(seed: int) -> list[_Draft]:
    """Return patients and stays in case order: by day of death, then by person."""
    count = IN_HOSPITAL + POST_DISCHARGE
    dice = Dice(seed, Part.PATIENTS)
    numbers = nhs_numbers(dice, count)
    labels = dice.shuffle(range(10_000, 10_000 + 37 * count, 37))
    deck = _scenario_deck(dice, count)
    drafts = []
    for n in range(count):
        own = Dice(seed, Part.PATIENTS, n)
        category = "in_hospital" if n < IN_HOSPITAL else "post_discharge"
        person_id = f"P{labels[n] + own.whole(0, 36):06d}"
        patient = make_patient(own, person_id, numbers[n], deck[n], date(2026, 9, 15))
        place = patient.home_name or "home"
        fixed = BOUNDARY_DAYS.get(n - IN_HOSPITAL)
        stay = make_stay(Dice(seed, Part.STAYS, n), category, deck[n].key, place, fixed)
        drafts.append(_Draft(patient, deck[n], stay, frame_of(patient, deck[n], stay)))
    return sorted(drafts, key=lambda d: (d.stay.died_on, d.patient.person_id))


def population(seed: int) -> list[tuple[Frame, Mapping[str, float]]]:
    """Return what themes may be planted in, case by case: what the truth is an average over."""
    return [(draft.frame, draft.scenario.suits) for draft in _drafts(seed)]


def _planted(dice: Dice, draft: _Draft, quality: int) -> list[Mechanism]:
    planted = []
    for theme in THEMES:
        concern, good = theme_chances(theme, draft.frame, draft.scenario.suits, quality)
        roll, roll_good = dice.unit(), dice.unit()
        source = concerns() if roll < concern else strengths() if roll_good < good else ()
        options = [m for m in source if m.theme == theme and fits(m, draft.frame)]
        if options:
            planted.append(dice.pick(options))
    return planted


def _phases(course: Course) -> tuple[str, ...]:
    phases = ["admission"]
    if course.stay.nights >= 1:
        phases.append("ongoing")
    if course.moments.procedure is not None:
        phases.append("perioperative" if "surgery" in course.frame.gifts else "procedure")
    planted = any(p.mechanism.phase == "end_of_life" for p in course.plants)
    if course.stay.category == "post_discharge" or course.stay.ending != "sudden" or planted:
        phases.append("end_of_life")
    return (*phases, "overall")


def _course(seed: int, number: int, draft: _Draft) -> tuple[Course, CaseTruth]:
    dice = Dice(seed, Part.TRUTH, number)
    overall = dice.weigh(QUALITY)
    planted = _planted(dice, draft, overall)
    own = Dice(seed, Part.COURSE, number)
    course = make_course(own, number, draft.patient, draft.scenario, draft.stay, planted)
    phases = _phases(course)
    quality = {}
    for phase in phases[:-1]:
        worse = any(p.mechanism.phase == phase and not p.mechanism.good for p in course.plants)
        step = dice.weigh({-1: 0.45, 0: 0.55} if worse else {0: 0.6, 1: 0.4})
        quality[phase] = min(4 if worse else 5, max(1, overall + step))
    quality["overall"] = overall
    quality["record"] = dice.weigh(RECORD)
    truth = CaseTruth(
        draft.patient.person_id,
        draft.stay.category,
        draft.stay.died_on,
        None if draft.stay.category == "in_hospital" else draft.stay.days_after,
        draft.scenario.key,
        phases,
        quality,
        tuple(m.theme for m in planted if not m.good),
        tuple(m.theme for m in planted if m.good),
        reviewed=number < IN_HOSPITAL + POST_DISCHARGE - OPEN_CASES,
    )
    return course, truth


def _open_cases(seed: int, courses: Sequence[Course]) -> tuple[OpenCase, ...]:
    """Return the last cases, six of them (varied, with full notes) for the demo's two readers."""
    dice = Dice(seed, Part.REVIEWS)
    last = list(courses[-OPEN_CASES:])
    wanted = sorted(last, key=lambda c: (not 3 <= c.stay.nights <= 12, c.number))
    demo: list[Course] = []
    quota = {"in_hospital": 4, "post_discharge": 2}
    for strict in (True, False):
        for course in wanted:
            new = all(course.scenario.key != c.scenario.key for c in demo) or not strict
            open_places = quota[course.stay.category] > 0 or not strict
            if len(demo) < DEMO_CASES and new and open_places and course not in demo:
                demo.append(course)
                quota[course.stay.category] -= 1
    one, other = _teams()
    rest = [(a, b) for a in one for b in other if not {a.name, b.name} & set(DEMO_REVIEWERS)]
    found = []
    for course in last:
        names = DEMO_REVIEWERS
        if course not in demo:
            first, second = dice.shuffle(dice.pick(rest))
            names = (first.name, second.name)
        found.append(OpenCase(course.patient.person_id, names))
    return tuple(found)


def _teams() -> tuple[list[ReviewerTruth], list[ReviewerTruth]]:
    everyone = reviewer_truths()
    one = [r for r in everyone if r.organisation == GENERAL_PRACTICE]
    return one, [r for r in everyone if r.organisation != GENERAL_PRACTICE]


def _reviews(
    seed: int,
    courses: Sequence[Course],
    cases: Sequence[CaseTruth],
    open_cases: Sequence[OpenCase],
) -> list[SyntheticReview]:
    dice = Dice(seed, Part.REVIEWS, 10_000_000)
    one, other = _teams()
    seen: set[str] = set()

    def is_new(text: str) -> bool:
        fresh = text not in seen
        seen.add(text)
        return fresh

    deck: list[tuple[ReviewerTruth, ReviewerTruth]] = []
    done: dict[str, int] = {}
    reviews = []
    for course, case in zip(courses, cases, strict=True):
        if not case.reviewed:
            continue
        deck = deck or dice.shuffle([(a, b) for a in one for b in other])
        for position, reviewer in enumerate(dice.shuffle(deck.pop()), 1):
            number = done.get(reviewer.name, 0)
            done[reviewer.name] = number + 1
            reviews.append(write_review(seed, course, case, reviewer, position, number, is_new))
    return reviews


def _economy(seed: int, courses: Sequence[Died]) -> tuple[list[Spell], list[Other], list[Death]]:
    spells: list[Spell] = []
    died = []
    for number, course in enumerate(courses):
        dice = Dice(seed, Part.HISTORY, number)
        specialty = course.scenario.specialty
        spells += earlier_spells(dice, number, course.stay, specialty)
        spells += index_spells(number, course.stay, specialty)
        died.append((number, course.stay.died_on))
    everyone = [Other(c.patient.born_on, c.patient.sex) for c in courses]
    outside, outside_spells, outside_deaths = outsiders(seed, len(everyone))
    everyone += outside
    spells += outside_spells
    living, living_spells = others(seed, SPELLS - len(spells), len(everyone))
    everyone += living
    spells += living_spells
    return spells, everyone, registrations(seed, died) + outside_deaths


def _truth(
    seed: int,
    drafts: Sequence[_Draft],
    cases: Sequence[CaseTruth],
    reviews: Sequence[SyntheticReview],
) -> Truth:
    told, mentioned = told_themes(reviews, "problem"), told_themes(reviews)
    everyone = [(d.frame, d.scenario.suits) for d in drafts]
    themes = []
    for theme in THEMES:
        present, heard, spoken = mean_theme_chances(theme, everyone)
        themes.append(
            ThemeTruth(
                theme=theme,
                present=present,
                told=heard,
                mentioned=spoken,
                n_cases=len(cases),
                n_reviewed=len(told),
                n_present=sum(theme in c.concerns for c in cases),
                n_told=sum(theme in found for found in told.values()),
                n_mentioned=sum(theme in found for found in mentioned.values()),
            )
        )
    return Truth(
        seed=seed,
        quality=tuple(QUALITY.values()),
        error=tuple(ERROR.values()),
        tells=TELLS,
        tells_good=TELLS_GOOD,
        reviewers=reviewer_truths(),
        cases=tuple(cases),
        excluded=EXCLUDED,
        themes=tuple(themes),
        kappa_overall=expected_kappa(),
    )
