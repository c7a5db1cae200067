"""Whole sheets of answers to any form: everything said, or nothing that need not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lltic.form import Form, Item, asked
from lltic.form.rules import is_relevant

__all__ = ["fill", "say_all", "say_nothing"]

Answer = dict[str, Any]


def fill(
    form: Form,
    how: Callable[[Form, Item], Answer],
    told: Callable[[str, Answer], None] = lambda path, answer: None,
) -> dict[str, Answer]:
    """Answer what is asked, in the order it comes to be asked; ``told`` hears of each."""
    answers: dict[str, Answer] = {}
    while True:
        waiting = [
            (path, item)
            for path, _, item in asked(form, answers)
            if path not in answers and is_relevant(path, item, form, answers)
        ]
        if not waiting:
            return answers
        path, item = waiting[0]
        answers[path] = how(form, item)
        told(path, answers[path])


def say_nothing(form: Form, item: Item) -> Answer:
    """A reason where one is offered, and an answer only where one must be."""
    if item.missing:
        return {"missing": item.missing[0]}
    return say_all(form, item) if item.required else {"value": None}


def say_all(form: Form, item: Item) -> Answer:
    """An answer that leads on: yes where there is a yes, and one entry."""
    values = {
        "text": "Something.",
        "line": "Something",
        "scale": max(form.scales[item.scale].levels) if item.scale else None,
        "choice": _yes(item),
        "choices": [option.value for option in item.options],
        "date": {"day": "2026-09-03", "month": "2026-09", "year": "2026"}[item.precision[0]],
        "number": 1 if item.minimum is None else item.minimum,
        "repeat": ["a1"],
    }
    return {"value": values[item.type]}


def _yes(item: Item) -> str:
    values = [option.value for option in item.options]
    return "yes" if "yes" in values else (values or [""])[-1]
