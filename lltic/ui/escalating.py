"""A concern that was handed on: what became of it, and the small form to write it down in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from lltic.clock import Clock, system_clock
from lltic.errors import Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.dates import HINT, date_problem, in_words, iso_date
from lltic.ui.kit import (
    Actions,
    ErrorSummary,
    Field,
    Heading,
    Notice,
    Radios,
    TextInput,
    link,
    query_string,
)
from lltic.ui.line import Line, is_over
from lltic.ui.refusals import refusal_words

__all__ = ["EscalationForm", "escalation_words"]

LABELS = {
    "to": "To whom was it handed on?",
    "sent_at": "When?",
    "acknowledged_at": "When was it acknowledged?",
    "acknowledged_by": "By whom?",
    "duty_of_candour": "Duty of candour",
    "incident": "Incident reference",
}

DATES = {
    "sent_at": "The date it was handed on",
    "acknowledged_at": "The date it was acknowledged",
}
"""Which of it are dates, and how a message about one begins."""

CANDOUR = {
    "not_asked": "Not asked yet",
    "does_not_apply": "Does not apply",
    "family_to_be_told": "Applies: the family is to be told",
    "family_told": "Applies: the family has been told",
}


def escalation_words(record: Mapping[str, str]) -> dict[str, str]:
    """Return every part of a record as it is read; dates in words, empty what is not there."""
    said = {key: record.get(key, "") for key in LABELS}
    said |= {key: in_words(said[key]) for key in DATES}
    candour = said["duty_of_candour"] or "not_asked"
    return {**said, "duty_of_candour": CANDOUR.get(candour, candour)}


class EscalationForm:
    """A small form: to whom a concern was handed on, and what came of it.

    Parameters
    ----------
    line, go, show : Line, callable, callable
        As :class:`~lltic.ui.progress.ProgressPages` has them.
    escalation : mapping
        As the service gave it.
    clock : Clock
        Who tells what day it is.
    """

    def __init__(
        self,
        line: Line,
        go: Callable[[str], None],
        show: Callable[..., None],
        escalation: Mapping[str, Any],
        clock: Clock = system_clock,
    ) -> None:
        self._line, self._go, self._show = line, go, show
        self._escalation = escalation
        self._clock = clock
        self._case_id: str = escalation["case_id"]
        self._home = query_string(case=self._case_id)
        self._summary = ErrorSummary()
        self._fields = _fields(escalation["record"])
        self._op_id = f"escalation-{uuid.uuid4().hex}"

    def show(self, above: tuple[Any, ...] = ()) -> None:
        """Show the form."""
        heading = Heading(
            text="What was done about this concern",
            caption=f"Case {self._case_id}",
            lead=self._escalation["says"],
        )
        actions = Actions(
            primary="Save", primary_action="save", links=[link("Go back", "back", query=self._home)]
        )
        actions.on_action(self._pressed)
        query = query_string(
            case=self._case_id, do="escalation", id=self._escalation["escalation_id"]
        )
        parts = [*above, self._summary, heading, *self._fields.values(), actions]
        self._show(parts, query, f"A concern – Case {self._case_id}", bool(above))

    def _pressed(self, name: str, payload: Mapping[str, Any]) -> None:
        changed = self._changed() if name == "save" else {}
        if not changed:
            self._go(self._home)
        elif not self._point_out(self._problems(changed)):
            self._save({k: iso_date(v) if k in DATES else v.strip() for k, v in changed.items()})

    def _changed(self) -> dict[str, str]:
        """Return what was written otherwise than it stands, as it was written."""
        said = {key: (f.value or {}).get("value", "") for key, f in self._fields.items()}
        before = self._escalation["record"]
        shown = {**before, **{key: in_words(before.get(key, "")) for key in DATES}}
        return {k: v for k, v in said.items() if v.strip() != shown.get(k, "")}

    def _problems(self, changed: Mapping[str, str]) -> dict[str, str]:
        typed = {key: value for key, value in changed.items() if key in DATES and value.strip()}
        found = {key: date_problem(DATES[key], value, self._clock) for key, value in typed.items()}
        return {key: message for key, message in found.items() if message}

    def _point_out(self, wrong: Mapping[str, str]) -> bool:
        """Say what is wrong next to where it is, and above everything."""
        for key, field in self._fields.items():
            field.error = wrong.get(key, "")
        places = {key: self._fields[key].field for key in wrong}
        self._summary.show([{"field": places[k], "message": m} for k, m in wrong.items()])
        return bool(wrong)

    def _save(self, changed: Mapping[str, str]) -> None:
        operation = {
            "op_id": self._op_id,
            "kind": "escalation_update",
            "case_id": self._case_id,
            "field": self._escalation["escalation_id"],
            "value": changed,
            "base_version": self._escalation["version"],
        }
        try:
            self._line.operate(operation)
        except Refused as error:
            if not is_over(error):
                self._say_refused(error)
        except ServiceDown:
            text = "The review service does not answer. What you wrote is still here. Try again."
            self._again("Not saved yet", text)
        else:
            self._go(self._home)

    def _say_refused(self, error: Refused) -> None:
        if not error.conflict:
            self._again("Not saved", f"{refusal_words(error)} What you wrote is still here.")
            return
        theirs = error.conflict["value"]
        self._escalation = {
            **self._escalation,
            "record": theirs,
            "version": error.conflict["version"],
        }
        self._op_id = f"escalation-{uuid.uuid4().hex}"
        shown = escalation_words(theirs)
        words = "; ".join(f"{LABELS[key]} {shown[key]}" for key in LABELS if theirs.get(key))
        text = (
            f"Saved meanwhile by somebody else: {words}. Nothing was overwritten, and what you "
            "wrote is still below. Change it where theirs is right, then save."
        )
        self._again("This was changed elsewhere since you opened it", text)

    def _again(self, title: str, text: str) -> None:
        self.show((Notice(kind="error", title=title, text=text, announce=True),))


def _fields(record: Mapping[str, str]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for key, label in LABELS.items():
        said = record.get(key, "")
        shown = in_words(said) if key in DATES else said
        common: dict[str, Any] = {
            "field": f"escalation.{key}",
            "label": label,
            "value": {"value": shown} if shown else None,
            "bound": False,
        }
        if key == "duty_of_candour":
            fields[key] = Radios(options=list(CANDOUR.items()), missing=(), **common)
        else:
            fields[key] = TextInput(hint=HINT if key in DATES else "", **common)
    return fields
