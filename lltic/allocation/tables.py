"""Who reads what, as small tables: for a picture, a page or a manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from lltic.records import Assignment

__all__ = ["CrossTable", "loads_by_stratum", "pairs"]


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Counts by row and column; both are in alphabetical order.

    ``counts`` has one tuple per row; ``pandas.DataFrame(t.counts, t.rows, t.columns)`` takes it.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def pairs(assignments: Iterable[Assignment]) -> CrossTable:
    """Return how often each two reviewers read the same case; on the diagonal, who reads alone.

    Examples
    --------
    >>> made = [Assignment(f"{c}-{n}", c, who, n, "sjr")
    ...         for c, n, who in (("A", 1, "ada"), ("A", 2, "ben"), ("B", 1, "ada"))]
    >>> pairs(made)
    CrossTable(rows=('ada', 'ben'), columns=('ada', 'ben'), counts=((1, 1), (1, 0)))
    """
    by_case: dict[str, set[str]] = {}
    for a in assignments:
        if a.reviewer:
            by_case.setdefault(a.case_id, set()).add(a.reviewer)
    met: Counter[tuple[str, str]] = Counter()
    for names in by_case.values():
        for one, other in combinations(sorted(names), 2):
            met[one, other] += 1
            met[other, one] += 1
        if len(names) == 1:
            (alone,) = names
            met[alone, alone] += 1
    everybody = tuple(sorted(set().union(*by_case.values())))
    counts = tuple(tuple(met[row, column] for column in everybody) for row in everybody)
    return CrossTable(everybody, everybody, counts)


def loads_by_stratum(assignments: Iterable[Assignment], strata: Mapping[str, str]) -> CrossTable:
    """Return how many cases of each stratum each reviewer reads.

    Parameters
    ----------
    strata : mapping of str to str
        The stratum by case id.

    Examples
    --------
    >>> made = [Assignment("A-1", "A", "ada", 1, "sjr"), Assignment("B-1", "B", "ben", 1, "sjr")]
    >>> loads_by_stratum(made, {"A": "acute", "B": "community"})
    CrossTable(rows=('ada', 'ben'), columns=('acute', 'community'), counts=((1, 0), (0, 1)))
    """
    named = [a for a in assignments if a.reviewer]
    load = Counter((a.reviewer, strata[a.case_id]) for a in named)
    rows = tuple(sorted({a.reviewer for a in named}))
    columns = tuple(sorted({strata[a.case_id] for a in named}))
    return CrossTable(rows, columns, tuple(tuple(load[r, c] for c in columns) for r in rows))
