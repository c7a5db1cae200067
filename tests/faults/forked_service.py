"""The review service as a process that starts in a blink, to be killed thousands of times.

A parent has imported everything and forks; the child runs the command line's own ``main``, with
its own database, lock, socket and event loop. Run as a script it is that parent: it reads
``start`` and ``kill`` on standard input and answers when it is done.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lltic.reviews.client import Client, ServiceDown
from lltic.study import Study

__all__ = ["ForkedService", "forked_service"]


class ForkedService:
    """One study's service, to be started and killed at will."""

    def __init__(self, study: Study, socket: Path, log: Path, sabotage: str = "") -> None:
        self.socket = socket
        self.log = log
        command = [sys.executable, __file__, str(study.path), str(socket), sabotage]
        with log.open("ab") as out:
            self._parent = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                text=True,
                bufsize=1,
            )
        self._tell("hello")

    def _tell(self, word: str) -> str:
        assert self._parent.stdin and self._parent.stdout
        self._parent.stdin.write(word + "\n")
        self._parent.stdin.flush()
        answer = self._parent.stdout.readline().strip()
        assert answer, f"no answer to {word}: {self.log.read_text()[-2000:]}"
        return answer

    def start(self) -> int:
        """Start it and return its process id; it does not answer yet."""
        return int(self._tell("start"))

    def kill(self) -> bool:
        """``kill -9`` it; say whether it was alive until then."""
        return self._tell("kill") == str(-signal.SIGKILL)

    def wait(self, seconds: float = 20) -> None:
        """Wait until it answers."""
        until = time.monotonic() + seconds
        while not self.answers():
            assert time.monotonic() < until, f"no service: {self.log.read_text()[-2000:]}"
            time.sleep(0.005)

    def answers(self) -> bool:
        """Say whether it answers."""
        try:
            return Client(str(self.socket), timeout=1).health()["status"] == "ok"
        except ServiceDown:
            return False

    def close(self) -> None:
        """End it and the parent it is forked from."""
        assert self._parent.stdin and self._parent.stdout
        self._parent.stdin.close()
        self._parent.wait(20)
        self._parent.stdout.close()


@contextmanager
def forked_service(study: Study, sabotage: str = "") -> Iterator[ForkedService]:
    """Have a service that can be started; its socket has a short path, as it must."""
    with tempfile.TemporaryDirectory(prefix="l-") as folder:
        one = ForkedService(study, Path(folder) / "s", Path(folder) / "log", sabotage)
        try:
            yield one
        finally:
            one.close()


# -- the parent, and its children -----------------------------------------------------------


def _answer_before_the_commit() -> None:
    """Sabotage: say that it is saved, and save a moment later. Proves that the test can fail."""
    from contextlib import contextmanager as manager

    from lltic.reviews import __main__ as command
    from lltic.reviews.record.store import MemoryStore

    honest = command.writing

    @manager
    def writing(study: Study) -> Iterator[MemoryStore]:
        with honest(study) as store:
            yield Hasty(store)

    class Hasty(MemoryStore):
        def __init__(self, store: object) -> None:
            super().__init__(store.keys)
            self._lines += store.stored()
            self._operations |= {line.op_id: line for line in self._lines}
            self._reviews |= {line.review_id: line.hash for line in self._lines}
            self._store, self._late = store, []
            threading.Thread(target=self._write, daemon=True).start()

        def append(self, drafts):
            sealed = super().append(drafts)
            self._late += drafts
            return sealed

        def _write(self) -> None:
            while True:
                time.sleep(0.02)
                drafts, self._late = self._late, []
                if drafts:
                    self._store.append(drafts)

    command.writing = writing


def _run(arguments: list[str]) -> None:
    from lltic.reviews.__main__ import main

    sys.argv = ["lltic.reviews", *arguments]
    os._exit(main())


def _main() -> None:
    import uvicorn.lifespan.on
    import uvicorn.loops.auto
    import uvicorn.protocols.http.auto
    import uvicorn.protocols.websockets.auto  # noqa: F401

    import lltic.reviews.__main__  # noqa: F401

    study, socket, sabotage = sys.argv[1:4]
    if sabotage:
        _answer_before_the_commit()
    gc.collect()
    gc.freeze()  # a collection in a child would copy the memory it shares with this process
    child = 0
    for line in sys.stdin:
        word = line.strip()
        if word == "start":
            child = os.fork()
            if child == 0:
                nothing = os.open(os.devnull, os.O_RDWR)
                os.dup2(nothing, 0)
                os.dup2(nothing, 1)
                _run(["--study", study, "--socket", socket])
            print(child, flush=True)
        elif word == "kill":
            print(_end(child), flush=True)
            child = 0
        else:
            print(word, flush=True)
    if child:
        _end(child)


def _end(child: int) -> int:
    os.kill(child, signal.SIGKILL)  # not reaped yet, so it is nobody else's
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    _main()
