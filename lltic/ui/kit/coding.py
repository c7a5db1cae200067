"""Coding: a text whose passages get themes, one whose coders differ, and the curve of themes."""

from __future__ import annotations

import re
from typing import Any

from traitlets import Bool, Dict, Int, List, Unicode

from lltic.ui.kit.base import Component, css, esm

__all__ = ["CodingKeys", "Curve", "PassageCoder", "PassageSettler"]

NAME = re.compile(r"[0-9a-f]{32}")


class _Kept(Component):
    """What is done here is kept in the tab until it is on record, also over a reload."""

    owner = Unicode().tag(sync=True)
    review_id = Unicode().tag(sync=True)
    text = Unicode().tag(sync=True)
    text_id = Unicode().tag(sync=True)
    question = Unicode().tag(sync=True)
    evidence = List(Dict()).tag(sync=True)
    locked = Bool(False).tag(sync=True)

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Drop what has no name or is about another text."""
        op_id = payload.get("op_id")
        named = isinstance(op_id, str) and NAME.fullmatch(op_id)
        ours = not self.locked and payload.get("text_id") == self.text_id
        return payload if named and ours and self.fits(name, payload) else None

    def fits(self, name: str, payload: dict[str, Any]) -> bool:
        """Say whether a message is about what is shown."""
        return False

    def keep(self, op_id: str) -> None:
        """Tell the browser that it cannot be done just now; it keeps it and asks again."""
        self.send({"kept": op_id})

    def refuse(self, op_id: str, message: str) -> None:
        """Tell the browser that it will not be done, and why."""
        self.send({"refused": op_id, "message": message})


class PassageCoder(_Kept):
    """One text, passages in it, and the themes they speak of.

    Traits
        ``text``; ``text_id``; ``question`` (what the text answers); ``source`` (a line below).
        ``themes``: list of ``{"code", "label", "definition", "include"?, "exclude"?,
        "example"?, "note"?, "number"?, "level"?, "polarity"?}``, parents before what is below
        them; ``number`` is how a theme is called by its place, ``level`` is 0 at the top, and
        ``polarity`` lists what a passage may show.
        ``codings``: list of ``{"id", "theme", "start", "end", "polarity"?}``, code points in
        ``text``.
        ``evidence``: list of ``{"text", "source"}``: passages of the notes beside the text, and
        where they stand in words.
        ``locked``: shows codings, takes none.
        ``owner``, ``review_id``: whose codings these are, of what. What a person codes is kept
        in the tab under both until it is on record, also over a reload.
    Actions
        ``code`` {op_id, text_id, theme, start, end, polarity?}: offsets are code points,
        ``start < end``.
        ``uncode`` {op_id, text_id, id}.
        Each comes again under its ``op_id`` every two seconds until a callback has returned
        (it is done), or has said :meth:`refuse`; :meth:`keep` says "not now". A coding whose
        ``id`` is the ``op_id`` is known to be on record.
    """

    _esm = esm("passages", "sentences", "coding_box", "quotation", "theme_picker", "passage_coder")
    _css = css("coding", "picker", "saving", "evidence")
    _sends = ("code", "uncode")
    source = Unicode().tag(sync=True)
    themes = List(Dict()).tag(sync=True)
    codings = List(Dict()).tag(sync=True)

    def fits(self, name: str, payload: dict[str, Any]) -> bool:
        """Say whether it fits the text, the themes and the codings shown."""
        if name == "uncode":
            return payload.get("id") in [one["id"] for one in self.codings]
        start, end, polarity = (payload.get(key) for key in ("start", "end", "polarity"))
        shows = {one["code"]: one.get("polarity", []) for one in self.themes}
        theme = payload.get("theme")
        known = isinstance(theme, str) and theme in shows
        inside = _is_span(start, end) and end is not None and end <= len(self.text)
        return inside and known and (polarity is None or polarity in shows[str(theme)])


class PassageSettler(_Kept):
    """One text on which two coders differ: for each difference, what stands.

    Traits
        ``text``, ``text_id``, ``question``, ``evidence``, ``owner``, ``review_id`` as in
        :class:`PassageCoder`.
        ``alike``: list of ``{"label", "start", "end", "said"?}``, what both found.
        ``differences``: list of ``{"id", "label", "definition"?, "sides", "kept"}``; a side is
        ``{"label", "passages"}``, a passage ``{"id", "start", "end", "said"?}``, where ``said``
        is what it shows in words. ``kept`` is a list of passages' ids, or None.
        ``locked``: shows what was decided.
    Actions
        ``resolve`` {op_id, text_id, difference, keep}: the ids of one side's passages, or none.
        It comes again as :class:`PassageCoder`'s do.
    """

    _esm = esm("passages", "coding_box", "quotation", "passage_settler")
    _css = css("coding", "settler", "saving", "evidence", "fields")
    _sends = ("resolve",)
    alike = List(Dict()).tag(sync=True)
    differences = List(Dict()).tag(sync=True)

    def fits(self, name: str, payload: dict[str, Any]) -> bool:
        """Say whether it keeps one side of a difference that is shown, or nothing."""
        for one in self.differences:
            if one["id"] == payload.get("difference"):
                sides = [[p["id"] for p in side["passages"]] for side in one["sides"]]
                return payload.get("keep") in ([], *sides)
        return False


class CodingKeys(Component):
    """Which keys do what on a page with texts to code; it also listens for two of them.

    Alt+Down and Alt+Up go from text to text, and behind the last one to the button that
    ends the page. Trait ``entries``: list of ``{"keys", "does"}``.
    """

    _esm = esm("coding_keys")
    _css = css("picker")
    entries = List(Dict()).tag(sync=True)


class Curve(Component):
    """How many themes were known after how many texts, as a picture; lay a table beside it.

    Traits: ``title``; ``points``, list of ``{"texts", "known"}`` from the first text on;
    ``most``, how many themes there are; ``base``, after how many texts counting begins, or 0;
    ``stops_at``, after how many the stopping rule was met, or 0; ``says``, in words what the
    picture shows, for those who do not see it.
    """

    _esm = esm("curve")
    _css = css("lists", "curve")
    title = Unicode().tag(sync=True)
    points = List(Dict()).tag(sync=True)
    most = Int(0).tag(sync=True)
    base = Int(0).tag(sync=True)
    stops_at = Int(0).tag(sync=True)
    says = Unicode().tag(sync=True)


def _is_span(start: Any, end: Any) -> bool:
    whole = type(start) is int and type(end) is int
    return whole and 0 <= start < end
