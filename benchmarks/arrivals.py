"""How long thirty reviewers wait for their pages: one every two seconds, and all at once.

Each opens the product's first page with a log-in of their own, which starts a real kernel, and
stays. Most are light clients that speak the page's protocol (the page, the kernel's websocket,
the states of all widgets) without drawing; every tenth is a real Chromium page, timed to the mark
it sets when it can be used. Thirty Chromium pages on two cores would measure Chromium.

    python -m benchmarks.arrivals [--people 30]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._crowd import crowd_study, load, percentile
from benchmarks._light import LightPage
from benchmarks.load import web_server
from benchmarks.page import CHROMIUM, kernels_of, pss, review_service, session_cookie, until

REAL = 10  # every tenth is a real page
USABLE = "performance.getEntriesByName('lltic:usable')[0]?.startTime ?? 0"


@dataclass
class Visit:
    """One arrival: who, and how long until the page could be used."""

    address: str
    cookie: dict[str, str]
    light: LightPage
    seconds: float = float("nan")
    failed: str = ""
    page: Any = None


def light(visit: Visit, due: float) -> None:
    """Load the page and its widgets as the page's own client does, and stay connected."""
    try:
        time.sleep(max(0.0, due - time.perf_counter()))
        visit.light.open()
        visit.seconds = time.perf_counter() - due
    except Exception as error:  # counted and shown, whatever it is
        visit.failed = f"{type(error).__name__}: {error}"


def real(visits: Sequence[tuple[Visit, float]]) -> None:
    """Go to real pages at their times, then wait until each can be used."""
    begun = {}
    for visit, due in visits:
        time.sleep(max(0.0, due - time.perf_counter()))
        visit.page.goto(f"{visit.address}/", wait_until="commit", timeout=90_000)
        begun[visit.address, visit.cookie["value"]] = time.perf_counter() - due
    for visit, _ in visits:
        usable = until(lambda v=visit: v.page.evaluate(USABLE), "a real page", 90)
        # The browser's clock starts with the navigation; what came before it counts as well.
        started = visit.page.evaluate("performance.getEntriesByType('navigation')[0].responseStart")
        late = begun[visit.address, visit.cookie["value"]] - started / 1000
        visit.seconds = usable / 1000 + max(0.0, late)


@contextmanager
def visitors(study: Any, names: Sequence[str], address: str, browser: Any) -> Iterator[list[Visit]]:
    cookies = [session_cookie(study, name, address) for name in names]
    visits = [Visit(address, cookie, LightPage(address, cookie)) for cookie in cookies]
    for visit in visits[::REAL]:
        context = browser.new_context()
        context.add_cookies([visit.cookie])
        visit.page = context.new_page()
    yield visits
    for visit in visits:
        if visit.page:
            visit.page.context.close()
        visit.light.vanish()


def arrive(visits: Sequence[Visit], every: float) -> None:
    """Let them arrive so many seconds apart."""
    start = time.perf_counter() + 0.5
    dues = [start + n * every for n in range(len(visits))]
    pairs = list(zip(visits, dues, strict=True))
    with ThreadPoolExecutor(len(visits)) as pool:
        for visit, due in pairs:
            if not visit.page:
                pool.submit(light, visit, due)
        real([(v, d) for v, d in pairs if v.page])


def kernels(socket: Path) -> list[int]:
    """Return the kernels of the web servers of a service."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                command = folder.joinpath("cmdline").read_bytes()
                if str(socket).encode() in command and b"lltic.reviews" not in command:
                    found += kernels_of(int(folder.name))
    return found


def row(name: str, visits: Sequence[Visit]) -> str:
    seconds = [v.seconds for v in visits if not v.failed]
    failed = sum(bool(v.failed) for v in visits)
    cells = [statistics.median(seconds), percentile(seconds, 0.95), max(seconds)]
    return f"{name:30}{len(visits):>5}{failed:>8}" + "".join(f"{cell:>8.2f}" for cell in cells)


def measure(stack: ExitStack, people: int) -> tuple[list[Visit], list[Visit], list[float]]:
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("LLTIC_CHROMIUM") or shutil.which("chromium")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="l-")))
    study = crowd_study(folder / "study", 2 * people)
    names = [f"reviewer{n:03}" for n in range(2 * people)]
    socket = stack.enter_context(review_service(folder, study))
    playwright = stack.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
    measured = []
    weights: list[float] = []
    for part, every in ((names[:people], 2.0), (names[people:], 0.0)):
        with web_server(folder, socket) as address:
            with visitors(study, part, address, browser) as visits:
                arrive(visits, every)
                weights += [pss(pid) for pid in kernels(socket)]
        measured.append(visits)
        time.sleep(1)
    browser.close()
    return measured[0], measured[1], weights


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table, and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=30)
    people = parser.parse_args(arguments).people
    before = load()
    with ExitStack() as stack:
        steady, burst, weights = measure(stack, people)
    print(f"load of the machine: {before:.1f} before, {load():.1f} after, {os.cpu_count()} cores")
    print(f"{'seconds until usable':30}{'n':>5}{'failed':>8}{'p50':>8}{'p95':>8}{'max':>8}")
    for name, visits in (("one every 2 s", steady), ("all at once", burst)):
        print(row(name, visits))
        print(row("  real pages among them", [v for v in visits if v.page]))
        for failure in sorted({v.failed for v in visits if v.failed}):
            print(f"  {failure}")
    print(f"kernel, MiB: {statistics.median(weights):.1f} median, {max(weights):.1f} the largest")
    failed = any(v.failed for v in (*steady, *burst))
    steady_ok = percentile([v.seconds for v in steady], 0.95) <= 3
    burst_ok = percentile([v.seconds for v in burst], 0.95) <= 15
    light_ok = max(weights) <= 45
    print(f"within 3 s at one every 2 s (p95): {'yes' if steady_ok else 'NO'}")
    print(f"within 15 s all at once (p95): {'yes' if burst_ok else 'NO'}")
    print(f"kernel within 45 MiB: {'yes' if light_ok else 'NO'}")
    return int(failed or not (steady_ok and burst_ok and light_ok))


if __name__ == "__main__":
    sys.exit(main())
