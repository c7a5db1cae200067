"""Where those who coded a text differ, and what stands in the end.

Two people found the same when each laid the theme, with the same polarity, on passages
that share a word or more: how far a passage reaches is a matter of style, and of the
passages that were found alike the longer one stands. Everything else is a difference, to
be settled by somebody who did not code the text: one side's passage, or nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from lltic.records import Coding
from lltic.reviews.coded import CodedText, CodingState

__all__ = ["Difference", "compared", "is_finished", "standing"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of a text on which those who coded it differ about one theme.

    ``sides`` holds what each laid there, in the order of :meth:`CodedText.sides`; nothing
    where somebody did not see the theme.
    """

    difference_id: str
    item: str
    theme: str
    start: int
    end: int
    sides: tuple[tuple[Coding, ...], ...]


def compared(text: CodedText) -> tuple[list[Coding], list[Difference]]:
    """Return what all who coded a text found alike, and where they differ.

    Both in the order of the text: by item, place and theme. What came of a suggestion is
    in neither.
    """
    sides = text.sides()
    alike: list[Coding] = []
    differing: list[Difference] = []
    for stretch in _stretches(c for c in text.codings.values() if not c.suggestion):
        laid = tuple(tuple(c for c in stretch if c.coder == name) for name in sides)
        polarities = {frozenset(c.polarity for c in side) for side in laid}
        if all(laid) and len(polarities) == 1:
            longest = max(laid, key=_extent)
            alike.extend(longest)
        else:
            differing.append(_difference(stretch, laid))
    return alike, differing


def _stretches(codings: Iterable[Coding]) -> list[list[Coding]]:
    """Return the codings of each theme that share words, directly or through others."""
    found: list[list[Coding]] = []
    ends: dict[tuple[str, str], tuple[int, list[Coding]]] = {}
    for one in sorted(codings, key=lambda c: (c.item, c.start, c.end, c.theme, c.coding_id)):
        end, stretch = ends.get((one.item, one.theme), (0, []))
        if not stretch or one.start >= end:
            end, stretch = 0, []
            found.append(stretch)
        stretch.append(one)
        ends[one.item, one.theme] = max(end, one.end), stretch
    return found


def _extent(side: tuple[Coding, ...]) -> int:
    return sum(c.end - c.start for c in side)


def _difference(stretch: list[Coding], laid: tuple[tuple[Coding, ...], ...]) -> Difference:
    first = stretch[0]
    names = ",".join(sorted(c.coding_id for c in stretch))
    return Difference(
        difference_id=hashlib.sha256(names.encode()).hexdigest()[:32],
        item=first.item,
        theme=first.theme,
        start=min(c.start for c in stretch),
        end=max(c.end for c in stretch),
        sides=laid,
    )


def is_finished(coding: CodingState, review_id: str) -> bool:
    """Say whether what was found in a text stands: all are done, and no difference is open."""
    if not coding.is_closed(review_id):
        return False
    text = coding.text(review_id)
    return not text.is_double or bool(text.settled_at) or not compared(text)[1]


def standing(coding: CodingState, review_id: str) -> list[Coding]:
    """Return the codings of a text that stand.

    One person's own; of a text that several code none before it is finished, and then what
    they found alike, what the settler kept, and what was laid for a suggestion since.
    """
    text = coding.text(review_id)
    planned = coding.plan.places(review_id) if coding.plan else 1
    if not text.is_double and planned < 2:
        return list(text.codings.values())
    if not is_finished(coding, review_id):
        return []
    kept = [text.codings[one] for ids in text.kept.values() for one in ids]
    since = (one for one in text.codings.values() if one.suggestion)
    return sorted([*compared(text)[0], *kept, *since], key=lambda c: c.seq)
