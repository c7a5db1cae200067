"""From a request to an answer: check it, know who asks, do it, write down what must be."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import pydantic_core
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from lltic.errors import LlticError, Problem, Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.record.store import StoreUnavailable
from lltic.reviews.rules import OPERATIONS
from lltic.reviews.service.accesses import AccessBook
from lltic.reviews.service.calls import CALLER, Asked, Call, Later
from lltic.reviews.service.lanes import Lanes
from lltic.reviews.service.limits import Limiter
from lltic.reviews.service.metrics import Metrics
from lltic.reviews.service.shapes import MAX_BODY, Body

__all__ = ["STATUS", "Answering"]

log = logging.getLogger("lltic.reviews")

STATUS: Mapping[str, int] = {
    "bad-request": 400,
    "no-session": 401,
    "wrong-login": 401,
    "no-voucher": 401,
    "no-operator": 401,
    "no-grant": 401,
    "no-such-call": 404,
    "wrong-method": 405,
    "conflict": 409,
    "too-large": 413,
    "too-many": 429,
}
"""By the first problem's code; 403 for every other refusal."""


class TooMany(Refused):
    """More than anybody does by hand; try again after so many seconds."""

    def __init__(self, seconds: float) -> None:
        hint = "Nothing is lost. It is tried again by itself."
        super().__init__(Problem("too-many", "calls of this kind", "came at once", hint=hint))
        self.seconds = seconds


class Answering:
    """Answers every request in the same way.

    Parameters
    ----------
    accounts : Accounts
        Whose capability it is.
    book : AccessBook
        Where refusals and reads are written down.
    limiter : Limiter
        How often somebody may ask.
    lanes : Lanes
        The threads.
    metrics : Metrics
        How often, and how fast.
    """

    def __init__(
        self,
        accounts: Accounts,
        book: AccessBook,
        limiter: Limiter,
        lanes: Lanes,
        metrics: Metrics,
    ) -> None:
        self._accounts = accounts
        self._book = book
        self._limiter = limiter
        self._lanes = lanes
        self._metrics = metrics

    def endpoint(self, call: Call) -> Callable[[Request], Any]:
        """Return what Starlette calls for a call of the interface."""

        async def endpoint(request: Request) -> Response:
            return await self.answer(call, request)

        return endpoint

    def handler(self, call: Call) -> Callable[[Request, Exception], Any]:
        """Return what Starlette calls for a request that is no call."""

        async def handler(request: Request, error: Exception) -> Response:
            return await self.answer(call, request)

        return handler

    async def answer(self, call: Call, request: Request) -> Response:
        """Answer a request, whatever it is."""
        began = time.perf_counter()
        asked = Asked(_bearer(request), dict(request.path_params))
        try:
            response, code = await self._answered(call, asked, request), "done"
        except Exception as failure:
            error = _known(failure, call)
            if isinstance(error, Refused):
                await self._lanes.run("write", lambda: self._refused(call, asked, error))
            response, code = _refusal(error), error.codes[0]
        self._metrics.count(_name(call, asked), code, time.perf_counter() - began)
        return response

    async def _answered(self, call: Call, asked: Asked, request: Request) -> Response:
        raw = await _received(request) if call.body else b""
        query = request.query_params.multi_items()
        content = await self._lanes.run(call.lane, lambda: self._do(call, asked, raw, query))
        if asked.note:  # what cannot be written down is neither done nor given away
            line = (asked.note, call.name, asked.person, asked.named())
            await self._lanes.run("write", lambda: self._book.note(*line))
        if not isinstance(content, bytes):
            later = content
            content = await self._lanes.run(call.lane, lambda: _rendered(later()))
        return Response(content, media_type=_media(call, content))

    def _do(
        self, call: Call, asked: Asked, raw: bytes, query: list[tuple[str, str]]
    ) -> bytes | Later:
        if call.bearer == CALLER:
            asked.person = self._accounts.capability(asked.bearer)
        wait = self._limiter.take(call.limit, asked.person.name if asked.person else "")
        if wait:
            raise TooMany(wait)
        if call.body:
            asked.body = _checked(call.body, raw)
        asked.after = _place(call, query)
        answer = call.does(asked)
        return answer if callable(answer) else _rendered(answer)

    def _refused(self, call: Call, asked: Asked, error: LlticError) -> None:
        kind = asked.note if asked.note in ("login_failed", "locked_out") else "refused"
        name = _name(call, asked)
        log.info("refused: %s: %s", name, ", ".join(error.codes))
        self._book.refused(kind, name, asked.person, asked.named(), error.codes)


