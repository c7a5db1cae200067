"""The reviewer's desk: the list of cases, and the pages of the one that is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from ipywidgets import VBox

from lltic.errors import Refused
from lltic.reviews.client import Client, ServiceDown
from lltic.ui.case import CASES, CasePages
from lltic.ui.kit import (
    Actions,
    Heading,
    Notice,
    Place,
    SaveStatus,
    SiteHeader,
    Worklist,
    link,
    query_string,
)
from lltic.ui.screen import replace
from lltic.ui.session import connect, place_asked_for
from lltic.ui.wording import SYNTHETIC, day, plural, progress_counts

__all__ = ["Desk", "open_desk"]

HAND_BACK = "You can hand a case back at any time, with or without a reason."


def open_desk() -> VBox:
    """Return the desk of the person this kernel serves; the page's only call."""
    desk = Desk(connect())
    desk.go(query_string(**place_asked_for()))
    return desk.view


class Desk:
    """Everything on a reviewer's screen.

    Parameters
    ----------
    client : Client
        The person's line to the service.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._case: CasePages | None = None
        self._place = Place()
        self._place.on_action(lambda name, payload: self.go(payload["query"]))
        self._header = SiteHeader(logout_url="/logout")
        self._header.on_action(lambda name, payload: self.go(""))
        self._status = SaveStatus()
        self._status.on_operation(self._save)
        self._status.on_action(lambda name, payload: self.go(payload["query"]))
        self._body = VBox()
        self._body.add_class("lltic-main")
        self.view = VBox([self._header, self._place, self._body])
        self.view.add_class("lltic-page")

    def go(self, query: str) -> None:
        """Go to the page of an address; what cannot be opened leads to the list of cases."""
        asked = {k: v[0] for k, v in parse_qs(query.lstrip("?")).items()}
        try:
            if "review" in asked:
                self._open_case(asked["review"], asked.get("page", "tasks"))
            else:
                self._open_worklist()
        except Refused as error:
            self._open_worklist(error)
        except ServiceDown:
            self._say_unreachable(query)

    # -- one case ---------------------------------------------------------------------------------

    def _open_case(self, review_id: str, page: str) -> None:
        if self._case is None or self._case.review_id != review_id:
            case = CasePages(self._client, review_id, self.go, self._turned)
            self._head(self._client.desk())
            self._leave_case()
            self._case = case
            self._status.labels = case.labels()
            self._status.belongs_to(
                review_id=case.review_id, case_id=case.case_id, saved_at=case.saved_at
            )
            replace(self._body, (self._status, case.view))
        self._case.show(page)
        if page == "receipt":
            self._head(self._client.desk())

    def _leave_case(self) -> None:
        if self._case is not None:
            self._body.children = ()
            self._case.close()
            self._case = None

    def _turned(self, query: str, title: str, error: bool) -> None:
        """Tell the browser where the person now is."""
        self._place.turn_to(query, title, error=error)

    def _save(self, op: Mapping[str, Any]) -> None:
        """Forward one edit, and tell the browser what became of it."""
        which = {"op_id": op["op_id"], "field": op["field"]}
        try:
            ack = self._client.operate({"kind": "answer", **op})
        except ServiceDown:
            self._status.nack(**which)
        except Refused as error:
            other = error.conflict
            conflict = (other["value"], other["version"]) if other else None
            message = f"{error} Your words are kept on this page."
            self._status.refuse(**which, message=message, conflict=conflict)
        else:
            self._status.ack(**which, version=ack["version"], at=ack["at"])
            if self._case is not None and self._case.review_id == op["review_id"]:
                self._case.saved(op["field"], op["value"], ack["version"])

    # -- the list of cases ---------------------------------------------------------------------

    def _open_worklist(self, refused: Refused | None = None) -> None:
        data = self._client.desk()
        self._leave_case()
        self._head(data)
        reviews = data["reviews"]
        listed = Worklist(
            groups=_groups(reviews),
            unit="parts",
            support_title="These notes can be hard to read.",
            support=f"{HAND_BACK} {data['support']}",
        )
        listed.on_action(lambda name, payload: self.go(payload["query"]))
        parts: list[Any] = [Heading(text="My cases", lead=_lead(reviews)), listed]
        if refused is not None:
            notice = Notice(kind="warning", title="That page cannot be opened", text=str(refused))
            parts.insert(0, notice)
        page = VBox(parts)
        page.add_class("lltic-narrow")
        replace(self._body, (page,), keep=(self._status,))
        self._turned(CASES, "My cases", False)

    def _head(self, data: Mapping[str, Any]) -> None:
        open_cases = sum(r["status"] == "open" for r in data["reviews"])
        person = data["person"]
        with self._header.hold_sync():
            self._header.cohort = data["title"]
            self._header.person = person["label"]
            self._header.notice = SYNTHETIC if data["synthetic"] else ""
            self._header.links = [link(f"My cases ({open_cases})", "worklist", query=CASES)]
        self._status.owner = person["name"]

    def _say_unreachable(self, query: str) -> None:
        text = (
            "The review service does not answer. Everything that was marked as saved is safe. "
            "Wait a moment and try again."
        )
        notice = Notice(kind="error", title="This page cannot be opened just now", text=text)
        actions = Actions(primary="Try again", primary_action="again", flush=False)
        actions.on_action(lambda name, payload: self.go(query))
        page = VBox([Heading(text="Not available"), notice, actions])
        page.add_class("lltic-narrow")
        self._leave_case()
        replace(self._body, (page,), keep=(self._status,))
        self._turned(query, "Not available", True)


def _lead(reviews: list[dict[str, Any]]) -> str:
    left = sum(r["status"] == "open" for r in reviews)
    done = sum(r["status"] == "locked" for r in reviews)
    return (
        f"{plural(left, 'case').capitalize()} to review, {done} done. "
        "Nobody sees what you write until you submit, and another reviewer of the same case "
        "never sees it before submitting theirs."
    )


def _groups(reviews: list[dict[str, Any]]) -> list[dict[str, Any]]:
    begun = [r for r in reviews if r["status"] == "open" and r["saved_at"]]
    fresh = [r for r in reviews if r["status"] == "open" and not r["saved_at"]]
    locked = [r for r in reviews if r["status"] == "locked"]
    returned = [r for r in reviews if r["status"] == "handed_back"]
    begun.sort(key=lambda r: r["saved_at"], reverse=True)
    groups = [
        ("In progress", [_row(r, "Continue", "In progress", "doing") for r in begun]),
        ("To start", [_row(r, "Start review", "Not yet started", "todo") for r in fresh]),
        ("Submitted", [_row(r, "See my judgement", "Submitted", "done") for r in locked]),
        ("Handed back", [_row(r, "See what I wrote", "Handed back", "waiting") for r in returned]),
    ]
    return [{"heading": heading, "rows": rows} for heading, rows in groups if rows]


def _row(review: dict[str, Any], words: str, status: str, kind: str) -> dict[str, Any]:
    done, total = progress_counts(review["progress"])
    pages = f"{plural(review['note_pages'], 'page')} of notes"
    when = {
        "doing": f"last saved {day(review['saved_at'])}",
        "todo": pages,
        "done": f"submitted {day(review['submitted_at'])} · receipt {review['receipt']}",
        "waiting": "with the coordinator",
    }[kind]
    page = (review["next_page"] or "check") if kind == "doing" else "tasks"
    page = "check" if kind in ("done", "waiting") else page
    row = {
        "case_id": review["case_id"],
        "link": words,
        "detail": f"{review['summary']} · {when}",
        "status": status,
        "status_kind": kind,
        "query": query_string(review=review["review_id"], page=page),
    }
    if kind == "doing":
        row |= {"done": done, "total": total}
    return row
