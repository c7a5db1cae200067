"""The self-test: tries the known holes against a running server.

Nobody is let in before it has passed. It costs two kernels and about two seconds, and
needs the log-ins of two people who exist for it alone.
"""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, websocket_connect

from lltic.ui.server.identity import cookie_name
from lltic.ui.server.proxied import SECRET_HEADER

__all__ = ["Hole", "Visitor", "self_check"]

SECONDS = 30.0
PROBE_SECONDS = 10.0
FORGERY_TOKEN = "0" * 32
V1 = "v1.kernel.websocket.jupyter.org"

FORBIDDEN: dict[str, dict[str, Any]] = {
    "execute_request": {"code": "0", "silent": False, "store_history": False},
    "inspect_request": {"code": "print", "cursor_pos": 1, "detail_level": 0},
    "complete_request": {"code": "im", "cursor_pos": 2},
    "is_complete_request": {"code": "1"},
    "history_request": {"hist_access_type": "tail", "n": 1, "output": False, "raw": True},
    "debug_request": {"type": "request", "seq": 1, "command": "debugInfo", "arguments": {}},
    "input_reply": {"value": ""},
    "interrupt_request": {},
    "create_subshell_request": {},
    "usage_request": {},
    "shutdown_request": {"restart": False},
}
"""Everything else a browser could say to a kernel; each must be dropped."""

PROXY_HEADERS = {
    "X-Forwarded-User": "self-check-one",
    "X-Remote-User": "self-check-one",
    "Remote-User": "self-check-one",
    "X-Forwarded-Email": "self-check-one",
    "X-Forwarded-Access-Token": "x",
}
"""What proxies of other houses say; none of it may be believed."""

CLOSED = (
    "voila/files/desk.ipynb voila/files/..%2fserver%2fapp.py voila/static/voila.js "
    "voila/templates/lab/static/voila.js voila/labextensions/ voila/api/themes/ voila/api/contents "
    "voila/tree voila/render/desk.ipynb voila/query/{id} voila/execution/{id} desk.ipynb files/ "
    "static/ static/00/client.js static/..%2f..%2fapp.py api api/contents api/sessions "
    "api/terminals api/kernels api/kernelspecs api/status api/me api/config/x api/nbconvert "
    "api/security/csp-report terminals/websocket/1 nbconvert/html/x lab tree notebooks/x edit/x "
    "metrics logout/x .git/config"
).split()
"""Addresses of Voilà and Jupyter, and some inventions; none may have an answer."""


@dataclass(frozen=True, slots=True)
class Hole:
    """One thing tried: ``ok`` when it is closed, and what was seen."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the door: what their browser holds, and what a proxy adds to it."""

    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def logged_in(cls, base_url: str, session: str, **headers: str) -> Visitor:
        """Return who holds this session id."""
        return cls({cookie_name(urlsplit(base_url).netloc): session}, headers)


STRANGER = Visitor()


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
    # A thread of its own: the caller may be inside an event loop.
    with ThreadPoolExecutor(1) as one:
        return one.submit(
            lambda: asyncio.run(_Check(base_url, visitors, own_servers).run())
        ).result()


