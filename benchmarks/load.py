"""A hundred reviewers at once: how long until an edit is acknowledged.

At the service, over its Unix socket with the real client, one edit each two seconds, measured
from the moment the edit was *due* (so that a service which falls behind shows it); then in a real
page while the hundred go on. Beside it, in the same run: one reviewer alone, and a plain write
and flush of the same disk.

    python -m benchmarks.load [--seconds 60] [--people 100] [--edits 220]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks._crowd import Typist, compare, crowd_study, disk_probe, load, percentile, typists
from benchmarks.page import (
    CHROMIUM,
    OURS,
    ROOT,
    answers,
    free_port,
    process,
    review_service,
    session_cookie,
    until,
)

EVERY = 2.0  # seconds between two edits of one reviewer
WRITTEN_BEFORE = "The fluid chart stopped on day three. " * 40  # an edit carries the whole text

# Notes when an operation leaves the page and when its acknowledgement comes.
WATCH = """
(() => {
  globalThis.acks = [];
  const sent = new Map();
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (frame) {
    const ours = typeof frame === "string" && frame.includes('"op_id"');
    const op = ours && JSON.parse(frame).content?.data?.content?.op;
    if (op && !sent.has(op.op_id)) sent.set(op.op_id, performance.now());
    if (!this.watched) {
      this.watched = true;
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string" || !data.includes('"ack"')) return;
        const ack = JSON.parse(data).content?.data?.content?.ack;
        if (ack && sent.has(ack.op_id)) acks.push(performance.now() - sent.get(ack.op_id));
      });
    }
    return send.call(this, frame);
  };
})();
"""


def keep_pace(one: Typist, first: float, end: float, found: list[float]) -> None:
    """Edit every two seconds, and note how long after each due moment it was acknowledged."""
    due = first
    while due < end:
        time.sleep(max(0.0, due - time.perf_counter()))
        one.type()
        one.save()
        found.append(time.perf_counter() - due)
        due += EVERY


def crowd_at_work(people: Sequence[Typist], seconds: float) -> list[float]:
    """Let everybody edit for so long; return all acknowledgement times, in seconds."""
    found: list[float] = []
    start = time.perf_counter() + 0.2
    with ThreadPoolExecutor(len(people)) as pool:
        for n, one in enumerate(people):
            first = start + EVERY * n / len(people)
            pool.submit(keep_pace, one, first, start + seconds, found)
    return found


@contextmanager
def probing(folder: Path) -> Iterator[list[float]]:
    """Have the disk probed meanwhile; the list is filled at the end."""
    stop, found = threading.Event(), []
    with ThreadPoolExecutor(1) as pool:
        probe = pool.submit(disk_probe, folder, stop)
        try:
            yield found
        finally:
            stop.set()
            found += probe.result()


def page_at_work(address: str, cookie: dict[str, str], review: str, edits: int) -> list[float]:
    """Type in a real page until so many edits are acknowledged; return each one's seconds."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("LLTIC_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        context = browser.new_context()
        context.add_cookies([cookie])
        page = context.new_page()
        page.add_init_script(WATCH)
        page.goto(f"{address}/?review={review}&page=ongoing")
        box = page.get_by_label("Your judgement of this phase of care")
        box.fill(WRITTEN_BEFORE)
        for n in range(edits):
            box.press_sequentially("x")
            until(lambda n=n: page.evaluate("acks.length") > n, "an acknowledgement", 30)
        found = [milliseconds / 1000 for milliseconds in page.evaluate("acks")]
        browser.close()
    return found


@contextmanager
def web_server(folder: Path, socket: Path) -> Iterator[str]:
    """Have the reviewers' pages served; yield their address."""
    port = free_port()
    desk = str(ROOT / "lltic" / "ui" / "pages" / "desk.ipynb")
    settings = {"socket": str(socket), "port": port, "pages": {"/": desk}}
    with process(["-c", OURS, json.dumps(settings)], folder):
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{address}/login"), "our server")
        yield address


def row(name: str, seconds: Sequence[float]) -> str:
    cells = [percentile(seconds, share) * 1000 for share in (0.5, 0.95, 0.99)]
    cells.append(max(seconds) * 1000)
    return f"{name:34}{len(seconds):>7}" + "".join(f"{cell:>9.1f}" for cell in cells)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table, and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--edits", type=int, default=220)
    options = parser.parse_args(arguments)
    before = load()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="l-")))
        study = crowd_study(folder / "study", options.people + 2)
        socket = stack.enter_context(review_service(folder, study))
        everybody = typists(study, socket, 1)
        for one in everybody:
            one.text = WRITTEN_BEFORE
        people, single = everybody[: options.people], everybody[-2:-1]
        with probing(folder) as disk:
            alone = crowd_at_work(single, min(30.0, options.seconds))
            crowd = crowd_at_work(people, options.seconds)
        address = stack.enter_context(web_server(folder, socket))
        cookie = session_cookie(study, everybody[-1].name, address)
        stop = threading.Event()
        background: list[float] = []
        with ThreadPoolExecutor(options.people) as pool:
            start = time.perf_counter()
            for n, one in enumerate(people):
                first = start + EVERY * n / len(people)
                pool.submit(keep_on, one, first, stop, background)
            try:
                page = page_at_work(address, cookie, everybody[-1].review_id, options.edits)
            finally:
                stop.set()
        tally = compare(study, people + single)
    print(f"load of the machine: {before:.1f} before, {load():.1f} after, {os.cpu_count()} cores")
    print(f"{'milliseconds':34}{'n':>7}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}")
    print(row("a plain write and flush", disk))
    print(row("one reviewer alone, at the service", alone))
    print(row(f"{options.people} reviewers, at the service", crowd))
    print(row("the same, while a page is open", background))
    print(row("one page among them, in the browser", page))
    service_ok = percentile(crowd, 0.95) <= 0.020
    page_ok = percentile(page, 0.95) <= 0.100 and percentile(page, 0.99) <= 0.500
    print(f"acknowledged by the service within 20 ms (p95): {'yes' if service_ok else 'NO'}")
    print(f"in the browser within 100 ms (p95), 500 ms (p99): {'yes' if page_ok else 'NO'}")
    print(f"every edit on record, once: {'yes' if tally.clean else f'NO: {tally}'}")
    return int(not (service_ok and page_ok and tally.clean))


def keep_on(one: Typist, first: float, stop: threading.Event, found: list[float]) -> None:
    """Edit every two seconds until told to stop."""
    due = first
    while not stop.wait(max(0.0, due - time.perf_counter())):
        one.type()
        one.save()
        found.append(time.perf_counter() - due)
        due += EVERY


if __name__ == "__main__":
    sys.exit(main())
