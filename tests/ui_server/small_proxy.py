"""A small real proxy that signs people in by a cookie and tells the server behind it who they are.

What oauth2-proxy does, without the provider: headers of a caller that look like the proxy's own
are taken off, its own are put on, and websockets pass.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

END = b"\r\n\r\n"
OURS = re.compile(rb"^(x-lltic-|x-forwarded-|connection:)", re.IGNORECASE)


class SmallProxy:
    """Listens on 127.0.0.1; whom it knows is ``people``, from the value of the cookie ``who``."""

    def __init__(self, port: int, people: dict[str, tuple[str, str]], secret: str) -> None:
        self.behind = port
        self.people = people
        self.secret = secret
        self.strips = True
        self.signed_in: dict[str, int] = {}  # when, by the value of the cookie
        self.port = 0
        self._ending = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        async with await asyncio.start_server(self._pass, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            started.set()
            await stop.wait()
            self._ending = True
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0)  # the transports that were cut off say so in the next turn

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones = [writer]
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                head = await reader.readuntil(END)
                if own := await self.own_answer(head):
                    writer.write(own)
                    await writer.drain()
                    return
                inner, outer = await asyncio.open_connection("127.0.0.1", self.behind)
                open_ones.append(outer)
                outer.write(self._told(head))
                await asyncio.gather(_copy(reader, outer), _copy(inner, writer))
        finally:
            for one in open_ones:
                one.transport.abort() if self._ending else one.close()

    async def own_answer(self, head: bytes) -> bytes:
        """Return what the proxy answers by itself; nothing when it passes a request on."""
        return b""

    def claim(self, who: str) -> tuple[str, str, str] | None:
        """Return issuer, subject and the time of the sign-in of a browser's cookie."""
        issuer, subject = self.people.get(who, ("", ""))
        at = self.signed_in.get(who)
        return (issuer, subject, str(at) if at else "") if issuer else None

    def _told(self, head: bytes) -> bytes:
        """Return the request's head with the proxy's own words in it."""
        first, *lines = head.removesuffix(END).split(b"\r\n")
        upgrade = any(line.lower().startswith(b"upgrade:") for line in lines)
        if self.strips:
            lines = [line for line in lines if not OURS.match(line)]
        lines.append(b"Connection: Upgrade" if upgrade else b"Connection: close")
        claim = self.claim(cookie_of(head))
        if claim:
            issuer, subject, at = claim
            lines.append(f"X-Lltic-Issuer: {issuer}".encode())
            lines.append(f"X-Lltic-Subject: {subject}".encode())
            lines.append(f"X-Lltic-Voucher: {self.secret}".encode())
            if at:
                lines.append(f"X-Lltic-Signed-In: {at}".encode())
        return b"\r\n".join([first, *lines]) + END


def cookie_of(head: bytes) -> str:
    """Return what the browser's cookie says who it is."""
    who = re.search(rb"^cookie:.*\bwho=([\w-]+)", head, re.IGNORECASE | re.MULTILINE)
    return who[1].decode() if who else ""


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


@contextmanager
def small_proxy(
    port: int,
    people: dict[str, tuple[str, str]],
    secret: str,
    kind: Callable[..., SmallProxy] = SmallProxy,
) -> Iterator[SmallProxy]:
    """Run a proxy in front of a port until the block ends."""
    proxy = kind(port, people, secret)
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(proxy.serve(started, stop),))
    thread.start()
    try:
        assert started.wait(30)
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
