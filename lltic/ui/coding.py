"""The coding pages: the list of texts, one text, how far the coding is, what is to be settled."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from ipywidgets import VBox

from lltic.errors import LlticError, Refused
from lltic.reviews.client import Client, ServiceDown
from lltic.ui.coding_progress import progress_parts
from lltic.ui.coding_text import TextPage
from lltic.ui.deeds import Freeing
from lltic.ui.kit import (
    Actions,
    Heading,
    Notice,
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
from lltic.ui.resolving import SettlingPage
from lltic.ui.screen import replace
from lltic.ui.session import connect, go_on, place_asked_for
from lltic.ui.suggestions import ask_for
from lltic.ui.wording import SYNTHETIC, plural

__all__ = ["CodingDesk", "open_coding"]

AWAY = (
    "The review service does not answer. Everything that was marked as saved is safe. "
    "Wait a moment and try again."
)
LINKS = (("Texts to code", "list"), ("How far we are", "progress"))
REVIEWS = "./"
"""The first page of the site, as counted from this one."""
PROGRESS = query_string(progress="yes")


def open_coding() -> VBox:
    """Return the coding page of the person this kernel serves; the page's only call."""
    desk = CodingDesk(connect())
    desk.go(query_string(**place_asked_for()))
    return desk.view


class CodingDesk:
    """The list of texts open to a coder, and the pages it leads to.

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
        self._header.on_action(lambda name, payload: self.go(PROGRESS if name != "list" else ""))
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
        """Go to one text (``?text=…``), to what is to be settled of one, or to the list."""
        asked = {k: v[0] for k, v in parse_qs(query.lstrip("?")).items()}
        try:
            if "text" in asked:
                self._open_text(asked["text"])
            elif "settle" in asked:
                self._open_settling(asked["settle"])
            elif "progress" in asked:
                self._open_progress(asked)
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

    def _show(self, query: str, title: str, parts: Sequence[Any]) -> None:
        replace(self._body, parts)
        self._place.turn_to(query, title)

    def _say(self, error: LlticError) -> None:
        """Say above the page why something was not done; the page stays as it is."""
        if isinstance(error, Refused) and is_over(error):
            return
        rest = [part for part in self._body.children if not isinstance(part, Notice)]
        replace(self._body, [_trouble(error), *rest])

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

    def _head(self, page: Mapping[str, Any], current: str = "") -> None:
        with self._header.hold_sync():
            self._header.cohort = page["title"]
            self._header.person = page["person"]["label"]
            self._header.notice = SYNTHETIC if page["synthetic"] else ""
            shown = LINKS if "coder" in page["person"]["roles"] else LINKS[1:]
            links = [{**link(*one), "current": one[1] == current} for one in shown]
            self._header.links = [*links, *_to_reviews(page["person"]["roles"])]
        with self._again.hold_sync():
            self._again.name = page["person"]["name"]
            self._again.idle_minutes = page["idle_minutes"]

    # -- the list ---------------------------------------------------------------------------------

    def _open_list(self, refused: Refused | None = None) -> None:
        queue = self._line.coding_queue()
        if "coder" not in queue["person"]["roles"]:
            self._open_progress({})  # there is no list for who looks after the coding
            if refused:
                self._say(refused)
            return
        settling = self._line.resolving_queue()["texts"]
        self._head(queue, "list")
        begun, left, done = _sorted(queue["texts"])
        to_settle = [t for t in settling if not t["done"]]
        groups = [
            {"heading": "Begun", "rows": [_row(t, "Go on", "started") for t in begun]},
            {"heading": "To code", "rows": [_row(t, "Read and code", "todo") for t in left]},
            {"heading": "To settle", "rows": [_settling_row(t) for t in to_settle]},
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
        heading = Heading(text="Theme coding", lead=_lead(begun, left, to_settle, done, queue))
        parts: list[Any] = [heading, *self._next_button(begun or left), listed]
        self._show("", "Theme coding", [_trouble(refused), *parts] if refused else parts)

    def _next_button(self, texts: Sequence[Mapping[str, Any]]) -> list[Actions]:
        if not texts:
            return []
        query = query_string(text=texts[0]["review_id"])
        words = "Go on with the text you began" if texts[0]["yours"] else "Open the next text"
        actions = Actions(primary=words, primary_action="next", flush=False)
        actions.on_action(lambda name, payload: self.go(query))
        return [actions]

    # -- the pages --------------------------------------------------------------------------------

    def _open_text(self, review_id: str) -> None:
        queue = self._line.coding_queue()
        self._take(queue, review_id)
        data = ask_for(self._line, self._line.coding_text(review_id), uuid.uuid4().hex)
        page = TextPage(self._line, queue, data, self._say)
        page.on_leave(self._after_text)
        self._head(queue)
        self._show(query_string(text=review_id), page.title, page.parts)

    def _take(self, queue: Mapping[str, Any], review_id: str) -> None:
        """Opening a text takes it, where it is still to be had."""
        for row in queue["texts"]:
            if row["review_id"] == review_id and not row["yours"]:
                operation = {"op_id": uuid.uuid4().hex, "kind": "take_text"}
                place = {"review_id": review_id, "case_id": row["case_id"]}
                self._line.operate({**operation, **place})

    def _after_text(self, review_id: str, finished: bool) -> None:
        """Go back to the list; from a text that is done on to the next one.

        Where there is something to suggest for it, that comes first, below the same text.
        """
        if not finished:
            self.go("")
            return
        try:
            if self._line.coding_text(review_id)["suggestions"]["waiting"]:
                self.go(query_string(text=review_id))
                return
            begun, left, _ = _sorted(self._line.coding_queue()["texts"])
        except LlticError:
            self.go("")
            return
        following = [*begun, *left]
        self.go(query_string(text=following[0]["review_id"]) if following else "")

    def _open_settling(self, review_id: str) -> None:
        queue = self._line.resolving_queue()
        page = SettlingPage(self._line, queue, self._line.resolving_text(review_id), self._say)
        page.on_leave(lambda: self.go(""))
        self._head(queue)
        self._show(query_string(settle=review_id), page.title, page.parts)

    def _open_progress(self, asked: Mapping[str, str]) -> None:
        found = self._line.coding_progress()
        self._head(found, "progress")
        left = (asked.get("free"), asked.get("coder"))
        for one in found["out"]:
            if (one["review_id"], one["coder"]) == left:
                Freeing(self._line, self.go, self._show_deed, one, PROGRESS).show()
                return
        self._show(PROGRESS, "How far we are", progress_parts(found, self.go))

    def _show_deed(self, parts: Sequence[Any], query: str, title: str, error: bool = False) -> None:
        """Show the page of a coordinator's step."""
        self._show(query, title, parts)


