"""What the events add up to: a projection that can be thrown away and rebuilt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lltic.form import Form, is_concordant, merged
from lltic.records import Citation, Event, from_plain
from lltic.reviews.case_state import (
    ADJUDICATION,
    CONSENSUS,
    HANDED_BACK,
    INDEPENDENT,
    LOCKED,
    OFFERED,
    OPEN,
    REPEAT,
    STAGE_2,
    CaseState,
    Escalation,
    FieldState,
    ReviewState,
)
from lltic.reviews.coded import CODING_KINDS, CodingState
from lltic.reviews.record.events import ERASED, GENESIS
from lltic.reviews.suggested import SUGGESTED_KINDS, Suggested

__all__ = [
    "ADJUDICATION",
    "CONSENSUS",
    "HANDED_BACK",
    "INDEPENDENT",
    "LOCKED",
    "OFFERED",
    "OPEN",
    "REPEAT",
    "STAGE_2",
    "CaseState",
    "CodingState",
    "Escalation",
    "FieldState",
    "ReviewState",
    "State",
    "replay",
]


@dataclass(slots=True)
class State:
    """Everything the service knows, folded from the events in order.

    ``set_off`` holds the names of what the system did of its own. What people did is
    found in the record by its operation id, so that the state stays small. ``barred`` holds who
    has a declared conflict of interest with which case, and by which rules. ``agreed`` keeps
    whether a case's reviewers agree, by their seals: locked answers do not change.
    """

    reviews: dict[str, ReviewState] = field(default_factory=dict)
    cases: dict[str, CaseState] = field(default_factory=dict)
    escalations: dict[str, Escalation] = field(default_factory=dict)
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    coding: CodingState = field(default_factory=CodingState)
    suggested: Suggested = field(default_factory=Suggested)
    set_off: set[str] = field(default_factory=set)
    barred: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    agreed: dict[str, tuple[tuple[str, ...], bool]] = field(default_factory=dict, compare=False)
    seq: int = 0
    hash: str = GENESIS

    def apply(self, event: Event) -> None:
        """Fold one event in; unknown kinds are an error, never skipped."""
        room = self.coding if event.kind in CODING_KINDS else self
        fold = getattr(room, f"_{event.kind}")
        if event.value is ERASED:
            self._case(event.case_id).erased = True
        else:
            if event.kind in SUGGESTED_KINDS:
                self.suggested.apply(event, self)
            fold(event)
        if event.op_id.startswith(":"):
            self.set_off.add(event.op_id)
        self.seq, self.hash = event.seq, event.hash

    # -- questions ---------------------------------------------------------------------

    def form_of(self, review: ReviewState) -> Form:
        """Return the form as this review is asked it."""
        form = self.forms[review.form_hash]
        return form.for_discipline(review.discipline) if review.discipline else form

    def form_named(self, name: str) -> str:
        """Return the hash of the form registered last under a name."""
        found = [digest for digest, form in self.forms.items() if form.name == name]
        return found[-1]

    def independent(self, case_id: str) -> list[ReviewState]:
        """Return the independent reviews of a case that still count."""
        found = (
            [self.reviews[r] for r in self.cases[case_id].reviews] if case_id in self.cases else []
        )
        return [r for r in found if r.status != HANDED_BACK]

    def readers(self, case_id: str) -> set[str]:
        """Return everybody who reads a case or has read it.

        Also those who handed it back: they know of it, and may not come back to it.
        """
        case = self.cases[case_id]
        ids = (*case.reviews, *case.follow_ups.values())
        return {name for r in ids for name in self.reviews[r].members} | case.left_by

    def coders(self, case_id: str) -> set[str]:
        """Return everybody who had a text of a case to code or settle: they know what is in it."""
        case = self.cases.get(case_id)
        texts = [self.coding.text(r) for r in case.reviews] if case else []
        return {name for text in texts for name in text.seen_by}

    def is_barred(self, name: str, case_id: str) -> bool:
        """Say whether a conflict of interest was declared between a person and a case."""
        return name in self.barred.get(case_id, {})

    def case_is_closed(self, case_id: str) -> bool:
        """Say whether every independent review of the case is locked, and there is one."""
        found = self.independent(case_id)
        return bool(found) and all(review.status == LOCKED for review in found)

    def concordant(self, case_id: str) -> bool:
        """Say whether the independent reviews of a closed case agree, as their form asks."""
        found = self.independent(case_id)
        seals = tuple(review.seal for review in found)
        if self.agreed.get(case_id, ((), False))[0] != seals:
            form = self.forms[found[0].form_hash]
            same = is_concordant(form, [review.answers for review in found])
            self.agreed[case_id] = seals, same
        return self.agreed[case_id][1]

    def is_read_again(self, review: ReviewState) -> bool:
        """Say whether the reader is reading the case again, who then must not see this review."""
        again = self.cases[review.case_id].repeats.get(review.review_id)
        return again is not None and self.reviews[again].status == OPEN

    def reads_again(self, name: str, case_id: str) -> bool:
        """Say whether a person is reading a case for the second time just now."""
        case = self.cases.get(case_id)
        again = [self.reviews[r] for r in case.repeats.values()] if case else []
        return any(r.status == OPEN and name in r.members for r in again)

    def follow_up(self, case_id: str, kind: str) -> ReviewState | None:
        """Return the adjudication, consensus or stage-2 review of a case."""
        review_id = self.cases[case_id].follow_ups.get(kind)
        return self.reviews[review_id] if review_id else None

    def stage(self, case_id: str) -> str:
        """Return where a case stands.

        Returns
        -------
        str
            ``erased``, ``awaiting`` (reviews are out), ``in_consensus``, ``discordant``
            (to be adjudicated), ``in_adjudication``, ``in_stage_2`` or ``concluded``.
        """
        case = self.cases[case_id]
        if case.erased:
            return "erased"
        if not self.case_is_closed(case_id):
            return "awaiting"
        consensus = self.follow_up(case_id, CONSENSUS)
        adjudication = self.follow_up(case_id, ADJUDICATION)
        if consensus is not None:
            if consensus.status != LOCKED:
                return "in_consensus"
        elif adjudication is not None:
            if adjudication.status != LOCKED:
                return "in_adjudication"
        elif not self.concordant(case_id):
            return "discordant"
        second = self.follow_up(case_id, STAGE_2)
        return "in_stage_2" if second is not None and second.status != LOCKED else "concluded"

    # -- what each kind of event does --------------------------------------------------

    def _case(self, case_id: str) -> CaseState:
        return self.cases.setdefault(case_id, CaseState(case_id))

    def _defined(self, event: Event) -> None:
        self.definitions[event.definition_hash] = event.value
        if event.field == "form":
            self.forms[event.definition_hash] = from_plain(Form, event.value)

    def _begin(self, event: Event, **more: Any) -> ReviewState:
        review = ReviewState(
            event.review_id, event.case_id, event.value["form"], event.definition_hash, **more
        )
        review.out_since = event.at
        self.reviews[event.review_id] = review
        return review

    def _assigned(self, event: Event) -> None:
        members = (event.value["reviewer"],)
        if event.value.get("kind", INDEPENDENT) == INDEPENDENT:
            self._independent(event, members, OPEN)
            return
        first = self.reviews[event.value["repeats"]]
        place = {"position": first.position, "discipline": first.discipline}
        self._begin(event, kind=REPEAT, repeats=first.review_id, members=members, **place)
        self._case(event.case_id).repeats[first.review_id] = event.review_id

    def _offered(self, event: Event) -> None:
        if event.value.get("kind", INDEPENDENT) == INDEPENDENT:
            self._independent(event, (), OFFERED)
        else:
            self._begin(event, kind=event.value["kind"], status=OFFERED)
            self._case(event.case_id).follow_ups[event.value["kind"]] = event.review_id

    def _independent(self, event: Event, members: tuple[str, ...], status: str) -> None:
        discipline = event.value.get("discipline", "")
        self._begin(
            event,
            position=event.value["position"],
            discipline=discipline,
            members=members,
            status=status,
        )
        case = self._case(event.case_id)
        case.reviews.append(event.review_id)
        case.joint = case.joint or bool(discipline)

    def _taken(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        review.members = (event.actor,)
        review.status, review.out_since = OPEN, event.at

    def _given(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        review.members = (event.value["reviewer"],)
        review.status, review.out_since = OPEN, event.at

    def _barred(self, event: Event) -> None:
        self.barred[event.case_id] = event.value["people"]

    def _opened(self, event: Event) -> None:
        kind = event.value["kind"]
        review = self._begin(event, kind=kind, members=tuple(event.value["members"]))
        self._case(event.case_id).follow_ups[kind] = event.review_id
        sides = [self.reviews[r] for r in event.value["sources"]]
        for path, answer in merged([(self.form_of(s), s.answers) for s in sides]).items():
            review.fields[path] = FieldState(answer, 1, event.seq)

    def _answered(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        review.fields[event.field] = FieldState(
            event.value, event.base_version + 1, event.seq, event.at
        )
        self._changed(review, event)

    def _cited(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        review.cited[event.op_id] = Citation(
            citation_id=event.op_id,
            review_id=event.review_id,
            case_id=event.case_id,
            item=event.field,
            **event.value,
            at=event.at,
            seq=event.seq,
        )
        self._changed(review, event)

    def _uncited(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        review.cited.pop(event.value["citation_id"], None)
        self._changed(review, event)

    def _changed(self, review: ReviewState, event: Event) -> None:
        review.saved_at = event.at
        review.signed.clear()  # a name stands under the words it was put to, and no others

    def _submitted(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        review.signed[event.actor] = event.at
        if set(review.signed) >= set(review.members):
            review.status = LOCKED
            review.submitted_at = event.at
            review.receipt, review.seal = receipt(event), event.hash

    def _handed_back(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        self._case(event.case_id).left_by.update(review.members)
        if review.kind in (INDEPENDENT, REPEAT):
            review.status = HANDED_BACK
        else:
            review.members, review.status, review.out_since = (), OFFERED, event.at

    def _reopened(self, event: Event) -> None:
        review = self.reviews[event.review_id]
        review.status, review.out_since = OPEN, event.at
        review.signed.clear()
        review.submitted_at = review.receipt = review.seal = ""
        review.reopened.append(event.at)
        self.coding.begin_again(review.review_id)

    def _escalated(self, event: Event) -> None:
        value = event.value
        self.escalations[event.op_id] = Escalation(
            event.op_id, event.case_id, event.review_id, value["trigger"], value["says"], event.at
        )
        self._case(event.case_id).escalations.append(event.op_id)

    def _escalation_updated(self, event: Event) -> None:
        escalation = self.escalations[event.field]
        escalation.record |= event.value
        escalation.version = event.base_version + 1

    def _unblinded(self, event: Event) -> None:
        self._case(event.case_id).unblinded.append(event)

    def _held(self, event: Event) -> None:
        """Holds, and what follows from them, are the record room's; they change no review."""

    _hold_released = _retention_set = _held
    _suggested = _suggestions_shown = _suggestion_rejected = _held

    def _erased(self, event: Event) -> None:
        self._case(event.case_id).erased = True


def receipt(event: Event) -> str:
    """Return the code a reviewer may keep: the start of the submitting event's hash."""
    return f"{event.hash[:4]}-{event.hash[4:8]}".upper()


def replay(events: Iterable[Event]) -> State:
    """Return the state that the events add up to."""
    state = State()
    for event in events:
        state.apply(event)
    return state
