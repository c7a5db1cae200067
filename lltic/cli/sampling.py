"""``lltic sample``: from a cohort to the cases that will be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

import click

from lltic.cli.output import json_option, show, study_option
from lltic.errors import LlticError, Problem
from lltic.records import Coding, Judgement, SampledCase
from lltic.study import Study, write_atomically
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.measures import Design
    from lltic.sampling import Sample

__all__ = ["design_of", "draw_sample", "drawn_of", "register"]


OfCase = TypeVar("OfCase", Coding, Judgement)


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(sample)


@click.command()
@study_option
@click.option("--plan", metavar="NAME", help="A sampling plan; the study's own when not given.")
@click.option("--seed", type=click.IntRange(min=0), help="Takes the place of the plan's seed.")
@click.option(
    "--let-go",
    is_flag=True,
    help="Also when cases under review are not drawn again; then no share counts their reviews.",
)
@json_option
def sample(study: Study, plan: str | None, seed: int | None, let_go: bool, as_json: bool) -> None:
    """Draw the cases that will be read, and say how, stratum by stratum.

    A sample can be drawn again. Cases under review must not drop out of it unseen: if one
    would, nothing is changed, unless --let-go says that it may.

    Example: lltic sample --plan simple --seed 7
    """
    drawn = draw_sample(study, plan, seed, let_go=let_go)
    data = json.loads((study.cohort / "sample.json").read_text("utf-8"))
    lines = [f"{drawn.plan} ({drawn.plan_hash[:12]})", *drawn.sentences]
    if left := len(data["under_review_outside"]):
        cases = number_of(left, "case that is", "cases that are")
        said = f"! {cases} under review and not in this sample: their reviews stay on record, "
        lines.append(f"{said}may be finished, and no share counts them.")
    lines.append(f"sampled {len(drawn.cases)} of {drawn.population}")
    show(data, lines, as_json=as_json)


def draw_sample(
    study: Study, plan: str | None = None, seed: int | None = None, *, let_go: bool = False
) -> Sample:
    """Draw a sample from the study's cohort and write it, with its manifest, to the study.

    Raises
    ------
    LlticError
        ``reviews-outside-sample`` when cases under review would not be in the sample and
        ``let_go`` does not allow it; nothing is written then.
    """
    from lltic.cohort import read_cases
    from lltic.sampling import draw, load_plan
    from lltic.sources.parquet import as_parquet

    loaded = load_plan(plan or study.settings.plan, study.path)
    cases = read_cases(study)
    drawn = draw(cases, loaded, seed)
    outside = _under_review(study) - {case.case_id for case in drawn.cases}
    if outside and not let_go:
        raise LlticError(_would_be_lost(outside, {case.case_id for case in cases}))
    manifest = {**drawn.as_dict(), "under_review_outside": sorted(outside)}
    with write_atomically(study.cohort / "sample.parquet", "wb") as stream:
        stream.write(as_parquet(study, SampledCase, drawn.cases))
    with write_atomically(study.cohort / "sample.json") as stream:
        stream.write(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    return drawn


def design_of(study: Study) -> Design | None:
    """Return how the study's cases were drawn, for its estimates; None where all were taken."""
    from lltic.measures import Design
    from lltic.sources.parquet import read_records

    path = study.cohort / "sample.parquet"
    if not path.is_file():
        return None
    design = Design.of(read_records(path, SampledCase, made_by="lltic sample"))
    return None if design.is_census else design


def drawn_of(design: Design | None, records: Iterable[OfCase]) -> list[OfCase]:
    """Return the records of cases that are in the sample; all where every case is."""
    return [r for r in records if design is None or r.case_id in design.stratum_of]


def _under_review(study: Study) -> set[str]:
    from lltic.reviews.read import status

    return {case_id for case_id, (_, asked) in status(study).items() if asked}


def _would_be_lost(outside: set[str], known: set[str]) -> Iterator[Problem]:
    if gone := outside - known:
        message = "holds cases under review that the cohort built last does not have"
        hint = "Build the cohort again with the definition and the extract that have them."
        where = "assignments.parquet"
        yield Problem("stale-assignment", where, message, hint=hint, count=len(gone))
    if left := outside & known:
        message = "does not hold cases that are under review"
        hint = (
            "Draw with the plan and the seed of 'sample.json' and a larger n, which keeps them; "
            "or say --let-go: their reviews stay on record, and no share counts them."
        )
        where = "the new sample"
        yield Problem("reviews-outside-sample", where, message, hint=hint, count=len(left))
