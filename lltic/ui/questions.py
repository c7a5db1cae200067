"""One form page as components: which question becomes which widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.form import Form, Item
from lltic.ui.kit import (
    Checkboxes,
    DateInput,
    Field,
    NumberInput,
    Radios,
    RepeatingGroup,
    Scale,
    Select,
    TextArea,
    TextInput,
)
from lltic.ui.kit.fields import MISSING_CHOICES

__all__ = ["question"]

MANY = 8
"""A choice of more options than this opens as a list."""


def question(
    form: Form, path: str, item: Item, known: Mapping[str, Any] | None, within: str = ""
) -> Field:
    """Return the component that asks an item, with the answer known so far.

    Parameters
    ----------
    known : mapping or None
        ``{"answer", "version"}`` as the service gave it.
    within : str
        Which entry it belongs to, in words: "Problem 2".
    """
    common: dict[str, Any] = {
        "field": path,
        "label": item.label,
        "hint": item.hint,
        "within": within,
        "value": known["answer"] if known else None,
        "version": known["version"] if known else 0,
    }
    missing = _missing(item)
    # What belongs to a score takes its reason from the score: no second place to say it.
    offered = [] if item.type == "text" and item.required_when else missing
    optional = not item.required and item.required_when is None
    if item.type == "scale" and item.scale:
        points = form.scales[item.scale].points
        levels = [(p.value, f"{p.value} {p.label}", p.means) for p in points]
        return Scale(options=levels, missing=missing, **common)
    if item.type in ("choice", "choices"):
        return _choice(item, missing, optional, common)
    if item.type == "repeat":
        return RepeatingGroup(
            entry=item.entry, at_most=item.at_most, missing=missing, **{**common, "hint": ""}
        )
    common |= {"missing": offered, "optional": optional}
    if item.type == "date":
        common["hint"] = item.hint or _date_hint(item)
        return DateInput(precision=item.precision, **common)
    if item.type == "number":
        common |= {"minimum": item.minimum, "maximum": item.maximum, "decimals": item.decimals}
        return NumberInput(unit=item.unit, **common)
    if item.type == "line":
        return TextInput(longest=0, **common)  # the service says when it is too long
    return TextArea(**common)


def _missing(item: Item) -> list[dict[str, str]]:
    described = item.missing_labels or {}
    return [
        {"missing": kind, **MISSING_CHOICES[kind], "description": described.get(kind, "")}
        for kind in item.missing
    ]


def _choice(
    item: Item, missing: list[dict[str, str]], optional: bool, common: dict[str, Any]
) -> Field:
    options = [(o.value, o.label, o.hint) for o in item.options]
    if item.type == "choices":
        return Checkboxes(options=options, missing=missing, **common)
    if len(options) > MANY:
        return Select(options=options, missing=missing, optional=optional, **common)
    arranged = "inline" if len(options) == 2 and not missing else "stacked"
    return Radios(options=options, missing=missing, arrangement=arranged, **common)


def _date_hint(item: Item) -> str:
    """Return how a date is given, as exactly as it must be known."""
    examples = {"day": "3 9 2026", "month": "9 2026", "year": "2026"}
    finest, *coarser = [p for p in examples if p in item.precision]
    hint = f"For example, {examples[finest]}."
    if coarser:
        known = {"month": "the month and the year", "year": "the year alone"}
        hint += f" If it is not known exactly, give {' or '.join(known[p] for p in coarser)}."
    return hint
