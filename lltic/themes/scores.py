"""Whether a theme goes with poorer care: theme by score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import TYPE_CHECKING

from lltic.records import Estimate, Judgement
from lltic.themes.counted import Counted, Polarity
from lltic.themes.weighing import Drawing, Weighed, adjusted, weigh

if TYPE_CHECKING:
    import pandas as pd

    from lltic.themes.weighing import Floats

__all__ = ["ThemeScore", "case_scores", "scores_to_frame", "theme_scores"]

FEWEST = 2
"""Cases with a theme, and without it, that a comparison needs."""


@dataclass(frozen=True, slots=True)
class ThemeScore:
    """A theme and the care scores of the cases with it and without it.

    ``worse`` is the chance that of two cases, one with the theme and one without, the one with
    it has the worse score, a tie counting half: 0.5 where the theme says nothing about the
    score. None, with a ``reason``, where it cannot be worked out.
    """

    theme: str
    label: str
    n_with: int
    n_without: int
    mean_with: float | None
    mean_without: float | None
    worse: Estimate | None
    p: float | None
    p_adjusted: float | None
    polarity: str = ""
    reason: str = ""


def case_scores(
    judgements: Iterable[Judgement], item: str, *, lower_is_better: bool = False
) -> dict[str, float]:
    """Return one score per case: the worst that a locked review gave.

    It is the worst that decides what happens with a case, and a mean of two readers would
    be a score that nobody gave.

    Parameters
    ----------
    judgements : iterable of Judgement
        Of locked reviews, before any consensus.
    item : str
        A scored item, such as ``overall.score``.
    lower_is_better : bool
        Whether a higher number is worse care.

    Returns
    -------
    dict of case id to score
        Cases without one are left out.
    """
    worst = max if lower_is_better else min
    found: dict[str, float] = {}
    for one in judgements:
        if one.item == item and not one.missing:
            score = float(one.value)
            found[one.case_id] = worst(found.get(one.case_id, score), score)
    return found


def theme_scores(
    counted: Counted,
    scores: Mapping[str, float],
    *,
    lower_is_better: bool = False,
    polarity: Polarity = "",
    drawing: Drawing | None = None,
    level: float = 0.95,
) -> list[ThemeScore]:
    """Return how each theme of the first level goes with the score, in the codebook's order.

    Parameters
    ----------
    counted : Counted
    scores : mapping of case id to score
        One per case, such as :func:`case_scores`; coded cases without one are left out.
    lower_is_better : bool
        Whether a higher number is worse care.
    polarity, drawing, level
        As for :func:`~lltic.themes.together`.

    Returns
    -------
    list of ThemeScore

    Raises
    ------
    NotComputable
        ``no-cases``: no coded case has a score.

    Notes
    -----
    The effect is Mann's and Whitney's, its error that of placements (DeLong), linearised over
    the strata of the sample, and its interval taken on the logit scale with t quantiles. The
    test is the rank sum's on midranks, with its variance over permutations; of a weighted
    sample it compares weighted midranks by their linearised error.
    All tests are adjusted together (:func:`~lltic.themes.weighing.adjusted`).

    Source
    ------
    Mann & Whitney (1947), Ann Math Stat 18:50; DeLong et al. (1988), Biometrics 44:837;
    Lumley & Scott (2013), Biometrika 100:831.
    """
    weighed = weigh(sorted(counted.cases & set(scores)), drawing)
    rows = []
    for theme in counted.themes:
        found = _compare(
            counted.having(theme, polarity), scores, weighed, lower_is_better, level, theme
        )
        rows.append((theme, found))
    tested = adjusted([found.p for _, found in rows])
    return [
        ThemeScore(
            theme=theme,
            label=counted.labels[theme],
            n_with=found.n_with,
            n_without=found.n_without,
            mean_with=found.mean_with,
            mean_without=found.mean_without,
            worse=found.worse,
            p=found.p,
            p_adjusted=p,
            polarity=polarity,
            reason=found.reason,
        )
        for (theme, found), p in zip(rows, tested, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Compared:
    n_with: int
    n_without: int
    mean_with: float | None
    mean_without: float | None
    worse: Estimate | None
    p: float | None
    reason: str


def _compare(
    having: Set[str],
    scores: Mapping[str, float],
    weighed: Weighed,
    lower_is_better: bool,
    level: float,
    name: str,
) -> _Compared:
    import numpy as np

    s = np.array([scores[case] for case in weighed.cases], dtype=float)
    badness = s if lower_is_better else -s
    a = weighed.flags(frozenset(having))
    n_with, n_without = int(a.sum()), int((1 - a).sum())
    weight = weighed.weight
    mean_with, mean_without = (
        float((weight * f * s).sum() / (weight * f).sum()) if f.any() else None for f in (a, 1 - a)
    )
    counts = (n_with, n_without, mean_with, mean_without)
    if min(n_with, n_without) < FEWEST:
        reason = f"fewer than {FEWEST} cases {'with' if n_with < FEWEST else 'without'} the theme"
        return _Compared(*counts, None, None, reason)
    if len(set(badness)) == 1:
        return _Compared(*counts, None, None, "every case has the same score")
    worse = _worse(a, badness, weighed, level, name)
    p = _rank_test(a, badness, weighed)
    if worse is None:
        reason = "every case with the theme lies on one side of every case without it"
        return _Compared(*counts, None, p, reason)
    return _Compared(*counts, worse, p, "")


def _worse(
    a: Floats, badness: Floats, weighed: Weighed, level: float, name: str
) -> Estimate | None:
    from scipy.stats import t

    share_with = weighed.mean(a)
    below_without = _placement(badness, weighed.weight * (1 - a))
    above_with = 1 - _placement(badness, weighed.weight * a)
    value = weighed.mean(a * below_without) / share_with
    if not 0 < value < 1:
        return None
    influence = a * (below_without - value) / share_with
    influence = influence + (1 - a) * (above_with - value) / (1 - share_with)
    error = sqrt(weighed.variance(influence)) / (value * (1 - value))
    smaller = min(a.sum(), (1 - a).sum())
    degrees = min(weighed.degrees, max(float(smaller) - 1, 1))
    half = float(t.ppf((1 + level) / 2, degrees)) * error
    middle = log(value / (1 - value))
    return Estimate(
        name=f"chance of a worse score with {name}",
        value=value,
        low=1 / (1 + exp(half - middle)),
        high=1 / (1 + exp(-half - middle)),
        level=level,
        denominator=len(a),
        method="Mann-Whitney effect, placements, linearised on the logit scale",
    )


def _placement(values: Floats, weight: Floats) -> Floats:
    """Return for each value the weighted share of others below it, those equal counting half."""
    import numpy as np

    levels, where = np.unique(values, return_inverse=True)
    mass = np.bincount(where, weights=weight, minlength=len(levels))
    placed = (np.cumsum(mass) - mass / 2) / mass.sum()
    return placed[where]


def _rank_test(a: Floats, badness: Floats, weighed: Weighed) -> float:
    """Return the p value that ranks do not differ between cases with and without a theme."""
    from scipy.stats import norm, t

    rank = _placement(badness, weighed.weight)
    centred = rank - weighed.mean(rank)
    share = weighed.mean(a)
    if weighed.sampled:
        gap = weighed.mean((a - share) * centred) / (share * (1 - share))
        influence = (a - share) * centred / (share * (1 - share))
        influence = influence - gap * (a - share) ** 2 / (share * (1 - share))
        error = sqrt(weighed.variance(influence))
        return float(2 * t.sf(abs(gap) / error, weighed.degrees)) if error else 1.0
    n, n_with = len(a), float(a.sum())
    spread = float((centred**2).sum()) * n_with * (n - n_with) / (n * (n - 1))
    return float(2 * norm.sf(abs(float((a * centred).sum())) / sqrt(spread)))


def scores_to_frame(rows: Iterable[ThemeScore]) -> pd.DataFrame:
    """Return a theme per row as pandas; what cannot be worked out is missing."""
    import pandas as pd

    return pd.DataFrame(
        {
            "theme": row.label,
            "cases with it": row.n_with,
            "mean score": row.mean_with,
            "mean without": row.mean_without,
            "chance of a worse score": row.worse.value if row.worse else None,
            "low": row.worse.low if row.worse else None,
            "high": row.worse.high if row.worse else None,
            "p": row.p,
            "p adjusted": row.p_adjusted,
        }
        for row in rows
    )
