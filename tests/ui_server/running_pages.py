"""A real review service, a real server in front of it, and a real browser."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from argon2 import PasswordHasher
from kernel_processes import home, is_copy
from page_notebooks import NOTEBOOKS
from patience import PATIENCE, until
from ports import free_port

from lltic.reviews.accounts import Accounts
from lltic.reviews.client import Client, ServiceDown
from lltic.reviews.people import Person
from lltic.study import Study
from lltic.ui.server.identity import cookie_name

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery"
PEOPLE = ("amira", "ben", "cody")
XSRF = "0" * 32
START = 90.0  # seconds a process may take that loads all of a server first
CANARIES = {"SECRET_OF_THE_SERVER": "canary", "JUPYTER_TOKEN": "canary", "PGPASSWORD": "canary"}


@dataclass
class Service:
    """The review service of a study with three people."""

    folder: Path
    socket: Path
    accounts: Accounts
    process: subprocess.Popen | None = None

    def start(self) -> None:
        arguments = ["--study", str(self.folder / "study"), "--socket", str(self.socket)]
        run = [sys.executable, "-m", "lltic.reviews", *arguments]
        self.process = subprocess.Popen(run, cwd=ROOT, stderr=subprocess.DEVNULL)
        until(self.answers, START, "the service's start")

    def answers(self) -> bool:
        try:
            return Client(str(self.socket), timeout=1).health()["status"] == "ok"
        except ServiceDown:
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def session(self, name: str) -> str:
        return self.accounts.open_session(self.accounts.person(name))


@contextmanager
def running_service() -> Iterator[Service]:
    # Unix sockets have short paths: pytest's own temporary folders are too deep.
    with tempfile.TemporaryDirectory(prefix="lltic-t-") as name:
        folder = Path(name)
        study = Study.init(folder / "study", title="Test", key=b"k" * 32)
        cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        accounts = Accounts(study.keys, hasher=cheap)
        for person in PEOPLE:
            roles = ("reviewer", "coder")
            accounts.add(Person(person, f"Dr {person.title()}", "GP", roles), PASSWORD)
        service = Service(folder, folder / "reviews.sock", accounts)
        service.start()
        try:
            yield service
        finally:
            service.stop()


@dataclass
class Site:
    """A running server, and short ways to knock at its door."""

    address: str
    service: Service
    process: subprocess.Popen
    log: Path
    cookie: str = field(init=False)

    def __post_init__(self) -> None:
        self.cookie = cookie_name(self.address.split("/")[2])

    def visitor(self, name: str = "") -> requests.Session:
        """A browser without a screen; logged in when named."""
        visitor = requests.Session()
        visitor.trust_env = False
        visitor.cookies.set("_xsrf", XSRF, domain="127.0.0.1")
        visitor.headers["X-XSRFToken"] = XSRF
        if name:
            self.bring(visitor, self.service.session(name))
        return visitor

    def bring(self, visitor: requests.Session, session: str) -> None:
        """Give a visitor a session id."""
        visitor.cookies.set(self.cookie, session, domain="127.0.0.1")

    def get(self, path: str, name: str = "", **more: Any) -> requests.Response:
        with self.visitor(name) as visitor:
            return visitor.get(self.address + path, allow_redirects=False, timeout=30, **more)

    def open_page(self, visitor: requests.Session, path: str = "/counter") -> str:
        """Open a page and return its kernel's id."""
        page = visitor.get(self.address + path, allow_redirects=False, timeout=60)
        assert page.status_code == 200, page.text
        return re.search(r'data-kernel-id="([^"]+)"', page.text)[1]

    def children(self) -> list[int]:
        """The processes whose parent is this server."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    stat = folder.joinpath("stat").read_text().rpartition(")")[2].split()
                    found += [int(folder.name)] if int(stat[1]) == self.process.pid else []
        return found

    def kernels(self) -> dict[int, Path]:
        """The kernels of this server: process id to home."""
        found = {}
        for pid in self.children():
            with suppress(OSError):
                if folder := home(pid):
                    found[pid] = folder
        return found

    def zygotes(self) -> list[int]:
        """What kernels are copied from: one, or none for a moment."""
        found = []
        for pid in self.children():
            with suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                found += [pid] if b"zygote.py" in command and not home(pid) else []
        return found

    def warm_up(self) -> None:
        """Open pages of one person until one has a copied kernel, then end them."""

        def copied() -> bool:
            before = set(self.kernels())
            with self.visitor("cody") as visitor:
                self.open_page(visitor)
                found = [pid for pid in set(self.kernels()) - before if is_copy(pid)]
                visitor.post(f"{self.address}/logout", allow_redirects=False, timeout=30)
            until(lambda: not set(self.kernels()) - before, what="the end of the kernel")
            return bool(found)

        until(copied, START, "a copied kernel")

    def end_kernels(self) -> None:
        """Let nobody have a kernel, as at the start of a test."""
        for person in PEOPLE:
            with self.visitor(person) as visitor:
                visitor.post(f"{self.address}/logout", allow_redirects=False, timeout=30)
        until(lambda: not self.kernels(), what="the end of the kernels")


@contextmanager
def running_site(service: Service, folder: Path, **options: Any) -> Iterator[Site]:
    port = options.pop("port", 0) or free_port()
    pages = {}
    for name, cells in NOTEBOOKS.items():
        notebook = folder / f"{name}.ipynb"
        notebook.write_text(json.dumps(as_notebook(cells)))
        pages["/" if name == "desk" else f"/{name}"] = str(notebook)
    settings = {"socket": str(service.socket), "port": port, "pages": pages, **options}
    log = folder / f"web-{port}.log"
    with log.open("wb") as out:
        run = [
            sys.executable,
            str(Path(__file__).with_name("holed_server.py")),
            json.dumps(settings),
        ]
        environment = {**os.environ, **CANARIES, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(run, cwd=ROOT, stdout=out, stderr=out, env=environment)
    base = options.get("base_url", "/").rstrip("/")
    site = Site(f"http://127.0.0.1:{port}{base}", service, process, log)
    try:
        until(lambda: process.poll() is not None or _up(site), START, "the server's start")
        assert process.poll() is None, log.read_text()
        yield site
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _up(site: Site) -> bool:
    try:
        return site.get("/login").status_code == 200
    except requests.ConnectionError:
        return False


def as_notebook(cells: tuple[str, ...]) -> dict[str, Any]:
    return {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{number}",
                "metadata": {},
                "outputs": [],
                "source": source,
            }
            for number, source in enumerate(cells)
        ],
        "metadata": {"voila": {"template": "lab", "theme": "dark"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@contextmanager
def opened_tab(browser: Any, site: Site, name: str = "") -> Iterator[Any]:
    context = browser.new_context()
    if name:
        context.add_cookies(
            [
                {
                    "name": site.cookie,
                    "value": site.service.session(name),
                    "url": site.address,
                    "httpOnly": True,
                }
            ]
        )
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.asked = []
    page.complaints = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda line: page.asked.append(line.url))
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    # What the link says, from the very first word.
    page.add_init_script(
        "globalThis.said = [];"
        "document.addEventListener('lltic:link', (e) => said.push([e.detail.state, Date.now()]));"
    )
    yield page
    context.close()


def ready(page: Any, site: Site, path: str = "/counter") -> Any:
    page.goto(site.address + path)
    page.wait_for_selector("html[data-lltic-ready]")
    return page
