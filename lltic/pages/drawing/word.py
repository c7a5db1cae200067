"""Word files as pages of text: paragraphs, and tables a row to a line."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import docx
from docx.table import Table

from lltic.pages.drawing.made import Layer, Unshowable
from lltic.pages.limits import MAX_PAGES

__all__ = ["Word"]

"".encode("cp437")  # how zip files name their parts; loaded while modules can still be loaded

MAX_UNPACKED = 64 * 2**20
"""Bytes of all parts of a Word file, unpacked."""

MAX_PARTS = 2_000

BREAKS = './/w:br[@w:type="page"] | .//w:lastRenderedPageBreak'
"""Where its author or Word ended a page."""

PAGE = 3_000
"""Characters after which a page ends with the next paragraph, where the file says nothing."""


class Word:
    """An open Word file; its pages are text and have no picture.

    Entities of its XML are not followed: python-docx's parser resolves none.
    """

    def __init__(self, file: BinaryIO) -> None:
        _check(file)
        try:
            body = docx.Document(file)
        except Exception:  # a library's many ways to say that it is none
            raise Unshowable("document-broken") from None
        self._texts = _pages(_blocks(body))
        if len(self._texts) > MAX_PAGES:
            raise Unshowable("too-many-pages")

    @property
    def pages(self) -> int:
        """How many pages of text it gives."""
        return len(self._texts)

    def layer(self, page: int) -> Layer:
        """Return the text of a page."""
        return Layer(self._texts[page - 1])

    def image(self, page: int, width: int) -> bytes:
        """Refuse: it is shown as text."""
        raise Unshowable("no-image")


def _check(file: BinaryIO) -> None:
    """Refuse what would unpack to more than anybody writes."""
    try:
        with zipfile.ZipFile(file) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Unshowable("document-broken") from None
    if any(part.flag_bits & 1 for part in parts):
        raise Unshowable("document-locked")
    # What a part claims of its size is also what is unpacked at most: zipfile holds it to it.
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unshowable("document-too-large")
    file.seek(0)


def _blocks(body: Any) -> Iterator[tuple[str, bool]]:
    """Yield each paragraph or table as text, and whether a page ends before it."""
    for block in body.iter_inner_content():
        if isinstance(block, Table):
            yield "\n".join(_row(row) for row in block.rows), False
        else:
            broken = block.paragraph_format.page_break_before or block._p.xpath(BREAKS)
            yield block.text, bool(broken)


def _row(row: Any) -> str:
    cells: list[str] = []
    for cell in row.cells:
        text = " ".join(cell.text.split())
        if not cells or cells[-1] != text:  # a cell over several columns comes once for each
            cells.append(text)
    return " | ".join(cells)


def _pages(blocks: Iterator[tuple[str, bool]]) -> list[str]:
    pages: list[list[str]] = [[]]
    size = 0
    for text, ends in blocks:
        clean = "".join(c if c == "\n" or c == "\t" or c.isprintable() else " " for c in text)
        if pages[-1] and (ends or size + len(clean) > PAGE):
            pages.append([])
            size = 0
        pages[-1].append(clean)
        size += len(clean)
    return ["\n".join(lines) for lines in pages]
