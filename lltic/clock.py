"""The one place that asks the time. Instants are aware and in UTC.

Everything else takes a :data:`Clock` as an argument, so that a test, the
synthetic trust and a replay can each bring their own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "parse_instant", "system_clock", "to_text"]

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


def to_text(instant: datetime) -> str:
    """Return an instant as fixed-width ISO 8601 text in UTC, to the microsecond.

    Examples
    --------
    >>> to_text(datetime(2026, 9, 2, 14, 3, 22, tzinfo=UTC))
    '2026-09-02T14:03:22.000000Z'
    """
    if instant.tzinfo is None:
        raise ValueError("a naive time has no place here: give it a time zone")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """Return the instant that :func:`to_text` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
