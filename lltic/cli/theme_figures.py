"""``lltic themes together``, ``scores``, ``trends``, ``saturation``: figures beyond a share."""

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
from lltic.cli.themes import themes

if TYPE_CHECKING:
    from lltic.cli.theme_gathering import Themes
    from lltic.measures import Profile
    from lltic.records import Estimate
    from lltic.study import Study
    from lltic.themes import Saturation, Series, ThemePair, ThemeScore
    from lltic.themes.counted import Polarity

__all__ = ["register"]

SEED = 20260905
"""Shuffles the order of cases for the band of the saturation curve."""


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``lltic themes``."""
    for command in (together, scores, trends, saturation):
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

    shown_as, made = profile_of(disclosure), gather_themes(study, rule)
    within = made.scores(made.scored_item(item)) if within_score else None
    pairs = pairs_of(made.drawn, polarity=polarity or "", drawing=made.design, within=within)
    labels = made.counted.labels
    pairs = in_told_order(shown_as, pairs, labels)
    hidden = shown_as.hidden_up_to
    data: dict[str, Any] = {"disclosure": shown_as.name, "reason": shown_as.reason}
    data |= {"codebook": made.counted.codebook.ref, "multiplicity": MULTIPLICITY}
    data["pairs"] = [hidden_pair(p, shown_as) for p in pairs] if hidden else pairs
    lines = [*(_hidden_lines if hidden else _pair_lines)(pairs[:most], labels, shown_as)]
    if len(pairs) > most:
        lines.append(f"{len(pairs) - most} more pairs: see --most.")
    unsaid = made.drawn.unsaid(polarity or "")
    data["warnings"] = warnings = told((*made.drawn.warnings, *unsaid), shown_as)
    show(data, [*lines, *warned(warnings), signed(shown_as)], as_json=as_json)


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
@disclosure_option
@study_option
@json_option
def scores(
    study: Study,
    polarity: Polarity | None,
    item: str | None,
    rule: str,
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

    shown_as, made = profile_of(disclosure), gather_themes(study, rule)
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
    data["multiplicity"] = MULTIPLICITY
    data["themes"] = [hidden_score(r, shown_as) for r in rows] if shown_as.hidden_up_to else rows
    lines = [*_score_lines(rows, shown_as), f"(score: {path}, the worst of a case; {MULTIPLICITY})"]
    unsaid = made.drawn.unsaid(rows[0].polarity if rows else "")
    data["warnings"] = warnings = told((*made.drawn.warnings, *unsaid), shown_as)
    show(data, [*lines, *warned(warnings), signed(shown_as)], as_json=as_json)


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


@click.command()
@polarity_option
@click.option("--week", is_flag=True, help="By week of death rather than month.")
@click.option("--theme", metavar="CODE", help="One theme; all when not given.")
@differ_option
@disclosure_option
@study_option
@json_option
def trends(
    study: Study,
    polarity: Polarity | None,
    week: bool,
    theme: str | None,
    rule: str,
    disclosure: str,
    as_json: bool,
) -> None:
    """Print each theme's share by month of death, to make a chart of.

    Months without a coded case are gaps. Few cases or few months are told.

    Example: lltic themes trends --study autumn-review --theme fluid_management --json
    """
    from lltic.errors import UsageError, unknown
    from lltic.themes import theme_series

    shown_as, made = profile_of(disclosure), gather_themes(study, rule)
    if theme is not None and theme not in made.counted.themes:
        raise UsageError(unknown("theme", theme, made.counted.themes))
    died_on = {case.case_id: case.died_on for case in made.cases if case.died_on is not None}
    series = theme_series(
        made.drawn,
        died_on,
        period="week" if week else "month",
        polarity=polarity or "",
        estimator=made.estimator,
    )
    series = [one for one in series if theme in (None, one.theme)]
    data: dict[str, Any] = {"disclosure": shown_as.name, "reason": shown_as.reason}
    data["series"] = (
        [hidden_series(s, shown_as) for s in series] if shown_as.hidden_up_to else series
    )
    data["warnings"] = warnings = told([w for s in series for w in s.warnings], shown_as)
    lines = [*_series_lines(series, shown_as), *warned(warnings)]
    show(data, [*lines, signed(shown_as)], as_json=as_json)


def hidden_series(series: Series, shown_as: Profile) -> dict[str, Any]:
    """Return a series as it may be shown where small counts are hidden."""
    points = [
        {
            "starts_on": point.starts_on,
            "denominator": shown_as.count(point.denominator),
            "shown": shown_as.proportion(point.share) if point.share else None,
        }
        for point in series.points
    ]
    return {"theme": series.theme, "period": series.period, "points": points}


def _series_lines(series: Sequence[Series], shown_as: Profile) -> Iterator[str]:
    body = []
    for one in series:
        for point in one.points:
            if point.share is None:
                body.append((one.label, f"{point.starts_on}", "", shown_as.count(0), "", ""))
                continue
            s = shown_as.proportion(point.share)
            cells = (s.numerator, s.denominator, s.percent, s.interval)
            body.append((one.label, f"{point.starts_on}", *cells))
    first = "month from" if all(one.period == "month" for one in series) else "week from"
    yield from table(("theme", first, "cases", "of", "%", "95 % interval"), body)


@click.command()
@click.option(
    "--quiet-run",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="The stopping rule: so many cases in a row without a new theme.",
)
@differ_option
@disclosure_option
@study_option
@json_option
def saturation(study: Study, quiet_run: int, rule: str, disclosure: str, as_json: bool) -> None:
    """Say whether more coding still brings new themes.

    Cases are taken in the order in which their coding was finished; the curve's band is of
    random orders. State the rule before the first case is coded.

    Example: lltic themes saturation --study autumn-review --quiet-run 15
    """
    from numpy.random import default_rng

    from lltic.themes import saturation as saturation_of
    from lltic.themes import themes_by_case

    shown_as, made = profile_of(disclosure), gather_themes(study, rule)
    themes_of = themes_by_case(made.drawn, _coding_order(study))
    found = saturation_of(themes_of, default_rng(SEED), quiet_run=quiet_run)
    data: dict[str, Any] = {"disclosure": shown_as.name, "reason": shown_as.reason, "seed": SEED}
    unseen = f"{100 * found.unseen.value:.1f} %" if found.unseen else "not defined"
    if shown_as.hidden_up_to:
        data |= {"themes": len(found.themes), "rule_met": found.may_stop_at is not None}
    else:
        data |= {"themes": list(found.themes), "saturation": found, "rule": found.rule}
    data["warnings"] = warnings = told(made.drawn.warnings, shown_as)
    lines = [*_saturation_lines(found, unseen, shown_as), *warned(warnings), signed(shown_as)]
    show(data, lines, as_json=as_json)


def _coding_order(study: Study) -> list[str]:
    """Return the cases in the order in which a text of them was first read to its end."""
    from lltic.reviews.read import events

    return list(dict.fromkeys(e.case_id for e in events(study) if e.kind == "coding_done"))


def _saturation_lines(found: Saturation, unseen: str, shown_as: Profile) -> Iterator[str]:
    n = len(found.points)
    if shown_as.hidden_up_to:
        met = "met" if found.may_stop_at is not None else "not met yet"
        # The chance of a new theme is left out: it tells how many themes are in a single case.
        yield f"themes met {len(found.themes)}; stopping rule {met}"
    else:
        places = sorted({1, *(k for k in (2, 5, 10, 20, 50, 100, 200, 500, 1000) if k < n), n})
        body = [
            (p.cases, p.in_order, f"{p.expected:.1f}", f"{p.low:g} to {p.high:g}")
            for p in (found.points[k - 1] for k in places)
        ]
        head = ("cases coded", "themes met", "in any order", "95 % of orders")
        yield from table(head, body)
        yield f"Met in one case only: themes {found.once}."
        yield found.rule
        yield f"Chance that the next theme found is a new one: {unseen}"


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
