"""Which thread does what, so that nobody's words wait behind somebody's reading.

One thread writes: operations, one after the other, and the lines of the book of
accesses, which would else fight with them for the database. Others read, wait for
pages to be drawn, or check passwords, which is slow on purpose. The loop that listens
does none of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["LANES", "Lanes"]

LANES = {"write": 1, "read": 2, "pages": 2, "door": 2, "password": 2}
"""Threads of each. A password's check takes 64 MiB and a core."""

Result = TypeVar("Result")


class Lanes:
    """The service's threads."""

    def __init__(self) -> None:
        self._pools = {name: ThreadPoolExecutor(n, f"lltic-{name}") for name, n in LANES.items()}

    async def run(self, lane: str, work: Callable[[], Result]) -> Result:
        """Do work in one of a lane's threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pools[lane], work)

    def close(self) -> None:
        """Let everything that was begun end, and nothing begin."""
        for pool in self._pools.values():
            pool.shutdown()
