"""What those see who do not review: adjudicators, coordinators, analysts, auditors."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from lltic.errors import Problem, Refused
from lltic.form import resolve
from lltic.identity import pseudonym
from lltic.records import Event, to_plain
from lltic.reviews.desk.allotting import not_given, setting_of
from lltic.reviews.desk.reviewing import evidence_of
from lltic.reviews.desk.room import Room, needs_role
from lltic.reviews.people import Person
from lltic.reviews.record.accesses import access
from lltic.reviews.rules import is_blind, may_code, may_settle, may_take
from lltic.reviews.state import (
    ADJUDICATION,
    HANDED_BACK,
    LOCKED,
    STAGE_2,
    ReviewState,
)

__all__ = ["accesses", "case", "events", "extract", "overview", "told_apart", "waiting"]


def waiting(room: Room, person: Person) -> dict[str, Any]:
    """Return the cases that an adjudicator may take, and as what."""
    needs_role(person, "adjudicator")
    found = [
        {"case_id": case_id, "kind": kind}
        for case_id in room.state.cases
        for kind in (ADJUDICATION, STAGE_2)
        if may_take(room.state, person, case_id, kind)
    ]
    return {**room.about(), "waiting": found}


def overview(room: Room, person: Person) -> dict[str, Any]:
    """Return how far every case is, who has what, and what was escalated; no answer.

    A coordinator who reviews sees nothing of the cases they read until those are in.
    """
    needs_role(person, "coordinator")
    state = room.state
    shown = {c: None for c in state.cases if not room.is_blind(person, c)}
    load: Counter[tuple[str, str]] = Counter()
    for review in state.reviews.values():
        if review.case_id in shown and review.status != HANDED_BACK:
            load.update((name, review.status) for name in review.members or ("",))
    return {
        **room.about(),
        "cases": [_case_row(room, case_id) for case_id in shown],
        "load": [
            {"reviewer": name, "status": status, "reviews": count}
            for (name, status), count in sorted(load.items())
        ],
        "escalations": [to_plain(e) for e in state.escalations.values() if e.case_id in shown],
        "not_given": not_given(room),
    }


def told_apart(overview: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, str]:
    """Return how to name everybody in a list: as they are called, and never two people alike.

    Parameters
    ----------
    labels : mapping
        What everybody with an account is called, by account name.

    Examples
    --------
    >>> load = [{"reviewer": name} for name in ("amira", "ben", "left-us", "")]
    >>> labels = {"amira": "Dr A. Khan", "ben": "Dr B. Okoro", "azra": "Dr a.  Khan"}
    >>> told_apart({"cases": [], "load": load}, labels)
    {'amira': 'Dr A. Khan (amira)', 'ben': 'Dr B. Okoro'}
    """
    alike = Counter(_as_read(label) for label in labels.values())
    lists = (*overview.get("load", ()), *overview.get("reviewers", ()))
    named = {one["reviewer"] for one in lists}
    named |= {m for c in overview.get("cases", ()) for r in c["reviews"] for m in r["members"]}
    named |= {m for c in overview.get("discordant", ()) for m in c["settled_by"]}
    named |= {p["reviewer"] for i in overview.get("items", ()) for p in i["people"]}
    named |= {one["coder"] for one in overview.get("out", ())}
    return {
        name: f"{labels[name]} ({name})" if alike[_as_read(labels[name])] > 1 else labels[name]
        for name in sorted(named & labels.keys())
    }


def _as_read(label: str) -> str:
    """Return a name without what nobody sees or hears: capitals, forms of letters, spaces."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def _case_row(room: Room, case_id: str) -> dict[str, Any]:
    state, found = room.state, room.state.cases[case_id]
    ids = (*found.reviews, *found.follow_ups.values())
    reviews = [state.reviews[r] for r in ids if r in state.reviews]
    return {
        "case_id": case_id,
        "stage": state.stage(case_id),
        "setting": setting_of(room, case_id),
        "joint": found.joint,
        "unblinded": bool(found.unblinded),
        "reviews": [_review_row(review) for review in reviews],
        "second_readings": [_review_row(state.reviews[r]) for r in found.repeats.values()],
    }


