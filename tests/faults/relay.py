"""A network that can be cut: a TCP relay between a browser and a server on this machine."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections import deque

__all__ = ["Relay"]


class Relay:
    """Passes bytes both ways between a port of its own and a server's.

    ``silence()`` is a blackout: lines stay open and nothing passes, as when a cable is drawn or a
    train enters a tunnel; what was sent meanwhile arrives when it is over. ``cut()`` ends every
    line and refuses new ones, as a firewall or a restarted proxy does. ``delay`` is how many
    seconds every byte is under way, in either direction: a satellite, or a hotel.
    """

    delay = 0.0

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._passes = threading.Event()
        self._passes.set()
        self._is_cut = False
        self._over = False
        self._lines: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def silence(self) -> None:
        """Let nothing pass, and tell nobody."""
        self._passes.clear()

    def cut(self) -> None:
        """End all lines and accept none."""
        self._is_cut = True
        self._end_lines()

    def restore(self) -> None:
        """Let everything pass again."""
        self._is_cut = False
        self._passes.set()

    def close(self) -> None:
        """End it."""
        self._over = True
        self._passes.set()
        self._listener.close()
        self._end_lines()

    def _end_lines(self) -> None:
        for line in list(self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._over:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _relay(self, near: socket.socket) -> None:
        with near:
            self._passes.wait()
            if self._is_cut or self._over:
                return
            try:
                far = socket.create_connection(self._server, timeout=10)
            except OSError:
                return
            with far:
                far.settimeout(None)
                self._lines |= {near, far}
                with contextlib.suppress(OSError):
                    if not self._is_cut and not self._over:  # it may have been cut meanwhile
                        self._both_ways(near, far)
                self._lines -= {near, far}

    def _both_ways(self, near: socket.socket, far: socket.socket) -> None:
        under_way: deque[tuple[float, socket.socket, bytes]] = deque()
        with selectors.DefaultSelector() as either:
            either.register(near, selectors.EVENT_READ, far)
            either.register(far, selectors.EVENT_READ, near)
            while True:
                wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
                for key, _ in either.select(wait):
                    self._passes.wait()
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not data:
                        return
                    due = time.monotonic() + self.delay
                    under_way.append(
                        (max(due, under_way[-1][0] if under_way else due), key.data, data)
                    )
                while under_way and under_way[0][0] <= time.monotonic():
                    _, there, data = under_way.popleft()
                    there.sendall(data)
