"""The same case read again by the same person: pairs that say how steady a reader is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from lltic.agreement.readings import Reading

__all__ = ["Repeat", "repeats"]

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Repeat:
    """One reader's first and second score of an item of one case.

    ``days`` between the two locks; None where a time is not known.
    """

    case_id: str
    reader: str
    item: str
    first: float
    second: float
    days: float | None


def repeats(readings: Iterable[Reading]) -> list[Repeat]:
    """Return each reading of a case with the one before it by the same reader, by case and reader.

    Readings are put in order of time where every one of them has a time, else of position.
    A third reading makes a second pair: second and third. Readings without a reader's name
    are left out.

    Parameters
    ----------
    readings : iterable of Reading
        Of any number of items, cases and readers.
    """
    found: dict[tuple[str, str, str], list[Reading]] = defaultdict(list)
    for one in readings:
        if one.reader:
            found[one.case_id, one.reader, one.item].append(one)
    pairs = []
    for key in sorted(found):
        in_order = _in_order(found[key])
        pairs += [_pair(a, b) for a, b in pairwise(in_order)]
    return pairs


def _in_order(those: list[Reading]) -> list[Reading]:
    if all(one.at is not None for one in those):
        return sorted(those, key=lambda one: (one.at, one.position, one.review_id))
    return sorted(those, key=lambda one: (one.position, one.review_id))


def _pair(first: Reading, second: Reading) -> Repeat:
    days = None
    if first.at is not None and second.at is not None:
        days = (second.at - first.at).total_seconds() / DAY
    return Repeat(first.case_id, first.reader, first.item, first.score, second.score, days)
