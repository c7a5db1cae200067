"""How well a theme was found on texts not learnt from, and whether that is well enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lltic.wording import number_of

__all__ = [
    "MIN_CASES_WITH",
    "MIN_F1",
    "MIN_PRECISION_LOW",
    "Floor",
    "Share",
    "design_effect",
    "judge",
]

MIN_CASES_WITH = 20
"""Cases with the theme, without which nothing is known about how well it is found."""

MIN_PRECISION_LOW = 0.5
"""Lower 95 % limit of precision: a suggestion is more likely right than wrong."""

MIN_F1 = 0.5
"""Harmonic mean of precision and recall: as much is found as is missed or made up."""

Z = 1.959964
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Share:
    """A share of texts with its 95 % interval; texts about one case count as kin."""

    value: float
    low: float
    high: float
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Floor:
    """Whether a theme may be suggested, and the figures that decide it.

    ``precision`` is the share of suggestions that a coder had found too, None where nothing was
    suggested; ``recall`` the share of what coders found that was suggested, None where they
    found nothing. ``reason`` says why a theme is not suggested, empty where it is.
    """

    theme: str
    n_texts_with: int
    n_cases_with: int
    threshold: float
    precision: Share | None
    recall: Share | None
    f1: float
    passed: bool
    reason: str


def judge(
    theme: str, having: np.ndarray, chosen: np.ndarray, cases: np.ndarray, threshold: float
) -> Floor:
    """Return the verdict on one theme.

    Suggestions must also be right more often than texts at large have the theme: else one of
    most texts, or of all, would pass without a word that tells of it.

    Parameters
    ----------
    theme : str
        Its code.
    having, chosen : (n,) arrays of bool
        What coders found, and what the model would have suggested by what it learnt elsewhere.
    cases : (n,) array of int
        Which case each text is about.
    threshold : float
        The probability from which on the model suggests it.
    """
    n_with = int(having.sum())
    n_cases = len(np.unique(cases[having]))
    precision = share(having, chosen, cases)
    recall = share(chosen, having, cases)
    both = int((having & chosen).sum())
    f1 = round(2 * both / max(n_with + int(chosen.sum()), 1), DECIMALS)
    reason = _reason(n_cases, precision, f1, n_with / max(len(having), 1))
    return Floor(
        theme, n_with, n_cases, threshold, precision, recall, f1, passed=not reason, reason=reason
    )


def _reason(n_cases: int, precision: Share | None, f1: float, usual: float) -> str:
    if n_cases < MIN_CASES_WITH:
        cases = number_of(n_cases, "case")
        return f"found in {cases}; {MIN_CASES_WITH} are needed to know how well it is found"
    if precision is None:
        return "never probable enough to be suggested"
    if precision.low < MIN_PRECISION_LOW:
        return (
            f"right in {precision.value:.0%} of suggestions, which may be as few as"
            f" {precision.low:.0%}; {MIN_PRECISION_LOW:.0%} is the least"
        )
    if f1 < MIN_F1:
        return f"F1 {f1:.2f}; {MIN_F1:.2f} is the least"
    if precision.low <= usual:
        # A theme of most texts is found there by suggesting it always.
        return (
            f"right in {precision.value:.0%} of suggestions, which may be as few as"
            f" {precision.low:.0%}; {usual:.0%} of all texts have it"
        )
    return ""


def share(part: np.ndarray, whole: np.ndarray, cases: np.ndarray) -> Share | None:
    """Return the share of ``whole`` that is in ``part``; None where ``whole`` is empty.

    Notes
    -----
    Wilson's interval on the effective number of texts: the number divided by how much wider the
    spread between cases makes the standard error (linearised ratio; Kish 1965), never less
    than 1.
    """
    n = int(whole.sum())
    if not n:
        return None
    k = int((part & whole).sum())
    p = k / n
    effective = n / design_effect(part & whole, whole, cases, p)
    middle = (p + Z**2 / (2 * effective)) / (1 + Z**2 / effective)
    spread = p * (1 - p) / effective + Z**2 / (4 * effective**2)
    half = Z * float(np.sqrt(spread)) / (1 + Z**2 / effective)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Share(round(p, DECIMALS), round(low, DECIMALS), round(high, DECIMALS), k, n)


def design_effect(hit: np.ndarray, whole: np.ndarray, cases: np.ndarray, p: float) -> float:
    """Return how many times wider the spread between cases makes the variance of a share; from 1.

    Parameters
    ----------
    hit, whole : (n,) arrays of bool
        Which texts count, and among which.
    cases : (n,) array of int
        Which case each is about.
    p : float
        The share of ``whole`` that is ``hit``.
    """
    n, n_cases = int(whole.sum()), len(np.unique(cases[whole]))
    if p in (0.0, 1.0) or n_cases < 2:
        # Nothing varies, so nothing is known of how far texts about one case are kin.
        return max(1.0, n / n_cases)
    rest = hit - p * whole
    between = np.bincount(cases, weights=rest)
    variance = n_cases / (n_cases - 1) * float((between**2).sum()) / n**2
    return max(1.0, variance / (p * (1 - p) / n))
