"""Who is to read a case: a coordinator opens a place for a reader, and gives it to somebody.

A place that is open may also be taken by the first person who fits (``settling``), and
one that is out is taken back by a withdrawal (``coordinating``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.form import Form
from lltic.reviews.people import Person
from lltic.reviews.rules.refusals import short_text
from lltic.reviews.state import INDEPENDENT, OFFERED, CaseState, State

__all__ = ["give", "needs_coordinator", "offer"]


def needs_coordinator(state: State, person: Person, case: CaseState | None) -> None:
    """Refuse who is no coordinator, and a coordinator who reads the case or has read it."""
    if case is None or "coordinator" not in person.roles:
        hint = "Only a coordinator may, and only for a case of this study."
        raise Refused(Problem("not-allowed", "this step", "is not open to you", hint=hint))
    if case.case_id in state.cases and person.name in state.readers(case.case_id):
        hint = "You read this case yourself. Ask another coordinator."
        raise Refused(Problem("own-case", "this step", "is not open to you", hint=hint))


def offer(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Open a place for one more reader: of a case nobody reads yet, or after a withdrawal.

    ``value`` is ``{"form", "discipline"}``: the form counts for a case that has no review yet,
    and is one that is on record; else it is that of the other reviews. A discipline is
    needed where the form has parts for several.
    """
    case_id = op.get("case_id")
    name = case_id if isinstance(case_id, str) else ""
    case = state.cases.get(name)
    needs_coordinator(state, person, case or CaseState(name))
    value = op.get("value")
    said = value if isinstance(value, Mapping) else {}
    form_hash = _form(state, case, said.get("form"))
    form = state.forms[form_hash]
    discipline = _side(form, said.get("discipline"))
    if case is not None:
        _may_have_more(state, case, discipline)
    number = len(case.reviews) + 1 if case else 1
    return [
        {
            "kind": "offered",
            "role": "coordinator",
            "case_id": name,
            "review_id": f"{name}-{number}",
            "value": {"position": number, "form": form.name, "discipline": discipline},
            "reason": short_text(op, "reason", needed=True),
            "definition_hash": form_hash,
        }
    ]


def _form(state: State, case: CaseState | None, asked: Any) -> str:
    """Return the hash of the form a new reader of a case is asked."""
    if case is not None and case.reviews:
        return state.reviews[case.reviews[0]].form_hash
    known = list(dict.fromkeys(form.name for form in state.forms.values()))
    if not isinstance(asked, str) or asked not in known:
        hint = "Give the first cases with lltic allocate; then it can be done here."
        raise Refused(Problem("no-such-form", "the form", "is not on record yet", hint=hint))
    return state.form_named(asked)


def _side(form: Form, asked: Any) -> str:
    sides: list[str] = list(dict.fromkeys(side for page in form.pages for side in page.by))
    if asked in sides or (not sides and asked in (None, "")):
        return asked or ""
    allowed = ", ".join(sides) or "none"
    raise Refused(Problem("bad-value", "the discipline", "is not one the form is for", allowed))


def _may_have_more(state: State, case: CaseState, discipline: str) -> None:
    """Refuse one more reader where there can be none, or where one is waited for already."""
    if case.erased:
        raise Refused(Problem("case-erased", "this case", "has been erased"))
    if state.case_is_closed(case.case_id) or case.follow_ups:
        hint = "A new reader would close what is open. Ask for an adjudication instead."
        raise Refused(Problem("case-in", "this case", "has all its reviews", hint=hint))
    left = state.independent(case.case_id)
    if any(review.status == OFFERED for review in left):
        hint = "Give that one to somebody, or withdraw it."
        message = "has a place that waits for somebody already"
        raise Refused(Problem("place-open", "this case", message, hint=hint))
    if discipline and any(review.discipline == discipline for review in left):
        raise Refused(Problem("side-taken", "this side", "is read by somebody already"))


def give(state: State, person: Person, op: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give an open place to a reviewer, who finds it on their list.

    ``whom`` is the person of the name in ``value["to"]``; a reason may be given.
    """
    case_id, review_id, whom = op.get("case_id"), op.get("review_id"), op.get("whom")
    case = state.cases.get(case_id) if isinstance(case_id, str) else None
    needs_coordinator(state, person, case)
    review = state.reviews.get(review_id) if isinstance(review_id, str) else None
    if review is None or review.case_id != case_id or review.kind != INDEPENDENT:
        raise Refused(Problem("no-such-review", "review", "is not an independent one of this case"))
    if review.status != OFFERED:
        hint = "Withdraw it first; then it can be given to somebody else."
        raise Refused(Problem("not-offered", "this review", "waits for nobody", hint=hint))
    if not isinstance(whom, Person) or "reviewer" not in whom.roles:
        hint = "Choose somebody who reviews and may come in."
        raise Refused(
            Problem("no-such-reviewer", "this person", "is not a reviewer here", hint=hint)
        )
    if whom.name in state.readers(review.case_id):
        hint = "Nobody reads a case twice. Choose somebody else."
        raise Refused(
            Problem("already-reads", "this person", "reads this case or has read it", hint=hint)
        )
    if whom.name in state.coders(review.case_id):
        message = "has opened what a reader of this case wrote, to code it"
        hint = "Choose somebody else: they could not judge it blind."
        raise Refused(Problem("codes-this-case", "this person", message, hint=hint))
    if state.is_barred(whom.name, review.case_id):
        message = "has a declared conflict of interest with this case"
        hint = "Choose somebody else."
        raise Refused(Problem("conflict-of-interest", "this person", message, hint=hint))
    if review.discipline and whom.discipline != review.discipline:
        message = "is not of the discipline this place is for"
        raise Refused(Problem("other-discipline", "this person", message, review.discipline))
    return [
        {
            "kind": "given",
            "role": "coordinator",
            "case_id": review.case_id,
            "review_id": review.review_id,
            "value": {"reviewer": whom.name, "discipline": whom.discipline},
            "reason": short_text(op, "reason"),
            "definition_hash": review.form_hash,
        }
    ]
