"""The review service, really served: as a process of its own, or on a thread of the test's.

On a thread, time and the store are the test's: it may jump, and it may break.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import uvicorn
from argon2 import PasswordHasher
from patience import PATIENCE, until
from small_study import AMIRA, BEN, CODY, PASSWORD

from lltic.clock import system_clock
from lltic.reviews.accounts import Accounts
from lltic.reviews.client import Client, ServiceDown, _UnixConnection
from lltic.reviews.people import Person
from lltic.reviews.service import build
from lltic.reviews.service.calls import Call
from lltic.study import Study

__all__ = [
    "PEOPLE",
    "JumpingClock",
    "Line",
    "RunningService",
    "everybody",
    "served",
    "short_folder",
]

CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
FIRST, SECOND = "AAAAA-00001-1", "AAAAA-00001-2"
PEOPLE = (
    AMIRA,
    BEN,
    CODY,
    Person("ada", "Dr D.", "Trust", ("adjudicator",)),
    Person("cora", "Cora", "Trust", ("coordinator",)),
    Person("ana", "Ana", "Task force", ("analyst",)),
    Person("otto", "Otto", "Auditors", ("auditor",)),
    Person("adam", "Adam", "Trust", ("administrator",)),
)


def everybody(study: Study) -> None:
    """Give everybody an account, with one password."""
    accounts = Accounts(study.keys, hasher=CHEAP)
    for person in PEOPLE:
        accounts.add(person, PASSWORD)


class JumpingClock:
    """The real time, which can be made to jump."""

    def __init__(self) -> None:
        self.jump = timedelta(0)

    def __call__(self) -> datetime:
        return system_clock() + self.jump


@contextmanager
def short_folder() -> Iterator[Path]:
    """Give a folder for a Unix socket, whose path must be short."""
    with tempfile.TemporaryDirectory(prefix="l-") as folder:
        yield Path(folder)


class Line:
    """Whoever calls a service: through the client, and past it."""

    def __init__(self, socket: Path) -> None:
        self.socket = str(socket)
        self.ids = count()
        self.calls: list[Call] = []
        self.sessions: dict[str, str] = {}
        self.capabilities: dict[str, str] = {}

    def door(self) -> Client:
        return Client(self.socket, timeout=20)

    def client(self, name: str, password: str = PASSWORD) -> Client:
        """Log somebody in, and return what their kernel holds."""
        session = self.door().login(name, password)["session"]
        client = self.door()
        answer = client.exchange(self.door().ticket(session, "kernel-1")["ticket"])
        self.sessions[name], self.capabilities[name] = session, answer["capability"]
        return client

    def operation(self, kind: str, review: str, **more: Any) -> dict[str, Any]:
        op_id = f"operation-{next(self.ids)}"
        case = review.rpartition("-")[0]
        return {"op_id": op_id, "kind": kind, "review_id": review, "case_id": case, **more}

    def answer(self, client, field, value, version=0, review=FIRST, op_id=None):
        operation = self.operation("answer", review, field=field, value=value)
        operation |= {"base_version": version} | ({"op_id": op_id} if op_id else {})
        return client.operate(operation)

    def signature(self, name: str, act: str) -> str:
        return self.door().sign(self.sessions[name], PASSWORD, act)["signature"]

    def submit(self, client, name: str, review: str = FIRST):
        signature = self.signature(name, f"submit:{review}")
        return client.operate(self.operation("submit", review, signature=signature))

    def raw(self, method: str, path: str, body: Any = None, bearer: str = "") -> tuple[int, Any]:
        """Send anything at all; return the status and what was answered."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = _UnixConnection(self.socket, 20)
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        try:
            connection.request(method, path, body=data, headers=headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        kind = response.headers.get("content-type", "")
        if kind.startswith("image/"):
            return response.status, content
        return response.status, json.loads(content) if "json" in kind else content.decode()


class RunningService(Line):
    """The service of a study as a process, which can be killed and started again."""

    def __init__(self, study: Study, folder: Path) -> None:
        self.study = study
        socket = folder / "run" / "s.sock"
        socket.parent.mkdir(mode=0o700)
        super().__init__(socket)
        self.start()

    def start(self) -> None:
        arguments = ["--study", str(self.study.path), "--socket", self.socket]
        self.process = subprocess.Popen([sys.executable, "-m", "lltic.reviews", *arguments])
        until(self.answers, 90, "the service's start")

    def answers(self) -> bool:
        try:
            Client(self.socket).health()
        except ServiceDown:
            assert self.process.poll() is None, "the service ended"
            return False
        return True

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it as an operator does."""
        self.process.terminate()
        self.process.wait(PATIENCE)


@contextmanager
def served(study: Study, store: Any, clock: Any = system_clock, **options: Any) -> Iterator[Line]:
    """Serve a study from a thread of this process, by uvicorn on a Unix socket."""
    with short_folder() as folder:
        app = build(study, store, clock, **{"hasher": CHEAP, **options})
        config = uvicorn.Config(app, uds=str(folder / "s"), log_level="critical", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            until(lambda: server.started, what="the service's start")
            line = Line(folder / "s")
            line.calls = app.state.calls
            yield line
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
