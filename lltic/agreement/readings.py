"""One person's score of one item of one case, with what readings are told apart by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from lltic.agreement.weights import Levels, level_values
from lltic.clock import parse_instant
from lltic.errors import LlticError, Problem
from lltic.records import Judgement

__all__ = ["Reading", "readings", "scale_of", "without_repeats"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A score on locked record, before any consensus.

    ``score`` is the level as a number (levels that are words count from 1), ``at`` when the
    review was locked, None where that is not given, ``side`` the reader's part of the
    service, such as ``primary_care``, empty where it is not known.
    """

    case_id: str
    review_id: str
    reader: str
    position: int
    item: str
    score: float
    at: datetime | None = None
    side: str = ""


def readings(
    judgements: Iterable[Judgement],
    item: str,
    levels: Levels,
    *,
    at: Mapping[str, str] | None = None,
    sides: Mapping[str, str] | None = None,
) -> list[Reading]:
    """Return every score of one item, by case and position; answers without a score left out.

    Parameters
    ----------
    judgements : iterable of Judgement
        Locked, before any consensus.
    item : str
        The item's path, such as ``overall.score``.
    levels : (q,) sequence
        All levels of the item's scale, in order.
    at : mapping of review id to instant, optional
        When each review was locked, as the record writes it.
    sides : mapping of review id to side, optional

    Raises
    ------
    LlticError
        ``rating-outside-scale``, with the number of such scores.
    """
    places = scale_of(levels)
    answered = [j for j in judgements if j.item == item and not j.missing and j.value is not None]
    outside = sum(str(j.value) not in places for j in answered)
    if outside:
        allowed = ", ".join(places)
        problem = Problem("rating-outside-scale", item, "not on the scale", allowed, count=outside)
        raise LlticError(problem)
    times, of_side = at or {}, sides or {}
    found = [
        Reading(
            case_id=j.case_id,
            review_id=j.review_id,
            reader=j.reviewer,
            position=j.position,
            item=item,
            score=places[str(j.value)],
            at=parse_instant(times[j.review_id]) if times.get(j.review_id) else None,
            side=of_side.get(j.review_id, ""),
        )
        for j in answered
    ]
    return sorted(found, key=lambda r: (r.case_id, r.position, r.review_id))


def scale_of(levels: Levels) -> dict[str, float]:
    """Return each level, as it is written down, with its number."""
    return {str(level): float(v) for level, v in zip(levels, level_values(levels), strict=True)}


def without_repeats(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return the judgements without those of a case that its reader had read before.

    A person's second reading of a case says how far they agree with themselves
    (:func:`~lltic.agreement.repeats`), not with others. Of each person's reviews of a case
    the one with the lowest position stays, of equal ones the first by id. Judgements that
    name no reader all stay.
    """
    kept: dict[tuple[str, str], tuple[int, str]] = {}
    all_of_them = list(judgements)
    for j in all_of_them:
        key, rank = (j.case_id, j.reviewer), (j.position, j.review_id)
        kept[key] = min(kept.get(key, rank), rank)
    return [
        j
        for j in all_of_them
        if not j.reviewer or kept[j.case_id, j.reviewer] == (j.position, j.review_id)
    ]
