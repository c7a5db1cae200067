"""Which cases reviewers should talk about: scores that lie apart, the most telling first."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lltic.agreement.ratings import ratings_matrix
from lltic.agreement.readings import without_repeats
from lltic.agreement.weights import Levels, Matrix, level_values
from lltic.records import Judgement

__all__ = [
    "ADJUDICATE_FROM_GAP",
    "POOR_UP_TO",
    "DiscordantCase",
    "DiscordantItem",
    "Side",
    "SideBySide",
    "discordant",
    "side_by_side",
]

ADJUDICATE_FROM_GAP = 2
"""Points between two scores from which a third person looks at the case."""

POOR_UP_TO = 2
"""The highest care score that is poor care (1 very poor, 2 poor) and starts stage 2."""

PRIOR = 0.5
"""Pairs of each kind that are taken as seen before any is: no pair is impossible."""


@dataclass(frozen=True, slots=True)
class DiscordantItem:
    """Two scores that lie apart, the lower first; whose is whose is not said.

    ``bits`` is how much they tell; see :func:`discordant`.
    """

    item: str
    low: float
    high: float
    crosses_poor: bool
    bits: float = 0.0


@dataclass(frozen=True, slots=True)
class DiscordantCase:
    """A case on which reviewers differ enough to be looked at again.

    ``bits`` is summed over every item its reviewers scored differently, also those whose
    gap is too small to be listed in ``items``.
    """

    case_id: str
    items: tuple[DiscordantItem, ...]
    bits: float = 0.0

    @property
    def widest(self) -> float:
        """The widest gap in points."""
        return max(i.high - i.low for i in self.items)


@dataclass(frozen=True, slots=True)
class Side:
    """What one of a case's reviewers gave and wrote on one item; ``score`` None where none."""

    letter: str
    score: object
    missing: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One discordant item of a case with every reviewer's judgement of it.

    The letters are those of the case: A of one item is A of the next, and nobody of
    another case.
    """

    case_id: str
    item: str
    bits: float
    sides: tuple[Side, ...]


def discordant(
    judgements: Sequence[Judgement],
    form_scales: Mapping[str, Levels],
    *,
    closed: Collection[str] | None = None,
    lower_is_better: Collection[str] = (),
    from_gap: float = ADJUDICATE_FROM_GAP,
    poor_up_to: float = POOR_UP_TO,
) -> list[DiscordantCase]:
    """Return the cases whose scores lie apart, the most informative first.

    A pair is discordant when it is ``from_gap`` points or more apart, or when
    one score says poor care (``poor_up_to`` or less) and the other does not.

    What a case tells is counted in bits: for each item that its readers scored differently,
    the surprise of one score to somebody who knows the other, -log2 P(b | a), averaged over
    both directions (and over pairs, of more than two readers), P being the item's own joint
    distribution of pairs in these judgements, read both ways, with half a pair of every
    kind added. A gap that occurs all the time says little, the same gap on an item where
    readers otherwise agree says much, and so does a case that is apart on item after item.
    Cases come most bits first, then widest gap, then by case id.

    Parameters
    ----------
    judgements : sequence of Judgement
        Locked, before any consensus.
    form_scales : mapping of item path to (q,) levels
        Numeric levels in ascending order.
    closed : collection of case ids, optional
        The cases of which every review is locked: only of these is anything said, for one
        who still reads must not learn how others scored. None: all judgements are of such.
    lower_is_better : collection of item paths
        Items whose scale runs the other way: there the border is as far from
        the highest level as it is from the lowest elsewhere.

    Returns
    -------
    list of DiscordantCase
        Without names and without saying who gave which score.

    Source
    ------
    Self-information: Shannon (1948), Bell System Technical Journal 27:379-423.
    """
    use = without_repeats(judgements)
    found: dict[str, list[DiscordantItem]] = {}
    bits: dict[str, float] = {}
    for item, levels in form_scales.items():
        case_ids, ratings = ratings_matrix(use, item, levels)
        surprise = _surprise(ratings, level_values(levels))
        ends = float(levels[0]) + float(levels[-1])
        border = ends - poor_up_to if item in lower_is_better else poor_up_to
        for case_id, row, told in zip(case_ids, ratings, surprise, strict=True):
            if closed is not None and case_id not in closed:
                continue
            bits[case_id] = bits.get(case_id, 0.0) + float(told)
            low, high = float(np.nanmin(row)), float(np.nanmax(row))
            crosses = low < border <= high if item in lower_is_better else low <= border < high
            if crosses or high - low >= from_gap:
                one = DiscordantItem(item, low, high, crosses, float(told))
                found.setdefault(case_id, []).append(one)
    cases = [DiscordantCase(case, tuple(items), bits[case]) for case, items in found.items()]
    return sorted(cases, key=lambda case: (-round(case.bits, 9), -case.widest, case.case_id))


def _surprise(ratings: Matrix, values: Matrix) -> Matrix:
    """Return the bits of each case's pairs of unequal scores, (n_cases,); 0 where none differ."""
    places = {float(value): k for k, value in enumerate(values)}
    pairs = [
        [(places[a], places[b]) for a, b in combinations(row[~np.isnan(row)].tolist(), 2)]
        for row in ratings
    ]
    seen = np.full((len(values), len(values)), PRIOR)
    for a, b in (pair for of_case in pairs for pair in of_case):
        seen[a, b] += 0.5
        seen[b, a] += 0.5
    after = -np.log2(seen / seen.sum(axis=1, keepdims=True))  # (q, q) of column, knowing the row
    both = (after + after.T) / 2
    np.fill_diagonal(both, 0.0)
    return np.array([np.mean([both[p] for p in of_case]) if of_case else 0.0 for of_case in pairs])


