"""Branching and validation: the same rules on screen, in the service and in exports.

``answers`` maps an item's path to ``{"value": x}`` or ``{"missing": kind}``; an
item that is not in it has no answer yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lltic.errors import Problem
from lltic.form.kinds import check_kind
from lltic.form.model import Condition, Entry, Form, Item, Page

__all__ = [
    "Answers",
    "asked",
    "check_complete",
    "check_value",
    "holds",
    "is_relevant",
    "page_progress",
    "resolve",
]

Answers = Mapping[str, Mapping[str, Any]]


def asked(form: Form, answers: Answers) -> Iterator[tuple[str, Page, Item]]:
    """Yield ``(path, page, item)`` of every question there is, those of entries in their place.

    Also of questions that branching does not ask; see :func:`is_relevant`.
    """
    for path, page, item in form.items():
        yield path, page, item
        for entry_id in _entries(path, item, answers):
            for question in item.items:
                yield f"{path}.{entry_id}.{question.id}", page, question


def _entries(path: str, item: Item, answers: Answers) -> list[str]:
    ids = answers.get(path, {}).get("value") if item.type == "repeat" else None
    return ids if isinstance(ids, list) else []


def holds(condition: Condition, form: Form, answers: Answers, within: Entry | None = None) -> bool:
    """Say whether a condition is met by the answers so far; an item not asked meets none.

    Parameters
    ----------
    within : Entry, optional
        The entry whose question has the condition: it looks at that entry's answers.
    """
    path = condition.item
    group, _, question = path.rpartition(".")
    repeated = form.item(group)
    if repeated is not None and repeated.type == "repeat":
        if within is None or within.path != group:  # somebody outside: any entry will do
            ids = _entries(group, repeated, answers)
            places = (Entry(group, repeated, one, repeated) for one in ids)
            return any(holds(condition, form, answers, place) for place in places)
        path = f"{group}.{within.entry_id}.{question}"
    target = form.item(path)
    if target is None or not is_relevant(path, target, form, answers):
        return False
    value = answers.get(path, {}).get("value")
    if condition.answered is not None:
        return (value is not None) == condition.answered
    if condition.includes is not None:
        return isinstance(value, (list, tuple)) and condition.includes in value
    return str(value) in condition.equals


def is_relevant(path: str, item: Item, form: Form, answers: Answers) -> bool:
    """Say whether branching asks this item, given the answers so far."""
    within = form.entry(path)
    if within is not None:
        there = within.entry_id in _entries(within.path, within.group, answers)
        if not there or not is_relevant(within.path, within.group, form, answers):
            return False
    return item.when is None or holds(item.when, form, answers, within)


def _is_required(path: str, item: Item, form: Form, answers: Answers) -> bool:
    if item.required_when is not None:
        return holds(item.required_when, form, answers, form.entry(path))
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
    return check_kind(form, path, item, answer["value"])


def check_complete(form: Form, answers: Answers) -> list[Problem]:
    """Return everything that stands between these answers and submitting, at once.

    Returns
    -------
    list of Problem
        ``answer-needed`` per item that must be answered and is not, in the order
        of the form, and whatever :func:`check_value` finds.
    """
    problems: list[Problem] = []
    for path, page, item in asked(form, answers):
        if not is_relevant(path, item, form, answers):
            continue
        answer = answers.get(path)
        if _is_empty(answer):
            if _is_required(path, item, form, answers):
                hint = _how_to_answer(item, page)
                problems.append(Problem("answer-needed", path, "has no answer yet", hint=hint))
            continue
        problems += check_value(form, path, answer)
    return problems


VERBS = {
    "text": "write",
    "line": "write",
    "choice": "answer",
    "choices": "tick",
    "date": "give the date for",
    "number": "give a number for",
    "repeat": "add at least one to",
}


def _how_to_answer(item: Item, page: Page) -> str:
    if item.type == "text":
        return f"{page.title}: write {item.label[:1].lower()}{item.label[1:]}"
    if item.type == "scale":
        return f"{page.title}: choose a score"
    return f"{page.title}: {VERBS[item.type]} “{item.label}”"


def resolve(form: Form, answers: Answers) -> dict[str, dict[str, Any]]:
    """Return a whole answer sheet: every question with a value or a kind of missingness.

    Questions of entries come after the item that repeats, entry by entry.

    ``not_reached`` where branching did not ask, ``missing`` where it did and
    nobody answered, else what the reviewer said.
    """
    sheet: dict[str, dict[str, Any]] = {}
    for path, _, item in asked(form, answers):
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
    mine = [
        (path, item)
        for path, on, item in asked(form, answers)
        if on.id == page.id and is_relevant(path, item, form, answers)
    ]
    begun = [path for path, _ in mine if not _is_empty(answers.get(path))]
    lacking = [
        path
        for path, item in mine
        if _is_empty(answers.get(path)) and _is_required(path, item, form, answers)
    ]
    if not begun:
        return "todo" if lacking else "optional"
    return "started" if lacking else "done"
