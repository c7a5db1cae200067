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

__all__ = ["Client", "ServiceDown"]


class ServiceDown(LlticError):
    """The service does not answer; try the same call again, with the same operation id."""


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

    def operate(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        """Do one operation; the answer comes after the commit. Safe to repeat."""
        return self._call("POST", "/v1/operations", operation)

    def coding_queue(self) -> dict[str, Any]:
        """Return the texts open to this coder, and the codebook."""
        return self._call("GET", "/v1/coding")

    def coding_text(self, review_id: str) -> dict[str, Any]:
        """Return one review's texts and this coder's codings on them."""
        return self._call("GET", f"/v1/coding/{quote(review_id, safe='')}")

    def health(self) -> dict[str, Any]:
        """Return ``{"status": "ok"}``."""
        return self._call("GET", "/v1/health")

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        connection = _UnixConnection(self._socket_path, self._timeout)
        headers = {"Content-Type": "application/json"}
        if self._capability:
            headers["Authorization"] = f"Bearer {self._capability}"
        try:
            data = None if body is None else json.dumps(body, ensure_ascii=True).encode("ascii")
            connection.request(method, path, body=data, headers=headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            raise ServiceDown(_down()) from None
        finally:
            connection.close()
        if response.status == 200:
            return answer
        if response.status >= 500:
            problems = [Problem(**p) for p in answer.get("problems", ())]
            raise ServiceDown(problems or _down())
        refusal = Refused([Problem(**p) for p in answer["problems"]])
        refusal.conflict = answer.get("conflict")
        raise refusal


def _down() -> Problem:
    hint = "Your words are kept on the page; it is tried again by itself."
    return Problem("service-down", "the review service", "does not answer", hint=hint)
