"""The pages of one review: the overview, and the form page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ipywidgets import Widget

from lltic.errors import Problem, Refused
from lltic.form import Item, Page, check_complete, is_relevant, page_progress
from lltic.ui.closing import ClosingPages
from lltic.ui.kit import Actions, EntryHeading, Field, Heading, Notice, TaskList
from lltic.ui.questions import question
from lltic.ui.refusals import refusal_words
from lltic.ui.screen import replace
from lltic.ui.summaries import task_groups
from lltic.ui.wording import entry_ids, entry_label, not_taken, progress_counts

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
        self._heads: dict[str, Widget] = {}
        self._refused: set[str] = set()
        self._shelves.begin()
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
        self.land_on(self._data["last"]["field"] if self._data["last"] else "")
        self.show(self._page)

    # -- saving -----------------------------------------------------------------------------

    def saved(self, path: str, answer: Any, version: int) -> None:
        """Take note of an answer that the service has committed, and follow its branching."""
        self._fields[path] = {"answer": answer, "version": version}
        if path in self._refused:
            self._refused.discard(path)
            self._questions[path].error = ""
        page = self._form.page(self._page)
        if page and self._steers(page, path):
            self._ask_again(page)

    def refused(self, path: str, answer: Any, error: Refused) -> str:
        """Show at the question why its answer was not taken, and return it in words."""
        item = self._form.item(path)
        wrong = {"bad-value", "text-too-long"} & set(error.codes)
        words = not_taken(item, (answer or {}).get("value")) if item and wrong else ""
        if words and path in self._questions:
            self._refused.add(path)
            self._questions[path].error = words
        return f"{words}." if words else refusal_words(error)

    def _steers(self, page: Page, path: str) -> bool:
        """Say whether an answer decides what else is asked on a page."""
        item, entry = self._form.item(path), self._form.entry(path)
        if item is not None and item.type == "repeat":
            return True
        named = f"{entry.path}.{entry.item.id}" if entry else path
        asked = [one for item in page.items for one in (item, *item.items)]
        return any(one.when is not None and one.when.item == named for one in asked)

    def _ask_again(self, page: Page) -> None:
        """Ask what is asked now; what is above and below the questions stays."""
        above, below = self._around
        parts = [*above, *self._questions_of(page), *below]
        self._offer(parts)
        replace(self._sheet, parts, keep=self._kept())

    def _kept(self) -> list[Widget]:
        """Return what is on a page, or may be again, after another answer."""
        asked = [*self._questions.values(), *self._heads.values(), *self._shelves.shown]
        return [*asked, self._summary]

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
        parts: list[Widget] = []
        for item in page.items:
            path = f"{page.id}.{item.id}"
            if not is_relevant(path, item, self._form, self._answers):
                continue
            if item.type == "repeat":
                parts += [self._head(path, item), *self._entries_of(path, item)]
            else:
                parts += [self._question(path, item), *self._below(path, item)]
        return parts

    def _question(self, path: str, item: Item, within: str = "") -> Field:
        if path not in self._questions:
            known = self._fields.get(path)
            self._questions[path] = question(self._form, path, item, known, within)
        self._questions[path].within = within
        return self._questions[path]

    def _head(self, path: str, item: Item) -> Widget:
        """Return what stands above the entries of an item that repeats."""
        if path not in self._heads:
            self._heads[path] = Heading(text=item.label, level=2, lead=item.hint)
        return self._heads[path]

    def _entries_of(self, path: str, item: Item) -> list[Widget]:
        """Return the questions of every entry, and what adds another below them."""
        parts: list[Widget] = []
        for number, entry_id in enumerate(entry_ids(path, self._answers), 1):
            label = self._entry_name(path, item, entry_id, number)
            parts.append(self._entry_heading(path, item, entry_id, label))
            for inner in item.items:
                place = f"{path}.{entry_id}.{inner.id}"
                if is_relevant(place, inner, self._form, self._answers):
                    parts.append(self._question(place, inner, label))
                    parts += self._below(place, inner)
        return [*parts, self._question(path, item)]

    def _entry_name(self, path: str, item: Item, entry_id: str, number: int) -> str:
        """Return what an entry is called on the page."""
        return entry_label(item, number)

    def _entry_heading(self, path: str, item: Item, entry_id: str, label: str) -> Widget:
        key = f"{path}.{entry_id}"
        if key not in self._heads:
            first = item.items[0].id
            self._heads[key] = EntryHeading(field=path, entry_id=entry_id, first=first, label=label)
        self._heads[key].label = label
        return self._heads[key]

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
        wrong = {problem.where: self._mend(problem) for problem in problems}
        for path, component in self._questions.items():
            component.error = wrong.get(path, "")
        self._turn(self.query(page.id), f"{page.title} – Case {self.case_id}", True)
        self._summary.show([{"field": p, "message": m} for p, m in wrong.items()])


def _on(page: Page, problem: Problem) -> bool:
    return problem.where.split(".")[0] == page.id
