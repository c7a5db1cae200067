"""What the reports print of a form and of the notes, made from the form and the case book."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lltic.form.model import Form, Item
    from lltic.records import Citation
    from lltic.reports.asked import Asked, Questions
    from lltic.study import Study

__all__ = ["questions_of", "titles_of"]


def questions_of(form: Form) -> Questions:
    """Return the questions of a form, with the words for what can be answered."""
    from lltic.reports.asked import Questions, Repeated

    sections = {page.id: page.title for page in form.pages}
    on = {path: sections[page.id] for path, page, _ in form.items()}
    asked = []
    section = ""
    for path, item in form.questions():
        section = on.get(path, section)  # a question of an entry stands where its group does
        asked.append(_asked(form, path, section, item))
    by_path = {one.path: one for one in asked}
    repeated = tuple(
        Repeated(path, item.label, item.entry, tuple(by_path[f"{path}.{q.id}"] for q in item.items))
        for path, _, item in form.items()
        if item.type == "repeat"
    )
    return Questions(tuple(asked), repeated)


def _asked(form: Form, path: str, section: str, item: Item) -> Asked:
    from lltic.reports.asked import Asked

    words = {option.value: option.label for option in item.options}
    if item.type == "scale" and item.scale:
        points = form.scales[item.scale].points
        words = {str(point.value): f"{point.value} {point.label}" for point in points}
    label = f"{item.label} ({item.unit})" if item.unit else item.label
    return Asked(path, section, label, words, item.missing_labels or {})


def titles_of(study: Study, citations: Iterable[Citation]) -> dict[str, str]:
    """Return what the cited documents are called in the case book; erased ones are not in it."""
    file = study.cohort / "casebook.json"
    book = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    cases = {one.case_id for one in citations}
    return {
        document["id"]: document["title"]
        for case_id in sorted(cases)
        for document in book.get(case_id, {}).get("documents", ())
    }
