"""When a coefficient should be read with care, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from lltic.agreement.coefficients import Coefficient
from lltic.agreement.ratings import Tally
from lltic.wording import number_of

__all__ = ["HIGH_AGREEMENT", "NOT_WEIGHTED", "SKEWED_SHARE", "SMALL_SAMPLE", "cautions"]

SMALL_SAMPLE = 30
"""Cases below which intervals may cover too little (PMC5965565: 20 to 30 at high agreement)."""

HIGH_AGREEMENT = 0.8
"""Raw agreement from which a low kappa is surprising. Our own line, not a standard's."""

SKEWED_SHARE = 0.8
"""Share of one level from which prevalence pulls kappa down. Our own line, not a standard's."""


NOT_WEIGHTED = (
    "Agreement is about the readers, not about all deaths: it counts alike all cases read twice, "
    "and is not weighted by how they were drawn."
)
"""Said wherever agreement stands beside shares that are estimates from a sample."""


def cautions(raw: Coefficient, kappa: Coefficient | None, t: Tally) -> Iterator[str]:
    """Yield what a reader must know before quoting the coefficients.

    Parameters
    ----------
    raw : Coefficient
        Raw agreement with identity weights.
    kappa : Coefficient or None
        None where it is undefined.
    t : Tally
        Of the cases both reviewers scored.
    """
    if raw.n_cases < SMALL_SAMPLE:
        yield (
            f"Only {number_of(raw.n_cases, 'case has', 'cases have')} two ratings: the interval is "
            "wide and may still be too narrow."
        )
    if raw.value >= HIGH_AGREEMENT and t.pooled.max() >= SKEWED_SHARE:
        yield (
            f"{t.pooled.max():.0%} of the ratings are the same score, so kappa is low or unsteady "
            f"although reviewers agree on {raw.value:.0%} of cases: read it beside raw agreement "
            "and AC2."
        )
    if raw.value == 1:
        yield "All pairs of ratings are equal: the interval has no width and says too much."
    elif kappa is not None and kappa.se == 0:
        yield "All cases differ alike: the interval has no width and says too much."
