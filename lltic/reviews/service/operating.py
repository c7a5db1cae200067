"""The calls of whoever keeps the service running: how it is, and what it can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lltic.errors import Problem, Refused
from lltic.reviews.record.store import EventStore
from lltic.reviews.service import answers
from lltic.reviews.service.calls import CALLER, OPERATOR, Asked, Call
from lltic.reviews.service.metrics import Metrics, operator_secret, require_operator
from lltic.study import Study

__all__ = ["Operating", "unknown_call"]


class Operating:
    """What is asked about the service itself.

    Parameters
    ----------
    study : Study
        Its ``keys`` folder holds the operator's secret.
    store : EventStore
        Whether it can be reached.
    metrics : Metrics
        What was counted.
    document : callable
        Makes the interface's document.
    """

    def __init__(
        self,
        study: Study,
        store: EventStore,
        metrics: Metrics,
        document: Callable[[], dict[str, Any]],
    ) -> None:
        self._keys = study.keys
        operator_secret(study.keys)
        self._store = store
        self._metrics = metrics
        self._document = document

    def calls(self) -> list[Call]:
        """Return them, in the order of the document."""
        secret: dict[str, Any] = {"bearer": OPERATOR, "lane": "door", "media": "text/plain"}
        return [
            # Not where people read: those wait while something is being saved.
            Call("health", "/v1/health", self.health, answers.Health, lane="door"),
            Call("metrics", "/v1/metrics", self.metrics, answers.Text, **secret),
            Call("openapi", "/v1/openapi.json", self.openapi, answers.Json, lane="door"),
        ]

    def health(self, asked: Asked) -> dict[str, Any]:
        """Say that the service answers and reaches the record; 503 when it does not reach it."""
        self._store.head()
        return {"status": "ok", "record": True}

    def metrics(self, asked: Asked) -> bytes:
        """Return counts and times for Prometheus, to who holds the operator's secret.

        Nothing in them is about a person or a case, and nothing says how long the record is.
        A reviewer may not have them all the same: a count that goes up tells of others.
        """
        require_operator(self._keys, asked.bearer)
        return self._metrics.text()

    def openapi(self, asked: Asked) -> dict[str, Any]:
        """Return this document."""
        return self._document()


def unknown_call(code: str, message: str) -> Call:
    """Return the call that answers what is no call."""

    def refuse(asked: Asked) -> dict[str, Any]:
        raise Refused(Problem(code, "the call", message, hint="See /v1/openapi.json."))

    return Call(code, "", refuse, answers.Nothing, bearer=CALLER)
