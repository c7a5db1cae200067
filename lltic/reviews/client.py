"""The caller's side of the review service: standard library only, one Unix socket.

This is all of ``reviews`` that a reviewer's kernel and the web server may load.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from lltic.errors import LlticError, Problem, Refused

__all__ = ["Client", "ServiceBusy", "ServiceDown"]


DRAWING = 20.0
"""Seconds to wait for a picture: the service gives up a page sooner, and says so."""


class ServiceDown(LlticError):
    """The service does not answer; try the same call again, with the same operation id."""


class ServiceBusy(ServiceDown):
    """It had too many calls of this kind; try the same call again in so many ``seconds``."""

    seconds = 1.0


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Client:
    """Calls to the review service.

    Parameters
    ----------
    socket_path : str
        The service's Unix socket.
    capability : str
        Who is calling; got with :meth:`exchange` when empty.
    timeout : float
        Seconds to wait for an answer.
    """

    def __init__(self, socket_path: str, capability: str = "", timeout: float = 5.0) -> None:
        self._socket_path = socket_path
        self._capability = capability
        self._timeout = timeout

    def __repr__(self) -> str:
        return "Client(…)"

    # -- log-in, called by the web server ---------------------------------------------

    def login(self, name: str, password: str) -> dict[str, Any]:
        """Return ``session, name, label, roles``; Refused when it is not right."""
        return self._call("POST", "/v1/login", {"name": name, "password": password})

    def session(self, session: str) -> dict[str, Any]:
        """Return ``name, label, roles`` of a session; Refused when it has ended."""
        return self._call("POST", "/v1/session", {"session": session})

    def vouch(
        self, secret: str, issuer: str, subject: str, *, turn: str = "", signed_in_at: int = 0
    ) -> dict[str, Any]:
        """Return ``grant, name, label, roles`` of who signed in elsewhere, for who may vouch.

        Parameters
        ----------
        turn : str
            For what the person was sent to sign in again, if they were.
        signed_in_at : int
            When they last showed who they are, seconds since 1970; 0 when nobody says.
        """
        claim = {"issuer": issuer, "subject": subject, "turn": turn, "signed_in_at": signed_in_at}
        return self._call("POST", "/v1/vouch", claim, secret)

    def redeem(self, grant: str) -> dict[str, Any]:
        """Trade a grant, once, for ``session, name, label, roles``."""
        return self._call("POST", "/v1/redeem", {"grant": grant})

    def vouched_session(
        self, session: str, secret: str, issuer: str, subject: str
    ) -> dict[str, Any]:
        """Return ``name, label, roles`` of a session that is this identity's; or Refused."""
        claim = {"session": session, "issuer": issuer, "subject": subject}
        return self._call("POST", "/v1/session", claim, secret)

    def change_password(self, name: str, password: str, new: str) -> dict[str, Any]:
        """Choose a new password; return ``session, name, label, roles``; others' end."""
        said = {"name": name, "password": password, "new_password": new}
        return self._call("POST", "/v1/password", said)

    def again(self, session: str, password: str) -> dict[str, Any]:
        """Go on with a session, open or over, as its owner; return as :meth:`login` does."""
        return self._call("POST", "/v1/again", {"session": session, "password": password})

    def again_after(self, session: str, turn: str) -> dict[str, Any]:
        """Go on with a session after a sign-in that somebody vouched for; as :meth:`login`."""
        return self._call("POST", "/v1/again", {"session": session, "turn": turn})

    def vouched_again(self, session: str, secret: str, issuer: str, subject: str) -> dict[str, Any]:
        """Go on with a session that is this identity's; return as :meth:`login` does."""
        claim = {"session": session, "issuer": issuer, "subject": subject}
        return self._call("POST", "/v1/again", claim, secret)

    def sign(self, session: str, password: str, act: str) -> dict[str, Any]:
        """Return ``signature``: of the session's owner, for one act, for two minutes.

        Parameters
        ----------
        act : str
            ``submit:REVIEW_ID``, ``reopen:REVIEW_ID`` or ``break_blind:CASE_ID``.
        """
        said = {"session": session, "password": password, "act": act}
        return self._call("POST", "/v1/sign", said)

    def vouched_sign(
        self,
        session: str,
        secret: str,
        issuer: str,
        subject: str,
        act: str,
        *,
        turn: str = "",
        signed_in_at: int = 0,
    ) -> dict[str, Any]:
        """Return ``signature`` of who has signed in again elsewhere since ``turn`` was asked for.

        Parameters
        ----------
        turn : str
            Chosen by the page: this act, this time. The first call with it asks for it.
        signed_in_at : int
            When the person last showed who they are, seconds since 1970.
        """
        said = {"session": session, "issuer": issuer, "subject": subject, "act": act}
        more = {"turn": turn, "signed_in_at": signed_in_at}
        return self._call("POST", "/v1/sign", {**said, **more}, secret)

    def sign_after(self, session: str, act: str, turn: str) -> dict[str, Any]:
        """Return ``signature``, after a sign-in that somebody vouched for since ``turn``."""
        return self._call("POST", "/v1/sign", {"session": session, "act": act, "turn": turn})

    def logout(self, session: str) -> None:
        """End a session and everything that came from it."""
        self._call("POST", "/v1/logout", {"session": session})

    def ticket(self, session: str, kernel_id: str) -> dict[str, Any]:
        """Return ``ticket``: single use, one minute, for one kernel."""
        return self._call("POST", "/v1/ticket", {"session": session, "kernel_id": kernel_id})

    # -- the desk, called by a kernel ---------------------------------------------------

    def exchange(self, ticket: str) -> dict[str, Any]:
        """Trade a ticket for a capability, which this client uses from now on."""
        answer = self._call("POST", "/v1/exchange", {"ticket": ticket})
        self._capability = answer["capability"]
        return answer

    def desk(self) -> dict[str, Any]:
        """Return the person, the study's title and the person's own worklist."""
        return self._call("GET", "/v1/desk")

    def review(self, review_id: str) -> dict[str, Any]:
        """Return one of the person's reviews: case, form, answers with versions."""
        return self._call("GET", f"/v1/reviews/{quote(review_id, safe='')}")

    def document(self, review_id: str, document_id: str) -> list[str]:
        """Return the pages of one document of a review's case."""
        path = f"/v1/reviews/{quote(review_id, safe='')}/documents/{quote(document_id, safe='')}"
        return self._call("GET", path)["pages"]

    def note(self, review_id: str, document_id: str) -> dict[str, Any]:
        """Return ``shown_as`` (``pictures`` or ``text``), ``pages``, ``sha256``, ``sizes``."""
        return self._call("GET", _pages(review_id, document_id))

    def note_page(self, review_id: str, document_id: str, page: int) -> dict[str, Any]:
        """Return ``text``, ``size`` and ``words`` of a page, which counts from 1."""
        return self._call("GET", f"{_pages(review_id, document_id)}/{page}")

    def note_image(self, review_id: str, document_id: str, page: int, width: int) -> bytes:
        """Return a page as PNG or JPEG; Refused, with the reason, when it cannot be shown."""
        path = f"{_pages(review_id, document_id)}/{page}/image/{width}"
        return self._bytes("GET", path, seconds=DRAWING)

    def search(self, review_id: str, words: str) -> dict[str, Any]:
        """Return ``hits`` in the documents of a review's case, and whether there are ``more``."""
        path = f"/v1/reviews/{quote(review_id, safe='')}/search"
        return self._call("POST", path, {"words": words})

    def operate(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        """Do one operation; the answer comes after the commit. Safe to repeat."""
        return self._call("POST", "/v1/operations", operation)

    def hold(
        self, review_id: str, window: str, take_over: bool = False, opened: bool = False
    ) -> dict[str, Any]:
        """Say that a window works on a review; Refused while another one does.

        ``opened`` when it was opened there this moment: a page that was left is not waited for.
        """
        path = f"/v1/reviews/{quote(review_id, safe='')}/hold"
        said = {"window": window, "take_over": take_over, "opened": opened}
        return self._call("POST", path, said)

    def release(self, review_id: str, window: str) -> dict[str, Any]:
        """Say that a review's page has been left in a window."""
        path = f"/v1/reviews/{quote(review_id, safe='')}/release"
        return self._call("POST", path, {"window": window})

    def waiting(self) -> dict[str, Any]:
        """Return the cases that this adjudicator may take."""
        return self._call("GET", "/v1/adjudication")

    def overview(self) -> dict[str, Any]:
        """Return how far every case is, for a coordinator."""
        return self._call("GET", "/v1/overview")

    def case(self, case_id: str) -> dict[str, Any]:
        """Return a case with its answers, for a coordinator or an auditor."""
        return self._call("GET", f"/v1/cases/{quote(case_id, safe='')}")

    def discordant(self) -> dict[str, Any]:
        """Return the cases whose reviewers differ, and on what, for a coordinator."""
        return self._call("GET", "/v1/discordant")

    def calibration(self) -> dict[str, Any]:
        """Return how scores agree and how they are spread, for a coordinator."""
        return self._call("GET", "/v1/calibration")

    def extract(self) -> dict[str, Any]:
        """Return the locked judgements of the cases that are in, for an analyst."""
        return self._call("GET", "/v1/extract")

    def events(self, after: int = 0) -> dict[str, Any]:
        """Return the next thousand events behind a place in the record, for an auditor."""
        return self._call("GET", f"/v1/events?after={after}")

    def accesses(self, after: int = 0) -> dict[str, Any]:
        """Return the next thousand lines of the book of accesses, for an auditor."""
        return self._call("GET", f"/v1/accesses?after={after}")

    def coding_queue(self) -> dict[str, Any]:
        """Return the texts open to this coder, and the codebook."""
        return self._call("GET", "/v1/coding")

    def coding_text(self, review_id: str) -> dict[str, Any]:
        """Return one review's texts, the evidence beside them, and this coder's codings."""
        return self._call("GET", f"/v1/coding/{quote(review_id, safe='')}")

    def coding_progress(self) -> dict[str, Any]:
        """Return how far the coding is: the plan, the curve of new themes, who has what."""
        return self._call("GET", "/v1/coding-progress")

    def resolving_queue(self) -> dict[str, Any]:
        """Return the texts on which others differ and that this coder may settle."""
        return self._call("GET", "/v1/resolving")

    def resolving_text(self, review_id: str) -> dict[str, Any]:
        """Return one of those texts, with both sides and without names."""
        return self._call("GET", f"/v1/resolving/{quote(review_id, safe='')}")

    def health(self) -> dict[str, Any]:
        """Return ``status`` and ``record``; ServiceDown when it does not reach the record."""
        return self._call("GET", "/v1/health")

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, secret: str = ""
    ) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(self._bytes(method, path, body, secret))
        except ValueError:
            raise ServiceDown(_down()) from None
        return answer

    def _bytes(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        secret: str = "",
        seconds: float = 0,
    ) -> bytes:
        connection = _UnixConnection(self._socket_path, max(self._timeout, seconds))
        headers = {"Content-Type": "application/json"}
        if bearer := secret or self._capability:
            headers["Authorization"] = f"Bearer {bearer}"
        try:
            data = None if body is None else json.dumps(body, ensure_ascii=True).encode("ascii")
            connection.request(method, path, body=data, headers=headers)
            response = connection.getresponse()
            content = response.read()
            answer = {} if response.status == 200 else json.loads(content)
        except (OSError, http.client.HTTPException, ValueError):
            raise ServiceDown(_down()) from None
        finally:
            connection.close()
        if response.status == 200:
            return content
        if response.status >= 500:
            problems = [Problem(**p) for p in answer.get("problems", ())]
            raise ServiceDown(problems or _down())
        if response.status == 429:
            busy = ServiceBusy([Problem(**p) for p in answer["problems"]])
            busy.seconds = float(response.headers["Retry-After"])
            raise busy
        refusal = Refused([Problem(**p) for p in answer["problems"]])
        refusal.conflict = answer.get("conflict")
        raise refusal


def _pages(review_id: str, document_id: str) -> str:
    document = quote(document_id, safe="")
    return f"/v1/reviews/{quote(review_id, safe='')}/documents/{document}/pages"


def _down() -> Problem:
    hint = "Your words are kept on the page; it is tried again by itself."
    return Problem("service-down", "the review service", "does not answer", hint=hint)
