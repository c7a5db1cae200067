"""``lltic themes``: what keeps happening."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.cli.theme_gathering import (
    BREAKDOWNS,
    TOLD_INSIDE,
    differ_option,
    disclosure_option,
    gather_themes,
    polarity_option,
    profile_of,
)
from lltic.cli.theme_imports import codings_option
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.cli.theme_gathering import Themes
    from lltic.measures import Profile
    from lltic.study import Study
    from lltic.themes import ThemePair, ThemePrevalence
    from lltic.themes.counted import Polarity

__all__ = ["register", "themes"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(themes)


@click.group()
def themes() -> None:
    """Say what keeps happening: the codebook, the coding, the themes."""


@themes.command()
@study_option
@json_option
def status(study: Study, as_json: bool) -> None:
    """Say how many of the reviewers' texts have been coded.

    Example: lltic themes status --study autumn-review
    """
    from lltic.reviews import read
    from lltic.themes import coding_status

    made = read.on_record(study)
    unsettled = read.unsettled_reviews(made)
    s = coding_status(read.codings(made), read.texts(made), read.coded_reviews(made), unsettled)
    lines = [
        f"reviews with text {s.reviews} coded {s.reviews_coded}",
        f"cases {s.cases} started {s.cases_started} finished {s.cases_finished}",
        f"codings {s.codings} by coders {s.coders}",
    ]
    if s.unsettled:
        lines.append(f"to settle {s.unsettled}: two coders differ (lltic themes plan)")
    if s.stale:
        stale = number_of(s.stale, "coding stands", "codings stand")
        lines.insert(0, f"! {stale} on a text that has been corrected since.")
    show(s, lines, as_json=as_json)


@themes.command()
@click.option("--by-phase", is_flag=True, help="The same as --by phase.")
@click.option("--by", type=click.Choice(BREAKDOWNS), help="In each of these rather than over all.")
@click.option("--item", metavar="ITEM", help="With --by score: which; else the overall one.")
@polarity_option
@click.option("--beside", is_flag=True, help="Problems and good practice side by side.")
@differ_option
@codings_option
@disclosure_option
@study_option
@json_option
def prevalence(
    study: Study,
    by_phase: bool,
    by: str | None,
    item: str | None,
    polarity: Polarity | None,
    beside: bool,
    rule: str,
    imported: str | None,
    disclosure: str,
    as_json: bool,
) -> None:
    """Say in how many of the coded cases each theme occurs.

    Over all, or by phase of care, setting, interface (died in hospital, soon or later
    after discharge), worst care score, or month of death. Words behind a figure:
    'lltic themes passages'.

    Example: lltic themes prevalence --study autumn-review --by phase --polarity problem
    """
    from lltic.reports.theme_sheets import in_told_order
    from lltic.themes import together

    shown_as, made = profile_of(disclosure), gather_themes(study, rule, imported)
    chosen = "phase" if by_phase else by
    rows: list[ThemePrevalence] = []
    both: tuple[Polarity, ...] = ("problem", "good_practice")
    for shows in both if beside else (polarity or "",):
        rows += _rows(made, chosen, item, shows)
    names = dict(made.phases)
    if chosen not in (None, "phase"):
        names |= made.groups(chosen, item).labels
    pairs = [p for p in together(made.drawn, polarity=polarity or "") if p.n_cases]
    pairs = in_told_order(shown_as, pairs, made.counted.labels)
    data = prevalence_data(rows, pairs, shown_as)
    lines = [*made.heading, *prevalence_lines(rows, pairs, shown_as, names)]
    show({"codebook": made.counted.codebook.ref, **made.source, **data}, lines, as_json=as_json)


def _rows(
    made: Themes, by: str | None, item: str | None, polarity: Polarity
) -> list[ThemePrevalence]:
    """Return the shares over all, or in each part of a breakdown."""
    from lltic.themes import prevalence, prevalence_by, prevalence_by_phase

    weigh = made.estimator
    if by is None:
        return prevalence(made.counted, polarity=polarity, estimator=weigh)
    if by == "phase":
        phases = list(made.phases)
        return prevalence_by_phase(made.drawn, phases=phases, polarity=polarity, estimator=weigh)
    groups = made.groups(by, item)
    order = list(groups.labels)
    return prevalence_by(
        made.drawn, by, groups.of, groups=order, polarity=polarity, estimator=weigh
    )


def prevalence_data(
    rows: Sequence[ThemePrevalence], pairs: Sequence[ThemePair], shown_as: Profile
) -> dict[str, Any]:
    """Return what ``--json`` prints; under a profile that hides, only what it lets out."""
    data: dict[str, Any] = {"disclosure": shown_as.name, "reason": shown_as.reason}
    names = [{"theme": p.theme, "other": p.other} for p in pairs]
    if shown_as.name == "none":
        counts = [{**n, "n_cases": p.n_cases} for n, p in zip(names, pairs, strict=True)]
        return {**data, "themes": rows, "together": counts}
    themes = [
        {
            "theme": row.theme,
            "phase": row.phase,
            "polarity": row.polarity,
            "by": row.by,
            "group": row.group,
            "shown": shown_as.proportion(row.estimate),
        }
        for row in rows
    ]
    hidden = [
        {**n, "n_cases": shown_as.count(p.n_cases)} for n, p in zip(names, pairs, strict=True)
    ]
    return {**data, "themes": themes, "together": hidden}


def prevalence_lines(
    rows: Sequence[ThemePrevalence],
    pairs: Sequence[ThemePair],
    shown_as: Profile,
    names: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Yield the table of themes, the warnings, and the pairs seen most often."""
    from lltic.themes import POLARITIES

    known = names or {}
    part = "phase" if any(row.phase for row in rows) else next((r.by for r in rows if r.by), "")
    body = []
    for row in rows:
        shown = shown_as.proportion(row.estimate)
        group = row.phase or known.get(row.group, row.group)
        leading = [*([group] if part else []), row.label]
        leading += [POLARITIES[row.polarity].lower()] if row.polarity else []
        counts = (shown.numerator, shown.denominator, shown.percent, shown.interval)
        body.append((*leading, *counts))
    head = [*([part] if part else []), "theme"]
    head += ["shows"] if any(row.polarity for row in rows) else []
    yield from table((*head, "cases", "of", "%", "95 % interval"), body)
    if any(row.estimate.population is not None for row in rows):
        yield "% is of all cases of the cohort, weighted by how they were drawn; counts are as read"
    warnings = dict.fromkeys(w for row in rows for w in row.estimate.warnings)
    if shown_as.hidden_up_to and warnings:  # they hold counts
        warnings = {TOLD_INSIDE: None}
    yield from (f"! {warning}" for warning in warnings)
    labels = {row.theme: row.label for row in rows}
    for pair in pairs[:5]:
        both = f"{labels[pair.theme]} and {labels[pair.other]}"
        yield f"together in {shown_as.count(pair.n_cases)} cases: {both}"
    reason = f" ({shown_as.reason})" if shown_as.reason else ""
    yield f"disclosure profile {shown_as.name}{reason}"
