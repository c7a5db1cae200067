"""How often each theme occurs, counted in cases: problems, good practice, or either."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from lltic.records import Estimate
from lltic.themes.counted import Counted, Polarity

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Estimator",
    "ThemePrevalence",
    "prevalence",
    "prevalence_beside",
    "share_of",
    "to_frame",
]


class Estimator(Protocol):
    """Makes a share of all cases from those read, such as ``measures.Design.share``."""

    def __call__(
        self, hits: Collection[str], cases: Collection[str], *, among: Collection[str], level: float
    ) -> Estimate:
        """Return the share of ``hits`` in ``cases``, which are some ``among`` those read."""


@dataclass(frozen=True, slots=True)
class ThemePrevalence:
    """The share of cases with a theme.

    ``phase`` is empty for the case as a whole; ``polarity`` is empty for either; ``by`` and
    ``group`` say which cases it is of, such as ``setting`` and ``community``, and are empty for
    all.
    """

    theme: str
    label: str
    phase: str
    estimate: Estimate
    polarity: str = ""
    by: str = ""
    group: str = ""


def prevalence(
    counted: Counted,
    *,
    polarity: Polarity = "",
    level: float = 0.95,
    estimator: Estimator | None = None,
) -> list[ThemePrevalence]:
    """Return the share of cases with each theme, in the codebook's order, none left out.

    Parameters
    ----------
    counted : Counted
        From :func:`~lltic.themes.count_themes`.
    polarity : {"", "problem", "good_practice"}
        Count only passages that show this. A coding without polarity on a theme that can
        show either is counted under neither; a warning says how many there are.
    level : float
        Coverage of the intervals, between 0 and 1.
    estimator : Estimator, optional
        Weighs the cases by how they were sampled, so that the shares are of all cases of the
        cohort. Without it each case coded counts alike.

    Returns
    -------
    list of ThemePrevalence
        With Wilson's score interval.

    Source
    ------
    Wilson, E. B. (1927), J Am Stat Assoc 22:209-212.
    """
    return share_of(counted, counted, polarity, level, estimator)


def prevalence_beside(
    counted: Counted, *, level: float = 0.95, estimator: Estimator | None = None
) -> list[ThemePrevalence]:
    """Return problems and good practice side by side: two rows per theme, problems first.

    See :func:`prevalence`. A case may have both: their shares do not add up to the theme's.
    """
    bad = prevalence(counted, polarity="problem", level=level, estimator=estimator)
    good = prevalence(counted, polarity="good_practice", level=level, estimator=estimator)
    return [row for pair in zip(bad, good, strict=True) for row in pair]


def share_of(
    counted: Counted,
    everything: Counted,
    polarity: str,
    level: float,
    estimator: Estimator | None,
    **where: str,
) -> list[ThemePrevalence]:
    """Return the shares in a part of what counts; ``everything`` is what was read of all cases.

    ``where`` names the part: ``phase``, or ``by`` and ``group``.
    """
    cases, read = counted.cases, everything.cases
    warnings = (*everything.warnings, *counted.unsaid(polarity))
    rows = []
    for code in counted.codebook.model.codes:
        hits = counted.having(code.code, polarity)
        if estimator is None:
            share = _share(len(hits), len(cases), level)
        else:
            share = estimator(hits, cases, among=read, level=level)
        share = replace(
            share,
            name=code.code,
            definition_hash=counted.codebook.hash,
            warnings=(*warnings, *share.warnings),
        )
        phase, by, group = (where.get(key, "") for key in ("phase", "by", "group"))
        rows.append(ThemePrevalence(code.code, code.label, phase, share, polarity, by, group))
    return rows


def to_frame(rows: Iterable[ThemePrevalence] | Sequence[ThemePrevalence]) -> pd.DataFrame:
    """Return prevalences as pandas, one row each; shares from 0 to 1."""
    import pandas as pd

    return pd.DataFrame(
        {
            "theme": row.theme,
            "label": row.label,
            "phase": row.phase,
            "polarity": row.polarity,
            "by": row.by,
            "group": row.group,
            "cases": row.estimate.numerator,
            "of": row.estimate.denominator,
            "share": row.estimate.value,
            "low": row.estimate.low,
            "high": row.estimate.high,
        }
        for row in rows
    )


def _share(part: int, whole: int, level: float) -> Estimate:
    from scipy.stats import binomtest

    interval = binomtest(part, whole).proportion_ci(level, method="wilson")
    return Estimate(
        name="share",
        value=part / whole,
        low=float(interval.low),
        high=float(interval.high),
        level=level,
        numerator=part,
        denominator=whole,
        method="share of coded cases, Wilson score interval",
    )
