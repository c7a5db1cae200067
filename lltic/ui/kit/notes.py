"""Reading: the viewer of case notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from traitlets import Dict, List, Unicode

from lltic.ui.kit.base import Component, css, esm

__all__ = ["NotesViewer"]

NAME = re.compile(r"[0-9a-f]{32}")
AROUND = 60
MOST_HITS = 200


class NotesViewer(Component):
    """The case notes: documents, pages as pictures or as text, search; it keeps its place.

    Whatever it shows it asks for, a page at a time; it holds no document. A picture has its
    words over it, so that they can be selected; nothing on the page waits for a picture.

    Traits
        ``documents``: list of ``{"id", "title", "kind"?, "organisation"?, "date"?, "pages",
        "pictures"?}``; ``pictures`` says that its pages can be shown as pictures.
        ``case_id``: the place (document, page, zoom) is kept per case in the tab.
        ``place``: the name of a review, under which it is kept in the browser instead, for
        the one who writes it; another reader of the same case begins at the beginning.
        ``questions``: list of ``{"field", "label"}`` that a passage can be laid beside as
        evidence: the one that was last in hand is offered first. Empty offers none.
        ``title``: the region's name.
    Actions
        Each has ``ask``, a name for :meth:`reply` or :meth:`cannot`; an answer may come later.
        ``page`` {ask, document, page}: reply ``{"text", "size", "words"}``, as the service does.
        ``picture`` {ask, document, page, width}: reply the bytes of a PNG or JPEG.
        ``search`` {ask, words}: reply ``{"hits", "more"}``.
    Evidence
        goes to the :class:`SaveStatus` of the page, as an answer does: see
        :class:`~lltic.ui.kit.Evidence`.
    """

    _esm = esm(
        "passages", "notes_source", "notes_layer", "notes_bar", "notes_evidence", "notes_viewer"
    )
    _css = css("notes")
    _sends = ("page", "picture", "search")
    documents = List(Dict()).tag(sync=True)
    case_id = Unicode().tag(sync=True)
    place = Unicode().tag(sync=True)
    questions = List(Dict()).tag(sync=True)
    title = Unicode("Case notes").tag(sync=True)

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Drop messages about documents that are not on this page."""
        ask = payload.get("ask")
        if not (isinstance(ask, str) and NAME.fullmatch(ask)):
            return None
        if name == "search":
            return payload if isinstance(payload.get("words"), str) else None
        known = {one["id"] for one in self.documents}
        numbers = ("page", "width") if name == "picture" else ("page",)
        whole = all(type(payload.get(n)) is int and payload[n] > 0 for n in numbers)
        return payload if whole and payload.get("document") in known else None

    def reply(self, ask: str, found: Mapping[str, Any], picture: bytes = b"") -> None:
        """Hand over what was asked for: plain data, or a picture."""
        self.send({"reply": ask, "found": dict(found)}, [picture] if picture else None)

    def cannot(self, ask: str, message: str = "", code: str = "") -> None:
        """Say that it cannot be had, and why; without a message it may come the next time."""
        self.send({"reply": ask, "problem": {"message": message, "code": code}})

    def read_from(self, documents: Mapping[str, Sequence[str | Mapping[str, Any]]]) -> None:
        """Answer from pages that are at hand, as in a notebook, with a plain search.

        A page is its text, or a mapping with ``text``, ``size``, ``words``, ``picture``.
        """
        pages = {name: [_whole(one) for one in given] for name, given in documents.items()}

        def answer(name: str, payload: dict[str, Any]) -> None:
            if name == "search":
                texts = {key: [one["text"] for one in found] for key, found in pages.items()}
                self.reply(payload["ask"], _found(texts, payload["words"]))
                return
            known = pages.get(payload["document"], ())
            at = payload["page"] - 1
            page = known[at] if at < len(known) else _whole("")
            if name == "page":
                self.reply(payload["ask"], {k: page[k] for k in ("text", "size", "words")})
            elif page["picture"]:
                self.reply(payload["ask"], {}, page["picture"])
            else:
                self.cannot(payload["ask"], "it has none", "no-image")

        self.on_action(answer)

    def show(self, document: str, page: int = 1, start: int = 0, end: int = 0) -> None:
        """Turn to a page (from 1) and mark the code points ``start`` to ``end`` of it."""
        self.send({"show": {"document": document, "page": page, "start": start, "end": end}})


def _whole(page: str | Mapping[str, Any]) -> dict[str, Any]:
    given = {"text": page} if isinstance(page, str) else page
    return {"size": None, "words": [], "picture": b"", **given}


def _found(pages: Mapping[str, Sequence[str]], words: str) -> dict[str, Any]:
    wanted = re.compile(r"\s+".join(map(re.escape, words.split())), re.IGNORECASE)
    hits = [
        {
            "document_id": document,
            "page": number,
            "start": one.start(),
            "end": one.end(),
            "before": text[max(0, one.start() - AROUND) : one.start()],
            "after": text[one.end() : one.end() + AROUND],
        }
        for document, texts in pages.items()
        for number, text in enumerate(texts, 1)
        for one in wanted.finditer(text)
        if one.group()
    ]
    return {"hits": hits[:MOST_HITS], "more": len(hits) > MOST_HITS}
