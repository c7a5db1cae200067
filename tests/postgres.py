"""A real PostgreSQL for tests: a throwaway cluster, and a fresh database for each test.

``LLTIC_TEST_POSTGRES_URL`` names one to use instead; its account must be allowed
to make databases. The cluster listens on 127.0.0.1 alone, runs as an account
that is not root, and is removed afterwards.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from ports import free_port

ADMIN = "lltic_admin"
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server, by the address of one of its databases."""

    url: str
    numbers: count

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database for as long as it is needed; give its address."""
        name = f"lltic_test_{os.getpid()}_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield self.url.rpartition("/")[0] + f"/{name}"
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        import psycopg

        plain = self.url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)


def programs() -> Path | None:
    """The folder with initdb and postgres, where Debian or the search path keeps them."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb") or (debian[-1] if debian else None)
    return Path(found).parent if found else None


class Cluster:
    """A cluster in a temporary folder, started and stopped at will.

    Killing the server is part of some tests: :meth:`kill` is as rough as a power
    failure of the process, :meth:`start` comes back on the same port and data.
    """

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self._programs = programs()
        self._account = _account()
        self.port = free_port()  # nobody who connects is given it while the folder is made
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{ADMIN}@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        assert self._programs is not None
        if self._account:
            shutil.chown(self.folder, self._account)
        command = [self._programs / "initdb", "--pgdata", self.folder / "data", "--auth=trust"]
        command += ["--username", ADMIN, "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._run(command).wait(120)

    def start(self, largest_file: int | None = None) -> None:
        """Start the server; ``largest_file`` (bytes) is what a full disk looks like to it."""
        assert self._programs is not None
        command = [self._programs / "postgres", "-D", self.folder / "data", "-p", str(self.port)]
        options = ("listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}")
        for setting in (*options, "shared_buffers=32MB", *self.settings):
            command += ["-c", setting]
        self._process = self._run(command, largest_file)
        self._wait()

    def _wait(self) -> None:
        import psycopg

        plain = self.url.replace("postgresql+psycopg", "postgresql")
        until = time.monotonic() + 90
        while time.monotonic() < until:
            assert self._process is not None and self._process.poll() is None, self._said()
            try:
                psycopg.connect(plain, connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.1)
        raise AssertionError(f"PostgreSQL did not start: {self._said()}")

    def _said(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")[-2000:]

    def stop(self) -> None:
        """Stop, ending every connection."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop at once, without writing anything more; the next start recovers."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(60)
        self._process = None

    def _run(
        self, command: list[object], largest_file: int | None = None
    ) -> subprocess.Popen[bytes]:
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None

        def limit() -> None:
            if libc is not None:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)  # a killed test leaves no server
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        account = {"user": self._account, "group": _group(self._account)} if self._account else {}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(part) for part in command],
                stdout=log,
                stderr=log,
                cwd="/",
                extra_groups=[] if self._account else None,
                preexec_fn=limit,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"},
                **account,
            )


def _account() -> str | None:
    """The account to run as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _group(account: str) -> int:
    return pwd.getpwnam(account).pw_gid


@contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """Start a cluster of one's own, for tests that kill it; skip where there is none."""
    from conftest import lacking

    if programs() is None:
        lacking("PostgreSQL (initdb)")
    folder = Path(tempfile.mkdtemp(prefix="lltic-pg-"))
    made = Cluster(folder, *settings)
    try:
        made.create()
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The server for the whole session."""
    given = os.environ.get("LLTIC_TEST_POSTGRES_URL")
    if given:
        yield Server(given.replace("postgresql://", "postgresql+psycopg://"), count(1))
        return
    # What a test commits need not survive a power cut, and tests are many.
    with cluster("fsync=off", "full_page_writes=off") as made:
        yield Server(made.url, count(1))


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The address of an empty database, removed after the test."""
    with postgres_server.database() as url:
        yield url
