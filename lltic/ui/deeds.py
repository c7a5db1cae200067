"""What only a coordinator does, each on a page of its own, with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from lltic.errors import Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.kit import (
    Actions,
    ErrorSummary,
    Field,
    Heading,
    Notice,
    Paragraph,
    Radios,
    Signature,
    TextArea,
    TextInput,
    link,
    query_string,
)
from lltic.ui.line import Line, is_over
from lltic.ui.wording import UNSIGNED

__all__ = ["Deed", "EscalationForm", "withdrawal"]

REASON = "deed.reason"
PASSWORD = "signature.password"  # noqa: S105 - the name of a field

WORDS: Mapping[str, Mapping[str, str]] = {
    "reopen": {
        "title": "Open this review again",
        "told": "The reviewer finds it on their list, marked kindly, with everything they wrote. "
        "They look once more and sign once more. What was signed before stays on record.",
        "says": "By signing you say: “I open this review again.”",
        "button": "Open it again",
    },
    "break_blind": {
        "title": "Break the blind of this case",
        "told": "You will be able to read the reviews before all of them are in. That you did, "
        "when and why stays on record and is printed with the study's agreement for good.",
        "says": "By signing you say: “I break the blind of this case.”",
        "button": "Break the blind",
    },
    "withdraw": {
        "title": "Withdraw this review",
        "told": "What was written stays on record and counts for nothing. The reviewer finds the "
        "review closed.",
        "button": "Withdraw it",
    },
}


class Deed:
    """One step with a reason: one that is signed with the password, or a withdrawal.

    Parameters
    ----------
    line, go, show : Line, callable, callable
        As :class:`~lltic.ui.progress.ProgressPages` has them.
    kind : str
        ``reopen``, ``break_blind`` or ``withdraw``.
    case_id, review_id : str
        What it is done to.
    """

    def __init__(
        self,
        line: Line,
        go: Callable[[str], None],
        show: Callable[..., None],
        kind: str,
        case_id: str,
        review_id: str = "",
    ) -> None:
        self._line, self._go, self._show = line, go, show
        self._kind, self._case_id, self._review_id = kind, case_id, review_id
        self._words = WORDS[kind]
        self._op_id = f"{kind.replace('_', '-')}-{uuid.uuid4().hex}"
        self._summary = ErrorSummary()
        self._reason = TextArea(
            field=REASON, label="Why?", hint="It stays on record.", rows=3, bound=False
        )
        self._query = query_string(case=case_id, do=kind, which=review_id)
        self._home = query_string(case=case_id)
        self._end = self._last_part()

    def show(self) -> None:
        """Show the page of this step."""
        heading = Heading(text=self._words["title"], caption=f"Case {self._case_id}")
        told = Paragraph(text=self._words["told"])
        parts = [self._summary, heading, told, *self._questions(), self._end]
        self._show(parts, self._query, f"{self._words['title']} – Case {self._case_id}")

    def _questions(self) -> list[Field]:
        return [self._reason]

    def _last_part(self) -> Any:
        signature = Signature(
            deed=f"{self._kind}:{self._review_id or self._case_id}",
            hint=self._words["says"],
            button=self._words["button"],
            warning=True,
            links=[link("No, go back", "back", query=self._home)],
        )
        signature.on_action(self._signed)
        return signature

    def _signed(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == "back":
            self._go(self._home)
        elif name == "signed":
            self._do({"signature": payload["signature"]})
        else:
            self._end.error = UNSIGNED.get(payload["why"], UNSIGNED["failed"])
            self._point_out({PASSWORD: self._end.error})

    def _said(self, field: Field) -> Any:
        return (field.value or {}).get("value", "")

    def _do(self, more: Mapping[str, Any]) -> None:
        if not self._said(self._reason).strip():
            self._reason.error = "Write down why"
            self._point_out({REASON: self._reason.error})
            return
        operation = {
            "op_id": self._op_id,
            "kind": self._kind,
            "case_id": self._case_id,
            "review_id": self._review_id,
            "reason": self._said(self._reason),
            **more,
        }
        try:
            self._line.operate(operation)
        except Refused as error:
            if not is_over(error):
                self._say("That was not done", f"{error} Nothing was changed.")
        except ServiceDown:
            text = "The review service does not answer. Wait a moment and press the button again."
            self._say("Not done yet", text)
        else:
            step = {"do": "read"} if self._kind == "break_blind" else {}
            self._go(query_string(case=self._case_id, **step))

    def _point_out(self, wrong: Mapping[str, str]) -> None:
        self._summary.show([{"field": f, "message": m} for f, m in wrong.items()])

    def _say(self, title: str, text: str) -> None:
        notice = Notice(kind="error", title=title, text=text, announce=True)
        heading = Heading(text=self._words["title"], caption=f"Case {self._case_id}")
        parts = [notice, self._summary, heading, *self._questions(), self._end]
        self._show(parts, self._query, self._words["title"], True)


class _Withdrawal(Deed):
    """A withdrawal needs no signature; it asks whether somebody else may take the place."""

    def _last_part(self) -> Any:
        self._again = Radios(
            field="deed.again",
            label="Shall the case be offered to somebody else?",
            options=[("yes", "Yes"), ("no", "No, the other reviews are enough")],
            missing=(),
            bound=False,
        )
        actions = Actions(
            primary=self._words["button"],
            primary_action="do",
            warning=True,
            links=[link("No, go back", "back", query=self._home)],
        )
        actions.on_action(self._pressed)
        return actions

    def _questions(self) -> list[Field]:
        return [self._reason, self._again]

    def _pressed(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == "back":
            self._go(self._home)
        elif not self._said(self._again):
            self._again.error = "Say whether somebody else may take it"
            self._point_out({"deed.again": self._again.error})
        else:
            self._do({"value": {"offer_again": self._said(self._again) == "yes"}})


def withdrawal(
    line: Line,
    go: Callable[[str], None],
    show: Callable[..., None],
    case_id: str,
    review_id: str,
) -> Deed:
    """Return the page on which a review is taken back from somebody."""
    return _Withdrawal(line, go, show, "withdraw", case_id, review_id)


class EscalationForm:
    """A small form: to whom a concern was handed on, and what came of it.

    Parameters
    ----------
    line, go, show : Line, callable, callable
        As :class:`~lltic.ui.progress.ProgressPages` has them.
    escalation : mapping
        As the service gave it.
    """

    def __init__(
        self,
        line: Line,
        go: Callable[[str], None],
        show: Callable[..., None],
        escalation: Mapping[str, Any],
    ) -> None:
        self._line, self._go, self._show = line, go, show
        self._escalation = escalation
        self._case_id: str = escalation["case_id"]
        self._home = query_string(case=self._case_id)
        self._fields = _escalation_fields(escalation["record"])
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
        parts = [*above, heading, *self._fields.values(), actions]
        self._show(parts, query, f"A concern – Case {self._case_id}", bool(above))

    def _pressed(self, name: str, payload: Mapping[str, Any]) -> None:
        said = {key: (f.value or {}).get("value", "") for key, f in self._fields.items()}
        before = self._escalation["record"]
        changed = {k: v for k, v in said.items() if v != before.get(k, "")}
        if name == "back" or not changed:
            self._go(self._home)
            return
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
            self._again("Not saved", f"{error} What you wrote is still here.")
            return
        theirs = error.conflict["value"]
        self._escalation = {
            **self._escalation,
            "record": theirs,
            "version": error.conflict["version"],
        }
        self._op_id = f"escalation-{uuid.uuid4().hex}"
        words = "; ".join(f"{_LABELS[key]}: {value}" for key, value in theirs.items())
        text = (
            f"Saved meanwhile by somebody else: {words}. Nothing was overwritten, and what you "
            "wrote is still below. Change it where theirs is right, then save."
        )
        self._again("This was changed elsewhere since you opened it", text)

    def _again(self, title: str, text: str) -> None:
        self.show((Notice(kind="error", title=title, text=text, announce=True),))


_LABELS = {
    "to": "To whom was it handed on?",
    "sent_at": "When?",
    "acknowledged_at": "When was it acknowledged?",
    "acknowledged_by": "By whom?",
    "duty_of_candour": "Duty of candour",
    "incident": "Incident reference",
}

_CANDOUR = [
    ("not_asked", "Not asked yet"),
    ("does_not_apply", "Does not apply"),
    ("family_to_be_told", "Applies: the family is to be told"),
    ("family_told", "Applies: the family has been told"),
]


def _escalation_fields(record: Mapping[str, str]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for key, label in _LABELS.items():
        value = {"value": record[key]} if record.get(key) else None
        common: dict[str, Any] = {
            "field": f"escalation.{key}",
            "label": label,
            "value": value,
            "bound": False,
        }
        if key == "duty_of_candour":
            fields[key] = Radios(options=_CANDOUR, missing=(), **common)
        else:
            hint = "For example, 14 October 2026, 10:30" if key.endswith("_at") else ""
            fields[key] = TextInput(hint=hint, **common)
    return fields
