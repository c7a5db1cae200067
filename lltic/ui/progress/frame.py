"""What all of a coordinator's pages share: names, links, tables, the way between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ipywidgets import Widget

from lltic.clock import parse_instant
from lltic.ui.kit import Actions, Heading, Table, link, query_string
from lltic.ui.sides import DISCIPLINES

__all__ = [
    "HOME",
    "KIND_WORDS",
    "MOST_ROWS",
    "STAGES",
    "STATUS_WORDS",
    "Frame",
    "Show",
    "counted",
    "discipline_words",
    "setting_words",
]

HOME = query_string(page="progress")

MOST_ROWS = 200
"""A page lists so many at most: nobody reads more, and a phone does not show them."""

VIEWS = {
    "": "Progress",
    "ageing": "How long they are out",
    "allocation": "Who has what",
    "differences": "Where reviewers differ",
    "calibration": "Calibration",
}

STAGES = {
    "awaiting": "Reviews are out",
    "discordant": "Waits for an adjudicator",
    "in_adjudication": "Being adjudicated",
    "in_consensus": "Being agreed together",
    "in_stage_2": "In the second stage",
    "concluded": "Concluded",
    "erased": "Text erased",
}

KIND_WORDS = {
    "independent": "Review",
    "repeat": "Second reading",
    "adjudication": "Adjudication",
    "consensus": "Agreeing together",
    "stage_2": "Second stage",
}

STATUS_WORDS = {
    "offered": ("Waits for somebody", "waiting"),
    "open": ("With the reviewer", "doing"),
    "locked": ("In", "done"),
    "handed_back": ("Handed back", "off"),
}

SETTINGS = {
    "acute": "Acute hospital",
    "community": "Community hospital",
    "mental_health": "Mental health unit",
    "": "Not known",
}

Show = Callable[..., None]
"""``show(parts, query, title, error=False)``: show a page of one column."""


class Frame:
    """What a page is made with.

    Parameters
    ----------
    go : callable
        ``go(query)`` leaves for another page.
    show : callable
        See :data:`Show`.
    now : datetime
        When the page is looked at.
    """

    def __init__(self, go: Callable[[str], None], show: Show, now: datetime) -> None:
        self._go = go
        self._show = show
        self._now = now
        self._people: Mapping[str, str] = {}
        self.above: list[Widget] = []

    def of(self, data: Mapping[str, Any]) -> Frame:
        """Learn how to name people from what the service said."""
        self._people = data["people"]
        return self

    def page(
        self, view: str, title: str, parts: Sequence[Any], *, lead: str = "", **asked: str
    ) -> None:
        """Show one of the pages, with the way to the others above it."""
        heading = Heading(text=title, lead=lead, caption="" if title == VIEWS[""] else VIEWS[""])
        top = [*self.above, self._way(view), heading]
        self._show([*top, *parts], query_string(page="progress", view=view, **asked), title)

    def show(self, parts: Sequence[Any], query: str, title: str) -> None:
        """Show a page that is not one of these."""
        self._show([*self.above, *parts], query, title)

    def _way(self, view: str) -> Actions:
        links = [
            {**self._to(words, query_string(page="progress", view=one)), "current": one == view}
            for one, words in VIEWS.items()
        ]
        return self.links(*links)

    # -- words -------------------------------------------------------------------------------

    def names(self, members: Sequence[str]) -> str:
        """Return what they are called; by their accounts where those are no more."""
        return ", ".join(self._people.get(name, name) for name in members) or "nobody yet"

    def days(self, since: str) -> int:
        """Return the whole days since an instant."""
        return max(0, (self._now - parse_instant(since)).days) if since else 0

    def age(self, since: str) -> str:
        """Return how long ago an instant is, in words."""
        days = self.days(since)
        return {0: "less than a day", 1: "1 day"}.get(days, f"{days} days") if since else ""

    # -- parts -------------------------------------------------------------------------------

    def link(self, text: str, more: str = "", **asked: str) -> dict[str, str]:
        """Return a cell that leads to a case or to some of them."""
        page = "" if "case" in asked else "progress"
        return {"text": text, "more": more, "query": query_string(page=page, **asked)}

    def table(
        self,
        caption: str,
        columns: Sequence[tuple[str, bool]],
        rows: Sequence[Sequence[Any]],
        empty: str = "None.",
    ) -> Table:
        """Return a table; a column is its label and whether it holds numbers."""
        named = [{"label": label, "number": number} for label, number in columns]
        shown = [list(row) for row in rows[:MOST_ROWS]]
        if len(rows) > MOST_ROWS:
            caption = f"{caption} (the first {MOST_ROWS} of {len(rows)})"
        table = Table(caption=caption, columns=named, rows=shown, empty=empty)
        table.on_action(lambda name, payload: self._go(payload["query"]))
        return table

    def _to(self, words: str, query: str) -> dict[str, Any]:
        return link(words, "open", query=query)

    def links(self, *links: Mapping[str, Any]) -> Actions:
        """Return links in a row."""
        actions = Actions(links=list(links), flush=False)
        actions.on_action(lambda name, payload: self._go(payload["query"]))
        return actions

    def to(self, words: str, **asked: str) -> Actions:
        """Return one link by itself."""
        return self.links(self._to(words, query_string(**asked)))

    def go(self, name: str, payload: Mapping[str, Any]) -> None:
        """Follow a link of a component."""
        self._go(payload["query"])


def setting_words(setting: str) -> str:
    """Return where a case's stay was, in words."""
    return SETTINGS.get(setting) or setting.replace("_", " ").capitalize()


def discipline_words(discipline: str) -> str:
    """Return what kind of clinician somebody is, in words."""
    return DISCIPLINES.get(discipline, "Not said")


def counted(case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the reviews of a case that still count."""
    return [r for r in case["reviews"] if r["status"] != "handed_back"]
