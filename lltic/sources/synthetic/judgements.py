"""What two reviewers wrote about each case, and which passages tell which theme."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from lltic.sources.synthetic.course import Course, Plant
from lltic.sources.synthetic.dice import Dice, Part
from lltic.sources.synthetic.telling import (
    PlantedCoding,
    Telling,
    Told,
    book,
    judged,
    lower_first,
    phrase_facts,
)
from lltic.sources.synthetic.truth import (
    LEVELS,
    PHASES,
    TELLS,
    TELLS_GOOD,
    CaseTruth,
    ReviewerTruth,
    score_chances,
)

__all__ = [
    "OpenCase",
    "PlantedCoding",
    "SyntheticReview",
    "draw_scores",
    "told_themes",
    "write_review",
]

PROBLEMS = ("assessment", "medication", "treatment_plan", "infection", "procedure", "monitoring",
            "resuscitation", "communication_other")  # fmt: skip
WORDS = {1: "very poor", 2: "poor", 3: "adequate", 4: "good", 5: "excellent"}
NOT_APPLICABLE = {"missing": "not_applicable"}
FIRST_DAY = date(2026, 10, 5)
SLOTS = ((8, 20), (10, 45), (13, 50))
MOOD = 0.7
RECORD = {1: 0.03, 2: 0.14, 3: 0.4, 4: 0.35, 5: 0.08}


@dataclass(frozen=True, slots=True)
class SyntheticReview:
    """One whole review as plain data.

    ``answers`` maps an item's path to ``{"value": x}`` or ``{"missing": kind}``.
    Times are aware, in UTC. ``position`` is 1 for the first reader.
    """

    person_id: str
    reviewer: str
    position: int
    started_at: datetime
    submitted_at: datetime
    answers: Mapping[str, Mapping[str, Any]]
    codings: tuple[PlantedCoding, ...]


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case still to be read, and by whom, first reader first."""

    person_id: str
    reviewers: tuple[str, str]


def notice(dice: Dice, course: Course) -> Told:
    """Return what a reviewer notices of what was planted."""
    concerns = [p for p in course.plants if not p.mechanism.good and dice.chance(TELLS)]
    strengths = [p for p in course.plants if p.mechanism.good and dice.chance(TELLS_GOOD)]
    return Told(tuple(concerns), tuple(strengths))


def told_themes(reviews: Sequence[SyntheticReview], polarity: str = "") -> dict[str, set[str]]:
    """Return, per person, the themes that at least one review tells."""
    found: dict[str, set[str]] = {}
    for review in reviews:
        themes = found.setdefault(review.person_id, set())
        themes.update(c.theme for c in review.codings if polarity in ("", c.polarity))
    return found


def draw_scores(dice: Dice, truth: CaseTruth, reviewer: ReviewerTruth) -> dict[str, int]:
    """Return one reviewer's scores by phase, overall and record.

    A reviewer in a severe mood is severe throughout: with chance ``MOOD`` the
    error of the overall score is the error of a phase's score as well.
    """
    overall = _score(dice, truth.quality["overall"], reviewer)
    error = overall - truth.quality["overall"]
    scores = {"overall": overall}
    for phase in (*(p for p in truth.phases if p != "overall"), "record"):
        quality = truth.quality[phase]
        fresh = _score(dice, quality, reviewer)
        same = phase != "record" and dice.chance(MOOD)
        scores[phase] = min(5, max(1, quality + error)) if same else fresh
    return scores


def _score(dice: Dice, quality: int, reviewer: ReviewerTruth) -> int:
    return dice.weigh(dict(zip(LEVELS, score_chances(quality, reviewer), strict=True)))


