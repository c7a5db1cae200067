"""``lltic allocate``: from a sample to the reviewers' worklists."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.clock import Clock, system_clock
from lltic.records import Assignment, SampledCase
from lltic.study import Study, write_atomically
from lltic.wording import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lltic.allocation import Allocation, AllocationPlan, CaseToRead, Reviewer
    from lltic.records import Case
    from lltic.reviews.read import OnRecord

__all__ = ["allocate_cases", "put_on_worklists", "register"]

MANIFEST = "allocation.json"


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(allocate)


@click.command()
@study_option
@click.option("--plan", "plan_name", metavar="NAME", help="An allocation plan, allocation-NAME.")
@click.option("--reviewer", "reviewers", multiple=True, metavar="NAME")
@click.option("--readers", type=int, help="Different reviewers per case.  [default: 2]")
@click.option("--overlap", type=float, help="The share of cases with all readers; the rest have 1.")
@click.option(
    "--calibration",
    metavar="N",
    type=click.IntRange(min=0),
    help="Cases that every reviewer reads, to talk about together.",
)
@click.option("--joint", is_flag=True, help="One reader from primary care, one from secondary.")
@click.option("--form", metavar="NAME", help="The form; the study's own when not given.")
@click.option("--seed", type=click.IntRange(min=0), help="Decides by lot.  [default: 0]")
@click.option("--partial", is_flag=True, help="Give what can be given, and list the rest.")
@click.option("--explain", metavar="CASE", help="Only say why a case is read by whom.")
@json_option
def allocate(
    study: Study,
    plan_name: str | None,
    reviewers: tuple[str, ...],
    joint: bool,
    partial: bool,
    explain: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Give each sampled case to so many different reviewers, evenly and without conflicts.

    What was assigned before stays; what is missing is added, and what was handed back is
    given to somebody else. Give --reviewer once per reviewer, or name a plan that lists
    them; other options take the place of what the plan says.

    Example: lltic allocate --reviewer ada --reviewer ben --reviewer cleo --readers 2

    Example: lltic allocate --plan allocation-double; lltic allocate --explain 4F7K2-9QDXM
    """
    if explain is not None:
        _explain(study, explain, as_json=as_json)
        return
    plan, plan_hash = _plan(study, plan_name, joint, options)
    done, said, notes = allocate_cases(study, plan, reviewers, plan_hash, partial=partial)
    new = sum(bool(a.reviewer) for a in done.new)
    everything = done.assignments
    cases = len({a.case_id for a in everything})
    load = Counter(a.reviewer for a in everything)
    asked = [who["name"] for who in said["reviewers"] if who["available"]]
    loads = {name: load[name] for name in sorted({*asked, *load})}
    data = {"assigned": new, "all": len(everything), "cases": cases, "workload": loads}
    more = ("seed", "plan", "plan_hash", "pairs", "conflicts", "left_over")
    data |= {**{key: said[key] for key in more}, "notes": notes}
    made_by = f"{said['plan']} ({plan_hash[:12]}), " if plan_hash else ""
    lines = [f"{made_by}seed {done.seed}", *table(["reviewer", "reviews"], loads.items())]
    lines += [*_summary(done, said), *notes]
    lines.append(
        f"assigned {number_of(new, 'review')}; {len(everything)} in all on "
        f"{number_of(cases, 'case')}"
    )
    show(data, lines, as_json=as_json)


def _summary(done: Allocation, said: Mapping[str, Any]) -> list[str]:
    """Return who reads with whom, which conflicts were heeded, what is left over."""
    names, counts = said["pairs"]["names"], said["pairs"]["counts"]
    lines = [] if len(names) < 2 else [""]
    if lines:
        cells = [[name, *row] for name, row in zip(names, counts, strict=True)]
        lines += table(["read with (oneself: alone)", *names], cells)
    if said["conflicts"]:
        kinds = ", ".join(f"{rule} {count}" for rule, count in said["conflicts"].items())
        lines += ["", f"conflicts of interest heeded: {kinds}"]
    if done.problems:
        lines += ["", "left over:", *(f"  {problem}" for problem in done.problems)]
    return lines


def _explain(study: Study, case_id: str, *, as_json: bool) -> None:
    from lltic.allocation.reasons import explained
    from lltic.errors import Problem, UsageError

    file = study.cohort / MANIFEST
    said = json.loads(file.read_text("utf-8")) if file.is_file() else {"cases": {}}
    if case_id not in said["cases"]:
        hint = "Name a case of the sample, as 'lltic cohort explain' prints it."
        message = "is not in the allocation made last"
        raise UsageError(Problem("unknown-case", "--explain", message, hint=hint))
    lines = explained(case_id, said)
    show({"case_id": case_id, **said["cases"][case_id], "says": lines}, lines, as_json=as_json)


def _plan(
    study: Study, name: str | None, joint: bool, options: Mapping[str, Any]
) -> tuple[AllocationPlan, str]:
    """Return the plan with what the options change in it, and the hash of the file."""
    from lltic.allocation import AllocationPlan, load_allocation_plan

    loaded = load_allocation_plan(name, study.path) if name else None
    plan = loaded.model if loaded else AllocationPlan()
    changed = {key: value for key, value in options.items() if value is not None}
    if joint:
        changed["reading"] = "joint"
    plan = replace(plan, **changed)
    if not plan.form:
        plan = replace(plan, form="lltic_joint" if plan.reading == "joint" else study.settings.form)
    return plan, loaded.hash if loaded else ""


