"""One text on the coding page: its answers, each with its passages and the themes beside it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lltic.errors import LlticError, Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.evidence import listed
from lltic.ui.kit import Actions, CodingKeys, Component, Heading, Paragraph, PassageCoder, link
from lltic.ui.line import Line, is_over
from lltic.ui.refusals import refusal_words
from lltic.ui.suggestions import SuggestionPart

__all__ = ["KEYS", "TextPage", "numbered_themes", "operation_on", "words_of"]

LEAD = (
    "Select the words that speak of a theme, then choose the theme. Code what is written, good "
    "practice as well as problems; several themes may share a passage. Evidence from the notes "
    "is there to read."
)
FINAL = " When you say that you have read all of it, your coding of this text is final."
BELOW = " Below the answers stand themes that the computer would have looked at in them."
CLOSED = "You have read all of this text. Your coding is on record as it stands."

KEYS = (
    ("Alt+Down / Alt+Up", "to the next or the previous answer, and behind the last to the button"),
    ("Left / Right", "in an answer: word by word"),
    ("Up / Down", "in an answer: sentence by sentence"),
    ("Shift", "with any of these: extend the passage"),
    ("Enter", "in an answer: go to the themes; with nothing selected, take the whole answer"),
    ("Delete", "in an answer: remove the theme that lies on the passage"),
    ("Escape", "in an answer: select nothing; in the themes: back to the answer"),
    ("Letters or a number, then Enter", "in the themes: lay that theme on the passage"),
    ("+ / -", "behind the letters or the number: it is good practice, or a problem"),
)
"""What the keys do, for those who code."""


class TextPage:
    """One text, ready to be shown: ``title`` and ``parts``.

    Parameters
    ----------
    line : Line
        The person's line to the service.
    queue : mapping
        What the person may code, with the codebook, as ``coding_queue`` gives it.
    data : mapping
        The text as ``coding_text`` gives it.
    say : callable
        Called with an error that the page should tell.
    """

    def __init__(
        self,
        line: Line,
        queue: Mapping[str, Any],
        data: Mapping[str, Any],
        say: Callable[[LlticError], None],
    ) -> None:
        self._line, self._queue, self._data, self._say = line, queue, data, say
        self._leave: Callable[[str, bool], None] = lambda review_id, finished: None
        self._themes = numbered_themes(queue["codebook"]["codes"])
        self.title = f"Theme coding – Case {data['case_id']}"
        self.coders = {text["item"]: self._coder(text) for text in data["texts"]}
        self._suggestions = self._suggested()
        texts = self._texts() or [Paragraph(text="This review holds no text.")]
        self.parts = [self._heading(), *self._keys(), *texts, self._actions()]

    def _suggested(self) -> SuggestionPart | None:
        """Suggestions, on a text that its coder is done with; on no other."""
        if not self._data["done"]:
            return None
        return SuggestionPart(self._line, self._data, self._queue, self.coders, self._laid)

    def _texts(self) -> list[Component]:
        lists = self._suggestions.lists if self._suggestions else {}
        return [
            part
            for item, coder in self.coders.items()
            for part in (coder, lists.get(item))
            if part is not None
        ]

    def _laid(self, data: Mapping[str, Any]) -> None:
        """Show what was laid for a suggestion, or taken off again."""
        for item, coder in self.coders.items():
            coder.codings = _codings(data, item)

    def on_leave(self, callback: Callable[[str, bool], None]) -> None:
        """Call ``callback(review_id, finished)`` when the person goes on from this text."""
        self._leave = callback

    def _heading(self) -> Heading:
        data = self._data
        lead = CLOSED if data["final"] else LEAD + (FINAL if self._queue["planned"] else "")
        lead += BELOW if data["suggestions"]["shown"] else ""
        return Heading(text=f"Case {data['case_id']}", caption="Theme coding", lead=lead)

    def _keys(self) -> list[CodingKeys]:
        entries = [{"keys": keys, "does": does} for keys, does in KEYS]
        return [CodingKeys(entries=entries)] if self.coders and not self._data["final"] else []

    def _actions(self) -> Actions:
        data = self._data
        links = [link("Back to the list", "list")]
        if data["yours"] and not data["done"]:
            links.append(link("Give this text back", "release"))
        actions = Actions(
            primary="Go on to the next text" if data["done"] else "I have read all of this text",
            primary_action="next" if data["done"] else "done",
            links=links,
        )
        done = operation_on(data, uuid.uuid4().hex, "coding_done")
        release = operation_on(data, uuid.uuid4().hex, "release_text")

        def act(name: str, payload: Mapping[str, Any]) -> None:
            if name == "done" and not self._did(done):
                return
            if name == "release" and not self._did(release):
                return
            self._leave(data["review_id"], name in ("done", "next"))

        actions.on_action(act)
        return actions

    def _did(self, operation: Mapping[str, Any]) -> bool:
        """Do something that ends the page; when that cannot be done, the page stays."""
        try:
            self._line.operate(operation)
        except (Refused, ServiceDown) as error:
            self._say(error)
            return False
        return True

    def _coder(self, text: Mapping[str, str]) -> PassageCoder:
        data, item = self._data, text["item"]
        phase = item.partition(".")[0]
        coder = PassageCoder(
            text=text["text"],
            text_id=item,
            question=f"{text['page']}: {text['label']}",
            codings=_codings(data, item),
            evidence=listed(data["evidence"], data["documents"]).get(item, []),
            themes=[_shown(one) for one in self._themes if fits(one, phase)],
            owner=self._queue["person"]["name"],
            review_id=data["review_id"],
            locked=data["final"],
        )
        coder.on_action(lambda name, payload: self._of_coder(coder, name, payload))
        return coder

    def _of_coder(self, coder: PassageCoder, name: str, payload: Mapping[str, Any]) -> None:
        op_id, item = payload["op_id"], coder.text_id
        if name == "code":
            value = {k: payload[k] for k in ("theme", "start", "end", "polarity") if k in payload}
            value["codebook_hash"] = self._queue["codebook_hash"]
        else:
            value = {"coding_id": payload["id"]}
        operation = operation_on(self._data, op_id, name, field=item, value=value)
        try:
            self._line.operate(operation)
            data = self._line.coding_text(self._data["review_id"])
            coder.codings = _codings(data, item)
            if self._suggestions:
                self._suggestions.show(data)
        except ServiceDown:
            coder.keep(op_id)
        except Refused as error:
            if is_over(error):
                coder.keep(op_id)
            else:
                coder.refuse(op_id, refusal_words(error))


def operation_on(data: Mapping[str, Any], op_id: str, kind: str, **more: Any) -> dict[str, Any]:
    """Return an operation on a text."""
    place = {"review_id": data["review_id"], "case_id": data["case_id"]}
    return {"op_id": op_id, "kind": kind, **place, **more}


def numbered_themes(codes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the themes of a codebook with ``number`` and ``level``, each before what it holds.

    Examples
    --------
    >>> codes = [{"code": "a"}, {"code": "b"}, {"code": "c", "parent": "a"}]
    >>> [(one["code"], one["number"], one["level"]) for one in numbered_themes(codes)]
    [('a', '1', 0), ('c', '1.1', 1), ('b', '2', 0)]
    """

    def below(parent: str, prefix: str, level: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        children = [code for code in codes if (code.get("parent") or "") == parent]
        for place, code in enumerate(children, 1):
            number = f"{prefix}{place}"
            found.append({**code, "number": number, "level": level})
            found += below(code["code"], f"{number}.", level + 1)
        return found

    return below("", "", 0)


def fits(theme: Mapping[str, Any], phase: str) -> bool:
    """Say whether a theme may be laid on a text of this page of the form."""
    phases = theme.get("phases") or ()
    return not phases or phase in phases


def words_of(value: Any) -> str:
    """Return a part of a code as one text; lists, as in "include", become one line."""
    return "; ".join(value) if isinstance(value, list) else value or ""


def _shown(theme: Mapping[str, Any]) -> dict[str, Any]:
    parts = ("code", "label", "definition", "include", "exclude", "example", "number")
    note = "An illustrative theme." if theme.get("illustrative") in (True, "true") else ""
    return {
        **{key: words_of(theme.get(key)) for key in parts},
        "level": theme["level"],
        "polarity": list(theme.get("polarity") or ()),
        "note": note,
    }


def _codings(data: Mapping[str, Any], item: str) -> list[dict[str, Any]]:
    return [
        {
            "id": c["coding_id"],
            "theme": c["theme"],
            "start": c["start"],
            "end": c["end"],
            "polarity": c.get("polarity", ""),
        }
        for c in data["codings"]
        if c["item"] == item
    ]
