"""A coordinator opens a case to a reader, or gives a place to somebody: with a page each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lltic.ui.deeds import Unsigned
from lltic.ui.kit import Field, Radios, Select, query_string
from lltic.ui.line import Line
from lltic.ui.sides import DISCIPLINES

__all__ = ["Giving", "Offering"]

TO = "deed.to"
SIDE = "deed.discipline"

MANY = 8
"""More people than this are chosen from a list."""


class Giving(Unsigned):
    """An open place goes to somebody, who finds the case on their list.

    Parameters
    ----------
    line, go, show : Line, callable, callable
        As :class:`~lltic.ui.progress.ProgressPages` has them.
    row, review : mapping
        The case and its open place, as the service's overview has them.
    data : mapping
        The overview: who there is, and how much everybody has.
    """

    def __init__(
        self,
        line: Line,
        go: Callable[[str], None],
        show: Callable[..., None],
        row: Mapping[str, Any],
        review: Mapping[str, Any],
        data: Mapping[str, Any],
    ) -> None:
        self._to = _whom(row, review, data)
        super().__init__(line, go, show, "give", row["case_id"], review["review_id"])
        self._needs_reason = False
        self._reason.optional = True

    def _questions(self) -> list[Field]:
        return [self._to, self._reason]

    def _lacking(self) -> dict[str, str]:
        return {} if self._said(self._to) else {TO: "Choose who is to read this case"}

    def _value(self) -> dict[str, Any]:
        return {"to": self._said(self._to)}


def _whom(row: Mapping[str, Any], review: Mapping[str, Any], data: Mapping[str, Any]) -> Field:
    """Return the question to whom: those who fit and do not read it, least to do first."""
    reads = {name for one in row["reviews"] for name in one["members"]}
    side = review["discipline"]
    to_do: dict[str, int] = {}
    for one in data["load"]:
        if one["status"] == "open":
            to_do[one["reviewer"]] = to_do.get(one["reviewer"], 0) + one["reviews"]
    fit = [
        one
        for one in data["reviewers"]
        if one["reviewer"] not in reads and side in ("", one["discipline"])
    ]
    fit.sort(key=lambda one: (to_do.get(one["reviewer"], 0), one["reviewer"]))
    people = [
        (
            one["reviewer"],
            data["people"].get(one["reviewer"], one["reviewer"]),
            _about(one["discipline"], to_do.get(one["reviewer"], 0)),
        )
        for one in fit
    ]
    hint = "Least to do first. Who reads this case, or has read it, is not in the list."
    if not people:
        hint = "Nobody fits who does not read this case already. Ask somebody new to join."
    kind = Select if len(people) > MANY else Radios
    return kind(
        field=TO,
        label="Who is to read this case?",
        hint=hint,
        options=people,
        missing=(),
        bound=False,
    )


def _about(discipline: str, to_do: int) -> str:
    has = "nothing to do just now" if not to_do else f"{to_do} to do"
    return f"{DISCIPLINES[discipline]}, {has}" if discipline in DISCIPLINES else has.capitalize()


class Offering(Unsigned):
    """A place for one more reader: whoever asks for the next case takes it, or it is given.

    Parameters
    ----------
    line, go, show : Line, callable, callable
        As :class:`~lltic.ui.progress.ProgressPages` has them.
    case_id : str
        The case.
    known : bool
        Somebody reads it or has read it.
    joint : bool
        It is read by one side each, so that the place is for one of them.
    """

    def __init__(
        self,
        line: Line,
        go: Callable[[str], None],
        show: Callable[..., None],
        case_id: str,
        *,
        known: bool,
        joint: bool,
    ) -> None:
        self._joint = joint
        sides = [(key, DISCIPLINES[key]) for key in ("primary_care", "secondary_care")]
        self._side = Radios(
            field=SIDE, label="For whom is the place?", options=sides, missing=(), bound=False
        )
        super().__init__(line, go, show, "offer", case_id)
        if not known:
            self._words = {**self._words, "title": "Open this case to a reader"}
            self._home = query_string(page="progress", view="allocation")

    def _questions(self) -> list[Field]:
        return [self._reason, *([self._side] if self._joint else [])]

    def _lacking(self) -> dict[str, str]:
        lacks = self._joint and not self._said(self._side)
        return {SIDE: "Say for whom the place is"} if lacks else {}

    def _value(self) -> dict[str, Any]:
        return {"discipline": self._said(self._side) if self._joint else ""}
