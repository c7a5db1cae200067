"""Which themes come together more often, or less often, than chance would have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

from lltic.themes.association import Association, associate
from lltic.themes.counted import Counted, Polarity
from lltic.themes.weighing import Drawing, adjusted, weigh

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MULTIPLICITY", "ThemePair", "pairs_to_frame", "together"]

MULTIPLICITY = "p adjusted for the number of comparisons by Benjamini and Yekutieli"
"""How many tests are kept from finding something by their number alone."""


@dataclass(frozen=True, slots=True)
class ThemePair:
    """Two themes, in the codebook's order, and how they go together.

    ``p_adjusted`` is ``association.p`` adjusted for the number of pairs; None where it is.
    """

    theme: str
    other: str
    association: Association
    p_adjusted: float | None
    polarity: str = ""

    @property
    def n_cases(self) -> int:
        """How many cases have both."""
        return self.association.n_both


def together(
    counted: Counted,
    *,
    polarity: Polarity = "",
    drawing: Drawing | None = None,
    within: Mapping[str, object] | None = None,
    level: float = 0.95,
) -> list[ThemePair]:
    """Return every pair of themes of the first level, those in most cases first.

    Parameters
    ----------
    counted : Counted
    polarity : {"", "problem", "good_practice"}
        Count only passages that show this.
    drawing : Drawing, optional
        How the cases were drawn, such as ``measures.Design``; without it each counts alike.
    within : mapping of case id to level, optional
        Compare only cases alike in this, such as their care score: where care is poor many
        problems are found, and any two of them will meet.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    list of ThemePair
        See :func:`~lltic.themes.association.associate` for the methods. Pairs are tested
        together; the adjusted p says how likely one so far from chance is among so many.

    Raises
    ------
    NotComputable
        ``no-cases``: no coded case is in the sample.
    """
    weighed = weigh(sorted(counted.cases), drawing)
    kept = frozenset(weighed.cases)
    having = {theme: counted.having(theme, polarity) & kept for theme in counted.themes}
    compare = partial(associate, weighed=weighed, within=within, level=level)
    found = [
        (one, other, compare(having[one], having[other], name=f"{one} and {other}"))
        for one, other in combinations(counted.themes, 2)
    ]
    tested = adjusted([association.p for _, _, association in found])
    pairs = [
        ThemePair(one, other, association, p, polarity)
        for (one, other, association), p in zip(found, tested, strict=True)
    ]
    return sorted(pairs, key=lambda pair: -pair.n_cases)


def pairs_to_frame(pairs: Iterable[ThemePair], labels: Mapping[str, str]) -> pd.DataFrame:
    """Return pairs as pandas, one row each; effects that cannot be worked out are missing."""
    import pandas as pd

    rows = []
    for pair in pairs:
        a = pair.association
        row: dict[str, object] = {
            "theme": labels[pair.theme],
            "and": labels[pair.other],
            "cases": a.n_both,
            "expected": a.expected,
        }
        for key, effect in (("odds ratio", a.odds_ratio), ("lift", a.lift), ("phi", a.phi)):
            row[key] = effect.value if effect else None
            row[f"{key} low"] = effect.low if effect else None
            row[f"{key} high"] = effect.high if effect else None
        rows.append({**row, "p": a.p, "p adjusted": pair.p_adjusted})
    return pd.DataFrame(rows)
