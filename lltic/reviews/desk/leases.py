"""One live window per review. A lease is no record: it lives in memory and runs out.

Nothing depends on it for safety (a stale write is refused by its version all the
same); it keeps a person from typing the same review in two places.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lltic.clock import Clock
from lltic.errors import Problem, Refused

__all__ = ["LEASE_LIFE", "RETURN", "Leases"]

LEASE_LIFE = timedelta(seconds=30)

RETURN = timedelta(seconds=6)
"""How long a page that was left may take to come back before a window that only waits gets its
review: a page that is loaded again leaves, and comes back."""


@dataclass(frozen=True, slots=True)
class _Lease:
    """Which window holds a review, until when, and whether its page has been left."""

    window: str
    until: datetime
    is_left: bool = False


class Leases:
    """Which window holds which review, for each of its writers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[tuple[str, str], _Lease] = {}

    def hold(
        self,
        review_id: str,
        name: str,
        window: str,
        *,
        take_over: bool = False,
        opened: bool = False,
    ) -> None:
        """Hold a review, or go on holding it, from one window.

        Parameters
        ----------
        take_over : bool
            Whoever holds it.
        opened : bool
            The review has just been opened in this window: somebody has come to work on
            it, and need not wait for a page that has been left.

        Raises
        ------
        Refused
            ``open-elsewhere`` while another window holds it and is alive.
        """
        now = self._clock()
        held = self._held.get((review_id, name))
        other = held is not None and held.window not in ("", window) and held.until > now
        given = take_over or (opened and held is not None and held.is_left)
        if other and not given:
            hint = "Choose “Continue here” to go on in this window. Nothing is lost."
            raise Refused(Problem("open-elsewhere", "this review", "is open elsewhere", hint=hint))
        self._held[review_id, name] = _Lease(window, now + LEASE_LIFE)

    def release(self, review_id: str, name: str, window: str) -> None:
        """Let a review go whose page has been left; nothing happens when another window holds it.

        The same window has it back at once, and so has one in which the review is opened;
        a window that waits for it has it after :data:`RETURN`.
        """
        held = self._held.get((review_id, name))
        if held is not None and held.window == window and not held.is_left:
            until = min(held.until, self._clock() + RETURN)
            self._held[review_id, name] = _Lease(window, until, is_left=True)
