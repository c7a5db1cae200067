"""The self-test: tries the known holes against a running server.

Nobody is let in before it has passed. It costs two kernels and about two seconds, and
needs the log-ins of two people who exist for it alone.

============  ===================================================================
``visiting``  who knocks at a server, and how
``doors``     whether an address answers to whom, or with what, it should not
``kernels``   whether a kernel does what it should not, or for whom it should not
``messages``  what a browser could say to a kernel beyond what pages need
``line``      a websocket of a kernel's owner, who is up to no good
============  ===================================================================
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lltic.ui.server.check import doors, kernels
from lltic.ui.server.check.visiting import SECONDS, Callers, Visitor

__all__ = ["Hole", "Visitor", "self_check"]

PROBE_SECONDS = 10.0

Probe = Callable[[Callers], Awaitable[str]]

TOGETHER: dict[str, Probe] = {
    "anonymous pages": doors.anonymous_pages,
    "code from the browser": kernels.code,
    "code from the browser, binary": kernels.code_in_binary_frames,
    "widgets from the browser": kernels.widgets,
    "template and theme": doors.template_and_theme,
    "other addresses": doors.other_addresses,
    "tokens": doors.tokens,
    "claims of identity": doors.claims_of_identity,
}

IN_TURN: dict[str, Probe] = {
    "anonymous kernel": kernels.anonymous_kernel,
    "another person's kernel": kernels.other_persons_kernel,
    "foreign sites": kernels.foreign_sites,
    "headers": doors.headers,
}
"""One after the other, and last: when one is open, the kernel is gone."""


@dataclass(frozen=True, slots=True)
class Hole:
    """One thing tried: ``ok`` when it is closed, and what was seen."""

    name: str
    ok: bool
    detail: str


def self_check(
    base_url: str, visitors: tuple[str | Visitor, str | Visitor], *, own_servers: bool = False
) -> list[Hole]:
    """Try the known holes of a running server.

    Parameters
    ----------
    base_url : str
        The server's address, such as ``http://127.0.0.1:8866``.
    visitors : tuple of two Visitor
        Two people who exist for this test only, by what opens the door to them; a session id
        is enough where nothing else is needed.
    own_servers : bool
        Each person has a server of their own; this one is the first one's.

    Returns
    -------
    list of Hole
        One per thing tried; a server with any that is not ``ok`` must not serve.
    """
    owner, other = (
        v if isinstance(v, Visitor) else Visitor.logged_in(base_url, v) for v in visitors
    )
    # A thread of its own: the caller may be inside an event loop.
    with ThreadPoolExecutor(1) as one:
        work = one.submit(lambda: asyncio.run(_try_all(base_url, owner, other, own_servers)))
        return work.result()


async def _try_all(base_url: str, owner: Visitor, other: Visitor, own_servers: bool) -> list[Hole]:
    callers = Callers(base_url, owner, other, own_servers)
    try:
        found = [await _try("pages", doors.pages(callers), SECONDS)]
        if found[0].ok:
            probes = (_try(name, probe(callers)) for name, probe in TOGETHER.items())
            found += await asyncio.gather(*probes)
            for name, probe in IN_TURN.items():
                found.append(await _try(name, probe(callers)))
        return found
    finally:
        await callers.leave()


async def _try(name: str, probe: Awaitable[str], patience: float = PROBE_SECONDS) -> Hole:
    """Run one probe: it says what is open, or nothing; what cannot be tried counts as open."""
    try:
        trouble = await asyncio.wait_for(probe, patience)
    except Exception as error:
        return Hole(name, False, f"could not be tried: {type(error).__name__}")
    return Hole(name, not trouble, trouble or "closed")
