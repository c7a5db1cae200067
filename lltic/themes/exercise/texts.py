"""What participants said: one text each, known by what it says and where it was said."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Text", "Voice", "text_id", "voices_of"]

DIGITS = 10


@dataclass(frozen=True, slots=True)
class Voice:
    """Whoever speaks once: a person's answer sheet, or a whole focus group."""

    source: str
    sheet: str


@dataclass(frozen=True, slots=True)
class Text:
    """One answer or note.

    ``source``, ``group`` and ``question`` are ids of the exercise; ``sheet`` is the number of the
    answer sheet or of the focus group, never a name. The id follows from the rest, so that the
    same words on the same sheet are the same text however often they are read.
    """

    text_id: str
    source: str
    group: str
    sheet: str
    question: str
    words: str

    @property
    def voice(self) -> Voice:
        """Who said it."""
        return Voice(self.source, self.sheet)

    @property
    def hash(self) -> str:
        """The SHA-256 of its words, as a coding carries it."""
        return hashlib.sha256(self.words.encode()).hexdigest()


def text_id(source: str, sheet: str, question: str, words: str) -> str:
    r"""Return the id of a text from where it was said and what it says.

    Examples
    --------
    >>> text_id("pre_event", "12", "obstacles", "Fear of blame")
    't0902b459cb'
    """
    content = "\0".join((source, sheet, question, words))
    return "t" + hashlib.sha256(content.encode()).hexdigest()[:DIGITS]


def voices_of(texts: Iterable[Text]) -> set[Voice]:
    """Return who said these texts."""
    return {text.voice for text in texts}
