"""Ratings that more than one test of agreement looks at: published ones, and made ones."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

from lltic.agreement import from_table

X = math.nan

LEVELS = (1, 2, 3, 4, 5)

FIVE = from_table(
    [[4, 2, 0, 0, 0], [3, 9, 4, 1, 0], [0, 5, 18, 7, 0], [0, 1, 8, 24, 3], [0, 0, 1, 4, 6]]
)
"""A 5 by 5 table of care scores, worked out independently of this code."""

CANONICAL = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
        [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
    ]
).T
"""Krippendorff's own example: twelve units, four coders."""

SHARES = np.array([0.05, 0.15, 0.30, 0.35, 0.15])


def rated_alike(
    generator: np.random.Generator, n: int, kappa: float, readers: int = 2
) -> np.ndarray:
    """Return ratings whose population kappa is ``kappa`` under any credits.

    With chance ``kappa`` all readers of a case see the same score, else each draws
    independently from the same shares: pa = kappa + (1 - kappa) pe.
    """
    scores = generator.choice(LEVELS, size=(readers, n), p=SHARES)
    return np.where(generator.random(n) < kappa, scores[0], scores).T.astype(float)


def read(path: Path, kind: str) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return ratings and levels of one of irrCAC's data sets."""
    with path.open() as stream:
        head, *body = csv.reader(stream)
    if kind == "table":
        counts = [[int(cell) for cell in row[1:]] for row in body]
        return from_table(counts), tuple(range(1, len(counts) + 1))
    columns = [i for i, name in enumerate(head) if name.lower() not in ("unit", "units", "group")]
    cells = [[row[i].strip() for i in columns] for row in body]
    labels = sorted({cell for row in cells for cell in row if cell})
    levels = tuple(int(x) if x.isdigit() else k for k, x in enumerate(labels, start=1))
    number = {**dict(zip(labels, levels, strict=True)), "": math.nan}
    return np.array([[number[cell] for cell in row] for row in cells]), levels
