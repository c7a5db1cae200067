"""Made-up coded texts: each theme has words of its own, among words that all texts share."""

from __future__ import annotations

import numpy as np

from lltic.themes.suggest import Material

THEMES = ("fluids", "letters", "rare")
OWN = {
    "fluids": ["The fluid chart was empty", "Three litres of saline ran in", "Urine output unread"],
    "letters": ["The letter came late", "The summary named no dose", "No letter reached the GP"],
    "rare": ["The lift was out of order"],
}
SHARED = [
    "She was seen by a consultant on day 2.",
    "Nursing notes are kind and full.",
    "He waited 4 hours on a trolley.",
    "The family were spoken to.",
    "Physiotherapy began on the ward.",
    "Observations were taken as asked.",
]


def material(n_cases: int = 60, seed: int = 7, rate: float = 0.4) -> Material:
    """Return three texts about each case; a rare theme in every twentieth case."""
    chance = np.random.default_rng(seed)
    texts, found, cases = [], [], []
    for case in range(n_cases):
        for _ in range(3):
            having = {theme for theme in THEMES[:2] if chance.random() < rate}
            if case % 20 == 0:
                having.add("rare")
            parts = [str(chance.choice(OWN[theme])) + "." for theme in sorted(having)]
            parts += [str(one) for one in chance.choice(SHARED, 2, replace=False)]
            parts.append(f"Written by hand {int(chance.integers(10_000))}.")
            texts.append(" ".join(str(one) for one in chance.permutation(parts)))
            found.append(frozenset(having))
            cases.append(f"CASE-{case:03}")
    none = ("",) * len(THEMES)
    return Material(THEMES, none, tuple(texts), tuple(found), tuple(cases), "made-up", "0" * 64)
