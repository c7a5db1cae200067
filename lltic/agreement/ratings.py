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

__all__ = ["Tally", "count_matrix", "from_table", "hits_of", "ratings_matrix", "tally"]


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
    x = np.asarray(ratings, dtype=float)
    if x.ndim != 2:
        raise LlticError(Problem("bad-ratings", "ratings", "not a matrix", "cases by reviewers"))
    hits = hits_of(x, levels) > 0
    outside = int((~np.isnan(x) & ~hits.any(axis=2)).sum())
    if outside:
        allowed = ", ".join(str(level) for level in levels)
        problem = Problem(
            "rating-outside-scale", "ratings", "not on the scale", allowed, count=outside
        )
        raise LlticError(problem)
    return hits.sum(axis=1).astype(float)


def hits_of(x: Matrix, levels: Levels) -> Matrix:
    """Return who gave what, (n_cases, n_reviewers, q): 1.0 where reader j gave the level."""
    return (x[:, :, None] == level_values(levels)).astype(float)


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
    in_order : (n,) array, optional
        Credit of case i where it depends on which of two named readers said
        which; 0 where one of them said nothing.
    """

    counts: Matrix
    weights: Matrix
    in_order: Matrix | None = None

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
    def both_ways(self) -> Matrix:
        """Credit for a pair of levels whoever said which, (q, q)."""
        return (self.weights + self.weights.T) / 2

    @cached_property
    def within(self) -> Matrix:
        """Mean credit over the pairs of ratings of case i, 0 where there is no pair; (n,)."""
        if self.in_order is not None:
            return self.in_order
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

    def of_pairs(self) -> Tally:
        """Return the tally of the cases rated at least twice."""
        kept = self.twice > 0
        ordered = None if self.in_order is None else self.in_order[kept]
        return Tally(self.counts[kept], self.weights, ordered)


def tally(
    ratings: ArrayLike, levels: Levels, weights: str | ArrayLike, *, named: bool = False
) -> Tally:
    """Return the tally of a ratings matrix, (n_cases, n_reviewers), NaN = not rated.

    Parameters
    ----------
    named : bool
        Whether a column is one person throughout; credits between two such
        readers may depend on who said which.

    Raises
    ------
    NotComputable
        ``too-few-cases``: fewer than two cases have two ratings.
    """
    counts = count_matrix(ratings, levels)
    x = np.asarray(ratings, dtype=float)
    w = weight_matrix(weights, levels, named_pair=named and x.shape[1] == 2)
    rated = counts.sum(axis=1) > 0
    in_order = None if (w == w.T).all() else _credit_in_order(x[rated], level_values(levels), w)
    made = Tally(counts[rated], w, in_order)
    if made.twice.sum() < 2:
        hint = "Agreement needs at least two cases that two reviewers have both scored."
        where = "agreement"
        message = "fewer than two cases have two ratings"
        raise NotComputable(Problem("too-few-cases", where, message, hint=hint))
    return made


def _credit_in_order(x: Matrix, values: Matrix, w: Matrix) -> Matrix:
    """Return the credit of each case from two named readers, (n,)."""
    places = (x[:, :, None] == values).argmax(axis=2)
    return np.where(np.isnan(x).any(axis=1), 0.0, w[places[:, 0], places[:, 1]])


def from_table(counts: ArrayLike) -> Matrix:
    """Return the ratings of two readers from their table of counts.

    Parameters
    ----------
    counts : (q, q) array of whole numbers
        How often the first reader said the row's level and the second the column's.

    Returns
    -------
    (n_cases, 2) array
        Of levels 1 to q, one row per case.

    Raises
    ------
    LlticError
        ``bad-ratings`` when the table is not square or holds anything but counts.

    Examples
    --------
    >>> from_table([[1, 2], [0, 1]]).tolist()
    [[1.0, 1.0], [1.0, 2.0], [1.0, 2.0], [2.0, 2.0]]
    """
    table = np.asarray(counts)
    square = table.ndim == 2 and table.shape[0] == table.shape[1]
    if not square or (table < 0).any() or (table != np.floor(table)).any():
        allowed = "as many rows as columns, of whole numbers from 0"
        raise LlticError(Problem("bad-ratings", "table", "not a table of counts", allowed))
    first, second = np.indices(table.shape) + 1
    often = table.astype(int).ravel()
    sides = [np.repeat(side.ravel(), often) for side in (first, second)]
    return np.column_stack(sides).astype(np.float64)
