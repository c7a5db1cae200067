"""What a text is made of, for the model: its words, pairs of words, and parts of words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["PARTS", "comparable", "parts_of", "tokens"]

PARTS = (3, 4, 5)
"""How many characters a part of a word has."""

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[!?]")


def tokens(text: str) -> list[tuple[str, str]]:
    """Return ``(as counted, as written)`` for every word of a text, in order.

    Words are counted in lower case. Every number counts as ``0``: an age, a date or a dose tells
    of a person and not of a theme.

    Examples
    --------
    >>> tokens("Seen by Dr. Khan at 14:30!")[3:]
    [('khan', 'Khan'), ('at', 'at'), ('0', '14'), ('0', '30'), ('!', '!')]
    """
    found = _TOKEN.findall(unicodedata.normalize("NFKC", text))
    return [("0" if one[0].isdigit() else one.lower().replace("’", "'"), one) for one in found]


def parts_of(word: str) -> list[str]:
    """Return the parts of a word, its beginning and end marked by a blank.

    Examples
    --------
    >>> parts_of("gp")
    [' gp', 'gp ', ' gp ']
    """
    padded = f" {word} "
    return [padded[i : i + n] for n in PARTS for i in range(len(padded) - n + 1)]


def comparable(text: str) -> str:
    """Return what two texts share that say the same: their words, whatever stands between.

    Examples
    --------
    >>> comparable("Nothing.") == comparable(" nothing")
    True
    """
    return " ".join(_written(text))


def _written(text: str) -> Iterable[str]:
    # Numbers stay: "seen 2 times" and "seen 3 times" are two texts.
    return (part.lower() for part in re.findall(r"\w+", unicodedata.normalize("NFKC", text)))
