"""A person's desk: which page they are on, and what passes between it and the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from ipywidgets import VBox

from lltic.errors import LlticError, Refused
from lltic.reviews.client import Client, ServiceDown
from lltic.ui.case import CasePages
from lltic.ui.kit import (
    Actions,
    Heading,
    Notice,
    Place,
    SaveStatus,
    SignInAgain,
    SiteHeader,
    Window,
    link,
    query_string,
)
from lltic.ui.line import Line, is_elsewhere, is_over
from lltic.ui.my_cases import MyCases
from lltic.ui.refusals import SAFE, refusal_words
from lltic.ui.screen import replace
from lltic.ui.session import connect, go_on, place_asked_for
from lltic.ui.sheet import CASES
from lltic.ui.wording import ALONE, SYNTHETIC

__all__ = ["Desk", "open_desk"]

PROGRESS = query_string(page="progress")
"""The address of a coordinator's first page."""

WRITERS = {"reviewer", "adjudicator"}

CODING_ROLES = {"coder", "coordinator"}
"""Who has something to do on the coding page: to code, or to look after the coding."""

NOT_CONTINUED = (
    "You cannot continue here just yet: the review service does not answer. Everything that was "
    "marked as saved is safe, and your words stay on this page. It is tried again every few "
    "seconds; you can also choose “Continue here” again."
)


def open_desk() -> VBox:
    """Return the desk of the person this kernel serves; the page's only call."""
    desk = Desk(connect())
    desk.go(query_string(**place_asked_for()))
    return desk.view


