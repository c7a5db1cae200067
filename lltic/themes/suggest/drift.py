"""Whether the texts that come now are still like those the model learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lltic.errors import NotComputable, Problem
from lltic.themes.suggest.features import count
from lltic.themes.suggest.floor import design_effect
from lltic.themes.suggest.folds import number
from lltic.themes.suggest.held_out import unknown_share
from lltic.themes.suggest.model import Model, band_of, in_bands
from lltic.wording import number_of

__all__ = ["MIN_TEXTS", "MOVED", "Drift", "ThemeDrift", "drift", "stability_index"]

MIN_TEXTS = 30
"""Fewer texts show nothing."""

MOVED = 0.25
"""A population stability index from which on a distribution counts as another one; the usual
convention of credit scoring (Siddiqi 2006)."""

MORE_UNKNOWN = 1.5
"""Times as many unknown words as usual."""

LEVEL = 0.01
"""How often a check may find a theme moved when none has."""

STANDARD_ERRORS = 3
"""How far beyond chance the unknown words must lie."""


@dataclass(frozen=True, slots=True)
class ThemeDrift:
    """How far the probabilities of a theme have moved.

    ``index`` is the population stability index, ``by_chance`` what the index of
    any theme exceeds in one of a hundred checks when nothing moved.
    """

    theme: str
    index: float
    by_chance: float
    moved: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """What is unlike the texts learnt from: their words, or how probable the themes are.

    ``themes`` are those above their floor, as only they are suggested.
    """

    n_texts: int
    unknown_words: float
    usual_unknown_words: float
    words_moved: bool
    themes: tuple[ThemeDrift, ...]

    @property
    def moved(self) -> bool:
        """Whether the model should be judged and learnt again before it is believed."""
        return self.words_moved or any(theme.moved for theme in self.themes)


def drift(model: Model, texts: Sequence[str], case_ids: Sequence[str]) -> Drift:
    """Compare texts that the model has not learnt from with those it has.

    Parameters
    ----------
    model : Model
        Remembers what was usual among the texts it learnt from, held out.
    texts : sequence of str, length n
        At least 30.
    case_ids : sequence of str, length n
        Which case each is about: texts about one are kin, so that they show less.

    Raises
    ------
    NotComputable
        ``too-few-texts``.

    Notes
    -----
    When nothing moved the index is ``1/n + 1/m`` times chi-squared (Yurdakul and Naranjo 2020),
    here times the mean design effect of the bands (Rao and Scott 1981) and at a level shared
    among the themes (Bonferroni).
    """
    if len(texts) < MIN_TEXTS:
        shown = number_of(len(texts), "text shows", "texts show")
        message = f"{shown} no drift; {MIN_TEXTS} are the least"
        hint = "Wait for more reviews, or compare all of them (--all)."
        raise NotComputable(Problem("too-few-texts", "suggestions", message, hint=hint))
    unknown = unknown_share(model.vocabulary, count(texts))
    usual, spread = model.reference.unknown_words, model.reference.unknown_spread
    error = spread * np.sqrt(1 / len(texts) + 1 / model.made.n_texts)
    now = float(unknown.mean())
    words = now > MORE_UNKNOWN * usual and now - usual > STANDARD_ERRORS * error
    probabilities, cases = model.probabilities(texts), number(case_ids)
    themes = [
        _theme(theme, then, probabilities[:, i], cases, LEVEL / len(model.themes))
        for i, (theme, then) in enumerate(zip(model.themes, model.reference.bands, strict=True))
        if model.floors[theme].passed
    ]
    return Drift(len(texts), round(now, 5), usual, bool(words), tuple(themes))


def _theme(
    theme: str, then: Sequence[int], probabilities: np.ndarray, cases: np.ndarray, level: float
) -> ThemeDrift:
    from scipy.stats import chi2

    now = in_bands(probabilities)
    index = stability_index(then, now)
    kin = _kinship(band_of(probabilities), cases, len(now))
    chance = kin * (1 / sum(then) + 1 / sum(now)) * float(chi2.ppf(1 - level, len(then) - 1))
    return ThemeDrift(theme, round(index, 4), round(chance, 4), bool(index > max(MOVED, chance)))


def _kinship(bands: np.ndarray, cases: np.ndarray, n_bands: int) -> float:
    """Return Rao and Scott's mean design effect of a distribution over bands."""
    everything = np.ones(len(bands), dtype=bool)
    weights, effects = [], []
    for band in range(n_bands):
        hit = bands == band
        if 0 < (p := float(hit.mean())) < 1:
            weights.append(1 - p)
            effects.append(design_effect(hit, everything, cases, p))
    return float(np.average(effects, weights=weights)) if effects else 1.0


def stability_index(then: Sequence[int], now: Sequence[int]) -> float:
    """Return the population stability index of two counts of the same bands.

    Half a text is added to each band, so that an empty one is no infinity.

    Examples
    --------
    >>> round(stability_index([50, 30, 20], [50, 30, 20]), 4)
    0.0
    >>> round(stability_index([500, 300, 200], [300, 300, 400]), 2)
    0.24
    """
    a, b = (np.array(counts, dtype=float) + 0.5 for counts in (then, now))
    p, q = a / a.sum(), b / b.sum()
    return float(((p - q) * np.log(p / q)).sum())
