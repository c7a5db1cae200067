"""What coders differ on, for somebody who did not code the text: what stands of each difference."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from lltic.errors import LlticError, Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.coding_text import operation_on
from lltic.ui.evidence import listed
from lltic.ui.kit import Actions, CodingKeys, Heading, PassageSettler, link
from lltic.ui.line import Line, is_over
from lltic.ui.refusals import refusal_words

__all__ = ["SettlingPage"]

LEAD = (
    "Two people coded this text without knowing of each other. Here is where they differ. For each "
    "difference say what stands, by the codebook and the words alone; A and B tell nothing of who "
    "they are."
)
CLOSED = "This text is settled. What stands is on record."
SAID = {"problem": "a problem", "good_practice": "good practice"}
KEYS = (
    (
        "Alt+Down / Alt+Up",
        "to the next or the previous difference, and behind the last to the button",
    ),
    ("Up / Down", "in a difference: choose what stands"),
)


class SettlingPage:
    """One text on which coders differ, ready to be shown: ``title`` and ``parts``.

    Parameters
    ----------
    line : Line
        The person's line to the service.
    queue : mapping
        As ``resolving_queue`` gives it.
    data : mapping
        The text as ``resolving_text`` gives it.
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
        self._leave: Callable[[], None] = lambda: None
        self._codes = {code["code"]: code for code in data["codebook"]["codes"]}
        self.title = f"Settling – Case {data['case_id']}"
        differing = {one["item"] for one in data["differences"]}
        texts = [text for text in data["texts"] if text["item"] in differing]
        self.settlers = {text["item"]: self._settler(text) for text in texts}
        lead = CLOSED if data["done"] else LEAD
        heading = Heading(text=f"Case {data['case_id']}", caption="Settling", lead=lead)
        entries = [{"keys": keys, "does": does} for keys, does in KEYS]
        self.parts = [
            heading,
            CodingKeys(entries=entries),
            *self.settlers.values(),
            self._actions(),
        ]

    def on_leave(self, callback: Callable[[], None]) -> None:
        """Call back when the person goes on from this text."""
        self._leave = callback

    def _actions(self) -> Actions:
        data = self._data
        begun = any(one["kept"] is not None for one in data["differences"])
        links = [link("Back to the list", "list")]
        if begun and not data["done"]:
            links.append(link("Give this text back", "release"))
        actions = Actions(
            primary="" if data["done"] else "All of this text is settled",
            primary_action="done",
            links=links,
        )
        steps = {"done": "resolving_done", "release": "release_text"}
        ids = {name: uuid.uuid4().hex for name in steps}

        def act(name: str, payload: Mapping[str, Any]) -> None:
            if name in steps:
                try:
                    self._line.operate(operation_on(data, ids[name], steps[name]))
                except (Refused, ServiceDown) as error:
                    self._say(error)
                    return
            self._leave()

        actions.on_action(act)
        return actions

    def _settler(self, text: Mapping[str, str]) -> PassageSettler:
        data, item = self._data, text["item"]
        settler = PassageSettler(
            text=text["text"],
            text_id=item,
            question=f"{text['page']}: {text['label']}",
            evidence=listed(data["evidence"], data["documents"]).get(item, []),
            alike=[self._alike(one) for one in data["alike"] if one["item"] == item],
            differences=self._differences(data, item),
            owner=self._queue["person"]["name"],
            review_id=data["review_id"],
            locked=data["done"],
        )
        settler.on_action(lambda name, payload: self._of_settler(settler, payload))
        return settler

    def _of_settler(self, settler: PassageSettler, payload: Mapping[str, Any]) -> None:
        op_id = payload["op_id"]
        value = {"difference": payload["difference"], "keep": payload["keep"]}
        operation = operation_on(self._data, op_id, "resolve", value=value)
        try:
            self._line.operate(operation)
            found = self._line.resolving_text(self._data["review_id"])
            settler.differences = self._differences(found, settler.text_id)
        except ServiceDown:
            settler.keep(op_id)
        except Refused as error:
            if is_over(error):
                settler.keep(op_id)
            else:
                settler.refuse(op_id, refusal_words(error))

    def _differences(self, data: Mapping[str, Any], item: str) -> list[dict[str, Any]]:
        return [
            {
                "id": one["difference"],
                "label": self._label(one["theme"]),
                "definition": self._codes.get(one["theme"], {}).get("definition", ""),
                "sides": [
                    {"label": s["label"], "passages": [_passage(p) for p in s["passages"]]}
                    for s in one["sides"]
                ],
                "kept": one["kept"],
            }
            for one in data["differences"]
            if one["item"] == item
        ]

    def _alike(self, one: Mapping[str, Any]) -> dict[str, Any]:
        return {**_passage(one), "label": self._label(one["theme"])}

    def _label(self, theme: str) -> str:
        return str(self._codes.get(theme, {}).get("label", theme))


def _passage(one: Mapping[str, Any]) -> dict[str, Any]:
    said = SAID.get(one["polarity"], "")
    return {"id": one["coding_id"], "start": one["start"], "end": one["end"], "said": said}
