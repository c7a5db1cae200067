"""What a computer suggests for a text that a person has coded, to take or to set aside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from traitlets import Dict, List, Unicode

from lltic.ui.kit.base import Component, css, esm

__all__ = ["SuggestionList"]

NAME = re.compile(r"[0-9a-f]{32}")


class SuggestionList(Component):
    """Themes suggested for one text, one card each; shown after the text was coded, never before.

    Traits
        ``text``; ``text_id``; ``themes``: list of ``{"code", "label"}``, to lay another one.
        ``suggestions``: list of ``{"id", "theme", "label", "definition", "sure", "words",
        "measured", "shows", "answer"}``: ``sure`` and ``measured`` are whole sentences, ``words``
        those of the text that it went by, ``shows`` a list of ``{"value", "label"}`` to choose
        from where the theme can be a problem and good practice, ``answer`` one of ``open``,
        ``accepted``, ``changed``, ``rejected``; with a ``coding_id`` what was laid can be taken
        off again. Without suggestions nothing is shown at all.
    Actions
        ``accept`` {op_id, id, theme, polarity, start, end}: lay a theme, the suggested one or
        another, on a passage; offsets are code points, ``start < end``.
        ``reject`` {op_id, id} · ``undo`` {op_id, id, coding_id}.
        Pressed again because no answer came, each has the same ``op_id``.
    """

    _esm = esm("passages", "sentences", "status", "suggestion_list")
    _css = css("lists", "suggestions")
    _sends = ("accept", "reject", "undo")
    text = Unicode().tag(sync=True)
    text_id = Unicode().tag(sync=True)
    themes = List(Dict()).tag(sync=True)
    suggestions = List(Dict()).tag(sync=True)

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Drop what does not fit the text, the themes and the suggestions shown."""
        op_id = payload.get("op_id")
        if not (isinstance(op_id, str) and NAME.fullmatch(op_id)):
            return None
        one = next((one for one in self.suggestions if one["id"] == payload.get("id")), None)
        if one is None:
            return None
        if name == "undo":
            laid = one.get("coding_id")
            return payload if laid and payload.get("coding_id") == laid else None
        if name == "reject":
            return payload if one["answer"] == "open" else None
        return payload if one["answer"] == "open" and self._fits(one, payload) else None

    def _fits(self, one: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
        """Whether a theme and a passage are among those that can be chosen."""
        start, end = payload.get("start"), payload.get("end")
        whole = type(start) is int and type(end) is int
        known = payload.get("theme") in [theme["code"] for theme in self.themes]
        said = payload.get("polarity") in ["", *(show["value"] for show in one["shows"])]
        fits = whole and 0 <= start < end <= len(self.text)  # type: ignore[operator]
        return fits and known and said

    def refuse(self, message: str) -> None:
        """Tell the browser that what it asked was not done, and why."""
        self.send({"refused": True, "message": message})
