"""The pictures of the board paper: quiet, printable, the same bytes each time."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lltic.cells import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Bar", "as_address", "grouped_bars", "rows_with_intervals"]

BLUE, GREY, INK, LINE = "#005eb8", "#8a9ba8", "#212b32", "#d8dde0"
SETTINGS: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "svg.hashsalt": "lltic",
    "svg.fonttype": "path",
    "text.parse_math": False,  # what somebody called a theme is words, with dollars in them or not
    "axes.edgecolor": LINE,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


class Bar(NamedTuple):
    """One share and its interval; None where it may not be shown."""

    value: float | None
    low: float | None
    high: float | None


def grouped_bars(
    labels: Sequence[str], groups: Sequence[tuple[str, Sequence[Bar]]], *, height: float = 2.3
) -> str:
    """Return columns side by side with intervals, as an SVG data address.

    Parameters
    ----------
    labels : sequence of str
        One per column position.
    groups : sequence of (name, bars)
        One bar per label.
    height : float
        Inches.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS):
        figure = Figure(figsize=(4.6, height), layout="constrained")
        axes = figure.subplots()
        width = 0.76 / max(len(groups), 1)
        for number, ((name, bars), colour) in enumerate(
            zip(groups, (BLUE, GREY, "#41b6e6", INK), strict=False)
        ):
            shift = (number - (len(groups) - 1) / 2) * width
            shown = [(i + shift, bar) for i, bar in enumerate(bars) if bar.value is not None]
            places = [place for place, _ in shown]
            values = [100 * (bar.value or 0) for _, bar in shown]
            below = [100 * ((bar.value or 0) - (bar.low or 0)) for _, bar in shown]
            above = [100 * ((bar.high or 0) - (bar.value or 0)) for _, bar in shown]
            axes.bar(places, values, width * 0.94, color=colour, label=name)
            axes.errorbar(
                places, values, [below, above], fmt="none", ecolor=INK, elinewidth=0.9, capsize=2
            )
        axes.set_xticks(range(len(labels)), [clean(label)[0] for label in labels])
        axes.set_ylabel("% of cases")
        axes.yaxis.grid(True, color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_ylim(bottom=0)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0)
        if len(groups) > 1:
            figure.legend(frameon=False, loc="outside upper left", fontsize=8, ncols=len(groups))
        return as_address(figure)


def rows_with_intervals(
    labels: Sequence[str], bars: Sequence[Bar], beside: tuple[str, str, Sequence[Bar]] | None = None
) -> str:
    """Return one point with its interval per row, first row on top, as an SVG data address.

    Parameters
    ----------
    labels : sequence of str
        One per row.
    bars : sequence of Bar
        One per row.
    beside : (name of the first, name of the second, second bars), optional
        A second point per row, hollow, below the first.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS):
        row = 0.22 if beside is None else 0.27
        figure = Figure(figsize=(4.6, 0.55 + row * len(labels)), layout="constrained")
        axes = figure.subplots()
        if beside is None:
            _points(axes, bars, 0.0, BLUE, "")
        else:
            _points(axes, bars, -0.18, BLUE, beside[0])
            _points(axes, beside[2], 0.18, "white", beside[1])
            figure.legend(frameon=False, loc="outside upper left", fontsize=8, ncols=2)
        axes.set_yticks(range(len(labels)), [clean(label)[0] for label in labels])
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.set_xlim(left=0)
        axes.set_xlabel("% of coded cases")
        axes.xaxis.grid(True, color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0)
        return as_address(figure)


def _points(axes: Any, bars: Sequence[Bar], shift: float, fill: str, name: str) -> None:
    """Draw a point with its interval per row; the first one carries the name."""
    for place, bar in enumerate(bars):
        at = place + shift
        if bar.value is None:
            axes.text(0.5, at, "too few to show", va="center", fontsize=7.5, color=GREY)
            continue
        low, high = 100 * (bar.low or 0), 100 * (bar.high or 0)
        axes.plot([low, high], [at, at], color=GREY, linewidth=2.4, solid_capstyle="butt")
        point = {"color": BLUE, "markerfacecolor": fill, "markersize": 5, "linestyle": "none"}
        axes.plot([100 * bar.value], [at], marker="o", label=name or None, **point)
        name = ""


def as_address(figure: Figure) -> str:
    """Return a figure as an SVG data address, the same for the same figure."""
    from matplotlib import rc_context

    stream = io.BytesIO()
    with rc_context(SETTINGS):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(stream.getvalue()).decode()
