"""What the operator may measure: how often, how fast, how many; never who, or which case.

Counts tell of others' work all the same (one submission more, just now), and would
break the blind of a reviewer who could read them. So they are for who holds the
operator's secret, and the place in the record is not among them.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from lltic.errors import Problem, Refused
from lltic.study import write_atomically

__all__ = ["Metrics", "operator_secret", "require_operator"]

SECONDS = (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5)


class Metrics:
    """Counts and times, since the service started.

    Parameters
    ----------
    sessions : callable
        How many sessions are open.
    left_out : callable
        How many refusals are not written down yet.
    """

    def __init__(self, sessions: Callable[[], int], left_out: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        labels = ("call", "outcome")
        said = "Calls, by what was asked and what came of it."
        self._calls = Counter("lltic_calls", said, labels, registry=self._registry)
        said = "Seconds from a whole request to its answer; of operations, after the commit."
        self._seconds = Histogram(
            "lltic_seconds", said, ("call",), buckets=SECONDS, registry=self._registry
        )
        self._add("lltic_sessions_open", "Sessions that are open.", sessions)
        self._add("lltic_refusals_left_out", "Refusals not in the book of accesses yet.", left_out)

    def _add(self, name: str, said: str, ask: Callable[[], int]) -> None:
        Gauge(name, said, registry=self._registry).set_function(ask)

    def count(self, call: str, outcome: str, seconds: float) -> None:
        """Count one call, by names of ours."""
        self._calls.labels(call, outcome).inc()
        self._seconds.labels(call).observe(seconds)

    def text(self) -> bytes:
        """Return them as Prometheus reads them."""
        return generate_latest(self._registry)


def operator_secret(keys: Path) -> Path:
    """Return the file of the operator's secret, for its owner alone; made when there is none."""
    file = keys / "operator.key"
    if not file.exists():
        with write_atomically(file, "w", 0o600) as stream:
            stream.write(secrets.token_urlsafe(32))
    return file


def require_operator(keys: Path, secret: str) -> None:
    """Raise Refused (``no-operator``) unless this is the operator's secret."""
    kept = operator_secret(keys).read_bytes().strip()
    given = secret.encode("utf-8", "replace")
    # Hashes of one length: neither the comparison nor the length tells anything.
    if not kept or not hmac.compare_digest(sha256(given).digest(), sha256(kept).digest()):
        raise Refused(Problem("no-operator", "the call", "does not come from the operator"))
