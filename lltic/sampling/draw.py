"""Draw the cases that will be read, each with its chance of being drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from lltic.definitions import Loaded
from lltic.errors import LlticError, Problem
from lltic.records import SampledCase
from lltic.sampling.plan import Plan

__all__ = ["Sample", "draw"]

STRATUM = "all"
"""The one stratum of a plan that knows no strata."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawn sample and how it was drawn.

    ``population`` is the number of cases drawn from, ``seed`` the one used (None for a
    census), ``sentence`` says the same for a reader.
    """

    cases: tuple[SampledCase, ...] = field(repr=False)
    population: int
    seed: int | None
    plan: str
    plan_hash: str
    sentence: str


def draw(case_ids: Iterable[str], plan: Loaded[Plan], seed: int | None = None) -> Sample:
    """Draw a sample.

    Parameters
    ----------
    case_ids : iterable of str
        The cases of the cohort, in any order; the draw does not depend on it.
    plan : Loaded of Plan
    seed : int, optional
        Takes the place of the plan's seed.

    Returns
    -------
    Sample
        Cases sorted by case id, each with its inclusion probability, n / N.

    Raises
    ------
    LlticError
        ``no-cases`` when there is nothing to draw from.
    """
    cases = sorted(set(case_ids))
    if not cases:
        hint = "Look at the attrition table of 'lltic cohort build'."
        raise LlticError(Problem("no-cases", "cohort", "has no cases to draw from", hint=hint))
    model = plan.model
    population = len(cases)
    ref = f"{plan.name} v{plan.version}"
    if model.method == "census":
        chosen, size, used = cases, population, None
        sentence = f"Every one of the {population} cases is taken."
    else:
        used = model.seed if seed is None else seed
        size = _size(model, population)
        places = np.random.default_rng(used).choice(population, size=size, replace=False)
        chosen = [cases[i] for i in sorted(places.tolist())]
        sentence = _sentence(model, size, population, used)
    probability = size / population
    sampled = tuple(SampledCase(c, STRATUM, probability, ref, plan.hash) for c in chosen)
    return Sample(sampled, population, used, ref, plan.hash, sentence)


def _size(plan: Plan, population: int) -> int:
    wanted = plan.n if plan.n is not None else int((plan.fraction or 0.0) * population + 0.5)
    return max(1, min(wanted, population))


def _sentence(plan: Plan, size: int, population: int, seed: int | None) -> str:
    text = (
        f"{size} of {population} cases are drawn at random without replacement, "
        f"each with probability {size / population:.3f}, seed {seed}."
    )
    if plan.n is not None and plan.n > population:
        text += f" The plan asks for {plan.n}; there are no more."
    return text
