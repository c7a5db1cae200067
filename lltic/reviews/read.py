"""What other rooms may read of the record: locked judgements, codings, events.

Reading needs no service and never waits for one. Answers of a review that is
not locked do not leave this module, and a person's name leaves it only as the
account that made an entry.

Asked of a study, each question reads the whole record as it then stands. Who has
several asks them of what :func:`on_record` returns: that is read once, and all
answers are of the same head, however the record grows meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from lltic.form import Form, resolve
from lltic.records import Assignment, Citation, Coding, Event, Judgement
from lltic.reviews.coding_differences import is_finished, standing
from lltic.reviews.coding_progress import finished, how_far
from lltic.reviews.record.events import GENESIS
from lltic.reviews.record.opening import reading
from lltic.reviews.state import HANDED_BACK, INDEPENDENT, LOCKED, OPEN, REPEAT, State, replay
from lltic.reviews.suggested import Answer
from lltic.study import Study

__all__ = [
    "Locked",
    "OnRecord",
    "assignments",
    "being_read_again",
    "citations",
    "coded_reviews",
    "coding_order",
    "coding_progress",
    "codings",
    "double_coded",
    "events",
    "head",
    "independent_codings",
    "judgements",
    "locked",
    "on_record",
    "second_readings",
    "status",
    "suggestion_answers",
    "texts",
    "unaided_codings",
    "unblinded",
    "unsettled_reviews",
]


@dataclass(frozen=True, eq=False)
class OnRecord:
    """What was on record of a study at one head (seq and hash of the last event).

    Nothing of it changes any more: what it answers with is the asker's own.
    """

    study: Study
    head: tuple[int, str]
    _state: State = field(repr=False)


Record = Study | OnRecord
"""What a question is asked of: a study's record as it stands, or as it was read once."""


def on_record(record: Record) -> OnRecord:
    """Read a study's record once, to ask several things of it; what was read is as it was."""
    if isinstance(record, OnRecord):
        return record
    state = replay(events(record))
    return OnRecord(record, (state.seq, state.hash), state)


def state_of(record: Record) -> State:
    """Return all there is on record, for the modules of this room alone."""
    return on_record(record)._state


def events(record: Record) -> Iterator[Event]:
    """Yield every event in order; none when the record was never opened."""
    if isinstance(record, OnRecord):
        last = record.head[0]
        yield from takewhile(lambda event: event.seq <= last, events(record.study))
        return
    with reading(record) as store:
        if store is not None:
            yield from store.read()


def head(record: Record) -> tuple[int, str]:
    """Return seq and hash of the last event: what a figure was made from."""
    if isinstance(record, OnRecord):
        return record.head
    with reading(record) as store:
        return store.head() if store is not None else (0, GENESIS)


def assignments(record: Record) -> list[Assignment]:
    """Return who was given what, sorted by case and position."""
    reviews = state_of(record).reviews.values()
    found = [
        Assignment(r.review_id, r.case_id, r.reviewer, r.position, r.form, r.discipline)
        for r in reviews
        if r.kind == INDEPENDENT and r.members and r.status != HANDED_BACK
    ]
    return sorted(found, key=lambda a: (a.case_id, a.position))


def judgements(record: Record) -> list[Judgement]:
    """Return every item of every locked review, as locked, before any consensus.

    Sorted by review and the order of the form.
    """
    return judgements_of(state_of(record))


def second_readings(record: Record) -> list[Judgement]:
    """Return the same of cases that their readers read again, which count in nothing else.

    Beside :func:`judgements` they tell how far a reader agrees with themselves.
    """
    return second_readings_of(state_of(record))


def second_readings_of(state: State) -> list[Judgement]:
    """Return what :func:`second_readings` does, of a state."""
    return judgements_of(state, REPEAT)


def judgements_of(state: State, kind: str = INDEPENDENT) -> list[Judgement]:
    """Return every item of every locked review of a kind, of a state."""
    found = []
    for review in sorted(state.reviews.values(), key=lambda r: r.review_id):
        if review.status != LOCKED or review.kind != kind:
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
                    value=deepcopy(answer["value"]),
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


def locked(record: Record) -> list[Locked]:
    """Return every review that is in, by case: independent ones, and what followed from them."""
    state = state_of(record)
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
            answers=deepcopy(r.answers),
            submitted_at=r.submitted_at,
            amended=bool(r.reopened),
        )
        for r in state.reviews.values()
        if r.status == LOCKED and not state.cases[r.case_id].erased
    ]
    return sorted(found, key=lambda r: (r.case_id, r.kind != INDEPENDENT, r.position, r.review_id))


def texts(record: Record) -> list[Judgement]:
    """Return the answered free texts of locked reviews, also those of entries."""
    state = state_of(record)
    known: dict[tuple[str, str], bool] = {}
    found = []
    for judgement in judgements_of(state):
        key = (judgement.form_hash, judgement.item)
        if key not in known:
            known[key] = state.forms[judgement.form_hash].is_text(judgement.item)
        if known[key] and not judgement.missing:
            found.append(judgement)
    return found


