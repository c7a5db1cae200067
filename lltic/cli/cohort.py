"""``lltic cohort``, ``lltic sample``, ``lltic allocate``: from an extract to a worklist."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.clock import Clock, system_clock
from lltic.records import Assignment, SampledCase
from lltic.study import Study, write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lltic.cohort import CohortResult
    from lltic.records import Case
    from lltic.sampling import Sample

    Allocator = Callable[[list[str], Sequence[Assignment]], tuple[Assignment, ...]]

__all__ = ["allocate_cases", "draw_sample", "register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(cohort)
    app.add_command(sample)
    app.add_command(allocate)


# --- cohort --------------------------------------------------------------------------------------


@click.group()
def cohort() -> None:
    """Find the deaths in question, and say why each one is in or out."""


@cohort.command("build")
@study_option
@click.option("--definition", metavar="NAME", help="A cohort; the study's own when not given.")
@click.option("--engine", default="duckdb", show_default=True, help="Where it is computed.")
@json_option
def build(study: Study, definition: str | None, engine: str, as_json: bool) -> None:
    """Build the cohort: cases, deaths that are out, and the attrition table.

    Example: lltic cohort build --definition lltic
    """
    from lltic.cohort import build as run

    result = run(study, definition, engine)
    steps = [asdict(step) for step in result.attrition]
    data = {"definition": result.definition, "counts": result.counts, "attrition": steps}
    show(data, _build_lines(result), as_json=as_json)


def _build_lines(result: CohortResult) -> list[str]:
    head = ["rule", "in", "out", "remaining", "because"]
    rows = [(s.rule, s.n_in, s.n_out, s.remaining, s.description) for s in result.attrition]
    counts = result.counts
    last = (
        f"cases {counts['cases']} in_hospital {counts['in_hospital']} "
        f"post_discharge {counts['post_discharge']}"
    )
    return [result.definition, *table(head, rows), last]


@cohort.command("explain")
@study_option
@click.argument("identifier", metavar="ID")
@json_option
def explain(study: Study, identifier: str, as_json: bool) -> None:
    """Say why a person, death, spell or case is in the cohort that was built last, or out.

    Example: lltic cohort explain 10019003
    """
    from lltic.cohort import explain as run

    found = run(study, identifier)
    lines = []
    for one in found:
        lines.append(f"rules: {', '.join(one.rules)}")
        if one.case_id:
            lines.append(f"case: {one.case_id}")
        lines.append(one.sentence)
    show(found, lines, as_json=as_json)


@cohort.command("list")
@study_option
@json_option
def list_(study: Study, as_json: bool) -> None:
    """List the cohort definitions: the study's own and those that come with lltic.

    Example: lltic cohort list
    """
    from lltic.cohort import load_definition
    from lltic.definitions import names

    found = [load_definition(study, name) for name in names("cohort", study.path)]
    rows = [(d.name, d.version, d.hash[:12], d.model.title) for d in found]
    data = [
        {"name": d.name, "version": d.version, "hash": d.hash, "title": d.model.title}
        for d in found
    ]
    show(data, table(["name", "version", "hash", "title"], rows), as_json=as_json)


# --- sample --------------------------------------------------------------------------------------


@click.command()
@study_option
@click.option("--plan", metavar="NAME", help="A sampling plan; the study's own when not given.")
@click.option("--seed", type=click.IntRange(min=0), help="Takes the place of the plan's seed.")
@json_option
def sample(study: Study, plan: str | None, seed: int | None, as_json: bool) -> None:
    """Draw the cases that will be read.

    Example: lltic sample --plan simple --seed 7
    """
    drawn = draw_sample(study, plan, seed)
    data = _sample_data(drawn)
    lines = [f"{drawn.plan} ({drawn.plan_hash[:12]})", drawn.sentence]
    lines.append(f"sampled {data['sampled']} of {data['population']}")
    show(data, lines, as_json=as_json)


def draw_sample(study: Study, plan: str | None = None, seed: int | None = None) -> Sample:
    """Draw a sample from the study's cohort and write it, with its manifest, to the study."""
    from lltic.cohort import read_cases
    from lltic.sampling import draw, load_plan

    loaded = load_plan(plan or study.settings.plan, study.path)
    drawn = draw([case.case_id for case in read_cases(study)], loaded, seed)
    with write_atomically(study.cohort / "sample.parquet", "wb") as stream:
        stream.write(_as_parquet(study, SampledCase, drawn.cases))
    with write_atomically(study.cohort / "sample.json") as stream:
        stream.write(json.dumps(_sample_data(drawn), indent=2, sort_keys=True) + "\n")
    return drawn


def _sample_data(drawn: Sample) -> dict[str, str | int | None]:
    return {
        "plan": drawn.plan,
        "plan_hash": drawn.plan_hash,
        "seed": drawn.seed,
        "population": drawn.population,
        "sampled": len(drawn.cases),
        "how": drawn.sentence,
    }


# --- allocate ------------------------------------------------------------------------------------