def _phase_text(
    dice: Dice, course: Course, facts: Mapping[str, Any], phase: str, score: int, told: Told
) -> Telling:
    concerns, strengths = told.of(phase)
    text = Telling()
    openers = book(f"open.{phase}", "any") or book(f"open.{phase}", course.stay.category)
    if dice.chance(0.72):
        text.add(dice.say_one(openers, facts))
    good = book(f"good.{phase}", "any") or book(f"good.{phase}", course.stay.category)
    poor = book(f"poor.{phase}", "any") or book(f"poor.{phase}", course.stay.category)
    n_good = {5: dice.whole(2, 3), 4: dice.whole(1, 2), 3: 1, 2: dice.whole(0, 1), 1: 0}[score]
    n_poor = {5: 0, 4: 0, 3: 1 if not concerns else 0, 2: 2 - len(concerns), 1: 3 - len(concerns)}[
        score
    ]
    praise = [(dice.say(t, facts), "") for t in dice.deal(good, max(0, n_good - len(strengths)))]
    praise += [(judged(dice, p), p.mechanism.theme) for p in strengths]
    blame = [(judged(dice, p), p.mechanism.theme) for p in concerns]
    blame += [(dice.say(t, facts), "") for t in dice.deal(poor, max(0, n_poor))]
    praise, blame = dice.shuffle(praise), dice.shuffle(blame)
    first, second = (praise, blame) if score >= 3 else (blame, praise)
    if score == 3 and dice.chance(0.5):
        first, second = second, first
    for sentence, theme in first:
        text.add(sentence, theme, "problem" if first is blame else "good_practice")
    if first and second and score != 3 and dice.chance(0.45):
        key = "concern_in_good" if score >= 4 else "praise_in_poor"
        text.add(dice.pick(book("single", key)))
    for sentence, theme in second:
        text.add(sentence, theme, "problem" if second is blame else "good_practice")
    text.add(dice.say_one(book("close", str(score)), facts))
    return text


def _overall_text(dice: Dice, facts: Mapping[str, Any], score: int, told: Told) -> Telling:
    text = Telling()
    text.add(dice.say_one(book("overall", "open"), {**facts, "word": WORDS[score]}))
    groups = [
        ("problem", "points_poor", told.concerns),
        ("good_practice", "points_good", told.strengths),
    ]
    if score >= 4:
        groups.reverse()
    for polarity, key, plants in groups:
        chosen = dice.deal(plants, 3)
        if chosen:
            template = dice.pick(book("overall", key)).replace("{points}", "<points>")
            sentence = dice.say(template, facts).replace("<points>", "{points}")
            named = [
                (p.mechanism.theme, dice.say_one(book("names", p.mechanism.theme), facts))
                for p in chosen
            ]
            text.add_marked(sentence, named, polarity)
    spare = 1 if told.concerns or told.strengths else 2
    key = "expected" if score >= 3 else "doubt"
    for template in dice.deal(book("overall", key), spare + dice.whole(0, 1)):
        text.add(dice.say(template, facts))
    return text


def _lessons(
    dice: Dice, facts: Mapping[str, Any], plants: Sequence[Plant], key: str
) -> Telling | None:
    text = Telling()
    polarity = "problem" if key == "text" else "good_practice"
    for plant in dice.deal(plants, 3):
        lesson = dice.say_one(plant.mechanism.lesson, plant.facts)
        if not text.text and dice.chance(0.4):
            lesson = f"{dice.say_one(book('lessons', 'frame'), facts)} {lower_first(lesson)}"
        text.add(lesson, plant.mechanism.theme, polarity)
    if not plants and dice.chance(0.45):
        return None
    for template in dice.deal(book("lessons", key), 1 if plants else dice.whole(1, 2)):
        text.add(dice.say(template, facts))
    return text


def _problems(dice: Dice, score: int, told: Told) -> dict[str, dict[str, Any]]:
    types = [t for t in PROBLEMS if any(p.mechanism.problem == t for p in told.concerns)]
    if not types and score <= 2:
        types = [dice.pick(("communication_other", "treatment_plan", "assessment"))]
    answers: dict[str, dict[str, Any]] = {"problems.any": {"value": "yes" if types else "no"}}
    if types:
        answers["problems.types"] = {"value": types}
        chances = {1: (0.2, 0.5, 0.3), 2: (0.5, 0.4, 0.1)}.get(score, (0.86, 0.13, 0.01))
        for kind in types:
            harm = dice.weigh(dict(zip(("no", "probably", "yes"), chances, strict=True)))
            answers[f"problems.{kind}.harm"] = {"value": harm}
    return answers


