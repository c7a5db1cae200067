"""The coding page: one reviewer's words, and the themes a person finds in them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from ipywidgets import VBox

from lltic.errors import LlticError, Refused
from lltic.reviews.client import Client, ServiceDown
from lltic.ui.kit import (
    Actions,
    Heading,
    Notice,
    Paragraph,
    PassageCoder,
    Place,
    SiteHeader,
    Worklist,
    link,
    query_string,
)
from lltic.ui.screen import replace
from lltic.ui.session import connect, place_asked_for
from lltic.ui.wording import SYNTHETIC, plural

__all__ = ["CodingDesk", "open_coding"]

THEME_PARTS = ("code", "label", "definition", "include", "exclude")


def open_coding() -> VBox:
    """Return the coding page of the person this kernel serves; the page's only call."""
    desk = CodingDesk(connect())
    desk.go(query_string(**place_asked_for()))
    return desk.view


class CodingDesk:
    """The list of texts open to a coder, and one of them.

    Parameters
    ----------
    client : Client
        The person's line to the service.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._place = Place()
        self._place.on_action(lambda name, payload: self.go(payload["query"]))
        self._header = SiteHeader(logout_url="logout")
        self._header.on_action(lambda name, payload: self.go(""))
        self._body = VBox()
        self._body.add_class("lltic-main")
        self._body.add_class("lltic-narrow")
        self.view = VBox([self._header, self._place, self._body])
        self.view.add_class("lltic-page")

    def go(self, query: str) -> None:
        """Go to one text (``?text=…``) or to the list of texts."""
        asked = {k: v[0] for k, v in parse_qs(query.lstrip("?")).items()}
        try:
            if "text" in asked:
                self._open_text(asked["text"])
            else:
                self._open_list()
        except Refused as error:
            self._open_list(error)
        except ServiceDown as error:
            self._show("", "Not available", [Heading(text="Not available"), _trouble(error)])

    def _show(self, query: str, title: str, parts: list[Any]) -> None:
        replace(self._body, parts)
        self._place.turn_to(query, title)

    # -- the list ---------------------------------------------------------------------------------

    def _open_list(self, refused: Refused | None = None) -> None:
        queue = self._client.coding_queue()
        texts = queue["texts"]
        with self._header.hold_sync():
            self._header.cohort = queue["title"]
            self._header.person = queue["person"]["label"]
            self._header.notice = SYNTHETIC if queue["synthetic"] else ""
            self._header.links = [link("Texts to code", "list")]
        left = [t for t in texts if not t["done"]]
        done = [t for t in texts if t["done"]]
        groups = [
            {"heading": "To code", "rows": [_row(t, "Read and code", "todo") for t in left]},
            {"heading": "Coded", "rows": [_row(t, "Look again", "done") for t in done]},
        ]
        listed = Worklist(
            groups=[g for g in groups if g["rows"]],
            done_title="Nothing to code",
            done_text="Texts appear here when every reviewer of a case has submitted.",
            support_title="Whose words these are is not shown.",
            support=queue["support"],
        )
        listed.on_action(lambda name, payload: self.go(payload["query"]))
        lead = f"{plural(len(left), 'text').capitalize()} to code, {len(done)} done."
        parts: list[Any] = [Heading(text="Theme coding", lead=lead), listed]
        self._show("", "Theme coding", [_trouble(refused), *parts] if refused else parts)

    # -- one text ---------------------------------------------------------------------------------

    def _open_text(self, review_id: str) -> None:
        queue = self._client.coding_queue()
        themes = [
            {key: _words(code.get(key)) for key in THEME_PARTS}
            for code in queue["codebook"]["codes"]
        ]
        data = self._client.coding_text(review_id)
        coders = [self._coder(data, text, themes, queue["codebook_hash"]) for text in data["texts"]]
        heading = Heading(
            text=f"Case {data['case_id']}",
            caption="Theme coding",
            lead="Select the words that speak of a theme, then choose the theme. Code what is "
            "written, good practice as well as problems; several themes may share a passage.",
        )
        actions = Actions(
            primary="" if data["done"] else "I have read all of this text",
            primary_action="done",
            links=[link("Back to the list", "list")],
            flush=False,
        )

        def leave(name: str, payload: Mapping[str, Any]) -> None:
            if name == "done":
                self._operate("coding_done", data)
            self.go("")

        actions.on_action(leave)
        parts = [heading, *(coders or [Paragraph(text="This review holds no text.")])]
        title = f"Theme coding – Case {data['case_id']}"
        self._show(query_string(text=review_id), title, [*parts, actions])

    def _coder(
        self, data: dict[str, Any], text: dict[str, str], themes: list[Any], codebook_hash: str
    ) -> VBox:
        item = text["item"]
        coder = PassageCoder(
            text=text["text"],
            text_id=item,
            question=f"{text['page']}: {text['label']}",
            themes=themes,
            codings=_codings(data, item),
        )
        box = VBox([coder])

        def act(name: str, payload: Mapping[str, Any]) -> None:
            if name == "code":
                value = {key: payload[key] for key in ("theme", "start", "end")}
                value["codebook_hash"] = codebook_hash
            else:
                value = {"coding_id": payload["id"]}
            try:
                self._operate(name, data, field=item, value=value)
                coder.codings = _codings(self._client.coding_text(data["review_id"]), item)
                box.children = (coder,)
            except LlticError as error:
                box.children = (coder, _trouble(error))

        coder.on_action(act)
        return box

    def _operate(self, kind: str, data: Mapping[str, Any], **more: Any) -> None:
        operation = {
            "op_id": uuid.uuid4().hex,
            "kind": kind,
            "review_id": data["review_id"],
            "case_id": data["case_id"],
            **more,
        }
        self._client.operate(operation)


def _words(value: Any) -> str:
    """Return a part of a code as one text; lists, as in "include", become lines."""
    return "; ".join(value) if isinstance(value, list) else value or ""


def _codings(data: Mapping[str, Any], item: str) -> list[dict[str, Any]]:
    return [
        {"id": c["coding_id"], "theme": c["theme"], "start": c["start"], "end": c["end"]}
        for c in data["codings"]
        if c["item"] == item
    ]


def _trouble(error: LlticError) -> Notice:
    return Notice(kind="error", title="That was not done", text=str(error), announce=True)


def _row(text: dict[str, Any], words: str, kind: str) -> dict[str, Any]:
    return {
        "case_id": text["case_id"],
        "link": words,
        "detail": plural(text["codings"], "passage") + " coded by you",
        "status": {"todo": "To code", "done": "Coded"}[kind],
        "status_kind": kind,
        "query": query_string(text=text["review_id"]),
    }
