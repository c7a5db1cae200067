"""What several reviewers answered, question by question, beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ipywidgets import Widget

from lltic.form import Form, Item, Match, contents, matched
from lltic.ui.kit import Heading, Sides
from lltic.ui.wording import answer_text, entries_text, plural

__all__ = ["DISCIPLINES", "entries_of", "in_full", "said_by_all", "sides_of"]

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

    All entries at once cannot be taken over: see :func:`entries_of`.
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


def said_by_all(form: Form, path: str, item: Item, sides: Sequence[Side]) -> int:
    """Return how many entries of an item all sides have, word for word."""
    return sum(match.same for match in _matches(form, path, item, sides)[1])


def entries_of(
    form: Form,
    path: str,
    item: Item,
    sides: Sequence[Side],
    own: Mapping[str, Mapping[str, Any]],
) -> list[Sides]:
    """Return the entries that not all sides have, what belongs together beside each other.

    Each can be taken over whole, until the answers so far (``own``) have one that says
    the same.
    """
    told, matches = _matches(form, path, item, sides)
    here = list(contents(form, path, item, own).values())
    found = []
    for match in matches:
        if match.same:
            continue
        shown = [
            {"label": label, "answer": None, "absent": f"Has no {item.entry} like it"}
            if not entry_id
            else {
                "label": label,
                "answer": {"value": [entry_id]},
                "text": entries_text(form, path, item, answers, only=entry_id),
                "entry": entries[entry_id],
                "taken": entries[entry_id] in here,
            }
            for (label, answers), entries, entry_id in zip(sides, told, match.ids, strict=True)
        ]
        found.append(Sides(label=_entry_words(item, match, sides), sides=shown, field=path))
    return found


def _matches(
    form: Form, path: str, item: Item, sides: Sequence[Side]
) -> tuple[list[dict[str, Any]], list[Match]]:
    told = [contents(form, path, item, answers) for _, answers in sides]
    return [dict(entries) for entries in told], matched(item, told)


def _entry_words(item: Item, match: Match, sides: Sequence[Side]) -> str:
    """Return what a pair of entries is called: who has it, and how far it is the same."""
    who = [label for (label, _), entry_id in zip(sides, match.ids, strict=True) if entry_id]
    name = f"{item.entry[:1].upper()}{item.entry[1:]}"
    if len(who) == 1:
        return f"{name} that only {who[0]} has"
    several = "both" if len(sides) == 2 else plural(len(who), "reader")
    return f"{name} that {several} describe, not in the same way"


def in_full(
    form: Form, sides: Sequence[Side], below: Callable[[str], Sequence[Widget]] = lambda path: ()
) -> list[Widget]:
    """Return every question that somebody answered, page by page.

    ``below(path)`` returns what else stands below a question, such as evidence.
    """
    parts: list[Widget] = []
    for page in form.pages:
        paths = [(f"{page.id}.{item.id}", item) for item in page.items]
        asked = [(p, item) for p, item in paths if any(p in answers for _, answers in sides)]
        if asked:
            parts.append(Heading(text=page.title, level=2))
            for path, item in asked:
                parts += [sides_of(form, path, item, sides, level=3), *below(path)]
    return parts
