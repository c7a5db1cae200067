"""``lltic themes trends`` and ``saturation``: themes from month to month, and as coding goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.cli.theme_figures import signed, told, warned
from lltic.cli.theme_gathering import (
    differ_by,
    differ_option,
    disclosure_option,
    gather_themes,
    polarity_option,
    profile_of,
)
from lltic.cli.theme_imports import codings_option
from lltic.cli.themes import themes

if TYPE_CHECKING:
    from lltic.measures import Profile
    from lltic.study import Study
    from lltic.themes import Saturation, Series
    from lltic.themes.counted import Polarity

__all__ = ["register"]

SEED = 20260905
"""Shuffles the order of cases for the band of the saturation curve."""


def register(app: click.Group) -> None:
    """Add this file's commands to the group ``lltic themes``."""
    for command in (trends, saturation):
        themes.add_command(command)


@click.command()
@polarity_option
@click.option("--week", is_flag=True, help="By week of death rather than month.")
@click.option("--theme", metavar="CODE", help="One theme; all when not given.")
@differ_option
@codings_option
@disclosure_option
@study_option
@json_option
def trends(
    study: Study,
    polarity: Polarity | None,
    week: bool,
    theme: str | None,
    rule: str,
    imported: str | None,
    disclosure: str,
    as_json: bool,
) -> None:
    """Print each theme's share by month of death, to make a chart of.

    Months without a coded case are gaps. Few cases or few months are told.

    Example: lltic themes trends --study autumn-review --theme fluid_management --json
    """
    from lltic.errors import UsageError, unknown
    from lltic.themes import theme_series

    shown_as, made = profile_of(disclosure), gather_themes(study, rule, imported)
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
    data: dict[str, Any] = {"disclosure": shown_as.name, "reason": shown_as.reason, **made.source}
    data["series"] = (
        [hidden_series(s, shown_as) for s in series] if shown_as.hidden_up_to else series
    )
    data["warnings"] = warnings = told([w for s in series for w in s.warnings], shown_as)
    lines = [*made.heading, *_series_lines(series, shown_as), *warned(warnings)]
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
@differ_by("any")
@disclosure_option
@study_option
@json_option
def saturation(study: Study, quiet_run: int, rule: str, disclosure: str, as_json: bool) -> None:
    """Say whether more coding still brings new themes.

    What coders found by reading counts, as on the page "How far we are", which counts texts:
    what was laid after suggestions had been shown does not, and of texts that two coded what
    any of them found, settled or not. Cases are taken in the order in which their coding was
    finished; the curve's band is of random orders. State the rule before the first is coded.

    Example: lltic themes saturation --study autumn-review --quiet-run 15
    """
    from numpy.random import default_rng

    from lltic.reviews.read import coding_order
    from lltic.themes import saturation as saturation_of
    from lltic.themes import themes_by_case

    shown_as, made = profile_of(disclosure), gather_themes(study, rule, aided=False)
    themes_of = themes_by_case(made.drawn, coding_order(made.record))
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
