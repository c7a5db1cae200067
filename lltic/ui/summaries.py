"""A review at a glance, as rows to show: how far each part is, and every answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from lltic.form import Answers, Form, Item, Page, is_relevant
from lltic.form import asked as every_question
from lltic.ui.wording import answer_text, progress_counts, within

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
    """Return the items of a page that branching asks, with their paths; entries in their place."""
    return [
        (path, item)
        for path, on, item in every_question(form, answers)
        if on.id == page.id and is_relevant(path, item, form, answers)
    ]


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
    form: Form,
    answers: Answers,
    wrong: Mapping[str, str],
    query: Query,
    cited: Collection[str] = (),
) -> list[dict[str, Any]]:
    """Return every answer of a review by page; ``wrong`` maps a path to what it lacks.

    ``cited`` are the paths of questions that evidence stands beside, answered or not.
    """
    return [
        {
            "heading": page.title,
            "rows": [
                _row(form, path, item, answers, wrong, query(path))
                for path, item in asked(form, page, answers)
                if path in answers
                or path in cited
                or not _needs_no_words(form, path, item, answers)
            ],
        }
        for page in form.pages
    ]


def _needs_no_words(form: Form, path: str, item: Item, answers: Answers) -> bool:
    """Say whether an item goes with another that has no value: a phase that did not apply."""
    if item.required_when is None:
        return False
    other, entry = item.required_when.item, form.entry(path)
    if entry is not None and other.startswith(f"{entry.path}."):
        other = f"{entry.path}.{entry.entry_id}{other.removeprefix(entry.path)}"
    return answers.get(other, {}).get("value") is None


def _row(
    form: Form,
    path: str,
    item: Item,
    answers: Answers,
    wrong: Mapping[str, str],
    query: str,
) -> dict[str, Any]:
    answer = answers.get(path)
    entry = within(form, path, answers)
    row: dict[str, Any] = {
        "field": path,
        "key": f"{entry}: {item.label}" if entry else item.label,
        "answer": answer,
        "query": query,
        "optional": not item.required and item.required_when is None,
    }
    text = answer_text(form, item, answer)
    row |= {"text": text} if text else {}
    row |= {"error": wrong[path]} if path in wrong else {}
    return row
