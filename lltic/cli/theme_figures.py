"""``lltic themes together`` and ``scores``: which themes meet, and which go with poorer care."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.cli.theme_gathering import (
    TOLD_INSIDE,
    differ_option,
    disclosure_option,
    gather_themes,
    polarity_option,
    profile_of,
)
from lltic.cli.theme_imports import codings_option
from lltic.cli.themes import themes

if TYPE_CHECKING:
    from lltic.cli.theme_gathering import Themes
    from lltic.measures import Profile
    from lltic.records import Estimate
    from lltic.study import Study
    from lltic.themes import ThemePair, ThemeScore
    from lltic.themes.counted import Polarity

__all__ = ["register", "signed", "told", "warned"]


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``lltic themes``."""
    for command in (together, scores):
        themes.add_command(command)


def told(warnings: Sequence[str], shown_as: Profile) -> list[str]:
    """Return warnings, each once; one without counts where counts are hidden."""
    return [TOLD_INSIDE] if shown_as.hidden_up_to and warnings else list(dict.fromkeys(warnings))


def warned(warnings: Sequence[str]) -> list[str]:
    """Return warnings as lines of their own."""
    return [f"! {warning}" for warning in warnings]


def signed(shown_as: Profile) -> str:
    """Return the last line of a table: under which profile it was made, and why."""
    reason = f" ({shown_as.reason})" if shown_as.reason else ""
    return f"disclosure profile {shown_as.name}{reason}"


@click.command()
@polarity_option
@click.option(
    "--within-score", is_flag=True, help="Compare only cases with the same worst care score."
)
@click.option("--item", metavar="ITEM", help="Which score; the overall one when not given.")
@click.option("--most", type=click.IntRange(min=1), default=15, show_default=True, metavar="N")
@differ_option
@codings_option
@disclosure_option
@study_option
@json_option
def together(
    study: Study,
    polarity: Polarity | None,
    within_score: bool,
    item: str | None,
    most: int,
    rule: str,
    imported: str | None,
    disclosure: str,
    as_json: bool,
) -> None:
    """Say which themes come together more or less often than by chance.

    Where care is poor many problems are found, and any two of them meet: --within-score
    compares cases of the same score. p is adjusted for the number of pairs.

    Example: lltic themes together --study autumn-review --polarity problem --within-score
    """
    from lltic.reports.theme_sheets import in_told_order
    from lltic.themes import MULTIPLICITY
    from lltic.themes import together as pairs_of

    shown_as, made = profile_of(disclosure), gather_themes(study, rule, imported)
    within = made.scores(made.scored_item(item)) if within_score else None
    pairs = pairs_of(made.drawn, polarity=polarity or "", drawing=made.design, within=within)
    labels = made.counted.labels
    pairs = in_told_order(shown_as, pairs, labels)
    hidden = shown_as.hidden_up_to
    data: dict[str, Any] = {"disclosure": shown_as.name, "reason": shown_as.reason}
    data |= {"codebook": made.counted.codebook.ref, "multiplicity": MULTIPLICITY, **made.source}
    data["pairs"] = [hidden_pair(p, shown_as) for p in pairs] if hidden else pairs
    lines = [*(_hidden_lines if hidden else _pair_lines)(pairs[:most], labels, shown_as)]
    if len(pairs) > most:
        lines.append(f"{len(pairs) - most} more pairs: see --most.")
    unsaid = made.drawn.unsaid(polarity or "")
    data["warnings"] = warnings = told((*made.drawn.warnings, *unsaid), shown_as)
    lines = [*made.heading, *lines, *warned(warnings), signed(shown_as)]
    show(data, lines, as_json=as_json)


def hidden_pair(pair: ThemePair, shown_as: Profile) -> dict[str, str]:
    """Return what may be said of a pair where small counts are hidden: no ratio, only which way.

    Nothing where one of the four counts of the table is itself hidden.
    """
    from lltic.reports.theme_sheets import said_of_pair

    return {
        "theme": pair.theme,
        "other": pair.other,
        "n_cases": shown_as.count(pair.n_cases),
        "together": said_of_pair(shown_as, pair),
    }


def _hidden_lines(
    pairs: Sequence[ThemePair], labels: dict[str, str], shown_as: Profile
) -> Iterator[str]:
    rows = [hidden_pair(pair, shown_as) for pair in pairs]
    body = [(labels[r["theme"]], labels[r["other"]], r["n_cases"], r["together"]) for r in rows]
    yield from table(("theme", "and", "cases", "together"), body)


