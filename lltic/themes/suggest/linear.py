"""The linear model: for each theme a weight for every word and part of a word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["PENALTY", "Weights", "fit", "one_thread"]

PENALTY = 0.1
"""How freely the weights may follow the texts; the published baselines use it too."""

TOLERANCE = 0.1
DECIMALS = 5
"""What is kept of a weight, so that the last bits of a processor are not in a model."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra to one thread: sums in another order differ in the last bit."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield


@dataclass(frozen=True, slots=True)
class Weights:
    """``columns`` (n_themes × n_columns) and ``offset`` (n_themes,) of scores."""

    columns: np.ndarray = field(repr=False)
    offset: np.ndarray = field(repr=False)

    def scores(self, rows: csr_matrix) -> np.ndarray:
        """Return ``(n_texts, n_themes)`` scores, the higher the more likely the theme."""
        return np.asarray(rows @ self.columns.T) + self.offset


def fit(rows: csr_matrix, having: np.ndarray, seed: int) -> Weights:
    """Return the weights that part the texts with each theme from those without.

    Parameters
    ----------
    rows : (n_texts, n_columns) sparse matrix
        See :class:`~lltic.themes.suggest.features.Vocabulary`.
    having : (n_texts, n_themes) array of bool
        A theme which all texts have, or none, gets no weights and a score of 0; so does
        every theme where the texts share no words, so that there is no column.
    seed : int
        Of the solver's order.

    Notes
    -----
    A linear support vector machine for each theme (liblinear's dual, squared hinge), the texts
    with a theme weighing together as much as those without.
    """
    from sklearn.svm import LinearSVC

    columns = np.zeros((having.shape[1], rows.shape[1]))
    offset = np.zeros(having.shape[1])
    for theme in range(having.shape[1] if rows.shape[1] else 0):
        if having[:, theme].all() or not having[:, theme].any():
            continue
        machine = LinearSVC(
            C=PENALTY, class_weight="balanced", tol=TOLERANCE, dual=True, random_state=seed
        )
        machine.fit(rows, having[:, theme])
        columns[theme] = machine.coef_[0]
        offset[theme] = machine.intercept_[0]
    return Weights(np.round(columns, DECIMALS) + 0.0, np.round(offset, DECIMALS) + 0.0)
