"""A review at a glance, as rows to show: how far each part is, and every answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lltic.form import Answers, Form, Item, Page, is_relevant
from lltic.ui.wording import answer_text, progress_counts

__all__ = ["asked", "check_sections", "task_groups", "task_row"]

STATUS = {
    "done": ("Done", "done"),
    "started": ("Started", "doing"),
    "todo": ("Not yet started", "todo"),
    "optional": ("Optional", "todo"),
    "ready": ("Ready", "todo"),
    "later": ("When you are ready", "todo"),
}

Query = Callable[[str], str]
"""``query(page)`` or ``query(path)``: the address of a page, or of where an item is answered."""


def asked(form: Form, page: Page, answers: Answers) -> list[tuple[str, Item]]:
    """Return the items of a page that branching asks, with their paths."""
    paths = [(f"{page.id}.{item.id}", item) for item in page.items]
    return [(p, item) for p, item in paths if is_relevant(p, item, form, answers)]


def task_groups(form: Form, progress: Mapping[str, str], query: Query) -> list[dict[str, Any]]:
    """Return the rows of a task list: the form's pages, then the last step."""
    rows = [
        task_row(page.id, page.title, page.caption, progress[page.id], query(page.id))
        for page in form.pages
    ]
    done, needed = progress_counts(progress)
    state = "ready" if done == needed else "later"
    last = task_row("check", "Check your answers and submit", "", state, query("check"))
    return [{"heading": "", "rows": rows}, {"heading": "", "rows": [last]}]


def task_row(key: str, label: str, hint: str, state: str, query: str) -> dict[str, Any]:
    """Return one row of a task list; ``state`` is a key of ``STATUS``."""
    words, kind = STATUS[state]
    return {
        "key": key,
        "label": label,
        "hint": hint,
        "status": words,
        "status_kind": kind,
        "query": query,
    }


def check_sections(
    form: Form, answers: Answers, wrong: Mapping[str, str], query: Query
) -> list[dict[str, Any]]:
    """Return every answer of a review by page; ``wrong`` maps a path to what it lacks."""
    return [
        {
            "heading": page.title,
            "rows": [
                _row(form, path, item, answers, wrong, query(path))
                for path, item in asked(form, page, answers)
                if path in answers or not _needs_no_words(item, answers)
            ],
        }
        for page in form.pages
    ]


def _needs_no_words(item: Item, answers: Answers) -> bool:
    """Say whether an item goes with another that has no value: a phase that did not apply."""
    other = item.required_when
    return other is not None and answers.get(other.item, {}).get("value") is None


def _row(
    form: Form,
    path: str,
    item: Item,
    answers: Answers,
    wrong: Mapping[str, str],
    query: str,
) -> dict[str, Any]:
    answer = answers.get(path)
    row: dict[str, Any] = {
        "field": path,
        "key": item.label,
        "answer": answer,
        "query": query,
        "optional": not item.required and item.required_when is None,
    }
    text = answer_text(form, item, answer)
    row |= {"text": text} if text else {}
    row |= {"error": wrong[path]} if path in wrong else {}
    return row
