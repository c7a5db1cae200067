"""Put a coding plan on record, while the service is down; and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from lltic.clock import Clock, system_clock, to_text
from lltic.errors import Problem, UsageError
from lltic.reviews.coded import ORDERS, CodingPlan
from lltic.reviews.read import Record, state_of
from lltic.reviews.record.events import Draft
from lltic.reviews.record.opening import writing
from lltic.reviews.state import replay
from lltic.study import Study

__all__ = ["plan_coding", "planned"]

MOST_TEXTS = 10_000


def plan_coding(study: Study, plan: CodingPlan, clock: Clock = system_clock) -> CodingPlan:
    """Put a plan on record; it takes the place of the one before.

    What was coded stays as it is. Where more texts are now coded twice, those that one
    person has coded wait for a second one.

    Raises
    ------
    UsageError
        ``bad-coding-plan``, with every part that is wrong.
    """
    if problems := list(_wrong(plan)):
        raise UsageError(problems)
    with writing(study) as store:
        state = replay(store.read())
        if state.coding.plan != plan:
            store.append([_draft(plan, state.seq, to_text(clock()))])
    return plan


def planned(record: Record) -> CodingPlan | None:
    """Return the plan in force, or None where there is none."""
    return state_of(record).coding.plan


def _draft(plan: CodingPlan, seq: int, at: str) -> Draft:
    return Draft(
        op_id=f":coding_planned:{seq}",
        at=at,
        actor="system",
        role="coordinator",
        organisation="",
        kind="coding_planned",
        value=asdict(plan),
    )


def _wrong(plan: CodingPlan) -> Iterator[Problem]:
    for name in ("double_share", "new_share"):
        if not 0 <= getattr(plan, name) <= 1:
            yield Problem("bad-coding-plan", name, "is not a share", "0 to 1")
    for name in ("base", "run"):
        if not 1 <= getattr(plan, name) <= MOST_TEXTS:
            message = "is not a number of texts"
            yield Problem("bad-coding-plan", name, message, f"1 to {MOST_TEXTS:,}")
    if plan.order not in ORDERS:
        yield Problem("bad-coding-plan", "order", "is not known", ", ".join(ORDERS))
    if not 0 <= plan.seed < 2**63:
        yield Problem("bad-coding-plan", "seed", "is not a seed", "a whole number from 0")
