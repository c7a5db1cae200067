"""From a score to a probability, learnt on texts the score was not learnt on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Calibration", "Reliability", "calibrate", "logit", "reliability"]

DECIMALS = 5
MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class Calibration:
    """The probability of a score ``s`` is ``1 / (1 + exp(-(slope × s + offset)))``."""

    slope: float
    offset: float

    def probability(self, scores: np.ndarray) -> np.ndarray:
        """Return the probabilities of scores, of the same shape."""
        from scipy.special import expit

        return np.asarray(expit(self.slope * scores + self.offset))


def calibrate(scores: np.ndarray, having: np.ndarray) -> Calibration:
    """Return the curve from score to probability.

    Parameters
    ----------
    scores : (n,) array
        Of texts that were not learnt from.
    having : (n,) array of bool
        Which of them have the theme.

    Source
    ------
    Platt 1999, with his targets that keep a probability from 0 and 1 and the safeguarded Newton
    steps of Lin, Lin and Weng 2007.
    """
    from scipy.special import expit

    n_with, n_without = int(having.sum()), int((~having).sum())
    target = np.where(having, (n_with + 1) / (n_with + 2), 1 / (n_without + 2))
    slope, offset = 0.0, float(np.log((n_with + 1) / (n_without + 1)))
    loss = _loss(slope, offset, scores, target)
    for _ in range(MAX_STEPS):
        p = expit(slope * scores + offset)
        gap, spread = p - target, p * (1 - p)
        gradient = np.array([gap @ scores, gap.sum()])
        if np.abs(gradient).max() < 1e-7 * len(scores):
            break
        cross = spread @ scores
        curve = np.array([[spread @ scores**2 + 1e-9, cross], [cross, spread.sum() + 1e-9]])
        step = np.linalg.solve(curve, gradient)
        size = 1.0
        while size > 1e-6:
            tried = slope - size * step[0], offset - size * step[1]
            if (found := _loss(*tried, scores, target)) < loss:
                break
            size /= 2
        else:
            break
        (slope, offset), loss = (float(tried[0]), float(tried[1])), found
    return Calibration(round(slope, DECIMALS), round(offset, DECIMALS))


def _loss(slope: float, offset: float, scores: np.ndarray, target: np.ndarray) -> float:
    z = slope * scores + offset
    return float((np.logaddexp(0, z) - target * z).sum())


def logit(p: np.ndarray) -> np.ndarray:
    """Return log odds, with probabilities kept a millionth from 0 and 1."""
    kept = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept) - np.log1p(-kept))


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of the texts whose probability lies in a band: how many, their mean, and the share true."""

    low: float
    high: float
    n_texts: int
    predicted: float
    observed: float


def reliability(
    probabilities: np.ndarray, having: np.ndarray, n_bands: int = 10
) -> list[Reliability]:
    """Return the calibration curve: bands of equal width from 0 to 1, empty ones left out.

    Parameters
    ----------
    probabilities, having : arrays of the same shape
        Of held-out texts, for one theme or for several together.
    """
    band = np.minimum((probabilities * n_bands).astype(int), n_bands - 1)
    found = []
    for b in range(n_bands):
        here = band == b
        if here.any():
            mean, share = float(probabilities[here].mean()), float(having[here].mean())
            found.append(Reliability(b / n_bands, (b + 1) / n_bands, int(here.sum()), mean, share))
    return found
