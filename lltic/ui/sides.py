"""What several reviewers answered, question by question, beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ipywidgets import Widget

from lltic.form import Form, Item
from lltic.ui.kit import Heading, Sides
from lltic.ui.wording import answer_text, entries_text

__all__ = ["DISCIPLINES", "in_full", "sides_of"]

DISCIPLINES = {
    "primary_care": "Primary care",
    "secondary_care": "Secondary care",
    "nursing": "Nursing",
    "other": "Other disciplines",
}

Side = tuple[str, Mapping[str, Mapping[str, Any]]]
"""Whose answers, in words; and the answers by path."""


def sides_of(
    form: Form, path: str, item: Item, sides: Sequence[Side], *, field: str = "", level: int = 2
) -> Sides:
    """Return one question with the answer of each side; entries are told in full.

    Entries cannot be taken over: their questions are answers of their own.
    """
    taken = "" if item.type == "repeat" else field
    return Sides(
        label=item.label, sides=_answers(form, path, item, sides), field=taken, level=level
    )


def _answers(form: Form, path: str, item: Item, sides: Sequence[Side]) -> list[dict[str, Any]]:
    found = []
    for label, answers in sides:
        answer = answers.get(path)
        text = answer_text(form, item, answer)
        if item.type == "repeat":
            text = entries_text(form, path, item, answers)
        found.append({"label": label, "answer": answer} | ({"text": text} if text else {}))
    return found


def in_full(form: Form, sides: Sequence[Side]) -> list[Widget]:
    """Return every question that somebody answered, page by page."""
    parts: list[Widget] = []
    for page in form.pages:
        paths = [(f"{page.id}.{item.id}", item) for item in page.items]
        asked = [(p, item) for p, item in paths if any(p in answers for _, answers in sides)]
        if asked:
            parts.append(Heading(text=page.title, level=2))
            parts += [sides_of(form, p, item, sides, level=3) for p, item in asked]
    return parts
