"""Kernels as copies of a process that is ready; a normal start wherever that does not work."""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from lltic.ui.server.zygote import READY

__all__ = ["LAUNCH", "Child", "CopyProvisioner", "Zygote", "can_fork"]

LAUNCH = [sys.executable, "-I", str(Path(__file__).with_name("kernel.py"))]
"""How a kernel is started otherwise; its arguments follow."""

BIRTH = 3.0  # seconds; the whole start of a normal kernel takes about one
STEADY = 10.0  # one that lives so long had no trouble starting
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 60.0

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def can_fork() -> bool:
    """Have orphaned descendants given to this process; say whether the system does that."""
    if sys.platform != "linux" or not hasattr(socket, "send_fds"):
        return False  # on macOS a process that has loaded its frameworks may not be forked
    library = ctypes.CDLL(None, use_errno=True)
    return library.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


class Child:
    """A process that is our child though another made it, with the words of ``Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs."""
        self._look(os.WNOHANG)
        return self.returncode

    def wait(self) -> int:
        """Wait for its end, and return how it ended."""
        self._look(0)
        return self.returncode or 0

    def send_signal(self, signum: int) -> None:
        """Send it a signal; nothing happens when it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _look(self, options: int) -> None:
        if self.returncode is not None:
            return
        try:
            pid, status = os.waitpid(self.pid, options)
        except ChildProcessError:
            self.returncode = -1  # somebody else has asked before us
        else:
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)


class Zygote:
    """The server's end of the process that kernels are copied from.

    Parameters
    ----------
    environment : mapping
        All that it has of the server's environment.
    folder : Path
        Where it lives; also its home.
    log : logging.Logger
        Where its troubles are written.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path, log: logging.Logger) -> None:
        self._environment = {**environment, "HOME": str(folder)}
        self._folder = folder
        self._log = log
        self._process: subprocess.Popen | None = None
        self._line: socket.socket | None = None
        self._ready = False
        self._begun = 0.0
        self._pause = FIRST_PAUSE
        self._again: asyncio.TimerHandle | None = None

    @property
    def ready(self) -> bool:
        """Whether it has loaded everything, and can be copied."""
        return self._ready

    def start(self) -> None:
        """Start it; needs a running event loop, and returns at once."""
        loop = asyncio.get_running_loop()
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.setblocking(False)
        script = str(Path(__file__).with_name("zygote.py"))
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-I", script, str(number)],
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                pass_fds=(number,),
                start_new_session=True,  # what a terminal says to the server is not said to it
            )
        self._begun = time.monotonic()
        loop.add_reader(self._line, self._hear)

    async def copy(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> Child | None:
        """Return a kernel that has just begun, or None when it has to be started otherwise.

        Parameters
        ----------
        argv : sequence of str
            The command with which it would be started.
        env : mapping
            Its environment: whom it serves. Told to the copy, never to what it is a copy of.
        cwd : str
            Its folder.
        """
        if not self._ready or self._line is None or list(argv[: len(LAUNCH)]) != LAUNCH:
            return None
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            told = {"argv": list(argv[len(LAUNCH) - 1 :]), "env": dict(env), "cwd": cwd}
            try:
                socket.send_fds(self._line, [b"c"], [theirs.fileno()])
                theirs.close()
                async with asyncio.timeout(BIRTH):
                    return await _bring_up(ours, json.dumps(told).encode())
            except (OSError, EOFError) as error:  # a time-out is an OSError
                if isinstance(error, TimeoutError):
                    self._lost()
                self._log.warning("A kernel is started the slow way: %s", type(error).__name__)
                return None

    def stop(self) -> None:
        """End it."""
        if self._again is not None:
            self._again.cancel()
        self._end()

    def _hear(self) -> None:
        """Learn that it is ready, or that it has ended."""
        said = b""
        if self._line is not None:
            try:
                said = self._line.recv(16)
            except OSError:
                said = b""
        if said == READY:
            self._ready = True
        else:
            self._lost()

    def _lost(self) -> None:
        """Start another, soon; later each time when it ends at once."""
        if self._process is None:
            return
        lived = time.monotonic() - self._begun
        was_ready = self._ready
        self._end()
        self._pause = FIRST_PAUSE if was_ready and lived > STEADY else self._pause * 2
        pause = min(self._pause, LONGEST_PAUSE)
        self._log.warning(
            "The process that kernels are copied from ended; the next in %.1f s", pause
        )
        self._again = asyncio.get_running_loop().call_later(pause, self.start)

    def _end(self) -> None:
        self._ready = False
        if self._line is not None:
            asyncio.get_event_loop().remove_reader(self._line)
            self._line.close()
            self._line = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


async def _bring_up(ours: socket.socket, told: bytes) -> Child:
    """Meet a copy, and tell it what it is."""
    loop = asyncio.get_running_loop()
    number = await loop.sock_recv(ours, 4)
    if len(number) != 4:
        raise EOFError
    child = Child(int.from_bytes(number, "big"))
    if child.poll() is not None:
        raise EOFError
    try:
        await loop.sock_sendall(ours, told)
    except BaseException:
        child.kill()
        child.wait()
        raise
    return child


class CopyProvisioner(LocalProvisioner):
    """Starts a kernel as a copy where it can; everything else as Jupyter does it.

    Parameters
    ----------
    zygote : Zygote or None
        What to copy.
    """

    def __init__(self, zygote: Zygote | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._zygote = zygote

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel."""
        child = None
        if self._zygote is not None:
            child = await self._zygote.copy(cmd, kwargs["env"], kwargs["cwd"])
        if child is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process: Any = child
        self.pid = self.pgid = child.pid  # it leads a session of its own
        self.cwd = kwargs["cwd"]
        return self.connection_info
