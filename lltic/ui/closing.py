"""The last pages of a review: check answers, sign, receipt; or hand the case back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from lltic.errors import Problem, Refused
from lltic.form import check_complete
from lltic.reviews.client import ServiceDown
from lltic.ui.evidence import with_evidence
from lltic.ui.kit import (
    Actions,
    CheckAnswers,
    Heading,
    Paragraph,
    Receipt,
    Signature,
    TextArea,
)
from lltic.ui.line import is_elsewhere, is_over
from lltic.ui.sheet import CASES, Sheet
from lltic.ui.summaries import check_sections
from lltic.ui.wording import CLOSING, UNSIGNED

__all__ = ["ClosingPages"]

PASSWORD = "signature.password"  # noqa: S105 - the name of a field


class ClosingPages(Sheet):
    """How a review ends."""

    # -- check answers ----------------------------------------------------------------------

    def _show_check(self, problems: Sequence[Problem] = ()) -> None:
        wrong = {problem.where: self._mend(problem) for problem in problems}
        cited = self._evidence.keys()
        sections = check_sections(self._form, self._answers, wrong, self._change, cited)
        answers = CheckAnswers(
            sections=with_evidence(sections, self._evidence),
            locked=self.status != "open",
        )
        answers.on_action(lambda name, payload: self._go(payload["query"]))
        self._summary.errors = [
            {"field": path, "message": message, "query": self._change(path)}
            for path, message in wrong.items()
        ]
        if self.status == "open":
            title, lead = "Check your answers", CLOSING[self.kind]["check"]
            links = [self._to("Back to the overview", "tasks")]
            actions = Actions(primary="Continue", primary_action="confirm", links=links)
        else:
            word = "submitted" if self.status == "locked" else "handed back"
            title, lead = "Your judgement", f"This review was {word} and can no longer be changed."
            actions = Actions(links=[self._to("Back to my cases", "worklist")])
        actions.on_action(self._leave_check)
        heading = Heading(text=title, lead=lead)
        self._set("check", title, [self._summary, heading, answers, actions], error=bool(problems))

    def _change(self, path: str) -> str:
        """Return where an answer is changed."""
        return self.query(path.split(".")[0])

    def _leave_check(self, name: str, payload: Mapping[str, Any]) -> None:
        problems = check_complete(self._form, self._answers) if name == "confirm" else []
        if problems:
            self._show_check(problems)
        else:
            self._follow(name, payload)

    # -- sign ---------------------------------------------------------------------------------

    def _show_confirm(self) -> None:
        words = CLOSING[self.kind]
        # Pressing twice, or again after a silence, is one deed; after a reload it is another one,
        # as it is when a review that was opened again is submitted for the second time.
        operation = {"op_id": f"submit-{uuid.uuid4().hex}", "kind": "submit"}
        signature = Signature(
            deed=f"submit:{self.review_id}",
            hint=words["says"],
            button=words["button"],
            links=[self._to("Back to check your answers", "check")],
        )

        def sign(name: str, payload: Mapping[str, Any]) -> None:
            if name == "signed":
                signature.error, self._summary.errors = "", []  # it was the right password
                self._finish({**operation, "signature": payload["signature"]}, "receipt")
            elif name == "unsigned":
                self._say_unsigned(signature, payload["why"])
            else:
                self._follow(name, payload)

        signature.on_action(sign)
        self._summary.errors = []
        heading = Heading(text=words["title"], lead=words["lead"])
        told = Paragraph(text=words["told"])
        self._set("confirm", words["title"], [self._summary, heading, told, signature])

    def _say_unsigned(self, signature: Signature, why: str) -> None:
        """Say why the password did not do; nothing that was written depends on it."""
        message = UNSIGNED.get(why, UNSIGNED["failed"])
        signature.error = message
        title = f"{CLOSING[self.kind]['title']} – Case {self.case_id}"
        self._turn(self.query("confirm"), title, True)
        self._summary.show([{"field": PASSWORD, "message": message}])

    def _finish(self, operation: Mapping[str, Any], page: str) -> None:
        named = {"review_id": self.review_id, "case_id": self.case_id, **operation}
        try:
            self._line.operate(named)
        except Refused as error:
            self._say_refused(error)
        except ServiceDown:
            text = (
                "The review service does not answer. Your answers are safe. "
                "Wait a moment and press the button again."
            )
            self._say("Not submitted yet" if page else "Not handed back yet", text)
        else:
            if page:  # what was handed back is not one's own any more
                self._load()
            self._go(self.query(page) if page else CASES)

    def _say_refused(self, error: Refused) -> None:
        if is_over(error):
            return  # the page says so, and asks for the password
        if is_elsewhere(error):
            text = "Nothing was sent, and your answers are safe. Choose “Continue here” first."
            self._say("This review is open in another window", text)
        elif "not-signed" in error.codes:
            text = "Your answers are safe. Sign again, with the button below."
            self._say("The signature has run out", text)
        elif allowed := [p.allowed for p in error.problems if p.where == "reason"]:
            text = (
                f"Your reason is too long: it can have {allowed[0]}. Nothing was sent, and "
                "everything you wrote is safe. Shorten it and press the button again."
            )
            self._say("Not handed back yet", text)
        else:
            self._load()
            self._show_check(error.problems)

    # -- receipt ------------------------------------------------------------------------------

    def _show_receipt(self) -> None:
        words = CLOSING[self.kind]
        receipt = Receipt(
            title=words["done"],
            code=self._data["receipt"],
            at=self._data["submitted_at"],
            lines=[
                "Your judgement is locked and on record. The code above is the start of its "
                "fingerprint: keep it if you wish to prove later that nothing was changed.",
                "Thank you. Reading a death with care is hard work, and somebody will be "
                "treated better because of it.",
            ],
            links=[
                self._to("Back to my cases", "worklist"),
                self._to("See my judgement", "check"),
            ],
        )
        receipt.on_action(self._follow)
        self._set("receipt", words["done"], [receipt])

    # -- handing back -------------------------------------------------------------------------

    def _show_hand_back(self) -> None:
        lead = "With or without a reason; nobody will ask why. It goes to somebody else."
        told = Paragraph(
            text="What you have written so far stays on record, is read by nobody who reviews "
            "this case, and you will not be given the case again."
        )
        reason = TextArea(
            field="hand_back.reason",
            label="Your reason, if you would like to give one",
            rows=3,
            bound=False,
            optional=True,
        )
        actions = Actions(
            primary="Hand this case back",
            primary_action="hand_back",
            links=[self._to("Keep it, back to the overview", "tasks")],
        )
        op_id = f"hand-back-{uuid.uuid4().hex}"

        def leave(name: str, payload: Mapping[str, Any]) -> None:
            if name == "hand_back":
                said = (reason.value or {}).get("value", "")
                self._finish({"op_id": op_id, "kind": "hand_back", "reason": said}, "")
            else:
                self._go(self.query(name))

        actions.on_action(leave)
        heading = Heading(text="Hand this case back", lead=lead)
        self._set("hand-back", "Hand this case back", [heading, told, reason, actions])
