"""Ask the rules again what each operation makes: it must be what is on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from lltic.audit.claims import Claim
from lltic.errors import LlticError
from lltic.records import Event
from lltic.reviews.record.events import ERASED, UNCHAINED, Draft
from lltic.reviews.rules import decide, operation_of
from lltic.reviews.state import State

__all__ = ["check_replay"]

CONSEQUENCES = ("escalated", "opened")
"""What the system never does of its own: it follows from a review that was locked."""

CONTENT = tuple(f.name for f in fields(Draft))


def check_replay(events: Sequence[Event]) -> Claim:
    """Rebuild the state from the events, and ask at each step what the rules make.

    An erased case's events are taken as they are: what they said is gone. So are
    those from before version 2, which were made under the rules of then.
    """
    state = State()
    following: list[Draft] = []
    asked = as_they_are = 0
    for event in events:
        old = event.review_prev_hash == UNCHAINED
        try:
            if event.value is ERASED or old:
                following = []
                as_they_are += 1
            elif following:
                if not _same(following.pop(0), event):
                    return _unlike(event)
            else:
                made = _made(state, event)
                asked += bool(made)
                if made and not _same(made[0], event):
                    return _unlike(event)
                if not made and event.kind in CONSEQUENCES:
                    return Claim("replay", False, f"event {event.seq} follows from nothing")
                following = made[1:]
            state.apply(event)
        except (LlticError, LookupError, TypeError, AttributeError) as error:
            codes = ", ".join(getattr(error, "codes", ())) or type(error).__name__
            return Claim("replay", False, f"event {event.seq} could not have happened: {codes}")
    if following:
        return Claim("replay", False, f"what follows from event {state.seq} is not there")
    taken = f", {as_they_are} taken as they are" if as_they_are else ""
    return Claim("replay", True, f"the events add up under the rules ({asked} asked{taken})")


def _made(state: State, event: Event) -> list[Draft]:
    """What the rules make of the operation behind an event; nothing when there is none."""
    asked = operation_of(event, state)
    if asked is None:
        return []
    person, operation, signature = asked
    return decide(state, person, operation, event.at, signature)


def _same(draft: Draft, event: Event) -> bool:
    return all(getattr(draft, name) == getattr(event, name) for name in CONTENT)


def _unlike(event: Event) -> Claim:
    return Claim("replay", False, f"event {event.seq} is not what the rules make of it")
