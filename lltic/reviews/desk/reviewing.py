"""A reviewer's own reviews, with the notes; and nothing of anybody else's."""

from __future__ import annotations

from datetime import timedelta
from string import ascii_uppercase
from typing import Any

from lltic.clock import parse_instant
from lltic.errors import Problem, Refused
from lltic.form import Form, differing, page_progress
from lltic.reviews.desk.notes import note_of
from lltic.reviews.desk.room import Room
from lltic.reviews.people import Person
from lltic.reviews.rules import review_of, sources_of
from lltic.reviews.state import CONSENSUS, INDEPENDENT, OPEN, REPEAT, ReviewState

__all__ = ["document", "evidence_of", "review", "worklist"]

MOST_DAYS = 3650
"""A day further off than that is none."""


def worklist(room: Room, person: Person) -> dict[str, Any]:
    """Return the reviews a person writes in."""
    role = {"reviewer", "adjudicator"} & set(person.roles)
    state = room.state
    mine = (r for r in state.reviews.values() if person.name in r.members and role)
    own = [r for r in mine if not state.is_read_again(r)]
    return {**room.about(), "reviews": [_row(room, review) for review in own]}


def _row(room: Room, review: ReviewState) -> dict[str, Any]:
    """Return a review's line, made again only when something was written in it since.

    Long lists are read while others save, and everybody waits for the one who reads.
    """
    written = sum(field.version for field in review.fields.values())
    stands = (written, review.status, review.receipt, review.saved_at, review.out_since)
    known, row = room.rows.get(review.review_id, (None, {}))
    if known != stands:
        row = _made_row(room, review)
        room.rows[review.review_id] = (stands, row)
    return row


def _made_row(room: Room, review: ReviewState) -> dict[str, Any]:
    form = room.state.form_of(review)
    progress = {p.id: page_progress(form, p, review.answers) for p in form.pages}
    case = room.casebook.get(review.case_id, {})
    return {
        "review_id": review.review_id,
        "case_id": review.case_id,
        "kind": review.kind,
        "status": review.status,
        "form": form.title,
        "summary": case.get("summary", ""),
        "note_pages": sum(d["pages"] for d in case.get("documents", ())),
        "progress": progress,
        "next_page": next((p for p, s in progress.items() if s in ("todo", "started")), ""),
        "last": _last_written(form, review),
        "given_at": review.out_since if review.members else "",
        "due_on": _due_on(review, room.study.settings.review_days),
        "saved_at": review.saved_at,
        "submitted_at": review.submitted_at,
        "receipt": review.receipt,
        "reopened": bool(review.reopened),
    }


def _last_written(form: Form, review: ReviewState) -> dict[str, str] | None:
    """Return the question that was answered last, for whoever goes on from there.

    Of a review that two people write in there is none: it may have been the other one's.
    """
    written = [(field.seq, path) for path, field in review.fields.items() if field.at]
    if review.status != OPEN or len(review.members) != 1 or not written:
        return None
    path = max(written)[1]
    page, item = form.page(path.split(".")[0]), form.item(path)
    if page is None or item is None:
        return None
    return {"field": path, "page": page.id, "title": page.title, "question": item.label}


def _due_on(review: ReviewState, days: int) -> str:
    """Return until when a review is asked for; empty where the study asks for no day."""
    if not 0 < days <= MOST_DAYS or review.status != OPEN or not review.members:
        return ""
    return (parse_instant(review.out_since) + timedelta(days=days)).date().isoformat()


def review(room: Room, person: Person, review_id: str) -> dict[str, Any]:
    """Return all that a person needs to work on one of their reviews.

    What follows from others' reviews shows those: an adjudicator sees them as A and
    B, without names; the two sides of a joint review see each other's by discipline.
    """
    own = review_of(room.state, person, review_id)
    case = room.casebook.get(own.case_id)
    if case is None:
        hint = "Tell your coordinator: the case book must be made again (lltic allocate)."
        raise Refused(Problem("no-case-notes", "this case", "is not in the case book", hint=hint))
    fields = {
        path: {"answer": field.answer, "version": field.version}
        for path, field in own.fields.items()
    }
    found = {**_row(room, own), "case": case, "form": room.form(own), "fields": fields}
    found["evidence"] = evidence_of(own)
    alone = own.kind in (INDEPENDENT, REPEAT)
    return found if alone else {**found, **_others(room, person, own)}


def evidence_of(review: ReviewState) -> list[dict[str, Any]]:
    """Return the passages that stand beside a review's answers, in the order they were laid.

    Without a time or a place in the record: those would tell of others' work.
    """
    names = ("citation_id", "document", "sha256", "page", "start", "end", "text")
    return [
        {"field": one.item, **{name: getattr(one, name) for name in names}}
        for one in review.cited.values()
    ]


def _others(room: Room, person: Person, own: ReviewState) -> dict[str, Any]:
    state = room.state
    sides = sources_of(state, own)
    labels = [
        side.discipline if own.kind == CONSENSUS else _letter(number)
        for number, side in enumerate(sides)
    ]
    return {
        "sources": [
            {"label": label, "answers": side.answers, "evidence": evidence_of(side)}
            for label, side in zip(labels, sides, strict=True)
        ],
        "differing": differing([(state.form_of(side), side.answers) for side in sides]),
        "source_form": room.whole_form(sides[0].form_hash),
        "signed": person.name in own.signed,
        "others_signed": bool(set(own.signed) - {person.name}),
    }


def _letter(number: int) -> str:
    """Return A to Z, then A2 to Z2: everybody may have read a case, to calibrate by it."""
    rounds, place = divmod(number, len(ascii_uppercase))
    return f"{ascii_uppercase[place]}{rounds + 1 if rounds else ''}"


def document(room: Room, person: Person, review_id: str, document_id: str) -> list[str]:
    """Return a document's pages, when it belongs to the case of a person's own review."""
    return note_of(room, person, review_id, document_id).texts()
