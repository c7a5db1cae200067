"""Dates as people type and read them; inside they are ISO, ``2026-09-03``.

The day comes before the month, as it is written in this country: a page that shows
the date in words right after shows a slip too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date

from lltic.clock import Clock

__all__ = ["HINT", "date_problem", "in_words", "iso_date", "unfinished"]

HINT = "For example, 3/9/2026 or 3 September 2026"

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

EARLIEST = 2000
"""Years before this are slips of the finger."""

ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})", re.ASCII)
NUMBERS = re.compile(
    r"(?P<day>\d{1,2}) ?[/. -] ?(?P<month>\d{1,2}) ?[/. -] ?(?P<year>\d{4})", re.ASCII
)
WORDS = re.compile(
    r"(?P<day>\d{1,2})(st|nd|rd|th)?[ -]?(of )?(?P<month>[a-z]{3,9})\.?,?[ -]?(?P<year>\d{4})",
    re.ASCII,
)


def iso_date(text: str) -> str:
    """Return what was typed as an ISO date, empty when it is no date one can be sure of.

    Examples
    --------
    >>> [iso_date(t) for t in ("3/9/2026", "3 Sep 2026", "2026-09-03", "03.09.2026")]
    ['2026-09-03', '2026-09-03', '2026-09-03', '2026-09-03']
    >>> [iso_date(t) for t in ("31/9/2026", "3/9/26", "9/2026", "yesterday", "")]
    ['', '', '', '', '']
    """
    said = " ".join(text.lower().split())
    found = next((m for p in (ISO, NUMBERS, WORDS) if (m := p.fullmatch(said))), None)
    month = _month(found["month"]) if found else 0
    try:
        day = date(int(found["year"]), month, int(found["day"])) if found else None
    except ValueError:
        return ""
    return day.isoformat() if day and day.year >= EARLIEST else ""


def _month(said: str) -> int:
    """Return the number of a month given as a number, or by at least three of its letters."""
    if said.isdigit():
        return int(said)
    return next((n for n, name in enumerate(MONTHS, 1) if name.lower().startswith(said)), 0)


def in_words(text: str) -> str:
    """Return an ISO date, or a month, as it is read; what is none stays as it is.

    Examples
    --------
    >>> in_words("2026-09-03"), in_words(""), in_words("Friday, by telephone")
    ('3 September 2026', '', 'Friday, by telephone')
    >>> in_words("2026-09"), in_words("2026")
    ('September 2026', '2026')
    """
    if (known := MONTH.fullmatch(text)) and 1 <= int(known["month"]) <= 12:
        return f"{MONTHS[int(known['month']) - 1]} {known['year']}"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def date_problem(what: str, text: str, clock: Clock) -> str:
    """Return what is wrong with a date in the past that was typed, and how to mend it.

    Parameters
    ----------
    what : str
        What it is the date of, as the message begins: "The date it was handed on".
    clock : Clock
        Who tells the time; today is that of this machine's time zone.
    """
    iso = iso_date(text)
    if not iso:
        return f"{what} must be a real date with its year, like 3/9/2026 or 3 September 2026"
    if iso > clock().astimezone().date().isoformat():
        return f"{what} must be today or in the past; {in_words(iso)} is not"
    return ""


def unfinished(text: str, precision: Collection[str]) -> str:
    """Return what has to be mended of a date given in parts, as the message goes on.

    Parameters
    ----------
    text : str
        ``year-month-day`` as they were typed; a part may be empty, or not be there.
    precision : collection of str
        How exactly it may be known: all of ``day``, ``month``, ``year`` that will do.

    Examples
    --------
    >>> unfinished("2026-09", ["day"]), unfinished("-09-03", ["day"])
    ('must include a day', 'must include a year')
    >>> unfinished("2026-02-31", ["day"])
    'must be a real date, with its year in four figures'
    """
    parts = dict(zip(("year", "month", "day"), text.split("-"), strict=False))
    needed = {"year"} | ({"month"} if not {"year"} & set(precision) or parts.get("day") else set())
    needed |= {"day"} if set(precision) == {"day"} else set()
    lacking = [f"a {part}" for part in ("day", "month", "year") if part in needed - _given(parts)]
    if lacking:
        return f"must include {' and '.join(lacking)}"
    return "must be a real date, with its year in four figures"


def _given(parts: Mapping[str, str]) -> set[str]:
    return {part for part, said in parts.items() if said}
