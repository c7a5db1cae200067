"""The coding page: one reviewer's words, and the themes a person finds in them."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from ipywidgets import VBox

from lltic.errors import LlticError, Refused
from lltic.reviews.client import Client, ServiceDown
from lltic.ui.evidence import listed
from lltic.ui.kit import (
    Actions,
    Heading,
    Notice,
    Paragraph,
    PassageCoder,
    Place,
    SignInAgain,
    SiteHeader,
    Window,
    Worklist,
    link,
    query_string,
)
from lltic.ui.line import Line, is_over
from lltic.ui.refusals import SAFE, refusal_words
from lltic.ui.screen import replace
from lltic.ui.session import connect, go_on, place_asked_for
from lltic.ui.wording import SYNTHETIC, plural

__all__ = ["CodingDesk", "open_coding"]

AWAY = (
    "The review service does not answer. Everything that was marked as saved is safe. "
    "Wait a moment and try again."
)

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
        self._line = Line(client, self._session_over)
        self._awaited: str | None = None
        self._place = Place()
        self._place.on_action(lambda name, payload: self.go(payload["query"]))
        self._header = SiteHeader(logout_url="logout")
        self._header.on_action(lambda name, payload: self.go(""))
        self._window = Window(watching=True)
        self._window.on_action(self._of_window)
        self._again = SignInAgain()
        self._again.on_action(self._signed_in_again)
        self._body = VBox()
        self._body.add_class("lltic-main")
        self._body.add_class("lltic-narrow")
        self.view = VBox([self._header, self._place, self._again, self._window, self._body])
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
            if is_over(error):
                self._awaited = query
            else:
                self._go_to_list(error)
        except ServiceDown:
            self._say_unreachable(query)

    def _go_to_list(self, refused: Refused) -> None:
        try:
            self._open_list(refused)
        except LlticError:
            self._say_unreachable("")

    def _say_unreachable(self, query: str) -> None:
        notice = Notice(kind="error", title="This page cannot be opened just now", text=AWAY)
        actions = Actions(primary="Try again", primary_action="again", flush=False)
        actions.on_action(lambda name, payload: self.go(query))
        self._show(query, "Not available", [Heading(text="Not available"), notice, actions])

    def _show(self, query: str, title: str, parts: list[Any]) -> None:
        replace(self._body, parts)
        self._place.turn_to(query, title)

    # -- the session ------------------------------------------------------------------------------

    def _session_over(self) -> None:
        self._again.over = True

    def _of_window(self, name: str, payload: Mapping[str, Any]) -> None:
        """Notice, while nothing else is asked, that the session has ended, or goes on."""
        if name == "beat":
            with contextlib.suppress(LlticError):
                self._line.desk()
                self._again.over = False

    def _signed_in_again(self, name: str, payload: Mapping[str, Any]) -> None:
        """Go on where the page is, for the same person; the browser then sends what it kept."""
        go_on(self._client, self._again, payload["ticket"])
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            self.go(awaited)

    # -- the list ---------------------------------------------------------------------------------

    def _open_list(self, refused: Refused | None = None) -> None:
        queue = self._line.coding_queue()
        texts = queue["texts"]
        self._head(queue)
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

    def _head(self, queue: Mapping[str, Any]) -> None:
        with self._header.hold_sync():
            self._header.cohort = queue["title"]
            self._header.person = queue["person"]["label"]
            self._header.notice = SYNTHETIC if queue["synthetic"] else ""
            self._header.links = [link("Texts to code", "list")]
        with self._again.hold_sync():
            self._again.name = queue["person"]["name"]
            self._again.idle_minutes = queue["idle_minutes"]

    # -- one text ---------------------------------------------------------------------------------

    def _open_text(self, review_id: str) -> None:
        queue = self._line.coding_queue()
        themes = [
            {key: _words(code.get(key)) for key in THEME_PARTS}
            for code in queue["codebook"]["codes"]
        ]
        data = self._line.coding_text(review_id)
        self._head(queue)
        whose = {"owner": queue["person"]["name"], "review_id": review_id}
        coders = [
            self._coder(data, text, queue["codebook_hash"], themes=themes, **whose)
            for text in data["texts"]
        ]
        heading = Heading(
            text=f"Case {data['case_id']}",
            caption="Theme coding",
            lead="Select the words that speak of a theme, then choose the theme. Code what is "
            "written, good practice as well as problems; several themes may share a passage. "
            "Evidence from the notes is there to read.",
        )
        actions = Actions(
            primary="" if data["done"] else "I have read all of this text",
            primary_action="done",
            links=[link("Back to the list", "list")],
        )
        done = _operation(data, uuid.uuid4().hex, "coding_done")

        def leave(name: str, payload: Mapping[str, Any]) -> None:
            if name != "done" or self._finish(done):
                self.go("")

        actions.on_action(leave)
        parts = [heading, *(coders or [Paragraph(text="This review holds no text.")])]
        title = f"Theme coding – Case {data['case_id']}"
        self._show(query_string(text=review_id), title, [*parts, actions])

    def _finish(self, operation: Mapping[str, Any]) -> bool:
        """Say that a text was read to its end; when that cannot be said, the page stays."""
        try:
            self._line.operate(operation)
        except (Refused, ServiceDown) as error:
            if not (isinstance(error, Refused) and is_over(error)):
                rest = [part for part in self._body.children if not isinstance(part, Notice)]
                replace(self._body, [_trouble(error), *rest])
            return False
        return True

    def _coder(
        self, data: dict[str, Any], text: dict[str, str], codebook_hash: str, **traits: Any
    ) -> PassageCoder:
        item = text["item"]
        coder = PassageCoder(
            text=text["text"],
            text_id=item,
            question=f"{text['page']}: {text['label']}",
            codings=_codings(data, item),
            evidence=listed(data["evidence"], data["documents"]).get(item, []),
            **traits,
        )

        def act(name: str, payload: Mapping[str, Any]) -> None:
            op_id = payload["op_id"]
            if name == "code":
                value = {key: payload[key] for key in ("theme", "start", "end")}
                value["codebook_hash"] = codebook_hash
            else:
                value = {"coding_id": payload["id"]}
            operation = _operation(data, op_id, name, field=item, value=value)
            try:
                self._line.operate(operation)
                coder.codings = _codings(self._line.coding_text(data["review_id"]), item)
            except ServiceDown:
                coder.keep(op_id)
            except Refused as error:
                if is_over(error):
                    coder.keep(op_id)
                else:
                    coder.refuse(op_id, refusal_words(error))

        coder.on_action(act)
        return coder


def _operation(data: Mapping[str, Any], op_id: str, kind: str, **more: Any) -> dict[str, Any]:
    return {
        "op_id": op_id,
        "kind": kind,
        "review_id": data["review_id"],
        "case_id": data["case_id"],
        **more,
    }


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
    text = f"{refusal_words(error)} {SAFE}"
    return Notice(kind="error", title="That was not done", text=text, announce=True)


def _row(text: dict[str, Any], words: str, kind: str) -> dict[str, Any]:
    return {
        "case_id": text["case_id"],
        "link": words,
        "detail": plural(text["codings"], "passage") + " coded by you",
        "status": {"todo": "To code", "done": "Coded"}[kind],
        "status_kind": kind,
        "query": query_string(text=text["review_id"]),
    }
