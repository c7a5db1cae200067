"""An hour of reviewers coming and going: what grows, and which kernels stay behind.

Light pages (the page's protocol, no screen) arrive every few seconds, edit for a while and go:
half of them say goodbye, half fall silent, as a laptop that is shut does. Measured every few
seconds: the memory of the service and of the web server, and which kernels live. After a warm-up
(a fifth of the time) the memory may grow by 5 %; an unconnected kernel lives ten minutes at most.

    python -m benchmarks.soak [--minutes 60] [--cull-minutes 10] [--every 4]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks._crowd import crowd_study, load, percentile
from benchmarks._light import LightPage
from benchmarks.page import (
    ROOT,
    answers,
    free_port,
    process,
    pss,
    review_service,
    session_cookie,
    until,
)

PEOPLE = 60
PATH = "ongoing.judgement"
GROWTH = 1.05
LOOK_EVERY = 5.0  # seconds
GRACE = 90.0  # seconds: culling looks once a minute
WRITTEN_BEFORE = "The fluid chart stopped on day three. " * 30

SERVER = """
import json, sys
from lltic.ui.server import app, kernels
settings = json.loads(sys.argv[1])
kernels.PageKernels.cull_idle_timeout = settings.pop("cull")
server = app.Server.instance(**settings)
server.initialize()
server.start()
"""


@dataclass
class Soak:
    """What was seen, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    silent_since: dict[str, float] = field(default_factory=dict)
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    most_kernels: int = 0
    longest_silence: float = 0.0
    orphans: set[str] = field(default_factory=set)


def visit(soak: Soak, page: LightPage, rng: random.Random, over: threading.Event) -> None:
    """One person's visit: open, write for a while, go."""
    begun = time.perf_counter()
    try:
        page.open()
        soak.seconds.append(time.perf_counter() - begun)
        for n in range(rng.randint(3, 25)):
            soak.acks.append(page.edit(PATH, {"value": f"{WRITTEN_BEFORE} {n} {rng.random()}"}))
            if over.wait(rng.uniform(0.5, 3)):
                break
    except Exception as error:  # counted and shown, whatever it is
        age = time.perf_counter() - begun
        soak.failures.append(f"{type(error).__name__}: {error} ({age:.0f} s after its start)")
    if page.kernel_id and rng.random() < 0.5:
        with suppress(OSError):
            page.leave()
            return
    page.vanish()
    if page.kernel_id:
        soak.silent_since[page.kernel_id] = time.monotonic()


def look(soak: Soak, socket: Path, started: float, cull: float) -> None:
    """Note the memory of both processes, and kernels that should be gone."""
    now = time.monotonic()
    living = set()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = folder.joinpath("cmdline").read_bytes().decode("utf-8", "replace")
            environment = folder.joinpath("environ").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        pid = int(folder.name)
        if "kernel.py" in command and f"LLTIC_SOCKET={socket}" in environment:
            living.add(command.partition("kernel-")[2].partition(".json")[0])
        elif str(socket) in command and "soak" not in command:
            name = "service" if "lltic.reviews" in command else "web server"
            with suppress(OSError):
                soak.memory.setdefault(name, []).append((now - started, pss(pid)))
    soak.most_kernels = max(soak.most_kernels, len(living))
    for kernel in living & set(soak.silent_since):
        silence = now - soak.silent_since[kernel]
        soak.longest_silence = max(soak.longest_silence, silence)
        if silence > cull + GRACE:
            soak.orphans.add(kernel)


def run(soak: Soak, study: Any, socket: Path, address: str, options: argparse.Namespace) -> None:
    """Let people come and go until the time is over."""
    rng = random.Random(1)
    over = threading.Event()
    started = time.monotonic()
    end = started + 60 * options.minutes
    busy: dict[str, Future] = {}
    next_look = started
    with ThreadPoolExecutor(PEOPLE) as pool:
        while time.monotonic() < end:
            free = [n for n in range(PEOPLE) if n not in busy or busy[n].done()]
            if free:
                n = rng.choice(free)
                cookie = session_cookie(study, f"reviewer{n:03}", address)
                query = f"review=AAAAA-{n // 2:05}-{n % 2 + 1}&page=ongoing"
                page = LightPage(address, cookie, query)
                busy[n] = pool.submit(visit, soak, page, random.Random(rng.random()), over)
            pause = time.monotonic() + options.every
            while (now := time.monotonic()) < min(pause, end):
                if now >= next_look:
                    look(soak, socket, started, 60 * options.cull_minutes)
                    next_look = now + LOOK_EVERY
                time.sleep(0.2)
        over.set()


def growth(seen: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the memory after the warm-up and at the end: medians over a tenth of the time."""
    last = seen[-1][0]
    early = [size for at, size in seen if at >= 0.2 * last]
    late = [size for at, size in seen if at >= 0.9 * last]
    early = early[: len(late)]
    return statistics.median(early), statistics.median(late)


@contextmanager
def served(folder: Path, socket: Path, cull: float) -> Iterator[str]:
    port = free_port()
    desk = str(ROOT / "lltic" / "ui" / "pages" / "desk.ipynb")
    settings = {"socket": str(socket), "port": port, "pages": {"/": desk}, "cull": int(cull)}
    with process(["-c", SERVER, json.dumps(settings)], folder):
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{address}/login"), "our server")
        yield address


def main(arguments: list[str] | None = None) -> int:
    """Measure, print what was seen, and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--cull-minutes", type=float, default=10)
    parser.add_argument("--every", type=float, default=4, help="seconds between two arrivals")
    options = parser.parse_args(arguments)
    if arguments is not None and not arguments:
        print("left out of 'make bench' for its length: python -m benchmarks.soak")
        return 0
    soak = Soak()
    before = load()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="l-")))
        study = crowd_study(folder / "study", PEOPLE)
        socket = stack.enter_context(review_service(folder, study))
        with served(folder, socket, 60 * options.cull_minutes) as address:
            run(soak, study, socket, address, options)
        left = Soak()
        look(left, socket, 0.0, 0.0)
        left_behind = left.most_kernels
    return report(soak, before, left_behind)


def report(soak: Soak, before: float, left_behind: int) -> int:
    """Print what was seen; return 1 when a limit was broken."""
    print(f"load of the machine: {before:.1f} before, {load():.1f} after, {os.cpu_count()} cores")
    visits, edits = len(soak.seconds), len(soak.acks)
    print(f"{visits} visits, {edits} edits, {len(soak.failures)} failures")
    for failure in sorted(set(soak.failures))[:5]:
        print(f"  {failure}")
    print(f"page usable, s: p50 {percentile(soak.seconds, 0.5):.2f}, ", end="")
    print(f"p95 {percentile(soak.seconds, 0.95):.2f}; edit acknowledged, ms: ", end="")
    print(
        f"p50 {1000 * percentile(soak.acks, 0.5):.0f}, p95 {1000 * percentile(soak.acks, 0.95):.0f}"
    )
    print(f"at most {soak.most_kernels} kernels; the longest silence of one that lived: ", end="")
    print(f"{soak.longest_silence / 60:.1f} min; orphans: {len(soak.orphans)}; ", end="")
    print(f"left after the server: {left_behind}")
    wrong = bool(soak.failures or soak.orphans or left_behind)
    for name, seen in soak.memory.items():
        early, late = growth(seen)
        kept = late <= GROWTH * early
        wrong = wrong or not kept
        change = f"{100 * (late / early - 1):+.1f} %"
        print(
            f"{name}: {early:.1f} MiB after the warm-up, {late:.1f} at the end ({change})", end=""
        )
        print("" if kept else ": NO, more than 5 %")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
