"""The calls of the notes viewer: pages as pictures, their words, search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from lltic.reviews.desk import Desk
from lltic.reviews.service.calls import CALLER, Asked, Call
from lltic.reviews.service.shapes import Answer, Body

__all__ = ["NoteCalls"]

Box = Annotated[list[float], Field(description="Left, top, right, bottom, in points.")]


class Search(Body):
    """What is looked for; in the body, for what is in an address ends up in logs."""

    words: Annotated[str, Field(max_length=200)]


class NoteAbout(Answer):
    """How a document is shown."""

    document_id: str
    shown_as: Literal["pictures", "text"]
    pages: int
    sha256: str = Field(description="Of its text in UTF-8, pages parted by form feeds.")
    sizes: list[list[float] | None] = Field(
        description="Width and height of each page in points; none where it cannot be read, "
        "and no page's when it is shown as text."
    )


class NotePage(Answer):
    """The words of a page, and where they stand on its picture."""

    page: int
    pages: int
    text: str
    size: list[float] | None
    words: list[list[float]] = Field(
        description="Start and end in code points of the text; left, top, right, bottom in points."
    )


class Hit(Answer):
    """A place where the words stand; offsets are code points of the page's text."""

    document_id: str
    page: int
    start: int
    end: int
    before: str
    after: str
    boxes: list[Box]


class Found(Answer):
    """Where the words stand, in the order of the documents."""

    hits: list[Hit]
    more: bool = Field(description="There are more than are told.")


class Picture(RootModel[bytes]):
    """PNG, or JPEG for what is no page of writing."""


class NoteCalls:
    """What is asked about the documents of the case of one's own review.

    Parameters
    ----------
    desk : Desk
        Decides who may see what.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def calls(self) -> list[Call]:
        """Return them, in the order of the document."""
        review = "/v1/reviews/{review_id}"
        one = review + "/documents/{document_id}/pages"

        def ask(
            name: str, path: str, does: Callable[[Asked], Any], answer: Any, **more: Any
        ) -> Call:
            return Call(name, path, does, answer, **{"bearer": CALLER, "limit": "pages", **more})

        drawn = {"lane": "pages", "media": "image/*"}
        return [
            ask("note", one, self.note, NoteAbout),
            ask("note_page", one + "/{page}", self.page, NotePage),
            ask("note_image", one + "/{page}/image/{width}", self.image, Picture, **drawn),
            ask("search", review + "/search", self.search, Found, body=Search, lane="pages"),
        ]

    def note(self, asked: Asked) -> dict[str, Any]:
        """Return how a document is shown, and how many pages it has."""
        return self._desk.note(asked.caller, *_document(asked))

    def page(self, asked: Asked) -> dict[str, Any]:
        """Return the words of a page and where they stand on its picture."""
        return self._desk.note_page(asked.caller, *_document(asked), asked.ids["page"])

    def image(self, asked: Asked) -> bytes:
        """Return a page as a picture, 200 to 2,400 pixels wide; a scan not wider than it is.

        Refused with what is wrong (`page-broken`, `page-too-slow`, `page-too-large`,
        `document-broken`, `document-locked` …) when it cannot be shown, within some seconds;
        `no-image` for a document that is shown as text.
        """
        ids = asked.ids
        return self._desk.note_image(asked.caller, *_document(asked), ids["page"], ids["width"])

    def search(self, asked: Asked) -> dict[str, Any]:
        """Return where words stand in the documents of the case of one of the person's reviews.

        Case, accents and blanks make no difference.
        """
        return self._desk.search(asked.caller, asked.ids["review_id"], asked.body["words"])


def _document(asked: Asked) -> tuple[str, str]:
    return asked.ids["review_id"], asked.ids["document_id"]
