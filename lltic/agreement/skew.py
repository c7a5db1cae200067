"""Why kappa can be low where readers agree: how common the finding is, and who finds it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lltic.agreement.ratings import hits_of, tally
from lltic.agreement.weights import Levels
from lltic.errors import NotComputable, Problem, UsageError

__all__ = ["MARKED_BIAS", "MARKED_PREVALENCE", "Skew", "skew"]

MARKED_PREVALENCE = 0.6
"""Prevalence index (either way) from which it is said: 80 % of ratings alike. Our own line."""

MARKED_BIAS = 0.1
"""Bias index (either way) from which it is said. Our own line, not a standard's."""


@dataclass(frozen=True, slots=True)
class Skew:
    """What pulls kappa away from raw agreement, for a finding that is made or not.

    Parameters
    ----------
    share : float
        Of all ratings, those that make the finding.
    prevalence_index : float
        From -1 (nobody ever) to 1 (everybody always); 0 is half and half.
    bias_index : float or None
        How much oftener the first of two named readers makes it than the second; of more
        readers, the widest gap. None where readers are interchangeable and have no order.
    raw, pabak, kappa : float
        Raw agreement on the finding; kappa as it would be at even prevalence without bias;
        and kappa as it is, None where everybody says the same.
    """

    share: float
    prevalence_index: float
    bias_index: float | None
    raw: float
    pabak: float
    kappa: float | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before quoting kappa, in plain words."""
        said = []
        often = max(self.share, 1 - self.share)
        if abs(self.prevalence_index) >= MARKED_PREVALENCE:
            kappa = "not defined" if self.kappa is None else f"only {self.kappa:.2f}"
            if self.kappa is None or self.kappa < self.pabak:
                said.append(
                    f"{often:.0%} of the ratings say the same, so kappa is {kappa} although "
                    f"readers agree on {self.raw:.0%} of pairs; at even prevalence the same "
                    f"agreement would be {self.pabak:.2f} (the kappa paradox)."
                )
        if self.bias_index is not None and abs(self.bias_index) >= MARKED_BIAS:
            said.append(
                f"One reader makes the finding {abs(self.bias_index):.0%} of cases oftener than "
                "another. Kappa with each reader's own shares rises with such a difference: settle "
                "it before quoting agreement."
            )
        return tuple(said)


def skew(
    ratings: ArrayLike,
    levels: Levels,
    finding: Collection[float | int | str],
    *,
    named: bool = False,
) -> Skew:
    """Return Byrt's prevalence and bias indices of a finding.

    Parameters
    ----------
    ratings : (n_cases, n_readers) array
        NaN = not rated. The ratings are compared as "finding made or not".
    levels : (q,) sequence
        All levels of the scale.
    finding : collection of levels
        Those that make the finding, such as 1 and 2 for poor care.
    named : bool
        Whether a column is the same reader throughout. Only then is there a bias, and kappa
        is Cohen's (Conger's); else it is of interchangeable readers (Scott's, Fleiss').

    Raises
    ------
    UsageError
        ``bad-finding``: not some of the levels, or all of them.
    NotComputable
        ``too-few-cases``.

    Source
    ------
    Byrt, Bishop and Carlin (1993), J Clin Epidemiol 46:423-429. Their indices of a 2 by 2
    table; with more readers the shares are averages over cases, and bias is the widest gap.

    Examples
    --------
    >>> s = skew([[1, 1]] * 90 + [[1, 2]] * 5 + [[2, 1]] * 5, (1, 2), {1}, named=True)
    >>> round(s.prevalence_index, 2), round(s.bias_index, 2), round(s.pabak, 2)
    (0.9, 0.0, 0.8)
    >>> s.warnings[0][:57]
    '95% of the ratings say the same, so kappa is only -0.05 a'
    """
    from lltic.agreement.coefficients import conger_kappa, fleiss_kappa

    inside = np.array([level in set(finding) for level in levels])
    if not set(finding) <= set(levels) or inside.all() or not inside.any():
        allowed = ", ".join(str(level) for level in levels)
        raise UsageError(Problem("bad-finding", "finding", "not a part of the scale", allowed))
    x = np.asarray(ratings, dtype=float)
    tally(x, levels, "identity")  # every rating is on the scale, and there are pairs
    made = np.where(np.isnan(x), np.nan, (hits_of(x, levels) @ inside > 0) * 1.0)
    t = tally(made, (0, 1), "identity")
    share, raw = float(t.pooled[1]), t.observed
    try:
        kappa = (conger_kappa if named else fleiss_kappa)(made, (0, 1)).value
    except NotComputable:
        kappa = None
    own = np.nanmean(made[:, ~np.isnan(made).all(axis=0)], axis=0)
    bias = None
    if named:
        bias = float(own[0] - own[1]) if len(own) == 2 else float(np.ptp(own))
    return Skew(share, 2 * share - 1, bias, raw, 2 * raw - 1, kappa)
