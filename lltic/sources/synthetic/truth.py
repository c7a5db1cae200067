"""What is true of the make-believe trust, so that every estimate can be held against it.

The model, in one paragraph. Every case has a latent quality of care from 1 to 5,
drawn from :data:`QUALITY`. Concerns and good practice are planted theme by theme,
with a chance that depends on the quality, the scenario and what the course makes
possible. A reviewer's score of a quality is that quality plus an error
(:data:`ERROR`), then one point up or down with the reviewer's own chances
(leniency), kept within 1 to 5. The two reviewers of a case, one from general
practice and one from hospital, are drawn at random and so is who reads first.
A planted concern is told by each reviewer with chance :data:`TELLS`, good practice
with :data:`TELLS_GOOD`. All of it is finite, so that agreement and theme rates of
the population are sums, not simulations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lltic.records import from_plain, to_plain
from lltic.sources.synthetic.mechanisms import Frame, concerns, fits, strengths
from lltic.sources.synthetic.names import reviewers
from lltic.study import Study, write_atomically

__all__ = [
    "ERROR",
    "LEVELS",
    "PHASES",
    "QUALITY",
    "TELLS",
    "TELLS_GOOD",
    "CaseTruth",
    "ReviewerTruth",
    "ThemeTruth",
    "Truth",
    "expected_kappa",
    "expected_weighted_kappa",
    "joint_scores",
    "mean_theme_chances",
    "read_truth",
    "reviewer_truths",
    "score_chances",
    "theme_chances",
    "told_together",
    "write_truth",
]

LEVELS = (1, 2, 3, 4, 5)
PHASES = ("admission", "ongoing", "procedure", "perioperative", "end_of_life", "overall")

QUALITY = {1: 0.04, 2: 0.17, 3: 0.34, 4: 0.35, 5: 0.10}
"""How care is, over all deaths."""

ERROR = {-2: 0.02, -1: 0.15, 0: 0.66, 1: 0.15, 2: 0.02}
"""How far a score lies from the quality it means, before leniency."""

TELLS = 0.85
TELLS_GOOD = 0.7

_LENIENCY = ((0.12, 0.04), (0.04, 0.16), (0.16, 0.04), (0.05, 0.10),
             (0.10, 0.06), (0.03, 0.18), (0.06, 0.08), (0.08, 0.08))  # fmt: skip
"""Chances of one point up and one point down, per reviewer in the order of the accounts."""

_CONCERN = {
    # theme: chance at middling quality for a death in hospital, after discharge
    "dnar": (0.17, 0.12),
    "clinical_reasoning": (0.15, 0.10),
    "palliative_care": (0.18, 0.16),
    "clinical_management": (0.23, 0.16),
    "discharge_summary": (0.0, 0.34),
    "fluid_management": (0.16, 0.12),
    "unexpected_deterioration": (0.20, 0.11),
    "discharge_management": (0.0, 0.32),
    "severity_of_illness": (0.13, 0.07),
    "early_warning_score": (0.17, 0.10),
    "medication": (0.14, 0.18),
    "antibiotics": (0.14, 0.09),
}
_WORSE = {1: 2.2, 2: 1.7, 3: 1.05, 4: 0.55, 5: 0.12}
_GOOD = 0.13
_BETTER = {1: 0.1, 2: 0.3, 3: 0.7, 4: 1.5, 5: 2.4}


@dataclass(frozen=True, slots=True)
class ReviewerTruth:
    """One reviewer: chances to score one point higher (``up``) or lower (``down``)."""

    name: str
    organisation: str
    up: float
    down: float


@dataclass(frozen=True, slots=True)
class CaseTruth:
    """One case: when it was, the latent quality per phase that applies, and what was planted.

    ``days_discharge_to_death`` is None for a death in hospital.
    """

    person_id: str
    category: str
    died_on: date
    days_discharge_to_death: int | None
    scenario: str
    phases: tuple[str, ...]
    quality: Mapping[str, int]
    concerns: tuple[str, ...]
    strengths: tuple[str, ...]
    reviewed: bool


@dataclass(frozen=True, slots=True)
class ThemeTruth:
    """One theme, in probabilities per case and in realised counts.

    ``present``: a concern of this theme was planted. ``told``: at least one of two
    reviewers tells it. ``mentioned``: at least one tells a concern *or* good
    practice of this theme, which is what coding without polarity counts.
    Probabilities average over all cases; ``n_present`` counts all cases, ``n_told``
    and ``n_mentioned`` the ``n_reviewed`` ones.
    """

    theme: str
    present: float
    told: float
    mentioned: float
    n_cases: int
    n_reviewed: int
    n_present: int
    n_told: int
    n_mentioned: int


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything planted.

    ``excluded`` is the number of death records outside the cohort by the rule that keeps each
    out. ``kappa_overall`` is the quadratic weighted kappa between the two readers of a
    case on ``overall.score`` in the population, computed from the model.
    """

    seed: int
    quality: tuple[float, ...]
    error: tuple[float, ...]
    tells: float
    tells_good: float
    reviewers: tuple[ReviewerTruth, ...]
    cases: tuple[CaseTruth, ...]
    excluded: Mapping[str, int]
    themes: tuple[ThemeTruth, ...]
    kappa_overall: float


