"""One review's frame: banner, journey and notes stay while the sheet beside them turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ipywidgets import HBox, VBox, Widget

from lltic.errors import Problem, Refused
from lltic.form import Form, asked
from lltic.records import from_plain
from lltic.ui.kit import (
    ErrorSummary,
    Journey,
    NotesViewer,
    Notice,
    PatientBanner,
    Splitter,
    link,
    query_string,
)
from lltic.ui.line import Line
from lltic.ui.screen import close, replace
from lltic.ui.wording import entry_ids, entry_label, item_words, within

__all__ = ["CASES", "Sheet", "Turn", "how_to_mend"]

PAGES_AT_ONCE = 100
"""Up to so many pages of notes come with the case, so that a search sees all of them."""

CASES = query_string(page="cases")
"""The address of the list of cases."""

Turn = Callable[[str, str, bool], None]
"""``turn(page, title, error)``: tell the browser where the person now is."""


class Sheet:
    """One review on the screen, whatever is on its pages.

    Parameters
    ----------
    line : Line
        The person's line to the service.
    data : mapping
        The review as the service gave it.
    go : callable
        ``go(query)`` leaves for another page of the desk.
    turn : callable
        See :data:`Turn`.
    """

    def __init__(
        self, line: Line, data: Mapping[str, Any], go: Callable[[str], None], turn: Turn
    ) -> None:
        self._line = line
        self._go = go
        self._turn = turn
        self._take(data)
        self._page = ""
        self._sheet = VBox()
        self._sheet.add_class("lltic-card")
        self._sheet.add_class("lltic-form")
        self._summary = ErrorSummary()
        self._summary.on_action(lambda name, payload: self._go(payload["query"]))
        self.view = self._frame()

    def _take(self, data: Mapping[str, Any]) -> None:
        self.review_id: str = data["review_id"]
        self.case_id: str = data["case_id"]
        self.kind: str = data["kind"]
        self.saved_at: str = data["saved_at"]
        self.status: str = data["status"]
        self._data = data
        self._form: Form = from_plain(Form, data["form"])
        self._fields: dict[str, dict[str, Any]] = data["fields"]

    def _load(self) -> None:
        self._take(self._line.review(self.review_id))

    @property
    def _answers(self) -> dict[str, dict[str, Any]]:
        return {p: f["answer"] for p, f in self._fields.items() if f["answer"] is not None}

    def labels(self) -> dict[str, str]:
        """Return words for every question, for messages about saving."""
        found = {}
        for path, page, item in asked(self._form, self._answers):
            entry = within(self._form, path, self._answers)
            found[path] = ": ".join(filter(None, (page.title, entry, item.label)))
        return found

    def words(self) -> dict[str, dict[str, str]]:
        """Return words for the values of every question that has a choice, and for entries."""
        found = {}
        for path, _, item in asked(self._form, self._answers):
            found[path] = item_words(self._form, item)
            if item.type == "repeat":
                ids = entry_ids(path, self._answers)
                found[path] = {one: entry_label(item, n) for n, one in enumerate(ids, 1)}
                found[path][""] = f"another {item.entry}"
        return {path: words for path, words in found.items() if words}

    def kinds(self) -> dict[str, str]:
        """Return the kind of every question."""
        return {path: item.type for path, _, item in asked(self._form, self._answers)}

    def _mend(self, problem: Problem) -> str:
        """Return what to do about a problem, with the entry it is in."""
        entry = within(self._form, problem.where, self._answers)
        return f"{how_to_mend(problem)} ({entry})" if entry else how_to_mend(problem)

    # -- banner, journey, notes ---------------------------------------------------------------

    def _frame(self) -> VBox:
        case = self._data["case"]
        banner = PatientBanner(items=[(label, value) for label, value in case["banner"]])
        documents = case["documents"]
        few = self._data["note_pages"] <= PAGES_AT_ONCE
        texts = {d["id"]: self._pages(d["id"]) for d in documents if few}
        notes = NotesViewer(documents=documents, texts=texts, case_id=self.case_id)

        def deliver(name: str, payload: Mapping[str, Any]) -> None:
            notes.deliver(payload["document"], self._pages(payload["document"]))

        notes.on_action(deliver)
        columns = HBox([notes, Splitter(), self._sheet])
        columns.add_class("lltic-columns")
        parts: list[Widget] = [banner]
        if case["journey"]:
            parts.append(_journey(case))
        return VBox([*parts, columns])

    def _pages(self, document: str) -> list[str]:
        try:
            return self._line.document(self.review_id, document)
        except Refused as error:
            return [f"This document cannot be shown. {error}"]

    # -- what every page does -----------------------------------------------------------------

    def query(self, page: str, **more: str) -> str:
        """Return the address of one of this review's pages."""
        return query_string(review=self.review_id, page=page, **more)

    def _to(self, label: str, page: str) -> dict[str, Any]:
        """Return a link with an address, so that it can be opened in a tab of its own."""
        return link(label, page, query=CASES if page == "worklist" else self.query(page))

    def _follow(self, name: str, payload: Mapping[str, Any]) -> None:
        self._go(CASES if name == "worklist" else self.query(name))

    def _set(self, page: str, title: str, parts: Sequence[Widget], *, error: bool = False) -> None:
        self._page = page
        replace(self._sheet, parts, keep=(self._summary,))
        self._turn(self.query(page), f"{title} – Case {self.case_id}", error)

    def _say(self, title: str, text: str, kind: str = "error") -> None:
        """Put a notice above what is on the sheet."""
        notice = Notice(kind=kind, title=title, text=text, announce=True)
        rest = [part for part in self._sheet.children if not isinstance(part, Notice)]
        replace(self._sheet, [notice, *rest])

    def close(self) -> None:
        """Let go of everything on the screen; the words are with the service."""
        close(self.view)


def how_to_mend(problem: Problem) -> str:
    """Return what to do, in the words of the form; what is wrong where there is no such hint."""
    return (problem.hint or problem.message).rstrip(".")


def _journey(case: Mapping[str, Any]) -> Journey:
    segments = [
        {"label": s["label"], "kind": s["kind"], "from": s["start"], "to": s["end"]}
        for s in case["journey"]
    ]
    return Journey(segments=segments, died_on=case["died_on"], title="Journey before death")
