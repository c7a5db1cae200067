"""The oracle of blindness: two worlds that one person must not be able to tell apart.

In the first, everybody works. In the second, whatever others do in a case that is
blind to the observer does not happen until that case opens. As long as it is
closed, every page, every answer and every refusal the observer can get must be
the same in both, byte for byte (but for a receipt's digits, which are a hash).
So it is not only names or words that must not leak, but also that anything
happened at all, and when.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lltic.errors import LlticError
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.record.store import MemoryStore
from lltic.reviews.state import State

OPEN_CASES = ("AAAAA-00001", "AAAAA-00002")
JOINT = "BBBBB-00001"
CASES = (*OPEN_CASES, JOINT)

PEOPLE = {
    "amira": Person("amira", "Dr Amira", "Practice", ("reviewer",), "primary_care"),
    "dan": Person("dan", "Dr Dan", "Hospital", ("reviewer",), "primary_care"),
    "ada": Person("ada", "Dr Ada", "Region", ("adjudicator",)),
    "cora": Person("cora", "Cora", "Trust", ("coordinator",)),
    "cody": Person("cody", "Cody", "Task force", ("coder",)),
}
OBSERVERS = (
    ("reviewer",),
    ("reviewer", "coder"),
    ("reviewer", "coordinator"),
    ("reviewer", "adjudicator", "analyst"),
    ("reviewer", "auditor"),
)
READS = ("worklist", "coding_queue", "waiting", "overview", "discordant", "calibration", "extract")
FIELDS = ("admission.judgement", "overall.judgement", "overall.score", "problems.any")


class CanTell(AssertionError):
    """The observer got something in one world that is not so in the other."""


class World:
    """A desk with a clock that is set by hand."""

    def __init__(self, study: Any, base: list[Any], people: Mapping[str, Person]) -> None:
        self.people = people
        self.now = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
        store = MemoryStore()
        store.append(base)
        self.desk = Desk(study, store, lambda: self.now)

    @property
    def state(self) -> State:
        return self.desk._state

    def do(self, person: Person, operation: Mapping[str, Any], minute: int) -> str:
        """Do an operation at a given minute, and return all that is said about it."""
        self.now = datetime(2026, 10, 5, 9, 0, tzinfo=UTC) + timedelta(minutes=minute)
        value = operation.get("value")
        named = value.get("to", "") if isinstance(value, dict) else ""
        whom = self.people.get(named)
        return said(lambda: self.desk.operate(person, operation, "password", whom))


def said(call: Any) -> str:
    """Return what a call gives, as the bytes that would leave the service; or its refusal."""
    try:
        answer = call()
    except LlticError as error:
        problems = [problem.as_dict() for problem in error.problems]
        answer = {"problems": problems, "conflict": getattr(error, "conflict", None)}
    return json.dumps(_without_hashes(answer), sort_keys=True)


def _without_hashes(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {
            key: (bool(value) if key == "receipt" else _without_hashes(value))
            for key, value in answer.items()
        }
    return [_without_hashes(v) for v in answer] if isinstance(answer, list) else answer


def pages(world: World, person: Person, ids: list[str]) -> Iterator[str]:
    """Yield everything a person can get without changing anything, asking for all there is."""
    desk = world.desk
    for name in READS:
        yield said(lambda name=name: getattr(desk, name)(person))
    for book in (desk.events, desk.accesses):
        yield said(lambda book=book: book(person, 0))
    for case_id in CASES:
        yield said(lambda case_id=case_id: desk.case(person, case_id))
    for review_id in ids:
        yield said(lambda r=review_id: _light(desk.review(person, r)))
        yield said(lambda r=review_id: desk.coding_text(person, r))
        yield said(lambda r=review_id: desk.document(person, r, f"doc-{r.rpartition('-')[0]}"))


def _light(page: dict[str, Any]) -> dict[str, Any]:
    """A review without its form's wording, which is the same for all and long."""
    return {**page, "form": page["form"]["name"]}


