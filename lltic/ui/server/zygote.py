"""A process that has loaded everything and serves nobody; pages' kernels are its copies.

Run by path, in an isolated interpreter (``python -I zygote.py FD``). The server asks for a copy
through the socket ``FD`` and sends a second socket with the asking. Whom the copy serves, the
server tells the copy itself through that one: no name, ticket or session is ever in this process,
so none can be in another person's copy either.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

__all__ = ["LOADED", "READY", "fingerprint", "main"]

PACKAGE = Path(__file__).resolve().parents[2]
READY = b"ready"
PATIENCE = 10.0  # seconds a copy waits to be told whom it serves

LOADED = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "tornado.platform.asyncio",
    "tornado.queues",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "cProfile",
    "pdb",
    "http.client",
    "anywidget",
    "ipywidgets",
    "lltic.ui.desk",
    "lltic.ui.coding",
)
"""What kernels and the pages of the product need; a copy finds it in memory, loaded once."""


def main(descriptor: int) -> None:
    """Load, wait to be copied, and in each copy be a kernel."""
    before = fingerprint(PACKAGE)
    from lltic.ui.server import kernel

    server = os.getppid()
    line = socket.socket(fileno=descriptor)
    kernel.leave_out()
    for name in LOADED:
        importlib.import_module(name)
    if len(list(Path("/proc/self/task").iterdir())) != 1:
        sys.exit("This process has threads, which do not survive a fork.")
    gc.collect()
    gc.freeze()  # what is never looked at by the collector stays shared
    line.send(READY)
    birth = _wait_to_be_copied(line, before, server)
    if birth is not None:
        kernel.main(_take_identity(birth), parent=server)


def fingerprint(folder: Path | str) -> dict[str, tuple[int, int]]:
    """Return when every file of a package was changed, and its size."""
    found: dict[str, tuple[int, int]] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir():
                found[entry.path] = (entry.stat().st_mtime_ns, entry.stat().st_size)
            elif entry.name != "__pycache__":
                found |= fingerprint(entry.path)
    return found


def _wait_to_be_copied(
    line: socket.socket, before: dict[str, tuple[int, int]], server: int
) -> socket.socket | None:
    """Return the line to the server in a copy; None here, when the server has gone.

    Also when the code has changed: then the server starts another like this one.
    """
    while True:
        _, descriptors, _, _ = socket.recv_fds(line, 1, 1)
        if not descriptors:
            return None
        with socket.socket(fileno=descriptors[0]) as birth:
            if fingerprint(PACKAGE) != before:
                return None
            if _is_copy(server):
                line.close()
                return socket.socket(fileno=birth.detach())


def _is_copy(server: int) -> bool:
    """Fork; say which of the two this is.

    The copy is the server's own child: the process between the two ends at once, and the server
    has asked to be given such orphans.
    """
    between = os.fork()
    if between:
        os.waitpid(between, 0)
        return False
    try:
        if os.fork():
            os._exit(0)
    except OSError:
        os._exit(1)
    given_up = time.monotonic() + PATIENCE
    while os.getppid() != server:
        if time.monotonic() > given_up:
            os._exit(1)
        time.sleep(0.0005)
    return True


def _take_identity(birth: socket.socket) -> list[str]:
    """Say who we are, be told what to be, and return the kernel's arguments."""
    os.setsid()
    birth.settimeout(PATIENCE)
    told = bytearray()
    with birth:
        birth.sendall(os.getpid().to_bytes(4, "big"))
        while part := birth.recv(65536):
            told += part
    if not told:
        sys.exit(1)  # the server has started another kernel in our place
    identity: dict[str, Any] = json.loads(told)
    os.environ.clear()
    os.environ.update(identity["env"])
    time.tzset()
    os.chdir(identity["cwd"])
    launcher, *arguments = identity["argv"]
    sys.argv[:] = [launcher, *arguments]
    return arguments


if __name__ == "__main__":
    # At the end of the path, where it can hide nothing; does nothing for an installed package.
    sys.path.append(str(PACKAGE.parent))
    main(int(sys.argv[1]))
