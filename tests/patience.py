"""Waiting for the thing itself: no fixed time is right for a fast machine and a slow one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from lltic.ui.kit import Field

__all__ = ["PATIENCE", "becomes", "eventually", "nobody_held_up", "still", "tick", "until"]

PATIENCE = 30.0
"""Seconds a browser test waits for what has to come; who promises a time measures it."""


HELD_UP = 10.0
"""Seconds of the processor after which somebody is held up, on any machine.

What is read in passes over it takes a tenth of them; where each part is compared with every
other, or tried with every other, it takes minutes.
"""


@contextmanager
def nobody_held_up() -> Iterator[None]:
    """See that what is done here does not grow out of hand; how long it takes is not the point."""
    begun = time.process_time()
    yield
    took = time.process_time() - begun
    assert took < HELD_UP, f"{took:.1f} seconds of the processor"


def until(ready: Callable[[], Any], seconds: float = PATIENCE, what: str = "it") -> Any:
    """Wait for something to be true, and return it."""
    end = time.monotonic() + seconds
    while not (found := ready()):
        assert time.monotonic() < end, f"{what} did not happen in {seconds} s"
        time.sleep(0.03)
    return found


def eventually(page: Page, ready: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Let a page go on until something is true, or for so long; an assertion then says what it is.

    Playwright calls a route or a function of ours only while it is asked for something, so
    this asks it to wait rather than the whole process to sleep.
    """
    end = time.monotonic() + seconds
    while not ready() and time.monotonic() < end:
        page.wait_for_timeout(20)


def still(page: Page, place: Callable[[], Any]) -> Any:
    """Wait until something has a place and keeps it for a tenth of a second; return the place."""
    found = [place()]

    def holds() -> bool:
        page.wait_for_timeout(100)
        found.append(place())
        return found[-1] is not None and found[-1] == found[-2]

    eventually(page, holds)
    assert holds(), "it did not hold still"
    return found[-1]


def becomes(page: Page, field: Field, value: Any) -> None:
    """See the page bring a field this value."""
    eventually(page, lambda: field.value == value)
    assert field.value == value


def tick(choice: Locator) -> None:
    """Tick a radio button or a box by its label, as a person does, once that holds still."""
    expect(choice).to_be_enabled()
    choice.locator("xpath=following-sibling::label").click()
    expect(choice).to_be_checked()
