"""How often a record is replayed while something is done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lltic.records import Event
from lltic.reviews.state import State

__all__ = ["Replays", "replays"]

Replays = Callable[[], int]
"""Says how many replays there were since it was last asked."""


@pytest.fixture
def replays(monkeypatch) -> Replays:
    """Count replays by the first event of a record, which each of them folds in once."""
    begun: list[str] = []
    apply = State.apply

    def counted(self: State, event: Event) -> None:
        if event.seq == 1:
            begun.append(event.hash)
        apply(self, event)

    monkeypatch.setattr(State, "apply", counted)

    def since() -> int:
        n = len(begun)
        begun.clear()
        return n

    return since