def citations(record: Record) -> list[Citation]:
    """Return the passages beside answers of locked reviews, in the order they were laid.

    Of the independent ones, as :func:`judgements` are.
    """
    reviews = state_of(record).reviews.values()
    locked = [r for r in reviews if r.status == LOCKED and r.kind == INDEPENDENT]
    return sorted((c for r in locked for c in r.cited.values()), key=lambda c: c.seq)


def codings(record: Record) -> list[Coding]:
    """Return the codings that stand, in the order they were made.

    One coder's own; of a text that two coded none before both are done, and then what they
    found alike and what was settled.
    """
    coding = state_of(record).coding
    found = (one for review_id in coding.texts for one in standing(coding, review_id))
    return sorted(found, key=lambda c: c.seq)


def independent_codings(record: Record) -> list[Coding]:
    """Return what each coder found alone in texts that several coded and all are done with.

    As locked, before anything was settled, and nothing that came of a suggestion: what
    agreement between coders is computed from. In the order they were made.
    """
    state = state_of(record)
    coding = state.coding
    closed = {r: t for r, t in coding.texts.items() if t.is_double and coding.is_closed(r)}
    found = [one for text in closed.values() for one in text.codings.values()]
    found += [one for one in state.suggested.taken_off.values() if one.review_id in closed]
    return sorted((one for one in found if not one.suggestion), key=lambda c: c.seq)


def unaided_codings(record: Record) -> list[Coding]:
    """Return what coders found before they were shown any suggestion, in the order of making.

    Of what stands, and also what a coder took off again when they had seen suggestions: what
    a model may learn from and be measured against, so that none learns from its own words.
    """
    state = state_of(record)
    stands = [one for review_id in state.coding.texts for one in standing(state.coding, review_id)]
    found = [one for one in stands if not one.suggestion]
    return sorted([*found, *state.suggested.taken_off.values()], key=lambda c: c.seq)


def suggestion_answers(record: Record) -> list[Answer]:
    """Return each suggestion that a coder was shown, and what they made of it, as shown.

    Those shown to two coders are there twice. What was never shown is not there.
    """
    return sorted(
        state_of(record).suggested.answers(), key=lambda a: (a.shown_at, a.suggestion.seq)
    )


def double_coded(record: Record) -> dict[str, tuple[str, ...]]:
    """Return who coded each text that several coded and all are done with, by review.

    Also those who found nothing in it, whom :func:`independent_codings` cannot name.
    """
    coding = state_of(record).coding
    return {
        review_id: tuple(sorted(text.coders))
        for review_id, text in sorted(coding.texts.items())
        if text.is_double and coding.is_closed(review_id)
    }


def coded_reviews(record: Record) -> set[str]:
    """Return the reviews whose coding stands: read to the end by all who code them, and settled."""
    coding = state_of(record).coding
    return {review_id for review_id in coding.texts if is_finished(coding, review_id)}


def coding_progress(record: Record) -> dict[str, Any]:
    """Return the coding plan, how far it is, and the curve of new themes.

    As :func:`lltic.reviews.coding_progress.how_far` says.
    """
    return how_far(state_of(record))


def coding_order(record: Record) -> list[str]:
    """Return the cases in the order in which a first text of theirs was coded to its end.

    By all who code it: the order of the curve of :func:`coding_progress`.
    """
    state = state_of(record)
    return list(dict.fromkeys(state.reviews[one].case_id for one in finished(state)))


def unsettled_reviews(record: Record) -> set[str]:
    """Return the reviews that two have coded, differently, and that nobody has settled yet."""
    coding = state_of(record).coding
    return {r for r in coding.texts if coding.is_closed(r) and not is_finished(coding, r)}


def status(record: Record) -> dict[str, tuple[int, int]]:
    """Return per case ``(locked, assigned)``: how many of its reviews are in, of how many."""
    state = state_of(record)
    counts = {}
    for case_id in sorted(state.cases):
        reviews = state.independent(case_id)
        counts[case_id] = (sum(r.status == LOCKED for r in reviews), len(reviews))
    return counts


def being_read_again(record: Record) -> set[str]:
    """Return the cases that a reader of theirs is reading once more just now.

    Who does must not be told what was said of the case, so nothing is shown of it until then.
    """
    state = state_of(record)
    again = (r for case in state.cases.values() for r in case.repeats.values())
    return {state.reviews[r].case_id for r in again if state.reviews[r].status == OPEN}


def unblinded(record: Record) -> list[Event]:
    """Return every time the blind of a case was broken: who, when, why, at what stage."""
    found = (event for case in state_of(record).cases.values() for event in case.unblinded)
    return sorted(map(deepcopy, found), key=lambda event: event.seq)
