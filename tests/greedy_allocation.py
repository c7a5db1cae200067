"""How cases were given out before: step by step, to the least loaded. For comparison.

Cases are taken in random order. Each goes to the reviewers who have the fewest so
far; where several do, to those who have met each other least often over a case.
Taking the least loaded at every step keeps fresh workloads within one of each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from lltic.records import Assignment

__all__ = ["greedy"]

MAX_COMBINATIONS = 5_000
"""Above so many ways to choose, a random part of them is looked at."""


@dataclass
class _Desk:
    """Who has how much, who has met whom, and who has been first reader how often."""

    load: Counter[str] = field(default_factory=Counter)
    met: Counter[frozenset[str]] = field(default_factory=Counter)
    first: Counter[str] = field(default_factory=Counter)

    def note(self, reviewers: Sequence[str], before: Sequence[str] = ()) -> None:
        self.load.update(reviewers)
        everyone = [*before, *reviewers]
        pairs = (frozenset(p) for p in combinations(everyone, 2))
        self.met.update(p for p in pairs if not p <= set(before))
        if not before and reviewers:
            self.first[reviewers[0]] += 1

    def meetings(self, reviewers: Sequence[str]) -> int:
        return sum(self.met[frozenset(pair)] for pair in combinations(reviewers, 2))


def greedy(
    case_ids: Iterable[str],
    reviewers: Sequence[str],
    *,
    readers: int = 2,
    form: str = "sjr",
    seed: int = 0,
    existing: Iterable[Assignment] = (),
) -> tuple[Assignment, ...]:
    rng = np.random.default_rng(seed)
    held: dict[str, list[Assignment]] = {}
    for assignment in sorted(existing, key=lambda a: (a.case_id, a.position)):
        held.setdefault(assignment.case_id, []).append(assignment)
    desk = _Desk()
    for assignments in held.values():
        desk.note([a.reviewer for a in assignments])
    cases = sorted(set(case_ids))
    new: list[Assignment] = []
    for i in rng.permutation(len(cases)).tolist():
        case_id = cases[i]
        before = held.get(case_id, [])
        new += _assign(case_id, reviewers, readers - len(before), form, before, desk, rng)
    return tuple(sorted(new, key=lambda a: (a.case_id, a.position)))


def _assign(
    case_id: str,
    reviewers: Sequence[str],
    wanted: int,
    form: str,
    before: Sequence[Assignment],
    desk: _Desk,
    rng: np.random.Generator,
) -> list[Assignment]:
    if wanted < 1:
        return []
    have = [a.reviewer for a in before]
    free = [name for name in reviewers if name not in have]
    chosen = _choose(free, wanted, have, desk, rng)
    # Whoever was first reader least often is first now, so that positions carry no meaning.
    order = rng.permutation(len(chosen)).tolist()
    chosen = sorted((chosen[i] for i in order), key=lambda name: desk.first[name])
    desk.note(chosen, have)
    taken = {a.position for a in before}
    positions = [p for p in range(1, len(chosen) + len(taken) + 1) if p not in taken]
    return [
        Assignment(f"{case_id}-{position}", case_id, name, position, form)
        for name, position in zip(chosen, positions, strict=False)
    ]


def _choose(
    free: list[str], wanted: int, have: list[str], desk: _Desk, rng: np.random.Generator
) -> list[str]:
    """Choose the least loaded; among equals those who have met least, then by lot."""
    by_load = sorted(free, key=lambda name: desk.load[name])
    limit = desk.load[by_load[wanted - 1]]
    sure = [name for name in by_load if desk.load[name] < limit]
    equal = [name for name in by_load if desk.load[name] == limit]
    lots = rng.permutation(len(equal)).tolist()
    options = combinations([equal[i] for i in lots], wanted - len(sure))
    few = (next(options, None) for _ in range(MAX_COMBINATIONS))
    ways = [[*sure, *way] for way in few if way is not None]
    return min(ways, key=lambda way: desk.meetings([*have, *way]))
