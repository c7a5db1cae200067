"""A port that nobody else takes between its choice and its use."""

from __future__ import annotations

import itertools
import os
import socket
from contextlib import closing

__all__ = ["free_port"]

PORTS = range(20_000, 32_000)
"""Below those the kernel gives to whoever connects: none of these is taken by chance."""

_next = itertools.count(os.getpid() * 97)  # tests run side by side: each begins elsewhere


def free_port() -> int:
    """Return a port of this machine that is free, and not one this process has named lately."""
    ports = (PORTS[number % len(PORTS)] for number in _next)
    return next(port for port in ports if _is_free(port))


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
