"""Somebody with a capability who sends anything at all, over one connection."""

from __future__ import annotations

import http.client
import json
import time

from running_service import FIRST, Line

from lltic.audit.store import verify
from lltic.reviews.client import _UnixConnection

__all__ = ["FIELDS", "Evil", "wrong_claims"]

FIELDS = ("op_id", "case_id", "review_id", "field", "value", "base_version", "reason", "window")
FIELDS = (*FIELDS, "signature", "kind")


class Evil:
    """One connection, kept open, over which anything is sent."""

    def __init__(self, line: Line, name: str) -> None:
        self.line = line
        self.client = line.client(name)
        self.bearer = line.capabilities[name]
        self.connection = _UnixConnection(line.socket, 20)
        line.open.append(self.connection)
        self.statuses: list[int] = []
        self.slowest = 0.0

    def send(self, body: object, path: str = "/v1/operations") -> tuple[int, dict]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.bearer}"}
        began = time.perf_counter()
        try:
            self.connection.request("POST", path, body=data, headers=headers)
            response = self.connection.getresponse()
            status, answer = response.status, json.loads(response.read())
        except (BrokenPipeError, ConnectionResetError, http.client.HTTPException):
            self.connection.close()  # an oversized request may be cut off before it is all sent
            return 413, {}
        self.slowest = max(self.slowest, time.perf_counter() - began)
        self.statuses.append(status)
        return status, answer

    def good(self, kind: str) -> dict[str, object]:
        """An operation of a kind that would be well formed."""
        values: dict[str, object] = {
            "answer": {"value": 4},
            "take": {"kind": "independent"},
            "withdraw": {"offer_again": True},
            "offer": {"discipline": ""},
            "give": {"to": "ben"},
            "escalation_update": {"to": "Medical Examiner"},
            "code": {"theme": "monitoring", "start": 0, "end": 4, "codebook_hash": "0" * 64},
            "uncode": {"coding_id": "operation-1"},
            "release_text": {"coder": "amira"},
            "resolve": {"difference": "0" * 32, "keep": []},
        }
        operation = self.line.operation(kind, FIRST, value=values.get(kind), base_version=0)
        return {**operation, "field": "admission.score", "reason": "because", "window": ""}


def wrong_claims(study) -> list:
    """What an auditor finds wrong with the record: all its events are decided once more."""
    return [claim for claim in verify(study) if not claim.passed]
