"""The process of one reviewer's kernel: IPython without what a page never needs.

Run by path, not as a module of an installed package, so that the interpreter
can be an isolated one (``python -I kernel.py -f CONNECTION_FILE``).
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["leave_out", "main"]

NOT_NEEDED = ("debugpy", "jedi", "matplotlib", "prompt_toolkit", "sqlite3")
"""Libraries that IPython takes when it finds them; half of the memory of a kernel."""


def leave_out() -> None:
    """Have the libraries that a page never needs count as not installed."""
    for name in NOT_NEEDED:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's way to say so


def main(arguments: Sequence[str], parent: int = 0) -> None:
    """Start the kernel; refuse without the ticket that says whom it serves.

    Parameters
    ----------
    arguments : sequence of str
        Those of the command line.
    parent : int
        The process with which this one ends; the environment says it when not given.
    """
    if not (os.environ.get("LLTIC_TICKET") and os.environ.get("LLTIC_SOCKET")):
        sys.exit("This kernel was not started by the server: it has no ticket.")
    leave_out()
    from ipykernel import iostream, kernelapp

    def output_thread(*given: Any, **options: Any) -> Any:
        # Its pipe for the words of child processes is a port that every local user can reach.
        return iostream.IOPubThread(*given, **{**options, "pipe": False})

    kernelapp.IOPubThread = output_thread
    app = kernelapp.IPKernelApp.instance()
    app.initialize(
        [
            *arguments,
            "--HistoryManager.enabled=False",
            "--IPKernelApp.exec_PYTHONSTARTUP=False",
            "--IPKernelApp.ignore_cwd=True",
            "--IPKernelApp.capture_fd_output=False",
            "--IPCompleter.use_jedi=False",
            *([f"--IPKernelApp.parent_handle={parent}"] if parent else []),
        ]
    )
    speak_without_values(app)
    serve_widgets(app)
    app.start()


def speak_without_values(app: Any) -> None:
    """Let errors say their kind and place only: a message may quote what somebody wrote."""

    def failed(
        shell: Any, kind: type[BaseException], error: BaseException, tb: Any, tb_offset: Any = None
    ) -> None:
        if sys.__stderr__ is not None:
            sys.__stderr__.write(_bare(kind, tb) + "\n")

    app.shell.set_custom_exc((Exception,), failed)
    handler = logging.StreamHandler(sys.__stderr__)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_BareFormatter("%(name)s: %(levelname)s"))
    for logger in (app.log, logging.getLogger("traitlets"), logging.getLogger("tornado")):
        logger.handlers = [handler]
        logger.propagate = False


def serve_widgets(app: Any) -> None:
    """Answer the page's request for all widgets; make none at the browser's wish.

    What widgets have in common is said once, in both places where they are told of.
    """
    import ipywidgets
    from ipywidgets.widgets.widget import comm  # where it asks for a line to the page

    from lltic.ui.server.said_once import SaidOnce

    said, create = SaidOnce(), comm.create_comm

    def create_comm(*given: Any, **options: Any) -> Any:
        if options.get("target_name") == "jupyter.widget":
            options["data"] = said.in_opening(options["data"])
        return create(*given, **options)

    def asked_for_all(line: Any, message: Any) -> None:
        send = line.send
        line.send = lambda data, **more: send(said.in_states(data), **more)
        ipywidgets.Widget.handle_control_comm_opened(line, message)

    comm.create_comm = create_comm
    app.kernel.comm_manager.register_target("jupyter.widget.control", asked_for_all)
    # ipywidgets registers this itself when it is loaded where IPython already runs.
    app.kernel.comm_manager.targets.pop("jupyter.widget", None)


class _BareFormatter(logging.Formatter):
    """Log records by name and level, errors by kind and place."""

    def formatException(  # noqa: N802 - the standard library's name
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        return _bare(ei[0], ei[2])


def _bare(kind: type[BaseException] | None, tb: TracebackType | None) -> str:
    places = [f"  {f.filename}:{f.lineno} in {f.name}" for f in traceback.extract_tb(tb)]
    return "\n".join(
        [f"A page failed with {kind.__name__ if kind else 'no error'}:", *places[-12:]]
    )


if __name__ == "__main__":
    # At the end of the path, where it can hide nothing; does nothing for an installed package.
    sys.path.append(str(Path(__file__).resolve().parents[3]))
    main(sys.argv[1:])
