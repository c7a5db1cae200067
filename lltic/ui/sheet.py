"""One review's frame: banner, journey and notes stay while the sheet beside them turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ipywidgets import HBox, VBox, Widget

from lltic.errors import Problem
from lltic.form import Form, Item, asked
from lltic.records import from_plain
from lltic.ui.evidence import Shelves, as_cited, citing, listed
from lltic.ui.journey import journey_of, turn_journey
from lltic.ui.kit import (
    ErrorSummary,
    Evidence,
    Notice,
    PatientBanner,
    Splitter,
    TextArea,
    link,
    query_string,
)
from lltic.ui.line import Line
from lltic.ui.notes import Aside, viewer_of
from lltic.ui.screen import close, replace
from lltic.ui.wording import entry_ids, entry_label, item_words, within

__all__ = ["CASES", "Sheet", "Turn", "how_to_mend"]

CASES = query_string(page="cases")
"""The address of the list of cases."""


class Turn(Protocol):
    """Tell the browser where the person now is: address, title, and the field to go to."""

    def __call__(self, query: str, title: str, error: bool, field: str = "") -> None:
        """Say that the page has been turned, once it is there."""


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
        self._shelves = Shelves()
        self._take(data)
        self._page = ""
        self._landing = ""
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
        self._hold_evidence(data["evidence"])

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
        self._notes = viewer_of(
            self._line, Aside(), self.review_id, self.case_id, case["documents"]
        )
        columns = HBox([self._notes, Splitter(), self._sheet])
        columns.add_class("lltic-columns")
        parts: list[Widget] = [banner]
        self._journey = journey_of(case, self._form)
        if case["journey"] or case.get("contacts"):
            self._journey.on_action(lambda _, payload: self._notes.show(payload["document"]))
            parts.append(self._journey)
        return VBox([*parts, columns])

    # -- evidence -----------------------------------------------------------------------------

    @property
    def _documents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._data["case"]["documents"]
        return found

    def _hold_evidence(self, cited: Sequence[Mapping[str, Any]]) -> None:
        """Show what stands beside the answers as it is on record."""
        self._data = {**self._data, "evidence": cited}
        self._evidence = listed(cited, self._documents)
        self._shelves.hold(self._evidence)

    def citing(self, op: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what the service is to do for an edit that is about a passage of the notes."""
        return citing(op, self._documents)

    def cited(self, operation: Mapping[str, Any]) -> None:
        """Take note of a passage that the service has laid beside an answer, or taken away."""
        self._hold_evidence(as_cited(self._data["evidence"], operation))

    def _below(self, path: str, item: Item) -> list[Evidence]:
        """Return the evidence that stands below a question."""
        return self._shelves.of(path, item.type, item.label)

    def _offer(self, parts: Sequence[Widget]) -> None:
        """Offer the questions on the sheet that are answered in words to passages of the notes."""
        self._notes.questions = [
            {"field": one.field, "label": ": ".join(filter(None, (one.within, one.label)))}
            for one in parts
            if isinstance(one, TextArea) and one.bound and self.status == "open"
        ]

    # -- what every page does -----------------------------------------------------------------

    def query(self, page: str, **more: str) -> str:
        """Return the address of one of this review's pages."""
        return query_string(review=self.review_id, page=page, **more)

    def land_on(self, field: str) -> None:
        """Let the next page that is shown put the focus into a field, where it has it."""
        self._landing = field

    def _to(self, label: str, page: str) -> dict[str, Any]:
        """Return a link with an address, so that it can be opened in a tab of its own."""
        return link(label, page, query=CASES if page == "worklist" else self.query(page))

    def _follow(self, name: str, payload: Mapping[str, Any]) -> None:
        self._go(CASES if name == "worklist" else self.query(name))

    def _set(self, page: str, title: str, parts: Sequence[Widget], *, error: bool = False) -> None:
        self._page = page
        self._offer(parts)
        replace(self._sheet, parts, keep=(self._summary,))
        on = self._form.page(page)
        turn_journey(self._journey, self._data["case"], on, compact=page != "tasks")
        field, self._landing = self._landing, ""
        self._turn(self.query(page), f"{title} – Case {self.case_id}", error, field)

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
