"""From judgements to a ratings matrix, and from a ratings matrix to counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.weights import Levels, Matrix, level_values, weight_matrix
from lltic.errors import LlticError, NotComputable, Problem
from lltic.records import Judgement

__all__ = ["Tally", "count_matrix", "ratings_matrix", "tally"]


def ratings_matrix(
    judgements: Iterable[Judgement], item: str, levels: Levels
) -> tuple[tuple[str, ...], Matrix]:
    """Return who-rated-what for one item.

    Parameters
    ----------
    judgements : iterable of Judgement
        Locked judgements; other items and unanswered ones are passed over.
    item : str
        The item's path, such as ``admission.score``.
    levels : (q,) sequence
        All levels of the item's scale, in order.

    Returns
    -------
    case_ids : tuple of str
        Sorted.
    ratings : (n_cases, n_reviewers) array
        NaN = not rated. Columns are positions, not people: the first reader of
        one case and of the next are different people.

    Raises
    ------
    LlticError
        ``rating-outside-scale``, with the number of such ratings.
    """
    places = {str(level): value for level, value in zip(levels, level_values(levels), strict=True)}
    rows: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for j in judgements:
        if j.item == item and not j.missing and j.value is not None:
            rows[j.case_id].append((j.position, j.review_id, str(j.value)))
    outside = sum(value not in places for row in rows.values() for *_, value in row)
    if outside:
        allowed = ", ".join(places)
        problem = Problem("rating-outside-scale", item, "not on the scale", allowed, count=outside)
        raise LlticError(problem)
    case_ids = tuple(sorted(rows))
    ratings = np.full((len(rows), max(map(len, rows.values()), default=0)), np.nan)
    for i, case_id in enumerate(case_ids):
        for column, (*_, value) in enumerate(sorted(rows[case_id])):
            ratings[i, column] = places[value]
    return case_ids, ratings


def count_matrix(ratings: ArrayLike, levels: Levels) -> Matrix:
    """Return r, (n_cases, q): how many reviewers gave the case each level.

    Raises
    ------
    LlticError
        ``rating-outside-scale``, ``bad-ratings`` when the matrix has not two dimensions.
    """
    x, values = np.asarray(ratings, dtype=float), level_values(levels)
    if x.ndim != 2:
        raise LlticError(Problem("bad-ratings", "ratings", "not a matrix", "cases by reviewers"))
    hits = x[:, :, None] == values[None, None, :]
    outside = int((~np.isnan(x) & ~hits.any(axis=2)).sum())
    if outside:
        allowed = ", ".join(str(level) for level in levels)
        problem = Problem(
            "rating-outside-scale", "ratings", "not on the scale", allowed, count=outside
        )
        raise LlticError(problem)
    return hits.sum(axis=1).astype(float)


@dataclass(frozen=True)
class Tally:
    """What a coefficient needs to know of the cases rated at least once.

    Letters, as in Gwet (2014): n cases, q levels, r_i ratings of case i.

    Parameters
    ----------
    counts : (n, q) array
        How many reviewers gave case i level k.
    weights : (q, q) array
        Credit for a pair of levels.
    """

    counts: Matrix
    weights: Matrix

    @cached_property
    def n(self) -> int:
        """Cases rated at least once."""
        return len(self.counts)

    @cached_property
    def ratings_per_case(self) -> Matrix:
        """r_i, (n,)."""
        return self.counts.sum(axis=1)

    @cached_property
    def twice(self) -> Matrix:
        """1.0 for a case rated at least twice, else 0.0; (n,)."""
        return (self.ratings_per_case >= 2).astype(float)

    @cached_property
    def within(self) -> Matrix:
        """Mean credit over the pairs of ratings of case i, 0 where there is no pair; (n,)."""
        r_i = self.ratings_per_case
        credit = (self.counts * (self.counts @ self.weights - 1)).sum(axis=1)
        return np.divide(credit, r_i * (r_i - 1), out=np.zeros(self.n), where=r_i >= 2)

    @cached_property
    def shares(self) -> Matrix:
        """Share of case i's ratings at level k, (n, q)."""
        return self.counts / self.ratings_per_case[:, None]

    @cached_property
    def pooled(self) -> Matrix:
        """Mean share of each level over cases, (q,): prevalence as all readers see it."""
        return self.shares.mean(axis=0)

    @cached_property
    def observed(self) -> float:
        """Mean credit over the cases rated twice."""
        return float(self.within.sum() / self.twice.sum())


def tally(ratings: ArrayLike, levels: Levels, weights: str | ArrayLike) -> Tally:
    """Return the tally of a ratings matrix, (n_cases, n_reviewers), NaN = not rated.

    Raises
    ------
    NotComputable
        ``too-few-cases``: fewer than two cases have two ratings.
    """
    counts = count_matrix(ratings, levels)
    made = Tally(counts[counts.sum(axis=1) > 0], weight_matrix(weights, levels))
    if made.twice.sum() < 2:
        hint = "Agreement needs at least two cases that two reviewers have both scored."
        where = "agreement"
        message = "fewer than two cases have two ratings"
        raise NotComputable(Problem("too-few-cases", where, message, hint=hint))
    return made
