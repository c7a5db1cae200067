"""Themes beyond their shares: problems beside good practice, pairs, and care scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lltic.measures import Profile
from lltic.reports.facts import Facts
from lltic.reports.shown import SHARE, count, share, with_limits
from lltic.reports.tables import Cell, Column, Sheet
from lltic.themes import MULTIPLICITY, POLARITIES, ThemePair, ThemeScore

__all__ = ["FOUND", "in_told_order", "pair_told", "said_of_pair", "score_told", "theme_sheets"]

FOUND = 0.05
"""The adjusted p up to which something is said to differ from chance."""

CHANCE = "no more or less often than chance could have it"


def theme_sheets(facts: Facts) -> list[Sheet]:
    """Return the sheets there is something for, in their order."""
    made = ((facts.beside, _beside), (facts.theme_pairs, _pairs), (facts.theme_scores, _scores))
    return [make(facts) for rows, make in made if rows]


def pair_told(profile: Profile, pair: ThemePair) -> bool:
    """Say whether anything but the count may be told of a pair: no cell of it is hidden."""
    a = pair.association
    neither = a.n_cases - a.n_one - a.n_other + a.n_both
    cells = (a.n_both, a.n_one - a.n_both, a.n_other - a.n_both, neither)
    return all(profile.count(n) != profile.mark for n in cells)


def score_told(profile: Profile, row: ThemeScore) -> bool:
    """Say whether anything but the count may be told of a theme's scores."""
    counts = (row.n_with, row.n_without)
    return all(profile.count(n) != profile.mark for n in counts)


def said_of_pair(profile: Profile, pair: ThemePair) -> str:
    """Return in words how two themes go together; empty where that may not be told."""
    if pair.p_adjusted is None or not pair_told(profile, pair):
        return ""
    if pair.p_adjusted > FOUND:
        return CHANCE
    return f"{'more' if pair.association.more else 'less'} often than by chance"


def in_told_order(
    profile: Profile, pairs: Sequence[ThemePair], themes: Iterable[str]
) -> list[ThemePair]:
    """Return pairs in an order that says no more of their counts than is shown of each.

    By the count as shown and, where those are alike, by ``themes``, the codebook's order. Sorted
    by what was counted, rows would tell which of two hidden counts is the greater, and with the
    codebook's order among equals often every one of them.
    """
    if not profile.hidden_up_to:
        return list(pairs)
    place = {theme: number for number, theme in enumerate(themes)}

    def key(pair: ThemePair) -> tuple[int, int, int]:
        shown = profile.count(pair.n_cases)
        size = int(shown) if shown.isdigit() else 1
        return -size, place.get(pair.theme, 0), place.get(pair.other, 0)

    return sorted(pairs, key=key)


def _beside(facts: Facts) -> Sheet:
    rows = tuple(
        (line.label, POLARITIES[line.polarity], *share(facts.profile, line.estimate))
        for line in facts.beside
    )
    warnings = () if facts.public else dict.fromkeys(
        w for line in facts.beside for w in line.estimate.warnings
    )  # fmt: skip
    return Sheet(
        name="Problems and good practice",
        title="Problems beside good practice",
        notes=(
            "The share of coded cases with a passage that shows a problem of the theme, and with "
            "one that shows good practice of it. A case may have both, so the two do not add up "
            "to the share on the sheet Themes.",
            *([facts.sampled] if facts.sampled else []),
            *warnings,
        ),
        columns=(
            Column("Theme", width=34),
            Column("What the passage shows", width=18),
            Column("Cases", "integer", 10),
            *SHARE,
        ),
        rows=rows,
        keys=2,
    )


def _shows(polarity: str) -> str:
    return POLARITIES.get(polarity, "Either")


def _pairs(facts: Facts) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for pair in in_told_order(facts.profile, facts.theme_pairs, facts.theme_labels):
        a = pair.association
        labels = tuple(facts.theme_labels.get(t, t) for t in (pair.theme, pair.other))
        row = (*labels, _shows(pair.polarity), count(facts.profile, a.n_both))
        if facts.public:
            rows.append((*row, said_of_pair(facts.profile, pair)))
            continue
        found = (a.expected, *with_limits(a.odds_ratio), *with_limits(a.lift), pair.p_adjusted)
        rows.append((*row, said_of_pair(facts.profile, pair), *found))
    tested = [pair.association.method for pair in facts.theme_pairs if pair.p_adjusted is not None]
    methods = "; ".join(dict.fromkeys(tested)) or "Nothing could be compared"
    columns = [
        Column("Theme", width=32),
        Column("and", width=32),
        Column("What passages show", width=16),
        Column("Cases with both", "integer", 10),
        Column("They come together", width=34),
    ]
    if not facts.public:
        columns += [
            Column("Cases by chance", "number", 10),
            Column("Odds ratio", "number", 9),
            Column("from", "number", 8),
            Column("to", "number", 8),
            Column("Lift", "number", 8),
            Column("from", "number", 8),
            Column("to", "number", 8),
            Column("p adjusted", "number", 9),
        ]
    return Sheet(
        name="Theme pairs",
        title="Themes that come together",
        notes=(
            "Every pair of themes: in how many cases both were found, and whether that is more or "
            "less than if they had nothing to do with each other. Where care is poor many problems "
            "are found and any two of them meet: a pair is a question to take back to the cases.",
            f"{methods}; {MULTIPLICITY} (called found up to {FOUND}). Intervals are 95 %.",
            *([facts.sampled] if facts.sampled else []),
        ),
        columns=tuple(columns),
        rows=tuple(rows),
        keys=3,
    )


def _scores(facts: Facts) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for row in facts.theme_scores:
        told = score_told(facts.profile, row)
        effect: tuple[float | None, ...] = with_limits(row.worse if told else None)
        if facts.public:
            # Unrounded it is a fraction, whose denominator tells the counts.
            effect = tuple(x if x is None else round(x, 2) for x in effect)
        counts = (count(facts.profile, row.n_with), count(facts.profile, row.n_without))
        begin = (row.label, _shows(row.polarity), *counts, *effect)
        if facts.public:
            rows.append(begin)
        else:
            rows.append((*begin, row.mean_with, row.mean_without, row.p_adjusted, row.reason))
    columns = [
        Column("Theme", width=34),
        Column("What passages show", width=16),
        Column("Cases with it", "integer", 10),
        Column("Cases without", "integer", 10),
        Column("Worse score", "percent", 10),
        Column("from", "percent", 8),
        Column("to", "percent", 8),
    ]
    if not facts.public:
        columns += [
            Column("Mean score with it", "number", 10),
            Column("Mean score without", "number", 10),
            Column("p adjusted", "number", 9),
            Column("Not worked out because", width=40),
        ]
    return Sheet(
        name="Themes and scores",
        title="Themes and the score of overall care",
        notes=(
            "Of two cases, one with the theme and one without: how often the one with it has the "
            "worse score, a tie counting half. 50 % says that the theme tells nothing about the "
            "score. The score of a case is the worst that a locked review gave. That a theme goes "
            "with poor care does not show that it caused it.",
            f"Mann and Whitney's effect with 95 % intervals; {MULTIPLICITY}.",
            *([facts.sampled] if facts.sampled else []),
        ),
        columns=tuple(columns),
        rows=tuple(rows),
        keys=2,
    )
