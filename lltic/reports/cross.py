"""A table of counts as a picture: darker where there is more, every number in its cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lltic.cells import clean
from lltic.errors import NotComputable, Problem
from lltic.reports.pictures import INK, SETTINGS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["cross_picture"]

CELL, LETTER = 0.42, 0.078
"""Inches: a cell, and what a letter of a name may take."""


def cross_picture(
    rows: Sequence[str], columns: Sequence[str], counts: Sequence[Sequence[int]], label: str = ""
) -> Figure:
    """Return the picture of a table of counts.

    Parameters
    ----------
    rows, columns : sequence of str
        Their names.
    counts : sequence of sequence of int
        One sequence per row, 0 or more; a nought is drawn as an empty cell.
    label : str
        What is counted, below the picture.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    NotComputable
        ``nothing-to-draw`` for a table without rows or columns.
    """
    from matplotlib import rc_context
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    if not rows or not columns:
        raise NotComputable(Problem("nothing-to-draw", "the table", "has no rows or no columns"))
    most = max((n for row in counts for n in row), default=0)
    shade = LinearSegmentedColormap.from_list("shade", ["#ffffff", "#7cb0e2"])
    beside, slanted = (0.2 + LETTER * max(map(len, names), default=0) for names in (rows, columns))
    slanted *= 0.75  # at 45 degrees
    w = max(beside + CELL * len(columns) + slanted, 3.2)
    h = slanted + CELL * len(rows) + 0.35
    with rc_context(SETTINGS):
        figure = Figure(figsize=(w, h))
        place = (beside / w, 0.3 / h, CELL * len(columns) / w, CELL * len(rows) / h)
        axes = figure.add_axes(place)
        axes.imshow(counts, cmap=shade, vmin=0, vmax=max(most, 1), aspect="auto")
        for y, row in enumerate(counts):
            for x, n in enumerate(row):
                axes.text(x, y, str(n) if n else "", ha="center", va="center", color=INK)
        axes.set_xticks(range(len(columns)), [clean(name)[0] for name in columns])
        axes.set_yticks(range(len(rows)), [clean(name)[0] for name in rows])
        axes.xaxis.tick_top()
        axes.tick_params(axis="x", rotation=45, length=0)
        for name in axes.get_xticklabels():
            name.set_horizontalalignment("left")
        axes.tick_params(axis="y", length=0)
        axes.set_xticks([x - 0.5 for x in range(1, len(columns))], minor=True)
        axes.set_yticks([y - 0.5 for y in range(1, len(rows))], minor=True)
        axes.grid(which="minor", color="#d8dde0", linewidth=0.8)
        axes.tick_params(which="minor", length=0)
        if label:
            axes.set_xlabel(label)
    return figure
