"""Saying how long cases are kept, and that one must be kept: events, each with a reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from lltic.errors import Problem, Refused
from lltic.records import Event
from lltic.reviews.record.events import Draft
from lltic.reviews.record.keeping import Keeping, keeping

if TYPE_CHECKING:
    from lltic.reviews.record.store import EventStore

__all__ = ["hold", "release", "set_until"]


def set_until(
    store: EventStore, case_id: str, until: date, *, at: str, actor: str, reason: str
) -> Event:
    """Say until which day a case is kept; an empty ``case_id`` means all that say nothing else.

    The last word counts. See :func:`hold` for what is raised.
    """
    value = {"until": until.isoformat()}
    return _say(store, "retention_set", case_id, value, at=at, actor=actor, reason=reason)


def hold(store: EventStore, case_id: str, name: str, *, at: str, actor: str, reason: str) -> Event:
    """Keep a case whatever its age, until the hold of this name is released.

    Parameters
    ----------
    case_id : str
        Empty for the whole study.
    name : str
        For whom or what, such as ``coroner``; several may hold one case.
    at : str
        The instant, as text.
    actor, reason : str
        Who decided, and why; both stay readable for good.

    Raises
    ------
    Refused
        ``no-such-case``, ``case-erased``, ``reason-needed``, ``held-already``.
    """
    if name in _named(keeping(store.stored()), case_id):
        raise Refused(Problem("held-already", case_id or "the study", f"is held for {name}"))
    return _say(store, "held", case_id, {"for": name}, at=at, actor=actor, reason=reason)


def release(
    store: EventStore, case_id: str, name: str, *, at: str, actor: str, reason: str
) -> Event:
    """End a hold; ``no-such-hold`` when there is none of this name."""
    standing = _named(keeping(store.stored()), case_id)
    if name not in standing:
        allowed = ", ".join(sorted(standing))
        where = case_id or "the study"
        raise Refused(Problem("no-such-hold", where, f"is not held for {name}", allowed))
    return _say(store, "hold_released", case_id, {"for": name}, at=at, actor=actor, reason=reason)


def _named(kept: Keeping, case_id: str) -> set[str]:
    found = kept.cases.get(case_id) if case_id else kept.study
    return found.holds if found else set()


def _say(
    store: EventStore, kind: str, case_id: str, value: Any, *, at: str, actor: str, reason: str
) -> Event:
    kept = keeping(store.stored())
    problems = []
    if not reason.strip():
        hint = "It stays on record, so that whoever looks later knows why."
        problems.append(Problem("reason-needed", kind, "needs a reason", hint=hint))
    if case_id and case_id not in kept.cases:
        problems.append(Problem("no-such-case", case_id, "has nothing on record"))
    elif case_id and kept.cases[case_id].erased_at:
        problems.append(Problem("case-erased", case_id, "was erased"))
    if problems:
        raise Refused(problems)
    draft = Draft(
        # Named by its place: the same words may be said again later.
        op_id=f":{kind}:{store.head()[0] + 1}",
        at=at,
        actor=actor,
        role="administrator",
        organisation="",
        kind=kind,
        case_id=case_id,
        value=value,
        reason=reason,
    )
    (event,) = store.append([draft])
    return event
