"""The documents of a case, page by page: pictures, words with their places, what is cited.

What a reviewer searches, selects and cites is always the text beside the
original, as it was read once when the document was taken in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lltic.errors import Problem, Refused
from lltic.pages.asking import KINDS, WIDTHS, CannotShow, Drawings
from lltic.reviews.desk.finding import MOST_HITS, Hits, sought
from lltic.reviews.desk.room import Room
from lltic.reviews.people import Person
from lltic.reviews.rules import review_of

__all__ = ["Note", "about", "check_passage", "find", "image", "layer", "note_of", "notes_of"]


@dataclass(frozen=True)
class Note:
    """One document of a case, on disk."""

    document_id: str
    folder: Path
    original: str

    @property
    def has_pictures(self) -> bool:
        """Whether it is shown as pictures of its pages; else as text."""
        return self.original in KINDS and self.original != "docx"

    def file(self, suffix: str) -> Path:
        """Return one of its files; refused when it cannot be found."""
        file = (self.folder / f"{self.document_id}.{suffix}").resolve()
        if not file.is_relative_to(self.folder) or not file.is_file():
            hint = "Tell your coordinator; the rest of the notes can be read."
            raise Refused(Problem("document-missing", "document", "cannot be found", hint=hint))
        return file

    def texts(self) -> list[str]:
        """Return the text of each page."""
        return self.file("txt").read_bytes().decode("utf-8").split("\f")

    def places(self) -> Iterator[bytes]:
        """Yield the line of each page that says where its words stand."""
        if self.has_pictures:
            with self.file("layer").open("rb") as lines:
                yield from lines


def note_of(room: Room, person: Person, review_id: str, document_id: str) -> Note:
    """Return a document, when it belongs to the case of a person's own review."""
    found = {note.document_id: note for note in notes_of(room, person, review_id)}
    if document_id not in found:
        raise Refused(Problem("no-such-document", "document", "is not part of this case"))
    return found[document_id]


def notes_of(room: Room, person: Person, review_id: str) -> list[Note]:
    """Return the documents of the case of a person's own review."""
    own = review_of(room.state, person, review_id)
    documents = room.casebook.get(own.case_id, {}).get("documents", ())
    folder = room.study.documents.resolve()
    return [Note(d["id"], folder, d.get("original", "")) for d in documents]


def about(note: Note) -> dict[str, Any]:
    """Return how a document is shown, its text's SHA-256, and the size of each page."""
    text = note.file("txt").read_bytes()
    sizes = [json.loads(line[: line.index(b',"words"')] + b"}")["size"] for line in note.places()]
    return {
        "document_id": note.document_id,
        "shown_as": "pictures" if note.has_pictures else "text",
        "pages": text.count(b"\f") + 1,
        "sha256": hashlib.sha256(text).hexdigest(),
        "sizes": sizes,
    }


def layer(note: Note, page: str) -> dict[str, Any]:
    """Return the text of a page and where its words stand on its picture."""
    texts = note.texts()
    number = _number(page, 1, len(texts), "no-such-page")
    places: dict[str, Any] = {"size": None, "words": []}
    for at, line in enumerate(note.places(), 1):
        if at == number:
            places = json.loads(line)
            break
    return {"page": number, "pages": len(texts), "text": texts[number - 1], **places}


def image(drawings: Drawings, note: Note, page: str, width: str) -> bytes:
    """Return the picture of a page."""
    number = _number(page, 1, 10**6, "no-such-page")
    across = _number(width, *WIDTHS, "bad-value")
    if not note.has_pictures:
        raise CannotShow("no-image", number)
    return drawings.image(note.file(note.original), note.original, number, across)


def _number(text: str, least: int, most: int, code: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else -1
    if not least <= number <= most:
        raise Refused(Problem(code, "page or width", "is not one of these", f"{least} to {most}"))
    return number


def find(notes: list[Note], words: str) -> dict[str, Any]:
    """Return where words stand in the documents of a case.

    Case, accents, kinds of quotation marks and of blanks make no difference.
    """
    hits: list[dict[str, Any]] = []
    asked = sought(words)
    for note in notes:
        found = Hits(asked, note.texts(), MOST_HITS + 1 - len(hits))
        if not found.pages:
            continue
        places = _places_on(note, set(found.pages))
        for hit in found.all():
            boxes = [
                word[2:]
                for word in places.get(hit["page"], ())
                if word[0] < hit["end"] and word[1] > hit["start"]
            ]
            hits.append({"document_id": note.document_id, **hit, "boxes": boxes})
        if len(hits) > MOST_HITS:
            break
    return {"hits": hits[:MOST_HITS], "more": len(hits) > MOST_HITS}


def _places_on(note: Note, pages: set[int]) -> dict[int, list[list[float]]]:
    lines = enumerate(note.places(), 1)
    return {at: json.loads(line)["words"] for at, line in lines if at in pages}


def check_passage(note: Note, value: Mapping[str, Any]) -> None:
    """Refuse a passage that does not stand in the document as it says."""
    text = note.file("txt").read_bytes()
    pages = text.decode("utf-8").split("\f")
    page = pages[value["page"] - 1] if value["page"] <= len(pages) else ""
    same = hashlib.sha256(text).hexdigest() == value["sha256"]
    if not same or page[value["start"] : value["end"]] != value["text"]:
        hint = "Open the document again and select the passage once more."
        message = "does not stand there in this document"
        raise Refused(Problem("passage-differs", "the passage", message, hint=hint))
