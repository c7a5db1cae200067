"""What the board paper says of themes: what comes together, what goes with poorer care."""

from __future__ import annotations

from lltic.reports.facts import Facts
from lltic.reports.shown import count, say
from lltic.reports.theme_sheets import FOUND, pair_told, score_told
from lltic.themes import ThemePair, ThemeScore

__all__ = ["said_of_themes"]

MOST = 3
"""Pairs, and themes, that a paper names; the others are in the workbook."""


def said_of_themes(facts: Facts) -> list[str]:
    """Return sentences on the pairs and the scores; none where neither was worked out."""
    said = []
    if facts.theme_pairs:
        said.append(_pairs(facts))
    if facts.theme_scores:
        said.append(_scores(facts))
    return said


def _named(facts: Facts, pair: ThemePair) -> str:
    one, other = (facts.theme_labels.get(t, t) for t in (pair.theme, pair.other))
    cases = say(count(facts.profile, pair.n_cases))
    return f"{one} and {other} ({cases} cases)"


def _pairs(facts: Facts) -> str:
    found = [
        pair
        for pair in facts.theme_pairs
        if pair.p_adjusted is not None
        and pair.p_adjusted <= FOUND
        and pair.association.more
        and pair_told(facts.profile, pair)
    ]
    if not found:
        return "No two themes come together more often than chance could have it."
    found.sort(key=lambda pair: pair.p_adjusted or 0.0)
    names = "; ".join(_named(facts, pair) for pair in found[:MOST])
    return f"Together more often than by chance: {names}."


def _scores(facts: Facts) -> str:
    found = [row for row in facts.theme_scores if _goes_with_poor_care(facts, row)]
    if not found:
        return "No theme is shown to go with poorer scores of overall care."
    found.sort(key=lambda row: -(row.worse.value if row.worse else 0.0))
    names = ", ".join(row.label for row in found[:MOST])
    problems = "Problems of these themes" if found[0].polarity else "These themes"
    more = len(found) - MOST
    rest = f" and {more} more" if more > 0 else ""
    return f"{problems} go with poorer scores of overall care most clearly: {names}{rest}."


def _goes_with_poor_care(facts: Facts, row: ThemeScore) -> bool:
    """Say whether cases with a theme have the worse scores, beyond chance."""
    worse = row.worse is not None and row.worse.value > 0.5
    sure = row.p_adjusted is not None and row.p_adjusted <= FOUND
    return worse and sure and row.polarity != "good_practice" and score_told(facts.profile, row)
