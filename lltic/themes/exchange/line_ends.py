"""The same place in two copies of a text that differ in nothing but their line ends."""

from __future__ import annotations

import re

__all__ = ["moved", "same_words"]

BOM = "\ufeff"
LINE_END = re.compile("\r\n?")


def same_words(one: str, other: str) -> bool:
    """Say whether two texts differ in nothing but line ends and a mark before the first letter.

    Examples
    --------
    >>> same_words("seen\\r\\nlate", "seen\\nlate")
    True
    """
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return LINE_END.sub("\n", text.removeprefix(BOM))


def moved(place: int, found: str, wanted: str) -> int:
    """Return where a place in ``found`` is in ``wanted``, in code points.

    A byte order mark before ``found`` that ``wanted`` does not have is taken not to be
    counted, as programs that write one do not count it. One that only ``wanted`` has stands
    before the first place, for programs take it off as they read.

    Examples
    --------
    >>> moved(5, "seen\\nlate", "seen\\r\\nlate")
    6
    """
    if found.startswith(BOM) and not wanted.startswith(BOM):
        found = found.removeprefix(BOM)
    letters = len(LINE_END.sub("\n", found[:place]))
    at = len(BOM) if wanted.startswith(BOM) and not found.startswith(BOM) else 0
    for _ in range(letters):
        at += 2 if wanted.startswith("\r\n", at) else 1
    return at
