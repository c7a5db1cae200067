"""What a value of each kind of item may be. Whether it is needed is for :mod:`lltic.form.rules`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from lltic.errors import Problem
from lltic.form.model import ENTRY_ID, Form, Item
from lltic.wording import number_of

__all__ = ["MAX_LINE", "MAX_TEXT", "check_kind", "decimal_places", "is_date", "number_words"]

MAX_TEXT = 200_000
"""Code points in one free text; far above anything a person writes, so that a
runaway paste is refused rather than cut."""

MAX_LINE = 500
"""Code points on one line."""

LARGEST = 1e15
"""Whole numbers up to here are exact wherever they go, in workbooks as well."""

DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
PRECISIONS = {4: "year", 7: "month", 10: "day"}
"""How exactly a date is known, by the length of its text."""


def check_kind(form: Form, path: str, item: Item, value: Any) -> list[Problem]:
    """Return what is wrong with a value, by its item's kind.

    Returns
    -------
    list of Problem
        ``bad-value`` or ``text-too-long``; empty when it may be stored.
    """
    return _CHECKS[item.type](form, path, item, value)


def is_date(text: str) -> bool:
    """Say whether a text is a day, a month or a year of the calendar, as ISO 8601 writes it.

    Examples
    --------
    >>> [is_date(t) for t in ("2026-09-03", "2026-09", "2026", "2026-02-30", "3/9/2026")]
    [True, True, True, False, False]
    """
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return True


def _text(form: Form, path: str, item: Item, value: Any) -> list[Problem]:
    if not isinstance(value, str):
        return [Problem("bad-value", path, "is not text", "text")]
    longest = MAX_LINE if item.type == "line" else MAX_TEXT
    if len(value) > longest:
        hint = "Your words are kept on the page; shorten the text."
        return [Problem("text-too-long", path, "is too long", f"{longest:,} characters", hint)]
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return [Problem("bad-value", path, "holds half a character", "whole characters")]
    if item.type == "line" and len(value.splitlines()) > 1:
        return [Problem("bad-value", path, "is more than one line", "one line")]
    return []


def _scale(form: Form, path: str, item: Item, value: Any) -> list[Problem]:
    levels = form.scales[item.scale or ""].levels
    if type(value) is int and value in levels:
        return []
    return [Problem("bad-value", path, "is not on the scale", ", ".join(map(str, levels)))]


def _choice(form: Form, path: str, item: Item, value: Any) -> list[Problem]:
    allowed = [o.value for o in item.options]
    chosen = value if item.type == "choices" else [value]
    is_list = isinstance(chosen, list) and all(isinstance(c, str) for c in chosen)
    if is_list and set(chosen) <= set(allowed) and len(set(chosen)) == len(chosen):
        return []
    return [Problem("bad-value", path, "is not one of the options", ", ".join(allowed))]


def _date(form: Form, path: str, item: Item, value: Any) -> list[Problem]:
    if isinstance(value, str) and is_date(value) and PRECISIONS[len(value)] in item.precision:
        return []
    shown = {"day": "2026-09-03", "month": "2026-09", "year": "2026"}
    allowed = " or ".join(f"a {p} like {shown[p]}" for p in item.precision)
    return [Problem("bad-value", path, "is not a date of the calendar", allowed)]


def _number(form: Form, path: str, item: Item, value: Any) -> list[Problem]:
    allowed = number_words(item)
    if type(value) not in (int, float) or not -LARGEST <= value <= LARGEST:
        return [Problem("bad-value", path, "is not a number", allowed)]
    low = -math.inf if item.minimum is None else item.minimum
    high = math.inf if item.maximum is None else item.maximum
    if not low <= value <= high or round(value, item.decimals) != value:
        return [Problem("bad-value", path, "is outside what can be given", allowed)]
    return []


def number_words(item: Item) -> str:
    """Return what numbers an item takes, in words.

    Examples
    --------
    >>> number_words(Item("age", "number", "Age", minimum=0, maximum=125, unit="years"))
    'a whole number from 0 to 125 years'
    >>> number_words(Item("weight", "number", "Weight", decimals=1, unit="kg"))
    'a number in kg, with up to 1 decimal place'
    """
    low = "" if item.minimum is None else f" from {item.minimum:g}"
    high = "" if item.maximum is None else f" {'up ' if not low else ''}to {item.maximum:g}"
    bounds = f"{low}{high}"
    unit = f"{'' if bounds else ' in'} {item.unit}" if item.unit else ""
    if not item.decimals:
        return f"a whole number{bounds}{unit}"
    return f"a number{bounds}{unit}, with up to {decimal_places(item.decimals)}"


def decimal_places(count: int) -> str:
    """Return how many digits there are after the point, in words.

    Examples
    --------
    >>> decimal_places(1), decimal_places(2)
    ('1 decimal place', '2 decimal places')
    """
    return number_of(count, "decimal place")


def _repeat(form: Form, path: str, item: Item, value: Any) -> list[Problem]:
    allowed = f"up to {item.at_most} entries, each with an id of its own"
    ids = value if isinstance(value, list) else [None]
    good = all(isinstance(one, str) and ENTRY_ID.fullmatch(one) for one in ids)
    if good and len(set(ids)) == len(ids) <= item.at_most:
        return []
    return [Problem("bad-value", path, "is not a list of entries", allowed)]


_CHECKS: dict[str, Callable[[Form, str, Item, Any], list[Problem]]] = {
    "text": _text,
    "line": _text,
    "scale": _scale,
    "choice": _choice,
    "choices": _choice,
    "date": _date,
    "number": _number,
    "repeat": _repeat,
}
