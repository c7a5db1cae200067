"""Twenty people taking cases at once, through the service: none is given twice, none is lost."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from running_service import CHEAP, PASSWORD, RunningService, short_folder

from lltic.audit.store import verify
from lltic.errors import Refused
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.reviews.read import events
from lltic.study import Study

THREADS, CASES = 20, 100


@pytest.fixture(params=["sqlite", "postgres"])
def study(request, tmp_path):
    study = Study.init(tmp_path / "study", title="Taking", key=b"k" * 32)
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        with (study.path / "study.toml").open("a") as settings:
            settings.write(f'\n[reviews]\nurl = "{url}"\n')
        study = Study.open(study.path)
    accounts = Accounts(study.keys, hasher=CHEAP)
    for number in range(THREADS):
        accounts.add(Person(f"reviewer{number:02}", "", "", ("reviewer",)), PASSWORD)
    accounts.add(Person("busy", "", "", ("reviewer",)), PASSWORD)
    accounts.add(Person("cora", "", "", ("coordinator",)), PASSWORD)
    cases = [f"AAAAA-{n:05}" for n in range(CASES)]
    offered = [Assignment(f"{case}-1", case, "", 1, "sjr") for case in cases]
    given = [Assignment(f"{case}-2", case, "busy", 2, "sjr") for case in cases]
    admin.assign(study, [*offered, *given])
    return study


@pytest.fixture
def service(study):
    with short_folder() as folder:
        running = RunningService(study, folder)
        yield running
        running.stop()


def take_until_none_is_left(client, name: str, start: threading.Barrier) -> list[str]:
    """Take the next case until there is none; a lost answer is asked for again."""
    start.wait(30)
    found: list[str] = []
    while True:
        take = {"op_id": f"{name}-take-{len(found):03}", "kind": "take"}
        take["value"] = {"kind": "independent"}
        try:
            taken = client.operate(take)
            assert client.operate(take) == taken
        except Refused as refusal:
            if refusal.codes != ("nothing-to-take",):
                raise
            return found
        found.append(taken["review_id"])


@pytest.mark.slow
def test_no_case_is_given_twice_and_none_is_lost(study, service):
    names = [f"reviewer{n:02}" for n in range(THREADS)]
    clients = [service.client(name) for name in names]
    start = threading.Barrier(THREADS + 1)
    with ThreadPoolExecutor(THREADS + 1) as pool:
        working = [
            pool.submit(take_until_none_is_left, client, name, start)
            for client, name in zip(clients, names, strict=True)
        ]
        # Meanwhile a coordinator takes half the second places away, and offers them again.
        withdrawing = pool.submit(withdraw_half, service, start)
        taken = [review for one in working for review in one.result()]
        again = withdrawing.result()
    # Whoever had stopped already finds the places that were offered late.
    start = threading.Barrier(1)
    for client, name in zip(clients, [f"late-{name}" for name in names], strict=True):
        taken += take_until_none_is_left(client, name, start)
    assert max(Counter(taken).values()) == 1
    assert set(taken) == {f"AAAAA-{n:05}-1" for n in range(CASES)} | set(again)
    on_record = [e for e in events(study) if e.kind == "taken"]
    assert sorted(e.review_id for e in on_record) == sorted(taken)
    assert not [claim for claim in verify(study) if not claim.passed]
    # Nobody has two places of one case.
    assert max(Counter((e.actor, e.case_id) for e in on_record).values()) == 1


def withdraw_half(service, start: threading.Barrier) -> list[str]:
    cora = service.client("cora")
    start.wait(30)
    for number in range(0, CASES, 2):
        case = f"AAAAA-{number:05}"
        operation = service.operation("withdraw", f"{case}-2", value={"offer_again": True})
        cora.operate({**operation, "reason": "On leave."})
    return [f"AAAAA-{number:05}-3" for number in range(0, CASES, 2)]
