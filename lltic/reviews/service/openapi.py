"""The interface's document, OpenAPI 3.1, made from the calls themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from lltic.reviews.service.answers import Problems
from lltic.reviews.service.calls import CALLER, OPERATOR, VOUCHER, Call

__all__ = ["document"]

VERSION = "1.4"
"""Of the interface: the first number is that of the path, the second grows with each addition."""

ABOUT = """\
What a page, a web server or a trust's own client may ask of the review service of one
study. HTTP/1.1 over a Unix socket that only its owner can reach; JSON both ways.

Fields that are not described are refused. Whatever is refused, nothing was changed, and the
answer is `{"problems": [...]}`, with codes that do not change and never with a value. Within
`/v1`, calls and fields are added and none is taken away or given another meaning.
"""

SECRETS = {
    CALLER: "A person's capability, from `/v1/exchange`.",
    VOUCHER: "The secret of the one proxy or Hub that may vouch (`keys/voucher.key`).",
    OPERATOR: "The operator's secret (`keys/operator.key`).",
}

MEANINGS = {
    400: "Not a request this call understands.",
    401: "Nobody who may ask this, or not any more.",
    403: "Not for this person, not now, or not like this.",
    404: "No such call.",
    405: "The call is there, with another method.",
    409: "Changed elsewhere since the writer saw it; `conflict` is what stands there.",
    413: "Too large.",
    429: "Too many at once; `Retry-After` says how many seconds to wait. Send the same again.",
    500: "The service failed on this call. Send the same again.",
    503: "The disk or the database refused. Send the same again.",
}


def document(calls: Iterable[Call]) -> dict[str, Any]:
    """Return the document of some calls.

    Parameters
    ----------
    calls : iterable of Call
        In the order they are to be read in.
    """
    calls = list(calls)
    models = [Problems, *(c.answer for c in calls), *(c.body for c in calls if c.body)]
    wanted = [(model, "validation") for model in dict.fromkeys(models)]
    _, schemas = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    secrets = {
        name: {"type": "http", "scheme": "bearer", "description": said}
        for name, said in SECRETS.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "lltic review service", "version": VERSION, "description": ABOUT},
        "paths": {call.path: {call.method.lower(): _operation(call)} for call in calls},
        "components": {"schemas": schemas["$defs"], "securitySchemes": secrets},
    }


def _operation(call: Call) -> dict[str, Any]:
    first, _, rest = inspect.cleandoc(call.does.__doc__ or "").partition("\n\n")
    names = re.findall(r"{(\w+)}", call.path)
    parameters = [_parameter(name, "path", "string") for name in names]
    if call.query:
        parameters.append(_parameter(call.query, "query", "integer"))
    said: dict[str, Any] = {"operationId": call.name, "summary": first.replace("\n", " ")}
    if rest:
        said["description"] = rest
    if parameters:
        said["parameters"] = parameters
    if call.bearer:
        said["security"] = [{call.bearer: []}]
    elif call.name == "session" or (call.body and "issuer" in call.body.model_fields):
        said["security"] = [{}, {VOUCHER: []}]
    if call.body:
        content = {"application/json": {"schema": _named(call.body)}}
        said["requestBody"] = {"required": True, "content": content}
    answer = {"description": inspect.cleandoc(call.answer.__doc__ or "")}
    said["responses"] = {
        "200": {**answer, "content": {call.media: {"schema": _named(call.answer)}}},
        **{str(status): _refusal(status) for status in _refusals(call)},
    }
    return said


def _parameter(name: str, place: str, kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": kind}
    if kind == "integer":
        schema |= {"minimum": 0, "default": 0}
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _refusals(call: Call) -> list[int]:
    """Return the statuses with which a call may be refused."""
    found = {500, 503}
    found |= {401} if call.bearer or call.body else set()
    found |= {400, 403, 413} if call.body else set()
    found |= {403} if call.bearer == CALLER else set()
    found |= {400}  # parameters that are not known
    found |= {409} if call.name == "operate" else set()
    found |= {429} if call.limit else set()
    return sorted(found)


def _refusal(status: int) -> dict[str, Any]:
    said: dict[str, Any] = {
        "description": MEANINGS[status],
        "content": {"application/json": {"schema": _named(Problems)}},
    }
    if status == 429:
        said["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return said


def _named(model: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
