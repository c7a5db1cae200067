"""Parting texts for cross-validation, so that nothing of what is judged was learnt from.

All texts about a case are in one part. A text that says word for word what a text of the part
under judgement says is left out of learning as well, whichever case it is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lltic.themes.suggest.words import comparable

__all__ = ["Fold", "folds", "number", "part"]


@dataclass(frozen=True, slots=True)
class Fold:
    """Which texts are learnt from and which are judged, as sorted positions."""

    learn: np.ndarray
    judge: np.ndarray


def number(names: Sequence[str]) -> np.ndarray:
    """Return ``(n,)`` whole numbers from 0, the same for the same name, in order of the names."""
    place = {name: i for i, name in enumerate(sorted(set(names)))}
    return np.array([place[name] for name in names], dtype=np.int64)


def part(groups: np.ndarray, labels: np.ndarray, n_parts: int, seed: int) -> np.ndarray:
    """Return the part, from 0, of each text: groups whole, every label spread evenly.

    Parameters
    ----------
    groups : (n,) array of int from 0
        Texts with the same number stay together.
    labels : (n, n_labels) array of bool
        What each text was found to have.
    n_parts, seed : int
        How many parts; the seed breaks ties between groups.

    Notes
    -----
    Groups are taken from the one with the most labels down, and each goes to the part that has
    least of what it brings, a rare label weighing more (Sechidis and others 2011 for single
    texts; here for groups).
    """
    n_groups = int(groups.max()) + 1
    size = np.bincount(groups, minlength=n_groups)
    brought = np.zeros((n_groups, labels.shape[1] + 1))
    np.add.at(brought[:, 1:], groups, labels)
    brought[:, 0] = size
    weight = brought / np.maximum(brought.sum(axis=0), 1)
    shuffled = np.random.default_rng(seed).permutation(n_groups)
    order = shuffled[np.argsort(-weight.sum(axis=1)[shuffled], kind="stable")]
    had = np.zeros((n_parts, brought.shape[1]))
    to = np.zeros(n_groups, dtype=np.int64)
    for group in order:
        to[group] = int(np.argmin(had @ weight[group]))
        had[to[group]] += weight[group]
    return to[groups]


def folds(
    texts: Sequence[str], groups: np.ndarray, labels: np.ndarray, n_folds: int, seed: int
) -> Iterator[Fold]:
    """Yield the folds of a cross-validation; see :func:`part`.

    A fold judges each text once over all folds, and learns from those of other groups which
    say something else.
    """
    where = part(groups, labels, n_folds, seed)
    said = number([comparable(text) for text in texts])
    for fold in range(n_folds):
        judged = where == fold
        same = np.isin(said, said[judged])
        yield Fold(np.flatnonzero(~judged & ~same), np.flatnonzero(judged))
