"""From a figure back to the notes: theme, coded words, judgement, passage, document and page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from lltic.records import Citation, Judgement
from lltic.reports.asked import Place
from lltic.reports.facts import Facts
from lltic.wording import number_of

__all__ = ["Behind", "Coded", "Trail"]

EVIDENCE = "Evidence"
"""The sheet of the passages."""

Where = tuple[str, int]
"""A sheet's name and a row of it, from 0."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Words of a reviewer in which somebody found a theme; None: they were changed since."""

    theme: str
    judgement: Judgement
    start: int
    words: str | None
    coders: int
    polarity: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a theme: coded passages, and passages of the notes beside them."""

    coded: int
    cited: int


class Trail:
    """What leads where, among the sheets about single cases.

    ``homes`` is filled by whoever writes a judgement down: review and path of each, and the
    row where it stands.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.homes: dict[tuple[str, str], Where] = {}
        self.by_review: dict[str, dict[str, Judgement]] = {}
        for judgement in facts.judgements:
            self.by_review.setdefault(judgement.review_id, {})[judgement.item] = judgement

    @property
    def reviews(self) -> list[tuple[str, int, str]]:
        """Case, position and id of every review, in order."""
        firsts = [next(iter(said.values())) for said in self.by_review.values()]
        return sorted((j.case_id, j.position, j.review_id) for j in firsts)

    def place(self, path: str) -> Place:
        """Return where a path leads."""
        return self._facts.questions.place(path)

    def name(self, review_id: str, path: str) -> str:
        """Return what a question is called, with the number of its entry."""
        place = self.place(path)
        name = f"{place.asked.section}: {place.asked.label}"
        if place.repeated is None:
            return name
        entries = self.entries(review_id, place.repeated.path)
        if place.entry_id not in entries:
            return f"{name} ({place.repeated.entry}, taken away since)"
        return f"{name} ({place.repeated.entry} {entries.index(place.entry_id) + 1})"

    def entries(self, review_id: str, path: str) -> list[str]:
        """Return the ids of the entries of a review, in their order."""
        group = self.by_review.get(review_id, {}).get(path)
        return list(group.value) if group and isinstance(group.value, list) else []

    @cached_property
    def evidence(self) -> list[Citation]:
        """The passages of the reviews that are in, by case, reviewer and place in the form."""
        known = [one for one in self._facts.citations if one.review_id in self.by_review]
        return sorted(known, key=lambda one: (*self._rank(one.review_id, one.item), one.seq))

    def of(self, review_id: str) -> tuple[str, str]:
        """Return the case of a review, and which reader's it is."""
        judgement = next(iter(self.by_review[review_id].values()))
        return judgement.case_id, f"Reviewer {judgement.position}"

    def _rank(self, review_id: str, path: str) -> tuple[str, int, str, int, int, int]:
        judgement = next(iter(self.by_review[review_id].values()))
        place = self.place(path)
        order = self._facts.questions.order
        group = entry = 0
        if place.repeated is not None:
            group = order.get(place.repeated.path, 0)
            entries = self.entries(review_id, place.repeated.path)
            entry = [*entries, place.entry_id].index(place.entry_id)
        at = order.get(place.asked.path, len(order))
        return (judgement.case_id, judgement.position, review_id, group or at, entry, at)

    @cached_property
    def _rows(self) -> dict[tuple[str, str], list[int]]:
        rows: dict[tuple[str, str], list[int]] = {}
        for number, one in enumerate(self.evidence):
            rows.setdefault((one.review_id, one.item), []).append(number)
        return rows

    def beside(self, review_id: str, paths: Iterable[str]) -> tuple[str | None, Where | None]:
        """Return how many passages stand beside these judgements, and where the first is."""
        rows = [row for path in paths for row in self._rows.get((review_id, path), ())]
        if not rows:
            return None, None
        return number_of(len(rows), "passage"), (EVIDENCE, min(rows))

    @cached_property
    def coded(self) -> list[Coded]:
        """The words that themes were found in, by theme in the codebook's order, and case."""
        coders: dict[tuple[str, str, str, int, int, str, str], set[str]] = {}
        for one in self._facts.codings:
            if one.item in self.by_review.get(one.review_id, ()):
                place = (one.start, one.end, one.source_hash)
                at = (one.theme, one.review_id, one.item, *place, one.polarity)
                coders.setdefault(at, set()).add(one.coder)
        found = []
        for (theme, review_id, item, start, end, digest, shows), who in coders.items():
            judgement = self.by_review[review_id][item]
            text = str(judgement.value or "")
            same = hashlib.sha256(text.encode("utf-8")).hexdigest() == digest
            words = text[start:end] if same else None
            found.append(Coded(theme, judgement, start, words, len(who), shows))
        themes = {code: number for number, code in enumerate(self._facts.theme_labels)}
        return sorted(
            found,
            key=lambda c: (
                themes.get(c.theme, len(themes)),
                self._rank(c.judgement.review_id, c.judgement.item),
                c.start,
            ),
        )

    def behind(self, theme: str) -> Behind:
        """Return how much stands behind a theme; a passage beside several codings counts once."""
        coded = [one for one in self.coded if one.theme == theme]
        texts = {(one.judgement.review_id, one.judgement.item) for one in coded}
        return Behind(len(coded), sum(len(self._rows.get(text, ())) for text in texts))
