"""How often a theme occurs over time: a plain series, for a chart to be made of elsewhere.

A series says for each period how many coded cases there were and how many had the theme, and
leaves none out: a month without a coded case is a gap, and not a month without the theme. What
counts as a signal in it is a question for the control charts of ``measures``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from lltic.errors import NotComputable, Problem
from lltic.records import Estimate
from lltic.themes.counted import Counted, Polarity
from lltic.themes.prevalence import Estimator, share_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "POINTS_FOR_A_CHART",
    "Period",
    "Series",
    "SeriesPoint",
    "series_to_frame",
    "theme_series",
]

Period = Literal["month", "week"]

POINTS_FOR_A_CHART = 12
"""Periods below which limits of a control chart should not be trusted.

Making Data Count (NHS England) advises 12 points or more before limits are set."""

FEW_CASES = 5
"""Coded cases in a period below which its share says next to nothing."""


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One period: its first day, the cases with the theme, the coded cases, and their share.

    ``share`` is None where there is no coded case.
    """

    starts_on: date
    numerator: int
    denominator: int
    share: Estimate | None


@dataclass(frozen=True, slots=True)
class Series:
    """One theme over time, every period in order, with what to know before reading it."""

    theme: str
    label: str
    period: str
    points: tuple[SeriesPoint, ...]
    warnings: tuple[str, ...]
    polarity: str = ""


def theme_series(
    counted: Counted,
    died_on: Mapping[str, date],
    *,
    period: Period = "month",
    polarity: Polarity = "",
    level: float = 0.95,
    estimator: Estimator | None = None,
) -> list[Series]:
    """Return each theme of the first level over time, in the codebook's order.

    Parameters
    ----------
    counted : Counted
    died_on : mapping of case id to date
        Cases without a date are left out, and a warning says how many.
    period : {"month", "week"}
        Weeks begin on Monday.
    polarity, level, estimator
        As for :func:`~lltic.themes.prevalence`.

    Raises
    ------
    NotComputable
        ``no-dates``: no coded case has a date.
    """
    begins = {c: _first_day(died_on[c], period) for c in counted.cases if c in died_on}
    if not begins:
        hint = "Deaths need a date to be put in order of time."
        raise NotComputable(Problem("no-dates", "trends", "no coded case has a date", hint=hint))
    periods = list(_periods(min(begins.values()), max(begins.values()), period))
    points: dict[str, list[SeriesPoint]] = {theme: [] for theme in counted.themes}
    for day in periods:
        here = counted.among([case for case, first in begins.items() if first == day])
        if not here.cases:
            for theme in counted.themes:
                points[theme].append(SeriesPoint(day, 0, 0, None))
            continue
        for row in share_of(here, counted, polarity, level, estimator):
            if row.theme in points:
                n, of = int(row.estimate.numerator or 0), int(row.estimate.denominator or 0)
                points[row.theme].append(SeriesPoint(day, n, of, row.estimate))
    undated = len(counted.cases) - len(begins)
    return [
        Series(
            theme=theme,
            label=counted.labels[theme],
            period=period,
            points=tuple(found),
            warnings=(
                *counted.warnings,
                *counted.unsaid(polarity),
                *_warnings(found, period, undated),
            ),
            polarity=polarity,
        )
        for theme, found in points.items()
    ]


def _first_day(day: date, period: Period) -> date:
    return day.replace(day=1) if period == "month" else day - timedelta(days=day.weekday())


def _periods(first: date, last: date, period: Period) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day = _first_day(day + timedelta(days=32 if period == "month" else 7), period)


def _warnings(points: list[SeriesPoint], period: str, undated: int) -> Iterator[str]:
    if len(points) < POINTS_FOR_A_CHART:
        yield (
            f"{len(points)} {period}{'s' if len(points) > 1 else ''}: a control chart needs "
            f"{POINTS_FOR_A_CHART} or more, and a rise or fall among so few is not a trend."
        )
    if few := sum(0 < point.denominator < FEW_CASES for point in points):
        yield f"Fewer than {FEW_CASES} coded cases: {period}s {few}. Do not read these alone."
    if empty := sum(not point.denominator for point in points):
        yield f"No coded case: {period}s {empty}. They are gaps, not noughts."
    if undated:
        yield f"Left out, no date of death: cases {undated}."


def series_to_frame(series: list[Series]) -> pd.DataFrame:
    """Return series as pandas, one row per theme and period; shares from 0 to 1."""
    import pandas as pd

    return pd.DataFrame(
        {
            "theme": one.theme,
            "label": one.label,
            "starts_on": point.starts_on,
            "cases": point.numerator,
            "of": point.denominator,
            "share": point.share.value if point.share else None,
            "low": point.share.low if point.share else None,
            "high": point.share.high if point.share else None,
        }
        for one in series
        for point in one.points
    )
