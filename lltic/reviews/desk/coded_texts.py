"""The words of a locked review, as those who code them and those who settle see them."""

from __future__ import annotations

from typing import Any

from lltic.form import Form, asked, is_relevant
from lltic.reviews.desk.room import Room
from lltic.reviews.state import ReviewState

__all__ = ["documents_of", "texts_of"]


def texts_of(room: Room, review: ReviewState) -> list[dict[str, Any]]:
    """Return every free text that was asked for and written, in the order of the form."""
    form = room.state.form_of(review)
    found = []
    for path, page, item in asked(form, review.answers):
        words = review.answers.get(path, {}).get("value")
        if item.type == "text" and is_relevant(path, item, form, review.answers) and words:
            label = f"{item.label}{_entry_words(form, review, path)}"
            found.append({"item": path, "page": page.title, "label": label, "text": str(words)})
    return [one for one in found if one["text"].strip()]


def _entry_words(form: Form, review: ReviewState, path: str) -> str:
    """Which entry a question is of, such as " (problem 2)"."""
    entry = form.entry(path)
    if entry is None:
        return ""
    ids = review.answers[entry.path]["value"]
    return f" ({entry.group.entry} {ids.index(entry.entry_id) + 1})"


def documents_of(room: Room, review: ReviewState) -> list[dict[str, str]]:
    """Return what the documents that are cited are called; not what else the case has."""
    cited = {one.document for one in review.cited.values()}
    known = room.casebook.get(review.case_id, {}).get("documents", ())
    return [
        {"id": d["id"], "title": d.get("title", ""), "date": d.get("date", "")}
        for d in known
        if d["id"] in cited
    ]
