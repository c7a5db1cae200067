"""Words that several pages share: dates, plurals, and what the case is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.clock import parse_instant
from lltic.form import Form, Item

__all__ = ["SYNTHETIC", "answer_text", "day", "plural", "progress_counts"]

SYNTHETIC = "Synthetic study: invented people, invented notes."


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "case"), plural(3, "case"), plural(0, "part")
    ('1 case', '3 cases', 'no parts')
    """
    noun = one if count == 1 else many or f"{one}s"
    return f"{count or 'no'} {noun}"


def day(at: str) -> str:
    """Return an instant's date in words, empty for none.

    Examples
    --------
    >>> day("2026-10-19T14:03:22.000000Z")
    '19 Oct 2026'
    """
    if not at:
        return ""
    instant = parse_instant(at)
    return f"{instant.day} {instant.strftime('%b %Y')}"


def progress_counts(progress: Mapping[str, str]) -> tuple[int, int]:
    """Return how many parts are done, of how many that need something.

    Examples
    --------
    >>> progress_counts({"gate": "done", "admission": "started", "lessons": "optional"})
    (1, 2)
    """
    needed = [state for state in progress.values() if state != "optional"]
    return sum(state == "done" for state in needed), len(needed)


def answer_text(form: Form, item: Item, answer: Mapping[str, Any] | None) -> str:
    """Return how an answer reads, empty where the value reads by itself."""
    value = (answer or {}).get("value")
    if value is None:
        return ""
    if item.type == "scale" and item.scale:
        point = next((p for p in form.scales[item.scale].points if p.value == value), None)
        return f"{value} {point.label}" if point else ""
    labels = {option.value: option.label for option in item.options}
    if item.type == "choices":
        return "; ".join(labels.get(v, v) for v in value)
    return labels.get(str(value), "") if item.type == "choice" else str(value)
