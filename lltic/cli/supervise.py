"""Keep the review service and the web server running together, and stop both.

Each is a process of its own with a listed environment: nothing of the shell it
was started from, such as a password in a variable, reaches a kernel. One that
dies is started again; the other does not notice.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket as socketlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from lltic.errors import LlticError, Problem
from lltic.reviews.client import Client, ServiceDown
from lltic.study import Study

__all__ = ["Process", "Serving", "claim", "is_up", "review_service", "serving", "stopped_by_signal"]

PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE")
START_SECONDS = 60.0


class Process:
    """One child process that is started again when it dies."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        home: Path,
        log: Path,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._arguments = [sys.executable, "-m", *arguments]
        self._environment = {k: v for k in PASSED_ON if (v := os.environ.get(k))}
        self._environment |= {"HOME": str(home), "PYTHONUNBUFFERED": "1", **(more or {})}
        self._started: list[float] = []
        self.child: subprocess.Popen | None = None

    def start(self) -> None:
        """Start the process, its output going to its log."""
        self._started = [*self._started[-9:], time.monotonic()]
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self._arguments,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self.child is not None and self.child.poll() is None

    def keep(self) -> None:
        """Start it again when it died; give up when it keeps dying."""
        if self.is_alive():
            return
        if len(self._started) == 10 and time.monotonic() - self._started[0] < 30:
            raise LlticError(self._failed("keeps stopping"))
        self.start()

    def stop(self) -> None:
        """Ask it to stop, and make it stop when it does not."""
        if self.child is None:
            return
        self.child.terminate()
        try:
            self.child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait until it is ready to be used; raise with its last words when it is not."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.is_alive():
            if ready():
                return
            time.sleep(0.05)
        raise LlticError(self._failed("did not start"))

    def _failed(self, message: str) -> Problem:
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        words = lines[-1] if lines else "it said nothing"
        return Problem("cannot-serve", self.name, f"{message}: {words}", hint=f"See {self.log}.")


class Serving:
    """A study being served: the service, what stands in front of it, and the address."""

    def __init__(self, service: Process, web: Process, socket: Path, address: str) -> None:
        self.service = service
        self.web = web
        self.socket = socket
        self.address = address

    def watch(self) -> None:
        """Keep both running until this process is told to stop."""
        with stopped_by_signal() as stopped:
            while not stopped():
                self.service.keep()
                self.web.keep()
                time.sleep(0.1)


@contextlib.contextmanager
def serving(study: Study, port: int, *options: str) -> Iterator[Serving]:
    """Start the service and the web server of a study, and stop them at the end.

    Parameters
    ----------
    study : Study
        What is served.
    port : int
        On 127.0.0.1.
    *options : str
        More of the web server's options; see ``python -m lltic.ui.server --help``.

    Raises
    ------
    LlticError
        ``cannot-serve`` with the process's last words: a busy port, a record in use;
        ``no-unix-sockets``.
    """
    claim(port)
    with review_service(study) as (service, socket):
        web = Process(
            "the web server",
            ["lltic.ui.server", "--socket", str(socket), "--port", str(port), *options],
            socket.with_name("home"),
            study.path / "logs" / "web.log",
        )
        address = f"http://127.0.0.1:{port}"
        try:
            web.start()
            web.wait_until(lambda: is_up(f"{address}/login"))
            yield Serving(service, web, socket, address)
        finally:
            web.stop()


@contextlib.contextmanager
def review_service(study: Study) -> Iterator[tuple[Process, Path]]:
    """Start the review service of a study; give the process and its socket, in a folder of ours.

    Beside the socket is ``home``, an empty folder that ends with it.

    Raises
    ------
    LlticError
        ``no-unix-sockets`` on a system without them; ``cannot-serve`` as in :func:`serving`.
    """
    if not hasattr(socketlib, "AF_UNIX"):
        hint = "On Windows, run it within WSL."
        message = "has none of the sockets on which the review service speaks"
        raise LlticError(Problem("no-unix-sockets", "this system", message, "Linux, macOS", hint))
    # A Unix socket's path is short by law, and only its owner may reach it.
    with tempfile.TemporaryDirectory(prefix="lltic-") as folder:
        socket = Path(folder) / "reviews.sock"
        home = socket.with_name("home")
        home.mkdir(mode=0o700)
        logs = study.path / "logs"
        logs.mkdir(exist_ok=True)
        service = Process(
            "the review service",
            ["lltic.reviews", "--study", str(study.path), "--socket", str(socket)],
            home,
            logs / "service.log",
        )
        try:
            service.start()
            service.wait_until(lambda: _answers(socket))
            yield service, socket
        finally:
            service.stop()


def claim(port: int) -> None:
    """Refuse a port that somebody else answers on: we would check their pages, not ours."""
    with socketlib.socket(socketlib.AF_INET, socketlib.SOCK_STREAM) as probe:
        probe.setsockopt(socketlib.SOL_SOCKET, socketlib.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            hint = "Stop the other program, or choose another port with --port."
            reason = error.strerror or "cannot be used"
            raise LlticError(
                Problem("port-in-use", f"port {port}", reason, "1024 to 65535", hint)
            ) from None


def _answers(socket: Path) -> bool:
    try:
        return Client(str(socket), timeout=1).health()["status"] == "ok"
    except ServiceDown:
        return False


def is_up(address: str, *, refusing: bool = True) -> bool:
    """Say whether something answers at an address; with a refusal only when that counts."""
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return refusing
    except OSError:
        return False


@contextlib.contextmanager
def stopped_by_signal() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether this process has been told to stop."""
    asked: list[int] = []
    previous = {
        number: signal.signal(number, lambda received, frame: asked.append(received))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
