"""Evidence: passages of the notes beside an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traitlets import Bool, Dict, List, Unicode

from lltic.ui.kit.base import Component, css, esm

__all__ = ["EVIDENCE", "Evidence", "passage_of"]

EVIDENCE = "evidence:"
"""How the field of an operation of :class:`SaveStatus` begins that is about a passage."""

PARTS = {"field": str, "document": str, "page": int, "start": int, "end": int, "text": str}


class Evidence(Component):
    """The passages that stand beside one answer; nothing is shown where there are none.

    A passage is brought by :class:`NotesViewer`, and goes the way of an answer: the
    :class:`SaveStatus` of the page keeps it until it is on record, and says when it is not.

    Traits
        ``field``: whose answer they stand beside.
        ``items``: list of ``{"id", "document", "page", "start", "end", "text", "source"}``, those
        on record. ``source`` is the document and the page in words.
        ``label``: what the question is called, for screen readers.
        ``who``: whose they are, where that is not the person on the page.
        ``locked``: none can be added or taken away. ``linked``: they can be shown in the notes.
        ``fills``: the words can be put into the answer too.
    Actions
        ``show`` {document, page, start, end}, where no viewer of notes is on the page.
    Operations of SaveStatus
        ``field`` begins with :data:`EVIDENCE`. A value whose ``value`` is a passage (see
        :func:`passage_of`) lays it beside an answer; None takes the passage away whose id
        follows in the field.
    """

    _esm = esm("quotation", "evidence")
    _css = css("evidence")
    _sends = ("show",)
    field = Unicode().tag(sync=True)
    items = List(Dict()).tag(sync=True)
    label = Unicode().tag(sync=True)
    who = Unicode().tag(sync=True)
    locked = Bool(False).tag(sync=True)
    linked = Bool(True).tag(sync=True)
    fills = Bool(True).tag(sync=True)


def passage_of(value: Any) -> dict[str, Any] | None:
    """Return the passage in an operation's value; None when it holds none.

    Examples
    --------
    >>> passage_of({"value": {"text": "no page"}}) is None
    True
    """
    said = value.get("value") if isinstance(value, Mapping) else None
    if not isinstance(said, Mapping):
        return None
    fits = all(type(said.get(name)) is kind for name, kind in PARTS.items())
    return {name: said[name] for name in PARTS} if fits else None
