"""What a coordinator may do to others' reviews, with a reason.

Withdraw one, open a locked one again, break the blind; and keep the record of
an escalation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from lltic.clock import parse_instant
from lltic.errors import Problem, Refused
from lltic.reviews.people import Person
from lltic.reviews.rules.giving import needs_coordinator
from lltic.reviews.rules.refusals import Conflict, short_text
from lltic.reviews.rules.settling import after_hand_back
from lltic.reviews.state import (
    INDEPENDENT,
    LOCKED,
    OFFERED,
    OPEN,
    REPEAT,
    STAGE_2,
    ReviewState,
    State,
)

__all__ = ["ESCALATION_FIELDS", "break_blind", "escalation_update", "reopen", "withdraw"]

ESCALATION_FIELDS: Mapping[str, tuple[str, ...]] = {
    "to": (),
    "sent_at": (),
    "acknowledged_at": (),
    "acknowledged_by": (),
    "duty_of_candour": ("not_asked", "does_not_apply", "family_to_be_told", "family_told"),
    "incident": (),
}
"""What is written down about an escalation; where values are named, only those."""

DATES = ("sent_at", "acknowledged_at")
"""Which of it are dates: ``YYYY-MM-DD``, not in the future; empty to take one back."""

MOST = 500
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
EARLIEST = date(2000, 1, 1)
AHEAD = timedelta(hours=14)
"""How far the clocks of the earth are ahead of ours at most: there it is tomorrow already."""


def _coordinator(state: State, person: Person, case_id: Any) -> None:
    """Refuse who is no coordinator, and a coordinator who still reads the case."""
    case = state.cases.get(case_id) if isinstance(case_id, str) else None
    needs_coordinator(state, person, case)


def withdraw(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Take a review from somebody who cannot do it, or close a place that nobody takes.

    ``value`` is ``{"offer_again": true}`` or false; what was written stays on record. A second
    reading is nobody else's, and never offered again.
    """
    _coordinator(state, person, op.get("case_id"))
    review = _of_kind(state, op, INDEPENDENT, REPEAT)
    value = op.get("value")
    again = value.get("offer_again") if isinstance(value, Mapping) else None
    if not isinstance(again, bool):
        raise Refused(Problem("bad-value", "value", "does not say offer_again", "true, false"))
    if again and review.kind == REPEAT:
        message = "would offer a second reading to somebody else"
        raise Refused(Problem("bad-value", "value", message, "false"))
    if review.status not in (OPEN, OFFERED):
        raise Refused(Problem("review-closed", "this review", "was submitted or handed back"))
    others = [r for r in state.independent(review.case_id) if r is not review]
    if not again and not others and review.kind == INDEPENDENT:
        hint = "Offer it again, or take the case out of the sample."
        raise Refused(Problem("last-review", "this review", "is the case's only one", hint=hint))
    made = {
        "kind": "handed_back",
        "role": "coordinator",
        "case_id": review.case_id,
        "review_id": review.review_id,
        "value": {"offer_again": again},
        "reason": short_text(op, "reason", needed=True),
        "definition_hash": review.form_hash,
    }
    return [made, *(after_hand_back(state, review) if again else ())]


def _of_kind(state: State, op: Mapping[str, Any], *kinds: str) -> ReviewState:
    review = state.reviews.get(str(op.get("review_id")))
    if review is None or review.case_id != op.get("case_id") or review.kind not in kinds:
        raise Refused(Problem("no-such-review", "review", "is not an independent one of this case"))
    return review


def reopen(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Open a locked review again; its reviewer then adds to it, and submits again."""
    _coordinator(state, person, op.get("case_id"))
    review = _of_kind(state, op, INDEPENDENT)
    if review.status != LOCKED:
        raise Refused(Problem("not-locked", "this review", "is not locked"))
    if state.is_read_again(review):
        hint = "Wait until the second reading is in, or take it back first."
        message = "is just being read a second time"
        raise Refused(Problem("read-again", "this case", message, hint=hint))
    if state.cases[review.case_id].follow_ups.keys() - {STAGE_2}:
        hint = "Others have seen it. Corrections belong into the adjudication or the consensus."
        raise Refused(Problem("case-opened", "this review", "can no longer be reopened", hint=hint))
    return [
        {
            "kind": "reopened",
            "role": "coordinator",
            "case_id": review.case_id,
            "review_id": review.review_id,
            "reason": short_text(op, "reason", needed=True),
            "definition_hash": review.form_hash,
        }
    ]


def break_blind(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read a case's reviews before all are locked; it stays visible ever after."""
    case_id = op.get("case_id")
    _coordinator(state, person, case_id)
    stage = state.stage(str(case_id))
    return [
        {
            "kind": "unblinded",
            "role": "coordinator",
            "case_id": case_id,
            "value": {"stage": stage},
            "reason": short_text(op, "reason", needed=True),
        }
    ]


def escalation_update(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write down what became of an escalation: to whom, when, the family, the incident."""
    escalation = state.escalations.get(str(op.get("field")))
    if escalation is None or escalation.case_id != op.get("case_id"):
        raise Refused(Problem("no-such-escalation", "field", "is not an escalation of this case"))
    _coordinator(state, person, escalation.case_id)
    value = op.get("value")
    if not isinstance(value, Mapping) or not value or set(value) - set(ESCALATION_FIELDS):
        allowed = ", ".join(ESCALATION_FIELDS)
        raise Refused(Problem("bad-value", "value", "is not a note on an escalation", allowed))
    problems = [p for key, said in value.items() if (p := _wrong(key, said, str(op.get("at"))))]
    if problems:
        raise Refused(problems)
    if op.get("base_version") != escalation.version:
        raise Conflict("escalation", dict(escalation.record), escalation.version)
    return [
        {
            "kind": "escalation_updated",
            "role": "coordinator",
            "case_id": escalation.case_id,
            "review_id": escalation.review_id,
            "field": escalation.escalation_id,
            "value": dict(value),
            "base_version": escalation.version,
        }
    ]


def _wrong(key: str, value: Any, at: str) -> Problem | None:
    """Return what is wrong with one part of a note, written down at an instant."""
    if not isinstance(value, str) or len(value) > MOST:
        return Problem("bad-value", key, "is not a text", f"up to {MOST} characters")
    allowed = ESCALATION_FIELDS[key]
    if allowed and value not in allowed:
        return Problem("bad-value", key, "is not one of the answers", ", ".join(allowed))
    if key in DATES and value and not _is_past(value, at):
        hint = "Give the day, month and year on which it happened."
        return Problem("bad-value", key, "is not a date up to today", "YYYY-MM-DD", hint)
    return None


def _is_past(text: str, at: str) -> bool:
    if not ISO_DATE.fullmatch(text):
        return False
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return EARLIEST <= day <= (parse_instant(at) + AHEAD).date()
