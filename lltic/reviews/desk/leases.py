"""One live window per review. A lease is no record: it lives in memory and runs out.

Nothing depends on it for safety (a stale write is refused by its version all the
same); it keeps a person from typing the same review in two places.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from lltic.clock import Clock
from lltic.errors import Problem, Refused

__all__ = ["LEASE_LIFE", "Leases"]

LEASE_LIFE = timedelta(seconds=30)


class Leases:
    """Which window holds which review, for each of its writers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[tuple[str, str], tuple[str, datetime]] = {}

    def hold(self, review_id: str, name: str, window: str, *, take_over: bool = False) -> None:
        """Hold a review, or go on holding it, from one window.

        Raises
        ------
        Refused
            ``open-elsewhere`` while another window holds it and is alive.
        """
        now = self._clock()
        holder, until = self._held.get((review_id, name), ("", now))
        if holder not in ("", window) and until > now and not take_over:
            hint = "Choose “Continue here” to go on in this window. Nothing is lost."
            raise Refused(Problem("open-elsewhere", "this review", "is open elsewhere", hint=hint))
        self._held[review_id, name] = (window, now + LEASE_LIFE)

    def release(self, review_id: str, name: str) -> None:
        """Let a review go."""
        self._held.pop((review_id, name), None)
