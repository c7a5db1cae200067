"""The review service: the only process that holds the record, the notes and the keys.

An HTTP interface on a Unix socket. Whoever calls has a capability for one
person, and gets what that person may see and do; see :mod:`lltic.reviews.rules`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lltic.clock import Clock, system_clock
from lltic.errors import LlticError, Problem, Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.desk import Desk
from lltic.reviews.rules import Person
from lltic.reviews.store import EventStore, StoreUnavailable
from lltic.study import Study

__all__ = ["build"]

MAX_BODY = 2_000_000

log = logging.getLogger("lltic.reviews")

Handler = Callable[[Request], Awaitable[Any]]


class _Service:
    """The routes; each returns plain data or raises."""

    def __init__(self, desk: Desk, accounts: Accounts) -> None:
        self.desk = desk
        self.accounts = accounts

    async def login(self, request: Request) -> dict[str, Any]:
        body = await _body(request)
        name, password = _text(body, "name"), _text(body, "password")
        # argon2 takes its time on purpose: not on the thread that saves people's words.
        session, person = await asyncio.to_thread(self.accounts.log_in, name, password)
        return {"session": session, **_plain(person)}

    async def session(self, request: Request) -> dict[str, Any]:
        return _plain(self.accounts.session(_text(await _body(request), "session")))

    async def logout(self, request: Request) -> dict[str, Any]:
        self.accounts.close_session(_text(await _body(request), "session"))
        return {}

    async def ticket(self, request: Request) -> dict[str, Any]:
        body = await _body(request)
        return {"ticket": self.accounts.ticket(_text(body, "session"), _text(body, "kernel_id"))}

    async def exchange(self, request: Request) -> dict[str, Any]:
        capability, person = self.accounts.exchange(_text(await _body(request), "ticket"))
        return {"capability": capability, **_plain(person)}

    async def worklist(self, request: Request) -> dict[str, Any]:
        person = self._caller(request)
        return {"person": _plain(person), **self.desk.worklist(person)}

    async def review(self, request: Request) -> dict[str, Any]:
        return self.desk.review(self._caller(request), request.path_params["review_id"])

    async def document(self, request: Request) -> dict[str, Any]:
        ids = request.path_params
        pages = self.desk.document(self._caller(request), ids["review_id"], ids["document_id"])
        return {"pages": pages}

    async def operate(self, request: Request) -> dict[str, Any]:
        person = self._caller(request)
        return self.desk.operate(person, await _body(request))

    async def coding_queue(self, request: Request) -> dict[str, Any]:
        person = self._caller(request)
        return {"person": _plain(person), **self.desk.coding_queue(person)}

    async def coding_text(self, request: Request) -> dict[str, Any]:
        return self.desk.coding_text(self._caller(request), request.path_params["review_id"])

    async def health(self, request: Request) -> dict[str, Any]:
        return {"status": "ok"}

    def _caller(self, request: Request) -> Person:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.accounts.capability(token if scheme == "Bearer" else "")


def build(study: Study, store: EventStore, clock: Clock = system_clock) -> Starlette:
    """Return the service for one study as an ASGI application."""
    accounts = Accounts(study.keys, clock)
    service = _Service(Desk(study, store, clock), accounts)
    routes: list[tuple[str, str, Handler]] = [
        ("POST", "/v1/login", service.login),
        ("POST", "/v1/session", service.session),
        ("POST", "/v1/logout", service.logout),
        ("POST", "/v1/ticket", service.ticket),
        ("POST", "/v1/exchange", service.exchange),
        ("GET", "/v1/desk", service.worklist),
        ("GET", "/v1/reviews/{review_id}", service.review),
        ("GET", "/v1/reviews/{review_id}/documents/{document_id}", service.document),
        ("POST", "/v1/operations", service.operate),
        ("GET", "/v1/coding", service.coding_queue),
        ("GET", "/v1/coding/{review_id}", service.coding_text),
        ("GET", "/v1/health", service.health),
    ]
    return Starlette(routes=[Route(path, _answering(h), methods=[m]) for m, path, h in routes])


def _answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await handler(request))
        except StoreUnavailable as error:
            return _refusal(error, 503)
        except Refused as error:
            more = {"conflict": error.conflict} if error.conflict else {}
            return _refusal(error, 409 if more else 403, **more)
        except LlticError as error:
            return _refusal(error, 500)
        except Exception as error:  # the last door: say that it failed, never with what
            log.error("%s failed: %s", request.url.path.split("/")[2], type(error).__name__)
            problem = Problem("service-failed", "the review service", "failed on this call")
            return _refusal(LlticError(problem), 500)

    return endpoint


def _refusal(error: LlticError, status: int, **more: Any) -> JSONResponse:
    log.info("refused: %s", ", ".join(error.codes))
    return JSONResponse({"problems": [p.as_dict() for p in error.problems], **more}, status)


async def _body(request: Request) -> dict[str, Any]:
    size = 0
    parts = []
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise Refused(
                Problem("too-large", "the request", "is too large", f"{MAX_BODY:,} bytes")
            )
        parts.append(part)
    try:
        data = json.loads(b"".join(parts))
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Refused(Problem("bad-request", "the request", "is not a JSON object"))
    return data


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or len(value) > 1024:
        raise Refused(Problem("bad-request", key, "is not a short text"))
    return value


def _plain(person: Person) -> dict[str, Any]:
    return {"name": person.name, "label": person.label, "roles": list(person.roles)}
