"""Which words of a text pushed towards a theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lltic.themes.suggest.features import Counted, Vocabulary, pick
from lltic.themes.suggest.words import tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["MAX_WORDS", "Explainer"]

MAX_WORDS = 5
SHORTEST = 3
"""Letters of a word that is worth showing."""

LEAST = 0.2
"""Of the strongest word's push: what pushed less explains nothing."""


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains the scores of some texts, word by word; made by :meth:`of`.

    A word is given what its own column adds to the score, half of what each pair adds that it is
    in, and of each of its parts the share that occurs in this word.
    """

    n_words: int
    columns: np.ndarray = field(repr=False)
    counted: Counted = field(repr=False)
    texts: Sequence[str] = field(repr=False)
    rows: csr_matrix = field(repr=False)
    owners: list[tuple[int, ...]] = field(repr=False)
    spelt: csr_matrix = field(repr=False)
    parts: csr_matrix = field(repr=False)

    @classmethod
    def of(
        cls,
        vocabulary: Vocabulary,
        columns: np.ndarray,
        counted: Counted,
        texts: Sequence[str],
        rows: csr_matrix,
    ) -> Explainer:
        """Return what explains some texts.

        Parameters
        ----------
        vocabulary : Vocabulary
            Whose words and parts the first columns are.
        columns : (n_themes, n_columns) array
            The model's weights.
        counted, texts, rows
            The texts, as counted, as written and as the model sees them.
        """
        place = {name: i for i, name in enumerate(counted.single_names)}
        owners = [
            tuple(place[one] for one in name.split(" ") if one in place)
            for name in vocabulary.words
        ]
        spelt = pick(counted.spelt, counted.part_names, vocabulary.parts)
        parts = pick(counted.parts, counted.part_names, vocabulary.parts)
        n_words = len(vocabulary.words)
        return cls(n_words, columns, counted, texts, rows, owners, spelt, parts)

    def words(self, text: int, themes: Sequence[int]) -> list[tuple[str, ...]]:
        """Return, for each theme, the words of a text that pushed towards it, strongest first.

        They stand as they are first written in the text. Words of fewer than three letters,
        numbers, and words that pushed a fifth as much as the strongest or less are left out.
        """
        singles = self.counted.singles[text]
        pushed = self._pushed(text, singles.indices, singles.data, themes)
        written: dict[str, str] = {}
        for counted, as_written in tokens(self.texts[text]):
            written.setdefault(counted, as_written)
        names = [self.counted.single_names[i] for i in singles.indices]
        found = []
        for column in range(len(themes)):
            push = pushed[:, column]
            order = np.argsort(-push, kind="stable")
            least = LEAST * max(push.max(initial=0), 0)
            strongest = [
                written[names[i]] for i in order if push[i] > least and len(names[i]) >= SHORTEST
            ]
            found.append(tuple(strongest[:MAX_WORDS]))
        return found

    def _pushed(
        self, text: int, singles: np.ndarray, times: np.ndarray, themes: Sequence[int]
    ) -> np.ndarray:
        """Return ``(n_singles, n_themes)`` parts of the scores."""
        n_parts = self.parts.shape[1]
        row = self.rows[text]
        added = row.data[:, None] * self.columns[np.ix_(themes, row.indices)].T
        part = row.indices - self.n_words
        is_word, is_part = part < 0, (part >= 0) & (part < n_parts)
        by_single = np.zeros((len(self.counted.single_names), len(themes)))
        for column, adds in zip(row.indices[is_word], added[is_word], strict=True):
            owners = self.owners[column]
            for owner in owners:
                by_single[owner] += adds / len(owners)
        of_text = self.parts[text]
        occurs, each = np.zeros(n_parts), np.zeros((n_parts, len(themes)))
        occurs[of_text.indices] = of_text.data
        each[part[is_part]] = added[is_part] / occurs[part[is_part], None]
        shared = np.asarray(self.spelt[singles] @ each) * times[:, None]
        return np.asarray(by_single[singles] + shared)
