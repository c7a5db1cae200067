"""Which cases reviewers should talk about: scores that lie apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lltic.agreement.ratings import ratings_matrix
from lltic.agreement.weights import Levels
from lltic.records import Judgement

__all__ = [
    "ADJUDICATE_FROM_GAP",
    "POOR_UP_TO",
    "DiscordantCase",
    "DiscordantItem",
    "discordant",
]

ADJUDICATE_FROM_GAP = 2
"""Points between two scores from which a third person looks at the case."""

POOR_UP_TO = 2
"""The highest care score that is poor care (1 very poor, 2 poor) and starts stage 2."""


@dataclass(frozen=True, slots=True)
class DiscordantItem:
    """Two scores that lie apart, the lower first; whose is whose is not said."""

    item: str
    low: float
    high: float
    crosses_poor: bool


@dataclass(frozen=True, slots=True)
class DiscordantCase:
    """A case on which reviewers differ enough to be looked at again."""

    case_id: str
    items: tuple[DiscordantItem, ...]

    @property
    def widest(self) -> float:
        """The widest gap in points."""
        return max(i.high - i.low for i in self.items)


def discordant(
    judgements: Sequence[Judgement],
    form_scales: Mapping[str, Levels],
    *,
    lower_is_better: Collection[str] = (),
    from_gap: float = ADJUDICATE_FROM_GAP,
    poor_up_to: float = POOR_UP_TO,
) -> list[DiscordantCase]:
    """Return the cases whose scores lie apart, the most telling first.

    A pair is discordant when it is ``from_gap`` points or more apart, or when
    one score says poor care (``poor_up_to`` or less) and the other does not.
    Cases come widest gap first, then those crossing into poor care on most
    items, then those with most discordant items, then by case id.

    Parameters
    ----------
    judgements : sequence of Judgement
        Locked, before any consensus.
    form_scales : mapping of item path to (q,) levels
        Numeric levels in ascending order.
    lower_is_better : collection of item paths
        Items whose scale runs the other way: there the border is as far from
        the highest level as it is from the lowest elsewhere.

    Returns
    -------
    list of DiscordantCase
        Without names and without saying who gave which score.
    """
    found: dict[str, list[DiscordantItem]] = {}
    for item, levels in form_scales.items():
        case_ids, ratings = ratings_matrix(judgements, item, levels)
        for case_id, row in zip(case_ids, ratings, strict=True):
            low, high = float(np.nanmin(row)), float(np.nanmax(row))
            ends = float(levels[0]) + float(levels[-1])
            border = ends - poor_up_to if item in lower_is_better else poor_up_to
            crosses = low < border <= high if item in lower_is_better else low <= border < high
            if crosses or high - low >= from_gap:
                found.setdefault(case_id, []).append(DiscordantItem(item, low, high, crosses))
    cases = [DiscordantCase(case_id, tuple(items)) for case_id, items in found.items()]

    def telling(case: DiscordantCase) -> tuple[float, int, int, str]:
        crossing = sum(i.crosses_poor for i in case.items)
        return (-case.widest, -crossing, -len(case.items), case.case_id)

    return sorted(cases, key=telling)
