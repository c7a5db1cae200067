"""Reading and coding: the viewer of case notes and the coder of passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from traitlets import Bool, Dict, List, Unicode

from lltic.ui.kit.base import Component, css, esm

__all__ = ["NotesViewer", "PassageCoder"]

NAME = re.compile(r"[0-9a-f]{32}")


class NotesViewer(Component):
    """The case notes: documents, pages, search with hits; it keeps its place.

    Traits
        ``documents``: list of ``{"id", "title", "kind"?, "organisation"?, "date"?, "pages"}``.
        ``texts``: ``{id: [page, …]}``; may be empty, or hold all or some of the documents.
        ``case_id``: the place (document, page, scroll) is kept per case in the tab.
        ``quotable``: offers "Use as evidence" for selected words.
        ``title``: the region's name.
    Actions
        ``open`` {document}: its pages are needed; answer with :meth:`deliver`.
        ``quote`` {document, page, start, end, text}: page counts from 1, offsets are code
        points within the page's text.
    """

    _esm = esm("passages", "notes_viewer")
    _css = css("notes")
    documents = List(Dict()).tag(sync=True)
    texts = Dict().tag(sync=True)
    case_id = Unicode().tag(sync=True)
    quotable = Bool(False).tag(sync=True)
    title = Unicode("Case notes").tag(sync=True)

    def allowed_actions(self) -> tuple[str, ...]:
        """Return ``open``, and ``quote`` when the viewer is quotable."""
        return ("open", "quote") if self.quotable else ("open",)

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Drop messages about documents that are not on this page."""
        known = {one["id"] for one in self.documents}
        if payload.get("document") not in known:
            return None
        if name == "quote" and not (
            _is_span(payload.get("start"), payload.get("end"))
            and isinstance(payload.get("page"), int)
            and isinstance(payload.get("text"), str)
        ):
            return None
        return payload

    def deliver(self, document: str, pages: Sequence[str]) -> None:
        """Hand over the text of a document's pages."""
        self.send({"text": {"document": document, "pages": list(pages)}})

    def show(self, document: str, page: int = 1, start: int = 0, end: int = 0) -> None:
        """Turn to a page (from 1) and mark the code points ``start`` to ``end`` of it."""
        self.send({"show": {"document": document, "page": page, "start": start, "end": end}})


class PassageCoder(Component):
    """One text, passages in it, and the themes they speak of.

    Traits
        ``text``; ``text_id``; ``question`` (what the text answers); ``source`` (a line below).
        ``themes``: list of ``{"code", "label", "definition", "include"?, "exclude"?}``.
        ``codings``: list of ``{"id", "theme", "start", "end"}``, code points in ``text``.
        ``locked``: shows codings, takes none.
        ``owner``, ``review_id``: whose codings these are, of what. What a person codes is kept
        in the tab under both until it is on record, also over a reload.
    Actions
        ``code`` {op_id, text_id, theme, start, end}: offsets are code points, ``start < end``.
        ``uncode`` {op_id, text_id, id}.
        Each comes again under its ``op_id`` every two seconds until a callback has returned
        (it is done), or has said :meth:`refuse`; :meth:`keep` says "not now". A coding whose
        ``id`` is the ``op_id`` is known to be on record.
    """

    _esm = esm("passages", "coding_box", "passage_coder")
    _css = css("coding", "saving")
    _sends = ("code", "uncode")
    owner = Unicode().tag(sync=True)
    review_id = Unicode().tag(sync=True)
    text = Unicode().tag(sync=True)
    text_id = Unicode().tag(sync=True)
    question = Unicode().tag(sync=True)
    source = Unicode().tag(sync=True)
    themes = List(Dict()).tag(sync=True)
    codings = List(Dict()).tag(sync=True)
    locked = Bool(False).tag(sync=True)

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Drop what does not fit the text, the themes and the codings shown."""
        op_id = payload.get("op_id")
        named = isinstance(op_id, str) and NAME.fullmatch(op_id)
        if self.locked or payload.get("text_id") != self.text_id or not named:
            return None
        if name == "uncode":
            return payload if payload.get("id") in [one["id"] for one in self.codings] else None
        start, end = payload.get("start"), payload.get("end")
        fits = _is_span(start, end) and end is not None and end <= len(self.text)
        known = payload.get("theme") in [one["code"] for one in self.themes]
        return payload if fits and known else None

    def keep(self, op_id: str) -> None:
        """Tell the browser that it cannot be done just now; it keeps it and asks again."""
        self.send({"kept": op_id})

    def refuse(self, op_id: str, message: str) -> None:
        """Tell the browser that it will not be done, and why."""
        self.send({"refused": op_id, "message": message})


def _is_span(start: Any, end: Any) -> bool:
    whole = type(start) is int and type(end) is int
    return whole and 0 <= start < end
