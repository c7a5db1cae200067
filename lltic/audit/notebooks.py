"""Re-execute the notebooks against the study and compare every stored output.

nbval runs each cell in a fresh kernel and compares. Around it stand checks for
what it lets pass: markers that switch it off, cells that were never run or
are gone, changed pictures and changed prose.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic.audit.claims import Claim
from lltic.audit.execution import kernel_environment, notebook_folder, study_notebooks
from lltic.audit.manifest import MANIFEST, compare, describe, read_manifest
from lltic.errors import LlticError, Problem, UsageError
from lltic.study import Study

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["find_notebooks", "verify"]

MARKERS = (
    "NBVAL_SKIP",
    "NBVAL_IGNORE_OUTPUT",
    "NBVAL_RAISES_EXCEPTION",
    "PYTEST_VALIDATE_IGNORE_OUTPUT",
)
TAGS = {marker.lower().replace("_", "-") for marker in MARKERS} | {"raises-exception"}
TIMEOUT_SECONDS = 3600

Difference = tuple[int, str]
"""The number of a cell, from 1 (0: the whole notebook), and what is wrong with it."""


def find_notebooks(study: Study, paths: Sequence[Path] = ()) -> list[Path]:
    """Return the notebooks to audit: those named, else the study's, else those shipped.

    Raises
    ------
    UsageError
        ``not-a-notebook`` for every path that is none.
    """
    if paths:
        wrong = [p for p in paths if p.suffix != ".ipynb" or not p.is_file()]
        if wrong:
            hint = "Name a notebook file, or none for all of the study's."
            raise UsageError(
                [
                    Problem("not-a-notebook", str(p), "is not a notebook", "*.ipynb", hint)
                    for p in wrong
                ]
            )
        return [path.resolve() for path in paths]
    own = notebook_folder(study)
    kept = {path.name: path for path in own.glob("*.ipynb")}
    listed = {name: own / name for name in read_manifest(own) or {}}
    return [path for _, path in sorted({**kept, **listed}.items())] or study_notebooks()


def verify(study: Study, paths: Sequence[Path] = ()) -> list[Claim]:
    """Re-execute notebooks against a study; one claim per notebook, or per differing cell.

    Parameters
    ----------
    study : Study
        What the notebooks read, whatever they were made with.
    paths : sequence of Path
        Notebooks; see :func:`find_notebooks`.

    Raises
    ------
    LlticError
        ``no-notebooks`` when there is nothing to audit.
    """
    notebooks = find_notebooks(study, paths)
    if not notebooks:
        hint = "Make them with 'lltic report --study DIR'."
        raise LlticError(Problem("no-notebooks", str(study.outputs), "has no notebooks", hint=hint))
    parsed = {path: _read(path) for path in notebooks}
    runnable = [path for path, notebook in parsed.items() if not isinstance(notebook, str)]
    found = _run_nbval(study, runnable)
    claims: list[Claim] = []
    for path, notebook in parsed.items():
        if isinstance(notebook, str):
            claims.append(Claim(path.name, False, notebook))
            continue
        differences = [
            *_lint(notebook),
            *_against_manifest(path, notebook, optional=bool(paths)),
            *_outcomes(notebook, found.get(path, [])),
        ]
        claims.extend(_claims(path, notebook, differences))
    return claims


def _read(path: Path) -> NotebookNode | str:
    import nbformat
    from nbformat.validator import NotebookValidationError

    if not path.is_file():
        return f"is listed in {MANIFEST} and not there"
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (ValueError, OSError, NotebookValidationError, KeyError, AttributeError):
        return "cannot be read as a notebook"
    return notebook


def _lint(notebook: NotebookNode) -> Iterator[Difference]:
    """What would switch the comparison off, and what was never run."""
    for number, cell in enumerate(notebook.cells, 1):
        tags = cell.metadata.get("tags") or []
        found = [marker for marker in MARKERS if marker in cell.source]
        found += sorted(TAGS.intersection(str(tag).lower() for tag in tags))
        if found:
            yield number, f"the marker {found[0]} would switch the comparison off"
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.execution_count is None:
            yield number, "was never run, or its output was taken away"
        if any(output.output_type == "error" for output in cell.outputs):
            yield number, "its stored output is an error"


def _against_manifest(
    path: Path, notebook: NotebookNode, *, optional: bool
) -> Iterator[Difference]:
    listed = read_manifest(path.parent)
    if listed is None:
        if not optional:
            yield 0, f"no {MANIFEST} lies beside it, so a deleted cell could not be noticed"
        return
    if path.name in listed:
        yield from compare(listed[path.name], describe(notebook))
    elif not optional:
        yield 0, f"is not listed in {MANIFEST}"


def _run_nbval(study: Study, notebooks: Sequence[Path]) -> dict[Path, list[dict[str, Any]]]:
    """Run pytest with nbval in a process of its own and return its lines by notebook."""
    if not notebooks:
        return {}
    with kernel_environment(study) as environment, tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "cells.jsonl"
        report.touch()
        environment |= {"LLTIC_NBVAL_REPORT": str(report), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        settings = Path(scratch) / "pytest.ini"
        settings.write_text("[pytest]\n")
        command = [sys.executable, "-m", "pytest", "-q", "--color=no", "-p", "no:cacheprovider"]
        command += ["-p", "nbval.plugin", "-p", "lltic.audit.nbval_report", "-c", str(settings)]
        command += ["--rootdir", scratch, "--nbval", "--nbval-current-env"]
        with suppress(subprocess.TimeoutExpired):  # what was not reported does not pass
            subprocess.run(
                [*command, *map(str, notebooks)],
                env=environment,
                cwd=scratch,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        lines = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    by_path: dict[Path, list[dict[str, Any]]] = {}
    for line in lines:
        by_path.setdefault(Path(line["notebook"]), []).append(line)
    return by_path


def _outcomes(notebook: NotebookNode, lines: Iterable[dict[str, Any]]) -> Iterator[Difference]:
    """A code cell holds only when nbval ran it and said so."""
    code = [number for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    said = list(lines)
    bad = {line["code_cell"]: line["what"] for line in said if line["outcome"] != "passed"}
    called = {line["code_cell"] for line in said if line["when"] == "call"}
    for index, number in enumerate(code):
        if index in bad:
            yield number, bad[index]
        elif index not in called:
            yield number, "was not re-executed"


def _claims(
    path: Path, notebook: NotebookNode, differences: Sequence[Difference]
) -> Iterator[Claim]:
    if not differences:
        code = sum(cell.cell_type == "code" for cell in notebook.cells)
        detail = f"{len(notebook.cells)} cells, {code} re-executed, the same outputs"
        yield Claim(path.name, True, detail)
    by_cell: dict[int, list[str]] = {}
    for number, what in differences:
        by_cell.setdefault(number, []).append(what)
    for number, whats in sorted(by_cell.items()):
        name = f"{path.name}, cell {number}" if number else path.name
        yield Claim(name, False, "; ".join(dict.fromkeys(whats)))
