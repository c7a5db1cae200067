"""Who takes a case, and what follows by itself when a review is locked or given back.

Everything that follows is in the same append as what it follows from: both are
on record, or neither; and its operation id says what it is, so that the record
refuses a second one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lltic.errors import Problem, Refused
from lltic.form import triggered
from lltic.reviews.people import Person
from lltic.reviews.rules.refusals import bad_operation
from lltic.reviews.state import (
    ADJUDICATION,
    CONSENSUS,
    INDEPENDENT,
    LOCKED,
    OFFERED,
    STAGE_2,
    ReviewState,
    State,
)

__all__ = ["after_hand_back", "after_lock", "may_take", "sources_of", "take"]

TAKEN_AS = {INDEPENDENT: "reviewer", ADJUDICATION: "adjudicator", STAGE_2: "adjudicator"}


# -- taking ---------------------------------------------------------------------------


def take(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Take a case that waits: the next one to review, or a named one to settle."""
    value = op.get("value")
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if kind not in TAKEN_AS:
        raise bad_operation("value", "names no kind of review", ", ".join(TAKEN_AS))
    wanted = op.get("case_id") or ""
    for case_id in [wanted] if wanted else list(state.cases):
        found = _waiting(state, person, case_id, kind)
        if found is not None:
            return [found]
    hint = "Look again later, or ask your coordinator."
    raise Refused(Problem("nothing-to-take", "no case", "waits for you", hint=hint))


def may_take(state: State, person: Person, case_id: str, kind: str) -> bool:
    """Say whether a case waits for this person, as this kind of review."""
    return _waiting(state, person, case_id, kind) is not None


def _waiting(state: State, person: Person, case_id: Any, kind: str) -> dict[str, Any] | None:
    case = state.cases.get(case_id) if isinstance(case_id, str) else None
    if case is None or case.erased or TAKEN_AS[kind] not in person.roles:
        return None
    if person.name in state.readers(case_id):
        return None  # nobody reads a case twice, and nobody judges between others and themselves
    if kind == INDEPENDENT and person.name in state.coders(case_id):
        return None  # whoever codes what was written is no longer blind to it
    if state.is_barred(person.name, case_id):
        return None
    if kind == INDEPENDENT:
        return _offered_slot(state, person, case.reviews)
    if kind == ADJUDICATION:
        return _adjudication(state, person, case_id)
    review = state.follow_up(case_id, STAGE_2)
    settled = state.stage(case_id) == "in_stage_2"
    return _taking(review) if review and review.status == OFFERED and settled else None


def _offered_slot(state: State, person: Person, review_ids: Sequence[str]) -> dict[str, Any] | None:
    for review in (state.reviews[r] for r in review_ids):
        fits = not review.discipline or review.discipline == person.discipline
        if review.status == OFFERED and fits:
            return _taking(review)
    return None


def _taking(review: ReviewState) -> dict[str, Any]:
    return {
        "kind": "taken",
        "role": TAKEN_AS[review.kind],
        "case_id": review.case_id,
        "review_id": review.review_id,
        "value": {"kind": review.kind},
        "definition_hash": review.form_hash,
    }


def _adjudication(state: State, person: Person, case_id: str) -> dict[str, Any] | None:
    if state.stage(case_id) == "discordant":
        return {**_opening(state, case_id, ADJUDICATION, (person.name,)), "role": "adjudicator"}
    review = state.follow_up(case_id, ADJUDICATION)  # handed back by the one who had it
    return _taking(review) if review is not None and review.status == OFFERED else None


def _opening(state: State, case_id: str, kind: str, members: Sequence[str]) -> dict[str, Any]:
    sides = state.independent(case_id)
    value = {
        "kind": kind,
        "members": list(members),
        "sources": [r.review_id for r in sides],
        "form": sides[0].form,
    }
    return {
        "kind": "opened",
        "case_id": case_id,
        "review_id": f"{case_id}-{kind}",
        "value": value,
        "definition_hash": sides[0].form_hash,
    }


def sources_of(state: State, review: ReviewState) -> list[ReviewState]:
    """Return the independent reviews that an adjudicator or a consensus looks at.

    In an order that says nothing of who came first: that of their seals, which no
    reader knows. A joint review's sides come as primary care, then the others.
    """
    sides = state.independent(review.case_id)
    if review.kind == CONSENSUS:
        return sorted(sides, key=lambda side: side.discipline)
    return sorted(sides, key=lambda side: side.seal)


# -- what follows ---------------------------------------------------------------------


def after_lock(state: State, review: ReviewState) -> list[dict[str, Any]]:
    """Return what a review's lock sets off: a second stage, escalations, a consensus."""
    made: list[dict[str, Any]] = []
    for trigger in triggered(state.form_of(review), review.answers):
        if trigger.makes == "stage_2":
            made += _second_stage(state, review, trigger.form, made)
            continue
        op_id = f":escalated:{review.review_id}:{trigger.id}"
        if op_id not in state.set_off:
            said = {"trigger": trigger.id, "says": trigger.says}
            made.append(_follow(op_id, "escalated", review, value=said))
    return made + _consensus(state, review)


def _second_stage(
    state: State, review: ReviewState, form: str, made: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    op_id = f":stage_2:{review.case_id}"
    if op_id in state.set_off or any(draft["op_id"] == op_id for draft in made):
        return []
    more = {
        "review_id": f"{review.case_id}-{STAGE_2}",
        "value": {"kind": STAGE_2, "form": form},
        "definition_hash": state.form_named(form),
    }
    return [_follow(op_id, "offered", review, **more)]


def _consensus(state: State, review: ReviewState) -> list[dict[str, Any]]:
    """A joint review's sides meet as soon as the last of them is locked."""
    case = state.cases[review.case_id]
    sides = state.independent(review.case_id)
    out = [side for side in sides if side.status != LOCKED and side is not review]
    if not case.joint or review.kind != INDEPENDENT or out or len(sides) < 2:
        return []
    members = sorted({side.reviewer for side in sides})
    opening = _opening(state, review.case_id, CONSENSUS, members)
    return [{**opening, "op_id": f":opened:{review.case_id}-{CONSENSUS}"}]


def after_hand_back(state: State, review: ReviewState) -> list[dict[str, Any]]:
    """Return the place of a reviewer who gave a case back, open to somebody else."""
    if review.kind != INDEPENDENT:
        return []  # the review itself is offered again; a second reading is nobody else's
    number = len(state.cases[review.case_id].reviews) + 1
    review_id = f"{review.case_id}-{number}"
    value = {"position": review.position, "form": review.form, "discipline": review.discipline}
    return [_follow(f":offered:{review_id}", "offered", review, review_id=review_id, value=value)]


def _follow(op_id: str, kind: str, review: ReviewState, **more: Any) -> dict[str, Any]:
    return {
        "op_id": op_id,
        "kind": kind,
        "case_id": review.case_id,
        "review_id": review.review_id,
        "definition_hash": review.form_hash,
        **more,
    }
