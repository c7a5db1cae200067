"""Passages of what was said, and the themes that coders laid on them.

A coding here is the same record as one of a review's words: the text stands where a review
stands, the voice where a case stands, the question where an item stands. Whatever counts themes
per case counts them per voice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lltic.records import Coding
from lltic.themes.exercise.texts import DIGITS, Text, Voice

__all__ = ["Coded", "Passage", "coding_of", "passage_id", "passages"]


@dataclass(frozen=True, slots=True)
class Coded:
    """What coders made of the texts.

    ``read`` are the ids of the texts that a coder read to the end: a theme that is not on one of
    them was not seen in it. ``stale`` are the codings on words that are no longer there, and no
    part of ``codings``.
    """

    codings: tuple[Coding, ...] = ()
    read: frozenset[str] = frozenset()
    stale: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of one text by their place, in code points, and the themes on them."""

    passage_id: str
    text: Text
    start: int
    end: int
    codes: tuple[str, ...]

    @property
    def words(self) -> str:
        """What stands there."""
        return self.text.words[self.start : self.end]

    @property
    def voice(self) -> Voice:
        """Who said it."""
        return self.text.voice


def passage_id(text: str, start: int, end: int) -> str:
    """Return the id of a passage, whoever coded it and with what.

    Examples
    --------
    >>> passage_id("t0902b459cb", 0, 4)
    'p183a890dab'
    """
    content = "\0".join((text, str(start), str(end)))
    return "p" + hashlib.sha256(content.encode()).hexdigest()[:DIGITS]


def coding_of(
    text: Text,
    theme: str,
    start: int,
    end: int,
    coder: str,
    codebook: str,
    codebook_hash: str,
    polarity: str = "",
) -> Coding:
    """Return a theme laid on a passage as the record that every room knows.

    Parameters
    ----------
    text : Text
    theme : str
        A code of the codebook.
    start, end : int
        Code points of the text's words; ``end`` is after the last.
    coder, codebook, codebook_hash : str
    polarity : str
        ``problem``, ``good_practice``, or nothing where the coder did not say.
    """
    content = "\0".join((coder, theme, passage_id(text.text_id, start, end)))
    return Coding(
        coding_id="c" + hashlib.sha256(content.encode()).hexdigest()[:DIGITS],
        review_id=text.text_id,
        case_id=f"{text.source}/{text.sheet}",
        item=text.question,
        theme=theme,
        start=start,
        end=end,
        source_hash=text.hash,
        coder=coder,
        codebook=codebook,
        codebook_hash=codebook_hash,
        seq=0,
        polarity=polarity,
    )


def passages(
    texts: Iterable[Text], codings: Iterable[Coding], order: Sequence[str] = ()
) -> list[Passage]:
    """Return the coded passages in the order of the texts, each with its themes.

    Parameters
    ----------
    texts : iterable of Text
    codings : iterable of Coding
        Those on other texts are left out.
    order : sequence of str
        The order of the codes, usually the codebook's.
    """
    known: Mapping[str, Text] = {text.text_id: text for text in texts}
    places: dict[tuple[str, int, int], set[str]] = {}
    for c in codings:
        if c.review_id in known:
            places.setdefault((c.review_id, c.start, c.end), set()).add(c.theme)
    rank = {text: n for n, text in enumerate(known)}
    by_code = {code: n for n, code in enumerate(order)}
    return [
        Passage(
            passage_id(text, start, end),
            known[text],
            start,
            end,
            tuple(sorted(codes, key=lambda code: (by_code.get(code, len(by_code)), code))),
        )
        for (text, start, end), codes in sorted(
            places.items(), key=lambda place: (rank[place[0][0]], *place[0][1:])
        )
    ]
