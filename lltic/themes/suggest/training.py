"""Learning a model from what people have coded, and judging it on what it had not seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from lltic.errors import NotComputable, Problem
from lltic.themes.suggest.features import count, learn_vocabulary
from lltic.themes.suggest.files import hash_of
from lltic.themes.suggest.floor import Floor, judge
from lltic.themes.suggest.folds import number
from lltic.themes.suggest.held_out import HeldOut, curve_and_threshold, hold_out
from lltic.themes.suggest.linear import fit, one_thread
from lltic.themes.suggest.material import Material
from lltic.themes.suggest.model import Made, Model, Reference, in_bands
from lltic.themes.suggest.space import Embedding, rows_of
from lltic.wording import number_of

__all__ = ["FOLDS", "SEED", "Trained", "train"]

FOLDS = 5
SEED = 20_140_701
"""Of the folds and of the solver, so that the same record gives the same model."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and what it would have said of each text it learnt from, without having seen it."""

    model: Model
    held_out: HeldOut = field(repr=False)


def train(
    material: Material,
    *,
    n_folds: int = FOLDS,
    seed: int = SEED,
    embedding: Embedding | None = None,
) -> Trained:
    """Learn which words go with which theme.

    Parameters
    ----------
    material : Material
        Coded texts.
    n_folds : int
        Of the cross-validation that judges the model; all texts about a case are in one.
    seed : int
        Of the folds and of the solver.
    embedding : Embedding, optional
        Makes more numbers of a text; none is needed.

    Raises
    ------
    NotComputable
        ``too-few-cases``: fewer cases than folds.
    """
    cases = number(material.case_ids)
    n_cases = len(set(material.case_ids))
    if n_cases < n_folds:
        raise NotComputable(_too_few(n_cases, n_folds))
    having = np.array([[theme in one for theme in material.themes] for one in material.found])
    with one_thread():
        held_out = hold_out(
            material.texts,
            having,
            cases,
            material.themes,
            n_folds=n_folds,
            seed=seed,
            embedding=embedding,
        )
        counted = count(material.texts)
        vocabulary = learn_vocabulary(counted, cases)
        rows = rows_of(vocabulary, counted, material.texts, embedding)
        weights = fit(rows, having, seed)
        curves = [
            curve_and_threshold(held_out.scores[:, i], having[:, i])
            for i in range(len(material.themes))
        ]
    floors = _floors(held_out, [threshold for _, threshold in curves])
    made = _made(material, n_cases, n_folds, seed, embedding)
    model = Model(
        codebook=material.codebook,
        codebook_hash=material.codebook_hash,
        themes=material.themes,
        parents=material.parents,
        vocabulary=vocabulary,
        weights=weights,
        calibrations=tuple(curve for curve, _ in curves),
        thresholds=tuple(threshold for _, threshold in curves),
        floors=floors,
        reference=_reference(held_out),
        made=made,
        embedding=embedding,
    )
    return Trained(replace(model, hash=hash_of(model)), held_out)


def _made(
    material: Material, n_cases: int, n_folds: int, seed: int, embedding: Embedding | None
) -> Made:
    known_by = (embedding.name, embedding.hash) if embedding else ("", "")
    path = getattr(embedding, "path", "")
    return Made(len(material.texts), n_cases, n_folds, seed, *known_by, path)


def _too_few(n_cases: int, n_folds: int) -> Problem:
    cases = number_of(n_cases, "case")
    message = f"texts about {cases} have been coded; {n_folds} are the least to learn from"
    hint = "Code more texts ('lltic serve', the coding page) and mark them as coded."
    return Problem("too-few-cases", "suggestions", message, hint=hint)


def _floors(held_out: HeldOut, thresholds: list[float]) -> dict[str, Floor]:
    found = {}
    for i, (theme, threshold) in enumerate(zip(held_out.themes, thresholds, strict=True)):
        having, chosen = held_out.having[:, i], held_out.chosen[:, i]
        found[theme] = judge(theme, having, chosen, held_out.cases, threshold)
    return found


def _reference(held_out: HeldOut) -> Reference:
    unknown = held_out.unknown
    bands = tuple(in_bands(column) for column in held_out.probabilities.T)
    return Reference(round(float(unknown.mean()), 5), round(float(unknown.std()), 5), bands)
