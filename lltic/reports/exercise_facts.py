"""Everything that the paper and the workbook of a consensus exercise say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from lltic.errors import NotComputable
from lltic.themes.exercise import (
    Coded,
    Convergence,
    Exercise,
    Links,
    Part,
    Passage,
    Raised,
    Synthesis,
    Text,
    convergence,
    links_of,
    pairs_of,
    passages,
    raised,
    took_part,
)

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.themes import Codebook

__all__ = ["NOT_QUOTED", "ExerciseFacts"]

NOT_QUOTED = "Words of this source are not quoted."


@dataclass(frozen=True)
class ExerciseFacts:
    """Everything that paper and workbook say, as it was found.

    ``unfinished`` are the problems of the synthesis, in sentences; then the paper is a draft.
    ``files`` are the files that were read: name and SHA-256.
    """

    title: str
    synthetic: bool
    version: str
    made_at: datetime
    exercise: Loaded[Exercise]
    codebook: Loaded[Codebook]
    texts: tuple[Text, ...]
    coded: Coded
    synthesis: Synthesis
    unfinished: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The coded passages, in the order of the texts."""
        order = self.codebook.model.themes
        return tuple(passages(self.texts, self.coded.codings, order))

    @cached_property
    def links(self) -> Links:
        """The cross-references of the synthesis."""
        return links_of(self.synthesis, self.passages)

    @cached_property
    def by_code(self) -> tuple[Raised, ...]:
        """By how many voices each code was raised, by question."""
        keys = {code: (code,) for code in self.codebook.model.themes}
        return tuple(raised(self.texts, self.coded, self.exercise.model, keys))

    @cached_property
    def by_group(self) -> tuple[Raised, ...]:
        """The same by group of codes."""
        keys = {group.id: group.codes for group in self.synthesis.groups}
        return tuple(raised(self.texts, self.coded, self.exercise.model, keys))

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Who took part, by source and group."""
        return tuple(took_part(self.texts, self.exercise.model))

    @cached_property
    def compared(self) -> tuple[Convergence | str, ...]:
        """What every two sources both raised, by question; or why that cannot be said."""
        found: list[Convergence | str] = []
        for question in self.exercise.model.questions:
            for one, other in pairs_of(self.exercise.model):
                try:
                    found.append(convergence(self.by_code, question.id, one, other))
                except NotComputable:
                    source = self.exercise.model.source_of
                    pair = f"{source(one).label} and {source(other).label}"
                    found.append(f"{question.text} {pair} cannot be compared: one raised nothing.")
        return tuple(found)

    def voices(self, source: str, group: str = "") -> int:
        """Return how many voices of a source, and of a group in it, took part."""
        here = (p for p in self.parts if p.source == source and group in ("", p.group))
        return sum(part.voices for part in here)

    @cached_property
    def named(self) -> frozenset[tuple[str, str]]:
        """The groups, each with its source, that are named beside their words.

        None of too few voices. Where those that are not named are together too few, the smallest
        of the others is not named either: for else to be silent would be to name them.
        """
        least = self.exercise.model.name_groups_from
        found: set[tuple[str, str]] = set()
        for source in self.exercise.model.sources:
            parts = [part for part in self.parts if part.source == source.id]
            named = sorted((p for p in parts if p.voices >= least), key=lambda p: -p.voices)
            silent = self.voices(source.id) - sum(part.voices for part in named)
            while named and 0 < silent < least:
                silent += named.pop().voices
            found |= {(part.source, part.group) for part in named}
        return frozenset(found)

    def said_by(self, passage: Passage) -> str:
        """Return whose words they are: the source, and the group where it may be named."""
        model, text = self.exercise.model, passage.text
        label = model.source_of(text.source).label
        if (text.source, text.group) not in self.named:
            return label
        return f"{label}, {model.group(text.group)}"

    def words(self, passage: Passage) -> str:
        """Return the words, where they may be quoted."""
        may = self.exercise.model.source_of(passage.text.source).quote
        return passage.words if may else NOT_QUOTED

    @cached_property
    def labels(self) -> dict[str, str]:
        """What every entry of the synthesis says, by its id."""
        s = self.synthesis
        found = {group.id: group.label for group in s.groups}
        for entries in (s.challenges, s.opportunities, s.recommendations):
            found |= {entry.id: entry.text for entry in entries}
        return found

    @cached_property
    def cited(self) -> Mapping[str, tuple[str, ...]]:
        """The passages that challenges and opportunities name, and which of them do."""
        s = self.synthesis
        named: dict[str, list[str]] = {}
        for entry in s.resting:
            for key in entry.rests_on:
                named.setdefault(key, []).append(entry.id)
        known = {p.passage_id for p in self.passages}
        return {key: tuple(entries) for key, entries in named.items() if key in known}

    @cached_property
    def answered_by(self) -> Mapping[str, tuple[str, ...]]:
        """The opportunities that answer each challenge."""
        return {
            c.id: tuple(o.id for o in self.synthesis.opportunities if c.id in o.answers)
            for c in self.synthesis.challenges
        }

    @cached_property
    def taken_up_by(self) -> Mapping[str, tuple[str, ...]]:
        """The recommendations that take up each opportunity."""
        return {
            o.id: tuple(r.id for r in self.synthesis.recommendations if o.id in r.by)
            for o in self.synthesis.opportunities
        }

    @cached_property
    def because_of(self) -> Mapping[str, tuple[str, ...]]:
        """The challenges that each recommendation goes back to."""
        answers = {o.id: o.answers for o in self.synthesis.opportunities}
        return {
            r.id: tuple(dict.fromkeys(c for o in r.by for c in answers.get(o, ())))
            for r in self.synthesis.recommendations
        }

    @cached_property
    def evidence(self) -> Mapping[str, tuple[str, ...]]:
        """The passages that each entry rests on; a recommendation's by way of the others."""
        s = self.synthesis
        found = {e.id: e.rests_on for e in s.resting}
        for r in s.recommendations:
            way = (*r.by, *self.because_of[r.id])
            found[r.id] = tuple(dict.fromkeys(p for key in way for p in found.get(key, ())))
        return {key: tuple(p for p in on if p in self.cited) for key, on in found.items()}
