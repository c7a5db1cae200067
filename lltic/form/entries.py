"""Entries of items that repeat, compared by what they say: their ids are chance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lltic.form.model import Form, Item
from lltic.form.rules import Answers, is_relevant

__all__ = ["Content", "Match", "contents", "matched", "without_words"]

Content = Mapping[str, Mapping[str, Any]]
"""What an entry says: the answers that count, by question."""

WORDS = ("text", "line")


@dataclass(frozen=True, slots=True)
class Match:
    """Entries of several sides that are about the same thing.

    ``ids`` has one per side, empty where a side has none; ``same`` when every side
    says it, and in the same words.
    """

    ids: tuple[str, ...]
    same: bool


def contents(form: Form, path: str, item: Item, answers: Answers) -> dict[str, Content]:
    """Return what each entry says, by its id, in order; what branching does not ask is left out."""
    ids = answers.get(path, {}).get("value")
    found: dict[str, Content] = {}
    for one in ids if isinstance(ids, list) else ():
        places = {q.id: f"{path}.{one}.{q.id}" for q in item.items}
        found[one] = {
            q.id: dict(answers[places[q.id]])
            for q in item.items
            if places[q.id] in answers and is_relevant(places[q.id], q, form, answers)
        }
    return found


def without_words(item: Item, content: Content) -> Content:
    """Return what an entry says without its free text, in which no two people are ever alike."""
    words = {question.id for question in item.items if question.type in WORDS}
    return {key: answer for key, answer in content.items() if key not in words}


def matched(item: Item, sides: Sequence[Mapping[str, Content]]) -> list[Match]:
    """Return which entries of the sides belong together; each entry is in one match.

    1. Entries with the same answer to every question, words included, are one entry; what
       a side says twice needs the other to say it twice.
    2. Of the rest, two entries are about the same thing when they share an answer that is
       no free text, reasons for none aside. Those that share most go together first; of
       equals, the earlier entry of the earlier side.
    3. What is left stands alone.

    So the order of the sides decides how what matches is listed, and nothing else is
    left to chance. Matches come in the order of the first side's entries, those of rule 1
    first.

    Parameters
    ----------
    sides : sequence of mapping
        Each side's entries, as :func:`contents` gives them.
    """
    keyed = [_by_text(side) for side in sides]
    same: list[Match] = []
    rest = [dict(side) for side in sides]
    for text in keyed[0] if keyed else ():
        for n in range(min(len(side.get(text, ())) for side in keyed)):
            together = tuple(side[text][n] for side in keyed)
            same.append(Match(together, same=True))
            for left, one in zip(rest, together, strict=True):
                del left[one]
    order = {one: n for n, one in enumerate(sides[0])} if sides else {}
    same.sort(key=lambda match: order[match.ids[0]])
    return same + [Match(ids, same=False) for ids in _alike(item, rest)]


def _by_text(side: Mapping[str, Content]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, content in side.items():
        found.setdefault(json.dumps(content, sort_keys=True), []).append(one)
    return found


def _alike(item: Item, sides: Sequence[Mapping[str, Content]]) -> list[tuple[str, ...]]:
    """Group entries of different sides that share most; see :func:`matched`."""
    groups: list[dict[int, str]] = []
    for number, side in enumerate(sides):
        pairs = [
            (-shared, g, e)
            for g, group in enumerate(groups)
            for e, content in enumerate(side.values())
            if (shared := max(_shared(item, sides[n][one], content) for n, one in group.items()))
        ]
        ids, used = list(side), set()
        for _, g, e in sorted(pairs):
            if number not in groups[g] and e not in used:
                groups[g][number] = ids[e]
                used.add(e)
        groups += [{number: one} for e, one in enumerate(ids) if e not in used]
    return [tuple(group.get(n, "") for n in range(len(sides))) for group in groups]


def _shared(item: Item, one: Content, other: Content) -> int:
    first, second = without_words(item, one), without_words(item, other)
    return sum(
        "value" in answer and second.get(question) == answer for question, answer in first.items()
    )
