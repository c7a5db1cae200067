"""UX-05: 120 words a minute over a line of 300 ms: no letter is dropped, and none is late."""

from __future__ import annotations

import sys

import pytest
from pages import writers
from typing_watch import WATCH_TYPING, key_lags, percentile

SLOW = 0.3
"""Seconds that every byte is under way, there and back again: twice what was asked for."""

BETWEEN = 100
"""Milliseconds between two keys: 120 words a minute, at five letters a word."""

LAG = 50
"""Milliseconds that nineteen keys in twenty may take to be seen, on a quiet machine."""

LAG_IN_CI = 150
"""The same where tests share the machine."""

BEFORE = "What was written before. " * 400
SENTENCE = "the fluid chart stopped on day three and nobody saw it until the night "


def type_for(relay, one, words: int) -> list[float]:
    """Write so many words at the end of a long text, one key each tenth of a second."""
    one.write(BEFORE)
    one.settle()
    relay.delay = SLOW
    one.page.evaluate(WATCH_TYPING)
    text = (SENTENCE * (words // 14 + 1))[: words * 5]
    one.box.press("Control+End")
    one.page.keyboard.type(text, delay=BETWEEN)
    one.typed += text
    lags = key_lags(one.page)
    assert one.box.input_value() == one.typed, "every letter is on the page"
    one.settle()
    assert len(lags) >= len(text)
    return lags


def report(lags: list[float]) -> str:
    p50, p95, p99 = (percentile(lags, one) for one in (50, 95, 99))
    seen = f"seen after {p50:.0f} ms (half), {p95:.0f} (95 %), {p99:.0f} (99 %)"
    return f"{len(lags)} keys at 120 words a minute, {SLOW * 1000:.0f} ms each way: {seen}"


def test_nothing_is_dropped_and_nothing_lags(served, browser, relay):
    with writers(browser, served, 1, port=relay.port, first=23) as [one]:
        lags = type_for(relay, one, 24)
        sys.stdout.write(f"\n{report(lags)}\n")
        assert percentile(lags, 95) <= LAG_IN_CI, report(lags)


@pytest.mark.soak
def test_ten_minutes_of_it(served, browser, relay):
    with writers(browser, served, 1, port=relay.port, first=23) as [one]:
        lags = type_for(relay, one, 1200)
        sys.stdout.write(f"\n{report(lags)}\n")
        assert percentile(lags, 95) <= LAG, report(lags)