def _name(call: Call, asked: Asked) -> str:
    """Return what was asked, in our words: the kind of an operation may be anything."""
    if call.name != "operate":
        return call.name
    kind = asked.body.get("kind")
    return f"operate.{kind if kind in OPERATIONS else 'unknown'}"


def _media(call: Call, content: bytes) -> str:
    """Return what is answered; of a picture, what it turned out to be."""
    if call.media != "image/*":
        return call.media
    return "image/jpeg" if content.startswith(b"\xff\xd8") else "image/png"


def _rendered(answer: Any) -> bytes:
    if isinstance(answer, bytes):
        return answer
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _known(error: Exception, call: Call) -> LlticError:
    """Return what is said of an error; of one that nobody foresaw, only that there was one."""
    if isinstance(error, LlticError) and error.codes[0] == "bad-text":
        return Refused(error.problems)
    if isinstance(error, LlticError):
        return error
    log.error("%s failed: %s", call.name, type(error).__name__)
    return LlticError(Problem("service-failed", "the review service", "failed on this call"))


def _refusal(error: LlticError) -> Response:
    content: dict[str, Any] = {"problems": [p.as_dict() for p in error.problems]}
    headers = {}
    status = 503 if isinstance(error, StoreUnavailable) else 500
    if isinstance(error, Refused):
        status = STATUS.get(error.codes[0], 403)
        if error.conflict:
            content["conflict"], status = error.conflict, 409
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(int(error.seconds) + 1)
    return Response(json.dumps(content), status, headers, media_type="application/json")


async def _received(request: Request) -> bytes:
    size, parts = 0, []
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            allowed = f"{MAX_BODY:,} bytes"
            raise Refused(Problem("too-large", "the request", "is too large", allowed))
        parts.append(part)
    return b"".join(parts)


def _checked(body: type[Body], raw: bytes) -> dict[str, Any]:
    """Return what came in, when it has the shape it must have."""
    try:
        # Names of fields alone are worth keeping for the next request; passwords are not.
        data = pydantic_core.from_json(raw, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise Refused(Problem("bad-request", "the request", "is not a JSON object"))
    known = {name: data[name] for name in body.model_fields if name in data}
    problems = []
    try:
        body.__pydantic_validator__.validate_python(known)
    except ValidationError as error:
        problems = _wrong(error)
    if len(known) < len(data):
        # Their names are not repeated: they may be anything.
        said, allowed = "has fields that are not known", ", ".join(body.model_fields)
        problems.append(Problem("bad-request", "the request", said, allowed))
    if problems:
        raise Refused(problems)
    return known


def _wrong(error: ValidationError) -> list[Problem]:
    """Say which fields are wrong: in our words, for the library's quote what was sent."""
    wrong = {str(one["loc"][0]): one["type"] for one in error.errors(include_input=False)}
    return [
        Problem("bad-request", name, "is missing" if kind == "missing" else "has the wrong shape")
        for name, kind in wrong.items()
    ]


def _place(call: Call, query: list[tuple[str, str]]) -> int:
    """Return a place in the record, where one may be asked for."""
    if not query:
        return 0
    if not call.query or [name for name, _ in query] != [call.query]:
        allowed = call.query or "none"
        raise Refused(Problem("bad-request", "the address", "has parameters", allowed))
    text = query[0][1]
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Refused(Problem("bad-request", "after", "is not a place in the record"))
    return int(text)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""
