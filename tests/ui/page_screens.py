"""A person's desk without a browser, on the service's own desk without a socket."""

from __future__ import annotations

from itertools import count

from ipywidgets import Widget

from lltic.errors import Problem, Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.client import ServiceDown
from lltic.reviews.desk import Desk as ServiceDesk
from lltic.reviews.desk.allotting import reviewers
from lltic.reviews.desk.oversight import told_apart
from lltic.reviews.service.calls import plain
from lltic.ui.desk import Desk
from lltic.ui.kit import Actions, Heading, Notice, Signature, Worklist

__all__ = ["FIRST", "LocalClient", "Screen"]

FIRST = "AAAAA-00001-1"


IDS = count()


class LocalClient:
    """The service's own desk, called without a socket between."""

    def __init__(self, desk: ServiceDesk, person) -> None:
        self._desk, self._person = desk, person
        self.is_down = self.is_over = False
        self.operations: list[dict] = []
        accounts = Accounts(desk._room.study.keys)
        self.labels, self.people = accounts.labels(), accounts.active()

    def _reach(self):
        if self.is_down:
            raise ServiceDown(Problem("service-down", "the review service", "does not answer"))
        if self.is_over:
            raise Refused(Problem("no-session", "the log-in", "has ended"))
        return self._desk

    def desk(self):
        return {"person": plain(self._person), **self._reach().worklist(self._person)}

    def review(self, review_id):
        return self._reach().review(self._person, review_id)

    def document(self, review_id, document_id):
        return self._reach().document(self._person, review_id, document_id)

    def note_page(self, review_id, document_id, page):
        return self._reach().note_page(self._person, review_id, document_id, str(page))

    def note_image(self, review_id, document_id, page, width):
        place = review_id, document_id, str(page)
        return self._reach().note_image(self._person, *place, str(width))

    def search(self, review_id, words):
        return self._reach().search(self._person, review_id, words)

    def operate(self, operation):
        self.operations.append(dict(operation))
        signature = "password" if operation.get("signature") == "a-token" else ""
        value = operation.get("value")
        named = value.get("to") if isinstance(value, dict) else None
        whom = next((person for person in self.people if person.name == named), None)
        return self._reach().operate(self._person, operation, signature, whom)

    def waiting(self):
        return self._reach().waiting(self._person)

    def overview(self):
        found = self._reach().overview(self._person)
        return self._named({**found, "reviewers": reviewers(self.people)})

    def _named(self, found):
        return {**found, "people": told_apart(found, self.labels)}

    def discordant(self):
        return self._named(self._reach().discordant(self._person))

    def calibration(self):
        return self._named(self._reach().calibration(self._person))

    def case(self, case_id):
        return self._reach().case(self._person, case_id)

    def exchange(self, ticket):
        self.is_over = ticket != "a-ticket"
        return plain(self._person)

    def hold(self, review_id, window, take_over=False, opened=False):
        how = {"take_over": take_over, "opened": opened}
        return self._reach().hold(self._person, review_id, window, **how)

    def release(self, review_id, window):
        return self._reach().release(self._person, review_id, window)


class Screen:
    """One person's desk, with short ways to look and to press."""

    def __init__(self, desk: ServiceDesk, person) -> None:
        self.client = LocalClient(desk, person)
        self.desk = Desk(self.client)
        self.desk.go("")

    def all(self, kind: type) -> list:
        found = []

        def walk(widget: Widget) -> None:
            if isinstance(widget, kind):
                found.append(widget)
            for child in getattr(widget, "children", ()):
                walk(child)

        walk(self.desk.view)
        return found

    def one(self, kind: type):
        (found,) = self.all(kind)
        return found

    def heading(self) -> str:
        return self.one(Heading).text

    def press(self, action: str, component: type = Actions, /, **payload) -> None:
        self.one(component)._receive(None, {"action": action, **payload}, [])

    def sign(self) -> None:
        """What the page does with the token that the web server gave it for the password."""
        self.press("signed", Signature, signature="a-token")

    def window(self, action: str, **payload) -> None:
        """What the page says of its tab."""
        self.desk._window._receive(None, {"action": action, **payload}, [])

    def titles(self) -> list[str]:
        return [notice.title for notice in self.all(Notice)]

    def open_first(self) -> None:
        query = self.one(Worklist).groups[0]["rows"][0]["query"]
        self.press("open", Worklist, case_id="AAAAA-00001", query=query)

    def write(self, field: str, value, review_id: str = FIRST) -> None:
        """What the browser does when the person answers."""
        review = self.client.review(review_id)
        version = review["fields"].get(field, {}).get("version", 0)
        op = {
            "op_id": f"from-browser-{next(IDS)}",
            "review_id": review_id,
            "case_id": review["case_id"],
            "field": field,
            "value": value,
            "base_version": version,
        }
        self.desk._status._receive(None, {"op": op}, [])

    def sent(self, monkeypatch) -> list[dict]:
        messages: list[dict] = []
        monkeypatch.setattr(self.desk._status, "send", lambda m, buffers=None: messages.append(m))
        return messages
