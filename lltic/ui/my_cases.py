"""The page a person comes for: their own cases, where they were, and the next one to take."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Set
from typing import Any

from lltic.errors import Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.kit import Actions, Heading, Notice, query_string
from lltic.ui.line import Line, is_over
from lltic.ui.refusals import refusal_words
from lltic.ui.worklist import case_list, lead

__all__ = ["MyCases"]


class MyCases:
    """The list of cases, and what is done on it.

    Parameters
    ----------
    line : Line
        The person's line to the service.
    go : callable
        ``go(query)`` leaves for another page of the desk.
    show : callable
        ``show(parts)`` puts the page on the screen.
    unreachable : callable
        Says that the service does not answer.
    """

    def __init__(
        self,
        line: Line,
        go: Callable[[str], None],
        show: Callable[[list[Any]], None],
        unreachable: Callable[[], None],
    ) -> None:
        self._line = line
        self._go = go
        self._show = show
        self._unreachable = unreachable
        self._roles: Set[str] = frozenset()

    def open(self, data: Mapping[str, Any], above: Notice | None = None) -> None:
        """Show the list.

        Parameters
        ----------
        data : mapping
            The person and their reviews, as the service gives them.
        above : Notice, optional
            What has to be said before.
        """
        self._roles = set(data["person"]["roles"])
        adjudicator = "adjudicator" in self._roles
        waiting = self._line.waiting()["waiting"] if adjudicator else ()
        listed = case_list(data, waiting)
        listed.on_action(self._follow)
        said = lead(data["reviews"], adjudicator=adjudicator)
        parts: list[Any] = [Heading(text="My cases", lead=said), listed]
        if "reviewer" in self._roles:
            more = Actions(secondary="Take the next case", secondary_action="take", flush=False)
            more.on_action(lambda name, payload: self._take({"kind": "independent"}))
            parts.append(more)
        self._show([above, *parts] if above is not None else parts)

    def _follow(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == "take":
            self._take({"kind": str(payload.get("kind"))}, str(payload.get("case_id")))
        else:
            self._go(payload["query"])

    def _take(self, value: Mapping[str, str], case_id: str = "") -> None:
        """Take a case that waits, and open it."""
        operation = {
            "op_id": f"take-{uuid.uuid4().hex}",
            "kind": "take",
            "case_id": case_id,
            "value": value,
        }
        try:
            taken = self._line.operate(operation)
        except Refused as error:
            if not is_over(error):
                self.open(self._line.desk(), _not_taken(error))
        except ServiceDown:
            self._unreachable()
        else:
            self._go(query_string(review=taken["review_id"], page="tasks"))


def _not_taken(error: Refused) -> Notice:
    nothing = "nothing-to-take" in error.codes
    title = "No case waits for you just now" if nothing else "That case was not taken"
    text = (
        "Thank you for asking. Look again later: a case appears when it is offered or "
        "when a colleague hands one back. Everything you wrote is safe."
        if nothing
        else f"{refusal_words(error)} Everything you wrote is safe."
    )
    return Notice(kind="information", title=title, text=text, announce=True)
