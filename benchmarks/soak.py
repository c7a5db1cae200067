"""An hour of reviewers coming and going: what grows, and which kernels stay behind.

Light pages (the page's protocol, no screen) arrive every few seconds, edit for a while and go:
half of them say goodbye; a quarter close the line and say nothing, as a browser that is ended
does; a quarter leave the line open and never answer again, as a laptop that is shut does.

Measured every few seconds: the memory of the service and of the web server, with the processes
they started and without the kernels; that of the kernels; and which kernels live. Memory is what
a process has for itself (anonymous): its share of a library's file changes with the number of
kernels that use the same file, and is no growth.

The warm-up ends when as many kernels end as begin: some minutes after the first silent ones
were culled, and not before a fifth of the time. From the tenth of the time that follows to the last
tenth the memory may grow by 5 %; an unconnected kernel lives ten minutes at most.

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
    review_service,
    session_cookie,
    until,
)

PEOPLE = 60
PATH = "ongoing.judgement"
GROWTH = 1.05
LOOK_EVERY = 5.0  # seconds
GRACE = 90.0  # seconds: culling looks once a minute
UNHEARD = 105.0  # seconds until a line without a sign of life counts as closed (app.PING, MISSED)
SETTLED = 3.5  # minutes more until the first that were shut like a laptop are culled too
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
    hanging: list[LightPage] = field(default_factory=list)
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    visits: list[tuple[float, int]] = field(default_factory=list)
    most_kernels: int = 0
    longest_silence: float = 0.0
    orphans: set[str] = field(default_factory=set)


def visit(soak: Soak, page: LightPage, rng: random.Random, over: threading.Event) -> float:
    """One person's visit: open, write for a while, go; return when they may come again."""
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
            return 0.0
    known_after = time.monotonic()
    if page.kernel_id and rng.random() < 0.5:
        soak.hanging.append(page)  # kept, as what nobody holds is closed
        known_after += UNHEARD
    else:
        page.vanish()
    if page.kernel_id:
        soak.silent_since[page.kernel_id] = known_after
    return known_after


def own_memory(folder: Path) -> float:
    """Return what a process (a folder of ``/proc``) has for itself, in MiB."""
    for line in folder.joinpath("smaps_rollup").read_text().splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) / 1024
    return 0.0  # it is ending


def processes(socket: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield all that was started here: whose it is, its folder in ``/proc``, a kernel's home."""
    found: dict[int, tuple[str, Path, str]] = {}
    parents: dict[int, int] = {}
    homes: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        pid = int(folder.name)
        try:
            parents[pid] = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            command = folder.joinpath("cmdline").read_bytes().decode("utf-8", "replace")
            homes[pid] = folder.joinpath("cwd").readlink().name
        except OSError:
            continue
        if str(socket) in command:
            name = "service" if "lltic.reviews" in command else "web server"
            found[pid] = (name, folder, "")
    for pid, home in homes.items():
        if home.startswith("home-") and parents[pid] in found:
            found[pid] = ("all kernels", Path(f"/proc/{pid}"), home.removeprefix("home-"))
    yield from found.values()
    for pid in parents.keys() - found.keys():
        above = parents[pid]
        while above in parents and above not in found:
            above = parents[above]
        if above in found:
            yield found[above][0], Path(f"/proc/{pid}"), ""


def look(soak: Soak, socket: Path, started: float, cull: float) -> None:
    """Note the memory of all processes, and kernels that should be gone."""
    now = time.monotonic()
    living = set()
    memory = {"service": 0.0, "web server": 0.0, "all kernels": 0.0}
    for name, folder, kernel_id in processes(socket):
        if kernel_id:
            living.add(kernel_id)
        with suppress(OSError):
            memory[name] += own_memory(folder)
    for name, size in memory.items():
        soak.memory.setdefault(name, []).append((now - started, size))
    soak.visits.append((now - started, len(soak.seconds)))
    soak.most_kernels = max(soak.most_kernels, len(living))
    for kernel in living & set(soak.silent_since):
        silence = now - soak.silent_since[kernel]
        soak.longest_silence = max(soak.longest_silence, silence)
        if silence > cull + GRACE:
            soak.orphans.add(kernel)


def back(visit: Future) -> bool:
    """Say whether a person has gone, and can be back: not with a laptop that has just been shut."""
    return visit.done() and visit.result() <= time.monotonic()


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
            free = [n for n in range(PEOPLE) if n not in busy or back(busy[n])]
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


def growth(seen: Sequence[tuple[float, float]], warm_up: float) -> tuple[float, float]:
    """Return the memory after the warm-up (seconds) and at the end: medians over a tenth."""
    last = seen[-1][0]
    early = [size for at, size in seen if warm_up <= at < warm_up + 0.1 * last]
    late = [size for at, size in seen if at >= 0.9 * last]
    return statistics.median(early), statistics.median(late)


def per_visit(soak: Soak, name: str, warm_up: float) -> float:
    """Return by how much memory grew with each visit after the warm-up, in KiB: a straight line."""
    pairs = zip(soak.visits, soak.memory[name], strict=True)
    points = [(visits, size) for (at, visits), (_, size) in pairs if at >= warm_up]
    return 1024 * statistics.linear_regression(*zip(*points, strict=True)).slope


@contextmanager
def served(folder: Path, socket: Path, cull: float) -> Iterator[str]:
    port = free_port()
    desk = str(ROOT / "lltic" / "ui" / "pages" / "desk.ipynb")
    settings = {"socket": str(socket), "port": port, "pages": {"/": desk}, "cull": int(cull)}
    settings["in_all"] = 2 * PEOPLE  # a server that is full ends the oldest before culling does
    with process(["-c", SERVER, json.dumps(settings)], folder):
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{address}/login"), "our server")
        yield address


def main(arguments: list[str] | None = None) -> int:
    """Measure, print what was seen, and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--cull-minutes", type=float, default=10)
    parser.add_argument("--trace", type=Path, help="a file for all that was measured")
    parser.add_argument("--every", type=float, default=4, help="seconds between two arrivals")
    options = parser.parse_args(arguments)
    if arguments is not None and not arguments:
        print("left out of 'make bench' for its length: python -m benchmarks.soak")
        return 0
    warm_up = max(0.2 * options.minutes, options.cull_minutes + SETTLED)
    if warm_up > 0.4 * options.minutes:
        parser.error("too short: the warm-up (culling and 3.5 minutes) may be two fifths of it")
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
    if options.trace:
        options.trace.write_text(json.dumps({"visits": soak.visits, **soak.memory}))
    return report(soak, before, left_behind, 60 * warm_up)


def report(soak: Soak, before: float, left_behind: int, warm_up: float) -> int:
    """Print what was seen; return 1 when a limit was broken."""
    print(f"load of the machine: {before:.1f} before, {load():.1f} after, {os.cpu_count()} cores")
    visits, edits = len(soak.seconds), len(soak.acks)
    in_it = visits - max(n for at, n in soak.visits if at < warm_up)
    print(f"{visits} visits ({in_it} after a warm-up of {warm_up / 60:.0f} min), ", end="")
    print(f"{edits} edits, {len(soak.failures)} failures")
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
        early, late = growth(seen, warm_up)
        kept = name == "all kernels" or late <= GROWTH * early
        wrong = wrong or not kept
        print(f"{name}: {early:.1f} MiB after the warm-up, {late:.1f} at the end ", end="")
        print(f"({100 * (late / early - 1):+.1f} %; ", end="")
        print(f"{per_visit(soak, name, warm_up):+.2f} KiB a visit)", end="")
        print("" if kept else ": NO, more than 5 %")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
