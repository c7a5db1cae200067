"""A model that has been learnt: what it knows, and what it suggests for a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lltic.themes.suggest.calibration import Calibration
from lltic.themes.suggest.explanation import Explainer
from lltic.themes.suggest.features import Counted, Vocabulary, count
from lltic.themes.suggest.floor import Floor
from lltic.themes.suggest.linear import Weights, one_thread
from lltic.themes.suggest.space import Embedding, rows_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["BANDS", "Made", "Model", "Reference", "Suggestion", "band_of", "in_bands"]

DECIMALS = 4
BANDS = (0.05, 0.2, 0.5, 0.8, 0.95)
"""Where the bands of probability part that a drift is looked for in."""


def band_of(probabilities: np.ndarray) -> np.ndarray:
    """Return the band of each probability, from 0; one on a border belongs above it."""
    return np.searchsorted(BANDS, probabilities, side="right")


def in_bands(probabilities: np.ndarray) -> tuple[int, ...]:
    """Return how many probabilities lie in each band."""
    found = np.bincount(band_of(probabilities), minlength=len(BANDS) + 1)
    return tuple(int(n) for n in found)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A theme a text may have, how probable it is, and the words that pushed towards it.

    ``words`` are the text's own, the strongest first; they are in no repr.
    """

    theme: str
    probability: float
    words: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """What a model was learnt from: counts, the seed, and the embedding, if any."""

    n_texts: int
    n_cases: int
    n_folds: int
    seed: int
    embedding: str = ""
    embedding_hash: str = ""
    vectors: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """What was usual in the texts learnt from, judged without having learnt from them.

    ``unknown_words`` is the mean over texts of the share of words not known, ``unknown_spread``
    its standard deviation; ``bands`` counts for each theme the texts in each band of probability.
    """

    unknown_words: float
    unknown_spread: float
    bands: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """What :func:`~lltic.themes.suggest.training.train` learnt, and a file keeps.

    ``hash`` is the SHA-256 of all the rest. ``floors`` has every theme of the codebook;
    ``parents`` (the theme above each, or nothing), ``calibrations`` and ``thresholds`` are in the
    order of ``themes``.
    """

    codebook: str
    codebook_hash: str
    themes: tuple[str, ...]
    parents: tuple[str, ...]
    vocabulary: Vocabulary = field(repr=False)
    weights: Weights = field(repr=False)
    calibrations: tuple[Calibration, ...] = field(repr=False)
    thresholds: tuple[float, ...] = field(repr=False)
    floors: Mapping[str, Floor] = field(repr=False)
    reference: Reference = field(repr=False)
    made: Made
    hash: str = ""
    embedding: Embedding | None = field(default=None, repr=False)

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return ``(n_texts, n_themes)`` probabilities, of themes below their floor as well."""
        with one_thread():
            counted = count(texts)
            return self._probabilities(rows_of(self.vocabulary, counted, texts, self.embedding))

    def _probabilities(self, rows: csr_matrix) -> np.ndarray:
        scores = self.weights.scores(rows)
        found = [c.probability(scores[:, i]) for i, c in enumerate(self.calibrations)]
        return np.round(np.stack(found, axis=1), DECIMALS) if found else scores

    def suggest(self, texts: Sequence[str]) -> list[tuple[Suggestion, ...]]:
        """Return what is suggested for each text, the most probable theme first.

        Parameters
        ----------
        texts : sequence of str
            Free-text answers; may be empty.

        Returns
        -------
        list of tuples of Suggestion
            One for each text, empty where nothing is suggested: only themes whose probability
            reaches their threshold and which are above their floor. A theme is left out where a
            finer one below it is suggested.
        """
        with one_thread():
            counted = count(texts)
            rows = rows_of(self.vocabulary, counted, texts, self.embedding)
            probabilities = self._probabilities(rows)
            chosen = (probabilities >= self.thresholds) & [
                self.floors[theme].passed for theme in self.themes
            ]
            explainer = self._explainer(counted, texts, rows)
            return [
                self._suggested(explainer, text, probabilities[text], np.flatnonzero(chosen[text]))
                for text in range(len(texts))
            ]

    def _explainer(self, counted: Counted, texts: Sequence[str], rows: csr_matrix) -> Explainer:
        columns = self.weights.columns
        return Explainer.of(self.vocabulary, columns, counted, texts, rows)

    def _suggested(
        self, explainer: Explainer, text: int, probability: np.ndarray, themes: np.ndarray
    ) -> tuple[Suggestion, ...]:
        if not len(themes):
            return ()
        finer = {self.parents[theme] for theme in themes}
        themes = np.array([theme for theme in themes if self.themes[theme] not in finer])
        order = themes[np.argsort(-probability[themes], kind="stable")]
        words = explainer.words(text, [int(theme) for theme in order])
        return tuple(
            Suggestion(self.themes[theme], float(probability[theme]), said)
            for theme, said in zip(order, words, strict=True)
        )
