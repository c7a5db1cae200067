"""The pages of one review: the overview, and the form page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ipywidgets import Widget

from lltic.errors import Problem
from lltic.form import Item, Page, check_complete, page_progress
from lltic.ui.closing import ClosingPages
from lltic.ui.kit import Actions, Field, Heading, Notice, TaskList
from lltic.ui.questions import question
from lltic.ui.screen import replace
from lltic.ui.sheet import how_to_mend
from lltic.ui.summaries import asked, task_groups
from lltic.ui.wording import progress_counts

__all__ = ["CasePages"]

REOPENED = (
    "This review was opened again",
    "Your coordinator opened it again after you had submitted it. Everything you wrote is here. "
    "Please look once more, change what you wish to change, and sign once more.",
)


class CasePages(ClosingPages):
    """One reviewer's own review on the screen."""

    heading = "Your review"

    def show(self, page: str, item: str = "") -> None:
        """Turn to a page; one that does not exist, or is closed, is the overview.

        Parameters
        ----------
        item : str
            An item's path that is to be answered there, where not all of them are.
        """
        self._questions: dict[str, Field] = {}
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

    def refresh(self) -> None:
        """Learn what others have changed meanwhile; in a review of one's own, nobody."""

    def resume(self) -> None:
        """Show the page one is on once more, as the service has it now."""
        self._load()
        self.show(self._page)

    # -- saving -----------------------------------------------------------------------------

    def saved(self, path: str, answer: Any, version: int) -> None:
        """Take note of an answer that the service has committed, and follow its branching."""
        self._fields[path] = {"answer": answer, "version": version}
        page = self._form.page(self._page)
        if page and any(item.when and item.when.item == path for item in page.items):
            self._ask_again(page)

    def _ask_again(self, page: Page) -> None:
        """Ask what is asked now; what is above and below the questions stays."""
        above, below = self._around
        replace(self._sheet, [*above, *self._questions_of(page), *below], keep=self._kept())

    def _kept(self) -> list[Widget]:
        """Return what is on a page, or may be again, after another answer."""
        return [*self._questions.values(), self._summary]

    # -- the overview -----------------------------------------------------------------------

    def _show_tasks(self) -> None:
        tasks = self._tasks()
        tasks.on_action(lambda name, payload: self._go(payload["query"]))
        actions = Actions(links=self._ways_out())
        actions.on_action(self._follow)
        heading = Heading(text=self.heading, caption=self._form.title)
        self._set("tasks", self.heading, [heading, *self._notices(), tasks, actions])

    def _ways_out(self) -> list[dict[str, Any]]:
        links = [self._to("Back to my cases", "worklist")]
        return links + [self._to("Hand this case back", "hand-back")] * (self.status == "open")

    def _notices(self) -> list[Widget]:
        """Return what has to be said of this review before anything else."""
        if not (self._data["reopened"] and self.status == "open"):
            return []
        title, text = REOPENED
        return [Notice(kind="information", title=title, text=text)]

    def _tasks(self) -> TaskList:
        progress = {p.id: page_progress(self._form, p, self._answers) for p in self._form.pages}
        done, needed = progress_counts(progress)
        groups = task_groups(self._form, progress, self.query)
        return TaskList(groups=groups, summary=f"You have completed {done} of {needed} parts.")

    # -- a page of the form --------------------------------------------------------------------

    def _show_form_page(self, page: Page) -> None:
        self._set(page.id, page.title, self._form_page_parts(page))

    def _form_page_parts(self, page: Page) -> list[Widget]:
        caption = self._where(page)
        caption += f" · {page.caption}" if page.caption else ""
        self._summary.errors = []
        actions = Actions(
            primary="Save and continue",
            primary_action="next",
            links=[self._to("Back to the overview", "tasks")],
        )
        actions.on_action(self._leave_form_page)
        heading = Heading(text=page.title, caption=caption, lead=page.hint)
        self._around = [self._summary, heading, *self._notices()], [actions]
        return [*self._around[0], *self._questions_of(page), actions]

    def _where(self, page: Page) -> str:
        return f"Part {self._form.pages.index(page) + 1} of {len(self._form.pages)}"

    def _questions_of(self, page: Page) -> list[Widget]:
        """Return the questions that are asked now; one that stays is the same widget."""
        items = asked(self._form, page, self._answers)
        return [self._question(path, item) for path, item in items]

    def _question(self, path: str, item: Item) -> Field:
        if path not in self._questions:
            self._questions[path] = question(self._form, path, item, self._fields.get(path))
        return self._questions[path]

    def _leave_form_page(self, name: str, payload: Mapping[str, Any]) -> None:
        page = self._form.page(self._page)
        if name == "tasks" or page is None:
            self._go(self.query("tasks"))
            return
        problems = [p for p in check_complete(self._form, self._answers) if _on(page, p)]
        if problems:
            self._point_out(page, problems)
            return
        self._go(self.query(self._page_after(page)))

    def _page_after(self, page: Page) -> str:
        following = self._form.pages.index(page) + 1
        at_end = following == len(self._form.pages)
        return "check" if at_end else self._form.pages[following].id

    def _point_out(self, page: Page, problems: Sequence[Problem]) -> None:
        wrong = {problem.where: how_to_mend(problem) for problem in problems}
        for path, component in self._questions.items():
            component.error = wrong.get(path, "")
        self._turn(self.query(page.id), f"{page.title} – Case {self.case_id}", True)
        self._summary.show([{"field": p, "message": m} for p, m in wrong.items()])


def _on(page: Page, problem: Problem) -> bool:
    return problem.where.split(".")[0] == page.id
