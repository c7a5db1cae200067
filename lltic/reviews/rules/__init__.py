"""What may happen next, and who may do it: one operation in, its events out.

Pure functions over the state; the service calls them before anything is
written. Whatever is not plainly allowed is refused, with a reason in words.

=================  ==========================================================
``reviewing``      answer, submit, hand back: a person's own review
``settling``       take a case; and what follows when a review is locked
``coordinating``   withdraw, reopen, break the blind, keep an escalation's record
``giving``         open a place at a case, give it to somebody
``evidence``       lay a passage of the notes beside an answer, take it away
``coding``         lay a theme on a passage, take it off, be done
``coding_turns``   take a text to code, give it back
``resolving``      say what stands where coders differ
``suggesting``     ask for suggestions when one's own coding is done, set one aside
``marking``        how a coding after them is marked
``refusals``       the words of a refusal
=================  ==========================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from lltic.errors import Problem, Refused
from lltic.records import Event
from lltic.reviews.people import Person
from lltic.reviews.record.events import Draft
from lltic.reviews.rules import (
    coding,
    coding_turns,
    coordinating,
    evidence,
    giving,
    resolving,
    reviewing,
    settling,
    suggesting,
)
from lltic.reviews.rules.coding import is_blind, latest_codebook, may_code, text_hash
from lltic.reviews.rules.coding_turns import in_order
from lltic.reviews.rules.marking import named_in
from lltic.reviews.rules.refusals import Conflict, bad_operation
from lltic.reviews.rules.resolving import may_settle
from lltic.reviews.rules.reviewing import review_of
from lltic.reviews.rules.settling import may_take, sources_of
from lltic.reviews.state import State

__all__ = [
    "OPERATIONS",
    "SIGNED",
    "Conflict",
    "decide",
    "in_order",
    "is_blind",
    "is_operation_id",
    "latest_codebook",
    "may_code",
    "may_settle",
    "may_take",
    "operation_of",
    "review_of",
    "sources_of",
    "text_hash",
]

OPERATION_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
"""What a person's operation may be called; the system's own ids begin with a colon."""

Decision = Callable[[State, Person, Mapping[str, Any]], list[dict[str, Any]]]

OPERATIONS: Mapping[str, Decision] = {
    "answer": reviewing.answer,
    "submit": reviewing.submit,
    "hand_back": reviewing.hand_back,
    "cite": evidence.cite,
    "uncite": evidence.uncite,
    "take": settling.take,
    "offer": giving.offer,
    "give": giving.give,
    "withdraw": coordinating.withdraw,
    "reopen": coordinating.reopen,
    "break_blind": coordinating.break_blind,
    "escalation_update": coordinating.escalation_update,
    "code": coding.code,
    "uncode": coding.uncode,
    "coding_done": coding.coding_done,
    "take_text": coding_turns.take_text,
    "release_text": coding_turns.release_text,
    "resolve": resolving.resolve,
    "resolving_done": resolving.resolving_done,
    "see_suggestions": suggesting.see_suggestions,
    "reject_suggestion": suggesting.reject_suggestion,
}

SIGNED: Mapping[str, str] = {
    "submit": "I have judged this case, and these are my words.",
    "reopen": "I open this review again.",
    "break_blind": "I break the blind of this case.",
}
"""What needs a signature, and what the signature says."""


def decide(
    state: State, person: Person, operation: Mapping[str, Any], at: str, signature: str = ""
) -> list[Draft]:
    """Return the events an operation makes: the person's own, and what follows from it.

    Parameters
    ----------
    operation : mapping
        ``op_id``, ``kind`` (see :data:`OPERATIONS`) and what the kind needs: ``case_id``,
        ``review_id``, ``field``, ``value``, ``base_version``, ``reason``; of who is named
        in it ``whom``, a :class:`Person`, or None when there is nobody of that name.
    at : str
        The instant, from the service's clock.
    signature : str
        How the person has just shown again who they are; needed for :data:`SIGNED`.

    Raises
    ------
    Refused
        With the problem; :class:`Conflict` carries the other value.
    """
    op_id, kind = operation.get("op_id"), operation.get("kind")
    if not is_operation_id(op_id):
        raise bad_operation("op_id", "is not an operation id", "8-64 letters, digits")
    if not isinstance(kind, str) or kind not in OPERATIONS:
        raise bad_operation("kind", "is not known", ", ".join(OPERATIONS))
    made = OPERATIONS[kind](state, person, {**operation, "at": at})
    if kind in SIGNED:
        if not signature:
            hint = "Give your password once more; what you wrote is kept."
            raise Refused(Problem("not-signed", "this step", "needs your signature", hint=hint))
        value = made[0].get("value") or {}
        made[0]["value"] = {**value, "signature": {"says": SIGNED[kind], "method": signature}}
    return [_draft(number, draft, op_id, person, at) for number, draft in enumerate(made)]


def is_operation_id(text: Any) -> TypeGuard[str]:
    """Say whether this can name a person's operation."""
    return isinstance(text, str) and OPERATION_ID.fullmatch(text) is not None


def _draft(number: int, draft: dict[str, Any], op_id: str, person: Person, at: str) -> Draft:
    """The first event is the person's; what follows from it is the system's."""
    if number == 0:
        who = {"op_id": op_id, "actor": person.name, "organisation": person.organisation}
    else:
        who = {"actor": "system", "role": "system", "organisation": ""}
    return Draft(at=at, **{**who, **draft})


KIND_OF = {
    "answered": "answer",
    "submitted": "submit",
    "handed_back": "hand_back",
    "cited": "cite",
    "uncited": "uncite",
    "taken": "take",
    "opened": "take",
    "offered": "offer",
    "given": "give",
    "reopened": "reopen",
    "unblinded": "break_blind",
    "escalation_updated": "escalation_update",
    "coded": "code",
    "uncoded": "uncode",
    "coding_done": "coding_done",
    "text_taken": "take_text",
    "text_released": "release_text",
    "resolved": "resolve",
    "text_resolved": "resolving_done",
    "suggestions_shown": "see_suggestions",
    "suggestion_rejected": "reject_suggestion",
}


def operation_of(event: Event, state: State) -> tuple[Person, dict[str, Any], str] | None:
    """Return who asked for an event, what they asked, and how they signed.

    For an auditor, who asks the rules again. None for what was nobody's operation:
    definitions, assignments, and what the system made follow from another event.
    """
    kind = KIND_OF.get(event.kind)
    if kind is None or event.actor == "system":
        return None
    if kind == "hand_back" and event.role == "coordinator":
        kind = "withdraw"
    operation: dict[str, Any] = {
        "op_id": event.op_id,
        "kind": kind,
        "case_id": event.case_id,
        "review_id": event.review_id,
        "field": event.field,
        "value": event.value,
        "base_version": event.base_version,
        "reason": event.reason,
    }
    signature = ""
    if kind in SIGNED:
        signature = event.value["signature"]["method"]
    if kind == "code":
        said = ("theme", "start", "end", "polarity")
        value = {key: event.value[key] for key in said if key in event.value}
        value |= named_in(event.value)
        operation["value"] = {**value, "codebook_hash": event.definition_hash}
    if kind == "take":
        operation["value"] = {"kind": event.value["kind"]}
    if kind == "give":
        side = event.value["discipline"]
        operation["whom"] = Person(event.value["reviewer"], "", "", ("reviewer",), side)
    discipline = (
        state.reviews[event.review_id].discipline if event.review_id in state.reviews else ""
    )
    person = Person(event.actor, "", event.organisation, (event.role,), discipline)
    return person, operation, signature
