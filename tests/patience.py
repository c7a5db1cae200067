"""Waiting for the thing itself: no fixed time is right for a fast machine and a slow one."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page

__all__ = ["PATIENCE", "eventually"]

PATIENCE = 15.0
"""Seconds a browser test waits for what has to come; who promises a time measures it."""


def eventually(page: Page, ready: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Let a page go on until something is true, or for so long; an assertion then says what it is.

    Playwright calls a route or a function of ours only while it is asked for something, so
    this asks it to wait rather than the whole process to sleep.
    """
    end = time.monotonic() + seconds
    while not ready() and time.monotonic() < end:
        page.wait_for_timeout(20)
