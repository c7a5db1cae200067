"""``lltic backup``, ``restore`` and ``retention``: keeping the record, and letting a case go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, show, study_option, table
from lltic.study import Study
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.records import Event

__all__ = ["register"]

WHOLE = "all"
"""Said in place of a case: the whole study."""


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    for command in (backup, restore, retention):
        app.add_command(command)


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@study_option
@json_option
def backup(directory: Path, study: Study, as_json: bool) -> None:
    """Copy the whole study into DIR, while people work in it.

    DIR/study and DIR/keys are best kept in two places: neither can be read alone.

    Example: lltic backup /backups/2026-10-05 --study demo
    """
    from lltic.clock import system_clock, to_text
    from lltic.reviews.record.backup import backup as make

    made = make(study, directory, to_text(system_clock()))
    seq, head = made.heads["events"]
    plain = {"backup": str(directory), "heads": made.heads, "files": len(made.files)}
    said = f"{len(made.files)} files, events to {seq}, head {head[:16]}"
    show(plain, [said, str(directory)], as_json=as_json)


@click.command()
@click.argument("folder", metavar="BACKUP", type=click.Path(path_type=Path))
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), help="The backup's keys, if kept apart.")
@click.option(
    "--anchor",
    type=click.Path(path_type=Path),
    help="An anchor file; what was erased since the backup is erased again.",
)
@click.option("--url", help="Another database for the record; '' for reviews.db.")
@json_option
def restore(
    folder: Path,
    directory: Path,
    keys: Path | None,
    anchor: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Make the study in DIR from a BACKUP, checking every file and both chains.

    DIR must be new or empty, and so must the database, where the record has one.

    Example: lltic restore /backups/2026-10-05 study --anchor /elsewhere/anchors.jsonl
    """
    from lltic.reviews.record.restore import restore as bring_back

    study = bring_back(folder, directory, keys=keys, anchor=anchor, url=url)
    show({"study": str(study.path)}, [str(study.path)], as_json=as_json)


@click.group()
def retention() -> None:
    """How long cases are kept: set it, hold a case, release it, erase it.

    What is said here is on record for good, with its reason: put no patient's
    words or names into it. The service must not be running, except for 'list'.

    Example: lltic retention list --study demo
    """


def _spoken(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what every entry needs: the case, the reason, and who says so."""
    for decorate in (
        json_option,
        study_option,
        click.option("--by", "actor", required=True, metavar="NAME", help="Who decided."),
        click.option("--reason", required=True, help="Why; it stays on record."),
    ):
        command = decorate(command)
    return command


_case = click.argument("case", metavar="CASE|all")


@retention.command("list")
@study_option
@json_option
def list_(study: Study, as_json: bool) -> None:
    """List the cases on record: until when they are kept, what holds them, what is gone.

    Example: lltic retention list --study demo
    """
    from lltic.clock import system_clock, to_text
    from lltic.reviews.record.keeping import keeping
    from lltic.reviews.record.opening import reading

    with reading(study) as store:
        kept = keeping(store.stored() if store is not None else ())
    today = to_text(system_clock())[:10]
    rows = []
    for case_id in sorted(kept.cases):
        case, until, holds = kept.cases[case_id], kept.keep_until(case_id), kept.holds(case_id)
        state = "erased" if case.erased_at else "held" if holds else "kept"
        if state == "kept" and until and until <= today:
            state = "due"
        rows.append((case_id, state, until, ", ".join(holds), case.erased_at[:10] or None))
    head = ("case", "state", "keep until", "held for", "erased on")
    plain = [dict(zip(head, row, strict=True)) for row in rows]
    show(plain, [*table(head, rows), number_of(len(rows), "case")], as_json=as_json)


@retention.command("set")
@_case
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@_spoken
def set_(case: str, until: datetime, reason: str, actor: str, study: Study, as_json: bool) -> None:
    """Say until which day a case, or all, must be kept. The last word counts.

    Example: lltic retention set all --until 2034-09-30 --reason "Records code" --by J.Ward
    """
    from lltic.reviews.record.retention import set_until

    _say(set_until, study, as_json, _id(case), until.date(), actor=actor, reason=reason)


@retention.command()
@_case
@click.option("--for", "name", default="hold", show_default=True, help="For whom, or what.")
@_spoken
def hold(case: str, name: str, reason: str, actor: str, study: Study, as_json: bool) -> None:
    """Keep a case, or all, whatever its age, until the hold is released.

    Example: lltic retention hold 4F7K2-9QDXM --for coroner --reason "Inquest" --by J.Ward
    """
    from lltic.reviews.record.retention import hold as keep

    _say(keep, study, as_json, _id(case), name, actor=actor, reason=reason)


@retention.command()
@_case
@click.option("--for", "name", default="hold", show_default=True, help="Which hold.")
@_spoken
def release(case: str, name: str, reason: str, actor: str, study: Study, as_json: bool) -> None:
    """End a hold.

    Example: lltic retention release 4F7K2-9QDXM --for coroner --reason "Closed" --by J.Ward
    """
    from lltic.reviews.record.retention import release as let_go

    _say(let_go, study, as_json, _id(case), name, actor=actor, reason=reason)


@retention.command()
@click.argument("case", metavar="CASE")
@_spoken
def erase(case: str, reason: str, actor: str, study: Study, as_json: bool) -> None:
    """Destroy what was written about a case, and its notes. There is no way back.

    The chain stays whole and says that it was done. Old backups still hold the
    case: end them, or restore them with --anchor. The extract is not touched.

    Example: lltic retention erase 4F7K2-9QDXM --reason "Kept for 8 years" --by J.Ward
    """
    from lltic.reviews.record import erasure

    def go(store: Any, case_id: str, **said: str) -> Event:
        return erasure.erase(study, store, case_id, **said)

    _say(go, study, as_json, case, actor=actor, reason=reason)


def _id(case: str) -> str:
    return "" if case == WHOLE else case


def _say(entry: Callable[..., Event], study: Study, as_json: bool, *what: Any, **said: str) -> None:
    from lltic.clock import system_clock, to_text
    from lltic.reviews.record.opening import writing

    with writing(study) as store:
        event = entry(store, *what, at=to_text(system_clock()), **said)
    plain = {"event": event.seq, "kind": event.kind, "case": event.case_id or WHOLE}
    line = f"event {event.seq}: {event.kind.replace('_', ' ')}, {plain['case']}"
    show(plain, [line], as_json=as_json)