@click.command()
@study_option
@click.option("--reviewer", "reviewers", multiple=True, required=True, metavar="NAME")
@click.option("--readers", default=2, show_default=True, help="Different reviewers per case.")
@click.option(
    "--calibration",
    default=0,
    metavar="N",
    type=click.IntRange(min=0),
    help="Cases that every reviewer reads, to talk about together.",
)
@click.option("--joint", is_flag=True, help="One reader from primary care, one from secondary.")
@click.option("--form", metavar="NAME", help="The form; the study's own when not given.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@json_option
def allocate(
    study: Study,
    reviewers: tuple[str, ...],
    readers: int,
    calibration: int,
    joint: bool,
    form: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Give each sampled case to so many different reviewers, evenly.

    What was assigned before stays; only what is missing is added. Give --reviewer
    once per reviewer. A joint review goes by their disciplines (lltic users list).

    Example: lltic allocate --reviewer ada --reviewer ben --reviewer cleo --readers 2
    """
    if joint and calibration:
        from lltic.errors import Problem, UsageError

        message = "cannot be combined with --joint: each case has one reader of each side"
        raise UsageError(Problem("bad-option", "--calibration", message))
    allocator = _joint(study, reviewers, form, seed) if joint else None
    if calibration:
        allocator = _calibrating(study, reviewers, readers, form, seed, calibration)
    new, everything = allocate_cases(study, reviewers, readers, form, seed, allocator=allocator)
    loads: dict[str, int] = dict.fromkeys(reviewers, 0)
    for assignment in everything:
        loads[assignment.reviewer] = loads.get(assignment.reviewer, 0) + 1
    cases = len({a.case_id for a in everything})
    data = {"assigned": len(new), "all": len(everything), "cases": cases, "workload": loads}
    lines = table(["reviewer", "reviews"], loads.items())
    lines.append(f"assigned {len(new)} reviews; {len(everything)} in all on {cases} cases")
    show(data, lines, as_json=as_json)


def allocate_cases(
    study: Study,
    reviewers: Sequence[str],
    readers: int = 2,
    form: str | None = None,
    seed: int = 0,
    planned: Sequence[Assignment] | None = None,
    allocator: Allocator | None = None,
    clock: Clock = system_clock,
) -> tuple[tuple[Assignment, ...], tuple[Assignment, ...]]:
    """Assign what is missing, or what was planned elsewhere, and put it on the worklists.

    Returns
    -------
    new, everything : tuple of Assignment
    """
    from lltic.allocation import allocate as run
    from lltic.cohort.casebook import write_casebook
    from lltic.reviews.admin import assign
    from lltic.reviews.read import assignments as recorded
    from lltic.sources.parquet import read_records

    def apart(case_ids: list[str], existing: Sequence[Assignment]) -> tuple[Assignment, ...]:
        name = form or study.settings.form
        return run(case_ids, reviewers, readers=readers, form=name, seed=seed, existing=existing)

    drawn = read_records(study.cohort / "sample.parquet", SampledCase, made_by="lltic sample")
    path = study.cohort / "assignments.parquet"
    before = recorded(study)  # what is on record is the truth; the file is for reading
    cases = _cases(study, drawn, before)
    new = (
        tuple(planned)
        if planned is not None
        else (allocator or apart)([case.case_id for case in drawn], before)
    )
    everything = tuple(sorted([*before, *new], key=lambda a: (a.case_id, a.position)))
    # The worklist is written before the file takes its name: if the record refuses,
    # or the disk is full, the next run assigns the same reviews again.
    with write_atomically(path, "wb") as stream:
        stream.write(_as_parquet(study, Assignment, everything))
        assign(study, new, clock)
        # Also of what is drawn and not given to anybody: a coordinator may give it.
        wanted = {a.case_id for a in everything} | {case.case_id for case in drawn}
        write_casebook(study, [cases[i] for i in sorted(wanted)])
    return new, everything


def _calibrating(
    study: Study,
    reviewers: Sequence[str],
    readers: int,
    form: str | None,
    seed: int,
    everybody: int,
) -> Allocator:
    from lltic.allocation import allocate_with_calibration

    def together(case_ids: list[str], existing: Sequence[Assignment]) -> tuple[Assignment, ...]:
        return allocate_with_calibration(
            case_ids,
            reviewers,
            everybody=everybody,
            readers=readers,
            form=form or study.settings.form,
            seed=seed,
            existing=existing,
        )

    return together


def _joint(study: Study, names: Sequence[str], form: str | None, seed: int) -> Allocator:
    from lltic.allocation import allocate_joint
    from lltic.reviews.accounts import Accounts

    accounts = Accounts(study.keys)
    sides: dict[str, list[str]] = {}
    for name in names:
        person = accounts.person(name)
        sides.setdefault(person.discipline if person else "", []).append(name)

    def together(case_ids: list[str], existing: Sequence[Assignment]) -> tuple[Assignment, ...]:
        name = form or "lltic_joint"
        return allocate_joint(case_ids, sides, form=name, seed=seed, existing=existing)

    return together


def _cases(
    study: Study, drawn: Sequence[SampledCase], before: Sequence[Assignment]
) -> dict[str, Case]:
    """Return the cohort's cases by id, or say which earlier step no longer fits it."""
    from lltic.cohort import read_cases
    from lltic.errors import LlticError, Problem

    cases = {case.case_id: case for case in read_cases(study)}
    sampled, assigned = ({r.case_id for r in rows} - set(cases) for rows in (drawn, before))
    problems = []
    if sampled:
        message = "holds cases that the cohort built last does not have"
        hint = "Run 'lltic sample' again."
        where = "sample.parquet"
        problems.append(Problem("stale-sample", where, message, hint=hint, count=len(sampled)))
    if assigned:
        message = "holds cases under review that the cohort built last does not have"
        hint = "Build the cohort again with the definition and the extract that have them."
        where = "assignments.parquet"
        problems.append(Problem("stale-assignment", where, message, hint=hint, count=len(assigned)))
    if problems:
        raise LlticError(problems)
    return cases


def _as_parquet(study: Study, kind: type, records: Iterable[object]) -> bytes:
    from lltic.sources.parquet import write_records

    # Inside the study, so that nothing about a patient lies elsewhere even for a moment.
    with tempfile.TemporaryDirectory(prefix=".records.", dir=study.path) as folder:
        write_records(Path(folder) / "records.parquet", kind, records)
        return (Path(folder) / "records.parquet").read_bytes()
