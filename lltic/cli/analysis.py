"""``lltic agreement`` and ``lltic themes``: what the locked reviews say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option, table

if TYPE_CHECKING:
    from lltic.agreement import DiscordantCase, ItemAgreement
    from lltic.form import Form
    from lltic.measures import Profile
    from lltic.records import Estimate
    from lltic.study import Study
    from lltic.themes import ThemePair, ThemePrevalence

__all__ = ["register"]

INSIDE = "inside the study, for the people who hold its records"


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(agreement)
    app.add_command(themes)


@click.command()
@click.option("--discordant", "discordant_too", is_flag=True, help="List the cases to talk about.")
@study_option
@json_option
def agreement(study: Study, discordant_too: bool, as_json: bool) -> None:
    """Say how far the reviewers of a case agree, item by item.

    Computed on locked reviews, before any consensus. Kappa and AC2 give part
    credit to scores that lie near each other (quadratic weights).

    Example: lltic agreement --study autumn-review --discordant
    """
    from lltic.agreement import NOT_WEIGHTED, agreement_table, discordant, double_reviewed
    from lltic.cli.sampling import design_of
    from lltic.form import load_form
    from lltic.reviews.read import judgements, unblinded

    found = judgements(study)
    broken = unblinded(study)
    form = load_form(study.settings.form, study.path).model
    scales = form.scored_items()
    items = agreement_table(found, scales)
    apart = discordant(found, scales, lower_is_better=_lower_is_better(form))
    n_cases = double_reviewed(found)
    data: dict[str, Any] = {
        "double_reviewed_cases": n_cases,
        "items": items,
        "discordant_cases": len(apart),
        "notes": [NOT_WEIGHTED] if design_of(study) else [],
        "unblinded": [
            {"case_id": e.case_id, "at": e.at, "by": e.actor, "reason": e.reason} for e in broken
        ],
    }
    if discordant_too:
        data["discordant"] = apart
    lines = [*agreement_lines(items), *data["notes"]]
    lines += [*(discordant_lines(apart) if discordant_too else ())]
    lines += [f"! {e.case_id}: blind broken {e.at[:10]} by {e.actor}: {e.reason}" for e in broken]
    lines.append(f"double-reviewed cases {n_cases} discordant {len(apart)}")
    show(data, lines, as_json=as_json)


def _lower_is_better(form: Form) -> set[str]:
    return {
        path
        for path, _, item in form.items()
        if item.scale and form.scales[item.scale].direction == "lower_is_better"
    }


def agreement_lines(items: Sequence[ItemAgreement]) -> Iterator[str]:
    """Yield the table of coefficients, then each warning with the items it is about."""
    head = ("item", "cases", "raw agreement", "weighted kappa", "AC2")
    rows = [
        (
            item.item,
            item.n_cases,
            _percent_with_interval(item.raw_agreement),
            _with_interval(item.kappa),
            _with_interval(item.ac2),
        )
        for item in items
    ]
    yield from table(head, rows)
    yield "(95 % intervals; readers count as interchangeable)"
    about: dict[str, list[str]] = {}
    for item in items:
        for warning in item.warnings:
            about.setdefault(warning, []).append(item.item)
    for warning, names in about.items():
        yield f"! {', '.join(names)}: {warning}"


def discordant_lines(cases: Sequence[DiscordantCase]) -> Iterator[str]:
    """Yield one line per case, the scores of its discordant items beside it."""
    if not cases:
        yield "No discordant case."
        return
    rows = [
        (case.case_id, ", ".join(f"{i.item} {i.low:g} and {i.high:g}" for i in case.items))
        for case in cases
    ]
    yield from table(("case", "scores that lie apart"), rows)


def _with_interval(e: Estimate | None) -> str:
    return "not defined" if e is None else f"{e.value:.2f} ({e.low:.2f} to {e.high:.2f})"


def _percent_with_interval(e: Estimate | None) -> str:
    if e is None:
        return "not defined"
    return f"{100 * e.value:.0f} % ({100 * (e.low or 0):.0f} to {100 * (e.high or 0):.0f})"


@click.group()
def themes() -> None:
    """Say what keeps happening: the codebook, the coding, the themes."""


@themes.command()
@study_option
@json_option
def codebook(study: Study, as_json: bool) -> None:
    """Print the study's codebook.

    Example: lltic themes codebook --study autumn-review
    """
    from lltic.themes import load_codebook

    loaded = load_codebook(study.settings.codebook, study.path)
    rows = [(c.code, c.label, "yes" if c.corroborated else "no") for c in loaded.model.codes]
    lines = [loaded.ref, *table(("code", "theme", "confirmed by a source"), rows)]
    data = {"ref": loaded.ref, "hash": loaded.hash, "codebook": loaded.model}
    show(data, lines, as_json=as_json)


@themes.command()
@study_option
@json_option
def status(study: Study, as_json: bool) -> None:
    """Say how many of the reviewers' texts have been coded.

    Example: lltic themes status --study autumn-review
    """
    from lltic.reviews.read import coded_reviews, codings, texts
    from lltic.themes import coding_status

    s = coding_status(codings(study), texts(study), coded_reviews(study))
    lines = [
        f"reviews with text {s.reviews} coded {s.reviews_coded}",
        f"cases {s.cases} started {s.cases_started} finished {s.cases_finished}",
        f"codings {s.codings} by coders {s.coders}",
    ]
    if s.stale:
        lines.insert(0, f"! {s.stale} codings stand on a text that has been corrected since.")
    show(s, lines, as_json=as_json)


@themes.command()
@click.option("--by-phase", is_flag=True, help="Per phase of care.")
@click.option(
    "--disclosure",
    default="none",
    metavar="PROFILE",
    help="How counts may be shown: none (inside the study) or nhs_hes_2018.",
)
@study_option
@json_option
def prevalence(study: Study, by_phase: bool, disclosure: str, as_json: bool) -> None:
    """Say in how many of the coded cases each theme occurs.

    Example: lltic themes prevalence --study autumn-review --by-phase
    """
    from lltic.cli.sampling import design_of, drawn_of
    from lltic.form import load_form
    from lltic.measures import profile
    from lltic.reviews.read import coded_reviews, codings, texts
    from lltic.themes import load_codebook, prevalence, prevalence_by_phase, together

    shown_as = profile(disclosure, reason=INSIDE if disclosure == "none" else "")
    book = load_codebook(study.settings.codebook, study.path)
    design = design_of(study)
    found, words, done = codings(study), texts(study), coded_reviews(study)
    # A phase may have words in reviews outside the sample alone, and a pair be found only there.
    drawn = (drawn_of(design, found), drawn_of(design, words), done, book)
    weigh = design.share if design else None
    if by_phase:
        form = load_form(study.settings.form, study.path).model
        phases = [page.id for page in form.pages]
        rows = prevalence_by_phase(*drawn, phases=phases, estimator=weigh)
    else:
        rows = prevalence(found, words, done, book, estimator=weigh)
    pairs = together(*drawn)
    data = prevalence_data(rows, pairs, shown_as)
    lines = prevalence_lines(rows, pairs, shown_as)
    show({"codebook": book.ref, **data}, lines, as_json=as_json)


def prevalence_data(
    rows: Sequence[ThemePrevalence], pairs: Sequence[ThemePair], shown_as: Profile
) -> dict[str, Any]:
    """Return what ``--json`` prints; under a profile that hides, only what it lets out."""
    data: dict[str, Any] = {"disclosure": shown_as.name, "reason": shown_as.reason}
    if shown_as.name == "none":
        return {**data, "themes": rows, "together": pairs}
    themes = [
        {"theme": row.theme, "phase": row.phase, "shown": shown_as.proportion(row.estimate)}
        for row in rows
    ]
    together = [
        {"theme": p.theme, "other": p.other, "n_cases": shown_as.count(p.n_cases)} for p in pairs
    ]
    return {**data, "themes": themes, "together": together}


def prevalence_lines(
    rows: Sequence[ThemePrevalence], pairs: Sequence[ThemePair], shown_as: Profile
) -> Iterator[str]:
    """Yield the table of themes, the warnings, and the pairs seen most often."""
    phases = any(row.phase for row in rows)
    body = []
    for row in rows:
        shown = shown_as.proportion(row.estimate)
        cells = (row.label, shown.numerator, shown.denominator, shown.percent, shown.interval)
        body.append((row.phase, *cells) if phases else cells)
    head = ("theme", "cases", "of", "%", "95 % interval")
    yield from table(("phase", *head) if phases else head, body)
    if any(row.estimate.population is not None for row in rows):
        yield "% is of all cases of the cohort, weighted by how they were drawn; counts are as read"
    warnings = dict.fromkeys(w for row in rows for w in row.estimate.warnings)
    if shown_as.hidden_up_to and warnings:  # they hold counts
        warnings = {"Not everything has been coded; see the table inside the study.": None}
    yield from (f"! {warning}" for warning in warnings)
    labels = {row.theme: row.label for row in rows}
    for pair in pairs[:5]:
        both = f"{labels[pair.theme]} and {labels[pair.other]}"
        yield f"together in {shown_as.count(pair.n_cases)} cases: {both}"
    reason = f" ({shown_as.reason})" if shown_as.reason else ""
    yield f"disclosure profile {shown_as.name}{reason}"
