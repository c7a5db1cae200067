"""The service as a process: its socket, its refusals, and what a kill -9 cannot undo."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import pytest
from small_study import COMPLETE, PASSWORD

from lltic.errors import Refused
from lltic.reviews import admin
from lltic.reviews.client import Client, ServiceDown
from lltic.reviews.read import judgements

FIRST, SECOND = "AAAAA-00001-1", "AAAAA-00001-2"


class RunningService:
    """The review service of a study, which can be killed and started again."""

    def __init__(self, study, folder: Path) -> None:
        self.study = study
        self.socket = folder / "run" / "s.sock"
        self.socket.parent.mkdir(mode=0o700)
        self.ids = count()
        self.start()

    def start(self) -> None:
        arguments = ["--study", str(self.study.path), "--socket", str(self.socket)]
        self.process = subprocess.Popen([sys.executable, "-m", "lltic.reviews", *arguments])
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                Client(str(self.socket)).health()
                return
            except ServiceDown:
                time.sleep(0.05)
        raise AssertionError("the service did not start")

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def client(self, name: str) -> Client:
        door = Client(str(self.socket))
        session = door.login(name, PASSWORD)["session"]
        client = Client(str(self.socket))
        client.exchange(door.ticket(session, "kernel-1")["ticket"])
        return client

    def answer(self, client, field, value, version=0, review=FIRST, op_id=None):
        return client.operate(
            {
                "op_id": op_id or f"operation-{next(self.ids)}",
                "kind": "answer",
                "review_id": review,
                "case_id": review.rpartition("-")[0],
                "field": field,
                "value": value,
                "base_version": version,
            }
        )


@pytest.fixture
def service(small_study):
    with tempfile.TemporaryDirectory() as folder:  # a Unix socket's path must be short
        running = RunningService(small_study, Path(folder))
        yield running
        running.kill()


def test_a_whole_review_over_the_socket(service):
    client = service.client("amira")
    for field, value in COMPLETE.items():
        service.answer(client, field, value)
    submit = {"op_id": "submit-001", "kind": "submit", "review_id": FIRST, "case_id": FIRST[:-2]}
    assert client.operate(submit)["receipt"]
    assert {j.value for j in judgements(service.study) if j.item == "overall.score"} == {3}
    assert client.document(FIRST, "doc-AAAAA-00001") == ["page one of AAAAA-00001", "page two"]


def test_the_socket_is_its_owners_alone(service):
    assert stat.S_IMODE(service.socket.parent.stat().st_mode) == 0o700


def test_nothing_without_a_capability(service):
    stranger = Client(str(service.socket))
    for call in (
        stranger.desk,
        stranger.coding_queue,
        lambda: stranger.review(FIRST),
        lambda: stranger.document(FIRST, "doc-AAAAA-00001"),
        lambda: stranger.operate({}),
        lambda: Client(str(service.socket), "guess").desk(),
    ):
        with pytest.raises(Refused) as error:
            call()
        assert error.value.codes == ("no-session",)


def test_a_conflict_carries_the_other_value(service):
    client = service.client("amira")
    service.answer(client, "admission.score", {"value": 4})
    with pytest.raises(Refused) as error:
        service.answer(client, "admission.score", {"value": 5})
    assert error.value.conflict == {"value": {"value": 4}, "version": 1}


def test_kill_9_loses_nothing_that_was_acknowledged(service):
    client = service.client("amira")
    text = ""
    for version in range(20):
        text += f"word{version} "
        op_id = f"typed-{version:04}"
        service.answer(client, "admission.judgement", {"value": text}, version, op_id=op_id)
        service.kill()
        with pytest.raises(ServiceDown):
            service.answer(client, "admission.score", {"value": 4})
        service.start()
        # The caller did not get its answer, and asks again with the same id.
        service.answer(client, "admission.judgement", {"value": text}, version, op_id=op_id)
        field = client.review(FIRST)["fields"]["admission.judgement"]
        assert field == {"answer": {"value": text}, "version": version + 1}


def test_one_writer_at_a_time(service):
    from lltic.errors import LlticError

    with pytest.raises(LlticError) as error, admin.writing(service.study):
        pass
    assert error.value.codes == ("record-in-use",)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"nonsense", b'{"session": 5}', b"[" * 100_000, b"x" * 3_000_000]
)
def test_a_bad_request_is_refused_and_the_service_lives(service, body):
    import http.client

    from lltic.reviews.client import _UnixConnection

    connection = _UnixConnection(str(service.socket), 5)
    try:
        connection.request("POST", "/v1/session", body=body)
        assert connection.getresponse().status == 403
    except (BrokenPipeError, ConnectionResetError, http.client.HTTPException):
        pass  # an oversized body may be cut off before it is all sent
    finally:
        connection.close()
    assert Client(str(service.socket)).health() == {"status": "ok"}
