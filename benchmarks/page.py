"""How long from asking for a page to using it, and what its kernel weighs.

Ours beside stock Voilà (template ``lab``, stock kernel) with the same forty fields, one after the
other in the same run, in one Chromium with a warm cache; and of the demo study the worklist, and a
review: the case, its notes and one page of the form.

    python -m benchmarks.page [--runs 9]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FIELDS = 20  # of each kind
SHARE = 1 / 3  # of the stock page's time, at most
SECONDS, MEBIBYTES = 2.0, 45.0

NOTEBOOK = f"""
from ipywidgets import VBox
from lltic.ui.kit import Radios, TextArea
scale = [(str(i), f"{{i}} of 5") for i in range(1, 6)]
texts = [TextArea(field=f"t{{i}}", label=f"Judgement {{i}}") for i in range({FIELDS})]
scores = [Radios(field=f"r{{i}}", label=f"Score {{i}}", options=scale) for i in range({FIELDS})]
VBox([one for pair in zip(texts, scores) for one in pair])
"""

OURS = """
import json, sys
from lltic.ui.server.app import Server
server = Server.instance(**json.loads(sys.argv[1]))
server.initialize()
server.start()
"""

# Watches from the first moment and notes when the last thing awaited has come.
WATCH = """
(selector, count) => {
  const look = () => {
    const all = [...document.querySelectorAll(selector)];
    const found = all.filter((one) => one.getClientRects().length);
    if (found.length >= count && !globalThis.usable) globalThis.usable = performance.now();
    if (!globalThis.usable) requestAnimationFrame(look);
  };
  look();
}
"""

CHROMIUM = [
    *"--headless --no-sandbox --disable-gpu --disable-quic --no-first-run".split(),
    *"--disable-background-networking --disable-component-update --disable-sync".split(),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@dataclass
class Contender:
    """A page, how to know that it can be used, and what was measured."""

    name: str
    address: str
    server: int
    selector: str
    count: int
    cookies: list[dict[str, str]] = field(default_factory=list)
    context: Any = None
    seconds: list[float] = field(default_factory=list)
    mebibytes: list[float] = field(default_factory=list)
    copies: list[bool] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(ready: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := ready():
            return found
        time.sleep(0.05)
    raise SystemExit(f"{what}: nothing within {seconds} s")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def process(arguments: list[str], folder: Path) -> Iterator[subprocess.Popen]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    one = subprocess.Popen([sys.executable, *arguments], cwd=folder, env=environment, **quiet)
    try:
        yield one
    finally:
        one.terminate()
        one.wait(20)


def kernels_of(server: int) -> list[int]:
    """Return a web server's kernels, the youngest last."""
    found = []
    for child in children_of(server):
        with suppress(OSError):
            command = Path(f"/proc/{child}/cmdline").read_bytes()
            if is_ours(child) or (b".json" in command and b"-f" in command):
                found.append(child)
    return found


