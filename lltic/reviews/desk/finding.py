"""Where words stand in pages of text, whatever their case, accents and blanks.

Both sides are folded one character at a time, so that a place in the folded text
leads back to a place in the page.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from lltic.errors import Problem, Refused

__all__ = ["MOST_HITS", "Hits", "folded", "sought"]

MOST_HITS = 200
LEAST, MOST = 2, 200
"""How many characters may be searched for."""

AROUND = 60
"""Characters shown before and behind a hit."""

BLANKS = re.compile(r"\s+")

ALIKE = {"‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-"}


class _Folding(dict[int, str]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code).casefold())
        plain = "".join(c for c in parts if not unicodedata.combining(c))
        self[code] = "".join(ALIKE.get(c, c) for c in plain)
        return self[code]


FOLDING = _Folding()


def folded(text: str) -> str:
    """Return a text without what makes no difference, runs of blanks as one.

    Examples
    --------
    >>> folded("Café  au\\nlait, MÜLLER’s")
    "cafe au lait, muller's"
    """
    plain = text.lower() if text.isascii() else text.translate(FOLDING)
    return BLANKS.sub(" ", plain)


def sought(words: str) -> str:
    """Return what is looked for; refused when it is too little or too much."""
    plain = folded(words).strip()
    if len(plain) < LEAST or len(words) > MOST:
        hint = "Write a word or two."
        allowed = f"{LEAST} to {MOST} characters"
        raise Refused(Problem("bad-value", "words", "are too few or too many", allowed, hint))
    return plain


class Hits:
    """Where something stands in the pages of a document.

    Parameters
    ----------
    asked : str
        As :func:`sought` gives it.
    texts : list of str
        The pages.
    most : int
        How many hits are wanted.
    """

    def __init__(self, asked: str, texts: list[str], most: int) -> None:
        self._found: list[dict[str, Any]] = []
        for page, text in enumerate(texts, 1):
            if asked not in folded(text):
                continue
            for start, end in _spans(asked, text):
                if len(self._found) >= most:
                    return
                self._found.append({"page": page, **_shown(text, start, end)})

    @property
    def pages(self) -> list[int]:
        """The pages with hits."""
        return sorted({hit["page"] for hit in self._found})

    def all(self) -> list[dict[str, Any]]:
        """Return the hits: ``page, start, end``, and the words around them."""
        return self._found


def _spans(asked: str, text: str) -> list[tuple[int, int]]:
    """Return each place of what is asked, as code points of the text."""
    plain: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        blank = character.isspace()
        if blank and plain and plain[-1] == " ":
            continue
        for part in " " if blank else FOLDING[ord(character)]:
            plain.append(part)
            origin.append(index)
    line, found, at = "".join(plain), [], 0
    while (at := line.find(asked, at)) >= 0:
        found.append((origin[at], origin[at + len(asked) - 1] + 1))
        at += len(asked)
    return found


def _shown(text: str, start: int, end: int) -> dict[str, Any]:
    return {
        "start": start,
        "end": end,
        "before": text[max(0, start - AROUND) : start],
        "after": text[end : end + AROUND],
    }
