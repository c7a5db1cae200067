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
    link,
    query_string,
)
from lltic.ui.line import Line, is_over
from lltic.ui.refusals import refusal_words
from lltic.ui.wording import UNSIGNED

__all__ = ["Deed", "Freeing", "Unsigned", "withdrawal"]

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
        "title": "Take this review back",
        "told": "What was written stays on record and counts for nothing. The reviewer finds the "
        "review closed.",
        "button": "Take it back",
    },
    "repeat": {
        "title": "Take this second reading back",
        "told": "What was written stays on record and counts for nothing. The reader finds it "
        "closed, and sees their first reading again. Nobody is asked for it once more.",
        "button": "Take it back",
    },
    "release_text": {
        "title": "Give this text back to the queue",
        "told": "What they have coded or settled of it so far stays on record and counts for "
        "nothing. Whoever opens the text next begins anew.",
        "button": "Give it back",
    },
    "offer": {
        "title": "Open this case to another reader",
        "told": "The place goes to the first person who asks for the next case and fits, or you "
        "give it to somebody.",
        "button": "Open it",
    },
    "give": {
        "title": "Give this case to somebody",
        "told": "They find it on their list the next time they look. Nobody is told who else "
        "reads it.",
        "button": "Give it to them",
    },
}


class Deed:
    """One step with a reason, which is signed.

    Parameters
    ----------
    line, go, show : Line, callable, callable
        As :class:`~lltic.ui.progress.ProgressPages` has them.
    kind : str
        A key of :data:`WORDS`.
    case_id, review_id : str
        What it is done to.
    words : str
        Another key of :data:`WORDS`, where this is said otherwise.
    """

    def __init__(
        self,
        line: Line,
        go: Callable[[str], None],
        show: Callable[..., None],
        kind: str,
        case_id: str,
        review_id: str = "",
        words: str = "",
    ) -> None:
        self._line, self._go, self._show = line, go, show
        self._kind, self._case_id, self._review_id = kind, case_id, review_id
        self._words = WORDS[words or kind]
        self._op_id = f"{kind.replace('_', '-')}-{uuid.uuid4().hex}"
        self._summary = ErrorSummary()
        self._reason = TextArea(
            field=REASON, label="Why?", hint="It stays on record.", rows=3, bound=False
        )
        self._query = query_string(case=case_id, do=kind, which=review_id)
        self._home = self._after = query_string(case=case_id)
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
            needs=[REASON],
            links=[link("No, go back", "back", query=self._home)],
        )
        signature.on_action(self._signed)
        return signature

    def _signed(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == "back":
            self._go(self._home)
        elif name == "signed":
            self._end.error = ""
            self._do({"signature": payload["signature"]})
        elif payload["why"] == "unfinished":
            self._ask_why()
        else:
            self._end.error = UNSIGNED.get(payload["why"], UNSIGNED["failed"])
            self._point_out({PASSWORD: self._end.error})

    def _said(self, field: Field) -> Any:
        return (field.value or {}).get("value", "")

    def _do(self, more: Mapping[str, Any]) -> None:
        if not self._said(self._reason).strip():
            self._ask_why()
            return
        self._operate(more)

    def _operate(self, more: Mapping[str, Any]) -> None:
        self._summary.errors, self._reason.error = [], ""  # what was wrong is mended
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
                self._say("That was not done", f"{refusal_words(error)} Nothing was changed.")
        except ServiceDown:
            text = "The review service does not answer. Wait a moment and press the button again."
            self._say("Not done yet", text)
        else:
            read = query_string(case=self._case_id, do="read")
            self._go(read if self._kind == "break_blind" else self._after)  # it is known by now

    def _ask_why(self) -> None:
        self._reason.error = "Write down why"
        self._point_out({REASON: self._reason.error})

    def _point_out(self, wrong: Mapping[str, str]) -> None:
        self._summary.show([{"field": f, "message": m} for f, m in wrong.items()])

    def _say(self, title: str, text: str) -> None:
        notice = Notice(kind="error", title=title, text=text, announce=True)
        heading = Heading(text=self._words["title"], caption=f"Case {self._case_id}")
        parts = [notice, self._summary, heading, *self._questions(), self._end]
        self._show(parts, self._query, self._words["title"], True)


class Unsigned(Deed):
    """A step that needs no signature, and perhaps an answer beside the reason."""

    _needs_reason = True

    def _last_part(self) -> Any:
        actions = Actions(
            primary=self._words["button"],
            primary_action="do",
            warning=self._kind in ("withdraw", "release_text"),
            links=[link("No, go back", "back", query=self._home)],
        )
        actions.on_action(self._pressed)
        return actions

    def _lacking(self) -> dict[str, str]:
        """Return what is not answered yet, by field."""
        return {}

    def _value(self) -> dict[str, Any]:
        """Return the operation's value."""
        return {}

    def _pressed(self, name: str, payload: Mapping[str, Any]) -> None:
        if name == "back":
            self._go(self._home)
            return
        wrong = self._lacking()
        if self._needs_reason and not self._said(self._reason).strip():
            wrong = {**wrong, REASON: "Write down why"}
        for field in self._questions():
            field.error = wrong.get(field.field, "")
        if wrong:
            self._point_out(wrong)
        else:
            self._operate({"value": self._value()})


class _Withdrawal(Unsigned):
    """A withdrawal asks whether somebody else may take the place."""

    def _last_part(self) -> Any:
        self._again = Radios(
            field="deed.again",
            label="Shall the case be offered to somebody else?",
            options=[("yes", "Yes"), ("no", "No, the other reviews are enough")],
            missing=(),
            bound=False,
        )
        return super()._last_part()

    def _questions(self) -> list[Field]:
        return [self._reason, self._again]

    def _lacking(self) -> dict[str, str]:
        if self._said(self._again):
            return {}
        return {"deed.again": "Say whether somebody else may take it"}

    def _value(self) -> dict[str, Any]:
        return {"offer_again": self._said(self._again) == "yes"}


class _NotAgain(Unsigned):
    """A second reading is nobody else's, so that nothing more is asked."""

    def _value(self) -> dict[str, Any]:
        return {"offer_again": False}


def withdrawal(
    line: Line,
    go: Callable[[str], None],
    show: Callable[..., None],
    case_id: str,
    review: Mapping[str, Any],
) -> Deed:
    """Return the page on which a review or a second reading is taken back from somebody."""
    on = (line, go, show, "withdraw", case_id, review["review_id"])
    return _NotAgain(*on, "repeat") if review["kind"] == "repeat" else _Withdrawal(*on)


class Freeing(Unsigned):
    """A text that somebody has and does not finish goes back to the queue.

    Parameters
    ----------
    line, go, show : Line, callable, callable
        As :class:`Deed` has them.
    one : mapping
        Who has which text, as ``coding_progress`` lists it under ``out``.
    home : str
        The page to go back to, which lists who has what.
    """

    def __init__(
        self,
        line: Line,
        go: Callable[[str], None],
        show: Callable[..., None],
        one: Mapping[str, Any],
        home: str,
    ) -> None:
        super().__init__(line, go, show, "release_text", one["case_id"], one["review_id"])
        self._coder = one["coder"]
        self._home = self._after = home
        self._query = query_string(progress="yes", free=one["review_id"], coder=one["coder"])
        self._end = self._last_part()

    def _value(self) -> dict[str, Any]:
        return {"coder": self._coder}