def _sorted(texts: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], ...]:
    """Return the texts that are begun, to be coded, and done, each in their order."""
    begun = [t for t in texts if t["yours"] and not t["done"]]
    left = [t for t in texts if not t["yours"] and not t["done"]]
    return begun, left, [t for t in texts if t["done"]]


def _lead(
    begun: Sequence[Any],
    left: Sequence[Any],
    to_settle: Sequence[Any],
    done: Sequence[Any],
    queue: Mapping[str, Any],
) -> str:
    counts = [f"{plural(len(begun) + len(left), 'text').capitalize()} to code, {len(done)} done"]
    if to_settle:
        counts.append(f"{plural(len(to_settle), 'text')} to settle")
    words = f"{', '.join(counts)}."
    if queue["planned"]:
        words += " Opening a text makes it yours until you have read it or given it back."
    return words


def _trouble(error: LlticError) -> Notice:
    text = f"{refusal_words(error)} {SAFE}"
    return Notice(kind="error", title="That was not done", text=text, announce=True)


STATUS = {"todo": "To code", "started": "Begun", "done": "Coded"}


def _row(text: dict[str, Any], words: str, kind: str) -> dict[str, Any]:
    return {
        "case_id": text["case_id"],
        "link": words,
        "detail": plural(text["codings"], "passage") + " coded by you",
        "status": STATUS[kind],
        "status_kind": kind,
        "query": query_string(text=text["review_id"]),
    }


def _settling_row(text: dict[str, Any]) -> dict[str, Any]:
    counts = f"{text['settled']} of {plural(text['differences'], 'difference')} settled"
    return {
        "case_id": text["case_id"],
        "link": "Settle",
        "detail": counts,
        "status": "To settle",
        "status_kind": "todo",
        "query": query_string(settle=text["review_id"]),
    }


def _to_reviews(roles: Iterable[str]) -> list[dict[str, Any]]:
    """Return the link to the person's other page, if they have anything there."""
    words = {"reviewer": "My cases", "adjudicator": "My cases", "coordinator": "Progress"}
    for role, said in words.items():
        if role in roles:
            return [link(said, "reviews", page=REVIEWS)]
    return []
