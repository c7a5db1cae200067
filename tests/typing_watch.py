"""How long a pressed key takes to be seen, as the browser itself measures it.

The Event Timing API says of every key how many milliseconds passed from the event to the next
frame that was painted, in steps of 8, and leaves out what took less than 16: those are counted
as 16. So a figure is never better than the truth.
"""

from __future__ import annotations

from playwright.sync_api import Page

__all__ = ["WATCH_TYPING", "key_lags", "percentile"]

LEAST = 16.0
"""Milliseconds below which the browser does not tell."""

WATCH_TYPING = """
globalThis.lltic_keys = 0;
globalThis.lltic_lags = new Map();
addEventListener("keydown", (event) => event.isTrusted && (lltic_keys += 1), true);
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    const key = one.interactionId;
    if (!["keydown", "keypress", "input"].includes(one.name) || !key) continue;
    lltic_lags.set(key, Math.max(one.duration, lltic_lags.get(key) ?? 0));
  }
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""
"""For a page, before anything is typed (``page.evaluate`` or an init script)."""


def key_lags(page: Page) -> list[float]:
    """Return the milliseconds from each key to the frame that shows it, and forget them."""
    page.wait_for_timeout(100)  # the last frames are painted and told of
    keys, told = page.evaluate(
        "() => { const all = [lltic_keys, [...lltic_lags.values()]];"
        " lltic_keys = 0; lltic_lags.clear(); return all; }"
    )
    return [max(LEAST, ms) for ms in told] + [LEAST] * (keys - len(told))


def percentile(values: list[float], per_cent: float) -> float:
    """Return the smallest value that so many per cent of all do not exceed.

    Examples
    --------
    >>> percentile([1.0, 2.0, 3.0, 4.0], 95), percentile([1.0, 2.0, 3.0, 4.0], 50)
    (4.0, 2.0)
    """
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * per_cent // 100))
    return ordered[int(rank) - 1]
