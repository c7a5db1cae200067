"""What other rooms may read of the record: locked judgements, codings, events.

Reading needs no service and never waits for one. Answers of a review that is
not locked do not leave this module, and a person's name leaves it only as the
account that made an entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lltic.form import Form, resolve
from lltic.records import Assignment, Citation, Coding, Event, Judgement
from lltic.reviews.record.events import ERASED, GENESIS
from lltic.reviews.record.opening import reading
from lltic.reviews.state import HANDED_BACK, INDEPENDENT, LOCKED, State, replay
from lltic.study import Study

__all__ = [
    "Locked",
    "assignments",
    "citations",
    "coded_reviews",
    "codings",
    "events",
    "head",
    "judgements",
    "locked",
    "status",
    "texts",
    "unblinded",
]


def events(study: Study) -> Iterator[Event]:
    """Yield every event in order; none when the record was never opened."""
    with reading(study) as store:
        if store is not None:
            yield from store.read()


def head(study: Study) -> tuple[int, str]:
    """Return seq and hash of the last event: what a figure was made from."""
    with reading(study) as store:
        return store.head() if store is not None else (0, GENESIS)


def _state(study: Study) -> State:
    return replay(events(study))


def assignments(study: Study) -> list[Assignment]:
    """Return who was given what, sorted by case and position."""
    reviews = _state(study).reviews.values()
    found = [
        Assignment(r.review_id, r.case_id, r.reviewer, r.position, r.form, r.discipline)
        for r in reviews
        if r.kind == INDEPENDENT and r.members and r.status != HANDED_BACK
    ]
    return sorted(found, key=lambda a: (a.case_id, a.position))


def judgements(study: Study) -> list[Judgement]:
    """Return every item of every locked review, as locked, before any consensus.

    Sorted by review and the order of the form.
    """
    return _judgements(_state(study))


def _judgements(state: State) -> list[Judgement]:
    found = []
    for review in sorted(state.reviews.values(), key=lambda r: r.review_id):
        if review.status != LOCKED or review.kind != INDEPENDENT:
            continue
        form = state.form_of(review)
        for path, answer in resolve(form, review.answers).items():
            field = review.fields.get(path)
            found.append(
                Judgement(
                    review_id=review.review_id,
                    case_id=review.case_id,
                    reviewer=review.reviewer,
                    position=review.position,
                    form=review.form,
                    form_hash=review.form_hash,
                    item=path,
                    value=answer["value"],
                    missing=answer["missing"],
                    seq=field.seq if field else 0,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Locked:
    """One review that is in, whatever its kind, with its answers as they were given.

    ``form`` is as this review was asked it, ``whole`` the form with the pages of other
    disciplines; ``amended`` says that it was opened again since it was first submitted.
    Who wrote it is not told.
    """

    review_id: str
    case_id: str
    kind: str
    position: int
    discipline: str
    form: Form
    whole: Form
    form_hash: str
    answers: Mapping[str, Mapping[str, Any]]
    submitted_at: str
    amended: bool


def locked(study: Study) -> list[Locked]:
    """Return every review that is in, by case: independent ones, and what followed from them."""
    state = _state(study)
    found = [
        Locked(
            review_id=r.review_id,
            case_id=r.case_id,
            kind=r.kind,
            position=r.position,
            discipline=r.discipline,
            form=state.form_of(r),
            whole=state.forms[r.form_hash],
            form_hash=r.form_hash,
            answers=r.answers,
            submitted_at=r.submitted_at,
            amended=bool(r.reopened),
        )
        for r in state.reviews.values()
        if r.status == LOCKED and not state.cases[r.case_id].erased
    ]
    return sorted(found, key=lambda r: (r.case_id, r.kind != INDEPENDENT, r.position, r.review_id))


def texts(study: Study) -> list[Judgement]:
    """Return the answered free texts of locked reviews, also those of entries."""
    state = _state(study)
    known: dict[tuple[str, str], bool] = {}
    found = []
    for judgement in _judgements(state):
        key = (judgement.form_hash, judgement.item)
        if key not in known:
            known[key] = state.forms[judgement.form_hash].is_text(judgement.item)
        if known[key] and not judgement.missing:
            found.append(judgement)
    return found


def citations(study: Study) -> list[Citation]:
    """Return the passages beside answers of locked reviews, in the order they were laid.

    Of the independent ones, as :func:`judgements` are.
    """
    reviews = _state(study).reviews.values()
    locked = [r for r in reviews if r.status == LOCKED and r.kind == INDEPENDENT]
    return sorted((c for r in locked for c in r.cited.values()), key=lambda c: c.seq)


def codings(study: Study) -> list[Coding]:
    """Return the codings that stand, in the order they were made."""
    return sorted(_state(study).coding.codings.values(), key=lambda c: c.seq)


def coded_reviews(study: Study) -> set[str]:
    """Return the reviews that at least one coder has read to the end."""
    return {review_id for review_id, _ in _state(study).coding.done}


def status(study: Study) -> dict[str, tuple[int, int]]:
    """Return per case ``(locked, assigned)``: how many of its reviews are in, of how many."""
    state = _state(study)
    counts = {}
    for case_id in sorted(state.cases):
        reviews = state.independent(case_id)
        counts[case_id] = (sum(r.status == LOCKED for r in reviews), len(reviews))
    return counts


def unblinded(study: Study) -> list[Event]:
    """Return every time the blind of a case was broken: who, when, why, at what stage."""
    found = [event for event in events(study) if event.kind == "unblinded"]
    return [event for event in found if event.value is not ERASED]
