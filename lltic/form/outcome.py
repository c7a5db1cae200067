"""What follows when reviews are in: what they set off, and whether they agree.

All functions take answers as :mod:`lltic.form.rules` does. Entries of items that repeat
are compared by what they say, see :func:`~lltic.form.entries.matched`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lltic.form.entries import contents, matched, without_words
from lltic.form.model import Form, Item, Page, Trigger
from lltic.form.rules import Answers, holds, resolve

__all__ = ["Difference", "apart", "differing", "is_concordant", "merged", "triggered"]

Side = tuple[Form, Answers]
"""A review: the form as it was asked it, and its answers."""


def triggered(form: Form, answers: Answers) -> list[Trigger]:
    """Return the triggers that these answers set off, in the order of the form."""
    return [t for t in form.triggers if any(holds(c, form, answers) for c in t.when_any)]


# -- whether they agree ------------------------------------------------------------------


def is_concordant(form: Form, reviews: Sequence[Answers]) -> bool:
    """Say whether independent reviews agree on every item the form names.

    Two kinds of missing agree when they are the same kind; a missing answer and a
    value do not. Entries agree when the same are there, free text aside, in whatever order;
    so do the answers to one question of them.
    """
    sheets = [resolve(form, answers) for answers in reviews]
    return all(
        _agree([_given(form, rule.item, sheet) for sheet in sheets], rule.within)
        for rule in form.concordance
    )


def _agree(given: Sequence[Mapping[str, Any]], within: int) -> bool:
    if len({answer["missing"] for answer in given}) > 1:
        return False
    values = [answer["value"] for answer in given if not answer["missing"]]
    return not values or _near(values, within)


def _near(values: Sequence[Any], within: int) -> bool:
    if all(type(value) is int for value in values):
        return max(values) - min(values) <= within
    return all(value == values[0] for value in values)


def _given(form: Form, path: str, sheet: Answers) -> Mapping[str, Any]:
    """Return what a resolved sheet says to an item that is named; entries without their ids."""
    if path in sheet and (item := form.item(path)) and item.type == "repeat":
        if sheet[path]["missing"]:
            return sheet[path]
        return {"missing": "", "value": _entries_in_order(form, path, item, sheet)}
    if path in sheet:
        return sheet[path]
    group, _, question = path.rpartition(".")
    ids = sheet.get(group, {}).get("value") or []
    values = [sheet[f"{group}.{one}.{question}"] for one in ids]
    return {"missing": "", "value": sorted(map(_text, values))}


def _entries_in_order(form: Form, path: str, item: Item, answers: Answers) -> list[str]:
    found = contents(form, path, item, answers).values()
    return sorted(_text(without_words(item, content)) for content in found)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Difference:
    """A question on which independent reviews differ.

    ``levels`` is how far their scores lie apart; None where it is no score, or where one of
    them gave a reason for none. ``decides``: the form asks for agreement on it, and there is
    none.
    """

    path: str
    page: Page
    item: Item
    levels: int | None
    decides: bool


def apart(reviews: Sequence[Side]) -> list[Difference]:
    """Return the questions that independent reviews answered otherwise, in the order of the form.

    Free text aside: in it no two people are ever alike. Of a question that some were not
    asked, also because they answered another otherwise, only the others count.
    """
    sheets = [(form, resolve(form, answers)) for form, answers in reviews]
    rules = {rule.item: rule.within for form, _ in reviews for rule in form.concordance}
    places = {path: (page, item) for form, _ in reviews for path, page, item in form.items()}
    found = []
    for path, (page, item) in places.items():
        given = [_given(form, path, sheet) for form, sheet in sheets if path in sheet]
        decides = any(
            not _agree([_given(form, named, sheet) for form, sheet in sheets], within)
            for named, within in rules.items()
            if named == path or named.startswith(f"{path}.")
        )
        reached = [one for one in given if one["missing"] != "not_reached"]
        if item.type in ("text", "line") or (_agree(reached, 0) and not decides):
            continue
        scores = [one["value"] for one in given if item.type == "scale" and not one["missing"]]
        levels = max(scores) - min(scores) if len(scores) == len(given) else None
        found.append(Difference(path, page, item, levels, decides))
    return found


# -- what needs no talk ------------------------------------------------------------------


def merged(reviews: Sequence[Side]) -> dict[str, dict[str, Any]]:
    """Return the answers that need no talk: given by one side alone, or the same by all.

    Entries that all sides have are in it whole, every question, under the ids of the first
    side; also where a side has others beside them, and the item is among those that
    :func:`differing` names.

    Parameters
    ----------
    reviews : sequence of (Form, Answers)
        Each side with the form as that side was asked it.
    """
    return _merge(reviews)[0]


def differing(reviews: Sequence[Side]) -> list[str]:
    """Return the paths on which the sides did not say the same, in the order of the form."""
    return _merge(reviews)[1]


def _merge(reviews: Sequence[Side]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return the answers that all sides share, and the paths on which that is not all."""
    places = {path: item for form, _ in reviews for path, _, item in form.items()}
    paths = [{path for path, _, _ in form.items()} for form, _ in reviews]
    asked = {p: [r for r, own in zip(reviews, paths, strict=True) if p in own] for p in places}
    same: dict[str, dict[str, Any]] = {}
    differ = []
    for path, item in places.items():
        said = [answers[path] for _, answers in asked[path] if path in answers]
        if not said:
            continue
        complete = len(said) == len(asked[path])
        if complete and item.type == "repeat" and all("value" in answer for answer in said):
            shared, rest = _merged_entries(path, item, asked[path])
            same |= shared
            differ += [path] * rest
        elif complete and all(answer == said[0] for answer in said):
            same[path] = dict(said[0])
        else:
            differ.append(path)
    return same, differ


def _merged_entries(
    path: str, item: Item, sides: Sequence[Side]
) -> tuple[dict[str, dict[str, Any]], bool]:
    """Return the entries that all sides have, and whether there are others."""
    told = [contents(form, path, item, answers) for form, answers in sides]
    matches = matched(item, told)
    common = [match.ids[0] for match in matches if match.same]
    found: dict[str, dict[str, Any]] = {}
    if common or not matches:
        found[path] = {"value": common}
    for one in common:
        found |= {f"{path}.{one}.{key}": dict(said) for key, said in told[0][one].items()}
    return found, len(common) < len(matches)
