"""Run the notebooks against a study, alike on every machine.

The kernel is this very interpreter, its environment is listed, and what varies
from run to run (timings, the interpreter's patch version) is not kept.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic.audit.manifest import write_manifest
from lltic.errors import LlticError, Problem
from lltic.study import Study, write_atomically

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "execute",
    "execute_all",
    "kernel_environment",
    "notebook_folder",
    "shipped_notebooks",
    "study_notebooks",
]

TIMEOUT_SECONDS = 600
ABOUT_THE_PROGRAM = "9"
"""Notebooks whose number begins so show what lltic is made of; a report has no use for them."""

KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV")


def shipped_notebooks() -> list[Path]:
    """Return the notebooks that come with the package, in the order of their names.

    In an installed package they travel inside it; in a clone they are the
    top-level folder ``notebooks``.
    """
    package = Path(__file__).resolve().parents[1]
    inside = package / "_notebooks"
    folder = inside if inside.is_dir() else package.parent / "notebooks"
    return sorted(folder.glob("*.ipynb"))


def study_notebooks() -> list[Path]:
    """Return the shipped notebooks that say something of a study, and so belong to its report."""
    return [path for path in shipped_notebooks() if not path.name.startswith(ABOUT_THE_PROGRAM)]


def notebook_folder(study: Study) -> Path:
    """Return where a study keeps its executed notebooks."""
    return study.outputs / "notebooks"


@contextmanager
def kernel_environment(study: Study) -> Iterator[dict[str, str]]:
    """Give the environment notebooks run in: listed, private, and without the user's own set-up.

    Start-up files, kernel specifications and plot settings of the person at
    the keyboard would change what comes out.
    """
    with tempfile.TemporaryDirectory(prefix="lltic-kernel-") as scratch:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        private = {
            "LLTIC_STUDY": str(study.path),
            "TZ": "UTC",
            "COLUMNS": "100",
            "PYTHONHASHSEED": "0",
            "IPYTHONDIR": f"{scratch}/ipython",
            "JUPYTER_CONFIG_DIR": f"{scratch}/config",
            "JUPYTER_DATA_DIR": f"{scratch}/data",
            "JUPYTER_RUNTIME_DIR": f"{scratch}/runtime",
            "JUPYTER_PLATFORM_DIRS": "1",
        }
        yield {**kept, **private, **_plot_settings(), **_python_path()}


def _plot_settings() -> dict[str, str]:
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return {}
    return {"MATPLOTLIBRC": str(Path(spec.origin).parent / "mpl-data" / "matplotlibrc")}


def _python_path() -> dict[str, str]:
    """In a clone that is not installed, the kernel still runs this very code."""
    root = Path(__file__).resolve().parents[2]
    return {} if "site-packages" in root.parts else {"PYTHONPATH": str(root)}


def execute_all(
    study: Study, sources: Iterable[Path] | None = None, *, into: Path | None = None
) -> tuple[list[Path], list[Problem]]:
    """Run notebooks against a study and keep them, with a manifest of their cells.

    Parameters
    ----------
    study : Study
    sources : iterable of Path, optional
        The notebooks to run; :func:`study_notebooks` when not given.
    into : Path, optional
        Where to; ``outputs/notebooks`` of the study when not given.

    Returns
    -------
    list of Path, list of Problem
        What was written, and one problem per notebook that did not run to its
        end: ``notebook-failed``, or ``notebook-not-computable`` where the study
        does not have the data yet. Such a notebook leaves no file.
    """
    import nbformat

    folder = into or notebook_folder(study)
    written: list[Path] = []
    problems: list[Problem] = []
    for source in sources if sources is not None else study_notebooks():
        target = folder / source.name
        try:
            notebook = execute(study, nbformat.read(source, as_version=4), source.name)
        except LlticError as error:
            problems.extend(error.problems)
            target.unlink(missing_ok=True)
            continue
        with write_atomically(target) as stream:
            stream.write(nbformat.writes(notebook) + "\n")
        written.append(target)
    write_manifest(folder, written)
    return written, problems


def execute(study: Study, notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the notebook with the outputs it has on this study.

    Raises
    ------
    LlticError
        ``notebook-failed`` or ``notebook-not-computable``, naming the cell and
        the kind of error alone: its text could quote a patient's value.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    with kernel_environment(study) as environment, tempfile.TemporaryDirectory() as folder:
        working = Path(folder) / "work"
        working.mkdir()
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            kernel_manager_class=_this_interpreter(f"{folder}/k.json"),
            timeout=TIMEOUT_SECONDS,
            record_timing=False,
            coalesce_streams=True,  # else lines fall apart as chance has it
            resources={"metadata": {"path": str(working)}},
        )
        try:
            client.execute(env=environment)
        except CellExecutionError as error:
            raise LlticError(_failure(notebook, name, error.ename)) from None
        except (CellTimeoutError, DeadKernelError) as error:
            raise LlticError(_failure(notebook, name, type(error).__name__)) from None
    return _steady(notebook)


def _this_interpreter(connection_file: str) -> type:
    """Return a kernel manager that knows no kernel but this interpreter's own.

    The kernel is reached through sockets in a private folder where there are
    such sockets, so that nobody else on the machine can listen.
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from traitlets import default

    class Manager(AsyncKernelManager):
        @default("kernel_spec_manager")
        def _no_kernels_of_the_user(self) -> KernelSpecManager:
            return KernelSpecManager(kernel_dirs=[])

        @default("connection_file")
        def _in_a_private_folder(self) -> str:
            return connection_file

        @default("transport")
        def _no_open_port(self) -> str:
            return "tcp" if os.name == "nt" else "ipc"

    return Manager


def _failure(notebook: NotebookNode, name: str, kind: str) -> Problem:
    ran = [i for i, c in enumerate(notebook.cells, 1) if c.get("execution_count") is not None]
    failing = next((i for i, c in enumerate(notebook.cells, 1) if _raised(c)), max(ran, default=1))
    where = f"{name}, cell {failing}"
    if kind == "NotComputable":
        hint = "Run the report again when there are more reviews, or more of them are coded."
        message = "left out, for its figures cannot be worked out on these data"
        return Problem("notebook-not-computable", where, message, hint=hint)
    hint = "Open it in JupyterLab with LLTIC_STUDY set to the study to see the whole error."
    return Problem("notebook-failed", where, f"stopped with {kind}", hint=hint)


def _raised(cell: Any) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _steady(notebook: NotebookNode) -> NotebookNode:
    """Drop what says when and on which patch version a notebook ran."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook
