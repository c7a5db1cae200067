"""Who talks to whom: everything a browser asks for, and every socket that processes hold."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext

__all__ = ["Sockets", "Wire", "net_log", "other_hosts", "sockets_of", "watching_sockets"]

TABLES = ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")
LISTENING = "0A"
INSIDE = ("data:", "blob:", "about:", "chrome:", "devtools:", "chrome-extension:")
"""Addresses that lead nowhere."""

OF_THE_BROWSER = re.compile(
    r"(?:.*://|.*\b|^)(?:[\w-]+\.)*(?:google|googleapis|gstatic|gvt1)\.com\b"
)
"""Where this browser asks for its own updates; our pages name none of it."""


@dataclass
class Wire:
    """What the pages of a browser asked for, as they say themselves."""

    urls: list[str] = field(default_factory=list)
    unguarded: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def tap(self, context: BrowserContext) -> BrowserContext:
        """Listen to all pages of a context, their frames, their workers and their sockets."""
        context.on("request", lambda asked: self.urls.append(asked.url))
        context.on("response", self._answered)
        context.on("page", self._page)
        context.on("serviceworker", lambda worker: self.urls.append(worker.url))
        return context

    def _page(self, page: Any) -> None:
        page.on("websocket", lambda line: self.urls.append(line.url))
        page.on("worker", lambda worker: self.urls.append(worker.url))

    def _answered(self, answer: Any) -> None:
        if "html" in answer.headers.get("content-type", ""):
            self.pages.append(answer.url)
            if not guards(answer.headers.get("content-security-policy", "")):
                self.unguarded.append(answer.url)


def guards(policy: str) -> bool:
    """Say whether a policy lets a page reach its own server, and nobody else."""
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";") if rule.strip())
    needed = {"default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}
    own = {"'none'", "'self'", "'unsafe-inline'", "data:", "blob:"}
    closed = all(set(where.split()) <= own for where in rules.values())
    script = set(rules.get("script-src", "'none'").split())
    return closed and needed.items() <= rules.items() and script <= {"'none'", "'self'", "blob:"}


def other_hosts(urls: Iterable[str], *own: str) -> list[str]:
    """Return the addresses that are not of one of these origins (``127.0.0.1:8866``)."""
    return [u for u in urls if not u.startswith(INSIDE) and urlsplit(u).netloc not in own]


def net_log(path: Path) -> tuple[list[str], list[str]]:
    """Return what Chromium's own log of its network says: addresses asked for, names looked up.

    It sees what no page is told of: prefetches, pings, early connections, workers.
    """
    urls, names = [], []
    for line in path.read_text("utf-8").splitlines()[2:]:  # one event on each, after the constants
        if not line.startswith("{"):
            continue
        said = json.loads(re.sub(r"[\],]+$", "", line)).get("params") or {}
        url = said.get("url") or said.get("original_url")
        if isinstance(url, str) and "://" in url and not OF_THE_BROWSER.match(url):
            urls.append(url)
        for key in ("host", "group_id", "address", "destination"):
            if isinstance(said.get(key), str):
                names.append(said[key])
        names += [str(one) for one in said.get("address_list", ())]
    return urls, [name for name in names if name and not OF_THE_BROWSER.search(name)]


# -- processes ------------------------------------------------------------------------------------


@dataclass
class Sockets:
    """The internet sockets of some processes, as the kernel's tables have them."""

    listening: set[tuple[str, int]] = field(default_factory=set)
    talking: set[tuple[str, int]] = field(default_factory=set)
    looks: int = 0

    def outside(self) -> list[tuple[str, int]]:
        """Return the far ends that are not on this machine."""
        return [far for far in self.talking if not ipaddress.ip_address(far[0]).is_loopback]

    def open_to_others(self) -> list[tuple[str, int]]:
        """Return what somebody on another machine could knock at."""
        return [at for at in self.listening if not ipaddress.ip_address(at[0]).is_loopback]


def sockets_of(pids: Iterable[int], into: Sockets, tables: dict[str, str] | None = None) -> None:
    """Add the internet sockets that these processes hold now."""
    inodes: set[str] = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for handle in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    found = re.fullmatch(r"socket:\[(\d+)\]", str(handle.readlink()))
                    inodes |= {found[1]} if found else set()
    for name in TABLES:
        text = tables.get(name, "") if tables else Path(f"/proc/net/{name}").read_text()
        for line in text.splitlines()[1:]:
            parts = line.split()
            if parts[9] not in inodes and not tables:
                continue
            near, far = _address(parts[1]), _address(parts[2])
            if parts[3] == LISTENING or (name.startswith("udp") and not far[1]):
                into.listening.add(near)
            else:
                into.talking.add(far)
    into.looks += 1


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    words = [int(host[i : i + 8], 16) for i in range(0, len(host), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    address = ipaddress.ip_address(socket.inet_ntop(family, packed))
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address), int(port, 16)


@contextmanager
def watching_sockets(pids: Callable[[], Iterable[int]]) -> Iterator[Sockets]:
    """Look at the sockets of some processes again and again, until the block ends."""
    found, over = Sockets(), threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            sockets_of(pids(), found)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join(20)
