"""The documents that people read just now, and the pages drawn last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from lltic.pages.asking.drawing import CannotShow, Drawing

__all__ = ["Drawings"]

Key = tuple[str, int, int]


class Drawings:
    """Draws pages of documents, a few programs at a time. Safe to call from several threads.

    Parameters
    ----------
    programs : int
        How many documents are open at once; the one that was asked longest ago is closed.
    kept : int
        Bytes of drawn pages that are kept.
    """

    def __init__(self, programs: int = 3, kept: int = 32 * 2**20) -> None:
        self._programs = programs
        self._room = kept
        self._open: OrderedDict[str, tuple[Drawing, threading.Lock]] = OrderedDict()
        self._kept: OrderedDict[Key, bytes | CannotShow] = OrderedDict()
        self._size = 0
        self._once: set[Key] = set()
        self._turn = threading.Lock()

    def image(self, file: Path, kind: str, page: int, width: int) -> bytes:
        """Return a page as PNG or JPEG, so many pixels wide.

        Raises
        ------
        CannotShow
            After the second time at once, without trying.
        """
        key = (str(file), page, width)
        found = self._known(key)
        if found is None:
            # What does not come in one width does not come in another.
            found = self._known((str(file), page, 0))
        if found is None:
            drawing, turn = self._drawing(file, kind)
            with turn:
                found = self._known(key)
                if found is None:
                    found = self._drawn(drawing, key)
        if isinstance(found, CannotShow):
            raise CannotShow(found.codes[0], page)
        return found

    def close(self) -> None:
        """End every program and forget every page."""
        with self._turn:
            gone = [*self._open.values()]
            self._open.clear()
            self._kept.clear()
            self._size = 0
        for drawing, turn in gone:
            with turn:
                drawing.close()

    def _drawn(self, drawing: Drawing, key: Key) -> bytes | CannotShow:
        file, page, _ = key
        try:
            content: bytes | CannotShow = drawing.image(page, key[2])
        except CannotShow as problem:
            key, content = (file, page, 0), problem
            if key not in self._once:  # somebody may have killed a program that did its work
                self._once.add(key)
                return content
        with self._turn:
            self._kept[key] = content
            self._size += _weight(content)
            while self._size > self._room:
                _, old = self._kept.popitem(last=False)
                self._size -= _weight(old)
        return content

    def _known(self, key: Key) -> bytes | CannotShow | None:
        with self._turn:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def _drawing(self, file: Path, kind: str) -> tuple[Drawing, threading.Lock]:
        gone = []
        with self._turn:
            one = self._open.pop(str(file), None) or (Drawing(file, kind), threading.Lock())
            self._open[str(file)] = one
            while len(self._open) > self._programs:
                gone.append(self._open.popitem(last=False)[1])
        for drawing, turn in gone:
            with turn:
                drawing.close()
        return one


def _weight(content: bytes | CannotShow) -> int:
    return len(content) if isinstance(content, bytes) else 500
