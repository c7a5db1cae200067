"""The pages of a consensus: two people agree at one sheet, and both sign it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipywidgets import VBox, Widget

from lltic.ui.kit import Actions, CheckAnswers, Heading, Notice, TaskList
from lltic.ui.screen import replace
from lltic.ui.settling import SettlingPages
from lltic.ui.summaries import check_sections

__all__ = ["ConsensusPages"]

WAITING = (
    "You have signed. Waiting for the other to sign",
    "Everything is safe. When the other has signed too, your common judgement is locked. If "
    "either of you changes an answer before that, both sign again.",
)
TO_SIGN = (
    "The other has signed what stands here",
    "Read it and sign it too, or change what you do not agree with: then both of you sign again.",
)
SIGN_AGAIN = (
    "An answer was changed after a signature: both of you sign again",
    "All answers are safe. Look at what stands here now, and sign when you agree with it.",
)


class ConsensusPages(SettlingPages):
    """What two sides agree on: what the other does appears, and a signature stands for words."""

    def show(self, page: str, item: str = "") -> None:
        """Turn to a page; who has signed and waits for the other is told so."""
        self._state = VBox()
        if page == "receipt" and self.status == "open" and self._data["signed"]:
            self._begin_page(item)
            self._show_waiting()
        else:
            super().show(page, item)

    _disturbed = False

    def _notices(self) -> list[Widget]:
        self._say_state()
        return [*super()._notices(), self._state]

    def _say_state(self) -> None:
        """Say who has signed; the same words are not said twice."""
        if self.status != "open":
            return
        said = None
        if self._data["signed"]:
            said = WAITING
        elif self._data["others_signed"]:
            said = TO_SIGN
        elif self._disturbed:
            said = SIGN_AGAIN
        before = [notice.title for notice in self._state.children]
        if before == ([said[0]] if said else []):
            return
        notices = [Notice(title=said[0], text=said[1], announce=True)] if said else []
        replace(self._state, notices)

    def _kept(self) -> list[Widget]:
        return [*super()._kept(), self._state]

    def _show_waiting(self) -> None:
        actions = Actions(
            links=[self._to("Back to my cases", "worklist"), self._to("Read it again", "check")]
        )
        actions.on_action(self._follow)
        heading = Heading(text="You have signed", caption=self.heading)
        self._set("receipt", "You have signed", [heading, *self._notices(), actions])

    # -- two people at one sheet -----------------------------------------------------------------

    def saved(self, path: str, answer: Any, version: int) -> None:
        """Take note of one's own answer: it takes both signatures away."""
        if self._data["signed"] or self._data["others_signed"]:
            self._disturbed = True
        self._data = {**self._data, "signed": False, "others_signed": False}
        super().saved(path, answer, version)
        self._say_state()

    def refresh(self) -> None:
        """Show what the other has answered or signed meanwhile; words being typed stay."""
        if self.status != "open":
            return
        known, signed = self._fields, self._data["signed"]
        self._load()
        if self.status != "open":
            self.show("receipt" if self._page == "receipt" else self._page)
            return
        self._disturbed = self._disturbed or (signed and not self._data["signed"])
        fresh = [p for p, f in self._fields.items() if f["version"] > _version(known, p)]
        if self._page == "receipt" and not self._data["signed"]:
            self.show("tasks")
            return
        self._say_state()
        if fresh:
            self._show_fresh(fresh)

    def _show_fresh(self, paths: list[str]) -> None:
        for path in paths:
            field = self._questions.get(path)
            if field is not None:
                with field.hold_sync():
                    field.value = self._fields[path]["answer"]
                    field.version = self._fields[path]["version"]
        page = self._form.page(self._page)
        if page is not None:
            if any(self._steers(page, path) for path in paths):
                self._ask_again(page)
        elif isinstance(self._live, TaskList):
            self._live.groups, self._live.summary = self._task_groups()
        elif isinstance(self._live, CheckAnswers):
            same = self._page == "same"
            whole = check_sections(self._form, self._answers, {}, self._change)
            self._live.sections = self._same_sections() if same else whole


def _version(fields: Mapping[str, Any], path: str) -> int:
    return fields[path]["version"] if path in fields else 0