class _Check:
    def __init__(
        self, base_url: str, visitors: tuple[str | Visitor, str | Visitor], own_servers: bool
    ) -> None:
        self._base = base_url.rstrip("/") + "/"
        self._owner, self._other = (
            v if isinstance(v, Visitor) else Visitor.logged_in(base_url, v) for v in visitors
        )
        self._own_servers = own_servers
        self._http = AsyncHTTPClient(force_instance=True, defaults={"request_timeout": SECONDS})
        self._answers: list[tuple[str, HTTPResponse]] = []
        self._kernels: list[str] = []
        self._patience = SECONDS

    async def run(self) -> list[Hole]:
        try:
            found = [await self._try("pages", self._pages)]
            self._patience = PROBE_SECONDS
            if found[0].ok:
                found += await asyncio.gather(
                    self._try("anonymous pages", self._anonymous_pages),
                    self._try("code from the browser", self._code),
                    self._try("code from the browser, binary", self._code_v1),
                    self._try("widgets from the browser", self._widgets),
                    self._try("template and theme", self._template),
                    self._try("other addresses", self._addresses),
                    self._try("tokens", self._tokens),
                    self._try("claims of identity", self._claims),
                )
                # One after the other, and last: when one is open, the kernel is gone.
                found.append(await self._try("anonymous kernel", self._anonymous_kernel))
                found.append(await self._try("another person's kernel", self._other_kernel))
                found.append(await self._try("foreign sites", self._foreign))
                found.append(await self._try("headers", self._headers))
            return found
        finally:
            await self._tidy_up()
            self._http.close()

    async def _try(self, name: str, probe: Callable[[], Awaitable[str]]) -> Hole:
        """Run one probe: it says what is open, or nothing; what cannot be tried counts as open."""
        try:
            trouble = await asyncio.wait_for(probe(), self._patience)
        except Exception as error:
            return Hole(name, False, f"could not be tried: {type(error).__name__}")
        return Hole(name, not trouble, trouble or "closed")

    # -- what is tried ----------------------------------------------------------------------

    async def _pages(self) -> str:
        """Not a hole: two pages of the owner, whose kernels are then attacked."""
        asked = ("", "?template=lab&theme=dark&voila-theme=dark")
        for page in await asyncio.gather(*(self._get(query, self._owner) for query in asked)):
            found = re.search(
                r'data-kernel-id="([0-9a-f-]{36})"', page.body.decode("utf-8", "replace")
            )
            if page.code != 200 or not found:
                return f"a page did not open (status {page.code})"
            self._kernels.append(found[1])
        return ""

    async def _anonymous_pages(self) -> str:
        return _first(
            [
                f"/{path} answers {answer.code} to a stranger"
                for path in ("", "coding", "?token=x", "nothing-here", "api/me")
                if (answer := await self._get(path)).code not in (302, 403)
                or "login" not in answer.headers.get("Location", "login")
            ]
        )

    async def _anonymous_kernel(self) -> str:
        return await self._reaches_kernel(STRANGER, "a stranger")

    async def _other_kernel(self) -> str:
        open_ = await self._reaches_kernel(self._other, "another person")
        alive = await self._get(f"api/kernels/{self._kernels[0]}", self._owner)
        if not open_ and self._own_servers and (await self._get("", self._other)).code == 200:
            open_ = "another person gets a page"
        return open_ or ("" if alive.code == 200 else "another person ended a kernel")

    async def _reaches_kernel(self, who: Visitor, said: str) -> str:
        kernel = f"api/kernels/{self._kernels[0]}"
        leave = f"voila/api/shutdown/{self._kernels[0]}"
        for method, path in (("GET", kernel), ("DELETE", kernel), ("POST", leave)):
            answer = await self._ask(method, path, who)
            if answer.code not in (302, 403, 404):
                return f"{said} gets {answer.code} for {method} of a kernel"
        if await self._connects(f"{kernel}/channels", who):
            return f"{said} can connect to a kernel"
        return ""

    async def _code(self) -> str:
        async with await self._line() as line:
            for kind, content in FORBIDDEN.items():
                for channel in ("shell", "control"):
                    await line.send(kind, content, channel)
            return await line.answered()

    async def _code_v1(self) -> str:
        async with await self._line(V1) as line:
            if line.protocol != V1:
                return ""  # not spoken here
            await line.send("execute_request", FORBIDDEN["execute_request"], "shell")
            await line.send("execute_request", FORBIDDEN["execute_request"], "control")
            return await line.answered()

    async def _widgets(self) -> str:
        async with await self._line() as line:
            comm_id = uuid.uuid4().hex
            state = {"_model_module": "@jupyter-widgets/controls", "_model_name": "IntSliderModel"}
            state |= {"_view_module": "@jupyter-widgets/controls", "_view_name": "IntSliderView"}
            state |= {"_model_module_version": "2.0.0", "_view_module_version": "2.0.0"}
            content = {
                "comm_id": comm_id,
                "target_name": "jupyter.widget",
                "data": {"state": state},
            }
            await line.send("comm_open", content, "shell", {"version": "2.1.0"}, forbidden=False)
            comms = await line.comms()
            return "a browser can make a widget" if comm_id in comms else ""

    async def _template(self) -> str:
        page = next(a for name, a in self._answers if name.startswith("?template=lab"))
        text = page.body.decode("utf-8", "replace")
        foreign = [word for word in ("voila.js", "jupyterlab", "https://") if word in text]
        return f"the address chose a template ({foreign[0]})" if foreign else ""

    async def _addresses(self) -> str:
        paths = [p.format(id=self._kernels[0]) for p in CLOSED]
        answers = await asyncio.gather(*(self._get(path, self._owner) for path in paths))
        return _first(
            [
                f"/{path} answers {answer.code}"
                for path, answer in zip(paths, answers, strict=True)
                if answer.code not in (403, 404, 405)
            ]
        )

    async def _foreign(self) -> str:
        evil = {"Origin": "http://evil.example"}
        kernel = f"api/kernels/{self._kernels[0]}"
        if await self._connects(f"{kernel}/channels", self._owner, evil):
            return "another site can connect to a kernel"
        if (await self._ask("DELETE", kernel, self._owner, evil)).code == 204:
            return "another site can end a kernel"
        if (await self._ask("DELETE", kernel, self._owner, forged=True)).code == 204:
            return "a request without the token of our pages can end a kernel"
        for headers in (evil, {}):
            form = await self._ask("POST", "login", STRANGER, headers, forged=True)
            if form.code not in (403, 404):
                return f"a forged log-in is answered with {form.code}"
        if (await self._get("login", STRANGER, {"Host": "evil.example"})).code < 400:
            return "another host's name is answered"
        return ""

    async def _tokens(self) -> str:
        for headers in ({"Authorization": "token x"}, {"Authorization": "token "}):
            if (await self._get("", STRANGER, headers)).code != 302:
                return "a token is looked at"
        invented = Visitor(dict.fromkeys(self._owner.cookies, "x" * 43))
        forged = await self._get("", invented)
        return "" if forged.code == 302 else "an invented session is let in"

    async def _claims(self) -> str:
        """Say who one is, as a proxy does, with everything right but the secret."""
        right = {**PROXY_HEADERS, **self._owner.headers}
        for secret in ("", "x" * 43):
            claim = {**right, SECRET_HEADER: secret}
            for path in ("", "login"):
                answer = await self._get(path, STRANGER, claim)
                if answer.code == 200 and b"data-kernel-id" in answer.body:
                    return "a page opens to a claim without the secret"
                if any("lltic-" in c for c in answer.headers.get_list("Set-Cookie")):
                    return "a session opens to a claim without the secret"
            if self._owner.headers:
                answer = await self._get("", Visitor(self._owner.cookies, claim))
                if answer.code != 302:
                    return "a session is enough without the secret"
        return ""

    async def _headers(self) -> str:
        for name, answer in self._answers:
            policy = answer.headers.get("Content-Security-Policy", "")
            wanted = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
            if not all(rule in policy for rule in wanted) or "unsafe-eval" in policy:
                return f"/{name} has no strict content security policy"
        return ""

    # -- how ----------------------------------------------------------------------------------

    async def _get(
        self, path: str, who: Visitor | None = None, headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        return await self._ask("GET", path, who or STRANGER, headers)

    async def _ask(
        self,
        method: str,
        path: str,
        who: Visitor,
        headers: dict[str, str] | None = None,
        *,
        forged: bool = False,
    ) -> HTTPResponse:
        sent = {**_sent_by(who), **(headers or {})}
        if not forged:
            sent["X-XSRFToken"] = FORGERY_TOKEN
        body = "name=x&password=x" if method == "POST" else None
        request = HTTPRequest(
            self._base + path, method, sent, body, follow_redirects=False, request_timeout=SECONDS
        )
        answer = await self._http.fetch(request, raise_error=False)
        if "Host" not in sent:  # a proxy in front may refuse those by itself, in its own words
            self._answers.append((path, answer))
        return answer

    async def _connects(
        self, path: str, who: Visitor, headers: dict[str, str] | None = None
    ) -> bool:
        url = self._base.replace("http", "ws", 1) + path + "?session_id=check"
        try:
            line = await websocket_connect(
                HTTPRequest(url, headers={**_sent_by(who), **(headers or {})})
            )
        except HTTPClientError:
            return False
        await _hang_up(line)
        return True

    async def _line(self, protocol: str = "") -> _Line:
        kernel = f"api/kernels/{self._kernels[0]}/channels"
        url = f"{self._base.replace('http', 'ws', 1)}{kernel}?session_id={uuid.uuid4().hex}"
        request = HTTPRequest(url, headers=_sent_by(self._owner))
        protocols = [protocol] if protocol else None
        return _Line(await websocket_connect(request, subprotocols=protocols))

    async def _tidy_up(self) -> None:
        for kernel_id in self._kernels:
            await self._ask("DELETE", f"api/kernels/{kernel_id}", self._owner)


class _Line:
    """A websocket of the kernel's owner, who is up to no good."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket
        self.protocol = socket.selected_subprotocol or ""
        self._forbidden: dict[str, str] = {}

    async def __aenter__(self) -> _Line:
        return self

    async def __aexit__(self, *error: object) -> None:
        await _hang_up(self._socket)

    async def send(
        self,
        kind: str,
        content: dict,
        channel: str,
        metadata: dict | None = None,
        *,
        forbidden: bool = True,
    ) -> str:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "check", "username": ""}
        header |= {"date": "2026-01-01T00:00:00Z", "version": "5.3"}
        parts = {
            "header": header,
            "parent_header": {},
            "metadata": metadata or {},
            "content": content,
        }
        if self.protocol == V1:
            frame: bytes | str = serialize_msg_to_ws_v1(
                parts, channel, lambda part: json.dumps(part).encode()
            )
        else:
            frame = json.dumps({**parts, "channel": channel})
        await self._socket.write_message(frame, binary=isinstance(frame, bytes))
        if forbidden:
            self._forbidden[header["msg_id"]] = kind
        return header["msg_id"]

    async def answered(self) -> str:
        """Say which forbidden message the kernel noticed.

        It answers in order: what has left no trace before two allowed questions are
        answered, on both channels, was dropped.
        """
        for channel in ("control", "shell", "control", "shell"):
            last = await self.send("kernel_info_request", {}, channel, forbidden=False)
            async for text in self._until_idle(last):
                for msg_id, kind in self._forbidden.items():
                    if msg_id in text:
                        return f"the kernel answered {kind}"
        return ""

    async def comms(self) -> str:
        """Return the kernel's list of comms, as text."""
        asked = await self.send("comm_info_request", {}, "shell", forbidden=False)
        return "".join([t async for t in self._until_idle(asked) if "comm_info_reply" in t])

    async def _until_idle(self, msg_id: str) -> AsyncIterator[str]:
        replied = idle = False
        while not (replied and idle):
            frame = await self._socket.read_message()
            if frame is None:
                raise ConnectionError("the line was closed")
            text = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
            yield text
            if msg_id in text:
                replied = replied or "_info_reply" in text
                idle = idle or re.search(r'"execution_state":\s*"idle"', text) is not None


def _sent_by(who: Visitor) -> dict[str, str]:
    cookies = {"_xsrf": FORGERY_TOKEN, **who.cookies}
    return {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()), **who.headers}


async def _hang_up(socket: WebSocketClientConnection) -> None:
    """Close a websocket and wait until it is."""
    socket.close()
    while await socket.read_message() is not None:
        pass


def _first(troubles: list[str]) -> str:
    return troubles[0] if troubles else ""
