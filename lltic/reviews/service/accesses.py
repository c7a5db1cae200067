"""The book of accesses: what was refused, who came in, who read what others wrote.

It holds no value of anybody's. A flood of refusals cannot fill the disk: what is
over the limit is counted, and one line says how many were left out.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from lltic.clock import Clock, to_text
from lltic.errors import LlticError
from lltic.reviews.people import Person
from lltic.reviews.record.accesses import case_of
from lltic.reviews.record.events import Draft
from lltic.reviews.record.store import EventStore
from lltic.reviews.service.limits import Limiter

__all__ = ["AccessBook"]

log = logging.getLogger("lltic.reviews")


class AccessBook:
    """Writes the lines.

    Parameters
    ----------
    store : EventStore
        The book itself.
    clock : Clock
        Who tells the time.
    limiter : Limiter
        How many refusals are written.
    """

    def __init__(self, store: EventStore, clock: Clock, limiter: Limiter) -> None:
        self._store = store
        self._clock = clock
        self._limiter = limiter
        self._left_out: dict[str, int] = {}
        self._turn = threading.Lock()

    def note(
        self, kind: str, call: str, person: Person | None, ids: Mapping[str, Any], **more: Any
    ) -> None:
        """Write a line.

        Parameters
        ----------
        kind : str
            One of :data:`~lltic.reviews.record.events.ACCESS_KINDS`.
        call : str
            What was asked.
        ids : mapping
            ``case_id`` and ``review_id`` as they were asked for; what is not formed
            like one is not written.
        **more : Any
            What else is to be said; nothing that somebody typed.

        Raises
        ------
        StoreUnavailable
            It is not written, and what it would have allowed must not happen.
        """
        self._store.append([self._draft(kind, call, person, ids, more)])

    def refused(
        self,
        kind: str,
        call: str,
        person: Person | None,
        ids: Mapping[str, Any],
        codes: Sequence[str],
    ) -> None:
        """Write that something was refused; it is refused, whether that can be written or not."""
        name = person.name if person else ""
        if self._limiter.take("refusals", name) or self._limiter.take("all refusals"):
            self._leave_out(name, 1)
            return
        try:
            self.note(kind, call, person, ids, codes=list(codes))
        except LlticError as error:
            log.error("a refusal could not be written down: %s", ", ".join(error.codes))
            self._leave_out(name, 1)
        else:
            self.catch_up()

    def _leave_out(self, name: str, count: int) -> None:
        with self._turn:
            self._left_out[name] = self._left_out.get(name, 0) + count

    @property
    def left_out(self) -> int:
        """How many refusals wait to be summed up in a line."""
        return sum(self._left_out.values())

    def catch_up(self) -> None:
        """Say in a line for each person how many refusals were left out."""
        with self._turn:
            waiting, self._left_out = self._left_out, {}
        for name, count in waiting.items():
            if self._limiter.take("refusals", name) or self._limiter.take("all refusals"):
                self._leave_out(name, count)
                continue
            person = Person(name, "", "", ()) if name else None
            try:
                self.note("refused", "left-out", person, {}, left_out=count)
            except LlticError:
                self._leave_out(name, count)

    def _draft(
        self,
        kind: str,
        call: str,
        person: Person | None,
        ids: Mapping[str, Any],
        more: Mapping[str, Any],
    ) -> Draft:
        review_id = _formed(ids.get("review_id"))
        return Draft(
            op_id=f":{kind}:{secrets.token_hex(12)}",
            at=to_text(self._clock()),
            actor=person.name if person else "",
            role=",".join(person.roles) if person else "",
            organisation=person.organisation if person else "",
            kind=kind,
            case_id=case_of(ids.get("case_id")) or case_of(review_id),
            review_id=review_id,
            field=call,
            value=dict(more),
        )


def _formed(asked: object) -> str:
    """Return an id when it is formed like one of ours: anything else may be a name or a number."""
    return asked if isinstance(asked, str) and case_of(asked) else ""