def _gate(dice: Dice, course: Course, told: Told) -> dict[str, dict[str, Any]]:
    disability = course.patient.learning_disability
    if disability == "clear" and dice.chance(0.1):
        disability = "possible"
    worried = any(
        p.mechanism.key in ("no_family", "too_early", "no_package", "not_recognised", "none")
        for p in told.concerns
    )
    concern = {"value": "yes" if dice.chance(0.55 if worried else 0.06) else "no"}
    return {
        "gate.learning_disability": {"value": disability},
        "gate.serious_mental_illness": {"value": "yes" if course.patient.mental_illness else "no"},
        "gate.under_18": {"value": "no"},
        "gate.family_concern": {"missing": "not_in_notes"} if dice.chance(0.04) else concern,
    }


def review_times(dice: Dice, number: int) -> tuple[datetime, datetime]:
    """Return when a reviewer's ``number``-th review began and was submitted."""
    days, slot = divmod(number, len(SLOTS))
    weeks, weekday = divmod(days, 5)
    day = FIRST_DAY + timedelta(weeks * 7 + weekday)
    start = datetime.combine(day, time(*SLOTS[slot]), UTC)
    start += timedelta(minutes=dice.whole(0, 24), seconds=dice.whole(0, 59))
    return start, start + timedelta(minutes=dice.whole(34, 108), seconds=dice.whole(0, 59))


def write_review(
    seed: int,
    course: Course,
    truth: CaseTruth,
    reviewer: ReviewerTruth,
    position: int,
    number: int,
    is_new: Callable[[str], bool],
) -> SyntheticReview:
    """Return one reviewer's review of one case.

    Parameters
    ----------
    position : int
        1 or 2; it seeds the review, so that two readers of a case differ.
    number : int
        How many reviews this reviewer submitted before.
    is_new : callable
        Says whether a text was not written before (and remembers it).
    """
    dice = Dice(seed, Part.REVIEWS, course.number, position)
    words = Dice(seed, Part.TEXTS, course.number, position)
    facts = phrase_facts(course)
    told = notice(dice, course)
    answers = _gate(dice, course, told)
    codings: list[PlantedCoding] = []
    scores = draw_scores(dice, truth, reviewer)
    for phase in PHASES:
        if phase not in truth.phases:
            answers[f"{phase}.judgement"] = answers[f"{phase}.score"] = NOT_APPLICABLE
            continue
        score = scores[phase]
        text = _fresh(words, is_new, course, facts, phase, score, told)
        answers[f"{phase}.judgement"] = {"value": text.text}
        answers[f"{phase}.score"] = {"value": score}
        codings += text.codings(f"{phase}.judgement")
    answers["record.score"] = {"value": scores["record"]}
    answers |= _problems(dice, scores["overall"], told)
    for key, plants in (("text", told.concerns), ("good_practice", told.strengths)):
        lesson = _lessons(words, facts, plants, key)
        answers[f"lessons.{key}"] = {"value": lesson.text} if lesson else NOT_APPLICABLE
        codings += lesson.codings(f"lessons.{key}") if lesson else []
    started, submitted = review_times(dice, number)
    return SyntheticReview(
        truth.person_id, reviewer.name, position, started, submitted, answers, tuple(codings)
    )


def _fresh(
    words: Dice, is_new: Callable[[str], bool], course: Course, facts: Mapping[str, Any],
    phase: str, score: int, told: Told,
) -> Telling:  # fmt: skip
    for _ in range(30):
        if phase == "overall":
            text = _overall_text(words, facts, score, told)
        else:
            text = _phase_text(words, course, facts, phase, score, told)
        if is_new(text.text):
            return text
    raise ValueError(f"no new words for the phase {phase}: add phrases")