def reviewer_truths() -> tuple[ReviewerTruth, ...]:
    """Return the eight reviewers with their leniency."""
    pairs = zip(reviewers(), _LENIENCY, strict=True)
    return tuple(ReviewerTruth(a.name, a.organisation, up, down) for a, (up, down) in pairs)


def score_chances(quality: int, reviewer: ReviewerTruth) -> tuple[float, ...]:
    """Return the chance of each score from 1 to 5, given quality and reviewer."""
    chances = [0.0] * 5
    shifts = {1: reviewer.up, -1: reviewer.down, 0: 1.0 - reviewer.up - reviewer.down}
    for error, p in ERROR.items():
        for shift, q in shifts.items():
            chances[min(5, max(1, quality + error + shift)) - 1] += p * q
    return tuple(chances)


def joint_scores(people: Sequence[ReviewerTruth]) -> list[list[float]]:
    """Return the chance of (first reader's score, second reader's score), 5 by 5.

    Every pair of one reviewer from general practice and one from hospital is
    equally likely, and so is either reading first.
    """
    ours = people[0].organisation
    one = [p for p in people if p.organisation == ours]
    other = [p for p in people if p.organisation != ours]
    joint = [[0.0] * 5 for _ in LEVELS]
    for quality, weight in QUALITY.items():
        mean_one = _mean_chances(quality, one)
        mean_other = _mean_chances(quality, other)
        for i in range(5):
            for j in range(5):
                both = mean_one[i] * mean_other[j] + mean_one[j] * mean_other[i]
                joint[i][j] += weight * both / 2
    return joint


def _mean_chances(quality: int, people: Sequence[ReviewerTruth]) -> list[float]:
    rows = [score_chances(quality, person) for person in people]
    return [sum(row[k] for row in rows) / len(rows) for k in range(5)]


def expected_weighted_kappa(joint: Sequence[Sequence[float]]) -> float:
    """Return the quadratic weighted kappa of a joint distribution (Cohen 1968)."""
    size = range(len(joint))
    rows = [sum(joint[i]) for i in size]
    columns = [sum(joint[i][j] for i in size) for j in size]
    observed = sum(joint[i][j] * (i - j) ** 2 for i in size for j in size)
    chance = sum(rows[i] * columns[j] * (i - j) ** 2 for i in size for j in size)
    return 1.0 - observed / chance


def expected_kappa() -> float:
    """Return the population's quadratic weighted kappa of ``overall.score``."""
    return expected_weighted_kappa(joint_scores(reviewer_truths()))


def theme_chances(
    theme: str, frame: Frame, suits: Mapping[str, float], quality: int
) -> tuple[float, float]:
    """Return the chances of a planted concern, and of good practice given no concern."""
    inside, after = _CONCERN[theme]
    base = inside if frame.category == "in_hospital" else after
    concern = min(0.9, base * suits.get(theme, 1.0) * _WORSE[quality])
    good = min(0.9, _GOOD * _BETTER[quality])
    possible = any(m.theme == theme and fits(m, frame) for m in concerns())
    laudable = any(m.theme == theme and fits(m, frame) for m in strengths())
    return (concern if possible else 0.0), (good if laudable else 0.0)


def mean_theme_chances(
    theme: str, cases: Sequence[tuple[Frame, Mapping[str, float]]]
) -> tuple[float, float, float]:
    """Return the population's chances that a theme is present, told and mentioned."""
    present = told = mentioned = 0.0
    heard, heard_good = 1 - (1 - TELLS) ** 2, 1 - (1 - TELLS_GOOD) ** 2
    for frame, suits in cases:
        for quality, weight in QUALITY.items():
            concern, good = theme_chances(theme, frame, suits, quality)
            present += weight * concern
            told += weight * concern * heard
            mentioned += weight * (concern * heard + (1 - concern) * good * heard_good)
    n = len(cases)
    return present / n, told / n, mentioned / n


def told_together(
    one: str, other: str, cases: Sequence[tuple[Frame, Mapping[str, float]]]
) -> float:
    """Return the population's chance that concerns of two themes are both told of a case.

    Given the case and its quality they are planted and noticed independently.
    """
    heard = 1 - (1 - TELLS) ** 2
    both = 0.0
    for frame, suits in cases:
        for quality, weight in QUALITY.items():
            first, _ = theme_chances(one, frame, suits, quality)
            second, _ = theme_chances(other, frame, suits, quality)
            both += weight * first * second * heard * heard
    return both / len(cases)


def write_truth(study: Study, truth: Truth) -> None:
    """Write the truth as ``extract/truth.json``."""
    with write_atomically(study.extract / "truth.json") as stream:
        json.dump(to_plain(truth), stream, indent=1, sort_keys=True)
        stream.write("\n")


def read_truth(text: str) -> Truth:
    """Return the truth that :func:`write_truth` wrote."""
    return from_plain(Truth, json.loads(text))
