"""Bring many finished reviews into the record at once, under the same rules as one.

For a synthetic study, and for reviews that were done elsewhere. Every operation
goes through :func:`lltic.reviews.rules.decide`; one that the service would refuse
is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lltic.reviews.people import Person
from lltic.reviews.record.store import EventStore
from lltic.reviews.rules import decide
from lltic.reviews.state import State

__all__ = ["record"]

IMPORTED = "imported"
"""How an imported review was signed: elsewhere."""


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
    state, known = State(), set()
    for event in store.read():
        state.apply(event)
        known.add(event.op_id)
    with store.batch() as batch:
        for person, operation, at in operations:
            if operation.get("op_id") in known:
                continue
            for draft in decide(state, person, operation, at, signature=IMPORTED):
                state.apply(batch.add(draft))
    return len(batch.lines)
