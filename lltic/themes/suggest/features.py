"""Texts as rows of numbers, and the vocabulary that says what each column is.

Parts of words are worked out once for every word and not for every text, so that ten
thousand texts take a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lltic.themes.suggest.words import parts_of, tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["MIN_CASES", "Counted", "Vocabulary", "count", "learn_vocabulary", "pick"]

MIN_CASES = 3
"""A word stands in a model when it was written about so many cases, so that none tells of one."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How often what occurs in each of some texts; columns are sorted by name.

    ``words`` (texts × ``word_names``) counts words and pairs of them, ``parts`` (texts ×
    ``part_names``) parts of words. ``spelt`` (``single_names`` × ``part_names``) says which parts
    a word has, ``singles`` (texts × ``single_names``) how often a text has it.
    """

    word_names: tuple[str, ...]
    part_names: tuple[str, ...]
    words: csr_matrix
    parts: csr_matrix
    single_names: tuple[str, ...]
    singles: csr_matrix
    spelt: csr_matrix

    def take(self, rows: np.ndarray) -> Counted:
        """Return the same for some of the texts."""
        some = {name: getattr(self, name)[rows] for name in ("words", "parts", "singles")}
        return replace(self, **some)


def count(texts: Sequence[str]) -> Counted:
    """Return what occurs in texts.

    Parameters
    ----------
    texts : sequence of str, length n
        May be empty, or hold empty texts.
    """
    from scipy.sparse import hstack

    lists = [[word for word, _ in tokens(text)] for text in texts]
    pairs = [[f"{one} {other}" for one, other in pairwise(words)] for words in lists]
    single_names, singles = _counts(lists)
    pair_names, paired = _counts(pairs)
    names = single_names + pair_names
    order = sorted(range(len(names)), key=names.__getitem__)
    words = hstack([singles, paired], format="csr")[:, order]
    part_names, spelt = _counts([parts_of(word) for word in single_names])
    return Counted(
        tuple(names[i] for i in order),
        tuple(part_names),
        words,
        singles @ spelt,
        tuple(single_names),
        singles,
        spelt,
    )


def _counts(lists: Sequence[Sequence[str]]) -> tuple[list[str], csr_matrix]:
    """Return the sorted names and how often each list has each."""
    from scipy.sparse import csr_matrix

    names = sorted({one for ones in lists for one in ones})
    place = {name: i for i, name in enumerate(names)}
    columns = np.fromiter((place[one] for ones in lists for one in ones), dtype=np.int32)
    rows = np.repeat(np.arange(len(lists)), [len(ones) for ones in lists])
    data = np.ones(len(columns))
    found = csr_matrix((data, (rows, columns)), shape=(len(lists), len(names)))
    found.sum_duplicates()
    return names, found


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The columns of a model and how much each weighs by its rarity.

    ``words`` and ``parts`` are sorted; ``word_weights`` and ``part_weights`` are their inverse
    document frequencies.
    """

    words: tuple[str, ...]
    parts: tuple[str, ...]
    word_weights: np.ndarray = field(repr=False)
    part_weights: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.words) + len(self.parts)

    def rows(self, counted: Counted) -> csr_matrix:
        """Return the texts as rows (n × columns): words first, then parts, each of length 1."""
        from scipy.sparse import hstack

        words = pick(counted.words, counted.word_names, self.words)
        parts = pick(counted.parts, counted.part_names, self.parts)
        return hstack(
            [_weighed(words, self.word_weights), _weighed(parts, self.part_weights)], format="csr"
        )


def learn_vocabulary(counted: Counted, cases: np.ndarray, min_cases: int = MIN_CASES) -> Vocabulary:
    """Return the words and parts that occur in texts about enough cases.

    Parameters
    ----------
    counted : Counted
        Of n texts.
    cases : (n,) array of int
        Which case each text is about.
    min_cases : int
        In how many of them a word has to occur.
    """
    words = _by_case(counted.words, cases)
    parts = _by_case(counted.parts, cases)
    kept_words, kept_parts = (np.flatnonzero(n >= min_cases) for n in (words, parts))
    n_texts = counted.words.shape[0]
    return Vocabulary(
        tuple(counted.word_names[i] for i in kept_words),
        tuple(counted.part_names[i] for i in kept_parts),
        _rarity(counted.words, n_texts)[kept_words],
        _rarity(counted.parts, n_texts)[kept_parts],
    )


def _by_case(counts: csr_matrix, cases: np.ndarray) -> np.ndarray:
    """Return in how many cases each column occurs."""
    from scipy.sparse import csr_matrix

    n = len(cases)
    member = csr_matrix((np.ones(n), (cases, np.arange(n))), shape=(cases.max(initial=-1) + 1, n))
    return np.asarray(((member @ counts) > 0).sum(axis=0)).ravel()


def _rarity(counts: csr_matrix, n_texts: int) -> np.ndarray:
    having = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.round(np.log((1 + n_texts) / (1 + having)) + 1, 5)


def pick(counts: csr_matrix, names: Sequence[str], wanted: Sequence[str]) -> csr_matrix:
    """Return the wanted columns, of zeros where a text could not have them."""
    if names is wanted or tuple(names) == tuple(wanted):
        return counts
    from scipy.sparse import csr_matrix

    place = {name: i for i, name in enumerate(wanted)}
    to = np.array([place.get(name, -1) for name in names], dtype=np.int64)
    coo = counts.tocoo()
    columns = to[coo.col] if len(to) else coo.col
    kept = columns >= 0
    shape = (counts.shape[0], len(wanted))
    return csr_matrix((coo.data[kept], (coo.row[kept], columns[kept])), shape=shape)


def _weighed(counts: csr_matrix, weights: np.ndarray) -> csr_matrix:
    """Return ``(1 + log count) × weight``, each row of length 1 or empty."""
    found: Any = counts.copy()
    found.sort_indices()
    found.data = (1 + np.log(found.data)) * weights[found.indices]
    lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    found.data /= np.repeat(lengths, np.diff(found.indptr))
    return found
