"""One kernel per open page: whom it serves, what it may know, how many there may be."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.ioloop.restarter import AsyncIOLoopKernelRestarter
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.kernelmanager import (
    AsyncMappingKernelManager,
    ServerKernelManager,
)
from tornado import web
from traitlets import DottedObjectName, Float, Integer, List, Type, Unicode, default

from lltic.clock import system_clock
from lltic.errors import Problem, Refused
from lltic.reviews.client import Client
from lltic.ui.server.channels import MESSAGES
from lltic.ui.server.forking import LAUNCH, CopyProvisioner, Zygote, can_fork
from lltic.ui.server.heap import give_back

__all__ = ["PageKernel", "PageKernelSpecs", "PageKernels", "PromptClient"]

PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""What a kernel gets of the server's environment; everything else stays here."""

LONGEST_QUERY = 2000
HEARING = 0.05  # seconds
RECONNECT = 10  # milliseconds between two tries to reach a kernel that is starting; stock: 100
SOCKET_PATH = 103
"""Bytes in the path of a Unix socket on the least generous system (macOS)."""


def _passed_on() -> dict[str, str]:
    passed = {key: value for key in PASSED_ON if (value := os.environ.get(key))}
    return {"LANG": "C.UTF-8", **passed}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a kernel serves, and since when (seconds of the monotonic clock)."""

    name: str
    since: float


class PageKernelSpecs(KernelSpecManager):
    """The only kernel there is: ours, whatever else is installed on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return how to start a page's kernel."""
        argv = [*LAUNCH, "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Page", language="python")

    def find_kernel_specs(self) -> dict[str, str]:
        """Return the name of the only kernel."""
        return {"python3": str(Path(__file__).parent)}

    def get_all_specs(self) -> dict[str, Any]:
        """Return the only kernel as Jupyter lists them."""
        spec = self.get_kernel_spec("python3").to_dict()
        return {"python3": {"resource_dir": str(Path(__file__).parent), "spec": spec}}


