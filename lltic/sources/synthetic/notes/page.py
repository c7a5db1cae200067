"""Paper: lines wrapped and set on pages with a header, as a scanned record shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

__all__ = ["WIDTH", "Document", "Paper", "Voice", "wrap"]

WIDTH = 94
NOTICE = "Synthetic record: not a real person"


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a case; ``spell`` is ``acute``, ``community`` or empty."""

    spell: str
    kind: str
    title: str
    organisation: str
    authored_on: date
    text: str


def wrap(text: str, indent: int = 0, hang: int = 0, width: int = WIDTH) -> list[str]:
    """Return a text as lines no longer than ``width`` (a single long word excepted).

    ``indent`` blanks go before the first line, ``hang`` before the others.
    """
    lines = []
    line = " " * indent
    empty = True
    for word in text.replace("..", ".").split():
        if not empty and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = " " * hang + word
        else:
            line += word if empty else " " + word
        empty = False
    lines.append(line)
    return lines


@dataclass(frozen=True, slots=True)
class Voice:
    """The habits of one author: how dates are written, plans numbered, entries signed."""

    dates: str
    bullets: str
    signature: str

    def day(self, at: datetime | date) -> str:
        """Return a date in this author's habit."""
        if self.dates == "slash":
            return f"{at.day:02d}/{at.month:02d}/{at.year % 100:02d}"
        if self.dates == "dot":
            return f"{at.day}.{at.month}.{at.year % 100:02d}"
        if self.dates == "short":
            return f"{at.day}/{at.month}/{at.year % 100:02d}"
        return f"{at.day} {at.strftime('%b')} {at.year}"

    def moment(self, at: datetime) -> str:
        """Return date and time in this author's habit."""
        colon = ":" if self.dates in ("slash", "word") else ""
        return f"{self.day(at)} {at.hour:02d}{colon}{at.minute:02d}"

    def plan(self, items: Sequence[str]) -> list[str]:
        """Return a plan as lines."""
        if self.bullets == "run":
            return wrap("Plan: " + ". ".join(items) + ".", 0, 6)
        marks = {"dot": "{}. ", "paren": "{}) ", "dash": "- ", "circle": "o "}
        lines = ["Plan:" if self.bullets != "paren" else "P:"]
        for number, item in enumerate(items, 1):
            mark = marks[self.bullets].format(number)
            lines += wrap(mark + item, 2, 2 + len(mark))
        return lines


@dataclass
class Paper:
    """Blocks of lines that become pages.

    Parameters
    ----------
    organisation, title, identity : str
        What stands in the header of every page.
    room : int
        How many lines a page holds below its header.
    """

    organisation: str
    title: str
    identity: str
    room: int = 38
    blocks: list[list[str]] = field(default_factory=list)

    def add(self, *lines: str) -> None:
        """Add a block of finished lines that should stay together."""
        if lines:
            self.blocks.append(list(lines))

    def write(self, text: str, indent: int = 0, hang: int = 0) -> None:
        """Add a paragraph."""
        self.blocks.append(wrap(text, indent, hang))

    def _pages(self) -> list[list[str]]:
        pages: list[list[str]] = [[]]
        for block in self.blocks:
            page = pages[-1]
            gap = 1 if page else 0
            fits = len(page) + gap + len(block) <= self.room
            if not fits and (len(page) >= self.room * 0.7 or len(block) <= 6):
                pages.append(list(block))
            elif fits:
                page += [""] * gap + block
            else:
                space = self.room - len(page) - gap
                page += [""] * gap + block[:space]
                pages.append(block[space:])
            while len(pages[-1]) > self.room:
                pages.append(pages[-1][self.room :])
                pages[-2] = pages[-2][: self.room]
        return pages

    def text(self) -> str:
        """Return the whole document, pages parted by form feeds."""
        pages = self._pages()
        made = []
        for number, page in enumerate(pages, 1):
            place = f"page {number} of {len(pages)}"
            left = f"{self.organisation}  |  {self.title}"
            head = [
                left + place.rjust(max(2 + len(place), WIDTH - len(left))),
                self.identity,
                NOTICE.rjust(WIDTH),
                "-" * WIDTH,
            ]
            made.append("\n".join(head + page) + "\n")
        return "\f".join(made)
