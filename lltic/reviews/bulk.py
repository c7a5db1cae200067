"""Bring many finished reviews into the record at once, under the same rules as one.

For a synthetic study, and for reviews that were done elsewhere. Every operation
goes through :func:`lltic.reviews.rules.decide`; one that the service would refuse
is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lltic.records import Event
from lltic.reviews.events import seal
from lltic.reviews.rules import Person, decide
from lltic.reviews.state import replay
from lltic.reviews.store import EventStore

__all__ = ["record"]


def record(store: EventStore, operations: Iterable[tuple[Person, Mapping[str, Any], str]]) -> int:
    """Append operations in order, all or none.

    Parameters
    ----------
    operations : iterable of (person, operation, at)
        As :func:`~lltic.reviews.rules.decide` takes them, oldest first.

    Returns
    -------
    int
        How many events were added.
    """
    state = replay(store.read())
    seq, prev_hash = store.head()
    drafts = []
    for person, operation, at in operations:
        draft = decide(state, person, operation, at)
        if isinstance(draft, Event):
            continue
        event = seal(draft, seq + 1, prev_hash)
        state.apply(event)
        seq, prev_hash = event.seq, event.hash
        drafts.append(draft)
    store.append(drafts)
    return len(drafts)