class Desk:
    """Everything on a person's screen.

    Parameters
    ----------
    client : Client
        The person's line to the service.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._line = Line(client, self._session_over)
        self._case: CasePages | None = None
        self._roles: set[str] = set()
        self._awaited: str | None = None
        self._wanted = False  # to continue here, which has not worked yet
        self._early: list[Mapping[str, Any]] = []
        self._place = Place()
        self._place.on_action(lambda name, payload: self.go(payload["query"]))
        self._header = SiteHeader(logout_url="logout")
        self._header.on_action(lambda name, payload: self.go(payload.get("query", "")))
        self._status = SaveStatus()
        self._status.on_operation(self._save)
        self._status.on_action(lambda name, payload: self.go(payload["query"]))
        self._window = Window()
        self._window.on_action(self._of_window)
        self._again = SignInAgain()
        self._again.on_action(self._signed_in_again)
        self._body = VBox()
        self._body.add_class("lltic-main")
        self.view = VBox([self._header, self._place, self._again, self._body])
        self.view.add_class("lltic-page")

    def go(self, query: str) -> None:
        """Go to the page of an address; what cannot be opened leads to the first page."""
        asked = {k: v[0] for k, v in parse_qs(query.lstrip("?")).items()}
        try:
            self._open(asked)
        except Refused as error:
            if is_over(error):
                self._awaited = query
            else:
                self._open_first(error)
        except ServiceDown:
            self._say_unreachable(query)

    def _open(self, asked: Mapping[str, str]) -> None:
        if "review" in asked:
            self._open_case(asked["review"], asked)
        elif "case" in asked or asked.get("page") == "progress":
            self._open_progress(asked)
        elif asked.get("page") == "cases":
            self._open_worklist()
        else:
            self._open_first()

    def _open_first(self, refused: Refused | None = None) -> None:
        """Open what a person comes for: their cases, or else how far everybody is."""
        self._head(self._line.desk())
        if "coordinator" in self._roles and not WRITERS & self._roles:
            self._open_progress({}, refused)
        else:
            self._open_worklist(refused)

    # -- one case ---------------------------------------------------------------------------------

    def _open_case(self, review_id: str, asked: Mapping[str, str]) -> None:
        page = asked.get("page", "tasks")
        if self._case is None or self._case.review_id != review_id:
            case = _pages_of(self._line, review_id, self.go, self._turned)
            self._head(self._line.desk())
            self._leave_case()
            self._case = case
            with self._status.hold_sync():
                self._name_questions(case)
            self._status.belongs_to(
                review_id=case.review_id, case_id=case.case_id, saved_at=case.saved_at
            )
            replace(self._body, (self._status, self._window, case.view))
            self._hold(opened=True)
        self._case.land_on(asked.get("field", ""))
        self._case.show(page, asked.get("item", ""))
        if page == "receipt":
            self._head(self._line.desk())

    def _leave_case(self) -> None:
        self._let_go()
        self._window.watching = False
        self._window.state = self._window.problem = ""
        self._wanted = False
        if self._case is not None:
            self._body.children = ()
            self._case.close()
            self._case = None

    def _turned(self, query: str, title: str, error: bool, field: str = "") -> None:
        """Tell the browser where the person now is."""
        self._place.turn_to(query, title, error=error, field=field)

    def _save(self, op: Mapping[str, Any]) -> None:
        """Forward one edit, and tell the browser what became of it."""
        which = {"op_id": op["op_id"], "field": op["field"]}
        try:
            operation = self._operation(op)
            ack = self._line.operate(operation)
        except ServiceDown:
            self._status.nack(**which)
        except Refused as error:
            self._not_saved(op, which, error)
        else:
            own = self._case is not None and self._case.review_id == op["review_id"]
            if self._case is not None and own and operation["kind"] != "answer":
                self._case.cited(operation)  # before the page lets go of what it kept
            version = ack.get("version", op["base_version"] + 1)
            self._status.ack(**which, version=version, at=ack["at"])
            if self._case is not None and own and operation["kind"] == "answer":
                self._case.saved(op["field"], op["value"], ack["version"])
                self._name_questions(self._case)

    def _operation(self, op: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the service is to do for an edit: an answer, or evidence beside one."""
        citing = self._case.citing(op) if self._case is not None else None
        return citing or {"kind": "answer", **op}

    def _name_questions(self, case: CasePages) -> None:
        """Tell the page what its questions are called; entries come and go."""
        self._status.labels, self._status.words = case.labels(), case.words()
        self._status.kinds = case.kinds()

    def _not_saved(self, op: Mapping[str, Any], which: dict[str, str], error: Refused) -> None:
        if is_elsewhere(error) and not self._line.window:
            self._early.append(op)  # it came before the window's name, and may well be its own
            return
        if is_elsewhere(error):
            self._window.state = "elsewhere"
        if is_elsewhere(error) or is_over(error):
            self._status.nack(**which)  # the page keeps it until this window may write
            return
        other = error.conflict
        conflict = (other["value"], other["version"]) if other else None
        said = refusal_words(error)
        if other is None and self._case is not None and self._case.review_id == op["review_id"]:
            said = self._case.refused(op["field"], op["value"], error)
        message = f"{said} Your words are kept on this page."
        at = other.get("at", "") if other else ""
        self._status.refuse(**which, message=message, conflict=conflict, at=at)

    # -- this window and the others ------------------------------------------------------------

    def _of_window(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == "hello":
            self._line.window = payload["window"]
            self._hold(opened=True)
            early, self._early = self._early, []
            for op in early:
                self._save(op)
            return
        if name == "leave":
            self._let_go()
            return
        if self._again.over:
            self._quietly(self._look_whether_over)
        self._wanted = self._wanted or name == "take_over"
        self._hold(take_over=self._wanted)
        if name == "beat" and self._case is not None and not self._window.state:
            self._quietly(self._case.refresh)

    def _hold(self, *, take_over: bool = False, opened: bool = False) -> None:
        """Say that this window works on the review that is open in it; learn when it may not."""
        case = self._case
        if case is None or case.status != "open" or not self._line.window:
            self._window.watching = case is not None and case.status == "open"
            return
        self._window.watching = True
        try:
            self._line.hold(case.review_id, take_over=take_over, opened=opened)
            if self._window.state:
                # What is on the page is as old as the loss: first the answers as they are now,
                # then the words that waited here.
                case.resume()
        except Refused as error:
            if is_elsewhere(error):
                self._window.state = "elsewhere"
            self._not_continued(error)
        except ServiceDown as error:
            self._not_continued(error)  # the next beat asks again
        else:
            self._window.state = self._window.problem = ""
            self._wanted = False

    def _not_continued(self, error: LlticError) -> None:
        """Say why "Continue here" did not work, to somebody who pressed it."""
        if not self._wanted:
            return
        if isinstance(error, Refused):
            self._wanted = False
            why = f"That did not work. {refusal_words(error)} {SAFE}"
            self._window.problem = "" if is_over(error) else why
        else:
            self._window.problem = NOT_CONTINUED

    def _let_go(self) -> None:
        """Let the review go that is left, unless another window has it."""
        if self._case is not None and self._window.watching and not self._window.state:
            self._line.release(self._case.review_id)

    def _quietly(self, what: Any) -> None:
        """Do what is tried again by itself when it does not work just now."""
        try:
            what()
        except LlticError:
            return

    # -- the session ---------------------------------------------------------------------------

    def _session_over(self) -> None:
        self._again.over = True
        self._window.watching = True

    def _look_whether_over(self) -> None:
        """Somebody who has signed in again in another tab need not do it here."""
        self._line.desk()
        self._again.over = False

    def _signed_in_again(self, name: str, payload: Mapping[str, Any]) -> None:
        """Go on where the page is, for the same person."""
        go_on(self._client, self._again, payload["ticket"])
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            self.go(awaited)
        else:
            self._hold()

    # -- the list of cases ---------------------------------------------------------------------

    def _open_worklist(self, refused: Refused | None = None) -> None:
        data = self._line.desk()
        self._head(data)
        cases = MyCases(
            self._line,
            self.go,
            lambda parts: self._show_page(parts, CASES, "My cases"),
            lambda: self._say_unreachable(CASES),
        )
        cases.open(data, _not_opened(refused) if refused is not None else None)

    # -- how far everybody is ------------------------------------------------------------------

    def _open_progress(self, asked: Mapping[str, str], refused: Refused | None = None) -> None:
        from lltic.ui.progress import ProgressPages  # a reviewer's kernel never pays for it

        self._head(self._line.desk())
        pages = ProgressPages(self._line, self.go, self._show_page)
        pages.show(asked, [_not_opened(refused)] if refused else [])

    # -- what all pages share --------------------------------------------------------------------

    def _show_page(self, parts: list[Any], query: str, title: str, error: bool = False) -> None:
        """Show a page of one column."""
        page = VBox(parts)
        page.add_class("lltic-narrow")
        self._leave_case()
        replace(self._body, (page,), keep=(self._status, self._window))
        self._turned(query, title, error)

    def _head(self, data: Mapping[str, Any]) -> None:
        open_cases = sum(r["status"] == "open" for r in data["reviews"])
        person = data["person"]
        self._roles = set(person["roles"])
        links = []
        if WRITERS & self._roles:
            links.append(link(f"My cases ({open_cases})", "worklist", query=CASES))
        if "coordinator" in self._roles:
            links.append(link("Progress", "progress", query=PROGRESS))
        if CODING_ROLES & self._roles:
            links.append(link("Coding", "coding", page="coding"))
        with self._header.hold_sync():
            self._header.cohort = data["title"]
            self._header.person = person["label"]
            self._header.notice = SYNTHETIC if data["synthetic"] else ""
            self._header.links = links
        with self._again.hold_sync():
            self._again.name = person["name"]
            self._again.idle_minutes = data.get("idle_minutes", 30)
        self._status.owner = person["name"]

    def _say_unreachable(self, query: str) -> None:
        text = (
            "The review service does not answer. Everything that was marked as saved is safe. "
            "Wait a moment and try again."
        )
        notice = Notice(kind="error", title="This page cannot be opened just now", text=text)
        actions = Actions(primary="Try again", primary_action="again", flush=False)
        actions.on_action(lambda name, payload: self.go(query))
        self._show_page(
            [Heading(text="Not available"), notice, actions], query, "Not available", True
        )


def _pages_of(line: Line, review_id: str, go: Any, turn: Any) -> CasePages:
    """Return the pages of a review, as its kind needs them."""
    data = line.review(review_id)
    if data["kind"] in ALONE:
        return CasePages(line, data, go, turn)
    # A reviewer's kernel never pays for these.
    if data["kind"] == "consensus":
        from lltic.ui.consensus import ConsensusPages

        return ConsensusPages(line, data, go, turn)
    from lltic.ui.settling import SettlingPages

    return SettlingPages(line, data, go, turn)


def _not_opened(refused: Refused) -> Notice:
    text = f"{refusal_words(refused)} {SAFE}"
    return Notice(kind="warning", title="That page cannot be opened", text=text)
