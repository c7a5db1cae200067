"""The notes of a case beside a review: what the viewer asks for, and who answers.

Drawing a page may take seconds, and a kernel does one thing at a time. So the
service is asked in threads of their own: nobody's words wait behind a picture.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lltic.errors import LlticError, Refused
from lltic.ui.kit import NotesViewer
from lltic.ui.line import Line
from lltic.ui.refusals import refusal_words

__all__ = ["Aside", "viewer_of"]

THREADS = 4
"""Two pictures, a search and the words of a page."""

PICTURES = ("pdf", "png", "jpeg", "tiff")
"""Originals that are shown as pictures of their pages; others are text."""


class Aside:
    """Does what may take long beside everything else, and hands back what became of it.

    The threads do nothing but ask: what is on the screen is changed where everything
    else is, one after the other.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None

    def run(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Call ``work`` in a thread, and ``then`` with its result or its :class:`LlticError`."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a notebook's script, a test: nothing else goes on meanwhile
            then(_tried(work))
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, "lltic-notes")
        self._pool.submit(lambda: loop.call_soon_threadsafe(then, _tried(work)))


def _tried(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except LlticError as error:
        return error


def viewer_of(
    line: Line, aside: Aside, review_id: str, case_id: str, documents: Sequence[Mapping[str, Any]]
) -> NotesViewer:
    """Return a viewer of the notes of a review's case.

    Parameters
    ----------
    documents : sequence of mapping
        As the service lists them with the review.
    """
    shown = [_shown(one) for one in documents]
    viewer = NotesViewer(documents=shown, case_id=case_id, place=review_id)

    def asked(name: str, payload: Mapping[str, Any]) -> None:
        ask = payload["ask"]

        def answer(found: Any) -> None:
            if viewer.comm is None:
                return  # the page has been left meanwhile
            if isinstance(found, Refused):
                line.noticed(found)
                viewer.cannot(ask, refusal_words(found), found.codes[0])
            elif isinstance(found, LlticError):
                viewer.cannot(ask)
            elif isinstance(found, bytes):
                viewer.reply(ask, {}, found)
            else:
                viewer.reply(ask, found)

        aside.run(lambda: _call(line, review_id, name, payload), answer)

    viewer.on_action(asked)
    return viewer


def _shown(document: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "title", "kind", "organisation", "date", "pages")
    known = {name: document[name] for name in names if name in document}
    return {**known, "pictures": document.get("original", "") in PICTURES}


def _call(line: Line, review_id: str, name: str, payload: Mapping[str, Any]) -> Any:
    if name == "search":
        return line.aside("search", review_id, payload["words"])
    place = review_id, payload["document"], payload["page"]
    if name == "picture":
        return line.aside("note_image", *place, payload["width"])
    return line.aside("note_page", *place)
