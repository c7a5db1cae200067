"""One form page as components: which question becomes which widget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.form import Form, Item
from lltic.ui.kit import Checkboxes, Field, Radios, Scale, TextArea

__all__ = ["question"]

MISSING_WORDS = {"not_applicable": "Does not apply", "not_in_notes": "Not in the notes"}


def question(form: Form, path: str, item: Item, known: Mapping[str, Any] | None) -> Field:
    """Return the component that asks an item, with the answer known so far.

    Parameters
    ----------
    known : mapping or None
        ``{"answer", "version"}`` as the service gave it.
    """
    answer = known["answer"] if known else None
    version = known["version"] if known else 0
    common: dict[str, Any] = {
        "field": path,
        "label": item.label,
        "hint": item.hint,
        "value": answer,
        "version": version,
    }
    missing = [
        {
            "missing": kind,
            "label": MISSING_WORDS[kind],
            "description": (item.missing_labels or {}).get(kind, ""),
        }
        for kind in item.missing
    ]
    if item.type == "scale" and item.scale:
        points = form.scales[item.scale].points
        levels = [(p.value, f"{p.value} {p.label}", p.means) for p in points]
        return Scale(options=levels, missing=missing, **common)
    options = [(o.value, o.label, o.hint) for o in item.options]
    if item.type == "choice":
        arranged = "inline" if len(options) == 2 and not missing else "stacked"
        return Radios(options=options, missing=missing, arrangement=arranged, **common)
    if item.type == "choices":
        return Checkboxes(options=options, **common)
    # A text that belongs to a score takes its reason from the score: no second place to say it.
    offered = [] if item.required_when else missing
    optional = not item.required and item.required_when is None
    return TextArea(missing=offered, optional=optional, **common)
