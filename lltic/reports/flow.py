"""The flow of deaths as a picture: from all records to the cases, and what excluded the others.

After the flow diagram of the CONSORT statement (Schulz, Altman and Moher, BMJ 2010;340:c332):
what remains goes down, what is excluded goes to the right, with the number and the reason.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from lltic.cells import clean
from lltic.reports.pictures import BLUE, GREY, INK, SETTINGS
from lltic.reports.shown import say
from lltic.reports.tables import Cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Leaving", "flow_of_deaths"]

LEFT, RIGHT, MIDDLE = 2.5, 3.5, 0.45
"""Inches: the boxes of what remains, the boxes of what leaves, and the way between them."""

LINE, PADDING, GAP, EDGE = 0.15, 0.08, 0.12, 0.02
"""Inches: a line of text, above and below a text in its box, between two boxes, above the first."""

SIZE = 8.5


class Leaving(NamedTuple):
    """One rule: why deaths leave by it, how many, and how many are left; counts as they are shown.

    A count that may not be shown is the mark that hides it.
    """

    because: str
    out: Cell
    remaining: Cell


class _Box(NamedTuple):
    lines: tuple[str, ...]
    height: float


def flow_of_deaths(
    start: tuple[str, Cell],
    steps: Sequence[Leaving],
    ends: Sequence[tuple[str, Cell]] = (),
) -> Figure:
    """Return the picture of an attrition table.

    Parameters
    ----------
    start : (str, Cell)
        What is counted at first, such as ``("records of deaths", 412)``.
    steps : sequence of Leaving
        In the order in which the rules are asked. Those that excluded nothing stand in words
        below the picture, so that one sees they were asked.
    ends : sequence of (str, Cell)
        The parts of what remains in the end, side by side.

    Returns
    -------
    matplotlib.figure.Figure
        Text and lines only; the same for the same numbers.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    told = [step for step in steps if step.out != 0]
    idle = [step for step in steps if step.out == 0]
    sides = [_box(f"{say(one.out)} excluded", one.because, width=52) for one in told]
    notes = _notes(idle)
    tops = [_box(f"{say(start[1])} {start[0]}", width=34)]
    tops += [_box(f"{say(one.remaining)} remaining", width=34) for one in told[:-1]]
    if told:
        last = told[-1].remaining
        tops.append(_box(f"{say(last)} {'case' if last == 1 else 'cases'}", width=34))
    parts = [_box(f"{say(n)} {label}", width=32) for label, n in ends]
    width = LEFT + MIDDLE + RIGHT
    height = sum(b.height for b in (*tops, *sides)) + GAP * (len(tops) + len(sides))
    height += (max(b.height for b in parts) + 2 * GAP) if parts else 0
    height += LINE * len(notes) + GAP + EDGE
    with rc_context(SETTINGS):
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, width), ylim=(EDGE - height, EDGE))
        axes.set_axis_off()
        end = _trunk(axes, tops, sides)
        end = _branches(axes, parts, end) if parts else end
        for place, line in enumerate(notes):
            y = end - GAP - LINE * place
            axes.text(0.04, y, line, fontsize=7.5, color="#4c6272", va="top")
    return figure


def _notes(idle: Sequence[Leaving]) -> list[str]:
    if not idle:
        return []
    reasons = " ".join(clean(one.because)[0] for one in idle)
    return textwrap.wrap(f"Asked, and excluded nothing: {reasons}", 108)


def _box(*texts: str, width: int) -> _Box:
    """Return a box with its texts, each from a line of its own on."""
    lines = tuple(line for text in texts for line in textwrap.wrap(clean(text)[0], width))
    return _Box(lines, LINE * len(lines) + 2 * PADDING)


def _trunk(axes: Axes, tops: Sequence[_Box], sides: Sequence[_Box]) -> float:
    """Draw what remains, one below the other, and what leaves, between them on the right."""
    at = 0.0
    for place, box in enumerate(tops):
        bold = place in (0, len(tops) - 1)
        _draw(axes, box, 0.03, at, LEFT - 0.06, BLUE if bold else GREY)
        at -= box.height
        if place < len(sides):
            side = sides[place]
            below = at - 2 * GAP - side.height
            axes.annotate("", (LEFT / 2, below), (LEFT / 2, at), arrowprops=_arrow())
            middle = at - GAP - side.height / 2
            right = (LEFT + MIDDLE, middle)
            axes.annotate("", right, (LEFT / 2, middle), arrowprops=_arrow())
            _draw(axes, side, LEFT + MIDDLE, at - GAP, RIGHT - 0.03, GREY)
            at = below
    return at


def _branches(axes: Axes, parts: Sequence[_Box], at: float) -> float:
    """Draw the parts of the cases side by side below them."""
    each = min(LEFT, (LEFT + MIDDLE + RIGHT) / len(parts))
    turn, tallest = at - GAP, max(box.height for box in parts)
    for place, box in enumerate(parts):
        left = place * (each + GAP)
        middle = left + each / 2
        axes.plot([LEFT / 2, LEFT / 2, middle], [at, turn, turn], color=INK, lw=0.8)
        axes.annotate("", (middle, turn - GAP), (middle, turn), arrowprops=_arrow())
        _draw(axes, box, left + 0.03, turn - GAP, each - 0.06, BLUE)
    return turn - GAP - tallest


def _arrow() -> dict[str, object]:
    return {"arrowstyle": "-|>", "color": INK, "lw": 0.8, "shrinkA": 0, "shrinkB": 0}


def _draw(axes: Axes, box: _Box, left: float, top: float, width: float, edge: str) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (left, top - box.height), width, box.height, facecolor="white", edgecolor=edge, lw=1.1
        )
    )
    for place, line in enumerate(box.lines):
        y = top - PADDING - LINE * (place + 0.5)
        axes.text(left + 0.08, y, line, fontsize=SIZE, va="center")
