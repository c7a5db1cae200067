"""What a consensus exercise asks, of whom, and what may be quoted of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from lltic.errors import LlticError, Problem

if TYPE_CHECKING:
    from lltic.definitions import Loaded

__all__ = ["Exercise", "Named", "Question", "Source", "load_exercise"]

STRICT = {"extra": "forbid"}
ID_PATTERN = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Question:
    """One question, as it was put, and in a sentence what it is about."""

    id: str
    text: str
    about: str = ""

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Source:
    """Where words come from.

    ``voice`` says whether one sheet of it is one person or one whole group; either is one voice.
    ``quote`` says whether a paper may repeat its words.
    """

    id: str
    label: str
    voice: Literal["person", "group"]
    quote: bool

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Named:
    """A group of participants, or an organisation that can be asked to act."""

    id: str
    label: str

    __pydantic_config__: ClassVar = STRICT


@dataclass(frozen=True, slots=True)
class Exercise:
    """A consensus exercise: data, versioned and hashed like every definition.

    ``name_groups_from`` is the number of voices of a group from which on it is named beside a
    quotation; below it, the source alone is.
    """

    name: str
    version: str
    title: str
    source: str
    codebook: str
    questions: tuple[Question, ...]
    sources: tuple[Source, ...]
    groups: tuple[Named, ...]
    organisations: tuple[Named, ...]
    name_groups_from: int = 5

    __pydantic_config__: ClassVar = STRICT

    def question(self, question: str) -> Question:
        """Return a question by its id."""
        return next(q for q in self.questions if q.id == question)

    def source_of(self, source: str) -> Source:
        """Return a source by its id."""
        return next(s for s in self.sources if s.id == source)

    def group(self, group: str) -> str:
        """Return the label of a group by its id."""
        return next(g.label for g in self.groups if g.id == group)

    def organisation(self, organisation: str) -> str:
        """Return the label of an organisation by its id."""
        return next(o.label for o in self.organisations if o.id == organisation)


def load_exercise(name: str, study: Path | None = None) -> Loaded[Exercise]:
    """Load an exercise by name, from the study first and then from those shipped.

    Raises
    ------
    UsageError
        ``unknown-exercise``.
    LlticError
        Every problem of the file at once: ``definition-…`` for its grammar, ``exercise-…`` for
        its sense.
    """
    from lltic import definitions

    loaded = definitions.load("exercise", name, Exercise, study)
    problems = list(_problems(loaded.model, str(loaded.path)))
    if problems:
        raise LlticError(problems)
    return loaded


def _problems(exercise: Exercise, where: str) -> Iterator[Problem]:
    parts: dict[str, Sequence[Question | Source | Named]] = {
        "questions": exercise.questions,
        "sources": exercise.sources,
        "groups": exercise.groups,
        "organisations": exercise.organisations,
    }
    for name, entries in parts.items():
        here = f"{where}: {name}"
        if not entries:
            yield Problem("exercise-empty", here, "needs at least one")
        for entry in entries:
            if not ID_PATTERN.fullmatch(entry.id):
                allowed = "a small letter, then small letters, digits and _"
                yield Problem("exercise-id", f"{here}: {entry.id!r}", "not an id", allowed)
        labels = [e.text if isinstance(e, Question) else e.label for e in entries]
        for what, values in (("id", [e.id for e in entries]), ("label", labels)):
            for value, times in Counter(v.casefold() for v in values).items():
                if times > 1:
                    message = f"the {what} stands {times} times"
                    yield Problem("exercise-duplicate", f"{here}: {value!r}", message)
    if exercise.name_groups_from < 1:
        yield Problem("exercise-small", f"{where}: name_groups_from", "is below 1", "1 or more")
