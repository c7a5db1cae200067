"""How many themes had been met after how many texts, and when the coding may stop.

The stopping rule is the one of Guest, Namey and Chen (2020, PLOS ONE 15(5): e0232076,
"A simple method to assess and report thematic saturation in qualitative research"): the
themes of the first ``base`` texts are the measure; a run of ``run`` texts in a row that
brings no more new themes than a share of them (0, or at most 5 %) ends the search. Their
runs overlap, as here. They used bases of 4 to 6 interviews and runs of 2 or 3; a free
text of a case note review says far less than an interview, so that longer ones are right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Point", "curve", "stops_at"]


@dataclass(frozen=True, slots=True)
class Point:
    """After ``texts`` texts: the themes met for the first time in the last one, and all so far."""

    texts: int
    new: tuple[str, ...]
    known: int


def curve(found: Iterable[Iterable[str]]) -> list[Point]:
    """Return the curve of new themes.

    Parameters
    ----------
    found : iterable of iterables of themes
        What was found in each text, in the order the texts were finished.

    Examples
    --------
    >>> [point.known for point in curve([["a", "b"], ["b"], ["c", "a"]])]
    [2, 2, 3]
    """
    known: set[str] = set()
    points = []
    for number, themes in enumerate(found, 1):
        new = tuple(sorted(set(themes) - known))
        known.update(new)
        points.append(Point(number, new, len(known)))
    return points


def stops_at(points: Sequence[Point], base: int, run: int, new_share: float) -> int | None:
    """Return after how many texts the stopping rule was first met; None while it is not.

    Parameters
    ----------
    points : sequence of Point
        As :func:`curve` gives them.
    base : int
        How many texts the measure is taken from.
    run : int
        How many texts in a row, behind those, must bring (almost) nothing new.
    new_share : float
        How many themes they may bring, as a share of those in the base, 0 to 1.

    Examples
    --------
    Two themes in the first two texts, a third in the fourth, and then nothing in two texts:

    >>> points = curve([["a"], ["b"], ["a"], ["c"], ["a"], ["b"], ["c"]])
    >>> stops_at(points, base=2, run=2, new_share=0.0)
    6

    A base without any theme measures nothing:

    >>> stops_at(curve([[], [], [], []]), base=2, run=2, new_share=0.0)
    """
    if len(points) < base or not points[base - 1].known:
        return None
    allowed = new_share * points[base - 1].known
    for end in range(base + run, len(points) + 1):
        if points[end - 1].known - points[end - 1 - run].known <= allowed:
            return end
    return None