def allocate_cases(
    study: Study,
    plan: AllocationPlan,
    names: Sequence[str] = (),
    plan_hash: str = "",
    *,
    partial: bool = False,
    clock: Clock = system_clock,
) -> tuple[Allocation, dict[str, Any], list[str]]:
    """Assign what is missing by a plan, put it on the worklists, and write the manifest.

    Returns
    -------
    Allocation, manifest, notes
    """
    from lltic.allocation import allocate as run
    from lltic.allocation.reasons import manifest, notes
    from lltic.reviews.admin import assign_again
    from lltic.reviews.read import assignments as recorded
    from lltic.reviews.read import on_record
    from lltic.sources.parquet import read_records

    drawn = read_records(study.cohort / "sample.parquet", SampledCase, made_by="lltic sample")
    record = on_record(study)
    before = recorded(record)
    sampled = {one.case_id for one in drawn}
    elsewhere = Counter(a.reviewer for a in before if a.case_id not in sampled)
    people = [replace(w, elsewhere=elsewhere[w.name]) for w in _people(study, plan, names)]
    cases = _cases_to_read(record, drawn, before, {who.name for who in plan.reviewers})
    done = run(cases, people, plan, partial=partial, now=clock())
    said = manifest(done, people, plan, plan_hash)
    with write_atomically(study.cohort / MANIFEST) as stream:
        stream.write(json.dumps(said, indent=1, sort_keys=True) + "\n")
        put_on_worklists(study, done.new, barred=done.barred, clock=clock)
        if done.again:
            assign_again(study, done.again, clock)
    return done, said, notes(cases, people, plan, done)


def put_on_worklists(
    study: Study,
    new: Iterable[Assignment],
    *,
    barred: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    clock: Clock = system_clock,
) -> None:
    """Put assignments on record, and all of them into the file that is for reading."""
    from lltic.cohort.casebook import write_casebook
    from lltic.reviews.admin import assign
    from lltic.reviews.read import assignments as recorded
    from lltic.sources.parquet import as_parquet, read_records

    drawn = read_records(study.cohort / "sample.parquet", SampledCase, made_by="lltic sample")
    new, before = list(new), recorded(study)  # what is on record is the truth
    cases = _cases(study, drawn, before)
    named = [*before, *(a for a in new if a.reviewer)]
    everything = sorted(named, key=lambda a: (a.case_id, a.position))
    # The worklist is written before the file takes its name: if the record refuses,
    # or the disk is full, the next run assigns the same reviews again.
    with write_atomically(study.cohort / "assignments.parquet", "wb") as stream:
        stream.write(as_parquet(study, Assignment, everything))
        assign(study, new, clock, barred)
        # Also of what is drawn and not given to anybody: a coordinator may give it.
        wanted = {a.case_id for a in everything} | {case.case_id for case in drawn}
        write_casebook(study, [cases[i] for i in sorted(wanted)])


def _people(study: Study, plan: AllocationPlan, names: Sequence[str]) -> list[Reviewer]:
    """Return everybody the plan or the options name; who is not asked now is not available.

    So their conflicts of interest count all the same: for adjudicators, and at the desk.
    """
    from lltic.allocation import PlannedReviewer
    from lltic.errors import LlticError, Problem, UsageError
    from lltic.reviews.accounts import Accounts, require

    planned = {one.name: one for one in plan.reviewers}
    asked = list(names) or list(planned)
    if not asked:
        hint = "Give --reviewer once per reviewer, or a plan that lists them: --plan NAME."
        raise UsageError(Problem("no-reviewers", "--reviewer", "nobody is named", hint=hint))
    accounts = Accounts(study.keys)
    require(accounts, sorted({*asked, *planned} - {""}))
    found, wrong = [], []
    for name in [*asked, *(n for n in planned if n not in asked)]:
        account = accounts.account(name)
        person = account.person if account else None
        one = planned.get(name) or PlannedReviewer(name)
        reviews = person is not None and "reviewer" in person.roles
        if name in names and person is not None and not reviews:
            wrong.append(Problem("not-a-reviewer", name, "has no account that reviews cases"))
        available = one.available and name in asked and reviews
        who = one.as_reviewer(*((person.discipline, person.organisation) if person else ()))
        found.append(replace(who, available=available and bool(account and account.active)))
    if wrong:
        raise LlticError(wrong)
    return found


def _cases_to_read(
    record: OnRecord, drawn: Sequence[SampledCase], before: Sequence[Assignment], planned: set[str]
) -> list[CaseToRead]:
    """Return the sample with its places, and with what a conflict of interest may hang on.

    What was declared of somebody whom the plan describes gives way to the plan.
    """
    from lltic.allocation import CaseToRead
    from lltic.cohort.whereabouts import whereabouts
    from lltic.reviews.places import places

    cases = _cases(record.study, drawn, before)
    where = whereabouts(record.study, [cases[one.case_id] for one in drawn])
    known = places(record)
    found = []
    for one in drawn:
        case, (ward, practice) = cases[one.case_id], where[one.case_id]
        fresh = CaseToRead(
            case_id=case.case_id,
            person_id=case.person_id,
            provider_id=case.provider_id,
            ward=ward,
            practice_id=practice,
            stratum=one.stratum,
        )
        if (there := known.get(case.case_id)) is not None:
            fresh = replace(
                fresh,
                standing=there.standing,
                left_by=there.left_by,
                closed=there.closed,
                ever=there.ever,
                full=there.full,
                barred={n: rules for n, rules in there.barred.items() if n not in planned},
                in_since=there.in_since,
                read_again=there.read_again,
            )
        found.append(fresh)
    return found


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
