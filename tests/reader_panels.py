"""Panels of readers whose kappa, leniency and drift are known, to hold estimates against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from lltic.agreement import Reading
from lltic.agreement.weights import Matrix
from lltic.sources.synthetic import truth

LEVELS = truth.LEVELS
ITEM = "overall.score"
START = datetime(2026, 1, 1, tzinfo=UTC)
MONTH = timedelta(days=365.25 / 12)


@dataclass(frozen=True)
class Panel:
    """Readings, and what is true of each reader beside the mean of all, by name."""

    readings: list[Reading]
    leniency: dict[str, float]
    drift: dict[str, float]


def reading(case_id, reader, score, position=1, at=None, side="", review_id="", item=ITEM):
    review_id = review_id or f"{case_id}-{position}"
    return Reading(case_id, review_id, reader, position, item, float(score), at, side)


def normal_panel(
    seed: int,
    n_cases: int = 120,
    n_readers: int = 8,
    spread: float = 0.25,
    drifting: float = 0.0,
    error: float = 0.6,
) -> Panel:
    """Two readers of each case, one from each half of the panel, over six months."""
    chance = np.random.default_rng(seed)
    lenient = chance.normal(0, spread, n_readers)
    slope = chance.normal(0, drifting, n_readers) if drifting else np.zeros(n_readers)
    found = []
    for case in range(n_cases):
        quality = chance.normal(3, 1)
        half = n_readers // 2
        pair = chance.integers(0, half), chance.integers(half, n_readers)
        for position, reader in enumerate(pair, start=1):
            months = chance.uniform(0, 6)
            score = quality + lenient[reader] + slope[reader] * months + chance.normal(0, error)
            at = START + months * MONTH
            found.append(reading(f"c{case:03}", f"r{reader:02}", score, position, at))
    return Panel(found, _named(lenient), _named(slope))


def demo_panel(seed: int, n_cases: int = 376) -> Panel:
    """The make-believe trust's own eight readers on its own scale, without the trust."""
    chance = np.random.default_rng(seed)
    people = truth.reviewer_truths()
    sides = [[i for i, p in enumerate(people) if p.organisation == people[0].organisation]]
    sides.append([i for i in range(len(people)) if i not in sides[0]])
    shares = list(truth.QUALITY.values())
    chances = np.array([[truth.score_chances(q, p) for p in people] for q in LEVELS])
    quality = chance.choice(len(LEVELS), p=shares, size=n_cases)
    found = []
    for case in range(n_cases):
        pair = [chance.choice(side) for side in sides]
        for position, reader in enumerate(chance.permutation(pair), start=1):
            score = 1 + chance.choice(5, p=chances[quality[case], reader])
            found.append(reading(f"c{case:03}", f"r{reader:02}", score, position))
    lenient = np.einsum("q,qrs,s->r", shares, chances, LEVELS)
    return Panel(found, _named(lenient), {})


def _named(effects: Matrix) -> dict[str, float]:
    return {f"r{k:02}": float(v) for k, v in enumerate(effects - effects.mean())}
