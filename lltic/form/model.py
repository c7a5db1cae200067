"""A form as frozen records: pages of items, and the scales they are scored on.

An item's path is ``page.item``, for example ``admission.score``; the answer to
it is ``{"value": x}``, ``{"missing": kind}`` or nothing yet. An item that repeats
has entries: its answer is the list of their ids, and each question of an entry has
a path of its own, ``page.item.entry.question``, so that it is saved, contested and
coded like any other. The records are plain data classes, so that a reviewer's
kernel can hold a form without the libraries that read and check one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from lltic.errors import UsageError, unknown

__all__ = [
    "ENTRY_ID",
    "Concordance",
    "Condition",
    "Conversion",
    "Entry",
    "Form",
    "Item",
    "Option",
    "Page",
    "Scale",
    "ScalePoint",
    "Trigger",
]

STRICT = {"extra": "forbid"}
ENTRY_ID = re.compile(r"[a-z0-9]{1,16}", re.ASCII)
"""What an entry may be called; pages choose it at random."""

ItemType = Literal["text", "line", "scale", "choice", "choices", "date", "number", "repeat"]
Missing = Literal["not_applicable", "not_in_notes", "not_known", "declined"]
Precision = Literal["day", "month", "year"]
Discipline = Literal["primary_care", "secondary_care", "nursing", "other"]
Phase = Literal["", "before", "first_day", "ongoing", "stay", "leaving", "after"]


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """One point of a scale: the number, its word, and what it means."""

    value: int
    label: str
    means: str = ""

    __pydantic_config__: ClassVar = STRICT


Direction = Literal["higher_is_better", "lower_is_better"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """How the same judgement is numbered elsewhere: ``subtract_from`` minus our level.

    ``to`` names the other numbering, ``direction`` says which of its ends is good.
    """

    to: str
    direction: Direction
    subtract_from: int
    source: str

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Scale:
    """An ordered scale. ``direction`` says which end is good; never guess it."""

    title: str
    direction: Direction
    points: tuple[ScalePoint, ...]
    source: str = ""
    conversions: tuple[Conversion, ...] = ()

    __pydantic_config__: ClassVar = STRICT

    @property
    def levels(self) -> tuple[int, ...]:
        """All levels in ascending order, used or not."""
        return tuple(sorted(p.value for p in self.points))

    def converted(self, level: int, to: str) -> int:
        """Return what a level of this scale is called in another numbering.

        Raises
        ------
        UsageError
            ``unknown-conversion`` when the scale does not say how.

        Examples
        --------
        >>> prism = Conversion("PRISM", "lower_is_better", 7, "Hogan 2015")
        >>> points = tuple(ScalePoint(n, str(n)) for n in range(1, 7))
        >>> rcp = Scale("Avoidability", "higher_is_better", points, conversions=(prism,))
        >>> [rcp.converted(level, "PRISM") for level in rcp.levels]
        [6, 5, 4, 3, 2, 1]
        """
        for conversion in self.conversions:
            if conversion.to == to:
                return conversion.subtract_from - level
        known = [conversion.to for conversion in self.conversions]
        raise UsageError(unknown("conversion", to, known))


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen."""

    value: str
    label: str
    hint: str = ""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Condition:
    """Something another item's answer must satisfy; exactly one test is given.

    ``equals``: its value is one of these. ``includes``: its list of choices
    holds this. ``answered``: it has a value (true), or it does not (false).
    """

    item: str
    equals: tuple[str, ...] = ()
    includes: str | None = None
    answered: bool | None = None

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Item:
    """One question.

    ``missing`` lists the reasons a reviewer may give instead of an answer;
    ``when`` decides whether the item is asked at all, ``required_when`` whether
    it must be answered (``required`` alone means always).

    A number has a ``unit`` and may have bounds (both included) and ``decimals``; a
    date says how exactly it must be known (``precision``: all that will do). An item
    that repeats asks its ``items`` for each of up to ``at_most`` entries, and
    ``entry`` is what one is called. A condition between the items of one entry names
    the other by ``page.item.question``.
    """

    id: str
    type: ItemType
    label: str
    hint: str = ""
    scale: str | None = None
    options: tuple[Option, ...] = ()
    missing: tuple[Missing, ...] = ()
    missing_labels: Mapping[str, str] | None = None
    required: bool = False
    when: Condition | None = None
    required_when: Condition | None = None
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 0
    precision: tuple[Precision, ...] = ("day",)
    items: tuple[Item, ...] = ()
    entry: str = ""
    at_most: int = 20

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Entry:
    """Where in an item that repeats a path leads: the item, the entry's id, the question."""

    path: str
    group: Item
    entry_id: str
    item: Item


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the form; a phase of care is a page of kind ``phase``.

    ``by`` makes the page a section of its own: in a joint review it is asked only
    of reviewers from these disciplines. Empty: of everybody.
    ``phase`` is the part of the patient's journey that the page is about, to be marked
    on the drawing of it: ``before`` the admission, the ``first_day``, ``ongoing`` care
    after that, the whole ``stay``, ``leaving`` hospital or dying there, ``after`` it.
    """

    id: str
    title: str
    items: tuple[Item, ...]
    kind: Literal["facts", "gate", "phase", "overall", "record", "problems", "lessons"] = "phase"
    caption: str = ""
    hint: str = ""
    by: tuple[Discipline, ...] = ()
    phase: Phase = ""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Trigger:
    """What a submitted answer sets off, once: another look, or somebody being told.

    ``when_any`` are conditions of which one is enough; ``form`` is the form of the
    stage-2 review.
    """

    id: str
    makes: Literal["stage_2", "escalation"]
    says: str
    when_any: tuple[Condition, ...]
    form: str = ""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Concordance:
    """An item on which independent reviewers must agree, up to ``within`` levels of a scale."""

    item: str
    within: int = 0

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form. ``source`` says where the method comes from, ``wording`` whose words.

    ``triggers`` and ``concordance`` say what follows when reviews are in.
    """

    name: str
    version: str
    title: str
    source: str
    wording: str
    scales: Mapping[str, Scale]
    pages: tuple[Page, ...]
    triggers: tuple[Trigger, ...] = ()
    concordance: tuple[Concordance, ...] = ()

    __pydantic_config__: ClassVar = STRICT

    def for_discipline(self, discipline: str) -> Form:
        """Return the form as one side of a joint review is asked it."""
        pages = tuple(page for page in self.pages if not page.by or discipline in page.by)
        return replace(self, pages=pages)

    def items(self) -> Iterator[tuple[str, Page, Item]]:
        """Yield ``(path, page, item)`` in the order of the form, without entries' questions."""
        for page in self.pages:
            for item in page.items:
                yield f"{page.id}.{item.id}", page, item

    def questions(self) -> Iterator[tuple[str, Item]]:
        """Yield every question once: ``page.item``, and ``page.item.question`` within entries."""
        for path, _, item in self.items():
            yield path, item
            for question in item.items:
                yield f"{path}.{question.id}", question

    def item(self, path: str) -> Item | None:
        """Return the item at a path, or None; also a question of an entry, whatever its id."""
        found = next((item for p, _, item in self.items() if p == path), None)
        if found is None and (entry := self.entry(path)):
            return entry.item
        return found

    def entry(self, path: str) -> Entry | None:
        """Return where a path leads within an item that repeats, or None."""
        for group_path, _, group in self.items():
            if group.type == "repeat" and path.startswith(f"{group_path}."):
                entry_id, _, question = path[len(group_path) + 1 :].partition(".")
                for item in group.items:
                    if item.id == question and ENTRY_ID.fullmatch(entry_id):
                        return Entry(group_path, group, entry_id, item)
        return None

    def page(self, page_id: str) -> Page | None:
        """Return the page of that id, or None."""
        return next((page for page in self.pages if page.id == page_id), None)

    def scored_items(self) -> dict[str, tuple[int, ...]]:
        """Return the path of every scored item and all levels of its scale."""
        return {
            path: self.scales[item.scale].levels
            for path, _, item in self.items()
            if item.type == "scale" and item.scale is not None
        }

    def text_items(self) -> tuple[str, ...]:
        """Return the paths of the free-text items: what themes are coded on."""
        return tuple(path for path, _, item in self.items() if item.type == "text")

    def is_text(self, path: str) -> bool:
        """Say whether a path leads to free text, also within an entry."""
        item = self.item(path)
        return item is not None and item.type == "text"
