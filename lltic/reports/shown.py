"""Counts and shares on their way out, under the report's disclosure profile."""

from __future__ import annotations

from typing import NamedTuple

from lltic.measures import Profile, wilson
from lltic.records import Estimate
from lltic.reports.tables import Cell, Column

__all__ = ["SHARE", "Share", "count", "say", "share", "with_limits"]

SHARE = (
    Column("Cases coded", "integer", 10),
    Column("Share", "percent", 10),
    Column("from", "percent", 10),
    Column("to", "percent", 10),
)
"""The columns of a :class:`Share` of coded cases, after the one of its numerator."""


class Share(NamedTuple):
    """A share of cases as five cells; None where nothing may be said."""

    numerator: Cell
    denominator: Cell
    value: Cell
    low: Cell
    high: Cell


def count(profile: Profile, n: int) -> Cell:
    """Return a count of people as a cell: a number, or the mark that hides it."""
    text = profile.count(n)
    return int(text) if text.isdigit() else text


def say(value: Cell) -> str:
    """Return a count in words: thousands apart, or the mark that hides it."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def share(profile: Profile, estimate: Estimate) -> Share:
    """Return a share as cells, worked out from the counts as they are shown.

    Where nothing is hidden or rounded the unrounded estimate itself is given.
    """
    part = count(profile, int(estimate.numerator or 0))
    whole = count(profile, int(estimate.denominator or 0))
    if profile.round_to == 1:
        return Share(part, whole, estimate.value, estimate.low, estimate.high)
    if estimate.population is not None:
        return Share(part, whole, *(profile.weighted(estimate) or (None, None, None)))
    if not isinstance(part, int) or not isinstance(whole, int) or not whole:
        return Share(part, whole, None, None, None)
    seen = wilson(min(part, whole), whole, estimate.level)
    return Share(part, whole, seen.value, seen.low, seen.high)


def with_limits(estimate: Estimate | None) -> tuple[float | None, float | None, float | None]:
    """Return an estimate and the limits of its interval as cells; empty ones where there is none.

    Unlike :func:`share` it hides nothing.
    """
    return (None, None, None) if estimate is None else (estimate.value, estimate.low, estimate.high)
