"""One served study for all the tests of this folder; each has reviewers of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from crowd import crowd_study
from relay import Relay
from serving_study import Served


@pytest.fixture(scope="session")
def served(tmp_path_factory) -> Iterator[Served]:
    running = Served(crowd_study(tmp_path_factory.mktemp("crowd") / "study", 24))
    yield running
    running.stop()


@pytest.fixture
def relay(served) -> Iterator[Relay]:
    """A line to the server that can be cut."""
    between = Relay(served.port)
    yield between
    between.close()
