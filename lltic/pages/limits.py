"""How much one document may ask of this machine."""

from __future__ import annotations

__all__ = [
    "KINDS",
    "MAX_ANSWER",
    "MAX_BYTES",
    "MAX_PAGES",
    "MAX_PIXELS",
    "MAX_TEXT",
    "MEMORY",
    "SECONDS",
    "WIDTHS",
]

KINDS = ("pdf", "png", "jpeg", "tiff", "docx")
"""What can be drawn or read; also how the original file is called after its dot."""

MAX_BYTES = 256 * 2**20
"""Of one original file."""

MAX_PAGES = 5_000
"""Of one document."""

MAX_TEXT = 200_000
"""Characters of one page."""

MAX_PIXELS = 40_000_000
"""Of a scanned page as it comes: A3 at 400 dots to the inch has 31 million."""

WIDTHS = (200, 2_400)
"""Pixels across a drawn page, from and to; its height has the same share of four times that."""

MEMORY = 768 * 2**20
"""Bytes of address space of the program that draws one document."""

SECONDS = 4.0
"""For one page, and for opening a document; then the program is ended."""

MAX_ANSWER = 32 * 2**20
"""Bytes of one answer of the program."""
