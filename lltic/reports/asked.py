"""What a form asks, as far as a report prints it: labels, and the words for answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lltic.records import MISSING_WORDS
from lltic.reports.tables import Cell

__all__ = ["Asked", "Place", "Questions", "Repeated"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question.

    Parameters
    ----------
    path : str
        ``page.item``, or ``page.item.question`` for a question of entries.
    section, label : str
        The title of its page, and its words.
    words : mapping
        What the values are called: options, and the points of a scale, as text.
    reasons : mapping
        What the form itself calls the reasons for having no answer.
    """

    path: str
    section: str
    label: str
    words: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def say(self, value: object) -> Cell:
        """Return an answer as people read it; numbers stay numbers."""
        if isinstance(value, (list, tuple)):
            return "; ".join(str(self.say(one)) for one in value) or "None"
        if str(value) in self.words:
            return self.words[str(value)]
        return value if isinstance(value, (int, float)) else str(value)

    def reason(self, missing: str) -> str:
        """Return why there is no answer."""
        return self.reasons.get(missing) or MISSING_WORDS.get(missing, missing)


@dataclass(frozen=True, slots=True)
class Repeated:
    """An item that repeats: what an entry is called, and what it is asked."""

    path: str
    title: str
    entry: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads: the question, and the entry it is of, if any."""

    asked: Asked
    repeated: Repeated | None = None
    entry_id: str = ""


@dataclass(frozen=True)
class Questions:
    """All questions of a form, in its order, and the items of it that repeat."""

    asked: tuple[Asked, ...] = ()
    repeated: tuple[Repeated, ...] = ()

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each question in the form."""
        return {one.path: number for number, one in enumerate(self.asked)}

    @cached_property
    def _groups(self) -> Mapping[str, Repeated]:
        return {one.path: one for one in self.repeated}

    def place(self, path: str) -> Place:
        """Return where the path of an answer leads; what is not known is called by its path."""
        group, _, rest = path.rpartition(".")
        group, _, entry_id = group.rpartition(".")
        repeated = self._groups.get(group)
        if repeated is not None and (at := self.order.get(f"{group}.{rest}")) is not None:
            return Place(self.asked[at], repeated, entry_id)
        known = self.order.get(path)
        if known is not None:
            return Place(self.asked[known])
        return Place(Asked(path, path.partition(".")[0], path))
