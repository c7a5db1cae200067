"""The service as a process: its socket, its refusals, and what a kill -9 cannot undo."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from running_service import FIRST, RunningService, short_folder
from small_study import COMPLETE

from lltic.errors import Refused
from lltic.reviews import admin
from lltic.reviews.client import Client, ServiceDown
from lltic.reviews.read import judgements


@pytest.fixture
def service(small_study):
    with short_folder() as folder:
        running = RunningService(small_study, folder)
        yield running
        running.kill()


def test_a_whole_review_over_the_socket(service):
    client = service.client("amira")
    for field, value in COMPLETE.items():
        service.answer(client, field, value)
    assert service.submit(client, "amira")["receipt"]
    assert {j.value for j in judgements(service.study) if j.item == "overall.score"} == {3}
    assert client.document(FIRST, "doc-AAAAA-00001") == ["page one of AAAAA-00001", "page two"]


def test_the_socket_is_its_owners_alone(service):
    assert stat.S_IMODE(Path(service.socket).parent.stat().st_mode) == 0o700


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
    assert error.value.conflict["value"] == {"value": 4}
    assert error.value.conflict["version"] == 1


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
