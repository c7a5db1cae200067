"""The rows a model sees: words and their parts and, if one is plugged in, an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lltic.themes.suggest.features import Counted, Vocabulary

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Embedding", "rows_of"]

DECIMALS = 5


class Embedding(Protocol):
    """Whatever makes numbers of a text on this machine; none is needed, and none is fetched."""

    @property
    def name(self) -> str:
        """What it is called, to print beside a figure."""

    @property
    def hash(self) -> str:
        """The SHA-256 of all it works by: a model learnt with it works with no other."""

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return ``(n_texts, n_dimensions)`` numbers, the same whenever the text is the same."""


def rows_of(
    vocabulary: Vocabulary,
    counted: Counted,
    texts: Sequence[str],
    embedding: Embedding | None = None,
) -> csr_matrix:
    """Return texts as rows: the vocabulary's columns, then those of the embedding, if any.

    Each of the three kinds of columns has length 1, or 0 where a text has nothing of it.
    """
    rows = vocabulary.rows(counted)
    if embedding is None:
        return rows
    from scipy.sparse import csr_matrix, hstack

    found = np.asarray(embedding.embed(texts), dtype=float)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    unit = np.round(found / np.where(length > 0, length, 1), DECIMALS)
    return hstack([rows, csr_matrix(unit)], format="csr")
