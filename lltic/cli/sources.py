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
    help="The kind of extract: mimic-iv, or tabular (your own files with a mapping).",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    metavar="FILE.yml",
    help="For tabular: which column is which; mapping.yml beside the files when not given.",
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
    that cannot be used are left out and counted, the rest is kept, and the exit
    code is 1, so that nobody goes on without having looked.

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
    return int(sum(result.rows_kept.values()) < sum(result.rows_in.values()))


def _lines(result: Ingested) -> list[str]:
    rows: list[tuple[Any, ...]] = [
        (name, result.rows_in[name], result.rows_kept[name]) for name in result.rows_in
    ]
    rows.append(("all", sum(result.rows_in.values()), sum(result.rows_kept.values())))
    lines = [f"Warning: {problem}" for problem in result.problems]
    lines += table(["table", "rows in", "rows kept"], rows)
    counts: dict[str, int] = {}
    for problem in result.problems:
        counts[problem.code] = counts.get(problem.code, 0) + problem.count
    said = ", ".join(f"{code} {count}" for code, count in sorted(counts.items())) or "none"
    return [*lines, f"problems: {said}"]