def side_by_side(
    judgements: Sequence[Judgement],
    cases: Sequence[DiscordantCase],
    words: Mapping[str, Sequence[str]],
) -> list[SideBySide]:
    """Return the discordant items with all judgements beside each other, and their words.

    Who may see it: the person who holds the study's record and the adjudicator of the case;
    never a reviewer who still reads. Give only cases of which every review is locked, as
    :func:`discordant` returns them with ``closed``.

    Parameters
    ----------
    judgements : sequence of Judgement
        Locked, before any consensus.
    cases : sequence of DiscordantCase
    words : mapping of item path to item paths
        Which texts stand beside a score, such as ``admission.score`` to
        ``["admission.judgement"]``.

    Returns
    -------
    list of SideBySide
        In the order of the cases; readers as letters whose order says nothing of who was
        first.
    """
    use = without_repeats(judgements)
    wanted = {case.case_id for case in cases}
    of_review: dict[str, dict[str, Judgement]] = {}
    reviews: dict[str, set[str]] = {}
    for j in use:
        if j.case_id in wanted:
            of_review.setdefault(j.review_id, {})[j.item] = j
            reviews.setdefault(j.case_id, set()).add(j.review_id)
    found = []
    for case in cases:
        letters = _letters(case.case_id, reviews.get(case.case_id, set()))
        for item in case.items:
            texts = words.get(item.item, ())
            sides = tuple(_side(of_review[r], letters[r], item.item, texts) for r in letters)
            found.append(SideBySide(case.case_id, item.item, item.bits, sides))
    return found


def _letters(case_id: str, reviews: Collection[str]) -> dict[str, str]:
    def shuffled(review_id: str) -> str:
        return hashlib.sha256(f"{case_id}\x1f{review_id}".encode()).hexdigest()

    ordered = sorted(reviews, key=shuffled)
    return {review_id: chr(ord("A") + n % 26) for n, review_id in enumerate(ordered)}


def _side(answers: Mapping[str, Judgement], letter: str, item: str, texts: Sequence[str]) -> Side:
    score = answers.get(item)
    said = [answers[text] for text in texts if text in answers and not answers[text].missing]
    if score is None:
        return Side(letter, None, "not_reached", tuple(str(j.value) for j in said))
    return Side(letter, score.value, score.missing, tuple(str(j.value) for j in said))
