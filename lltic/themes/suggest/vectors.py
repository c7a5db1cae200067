"""Word vectors from a file as an embedding: a text is the mean of its words' vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lltic.errors import LlticError, Problem
from lltic.themes.suggest.words import tokens

__all__ = ["WordVectors", "load_vectors"]

ALLOWED = "lines of 'word number number …', all of the same length, in UTF-8"


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Vectors of words; an :class:`~lltic.themes.suggest.space.Embedding`."""

    name: str
    hash: str
    path: str
    vectors: Mapping[str, np.ndarray] = field(repr=False)
    n_dimensions: int

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return ``(n_texts, n_dimensions)`` means; zeros where no word of a text has a vector."""
        found = np.zeros((len(texts), self.n_dimensions))
        for i, text in enumerate(texts):
            known = [self.vectors[word] for word, _ in tokens(text) if word in self.vectors]
            if known:
                found[i] = np.mean(known, axis=0)
        return found


def load_vectors(path: Path) -> WordVectors:
    """Read word vectors in the text format of word2vec, GloVe and fastText.

    A first line of two numbers (how many words, how many dimensions) is passed over.

    Raises
    ------
    LlticError
        ``vectors-unreadable``, with the line.
    """
    try:
        raw = path.read_bytes()
        lines = raw.decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        raise _unreadable(str(path)) from None
    vectors: dict[str, np.ndarray] = {}
    n_dimensions = 0
    for number, line in enumerate(lines, 1):
        cells = line.rstrip().split(" ")
        if len(cells) < 2 or (number == 1 and len(cells) == 2):
            continue
        try:
            vector = np.array(cells[1:], dtype=float)
        except ValueError:
            raise _unreadable(f"{path}, line {number}") from None
        n_dimensions = n_dimensions or len(vector)
        if len(vector) != n_dimensions or not np.isfinite(vector).all():
            raise _unreadable(f"{path}, line {number}")
        vectors[cells[0].lower()] = vector
    if not vectors:
        raise _unreadable(str(path))
    digest = hashlib.sha256(raw).hexdigest()
    return WordVectors(path.name, digest, str(path.resolve()), vectors, n_dimensions)


def _unreadable(where: str) -> LlticError:
    hint = "Name a file that is on this machine; nothing is fetched."
    return LlticError(
        Problem("vectors-unreadable", where, "cannot be read as word vectors", ALLOWED, hint)
    )
