"""The coordinator's pages: how far every case is, and what only a coordinator may do.

Shows no answer of a case that is not in, unless its blind was broken.

=================  ==========================================================
``overview``       all cases: by stage, by setting, by person
``ageing``         how long reviews have been out
``allocation``     who has what, and cases to give
``differences``    where reviewers differ, once all are in
``calibration``    how scores agree and are spread, to talk about
``case``           one case, and the way to its answers
``frame``          what all of these pages share
=================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ipywidgets import Widget

from lltic.clock import Clock, system_clock
from lltic.ui.deeds import Deed, withdrawal
from lltic.ui.escalating import EscalationForm
from lltic.ui.giving import Giving, Offering
from lltic.ui.kit import Notice
from lltic.ui.line import Line
from lltic.ui.progress.ageing import show_ageing
from lltic.ui.progress.allocation import show_allocation
from lltic.ui.progress.calibration import show_calibration
from lltic.ui.progress.case import show_case
from lltic.ui.progress.differences import show_differences
from lltic.ui.progress.frame import STAGES, Frame, Show
from lltic.ui.progress.overview import show_overview, show_some

__all__ = ["ProgressPages"]


class ProgressPages:
    """Everything a coordinator sees beside their own cases.

    Parameters
    ----------
    line : Line
        The person's line to the service.
    go : callable
        ``go(query)`` leaves for another page.
    show : callable
        See :data:`~lltic.ui.progress.frame.Show`.
    clock : Clock
        Who tells how long ago something was.
    """

    def __init__(
        self, line: Line, go: Callable[[str], None], show: Show, clock: Clock = system_clock
    ) -> None:
        self._line, self._go, self._show = line, go, show
        self._frame = Frame(go, show, clock())

    def show(self, asked: Mapping[str, str], above: Sequence[Widget] = ()) -> None:
        """Show the page of an address: all cases, some, one case, one step."""
        frame, view = self._frame, asked.get("view", "")
        frame.above = list(above)
        if view == "differences":
            found = self._line.discordant()
            show_differences(frame.of(found), found)
            return
        if view == "calibration":
            found = self._line.calibration()
            show_calibration(frame.of(found), found, asked.get("item", ""))
            return
        data = self._line.overview()
        frame.of(data)
        step = self._step(data, asked)
        row = next((c for c in data["cases"] if c["case_id"] == asked.get("case")), None)
        if step is not None:
            step.show()
        elif row is not None:
            show_case(
                frame, self._line, row, data["escalations"], reading=asked.get("do") == "read"
            )
        elif view == "ageing":
            show_ageing(frame, data)
        elif view == "allocation":
            show_allocation(frame, data)
        elif asked.get("stage") in STAGES or "setting" in asked:
            show_some(frame, data, asked)
        else:
            frame.above += [_unknown()] * ("case" in asked)
            show_overview(frame, data)

    def _step(self, data: Mapping[str, Any], asked: Mapping[str, str]) -> Any:
        """Return the page of what a coordinator is about to do, or None."""
        step, case_id = asked.get("do", ""), asked.get("case", "")
        row = next((c for c in data["cases"] if c["case_id"] == case_id), None)
        on = (self._line, self._go, self._show)
        if step == "offer" and (row or case_id in {c["case_id"] for c in data["not_given"]}):
            return Offering(*on, case_id, known=row is not None, joint=bool(row and row["joint"]))
        if row is None:
            return None
        listed = [*row["reviews"], *row["second_readings"]]
        which = next((r for r in listed if r["review_id"] == asked.get("which")), None)
        if step == "break_blind":
            return Deed(*on, step, case_id)
        if step == "reopen" and which:
            return Deed(*on, step, case_id, which["review_id"])
        if step == "withdraw" and which:
            return withdrawal(*on, case_id, which)
        if step == "give" and which:
            return Giving(*on, row, which, data)
        found = [e for e in data["escalations"] if e["case_id"] == case_id]
        escalation = next((e for e in found if e["escalation_id"] == asked.get("id")), None)
        if step == "escalation" and escalation is not None:
            return EscalationForm(*on, escalation)
        return None


def _unknown() -> Notice:
    text = "It is not a case of this study, or you read it yourself and it is not in yet."
    return Notice(kind="warning", title="That case cannot be opened", text=text)
