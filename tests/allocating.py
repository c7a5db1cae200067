"""Short ways to an allocation, for its tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

from lltic.allocation import AllocationPlan, CaseToRead, Reviewer, allocate
from lltic.records import Assignment


def given(
    case_ids: Iterable[str],
    names: Sequence[str] | Sequence[Reviewer],
    existing: Iterable[Assignment] = (),
    seed: int = 0,
    **plan,
) -> tuple[Assignment, ...]:
    """Return the new assignments of plain cases to reviewers of whom only the name is known."""
    held: dict[str, list[Assignment]] = {}
    for a in existing:
        held.setdefault(a.case_id, []).append(a)
    cases = [CaseToRead(c, standing=tuple(held.get(c, ()))) for c in case_ids]
    people = [n if isinstance(n, Reviewer) else Reviewer(n) for n in names]
    return allocate(cases, people, AllocationPlan(form="sjr", **plan), seed=seed).new


def loads_of(made: Iterable[Assignment], names: Iterable[str]) -> list[int]:
    found = Counter(a.reviewer for a in made)
    return [found[name] for name in names]


def readers_of(made: Iterable[Assignment]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for a in made:
        found.setdefault(a.case_id, set()).add(a.reviewer)
    return found


def unevenness(made: Iterable[Assignment]) -> int:
    """Return the sum of the squared meetings of each two people."""
    met = Counter(p for r in readers_of(made).values() for p in combinations(sorted(r), 2))
    return sum(n * n for n in met.values())
