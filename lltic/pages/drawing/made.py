"""What a document is to the program, and what it may say of one it cannot draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from lltic.pages.limits import WIDTHS

__all__ = ["Document", "Layer", "Unshowable", "height_for"]

TALLEST = 4
"""A page may be so many times as high as it is wide."""


class Unshowable(Exception):
    """A document or a page that is not shown, by the code that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Layer:
    """The words of a page; see :meth:`lltic.pages.asking.Drawing.layer`."""

    text: str
    size: tuple[float, float] | None = None
    words: list[list[float]] = field(default_factory=list)


class Document(Protocol):
    """One open document; pages count from 1."""

    @property
    def pages(self) -> int:
        """How many."""

    def layer(self, page: int) -> Layer:
        """Return the words of a page."""

    def image(self, page: int, width: int) -> bytes:
        """Return a page as PNG or JPEG."""


def height_for(width: int, size: tuple[float, float]) -> int:
    """Return the height in pixels of a page of this size drawn so wide; or refuse its shape."""
    across, down = size
    if not WIDTHS[0] <= width <= WIDTHS[1]:
        raise Unshowable("page-too-large")
    if not (0 < across < 1e6 and 0 < down < 1e6):
        raise Unshowable("page-too-large")
    height = round(width * down / across)
    if not width / 40 <= height <= width * TALLEST:
        raise Unshowable("page-too-large")
    return max(1, height)
