"""One Hub for all tests of this folder: it takes a while to start."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_running import Hub, install_proxy, running_hub
from postgres import programs
from small_study import PASSWORD, make_study

from lltic.clock import system_clock
from lltic.records import Assignment
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.people import Person
from lltic.study import Study

JOINT = "ZZZZZ-00001"
OTHERS = (
    Person("carys.pugh", "Carys Pugh", "GP", ("reviewer",)),
    Person("iris.novak", "Iris Novak", "Task force", ("administrator",)),
)


@pytest.fixture(scope="module")
def hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A Hub in front of a small study, whose record is in PostgreSQL where there is one."""
    from conftest import lacking

    if missing := install_proxy():
        lacking(missing)
    with contextlib.ExitStack() as stack:
        url = ""
        if programs():
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.database())
        study = make_study(tmp_path_factory.mktemp("hub") / "study", system_clock, url)
        accounts = Accounts(study.keys)
        for person in OTHERS:
            accounts.add(person, PASSWORD)
        _read_jointly(study)
        hub = stack.enter_context(running_hub(_synthetic(study.path)))
        hub.record = "postgresql" if url else "sqlite"
        yield hub


def _read_jointly(study: Study) -> None:
    """Give the study one case more, for a reader of each side."""
    book = study.cohort / "casebook.json"
    cases = json.loads(book.read_text())
    cases[JOINT] = {**next(iter(cases.values())), "banner": [["Case", JOINT]]}
    book.write_text(json.dumps(cases))
    sides = (("amira", "primary_care"), ("ben", "secondary_care"))
    admin.assign(
        study,
        [
            Assignment(f"{JOINT}-{n}", JOINT, name, n, "lltic_joint", side)
            for n, (name, side) in enumerate(sides, 1)
        ],
    )


def _synthetic(folder: Path) -> Study:
    settings = folder / "study.toml"
    settings.write_text(settings.read_text().replace("synthetic = false", "synthetic = true"))
    return Study.open(folder)
