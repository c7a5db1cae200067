"""The pages of one review: overview, form pages, check answers, confirm, receipt.

Banner, journey and notes stay while the page beside them turns, so that the
notes keep their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ipywidgets import HBox, VBox, Widget

from lltic.errors import Problem, Refused
from lltic.form import Form, Page, check_complete, page_progress
from lltic.records import from_plain
from lltic.reviews.client import Client, ServiceDown
from lltic.ui.kit import (
    Actions,
    CheckAnswers,
    ErrorSummary,
    Field,
    Heading,
    Journey,
    NotesViewer,
    Notice,
    Paragraph,
    PatientBanner,
    Receipt,
    Splitter,
    TaskList,
    TextArea,
    link,
    query_string,
)
from lltic.ui.questions import question
from lltic.ui.screen import close, replace
from lltic.ui.summaries import asked, check_sections, task_groups
from lltic.ui.wording import progress_counts

__all__ = ["CasePages"]

PAGES_AT_ONCE = 100
"""Up to so many pages of notes come with the case, so that a search sees all of them."""

CASES = query_string(page="cases")
"""The address of the list of cases."""

Turn = Callable[[str, str, bool], None]
"""``turn(page, title, error)``: tell the browser where the person now is."""


class CasePages:
    """One review on the screen.

    Parameters
    ----------
    client : Client
        The person's line to the service.
    review_id : str
        One of the person's reviews.
    go : callable
        ``go(query)`` leaves for another page of the desk.
    turn : callable
        See :data:`Turn`.
    """

    def __init__(
        self, client: Client, review_id: str, go: Callable[[str], None], turn: Turn
    ) -> None:
        self._client = client
        self._go = go
        self._turn = turn
        self._load(review_id)
        self._page = ""
        self._questions: dict[str, Field] = {}
        self._sheet = VBox()
        self._sheet.add_class("lltic-card")
        self._sheet.add_class("lltic-form")
        self._summary = ErrorSummary()
        self._summary.on_action(lambda name, payload: self._go(payload["query"]))
        self.view = self._frame()

    def _load(self, review_id: str) -> None:
        data = self._client.review(review_id)
        self.review_id: str = data["review_id"]
        self.case_id: str = data["case_id"]
        self.saved_at: str = data["saved_at"]
        self.status: str = data["status"]
        self._data = data
        self._form: Form = from_plain(Form, data["form"])
        self._fields: dict[str, dict[str, Any]] = data["fields"]

    # -- the frame: banner, journey, notes --------------------------------------------------

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
            return self._client.document(self.review_id, document)
        except Refused as error:
            return [f"This document cannot be shown. {error}"]

    # -- which page ---------------------------------------------------------------------------

    def query(self, page: str) -> str:
        """Return the address of one of this review's pages."""
        return query_string(review=self.review_id, page=page)

    def _link(self, label: str, page: str) -> dict[str, Any]:
        """Return a link with an address, so that it can be opened in a tab of its own."""
        return link(label, page, query=CASES if page == "worklist" else self.query(page))

    def show(self, page: str) -> None:
        """Turn to a page; one that does not exist, or is closed, is the overview."""
        self._questions = {}
        closed = self.status != "open"
        if page == "receipt" and self.status == "locked":
            self._show_receipt()
        elif page == "check" or (closed and page != "tasks"):
            self._show_check()
        elif page == "confirm":
            self._show_confirm()
        elif page == "hand-back":
            self._show_hand_back()
        elif form_page := self._form.page(page):
            self._show_form_page(form_page)
        else:
            self._show_tasks()

    def _set(self, page: str, title: str, parts: Sequence[Widget], *, error: bool = False) -> None:
        self._page = page
        replace(self._sheet, parts, keep=(self._summary,))
        self._turn(self.query(page), f"{title} – Case {self.case_id}", error)

    def close(self) -> None:
        """Let go of everything on the screen; the words are with the service."""
        close(self.view)

    @property
    def _answers(self) -> dict[str, dict[str, Any]]:
        return {p: f["answer"] for p, f in self._fields.items() if f["answer"] is not None}

    # -- saving -----------------------------------------------------------------------------

    def saved(self, path: str, answer: Any, version: int) -> None:
        """Take note of an answer that the service has committed, and follow its branching."""
        self._fields[path] = {"answer": answer, "version": version}
        page = self._form.page(self._page)
        if page and any(item.when and item.when.item == path for item in page.items):
            before, after = self._sheet.children[:2], self._sheet.children[-1:]
            asked = self._questions_of(page)
            replace(self._sheet, [*before, *asked, *after], keep=tuple(self._questions.values()))

    def labels(self) -> dict[str, str]:
        """Return words for every item, for messages about saving."""
        return {path: f"{page.title}: {item.label}" for path, page, item in self._form.items()}

    # -- the overview -----------------------------------------------------------------------

    def _show_tasks(self) -> None:
        progress = {p.id: page_progress(self._form, p, self._answers) for p in self._form.pages}
        done, needed = progress_counts(progress)
        groups = task_groups(self._form, progress, self.query)
        tasks = TaskList(groups=groups, summary=f"You have completed {done} of {needed} parts.")
        tasks.on_action(lambda name, payload: self._go(payload["query"]))
        links = [
            self._link("Back to my cases", "worklist"),
            self._link("Hand this case back", "hand-back"),
        ]
        actions = Actions(links=links)
        actions.on_action(self._follow)
        heading = Heading(text="Your review", caption=self._form.title)
        self._set("tasks", "Your review", [heading, tasks, actions])

    def _follow(self, name: str, payload: Mapping[str, Any]) -> None:
        self._go(CASES if name == "worklist" else self.query(name))

    # -- a page of the form --------------------------------------------------------------------

    def _show_form_page(self, page: Page) -> None:
        self._set(page.id, page.title, self._form_page_parts(page))

    def _form_page_parts(self, page: Page) -> list[Widget]:
        number = self._form.pages.index(page) + 1
        caption = f"Part {number} of {len(self._form.pages)}"
        caption += f" · {page.caption}" if page.caption else ""
        self._summary.errors = []
        actions = Actions(
            primary="Save and continue",
            primary_action="next",
            links=[self._link("Back to the overview", "tasks")],
        )
        actions.on_action(self._leave_form_page)
        heading = Heading(text=page.title, caption=caption, lead=page.hint)
        return [self._summary, heading, *self._questions_of(page), actions]

    def _questions_of(self, page: Page) -> list[Widget]:
        """Return the questions that are asked now; one that stays is the same widget."""
        for path, item in asked(self._form, page, self._answers):
            if path not in self._questions:
                self._questions[path] = question(self._form, path, item, self._fields.get(path))
        return [self._questions[path] for path, _ in asked(self._form, page, self._answers)]

    def _leave_form_page(self, name: str, payload: Mapping[str, Any]) -> None:
        page = self._form.page(self._page)
        if name == "tasks" or page is None:
            self._go(self.query("tasks"))
            return
        problems = [p for p in check_complete(self._form, self._answers) if _on(page, p)]
        if problems:
            self._point_out(page, problems)
            return
        following = self._form.pages.index(page) + 1
        at_end = following == len(self._form.pages)
        self._go(self.query("check" if at_end else self._form.pages[following].id))

    def _point_out(self, page: Page, problems: Sequence[Problem]) -> None:
        wrong = {problem.where: _ask(problem) for problem in problems}
        for path, component in self._questions.items():
            component.error = wrong.get(path, "")
        self._turn(self.query(page.id), f"{page.title} – Case {self.case_id}", True)
        self._summary.show([{"field": p, "message": m} for p, m in wrong.items()])

    # -- check, confirm, receipt ----------------------------------------------------------------

    def _show_check(self, problems: Sequence[Problem] = ()) -> None:
        wrong = {problem.where: _ask(problem) for problem in problems}
        answers = CheckAnswers(
            sections=check_sections(self._form, self._answers, wrong, self.query),
            locked=self.status != "open",
        )
        answers.on_action(lambda name, payload: self._go(payload["query"]))
        self._summary.errors = [
            {"field": path, "message": message, "query": self.query(path.split(".")[0])}
            for path, message in wrong.items()
        ]
        if self.status == "open":
            title, lead = "Check your answers", "Nobody sees them until you submit."
            links = [self._link("Back to the overview", "tasks")]
            actions = Actions(primary="Continue", primary_action="confirm", links=links)
        else:
            word = "submitted" if self.status == "locked" else "handed back"
            title, lead = "Your judgement", f"This review was {word} and can no longer be changed."
            actions = Actions(links=[self._link("Back to my cases", "worklist")])
        actions.on_action(self._leave_check)
        heading = Heading(text=title, lead=lead)
        self._set("check", title, [self._summary, heading, answers, actions], error=bool(problems))

    def _leave_check(self, name: str, payload: Mapping[str, Any]) -> None:
        problems = check_complete(self._form, self._answers) if name == "confirm" else []
        if problems:
            self._show_check(problems)
        else:
            self._follow(name, payload)

    def _show_confirm(self) -> None:
        lead = "When you submit, your judgement is locked: it cannot be changed afterwards."
        told = Paragraph(
            text="The other reviewer of this case, if there is one, never sees it before "
            "submitting their own, and you never see theirs before this."
        )
        actions = Actions(
            primary="Confirm and submit",
            primary_action="submit",
            links=[self._link("Back to check your answers", "check")],
        )
        actions.on_action(self._submit_or_back)
        heading = Heading(text="Submit your review", lead=lead)
        self._set("confirm", "Submit your review", [self._summary, heading, told, actions])

    def _submit_or_back(self, name: str, payload: Mapping[str, Any]) -> None:
        if name != "submit":
            self._go(self.query(name))
            return
        self._finish("submit", "receipt", {})

    def _finish(self, kind: str, page: str, more: Mapping[str, Any]) -> None:
        # The id is the review's own: pressing twice, or again after a silence, is one deed.
        operation = {
            "op_id": f"{kind.replace('_', '-')}-{self.review_id}",
            "kind": kind,
            "review_id": self.review_id,
            "case_id": self.case_id,
            **more,
        }
        try:
            self._client.operate(operation)
        except Refused as error:
            self._load(self.review_id)
            self._show_check(error.problems)
            return
        except ServiceDown:
            self._say_not_done()
            return
        self._load(self.review_id)
        self._go(self.query(page) if page else CASES)

    def _say_not_done(self) -> None:
        text = (
            "The review service does not answer. Your answers are safe. "
            "Wait a moment and press the button again."
        )
        notice = Notice(kind="error", title="Not submitted yet", text=text, announce=True)
        rest = [part for part in self._sheet.children if not isinstance(part, Notice)]
        replace(self._sheet, [notice, *rest])

    def _show_receipt(self) -> None:
        receipt = Receipt(
            title="Review submitted",
            code=self._data["receipt"],
            at=self._data["submitted_at"],
            lines=[
                "Your judgement is locked and on record. The code above is the start of its "
                "fingerprint: keep it if you wish to prove later that nothing was changed.",
                "Thank you. Reading a death with care is hard work, and somebody will be "
                "treated better because of it.",
            ],
            links=[
                self._link("Back to my cases", "worklist"),
                self._link("See my judgement", "check"),
            ],
        )
        receipt.on_action(self._follow)
        self._set("receipt", "Review submitted", [receipt])

    # -- handing back ----------------------------------------------------------------------------

    def _show_hand_back(self) -> None:
        lead = "With or without a reason. It goes to somebody else; nobody will ask why."
        reason = TextArea(
            field="hand_back.reason",
            label="Your reason, if you would like to give one",
            rows=3,
            bound=False,
            optional=True,
        )
        actions = Actions(
            primary="Hand this case back",
            primary_action="hand_back",
            links=[self._link("Keep it, back to the overview", "tasks")],
        )

        def leave(name: str, payload: Mapping[str, Any]) -> None:
            if name == "hand_back":
                said = (reason.value or {}).get("value", "")
                self._finish("hand_back", "", {"reason": said[:2000]})
            else:
                self._go(self.query(name))

        actions.on_action(leave)
        heading = Heading(text="Hand this case back", lead=lead)
        self._set("hand-back", "Hand this case back", [heading, reason, actions])


def _on(page: Page, problem: Problem) -> bool:
    return problem.where.split(".")[0] == page.id


def _ask(problem: Problem) -> str:
    """What to do, in the words of the form; what is wrong where there is no such hint."""
    return (problem.hint or problem.message).rstrip(".")


def _journey(case: Mapping[str, Any]) -> Journey:
    segments = [
        {"label": s["label"], "kind": s["kind"], "from": s["start"], "to": s["end"]}
        for s in case["journey"]
    ]
    return Journey(segments=segments, died_on=case["died_on"], title="Journey before death")
