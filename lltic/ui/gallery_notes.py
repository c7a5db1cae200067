"""Made-up pages of notes for the gallery: words, where they stand, and a picture of them."""

from __future__ import annotations

import re
import struct
import zlib
from typing import Any

__all__ = ["scanned"]

ACROSS, DOWN = 420, 300
"""Points of a page, and pixels of its picture."""

LETTER, LINE, MARGIN = 7, 24, 30


def scanned(text: str) -> dict[str, Any]:
    """Return a page as the service gives it, with a picture that has a bar for every word.

    Examples
    --------
    >>> page = scanned("Two words")
    >>> page["words"], page["picture"][1:4]
    ([[0, 3, 30, 30, 51, 42], [4, 9, 58, 30, 93, 42]], b'PNG')
    """
    words: list[list[int]] = []
    for number, line in enumerate(re.finditer(r"[^\n]+", text)):
        top = MARGIN + number * LINE
        for word in re.finditer(r"\S+", line.group()):
            left, right = (MARGIN + LETTER * at for at in word.span())
            start, end = (line.start() + at for at in word.span())
            words.append([start, end, left, top, right, top + 12])
    return {"text": text, "size": [ACROSS, DOWN], "words": words, "picture": _picture(words)}


def _picture(words: list[list[int]]) -> bytes:
    rows = [bytearray(b"\xff" * ACROSS) for _ in range(DOWN)]
    for _, _, left, top, right, bottom in words:
        for row in rows[top:bottom]:
            row[left:right] = b"\x60" * (right - left)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", ACROSS, DOWN, 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
