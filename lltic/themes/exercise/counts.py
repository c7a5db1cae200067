"""Who raised what: voices counted, never sheets of paper or lines of a note.

A voice is a person's answer sheet or a whole focus group. It has raised a theme to a question
when at least one of its texts to that question has a passage coded with it, whoever coded it and
however often. It counts in the denominator once a coder has read one of its texts to the question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from lltic.errors import NotComputable, Problem
from lltic.themes.exercise.definition import Exercise
from lltic.themes.exercise.passages import Coded
from lltic.themes.exercise.texts import Text, Voice

__all__ = ["Convergence", "Part", "Raised", "convergence", "pairs_of", "raised", "took_part"]


@dataclass(frozen=True, slots=True)
class Part:
    """How many voices and texts of one group came in by one source; of one question, or of all."""

    source: str
    group: str
    voices: int
    texts: int


@dataclass(frozen=True, slots=True)
class Raised:
    """By how many voices one thing was raised to one question, by source.

    ``key`` is a code, or the id of a group of codes. ``by`` has, for each source, the voices that
    raised it and the voices whose answer was read.
    """

    question: str
    key: str
    by: Mapping[str, tuple[int, int]]

    @property
    def voices(self) -> int:
        """Voices that raised it, of all sources."""
        return sum(n for n, _ in self.by.values())

    @property
    def of(self) -> int:
        """Voices whose answer was read, of all sources."""
        return sum(of for _, of in self.by.values())


@dataclass(frozen=True, slots=True)
class Convergence:
    """Which themes two sources both raised to a question, and which only one of them did.

    ``alike`` is the share of themes raised by either that both raised (Jaccard, Bull Soc Vaud Sci
    Nat 1901;37:547): 1 where they raised the same, 0 where nothing was raised by both.
    """

    question: str
    one: str
    other: str
    both: tuple[str, ...]
    one_only: tuple[str, ...]
    other_only: tuple[str, ...]

    @property
    def alike(self) -> float:
        """The share of the themes of either that are of both."""
        return len(self.both) / (len(self.both) + len(self.one_only) + len(self.other_only))


def took_part(texts: Iterable[Text], exercise: Exercise, question: str = "") -> list[Part]:
    """Return who took part, by source and group in the exercise's order; nobody is left out."""
    found = [t for t in texts if question in ("", t.question)]
    rows = []
    for source in exercise.sources:
        for group in exercise.groups:
            here = [t for t in found if (t.source, t.group) == (source.id, group.id)]
            if here:
                rows.append(Part(source.id, group.id, len({t.voice for t in here}), len(here)))
    return rows


def raised(
    texts: Iterable[Text],
    coded: Coded,
    exercise: Exercise,
    keys: Mapping[str, Collection[str]],
) -> list[Raised]:
    """Return by how many voices each thing was raised, by question, most often raised first.

    Parameters
    ----------
    texts : iterable of Text
    coded : Coded
        Codings count on texts that were read to the end.
    exercise : Exercise
    keys : mapping of str to collection of str
        The codes that make up each thing: ``{code: (code,)}`` for codes, or groups with theirs.
        Its order decides where two were raised equally often.

    Returns
    -------
    list of Raised
        What nobody raised to a question is left out.
    """
    texts = [t for t in texts if t.text_id in coded.read]
    themes: dict[str, set[str]] = {}
    for c in coded.codings:
        themes.setdefault(c.review_id, set()).add(c.theme)
    found = []
    for question in exercise.questions:
        here = [t for t in texts if t.question == question.id]
        rows = [_raised(here, themes, exercise, question.id, key, keys[key]) for key in keys]
        found += sorted((row for row in rows if row.voices), key=lambda row: -row.voices)
    return found


def _raised(
    texts: Sequence[Text],
    themes: Mapping[str, set[str]],
    exercise: Exercise,
    question: str,
    key: str,
    codes: Collection[str],
) -> Raised:
    wanted = set(codes)
    by = {}
    for source in exercise.sources:
        heard: set[Voice] = set()
        said: set[Voice] = set()
        for t in texts:
            if t.source == source.id:
                heard.add(t.voice)
                if wanted & themes.get(t.text_id, set()):
                    said.add(t.voice)
        by[source.id] = (len(said), len(heard))
    return Raised(question, key, by)


def convergence(rows: Iterable[Raised], question: str, one: str, other: str) -> Convergence:
    """Return what two sources both raised to a question.

    Parameters
    ----------
    rows : iterable of Raised
        Of :func:`raised`, usually by code.
    question, one, other : str
        Ids of the question and of the sources.

    Raises
    ------
    NotComputable
        ``not-raised`` where one of the sources raised nothing to the question: no answer of it,
        none that was read, or none with a theme.
    """
    here = [row for row in rows if row.question == question]
    sets = [{row.key for row in here if row.by.get(s, (0, 0))[0]} for s in (one, other)]
    for source, keys in zip((one, other), sets, strict=True):
        if not keys:
            message = f"{source} raised nothing, so that there is nothing to compare"
            raise NotComputable(Problem("not-raised", question, message))
    first, second = sets
    order = [row.key for row in here]
    return Convergence(
        question,
        one,
        other,
        tuple(k for k in order if k in first & second),
        tuple(k for k in order if k in first - second),
        tuple(k for k in order if k in second - first),
    )


def pairs_of(exercise: Exercise) -> list[tuple[str, str]]:
    """Return every two sources of an exercise, in its order."""
    return list(combinations([source.id for source in exercise.sources], 2))
