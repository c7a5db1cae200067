"""The places of each case as they stand: who reads it, which wait, who is not to have it.

What is needed to give cases out while the service is down, and nothing of what was judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lltic.records import Assignment
from lltic.reviews.read import Record, state_of
from lltic.reviews.state import HANDED_BACK, LOCKED, CaseState, ReviewState, State

__all__ = ["CasePlaces", "places"]


@dataclass(frozen=True, slots=True)
class CasePlaces:
    """The places of one case.

    ``standing`` are those that count, by position; one without a reviewer is on offer.
    ``left_by`` are people who know the case without a standing place: they handed it back,
    settle it, or have opened what was written of it, to code it. ``closed`` are positions that
    were taken out and not offered again, ``ever`` is how many reviews the case ever had. A case
    that is ``full`` gets no new places: all its reviews are in, something followed from them,
    or it was erased; then none is on offer.
    ``barred`` have a declared conflict of interest, by these rules. ``in_since`` says of each
    reader whose reading is in, and may be repeated, since when; ``read_again`` are those who
    were given a second reading.
    """

    case_id: str
    standing: tuple[Assignment, ...]
    left_by: frozenset[str]
    closed: tuple[int, ...]
    ever: int
    full: bool
    barred: Mapping[str, tuple[str, ...]]
    in_since: Mapping[str, str]
    read_again: tuple[str, ...]


def places(record: Record) -> dict[str, CasePlaces]:
    """Return the places of every case on record, by case id."""
    state = state_of(record)
    known = sorted({*state.cases, *state.barred})
    return {case_id: _places(state, case_id) for case_id in known}


def _places(state: State, case_id: str) -> CasePlaces:
    case = state.cases.get(case_id) or CaseState(case_id)
    reviews = [state.reviews[r] for r in case.reviews]
    standing = sorted(
        (r for r in reviews if r.status != HANDED_BACK and not (case.erased and not r.members)),
        key=lambda r: (r.position, r.review_id),
    )
    positions = {r.position for r in standing}
    return CasePlaces(
        case_id=case_id,
        standing=tuple(
            Assignment(r.review_id, r.case_id, r.reviewer, r.position, r.form, r.discipline)
            for r in standing
        ),
        left_by=frozenset(
            (state.readers(case_id) | state.coders(case_id)) - {r.reviewer for r in standing}
        )
        if case_id in state.cases
        else frozenset(),
        closed=tuple(sorted({r.position for r in reviews} - positions)),
        ever=len(reviews),
        full=case.erased or state.case_is_closed(case_id) or bool(case.follow_ups),
        barred={n: tuple(rules) for n, rules in state.barred.get(case_id, {}).items()},
        in_since=_in_since(state, case, reviews),
        read_again=tuple(sorted({state.reviews[r].reviewer for r in case.repeats})),
    )


def _in_since(state: State, case: CaseState, reviews: Sequence[ReviewState]) -> dict[str, str]:
    """Return since when each reading is in, of readers whom nothing shows others' of this case.

    The sides of a joint review meet over their readings as soon as the last of them is in.
    """
    if case.erased or (case.joint and not state.case_is_closed(case.case_id)):
        return {}
    seen = {n for r in case.follow_ups.values() for n in state.reviews[r].members}
    return {
        r.reviewer: r.submitted_at for r in reviews if r.status == LOCKED and r.reviewer not in seen
    }