def _review_row(review: ReviewState) -> dict[str, Any]:
    return {
        "review_id": review.review_id,
        "kind": review.kind,
        "members": list(review.members),
        "discipline": review.discipline,
        "status": review.status,
        "out_since": review.out_since,
        "saved_at": review.saved_at,
        "submitted_at": review.submitted_at,
    }


def case(room: Room, person: Person, case_id: str) -> dict[str, Any]:
    """Return a case's reviews with their answers: when all are in, or the blind is broken.

    For an auditor at any time.
    """
    needs_role(person, "coordinator", "auditor")
    state = room.state
    found = state.cases.get(case_id)
    if found is None:
        raise Refused(Problem("no-such-case", "case", "is not one of this study"))
    broken = any(event.actor == person.name for event in found.unblinded)
    open_now = state.case_is_closed(case_id) or broken or "auditor" in person.roles
    if not open_now or room.is_blind(person, case_id):
        hint = "It opens when every review is in, or when you break the blind and say why."
        raise Refused(Problem("case-blind", "this case", "is not open yet", hint=hint))
    row = _case_row(room, case_id)
    for review in row["reviews"]:
        own = state.reviews[review["review_id"]]
        review |= {"answers": own.answers, "form": to_plain(state.form_of(own))}
        review["evidence"] = evidence_of(own)
    escalations = [to_plain(state.escalations[e]) for e in found.escalations]
    return {**row, "escalations": escalations}


def extract(room: Room, person: Person) -> dict[str, Any]:
    """Return the locked judgements of cases that are in, reviewers under pseudonyms.

    Without cases that the analyst is just reading a second time.
    """
    needs_role(person, "analyst")
    key = room.study.pseudonym_key()
    rows = [
        {
            "case_id": review.case_id,
            "reviewer": pseudonym(key, "reviewer", review.reviewer),
            "form_hash": review.form_hash,
            "answers": resolve(room.state.form_of(review), review.answers),
            "evidence": evidence_of(review),
        }
        for case_id in room.state.cases
        if room.state.case_is_closed(case_id) and not room.is_blind(person, case_id)
        for review in room.state.independent(case_id)
        if review.status == LOCKED
    ]
    return {**room.about(), "reviews": rows}


def events(room: Room, person: Person, found: Iterable[Event], limit: int) -> dict[str, Any]:
    """Return a stretch of the record, for an auditor who reads no case that is still blind."""
    _sees_all(room, person)
    return {"events": [to_plain(e) for e, _ in zip(found, range(limit), strict=False)]}


def accesses(room: Room, person: Person, found: Iterable[Event], limit: int) -> dict[str, Any]:
    """Return a stretch of the book of accesses, for an auditor in the same way."""
    _sees_all(room, person)
    lines = [to_plain(access(e)) for e, _ in zip(found, range(limit), strict=False)]
    return {"accesses": lines}


def _sees_all(room: Room, person: Person) -> None:
    """Refuse who is no auditor, or reads a case or codes a text that a book would un-blind."""
    needs_role(person, "auditor")
    if any(room.is_blind(person, case_id) for case_id in room.state.cases):
        hint = "It opens when your own cases are in; or ask an auditor who reviews none."
        raise Refused(Problem("still-blind", "the record", "is not open to you yet", hint=hint))
    reviews = room.state.reviews.values()
    if any(_is_to_code(room, person, r) or _is_to_settle(room, person, r) for r in reviews):
        hint = "It opens when the texts you may code are done; or ask an auditor who codes none."
        raise Refused(Problem("still-blind", "the record", "is not open to you yet", hint=hint))


def _is_to_code(room: Room, person: Person, review: ReviewState) -> bool:
    """Whether who codes a text, or may begin to, has not said that they are done, or others not."""
    done = person.name in room.state.coding.text(review.review_id).done
    return may_code(room.state, person, review) and (not done or is_blind(room.state, review))


def _is_to_settle(room: Room, person: Person, review: ReviewState) -> bool:
    """Whether a text waits to be settled by somebody who must not know who said what."""
    settled = room.state.coding.text(review.review_id).settled_at
    return not settled and may_settle(room.state, person, review)
