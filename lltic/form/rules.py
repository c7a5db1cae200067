"""Branching and validation: the same rules on screen, in the service and in exports.

``answers`` maps an item's path to ``{"value": x}`` or ``{"missing": kind}``; an
item that is not in it has no answer yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem
from lltic.form.model import Condition, Form, Item, Page

__all__ = [
    "Answers",
    "check_complete",
    "check_value",
    "holds",
    "is_relevant",
    "page_progress",
    "resolve",
]

Answers = Mapping[str, Mapping[str, Any]]

MAX_TEXT = 200_000
"""Code points in one free text; far above anything a person writes, so that a
runaway paste is refused rather than cut."""


def holds(condition: Condition, form: Form, answers: Answers) -> bool:
    """Say whether a condition is met by the answers so far; an item not asked meets none."""
    target = form.item(condition.item)
    if target is None or not is_relevant(condition.item, target, form, answers):
        return False
    value = answers.get(condition.item, {}).get("value")
    if condition.answered is not None:
        return (value is not None) == condition.answered
    if condition.includes is not None:
        return isinstance(value, (list, tuple)) and condition.includes in value
    return str(value) in condition.equals


def is_relevant(path: str, item: Item, form: Form, answers: Answers) -> bool:
    """Say whether branching asks this item, given the answers so far."""
    return item.when is None or holds(item.when, form, answers)


def _is_required(item: Item, form: Form, answers: Answers) -> bool:
    if item.required_when is not None:
        return holds(item.required_when, form, answers)
    return item.required


def _is_empty(answer: Mapping[str, Any] | None) -> bool:
    """No answer, no reason either; white space alone is no answer."""
    if answer is None:
        return True
    value = answer.get("value")
    blank = isinstance(value, str) and not value.strip()
    return not answer.get("missing") and (value is None or blank or value == [])


def check_value(form: Form, path: str, answer: Mapping[str, Any] | None) -> list[Problem]:
    """Return what is wrong with one answer: its kind, not whether it is needed.

    Parameters
    ----------
    answer : mapping or None
        None clears the item.

    Returns
    -------
    list of Problem
        Codes ``unknown-item``, ``bad-answer``, ``bad-missing``, ``bad-value``,
        ``text-too-long``; empty when the answer may be stored.
    """
    item = form.item(path)
    if item is None:
        known = ", ".join(p for p, _, _ in form.items())
        return [Problem("unknown-item", repr(path[:80]), f"is not an item of {form.name}", known)]
    if answer is None:
        return []
    if (
        not isinstance(answer, Mapping)
        or len(answer) != 1
        or not {"value", "missing"} & set(answer)
    ):
        return [Problem("bad-answer", path, "is not an answer", '{"value": …}, {"missing": …}')]
    if "missing" in answer:
        if answer["missing"] in item.missing:
            return []
        allowed = ", ".join(item.missing) or "none: this item needs an answer"
        return [Problem("bad-missing", path, "cannot be left out for that reason", allowed)]
    return _check_kind(form, path, item, answer["value"])


def _check_kind(form: Form, path: str, item: Item, value: Any) -> list[Problem]:
    if item.type == "text":
        if not isinstance(value, str):
            return [Problem("bad-value", path, "is not text", "text")]
        if len(value) > MAX_TEXT:
            hint = "Your words are kept on the page; shorten the text."
            return [Problem("text-too-long", path, "is too long", f"{MAX_TEXT:,} characters", hint)]
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return [Problem("bad-value", path, "holds half a character", "whole characters")]
        return []
    if item.type == "scale":
        levels = form.scales[item.scale or ""].levels
        if type(value) is int and value in levels:
            return []
        return [Problem("bad-value", path, "is not on the scale", ", ".join(map(str, levels)))]
    allowed = [o.value for o in item.options]
    chosen = value if item.type == "choices" else [value]
    is_list = isinstance(chosen, list) and all(isinstance(c, str) for c in chosen)
    if is_list and set(chosen) <= set(allowed) and len(set(chosen)) == len(chosen):
        return []
    return [Problem("bad-value", path, "is not one of the options", ", ".join(allowed))]


def check_complete(form: Form, answers: Answers) -> list[Problem]:
    """Return everything that stands between these answers and submitting, at once.

    Returns
    -------
    list of Problem
        ``answer-needed`` per item that must be answered and is not, in the order
        of the form, and whatever :func:`check_value` finds.
    """
    problems: list[Problem] = []
    for path, page, item in form.items():
        if not is_relevant(path, item, form, answers):
            continue
        answer = answers.get(path)
        if _is_empty(answer):
            if _is_required(item, form, answers):
                hint = _how_to_answer(item, page)
                problems.append(Problem("answer-needed", path, "has no answer yet", hint=hint))
            continue
        problems += check_value(form, path, answer)
    return problems


def _how_to_answer(item: Item, page: Page) -> str:
    verbs = {"text": "Write", "scale": "Choose a score for", "choice": "Answer", "choices": "Tick"}
    if item.type == "text":
        return f"{page.title}: write {item.label[:1].lower()}{item.label[1:]}"
    if item.type == "scale":
        return f"{page.title}: choose a score"
    return f"{page.title}: {verbs[item.type].lower()} “{item.label}”"


def resolve(form: Form, answers: Answers) -> dict[str, dict[str, Any]]:
    """Return a whole answer sheet: every item with a value or a kind of missingness.

    ``not_reached`` where branching did not ask, ``missing`` where it did and
    nobody answered, else what the reviewer said.
    """
    sheet: dict[str, dict[str, Any]] = {}
    for path, _, item in form.items():
        answer = answers.get(path)
        if not is_relevant(path, item, form, answers):
            sheet[path] = {"value": None, "missing": "not_reached"}
        elif answer is None or _is_empty(answer):
            sheet[path] = {"value": None, "missing": "missing"}
        else:
            sheet[path] = {"value": answer.get("value"), "missing": answer.get("missing", "")}
    return sheet


def page_progress(form: Form, page: Page, answers: Answers) -> str:
    """Return ``todo``, ``started``, ``done`` or ``optional`` (not begun, nothing needed)."""
    asked = [
        (f"{page.id}.{item.id}", item)
        for item in page.items
        if is_relevant(f"{page.id}.{item.id}", item, form, answers)
    ]
    begun = [path for path, _ in asked if not _is_empty(answers.get(path))]
    lacking = [p for p, i in asked if _is_empty(answers.get(p)) and _is_required(i, form, answers)]
    if not begun:
        return "todo" if lacking else "optional"
    return "started" if lacking else "done"
