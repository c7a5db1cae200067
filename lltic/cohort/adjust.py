"""Change what a definition lets be changed: a month, an age, a list of settings.

The changed content is checked like any other and has a hash of its own, so that no
figure made under a changed definition can pass for one made under the written one.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lltic.cohort.model import Definition
from lltic.errors import Problem, UsageError, unknown

__all__ = ["ADJUSTABLE", "adjusted", "read_settings"]

ADJUSTABLE: dict[str, tuple[str, str]] = {
    "settings": ("population", "settings"),
    "patient_classes": ("population", "patient_classes"),
    "excluded_providers": ("population", "excluded_providers"),
    "excluded_specialties": ("population", "excluded_specialties"),
    "month": ("population", "month"),
    "died_from": ("population", "died_from"),
    "died_to": ("population", "died_to"),
    "minimum_age": ("population", "minimum_age"),
    "days_min": ("window", "days_min"),
    "days_max": ("window", "days_max"),
    "late_registration_days": ("parameters", "late_registration_days"),
    "superspell_gap_days": ("parameters", "superspell_gap_days"),
    "superspell_transfer": ("parameters", "superspell_transfer"),
    "alarm_specialties": ("alarm", "specialties"),
    "alarm_diagnoses": ("alarm", "diagnoses"),
    "improvement_specialties": ("improvement", "specialties"),
    "improvement_diagnoses": ("improvement", "diagnoses"),
}
"""Every name that a definition may list under ``adjustable``, and where its value lies."""

LISTS = {"settings", "patient_classes", "excluded_providers", "excluded_specialties"}
LISTS |= {name for name, (part, _) in ADJUSTABLE.items() if part in ("alarm", "improvement")}


def read_settings(given: Sequence[str]) -> dict[str, str]:
    """Return ``NAME=VALUE`` texts as a dict; ``bad-option`` for each that is none, or said twice.

    Examples
    --------
    >>> read_settings(["month=2016-10"])
    {'month': '2016-10'}
    """
    allowed = "NAME=VALUE, such as month=2016-10"
    problems = [
        Problem("bad-option", f"--set {text}", "is no setting", allowed)
        for text in given
        if not text.partition("=")[0] or "=" not in text
    ]
    times = Counter(text.partition("=")[0] for text in given)
    problems += [
        Problem("bad-option", f"--set {name}", "is given more than once", "one value, or a list")
        for name, n in times.items()
        if n > 1
    ]
    if problems:
        raise UsageError(problems)
    return {name: value for name, _, value in (text.partition("=") for text in given)}


def adjusted(
    data: Mapping[str, Any], definition: Definition, settings: Mapping[str, str]
) -> dict[str, Any]:
    """Return a definition's content with other values, as plain data.

    Parameters
    ----------
    data : mapping
        The content of the file, as :func:`lltic.definitions.read_yaml` returns it.
    definition : Definition
        The same, parsed: it says what is adjustable.
    settings : mapping of str to str
        Values by name, as typed; a list is parted by commas, and an empty text is no value.

    Raises
    ------
    UsageError
        ``not-adjustable``, once per name that the definition does not list.
    """
    allowed = definition.adjustable
    if settings and not allowed:
        message = "lets nothing be changed"
        hint = "Copy it to cohorts/ of your study under another name, and change it there."
        raise UsageError(Problem("not-adjustable", definition.name, message, hint=hint))
    problems = [
        unknown("adjustable value", name, allowed, code="not-adjustable")
        for name in settings
        if name not in allowed
    ]
    if problems:
        raise UsageError(problems)
    fresh = copy.deepcopy(dict(data))
    for name, text in settings.items():
        part, key = ADJUSTABLE[name]
        _part(fresh, part)[key] = _value(name, text)
    return fresh


def _part(data: dict[str, Any], part: str) -> dict[str, Any]:
    if part in ("alarm", "improvement"):
        return next(mark for mark in data["marks"] if mark["mark"] == part)
    return data.setdefault(part, {})


def _value(name: str, text: str) -> Any:
    if name in LISTS:
        return [one.strip() for one in text.split(",") if one.strip()]
    return text.strip() or None
