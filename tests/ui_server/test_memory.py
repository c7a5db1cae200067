"""REL-06: what a visit leaves in the server's memory once its kernel has ended: nothing.

Objects are counted by their class, not bytes: what grows with every visit shows after a few.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest
import websocket
from patience import PATIENCE, until
from ports import free_port
from running_pages import ROOT, START, XSRF, Service, Site, as_notebook

VISITS = 3  # of each kind
REST = 30.0  # seconds: half of what stock code's timer would hold on to each line

COUNTING = """
import collections, gc, json, logging, os, signal, sys
from lltic.ui.server import app, kernels

settings = json.loads(sys.argv[1])
out = settings.pop("out")
given_back = []
give_back = kernels.give_back
kernels.give_back = lambda: given_back.append(give_back())
kernels.PageKernels.cull_idle_timeout = 1
kernels.PageKernels.cull_interval = 1
app.PING = 2000

def kind(one):
    return f"{type(one).__module__}.{type(one).__qualname__}"

def count(*_):
    gc.collect()
    counts = collections.Counter(kind(one) for one in gc.get_objects())
    # Abstract classes keep a weak reference to every class they were ever asked about.
    ours = {name: n for name, n in counts.items() if not name.startswith(("builtins.", "weakref."))}
    ours["loggers by name"] = len(logging.Logger.manager.loggerDict)
    ours["given back"] = len(given_back)
    ours["open files"] = len(os.listdir("/proc/self/fd"))
    ours["connection files"] = len(os.listdir(server.connection_dir))
    with open(out + ".new", "w") as file:
        json.dump(ours, file)
    os.replace(out + ".new", out)

server = app.Server.instance(**settings)
server.initialize()
signal.signal(signal.SIGUSR1, count)
server.start()
"""


class Counted(Site):
    """A server that counts its objects when it is asked to."""

    def counts(self) -> dict[str, int]:
        """Return how many objects of each class there are, and other things that may add up."""
        self.log.unlink(missing_ok=True)
        os.kill(self.process.pid, signal.SIGUSR1)
        until(self.log.exists, what="the count")
        return json.loads(self.log.read_text())

    def visit(self, name: str, *, goodbye: bool) -> None:
        """Open a page, hear its kernel, go."""
        with self.visitor(name) as visitor:
            kernel_id = self.open_page(visitor)
            cookie = f"_xsrf={XSRF}; {self.cookie}={visitor.cookies[self.cookie]}"
            url = self.address.replace("http", "ws") + f"/api/kernels/{kernel_id}/channels"
            line = websocket.create_connection(f"{url}?session_id=x", cookie=cookie, timeout=20)
            header = {"msg_id": "1", "msg_type": "kernel_info_request", "session": "x"}
            asked = {"channel": "shell", "header": {**header, "username": "", "version": "5.3"}}
            line.send(json.dumps({**asked, "parent_header": {}, "metadata": {}, "content": {}}))
            line.recv()
            line.shutdown()
            if goodbye:
                visitor.post(f"{self.address}/voila/api/shutdown/{kernel_id}", timeout=30)
        until(lambda: not self.kernels(), REST, "the kernel's end")


@pytest.fixture(scope="module")
def counted(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    folder = tmp_path_factory.mktemp("counted")
    notebook = folder / "counter.ipynb"
    cell = "import ipywidgets\nipywidgets.VBox([ipywidgets.IntSlider(), ipywidgets.Text()])"
    notebook.write_text(json.dumps(as_notebook((cell,))))
    port, out = free_port(), folder / "counts.json"
    pages = {"/": str(notebook), "/counter": str(notebook)}
    settings = {"socket": str(service.socket), "port": port, "pages": pages, "out": str(out)}
    run = [sys.executable, "-c", COUNTING, json.dumps(settings)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(run, cwd=ROOT, env=environment, **quiet)
    site = Counted(f"http://127.0.0.1:{port}", service, process, out)
    try:
        until(lambda: process.poll() is not None or _up(port), START, "the server's start")
        assert process.poll() is None
        yield site
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _up(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_visits_leave_no_object_behind(counted: Counted) -> None:
    """What there is once more for every visit of a kind is a leak, whatever it is."""
    for goodbye in (True, False):  # the first visits fill caches
        counted.visit("amira", goodbye=goodbye)
    before = counted.counts()
    for goodbye in (True, False) * VISITS:
        counted.visit("amira", goodbye=goodbye)
    left: dict[str, int] = {}

    def at_rest() -> bool:
        left.clear()
        now = counted.counts()
        left.update({k: n - before.get(k, 0) for k, n in now.items() if k != "given back"})
        return all(grown < VISITS for grown in left.values())

    try:
        until(at_rest, REST)
    except AssertionError:
        adding_up = {kind: grown for kind, grown in left.items() if grown >= VISITS}
        pytest.fail(f"{VISITS} visits of each kind left {adding_up}")


def test_nothing_of_a_kernel_outlives_it(counted: Counted) -> None:
    """The objects that a kernel, its line and its page are made of; all of them, not most."""
    counted.visit("ben", goodbye=True)
    kinds = {"PageKernel", "PageConnection", "PageRenderer", "DeathWatch", "ZMQStream"}

    def living() -> dict[str, int]:
        return {k: n for k, n in counted.counts().items() if k.rpartition(".")[2] in kinds}

    with suppress(AssertionError):
        until(lambda: not living(), REST)
    assert living() == {}


def test_free_memory_goes_back_after_every_kernel(counted: Counted) -> None:
    """What a visit needed for a moment is the system's again."""
    before = counted.counts()["given back"]
    counted.visit("cody", goodbye=False)
    until(lambda: counted.counts()["given back"] > before, REST, "giving back")
