"""The calls of a page: what a person may see and do, with the capability their kernel holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lltic.reviews.accounts import Accounts
from lltic.reviews.desk import Desk
from lltic.reviews.desk.allotting import reviewers
from lltic.reviews.desk.oversight import told_apart
from lltic.reviews.people import Person
from lltic.reviews.service import answers, bodies, codings, overviews
from lltic.reviews.service.calls import CALLER, Asked, Call, plain
from lltic.reviews.service.shapes import Answer

__all__ = ["DeskCalls"]

READ = "read"
"""The line of the book of accesses about what others wrote."""


class DeskCalls:
    """What is asked with a capability.

    Parameters
    ----------
    desk : Desk
        Decides, and says what each may see.
    accounts : Accounts
        Knows who has signed what.
    """

    def __init__(self, desk: Desk, accounts: Accounts) -> None:
        self._desk = desk
        self._accounts = accounts

    def calls(self) -> list[Call]:
        """Return them, in the order of the document."""
        a, b, c, o = answers, bodies, codings, overviews
        review = "/v1/reviews/{review_id}"

        def ask(
            name: str, path: str, does: Callable[[Asked], Any], answer: type[Answer], **more: Any
        ) -> Call:
            return Call(name, path, does, answer, **{"bearer": CALLER, "limit": "read", **more})

        writes = {"lane": "write", "limit": "operate"}
        return [
            ask("worklist", "/v1/desk", self.worklist, a.Worklist),
            ask("review", review, self.review, a.Review),
            ask("hold", review + "/hold", self.hold, a.Held, body=b.Hold, limit="hold"),
            ask("release", review + "/release", self.release, a.Left, body=b.Leave, limit="hold"),
            ask("document", review + "/documents/{document_id}", self.document, a.Document),
            ask("operate", "/v1/operations", self.operate, a.Done, body=b.Operation, **writes),
            ask("waiting", "/v1/adjudication", self.waiting, a.Waiting),
            ask("overview", "/v1/overview", self.overview, o.Overview),
            ask("case", "/v1/cases/{case_id}", self.case, a.Case),
            ask("discordant", "/v1/discordant", self.discordant, o.Discordant),
            ask("calibration", "/v1/calibration", self.calibration, o.Calibration),
            ask("coding_queue", "/v1/coding", self.coding_queue, c.CodingQueue),
            ask("coding_text", "/v1/coding/{review_id}", self.coding_text, c.CodingText),
            ask("coding_progress", "/v1/coding-progress", self.coding_progress, c.Progress),
            ask("resolving_queue", "/v1/resolving", self.resolving_queue, c.ResolvingQueue),
            ask("resolving_text", "/v1/resolving/{review_id}", self.resolving_text, c.Resolving),
            ask("extract", "/v1/extract", self.extract, a.Extract),
            ask("events", "/v1/events", self.events, a.Events, query="after"),
            ask("accesses", "/v1/accesses", self.accesses, a.Accesses, query="after"),
        ]

    def worklist(self, asked: Asked) -> dict[str, Any]:
        """Return the person's own reviews, and nothing of anybody else's."""
        return _told(asked.caller, self._desk.worklist(asked.caller))

    def review(self, asked: Asked) -> dict[str, Any]:
        """Return all that is needed to work on one of the person's reviews.

        Somebody else's is refused in the same words as one that does not exist. What follows
        from others' reviews comes with those as `sources`, without names.
        """
        found = self._desk.review(asked.caller, asked.ids["review_id"])
        asked.note = READ if "sources" in found else ""
        return found

    def hold(self, asked: Asked) -> dict[str, Any]:
        """Say that a window is alive and works on a review; say it again every ten seconds.

        Refused (`open-elsewhere`) while another window holds it, unless it is taken over.
        """
        said = asked.body
        how = {key: said.get(key, False) for key in ("take_over", "opened")}
        return self._desk.hold(asked.caller, asked.ids["review_id"], said["window"], **how)

    def release(self, asked: Asked) -> dict[str, Any]:
        """Say that a review's page has been left in a window, so that nobody waits for it.

        The same answer whether the window held the review or not.
        """
        return self._desk.release(asked.caller, asked.ids["review_id"], asked.body["window"])

    def document(self, asked: Asked) -> dict[str, Any]:
        """Return the pages of a document of the case of one of the person's reviews."""
        ids = asked.ids
        return {"pages": self._desk.document(asked.caller, ids["review_id"], ids["document_id"])}

    def operate(self, asked: Asked) -> dict[str, Any]:
        """Do one operation; the answer comes after the commit.

        Safe to repeat under the same `op_id`, and meant to be: after 429, 5xx or no answer at
        all, send the same again. 409 carries what stands there instead; nothing was
        overwritten.
        """
        operation, person = dict(asked.body), asked.caller
        token = operation.pop("signature", "")
        signature = self._signature(person, operation, token) if token else ""
        return self._desk.operate(person, operation, signature, self._whom(operation))

    def _whom(self, operation: Mapping[str, Any]) -> Person | None:
        """Return who is named in an operation, where somebody is who may come in."""
        value = operation.get("value")
        name = value.get("to") if operation["kind"] == "give" and isinstance(value, dict) else None
        return self._accounts.person(name) if isinstance(name, str) else None

    def _signature(self, person: Person, operation: dict[str, Any], token: str) -> str:
        kind = operation["kind"]
        subject = operation.get("case_id" if kind == "break_blind" else "review_id", "")
        return self._accounts.signed(token, person, f"{kind}:{subject}", operation["op_id"])

    def waiting(self, asked: Asked) -> dict[str, Any]:
        """Return the cases that an adjudicator may take."""
        return _told(asked.caller, self._desk.waiting(asked.caller))

    def overview(self, asked: Asked) -> dict[str, Any]:
        """Return how far every case is, for a coordinator; no answer.

        `people` says how to name each of them; who has the name of somebody else is named with
        their account. `reviewers` are those who can be given a case.
        """
        asked.note = READ
        found = self._desk.overview(asked.caller)
        return self._named(asked, {**found, "reviewers": reviewers(self._accounts.active())})

    def _named(self, asked: Asked, found: dict[str, Any]) -> dict[str, Any]:
        """Return a list with how to name everybody in it."""
        people = told_apart(found, self._accounts.labels())
        return _told(asked.caller, {**found, "people": people})

    def discordant(self, asked: Asked) -> dict[str, Any]:
        """Return the cases whose reviewers differ, and on which questions, for a coordinator.

        Of cases that are in, and no words. `levels` is how far the scores of a question lie
        apart; null where it is no score, or where somebody gave a reason for none.
        """
        asked.note = READ
        return self._named(asked, self._desk.discordant(asked.caller))

    def calibration(self, asked: Asked) -> dict[str, Any]:
        """Return how often two readers of a case gave the same score, for a coordinator.

        And how each reviewer's scores are spread beside those of all others, for those who
        have given enough. As locked, before any adjudication or consensus.
        """
        asked.note = READ
        return self._named(asked, self._desk.calibration(asked.caller))

    def case(self, asked: Asked) -> dict[str, Any]:
        """Return a case with its answers, for a coordinator or an auditor.

        For a coordinator once every review of it is in, or after they broke the blind.
        """
        asked.note = READ
        return self._desk.case(asked.caller, asked.ids["case_id"])

    def coding_queue(self, asked: Asked) -> dict[str, Any]:
        """Return the reviews whose text a coder may read, without their authors, in their order.

        Those the coder has and those with a place for them; whether anybody else codes one,
        or is to, is not told.
        """
        return _told(asked.caller, self._desk.coding_queue(asked.caller))

    def coding_text(self, asked: Asked) -> dict[str, Any]:
        """Return one review's texts, the evidence beside them, and this coder's codings."""
        asked.note = READ
        return self._desk.coding_text(asked.caller, asked.ids["review_id"])

    def coding_progress(self, asked: Asked) -> dict[str, Any]:
        """Return how far the coding is: the curve of new themes and the stopping rule.

        A text that two code counts from when both are done. A coordinator who does not code
        is also told who has which text, since when.
        """
        found = self._desk.coding_progress(asked.caller)
        asked.note = READ if found["out"] else ""
        return self._named(asked, found)

    def resolving_queue(self, asked: Asked) -> dict[str, Any]:
        """Return the texts on which others differ and that a coder may settle."""
        return _told(asked.caller, self._desk.resolving_queue(asked.caller))

    def resolving_text(self, asked: Asked) -> dict[str, Any]:
        """Return a text, what its coders found alike, and where they differ, as A and B."""
        asked.note = READ
        return self._desk.resolving_text(asked.caller, asked.ids["review_id"])

    def extract(self, asked: Asked) -> dict[str, Any]:
        """Return the locked judgements of the cases that are in, for an analyst."""
        asked.note = READ
        return self._desk.extract(asked.caller)

    def events(self, asked: Asked) -> dict[str, Any]:
        """Return the next thousand events behind a place in the record, for an auditor."""
        asked.note = READ
        return self._desk.events(asked.caller, asked.after)

    def accesses(self, asked: Asked) -> dict[str, Any]:
        """Return the next thousand lines of the book of accesses, for an auditor.

        Asking is a line of the book itself: the end is reached with less than a thousand.
        """
        asked.note = READ
        return self._desk.accesses(asked.caller, asked.after)


def _told(person: Person, found: dict[str, Any]) -> dict[str, Any]:
    return {"person": plain(person), **found}
