"""How much credit a pair of ratings gets: 1 when equal, less the further apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lltic.errors import LlticError, Problem, UsageError, unknown

__all__ = ["WEIGHTS", "Counts", "Levels", "Matrix", "level_values", "weight_matrix"]

Matrix = NDArray[np.float64]
Counts = NDArray[np.integer]
Levels = Sequence[float | int | str]


def level_values(levels: Levels) -> Matrix:
    """Return levels as numbers: themselves when they are, else 1 to q in the order given.

    Parameters
    ----------
    levels : (q,) sequence
        *All* levels of the scale in order, also those nobody used: without
        them AC1, AC2 and Brennan-Prediger change.

    Raises
    ------
    LlticError
        ``bad-scale`` for fewer than two levels, or one twice.
    """
    if len(set(levels)) < 2 or len(set(levels)) != len(levels):
        raise LlticError(Problem("bad-scale", "levels", "a scale has two or more different levels"))
    if any(isinstance(level, str) for level in levels):
        return np.arange(1, len(levels) + 1, dtype=float)
    return np.asarray(levels, dtype=float)


def weight_matrix(weights: str | ArrayLike, levels: Levels, *, named_pair: bool = False) -> Matrix:
    """Return the (q, q) credits for every pair of levels, 1 on the diagonal.

    Parameters
    ----------
    weights : str or (q, q) array
        One of :data:`WEIGHTS`, or the credits themselves. They are symmetric,
        since a pair of interchangeable readers has no first and second.
    levels : (q,) sequence
        All levels of the scale in order.
    named_pair : bool
        Whether there are two readers, each the same person throughout: then
        row k is the first reader's level, column l the second's, and credits
        may depend on who said which.

    Raises
    ------
    UsageError
        ``unknown-weights``, ``bad-weights``.

    Source
    ------
    Gwet, K. L. (2014), Handbook of Inter-Rater Reliability, 4th ed., ch. 3.

    Examples
    --------
    >>> weight_matrix("quadratic", (1, 2, 3)).tolist()
    [[1.0, 0.75, 0.0], [0.75, 1.0, 0.75], [0.0, 0.75, 1.0]]
    """
    x = level_values(levels)
    if not isinstance(weights, str):
        given, square = np.asarray(weights, dtype=float), (len(x), len(x))
        whole = given.shape == square and np.isfinite(given).all() and (np.diag(given) == 1).all()
        if not whole or not (named_pair or (given == given.T).all()):
            allowed = f"{len(x)} by {len(x)} credits, symmetric, with 1 on the diagonal"
            hint = "Credits may depend on who said which where two named readers are compared."
            message = "not a table of credits"
            raise UsageError(Problem("bad-weights", "weights", message, allowed, hint))
        return given
    if weights not in WEIGHTS:
        raise UsageError(
            unknown("kind of weights", weights, tuple(WEIGHTS), code="unknown-weights")
        )
    loss = WEIGHTS[weights](x)
    return 1 - loss / loss.max()


def _gap(x: Matrix) -> Matrix:
    return np.abs(x[:, None] - x[None, :])


def _identity(x: Matrix) -> Matrix:
    return 1 - np.eye(len(x))


def _ordinal(x: Matrix) -> Matrix:
    steps = _gap(np.arange(len(x), dtype=float))
    return steps * (steps + 1) / 2


def _ratio(x: Matrix) -> Matrix:
    if (x <= 0).any():
        raise UsageError(Problem("bad-weights", "ratio", "needs levels above 0"))
    return (_gap(x) / (x[:, None] + x[None, :])) ** 2


def _circular(x: Matrix) -> Matrix:
    return np.sin(np.pi * _gap(x) / (x.max() - x.min() + 1)) ** 2


def _bipolar(x: Matrix) -> Matrix:
    pair = x[:, None] + x[None, :]
    room = (pair - 2 * x.min()) * (2 * x.max() - pair)
    return np.divide(_gap(x) ** 2, room, out=np.zeros_like(room), where=_gap(x) > 0)


WEIGHTS: dict[str, Callable[[Matrix], Matrix]] = {
    "identity": _identity,
    "linear": _gap,
    "quadratic": lambda x: _gap(x) ** 2,
    "ordinal": _ordinal,
    "radical": lambda x: np.sqrt(_gap(x)),
    "ratio": _ratio,
    "circular": _circular,
    "bipolar": _bipolar,
}
"""Loss of a pair of levels by kind, before it is scaled to 1 for the worst pair."""
