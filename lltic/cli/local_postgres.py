"""A PostgreSQL of one's own for a demo: made for a while, reached through a private folder."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from lltic.errors import LlticError, Problem

__all__ = ["installed", "throwaway_postgres"]

OWNER = "lltic"
START_SECONDS = 60.0


def installed() -> Path | None:
    """Return the folder of PostgreSQL's programs: on the search path, or where Debian has them."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb") or (debian[-1] if debian else None)
    return Path(found).resolve().parent if found else None


@contextlib.contextmanager
def throwaway_postgres(programs: Path) -> Iterator[str]:
    """Run a new, empty database server until the block ends, and remove it; give its address.

    It listens on a Unix socket alone, in a folder of its account. PostgreSQL refuses to run
    as root; then it runs as the account ``postgres``, or ``nobody``.

    Raises
    ------
    LlticError
        ``cannot-serve`` with its last words.
    """
    folder = Path(tempfile.mkdtemp(prefix="lltic-pg-"))
    account = _account()
    log = folder / "log"
    log.touch()
    if account:
        shutil.chown(folder, account)
    server: subprocess.Popen | None = None
    try:
        made = [programs / "initdb", "--pgdata", folder / "data", "--username", OWNER]
        made += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"]
        if _run(made, log, account).wait(START_SECONDS):
            raise LlticError(_failed(log))
        quiet = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
        server = _run([programs / "postgres", "-D", folder / "data", *quiet], log, account)
        _wait(server, programs, folder, log)
        yield f"postgresql+psycopg://{OWNER}@/postgres?host={folder}"
    finally:
        if server is not None and server.poll() is None:
            server.send_signal(signal.SIGINT)
            server.wait(START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> str:
    if os.geteuid() != 0:
        return ""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _run(command: Sequence[object], log: Path, account: str) -> subprocess.Popen:
    group = pwd.getpwnam(account).pw_gid if account else None
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            user=account or None,
            group=group,
            extra_groups=[] if account else None,
            start_new_session=True,  # Ctrl-C is for us: it stops after those who use it
        )


def _wait(server: subprocess.Popen, programs: Path, folder: Path, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    asked = [str(programs / "pg_isready"), "--quiet", "--host", str(folder)]
    while time.monotonic() < until and server.poll() is None:
        if subprocess.run(asked, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise LlticError(_failed(log))


def _failed(log: Path) -> Problem:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    words = lines[-1] if lines else "it said nothing"
    return Problem("cannot-serve", "PostgreSQL", f"did not start: {words}")