class PromptClient(AsyncKernelClient):
    """A kernel client that is ready when the kernel is, without waiting for silence.

    The answer may come before what the kernel tells everybody can be heard: then it is asked
    again, soon, rather than waited for.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.context.reconnect_ivl = RECONNECT  # for the sockets that are made of it

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        until = time.monotonic() + (timeout or 60.0)
        while time.monotonic() < until:
            with suppress(TimeoutError, Empty):
                await self.kernel_info(reply=True, timeout=1)
                await self.get_iopub_msg(timeout=HEARING)
                return
            if not await self.is_alive():
                raise RuntimeError("the kernel stopped before it was ready")
        raise RuntimeError("the kernel was not ready in time")

    wait_for_ready = _async_wait_for_ready


class DeathWatch(AsyncIOLoopKernelRestarter):
    """Notices a dead kernel and leaves it dead.

    A kernel that is started again is empty, and its ticket is spent: the page
    has to know that it is alone.
    """

    time_to_dead = Float(1.0)
    restart_limit = Integer(0)


class PageKernel(ServerKernelManager):
    """One kernel process; the server talks to it through sockets in a private folder."""

    client_class = DottedObjectName("lltic.ui.server.kernels.PromptClient")
    client_factory = Type(PromptClient)
    restarter_class = DeathWatch
    shutdown_wait_time = Float(2.0)

    @default("transport")
    def _default_transport(self) -> str:
        longest = f"{self.connection_file.removesuffix('.json')}-ipc-5"
        short = len(os.fsencode(longest)) <= SOCKET_PATH
        return "ipc" if sys.platform != "win32" and short else "tcp"

    async def _async_pre_start_kernel(self, **kwargs: Any) -> tuple[list[str], dict[str, Any]]:
        """Choose how its process comes to be, then go on as usual."""
        self.provisioner = CopyProvisioner(
            self.parent.zygote,
            kernel_id=kwargs["kernel_id"],
            kernel_spec=self.kernel_spec,
            parent=self,
        )
        return await super()._async_pre_start_kernel(**kwargs)

    pre_start_kernel = _async_pre_start_kernel

    @default("event_logger")
    def _default_event_logger(self) -> Any:
        """Return the one that all kernels share.

        Stock code makes one for each kernel where the server has none (Voilà's has not), with
        a logger of its own name, and the standard library keeps every name for good.
        """
        if self.parent.event_logger is None:
            self.parent.event_logger = super()._default_event_logger()
        return self.parent.event_logger


class PageKernels(AsyncMappingKernelManager):
    """All kernels of the server, each with its owner.

    Traits: ``per_person`` and ``in_all`` are the caps. Kernels without an open
    page are culled after ten minutes; one with an open page never is.
    """

    per_person = Integer(2)
    in_all = Integer(60)
    cull_idle_timeout = Integer(600)
    cull_interval = Integer(60)
    cull_connected = False
    cull_busy = True
    allow_tracebacks = False
    allowed_message_types = List(Unicode(), MESSAGES)

    @default("kernel_manager_class")
    def _default_kernel_manager_class(self) -> str:
        return "lltic.ui.server.kernels.PageKernel"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._owners: dict[str, Owner] = {}
        self._doors: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._sockets: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self._tasks: set[asyncio.Task] = set()
        self.event_logger: Any = None
        self.zygote: Zygote | None = None

    # -- what they are copies of ----------------------------------------------------------

    def warm_up(self) -> None:
        """Have a process ready that kernels are copied from, where the system can do that."""
        if can_fork():
            self.zygote = Zygote(_passed_on(), Path(self.connection_dir), self.log)
            self.zygote.start()

    def cool_down(self) -> None:
        """End that process."""
        if self.zygote is not None:
            self.zygote.stop()
            self.zygote = None

    # -- whose it is --------------------------------------------------------------------

    def belongs_to(self, kernel_id: str, name: str) -> bool:
        """Say whether a running kernel was started for this person."""
        owner = self._owners.get(kernel_id)
        return owner is not None and owner.name == name and bool(name)

    def count(self) -> int:
        """Return how many kernels there are, those being started included."""
        return len(self._owners)

    # -- starting -----------------------------------------------------------------------

    async def start_for(
        self, name: str, session: str, query: str, client: Client, replaces: str = ""
    ) -> str:
        """Start a kernel for a person's page and return its id.

        Parameters
        ----------
        name, session : str
            Who asks, and the log-in they ask with.
        query : str
            The address bar's query: where to go, never who is going.
        client : Client
            The line to the review service, which hands out the ticket.
        replaces : str
            The kernel whose page this one takes the place of, as the browser says: of this
            person's, it is the first to go when there is no room.

        Raises
        ------
        Refused
            ``too-many-pages`` or ``server-full``; whatever the service refuses.
        ServiceDown
            The service does not answer; no kernel is started.
        """
        async with self._doors[name]:
            await self._make_room(name, replaces)
            kernel_id = str(uuid.uuid4())
            self._owners[kernel_id] = Owner(name, time.monotonic())
            try:
                answer = await asyncio.to_thread(client.ticket, session, kernel_id)
                home = self._home(kernel_id)
                home.mkdir(mode=0o700)
                env = self._environment(home, answer["ticket"], query)
                await self.start_kernel(kernel_id=kernel_id, env=env, cwd=str(home))
            except BaseException:
                self._forget(kernel_id)
                raise
        return kernel_id

    async def _async_start_kernel(self, *, kernel_id: str | None = None, **kwargs: Any) -> str:
        """Start a kernel that has an owner and a ticket; refuse any other."""
        ticket = (kwargs.get("env") or {}).get("LLTIC_TICKET")
        if kernel_id not in self._owners or kernel_id in self or not ticket:
            raise web.HTTPError(403, "a kernel is started for a person and with a ticket")
        return await super()._async_start_kernel(kernel_id=kernel_id, **kwargs)

    start_kernel = _async_start_kernel

    def _environment(self, home: Path, ticket: str, query: str) -> dict[str, str]:
        return {
            **_passed_on(),
            "HOME": str(home),
            "LLTIC_SOCKET": self.parent.socket,
            "LLTIC_TICKET": ticket,
            "QUERY_STRING": query[:LONGEST_QUERY].replace("\0", ""),
        }

    def _home(self, kernel_id: str) -> Path:
        return Path(self.connection_dir) / f"home-{kernel_id}"

    async def _make_room(self, name: str, replaces: str) -> None:
        mine = [k for k, owner in self._owners.items() if owner.name == name]
        if len(mine) >= self.per_person and replaces in mine:
            await self.discard(replaces)  # its page goes when this one comes
            mine = [k for k in mine if k in self._owners]
        if len(mine) >= self.per_person and not await self._shut_oldest_unconnected(mine):
            hint = "Close one of those tabs and try again. Nothing you wrote is lost."
            message = f"{self.per_person} pages are open already"
            raise Refused(Problem("too-many-pages", "your log-in", message, hint=hint))
        if len(self._owners) >= self.in_all:
            settled = [k for k, o in self._owners.items() if time.monotonic() - o.since > 30]
            if not await self._shut_oldest_unconnected(settled):
                hint = "Nothing you wrote is lost. Wait a few minutes and try again."
                message = "is full: many colleagues are reading at the moment"
                raise Refused(Problem("server-full", "this server", message, hint=hint))

    async def _shut_oldest_unconnected(self, kernel_ids: list[str]) -> bool:
        for kernel_id in kernel_ids:  # in the order they were started
            if self._kernel_connections.get(kernel_id) == 0 and kernel_id in self:
                await self.discard(kernel_id)
                return True
        return False

    # -- ending -------------------------------------------------------------------------

    async def discard(self, kernel_id: str) -> None:
        """End a kernel at once; nothing happens when it has ended already."""
        if kernel_id in self:
            await ensure_async(self.shutdown_kernel(kernel_id, now=True))

    async def discard_all_of(self, name: str) -> None:
        """End every kernel of a person."""
        mine = [k for k, owner in self._owners.items() if owner.name == name]
        await asyncio.gather(*(self.discard(k) for k in mine))

    def discard_soon(self, kernel_id: str, seconds: float = 0.0) -> None:
        """End a kernel a little later, so that it can still do what it was told last."""

        async def later() -> None:
            await asyncio.sleep(seconds)
            await self.discard(kernel_id)

        self._run(later())

    def remove_kernel(self, kernel_id: str) -> PageKernel | None:
        """Forget a kernel that has ended, and tell its pages."""
        kernel = super().remove_kernel(kernel_id)
        for close in self._sockets.pop(kernel_id, []):
            close()
        self._forget(kernel_id)
        give_back()
        return kernel

    def _handle_kernel_died(self, kernel_id: str) -> None:
        kernel = self._kernels.get(kernel_id)
        super()._handle_kernel_died(kernel_id)
        if kernel is not None:
            self._run(ensure_async(kernel.cleanup_resources()))

    def _forget(self, kernel_id: str) -> None:
        self._owners.pop(kernel_id, None)
        self._kernel_connections.pop(kernel_id, None)
        shutil.rmtree(self._home(kernel_id), ignore_errors=True)

    def _run(self, awaitable: Any) -> None:
        task = asyncio.ensure_future(awaitable)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- pages ----------------------------------------------------------------------------

    def on_end(self, kernel_id: str, close: Callable[[], None]) -> None:
        """Call ``close`` when this kernel has ended."""
        self._sockets[kernel_id].append(close)

    def notify_disconnect(self, kernel_id: str) -> None:
        """Count the ten minutes of an unconnected kernel from the moment its page left."""
        super().notify_disconnect(kernel_id)
        kernel = self._kernels.get(kernel_id)
        if kernel is not None:
            kernel.last_activity = system_clock()
