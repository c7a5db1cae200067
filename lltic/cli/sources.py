"""``lltic ingest``: bring an extract in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lltic.cli.output import json_option, progress, show, study_option, table
from lltic.study import Study

if TYPE_CHECKING:
    from lltic.sources.ingest import Ingested

__all__ = ["register"]


def register(app: click.Group) -> None:
    """Add this file's commands to the command line."""
    app.add_command(ingest)


@click.command()
@study_option
@click.option(
    "--source",
    required=True,
    metavar="DIALECT",
    help="The kind of extract: hes-apc, mimic-iv, omop, or tabular (your own, with a mapping).",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE.yml",
    help="Which column is which: for tabular mapping.yml beside the files when not given, for "
    "the others a changed copy of the dialect's own.",
)
@click.option("--strict", is_flag=True, help="Change nothing and exit with 1 on any problem.")
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(path_type=Path))
@json_option
def ingest(
    study: Study,
    source: str,
    mapping: Path | None,
    strict: bool,
    paths: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Read an extract into the canonical tables of the study.

    It takes the place of the extract that was there, whole or not at all. Rows
    that cannot be used are refused and counted, the rest is kept, and the exit
    code is 1, so that nobody goes on without having looked. In every table the
    rows in are those kept, refused, merged and set aside by the mapping.

    Example: lltic ingest --source tabular --mapping ward.yml extracts/2026-09
    """
    from lltic.sources.ingest import ingest as run

    result = run(
        study,
        source,
        paths,
        mapping=mapping,
        strict=strict,
        watch=lambda items: progress(items, label="documents"),
    )
    show(result, _lines(result), as_json=as_json)
    return int(any(result.rows_refused.values()))


def _lines(result: Ingested) -> list[str]:
    rows: list[tuple[Any, ...]] = [
        (
            name,
            result.rows_in[name],
            result.rows_kept[name],
            result.rows_refused[name],
            result.rows_merged[name],
            sum(result.rows_set_aside[name].values()),
        )
        for name in result.rows_in
    ]
    in_order = sorted(result.problems, key=lambda p: p.where.partition(":")[0])  # file by file
    lines = [f"Warning: {problem} [{problem.code}]" for problem in in_order]
    lines += table(["table", "rows in", "rows kept", "refused", "merged", "set aside"], rows)
    lines += [
        f"set aside in {name}: {count} ({words})"
        for name, reasons in result.rows_set_aside.items()
        for words, count in reasons.items()
        if count
    ]
    counts: dict[str, int] = {}
    for problem in result.problems:
        counts[problem.code] = counts.get(problem.code, 0) + problem.count
    said = ", ".join(f"{code} {count}" for code, count in sorted(counts.items())) or "none"
    if counts:
        own = "" if result.source == "tabular" else f" and docs/sources/{result.source}.md"
        lines.append(f"What each code means, and what to do: docs/sources/tabular.md{own}")
    return [*lines, f"problems: {said}"]
