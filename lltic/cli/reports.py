"""``lltic report``: notebooks, workbook and board paper of a study."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option
from lltic.errors import LlticError, Problem, UsageError
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.cli.theme_gathering import Themes
    from lltic.form import Form
    from lltic.measures import Profile
    from lltic.reports import Facts, Phase
    from lltic.reviews.read import OnRecord
    from lltic.themes.counted import Polarity

__all__ = ["register"]

WHY_NOTHING_IS_HIDDEN = "a working file for the task force, not for publication"


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(report)


@click.command()
@study_option
@click.option(
    "--disclosure",
    default="none",
    metavar="PROFILE",
    show_default=True,
    help="How small counts are shown: 'none' as they are, 'nhs_hes_2018' hidden and rounded.",
)
@click.option(
    "--reason",
    default=WHY_NOTHING_IS_HIDDEN,
    show_default=True,
    help="With 'none': why counts may be shown as they are; printed in the files.",
)
@click.option(
    "--at",
    default=None,
    metavar="INSTANT",
    help="The time to print, such as 2026-11-03T09:30:00Z, for the same bytes again; else now.",
)
@click.option("--notebooks/--no-notebooks", default=True, help="Run the notebooks as well.")
@json_option
def report(
    study: Study, disclosure: str, reason: str, at: str | None, notebooks: bool, as_json: bool
) -> int:
    """Write workbook, board paper and executed notebooks to the study's outputs.

    Example: lltic report --study demo
    """
    from lltic.measures import profile

    made_at = _instant(at)
    shown = profile(disclosure, reason=reason if disclosure == "none" else "")
    _needs_cohort(study)
    files: list[Path] = []
    problems: list[Problem] = []
    if notebooks:
        from lltic.audit.execution import execute_all

        files, problems = execute_all(study)
    facts = gather(study, shown, made_at)
    files = [*_write(study, facts), *files]
    data = {"files": [str(path) for path in files], "problems": [p.as_dict() for p in problems]}
    show(data, [str(path) for path in files], as_json=as_json)
    failed = any(problem.code == "notebook-failed" for problem in problems)
    for problem in problems if not as_json else ():
        click.echo(str(problem), err=True)
    return 1 if failed else 0


def _instant(text: str | None) -> datetime:
    from lltic.clock import system_clock

    if text is None:
        return system_clock()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        allowed = "an instant with its time zone, such as 2026-11-03T09:30:00Z"
        raise UsageError(Problem("bad-instant", "--at", "is not an instant", allowed))
    return found


def _needs_cohort(study: Study) -> None:
    if not (study.cohort / "cases.parquet").is_file():
        hint = f"Build the cohort first: lltic cohort build --study {study.path}"
        raise LlticError(Problem("no-cohort", str(study.cohort), "holds no cases", hint=hint))


def _write(study: Study, facts: Facts) -> list[Path]:
    from lltic.reports import all_sheets, write_paper, write_workbook

    workbook = study.outputs / "lltic-report.xlsx"
    paper = study.outputs / "lltic-board-paper.html"
    footer = facts.title + (" · synthetic" if facts.synthetic else "")
    write_workbook(
        workbook, all_sheets(facts), title=facts.title, footer=footer, made_at=facts.made_at
    )
    write_paper(paper, facts)
    return [workbook, paper]


def gather(study: Study, profile: Profile, made_at: datetime) -> Facts:
    """Return what the reports of a study say, from the record as it stands.

    Parameters
    ----------
    study : Study
        With a cohort; reviews and codings as far as there are any.
    profile : Profile
        The disclosure profile the files are made under.
    made_at : datetime
        Aware.
    """
    import pandas as pd

    from lltic import __version__
    from lltic.agreement import agreement_table
    from lltic.cli.report_questions import questions_of, titles_of
    from lltic.cli.sampling import design_of
    from lltic.form import load_form
    from lltic.reports import Facts
    from lltic.reviews import read
    from lltic.themes import load_codebook

    settings = study.settings
    form = load_form(settings.form, study.path)
    codebook = load_codebook(settings.codebook, study.path)
    record = read.on_record(study)
    judgements, citations = tuple(read.judgements(record)), tuple(read.citations(record))
    manifest = json.loads((study.cohort / "manifest.json").read_text("utf-8"))
    design = design_of(study)
    themes, not_computable = _themes(record)
    return Facts(
        title=settings.title,
        synthetic=settings.synthetic,
        version=__version__,
        made_at=made_at,
        profile=profile,
        definitions=(
            ("Cohort", _cohort_ref(manifest)),
            ("Form", form.ref),
            ("Codebook", codebook.ref),
            *([("Sampling plan", design.plan)] if design else []),
        ),
        manifest=manifest,
        head=record.head,
        notebooks=_notebooks_hash(study),
        phases=_phases(form.model),
        pages={page.id: page.title for page in form.model.pages},
        cases=pd.read_parquet(study.cohort / "cases.parquet"),
        attrition=pd.read_parquet(study.cohort / "attrition.parquet"),
        reviews=read.status(record),
        judgements=judgements,
        agreement=tuple(agreement_table(judgements, form.model.scored_items())),
        not_computable=not_computable,
        unblinded=tuple(read.unblinded(record)),
        questions=questions_of(form.model),
        citations=citations,
        theme_labels={code.code: code.label for code in codebook.model.codes},
        documents=titles_of(study, citations),
        design=design,
        **themes,
    )


def _cohort_ref(manifest: dict[str, object]) -> str:
    name, version = manifest.get("definition", ""), manifest.get("version", "")
    return f"{name} v{version} ({str(manifest.get('hash', ''))[:12]})"


def _notebooks_hash(study: Study) -> str:
    from lltic.audit.execution import notebook_folder
    from lltic.audit.manifest import MANIFEST

    file = notebook_folder(study) / MANIFEST
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _phases(form: Form) -> tuple[Phase, ...]:
    """Return the scored pages, with what the points of their scales are called."""
    from lltic.reports import Phase

    phases = []
    for page in form.pages:
        keys = [item.scale for item in page.items if item.id == "score" and item.scale]
        for key in keys[:1]:
            scale = form.scales[key]
            labels = {point.value: point.label for point in scale.points}
            worst_first = scale.direction == "higher_is_better"
            phases.append(Phase(page.id, page.title, labels, worst_first))
    return tuple(phases)


def _themes(record: OnRecord) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what the facts hold about themes, or the reason why there is nothing."""
    from lltic.cli.theme_gathering import gather_themes
    from lltic.errors import NotComputable
    from lltic.themes import prevalence, prevalence_beside, prevalence_by_phase

    try:
        made = gather_themes(record)
        weigh = made.estimator
        anywhere = prevalence(made.counted, estimator=weigh)
        by_phase = prevalence_by_phase(made.drawn, estimator=weigh)
    except NotComputable as reason:
        return {"themes": ()}, (str(reason),)
    found = {"themes": (*anywhere, *by_phase), "codings": made.drawn.codings}
    said = any(made.drawn.polarity_of(coding) for coding in made.drawn.codings)
    if said:
        found["beside"] = tuple(prevalence_beside(made.counted, estimator=weigh))
    return {**found, **_how_themes_go(made, "problem" if said else "")}, ()


def _how_themes_go(made: Themes, polarity: Polarity) -> dict[str, Any]:
    """Return how themes go together and with the score, as far as that can be compared.

    Problems alone, where coders said what is one: good practice goes the other way.
    """
    from lltic.errors import NotComputable
    from lltic.themes import theme_scores, together

    item = made.scored_item(None)
    try:
        pairs = together(made.drawn, polarity=polarity, drawing=made.design)
        scored = theme_scores(
            made.drawn,
            made.scores(item),
            lower_is_better=made.lower_is_better(item),
            polarity=polarity,
            drawing=made.design,
        )
    except NotComputable:
        return {}
    return {"theme_pairs": tuple(pairs), "theme_scores": tuple(scored)}
