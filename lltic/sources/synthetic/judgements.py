"""What two reviewers wrote about each case, and which passages tell which theme."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from lltic.sources.synthetic.course import Course, Plant
from lltic.sources.synthetic.dice import Dice, Part
from lltic.sources.synthetic.phrasebook import lines, read
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
class PlantedCoding:
    """A theme that the text is known to tell, from code point ``start`` to ``end``.

    ``polarity`` is ``problem`` or ``good_practice``.
    """

    item: str
    theme: str
    start: int
    end: int
    polarity: str


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


class _Text:
    """Sentences that know which of them tells which theme."""

    def __init__(self) -> None:
        self.text = ""
        self.marks: list[tuple[str, int, int, str]] = []

    def add(self, sentence: str, theme: str = "", polarity: str = "problem") -> None:
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
        return [PlantedCoding(item, t, a, b, p) for t, a, b, p in self.marks]


@dataclass(frozen=True)
class _Told:
    """What one reviewer noticed."""

    concerns: tuple[Plant, ...]
    strengths: tuple[Plant, ...]

    def of(self, phase: str) -> tuple[list[Plant], list[Plant]]:
        return (
            [p for p in self.concerns if p.mechanism.phase == phase],
            [p for p in self.strengths if p.mechanism.phase == phase],
        )


def _book(record: str, key: str) -> tuple[str, ...]:
    return lines(read("judging")[record], key)


def _phrase_facts(course: Course) -> dict[str, Any]:
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


SOURCES = {
    "doctor": "medical notes", "nurse": "nursing notes", "ed": "emergency department notes",
    "oncall": "on-call entry", "drug": "prescription chart", "gp_after": "GP record",
    "community": "community notes",
}  # fmt: skip


def _judged(dice: Dice, plant: Plant) -> str:
    """Return a reviewer's sentence about something planted, often with the place in the notes."""
    sentence = dice.say_one(plant.mechanism.judged, plant.facts)
    where = [SOURCES[w] for w in plant.mechanism.writers if w in SOURCES]
    if where and dice.chance(0.45):
        sentence = f"{sentence.rstrip('.')} ({dice.pick(where)}, {plant.facts['on']})"
    return sentence


def _lower_first(text: str) -> str:
    return text if text[1:2].isupper() or text[:2] in ("I ", "GP") else text[0].lower() + text[1:]


def notice(dice: Dice, course: Course) -> _Told:
    """Return what a reviewer notices of what was planted."""
    concerns = [p for p in course.plants if not p.mechanism.good and dice.chance(TELLS)]
    strengths = [p for p in course.plants if p.mechanism.good and dice.chance(TELLS_GOOD)]
    return _Told(tuple(concerns), tuple(strengths))


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
    dice: Dice, course: Course, facts: Mapping[str, Any], phase: str, score: int, told: _Told
) -> _Text:
    concerns, strengths = told.of(phase)
    text = _Text()
    openers = _book(f"open.{phase}", "any") or _book(f"open.{phase}", course.stay.category)
    if dice.chance(0.72):
        text.add(dice.say_one(openers, facts))
    good = _book(f"good.{phase}", "any") or _book(f"good.{phase}", course.stay.category)
    poor = _book(f"poor.{phase}", "any") or _book(f"poor.{phase}", course.stay.category)
    n_good = {5: dice.whole(2, 3), 4: dice.whole(1, 2), 3: 1, 2: dice.whole(0, 1), 1: 0}[score]
    n_poor = {5: 0, 4: 0, 3: 1 if not concerns else 0, 2: 2 - len(concerns), 1: 3 - len(concerns)}[
        score
    ]
    praise = [(dice.say(t, facts), "") for t in dice.deal(good, max(0, n_good - len(strengths)))]
    praise += [(_judged(dice, p), p.mechanism.theme) for p in strengths]
    blame = [(_judged(dice, p), p.mechanism.theme) for p in concerns]
    blame += [(dice.say(t, facts), "") for t in dice.deal(poor, max(0, n_poor))]
    praise, blame = dice.shuffle(praise), dice.shuffle(blame)
    first, second = (praise, blame) if score >= 3 else (blame, praise)
    if score == 3 and dice.chance(0.5):
        first, second = second, first
    for sentence, theme in first:
        text.add(sentence, theme, "problem" if first is blame else "good_practice")
    if first and second and score != 3 and dice.chance(0.45):
        key = "concern_in_good" if score >= 4 else "praise_in_poor"
        text.add(dice.pick(_book("single", key)))
    for sentence, theme in second:
        text.add(sentence, theme, "problem" if second is blame else "good_practice")
    text.add(dice.say_one(_book("close", str(score)), facts))
    return text


def _overall_text(dice: Dice, facts: Mapping[str, Any], score: int, told: _Told) -> _Text:
    text = _Text()
    text.add(dice.say_one(_book("overall", "open"), {**facts, "word": WORDS[score]}))
    groups = [
        ("problem", "points_poor", told.concerns),
        ("good_practice", "points_good", told.strengths),
    ]
    if score >= 4:
        groups.reverse()
    for polarity, key, plants in groups:
        chosen = dice.deal(plants, 3)
        if chosen:
            template = dice.pick(_book("overall", key)).replace("{points}", "<points>")
            sentence = dice.say(template, facts).replace("<points>", "{points}")
            named = [
                (p.mechanism.theme, dice.say_one(_book("names", p.mechanism.theme), facts))
                for p in chosen
            ]
            text.add_marked(sentence, named, polarity)
    spare = 1 if told.concerns or told.strengths else 2
    key = "expected" if score >= 3 else "doubt"
    for template in dice.deal(_book("overall", key), spare + dice.whole(0, 1)):
        text.add(dice.say(template, facts))
    return text


def _lessons(
    dice: Dice, facts: Mapping[str, Any], plants: Sequence[Plant], key: str
) -> _Text | None:
    text = _Text()
    polarity = "problem" if key == "text" else "good_practice"
    for plant in dice.deal(plants, 3):
        lesson = dice.say_one(plant.mechanism.lesson, plant.facts)
        if not text.text and dice.chance(0.4):
            lesson = f"{dice.say_one(_book('lessons', 'frame'), facts)} {_lower_first(lesson)}"
        text.add(lesson, plant.mechanism.theme, polarity)
    if not plants and dice.chance(0.45):
        return None
    for template in dice.deal(_book("lessons", key), 1 if plants else dice.whole(1, 2)):
        text.add(dice.say(template, facts))
    return text


def _problems(dice: Dice, score: int, told: _Told) -> dict[str, dict[str, Any]]:
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


def _gate(dice: Dice, course: Course, told: _Told) -> dict[str, dict[str, Any]]:
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
    facts = _phrase_facts(course)
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
    phase: str, score: int, told: _Told,
) -> _Text:  # fmt: skip
    for _ in range(30):
        if phase == "overall":
            text = _overall_text(words, facts, score, told)
        else:
            text = _phase_text(words, course, facts, phase, score, told)
        if is_new(text.text):
            return text
    raise ValueError(f"no new words for the phase {phase}: add phrases")