def children_of(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(OSError):  # a thread that has ended meanwhile
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def is_ours(pid: int) -> bool:
    """Say whether a process is a kernel of ours, copied or started: each has a home of its own."""
    return Path(f"/proc/{pid}/cwd").readlink().name.startswith("home-")


def is_copy(pid: int) -> bool:
    """Say whether a kernel is a copy of a process that was ready."""
    return b"zygote.py" in Path(f"/proc/{pid}/cmdline").read_bytes()


def ready_to_copy(server: int) -> list[int]:
    """Return what a web server's kernels are copied from."""
    return [pid for pid in children_of(server) if is_copy(pid) and not is_ours(pid)]


def pss(pid: int) -> float:
    """Return a process's proportional share of memory, in MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return float("nan")


@contextmanager
def review_service(folder: Path, study: Any) -> Iterator[Path]:
    from lltic.reviews.client import Client, ServiceDown

    socket_path = folder / "reviews.sock"

    def up() -> bool:
        try:
            return Client(str(socket_path), timeout=1).health()["status"] == "ok"
        except ServiceDown:
            return False

    run = ["-m", "lltic.reviews", "--study", str(study.path), "--socket", str(socket_path)]
    with process(run, folder):
        until(up, "the review service")
        yield socket_path


def session_cookie(study: Any, name: str, address: str) -> dict[str, str]:
    from lltic.reviews.accounts import Accounts
    from lltic.ui.server.identity import cookie_name

    accounts = Accounts(study.keys)
    token = accounts.open_session(accounts.person(name))
    return {"name": cookie_name(address.split("/")[2]), "value": token, "url": address}


def first_review(socket_path: Path, session: str) -> str:
    """Return the first of a person's reviews."""
    from lltic.reviews.client import Client

    client = Client(str(socket_path))
    client.exchange(client.ticket(session, "a-benchmark")["ticket"])
    return str(client.desk()["reviews"][0]["review_id"])


def contenders(stack: ExitStack) -> list[Contender]:
    from lltic.cli.demo import make_demo

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lltic-b-")))
    notebook = folder / "fields.ipynb"
    cell = {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": []}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": [{**cell, "source": NOTEBOOK}], "metadata": {"kernelspec": kernel}}
    notebook.write_text(json.dumps({**content, "nbformat": 4, "nbformat_minor": 5}))

    study = make_demo(folder / "demo", 2026)
    socket_path = stack.enter_context(review_service(folder, study))
    port = free_port()
    desk = str(ROOT / "lltic" / "ui" / "pages" / "desk.ipynb")
    settings = {
        "socket": str(socket_path),
        "port": port,
        "pages": {"/": desk, "/fields": str(notebook)},
    }
    ours = stack.enter_context(process(["-c", OURS, json.dumps(settings)], folder))
    address = f"http://127.0.0.1:{port}"
    until(lambda: answers(f"{address}/login"), "our server")
    cookies = [session_cookie(study, "amira.khan", address)]

    other = free_port()
    stock_arguments = ["-m", "voila", str(notebook), "--no-browser", f"--port={other}"]
    stock = stack.enter_context(
        process([*stock_arguments, "--template=lab", "--KernelManager.autorestart=False"], folder)
    )
    until(lambda: listens(other), "stock Voilà")
    stock_address = f"http://127.0.0.1:{other}/"

    review = first_review(socket_path, cookies[0]["value"])
    page = f"{address}/?review={review}&page=ongoing"
    return [
        Contender("ours, 40 fields", f"{address}/fields", ours.pid, "textarea", FIELDS, cookies),
        Contender("stock, 40 fields", stock_address, stock.pid, "textarea", FIELDS),
        Contender("ours, demo worklist", f"{address}/", ours.pid, "main h1, #main h1", 1, cookies),
        Contender("ours, demo review", page, ours.pid, "textarea", 1, cookies),
    ]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def measure(browser: Any, contender: Contender) -> None:
    page = contender.context.new_page()
    call = f"({WATCH})({json.dumps(contender.selector)}, {contender.count})"
    page.add_init_script(call)
    page.goto(contender.address, wait_until="commit", timeout=60_000)
    # Not wait_for_function: it evaluates text, which the strict policy forbids.
    usable = until(lambda: page.evaluate("globalThis.usable ?? 0"), contender.name)
    contender.seconds.append(usable / 1000)
    contender.mebibytes.append(pss(kernels_of(contender.server)[-1]))
    contender.copies.append(is_copy(kernels_of(contender.server)[-1]))
    page.close()
    # Stock kernels outlive their pages, and each is to be measured alone.
    for pid in kernels_of(contender.server):
        os.kill(pid, signal.SIGTERM)
    until(lambda: not kernels_of(contender.server), "the kernels' end")
    time.sleep(1.5)


def table(measured: list[Contender]) -> list[str]:
    """Return the measurements as lines; ratios are to the stock page of the same run."""
    stock = next(one for one in measured if one.name.startswith("stock"))
    heads = ("page", "usable, s", "range", "to stock", "kernel, MiB", "to stock")
    rows = [heads]
    for one in measured:
        seconds, mebibytes = statistics.median(one.seconds), statistics.median(one.mebibytes)
        rows.append(
            (
                one.name,
                f"{seconds:.2f}",
                f"{min(one.seconds):.2f}-{max(one.seconds):.2f}",
                f"{seconds / statistics.median(stock.seconds):.2f}",
                f"{mebibytes:.1f}",
                f"{mebibytes / statistics.median(stock.mebibytes):.2f}",
            )
        )
    return [f"{row[0]:20}" + "".join(f"{cell:>13}" for cell in row[1:]) for row in rows]


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a table, and say whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args(arguments).runs
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("LLTIC_CHROMIUM") or shutil.which("chromium")
    with ExitStack() as stack, sync_playwright() as playwright:
        measured = contenders(stack)
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        for one in measured:
            one.context = browser.new_context()
            one.context.add_cookies(one.cookies)
        for run in range(runs + 1):
            for one in measured:
                measure(browser, one)
                if run == 0:  # it filled the cache
                    for those in (one.seconds, one.mebibytes, one.copies):
                        those.clear()
        once = sum(pss(pid) for pid in ready_to_copy(measured[0].server))
        browser.close()
    print(f"load of the machine: {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    print("\n".join(table(measured)))
    return judge(measured, once)


def judge(measured: list[Contender], once: float) -> int:
    """Say whether the limits are kept; return 1 when one is not."""
    ours = [one for one in measured if one.name.startswith("ours")]
    copies = [is_one for one in ours for is_one in one.copies]
    print(f"kernels that were copied: {sum(copies)} of {len(copies)}; from: {once:.1f} MiB, once")
    [form, stock] = (statistics.median(one.seconds) for one in measured[:2])
    limits = {
        "the form within a third of the stock page's time": form <= SHARE * stock,
        "usable within 2 s": all(statistics.median(one.seconds) <= SECONDS for one in ours),
        "kernel within 45 MiB": all(max(one.mebibytes) <= MEBIBYTES for one in ours),
    }
    for limit, kept in limits.items():
        print(f"{limit}: {'yes' if kept else 'NO'}")
    return int(not all(limits.values()))


if __name__ == "__main__":
    sys.exit(main())
