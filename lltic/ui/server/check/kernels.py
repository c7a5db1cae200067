"""Whether a kernel does what it should not, or for whom it should not."""

from __future__ import annotations

import uuid

from lltic.ui.server.check.messages import CHANNELS, FORBIDDEN
from lltic.ui.server.check.visiting import STRANGER, Callers, Visitor

__all__ = [
    "anonymous_kernel",
    "code",
    "code_in_binary_frames",
    "foreign_sites",
    "other_persons_kernel",
    "widgets",
]


async def code(callers: Callers) -> str:
    """Send what would run code or tell of it, in text."""
    return await _say_all(callers, binary=False)


async def code_in_binary_frames(callers: Callers) -> str:
    """Send the same in binary frames."""
    return await _say_all(callers, binary=True)


async def _say_all(callers: Callers, *, binary: bool) -> str:
    async with await callers.line(binary=binary) as line:
        for kind, content in FORBIDDEN.items():
            for channel in CHANNELS:
                await line.send(kind, content, channel)
        return await line.answered()


async def widgets(callers: Callers) -> str:
    """Make a widget from outside."""
    async with await callers.line() as line:
        comm_id = uuid.uuid4().hex
        state = {"_model_module": "@jupyter-widgets/controls", "_model_name": "IntSliderModel"}
        state |= {"_view_module": "@jupyter-widgets/controls", "_view_name": "IntSliderView"}
        state |= {"_model_module_version": "2.0.0", "_view_module_version": "2.0.0"}
        content = {"comm_id": comm_id, "target_name": "jupyter.widget", "data": {"state": state}}
        await line.send("comm_open", content, "shell", {"version": "2.1.0"}, forbidden=False)
        comms = await line.comms()
        return "a browser can make a widget" if comm_id in comms else ""


async def anonymous_kernel(callers: Callers) -> str:
    """Reach a kernel without a log-in."""
    return await _reaches(callers, STRANGER, "a stranger")


async def other_persons_kernel(callers: Callers) -> str:
    """Reach a kernel with another person's log-in."""
    open_ = await _reaches(callers, callers.other, "another person")
    alive = await callers.get(f"api/kernels/{callers.kernels[0]}", callers.owner)
    if not open_ and callers.own_servers and (await callers.get("", callers.other)).code == 200:
        open_ = "another person gets a page"
    return open_ or ("" if alive.code == 200 else "another person ended a kernel")


async def _reaches(callers: Callers, who: Visitor, said: str) -> str:
    kernel = f"api/kernels/{callers.kernels[0]}"
    leave = f"voila/api/shutdown/{callers.kernels[0]}"
    for method, path in (("GET", kernel), ("DELETE", kernel), ("POST", leave)):
        answer = await callers.ask(method, path, who)
        if answer.code not in (302, 403, 404):
            return f"{said} gets {answer.code} for {method} of a kernel"
    if await callers.connects(f"{kernel}/channels", who):
        return f"{said} can connect to a kernel"
    return ""


async def foreign_sites(callers: Callers) -> str:
    """Ask as another site's page would, in the browser of somebody who is logged in."""
    evil = {"Origin": "http://evil.example"}
    kernel = f"api/kernels/{callers.kernels[0]}"
    if await callers.connects(f"{kernel}/channels", callers.owner, evil):
        return "another site can connect to a kernel"
    if (await callers.ask("DELETE", kernel, callers.owner, evil)).code == 204:
        return "another site can end a kernel"
    if (await callers.ask("DELETE", kernel, callers.owner, forged=True)).code == 204:
        return "a request without the token of our pages can end a kernel"
    for headers in (evil, {}):
        form = await callers.ask("POST", "login", STRANGER, headers, forged=True)
        if form.code not in (403, 404):
            return f"a forged log-in is answered with {form.code}"
    if (await callers.get("login", STRANGER, {"Host": "evil.example"})).code < 400:
        return "another host's name is answered"
    return ""
