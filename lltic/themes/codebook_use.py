"""How coders used a codebook: which themes, how often, and which ones they mix up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from lltic.records import Coding
from lltic.themes.codebook import Codebook
from lltic.themes.codebook_checks import pointers

__all__ = ["Mixed", "Use", "mixed_up", "use"]

OVERLAP = 0.5
"""Of the shorter passage: from here on two people coded the same words."""


@dataclass(frozen=True, slots=True)
class Use:
    """How often one theme was laid; ``below`` counts the codings of the themes under it."""

    theme: str
    label: str
    level: int
    codings: int
    below: int
    cases: int
    coders: int


@dataclass(frozen=True, slots=True)
class Mixed:
    """Two themes that different people gave to the same words, each without the other's.

    ``passages`` counts how often, ``alike`` how often two people gave the same words the same
    one of the two. ``told_apart`` says whether the instruction of one names the other.
    """

    theme: str
    other: str
    passages: int
    alike: int
    cases: int
    told_apart: bool


def use(codings: Iterable[Coding], book: Codebook) -> list[Use]:
    """Return how each theme was used, none left out: each followed by those below it.

    Codings of themes the codebook does not have are not counted.
    """
    made = list(codings)
    found = []
    for level, code in book.by_level():
        within = set(book.within(code.code))
        own = [one for one in made if one.theme == code.code]
        below = sum(one.theme in within for one in made) - len(own)
        cases, coders = {one.case_id for one in own}, {one.coder for one in own}
        found.append(Use(code.code, code.label, level, len(own), below, len(cases), len(coders)))
    return found


def mixed_up(
    codings: Iterable[Coding], book: Codebook, read: Collection[tuple[str, str]] | None = None
) -> list[Mixed]:
    """Return the pairs of themes that people mix up, the most frequent first.

    Two passages are of the same words when they share half of the shorter one. Of them a
    pair counts once per text and two people, when neither gave the other's theme too.

    Parameters
    ----------
    codings : iterable of Coding
        As people laid them before they settled anything between them.
    read : collection of (review_id, coder), optional
        Who has read which review to its end; codings of others are left out.

    Returns
    -------
    list of Mixed
        Empty where no words were coded by two people.
    """
    by_text: dict[tuple[str, str], dict[str, list[Coding]]] = defaultdict(lambda: defaultdict(list))
    for one in codings:
        if one.theme in book and (read is None or (one.review_id, one.coder) in read):
            by_text[one.review_id, one.item][one.coder].append(one)
    mixed: dict[tuple[str, str], list[str]] = defaultdict(list)
    alike: dict[str, int] = defaultdict(int)
    for people in by_text.values():
        for coder, colleague in combinations(sorted(people), 2):
            for themes, case_id in _pairs(people[coder], people[colleague]):
                if len(themes) == 1:
                    alike[themes[0]] += 1
                else:
                    mixed[themes[0], themes[1]].append(case_id)
    rows = [
        Mixed(
            theme=theme,
            other=other,
            passages=len(cases),
            alike=alike[theme] + alike[other],
            cases=len(set(cases)),
            told_apart=other in pointers(book.code(theme)) or theme in pointers(book.code(other)),
        )
        for (theme, other), cases in mixed.items()
    ]
    order = {theme: n for n, theme in enumerate(book.themes)}
    return sorted(rows, key=lambda row: (-row.passages, order[row.theme], order[row.other]))


def _pairs(one: list[Coding], other: list[Coding]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield, once per text, each theme both gave the same words and each pair they did not."""
    found: dict[tuple[str, ...], str] = {}
    for mine in one:
        theirs = [c for c in other if _same_words(mine, c)]
        if any(c.theme == mine.theme for c in theirs):
            found[mine.theme,] = mine.case_id
            continue
        for their in theirs:
            if not any(c.theme == their.theme and _same_words(c, their) for c in one):
                found[tuple(sorted((mine.theme, their.theme)))] = mine.case_id
    yield from found.items()


def _same_words(one: Coding, other: Coding) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared >= OVERLAP * min(one.end - one.start, other.end - other.start)
