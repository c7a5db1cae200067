"""How often somebody may ask: a bucket per person and kind of call, filled at a steady rate.

No person at work ever meets a limit, nor does a page that comes back after
half an hour and sends all it has kept. They stop a program that runs wild.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["ALLOWANCES", "Allowance", "Limiter"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once, and so many a second ever after."""

    at_once: float
    per_second: float


ALLOWANCES: Mapping[str, Allowance] = {
    # A typist saves 2 or 3 times a second; a form has some 60 items, each of which a page
    # that was cut off may send again, from a few windows.
    "operate": Allowance(600, 50),
    "read": Allowance(300, 20),
    # Turning pages quickly: each is asked for its words and for its picture.
    "pages": Allowance(200, 20),
    "hold": Allowance(120, 10),
    # All log-ins, and all signatures, of all people together: each costs a core some 50 ms.
    "login": Allowance(100, 5),
    "sign": Allowance(100, 5),
    # Lines in the book of accesses about refusals: per person, and of all together.
    "refusals": Allowance(100, 1),
    "all refusals": Allowance(1000, 5),
}


class Limiter:
    """Buckets, all full at the start. Safe to call from several threads.

    Parameters
    ----------
    allowances : mapping
        By kind of call; a kind that is not in it has no limit.
    now : callable
        Seconds of a clock that only goes forward.
    """

    def __init__(
        self,
        allowances: Mapping[str, Allowance] = ALLOWANCES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowances = allowances
        self._now = now
        self._left: dict[tuple[str, str], tuple[float, float]] = {}
        self._turn = threading.Lock()

    def take(self, kind: str, who: str = "") -> float:
        """Take one, and return 0; or take nothing, and return the seconds until there is one."""
        allowed = self._allowances.get(kind)
        if allowed is None:
            return 0.0
        with self._turn:
            now = self._now()
            left, since = self._left.get((kind, who), (allowed.at_once, now))
            left = min(allowed.at_once, left + (now - since) * allowed.per_second)
            wait = 0.0 if left >= 1 else (1 - left) / allowed.per_second
            self._left[kind, who] = (left - 1 if left >= 1 else left, now)
            return wait
