"""What a person typed, made fit for a cell: no formula, no lost word.

A spreadsheet takes a text that begins with ``=`` for a formula, refuses control
characters that word processors paste, and cuts after 32,767 characters.
"""

from __future__ import annotations

import re

__all__ = ["CELL_LIMIT", "clean", "escape", "looks_like_formula", "pieces"]

CELL_LIMIT = 32_767
"""Characters a cell holds, counted as UTF-16 code units (ECMA-376, as Excel counts)."""

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c]")
_ILLEGAL = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""Also the full-width signs, which an office program set to Chinese or Japanese takes for them."""


def clean(text: str) -> tuple[str, int]:
    """Return a text that a cell can hold, and how many characters were replaced.

    Vertical tabs, form feeds and carriage returns become line ends; other
    control characters and halves of characters become U+FFFD, so that the place
    shows.

    Examples
    --------
    >>> clean("seen on ward\\x0bbloods late\\x07")
    ('seen on ward\\nbloods late\\ufffd', 2)
    """
    text, line_ends = _LINE_ENDS.subn("\n", text)
    text, illegal = _ILLEGAL.subn("\ufffd", text)
    return text, line_ends + illegal


def looks_like_formula(text: str) -> bool:
    """Say whether a spreadsheet might take this text for something to work out.

    Examples
    --------
    >>> looks_like_formula("=1+1"), looks_like_formula("3 = too late")
    (True, False)
    """
    return text.startswith(_FORMULA_STARTS)


def escape(text: str) -> str:
    """Return the text with ``_x0041_`` and the like kept as they were typed.

    In the file format such a sequence stands for a character.

    Examples
    --------
    >>> escape("see _x0041_ and x_y")
    'see _x005F_x0041_ and x_y'
    """
    return _ESCAPES.sub("_x005F_", text)


def pieces(text: str, limit: int = CELL_LIMIT) -> list[str]:
    """Return a text in parts that fit a cell; joined they are the text again.

    Examples
    --------
    >>> pieces("abcdefg", 3)
    ['abc', 'def', 'g']
    """
    parts: list[str] = []
    start = used = 0
    for place, character in enumerate(text):
        units = 2 if ord(character) > 0xFFFF else 1
        if used + units > limit:
            parts.append(text[start:place])
            start, used = place, 0
        used += units
    return [*parts, text[start:]]