class Blindness(RuleBasedStateMachine):
    """Histories of a small study, seen by Ben in one of his roles."""

    study: Any
    base: list[Any]
    complete_answers: dict[str, dict[str, dict[str, Any]]]

    @initialize(roles=st.sampled_from(OBSERVERS))
    def begin(self, roles: tuple[str, ...]) -> None:
        self.ben = Person("ben", "Dr Ben", "Hospital", roles, "secondary_care")
        self.people = {**PEOPLE, "ben": self.ben}
        worlds = (World(self.study, self.base, self.people) for _ in range(2))
        self.seen, self.blind = worlds
        self.hidden: dict[str, list[str]] = {case: [] for case in CASES}
        self.minute = 0
        self.moves: list[tuple[Person, dict[str, Any], int]] = []

    # -- what people do ------------------------------------------------------------------

    @rule(
        who=st.sampled_from(("amira", "ben", "dan")),
        pick=st.integers(0, 9),
        field=st.sampled_from(FIELDS),
        score=st.integers(1, 5),
        blank=st.booleans(),
    )
    def answer(self, who: str, pick: int, field: str, score: int, blank: bool) -> None:
        review = self._one_of(who, pick)
        if review is None:
            return
        known = review.fields.get(field)
        value = {
            "overall.score": {"value": score},
            "problems.any": {"value": "yes" if score < 3 else "no"},
        }.get(field, {"value": f"words of {who} {score}"})
        self._do(
            who,
            review.case_id,
            kind="answer",
            review_id=review.review_id,
            field=field,
            value=None if blank else value,
            base_version=known.version if known else 0,
        )

    @rule(
        who=st.sampled_from(("amira", "ben", "dan")),
        pick=st.integers(0, 9),
        score=st.integers(1, 5),
    )
    def complete(self, who: str, pick: int, score: int) -> None:
        """Fill a whole review, and lock it."""
        review = self._one_of(who, pick)
        if review is not None and review.status == "open":
            self._finish(who, review, score)

    @rule(case=st.sampled_from(CASES), scores=st.sampled_from(((4, 4), (2, 4), (1, 1))))
    def finish_all(self, case: str, scores: tuple[int, int]) -> None:
        """All who have a case finish it: agreeing, differing, or grave."""
        for at, review in enumerate(self._reviews(case)):
            if review.kind == "independent" and review.status == "open":
                self._finish(review.members[0], review, scores[at % 2])

    @rule(who=st.sampled_from(("amira", "ben", "dan")), pick=st.integers(0, 9))
    def hand_back(self, who: str, pick: int) -> None:
        review = self._one_of(who, pick)
        if review is not None:
            self._do(
                who,
                review.case_id,
                kind="hand_back",
                review_id=review.review_id,
                reason="I knew them",
            )

    @rule(
        who=st.sampled_from(("amira", "ben", "dan", "ada")),
        case=st.sampled_from(CASES),
        kind=st.sampled_from(("independent", "adjudication", "stage_2")),
    )
    def take(self, who: str, case: str, kind: str) -> None:
        self._do(who, case, kind="take", value={"kind": kind})

    @rule(
        case=st.sampled_from(CASES),
        pick=st.integers(0, 9),
        again=st.booleans(),
        kind=st.sampled_from(("reopen", "withdraw", "break_blind")),
    )
    def coordinate(self, case: str, pick: int, again: bool, kind: str) -> None:
        ids = self.seen.state.cases[case].reviews
        self._do(
            "cora",
            case,
            kind=kind,
            review_id=ids[pick % len(ids)],
            value={"offer_again": again},
            reason="A page was missing",
        )

    @rule(case=st.sampled_from(CASES), whom=st.sampled_from(("amira", "ben", "dan")))
    def allot(self, case: str, whom: str) -> None:
        """Give a place that waits to somebody; open one where none does."""
        waits = [r.review_id for r in self._reviews(case) if r.status == "offered"]
        side = self.people[whom].discipline if case == JOINT else ""
        kind, value = ("give", {"to": whom}) if waits else ("offer", {"discipline": side})
        review_id = waits[0] if waits else ""
        self._do("cora", case, kind=kind, review_id=review_id, value=value, reason="On leave")

    @rule(pick=st.integers(0, 30))
    def done_coding(self, pick: int) -> None:
        ids = list(self.seen.state.reviews)
        review_id = ids[pick % len(ids)]
        case = self.seen.state.reviews[review_id].case_id
        self._do("cody", case, kind="coding_done", review_id=review_id)

    @rule(
        pick=st.integers(0, 30),
        kind=st.sampled_from(
            (
                "answer",
                "submit",
                "hand_back",
                "reopen",
                "withdraw",
                "break_blind",
                "escalation_update",
                "coding_done",
                "code",
                "offer",
                "give",
            )
        ),
    )
    def pry(self, pick: int, kind: str) -> None:
        """Ben tries what is not his, where he may know that it is there."""
        ids = [*self.blind.state.reviews, *(f"{c}-{n}" for c in CASES for n in range(1, 6))]
        review_id = ids[pick % len(ids)]
        case = review_id.rpartition("-")[0]
        self._do(
            "ben",
            case,
            kind=kind,
            review_id=review_id,
            field="overall.score",
            value={"value": 1},
            base_version=0,
            reason="Curious",
        )

    # -- what must hold ------------------------------------------------------------------

    @invariant()
    def the_observer_cannot_tell(self) -> None:
        if not hasattr(self, "ben") or not any(self.hidden.values()):
            return
        ids = [f"{c}-{n}" for c in CASES for n in (1, 2, 3, "consensus", "adjudication")]
        seen, blind = (list(pages(w, self.ben, ids)) for w in (self.seen, self.blind))
        for one, other in zip(seen, blind, strict=True):
            if one != other:
                raise CanTell(f"{one} or {other}")

    # -- how ------------------------------------------------------------------------------

    def _one_of(self, who: str, pick: int) -> Any:
        own = [r for r in self.seen.state.reviews.values() if who in r.members]
        return own[pick % len(own)] if own else None

    def _finish(self, who: str, review: Any, score: int) -> None:
        form = self.seen.state.form_of(review)
        asked = {path for path, _, _ in form.items()}
        for field, value in self.complete_answers[form.name].items():
            if field in asked:
                known = review.fields.get(field)
                given = {
                    "overall.score": {"value": score},
                    "problems.any": {"value": "yes" if score < 3 else "no"},
                }.get(field, value)
                self._do(
                    who,
                    review.case_id,
                    kind="answer",
                    review_id=review.review_id,
                    field=field,
                    value=given,
                    base_version=known.version if known else 0,
                )
        self._do(who, review.case_id, kind="submit", review_id=review.review_id)

    def _do(self, who: str, case: str, **operation: Any) -> None:
        self.minute += 1
        minute = self.minute
        whole = {"op_id": f"operation-{minute}", "case_id": case, **operation}
        move = (self.people[who], whole, minute)
        hide = who != "ben" and self._is_blind(case) and not self._is_bens(operation)
        in_seen = self.seen.do(*move)
        if who == "cora" and '"problems"' in in_seen:
            return  # what a coordinator could not do changes nothing, in no world
        self.moves.append(move)
        if hide:
            self.hidden[case].append(whole["op_id"])
        else:
            in_blind = self.blind.do(*move)
            opened = self._is_in(case)  # what is said then may tell so
            if who == "ben" and not opened and in_seen != in_blind:
                raise CanTell(f"{operation['kind']}: {in_seen} or {in_blind}")
        self._open(case)

    def _is_bens(self, operation: Mapping[str, Any]) -> bool:
        """What a coordinator does with Ben's own review he may know."""
        review = self.seen.state.reviews.get(operation.get("review_id", ""))
        return review is not None and "ben" in review.members

    def _is_blind(self, case: str) -> bool:
        """Ben reads the case, or has read it, and it is not in."""
        reads = any("ben" in review.members for review in self._reviews(case))
        return bool(self.hidden[case]) or (reads and not self._is_in(case))

    def _is_in(self, case: str) -> bool:
        """The oracle's own idea of it: every independent review locked that still counts."""
        found = [r for r in self._reviews(case) if r.kind == "independent"]
        return {r.status for r in found} - {"handed_back"} == {"locked"}

    def _reviews(self, case: str) -> list[Any]:
        return [r for r in self.seen.state.reviews.values() if r.case_id == case]

    def _open(self, case: str) -> None:
        """When a case opens, what was hidden happens in the other world too, in its place."""
        if not self.hidden[case] or not self._is_in(case):
            return
        self.hidden[case].clear()
        still = {op_id for ids in self.hidden.values() for op_id in ids}
        self.blind = World(self.study, self.base, self.people)
        for person, operation, minute in self.moves:
            if operation["op_id"] not in still:
                self.blind.do(person, operation, minute)