def _pair_lines(
    pairs: Sequence[ThemePair], labels: dict[str, str], shown_as: Profile
) -> Iterator[str]:
    from lltic.themes import MULTIPLICITY

    body = []
    for pair in pairs:
        a = pair.association
        effects = (_ratio(a.odds_ratio), _ratio(a.lift), _p(pair.p_adjusted))
        names = (labels[pair.theme], labels[pair.other])
        body.append((*names, shown_as.count(a.n_both), f"{a.expected:.0f}", *effects))
    within = any("within" in pair.association.method for pair in pairs)
    lift = "lift, all cases" if within else "lift"
    head = ("theme", "and", "cases", "by chance", "odds ratio", lift, "p adjusted")
    yield from table(head, body)
    methods = dict.fromkeys(pair.association.method for pair in pairs if pair.association.p)
    yield f"(95 % intervals; {'; '.join(methods)}; {MULTIPLICITY})"


@click.command()
@polarity_option
@click.option("--item", metavar="ITEM", help="Which score; the overall one when not given.")
@differ_option
@codings_option
@disclosure_option
@study_option
@json_option
def scores(
    study: Study,
    polarity: Polarity | None,
    item: str | None,
    rule: str,
    imported: str | None,
    disclosure: str,
    as_json: bool,
) -> None:
    """Say which themes go with poorer care.

    The score of a case is the worst that a locked review gave. Of two cases, one with the
    theme and one without: how often has the one with it the worse score? A tie counts half,
    and 50 % says that the theme tells nothing about the score.

    Example: lltic themes scores --study autumn-review --polarity problem
    """
    from lltic.themes import MULTIPLICITY, theme_scores

    shown_as, made = profile_of(disclosure), gather_themes(study, rule, imported)
    path = made.scored_item(item)
    given, worse_if_higher = made.scores(path), made.lower_is_better(path)
    rows = [
        row
        for shows in _polarities(made, polarity)
        for row in theme_scores(
            made.drawn, given, lower_is_better=worse_if_higher, polarity=shows, drawing=made.design
        )
    ]
    data: dict[str, Any] = {"disclosure": shown_as.name, "reason": shown_as.reason, "item": path}
    data |= {"multiplicity": MULTIPLICITY, **made.source}
    data["themes"] = [hidden_score(r, shown_as) for r in rows] if shown_as.hidden_up_to else rows
    lines = [*_score_lines(rows, shown_as), f"(score: {path}, the worst of a case; {MULTIPLICITY})"]
    unsaid = made.drawn.unsaid(rows[0].polarity if rows else "")
    data["warnings"] = warnings = told((*made.drawn.warnings, *unsaid), shown_as)
    lines = [*made.heading, *lines, *warned(warnings), signed(shown_as)]
    show(data, lines, as_json=as_json)


def _polarities(made: Themes, asked: Polarity | None) -> tuple[Polarity, ...]:
    """Return what to tell apart: what was asked for, else both where coders said which."""
    if asked:
        return (asked,)
    said = any(made.drawn.polarity_of(coding) for coding in made.drawn.codings)
    return ("problem", "good_practice") if said else ("",)


def hidden_score(row: ThemeScore, shown_as: Profile) -> dict[str, str]:
    """Return what may be said of a theme and its scores where small counts are hidden."""
    from lltic.reports.theme_sheets import score_told

    counts = (shown_as.count(row.n_with), shown_as.count(row.n_without))
    return {
        "theme": row.theme,
        "polarity": row.polarity,
        "n_with": counts[0],
        "n_without": counts[1],
        "worse": _percent(row.worse) if score_told(shown_as, row) else "",
    }


def _score_lines(rows: Sequence[ThemeScore], shown_as: Profile) -> Iterator[str]:
    from lltic.themes import POLARITIES

    said = any(row.polarity for row in rows)
    names = [
        (row.label, *([POLARITIES[row.polarity].lower()] if row.polarity else [])) for row in rows
    ]
    first = ("theme", *(["shows"] if said else []), "cases with it")
    if shown_as.hidden_up_to:
        seen = [hidden_score(row, shown_as) for row in rows]
        hidden = [(*n, s["n_with"], s["worse"]) for n, s in zip(names, seen, strict=True)]
        yield from table((*first, "worse score, %"), hidden)
        return
    body = [
        (
            *name,
            row.n_with,
            _mean(row.mean_with),
            _mean(row.mean_without),
            _percent(row.worse) or row.reason,
            _p(row.p_adjusted),
        )
        for name, row in zip(names, rows, strict=True)
    ]
    yield from table((*first, "mean score", "without", "worse score, %", "p adjusted"), body)


def _ratio(effect: Estimate | None) -> str:
    if effect is None or effect.low is None or effect.high is None:
        return "not defined"
    return f"{effect.value:.2f} ({effect.low:.2f} to {effect.high:.2f})"


def _percent(effect: Estimate | None) -> str:
    if effect is None or effect.low is None or effect.high is None:
        return ""
    return f"{100 * effect.value:.0f} ({100 * effect.low:.0f} to {100 * effect.high:.0f})"


def _mean(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _p(p: float | None) -> str:
    if p is None:
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"
