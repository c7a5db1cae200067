"""How soon a typed letter is seen, over a slow line, while the page saves.

A real page in a real Chromium, a network that keeps every byte for 300 ms in either direction,
120 words a minute at the end of a short text and of one of 20,000 characters. Measured in the
page, for each key: from the browser's own time of the key to the first frame after the letter.

    python -m benchmarks.typing_lag [--keys 300]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks._crowd import crowd_study, load, percentile
from benchmarks.load import web_server
from benchmarks.page import CHROMIUM, review_service, session_cookie, until

HEADS = "     p50     p95     p99     max"
LIMIT = 0.050
SLOW = 0.3  # seconds that every byte is under way
BETWEEN = 100  # milliseconds between two keys
LENGTHS = (100, 20_000)
BEFORE = "The fluid chart stopped on day three. "
SENTENCE = "nobody saw it until the night team came and asked for the notes "
REVIEW = "AAAAA-00000-1"  # the first of a crowd's
LABEL = "Your judgement of this phase of care"

# A message that is sent while a frame is made comes after it was made.
WATCH = """
(() => {
  globalThis.seen = [];
  let pressed = 0;
  addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
  addEventListener("input", () => {
    const since = pressed;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => seen.push(performance.now() - since);
      port2.postMessage(0);
    });
  }, true);
  globalThis.acks = 0;
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (frame) {
    if (!this.watched) {
      this.watched = true;
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string" && data.includes('"ack"')) acks += 1;
      });
    }
    return send.call(this, frame);
  };
})();
"""


def type_in(page: Any, relay: Any, length: int, keys: int) -> tuple[list[float], int]:
    """Write at the end of a text of some length; return each key's seconds, and how many saves."""
    relay.delay = 0.0
    box = page.get_by_label(LABEL)
    box.fill((BEFORE * (length // len(BEFORE) + 1))[:length])
    until(lambda: page.evaluate("acks") > 0, "the first save")
    relay.delay = SLOW
    box.press("Control+End")
    page.evaluate("seen.length = 0; acks = 0;")
    text = (SENTENCE * (keys // len(SENTENCE) + 1))[:keys]
    page.keyboard.type(text, delay=BETWEEN)
    until(lambda: page.evaluate("seen.length") >= keys, "the last letter")
    if not box.input_value().endswith(text):
        raise SystemExit("a letter was lost")
    return [one / 1000 for one in page.evaluate("seen")], page.evaluate("acks")


def row(name: str, seconds: Sequence[float], saves: int) -> str:
    cells = [1000 * percentile(seconds, share) for share in (0.5, 0.95, 0.99)]
    cells.append(1000 * max(seconds))
    return f"{name:26}{len(seconds):>6}{saves:>7}" + "".join(f"{cell:>8.1f}" for cell in cells)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table, and say whether the limit is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=300)
    keys = parser.parse_args(arguments).keys
    from playwright.sync_api import sync_playwright
    from relay import Relay  # beside the simulated reviewers, whose folder _crowd has found

    chromium = os.environ.get("LLTIC_CHROMIUM") or shutil.which("chromium")
    found = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="l-")))
        study = crowd_study(folder / "study", 1)
        socket = stack.enter_context(review_service(folder, study))
        address = stack.enter_context(web_server(folder, socket))
        relay = Relay(int(address.rpartition(":")[2]))
        stack.callback(relay.close)
        address = f"http://127.0.0.1:{relay.port}"
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.add_cookies([session_cookie(study, "reviewer000", address)])
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(f"{address}/?review={REVIEW}&page=ongoing")
        page.get_by_label(LABEL).wait_for(timeout=60_000)
        found = [(length, *type_in(page, relay, length, keys)) for length in LENGTHS]
        browser.close()
    print(f"load of the machine: {load():.1f}, {os.cpu_count()} cores")
    print(
        f"{'milliseconds, a text of':26}{'keys':>6}{'saves':>7}"
        + "     p50     p95     p99     max"
    )
    for length, seconds, saves in found:
        print(row(f"{length:,} characters", seconds, saves))
    slow = any(percentile(seconds, 0.95) > LIMIT for _, seconds, _ in found)
    idle = any(saves == 0 for *_, saves in found)
    print(f"seen within 50 ms (p95), while the page saves: {'NO' if slow or idle else 'yes'}")
    return int(slow or idle)


if __name__ == "__main__":
    sys.exit(main())
