"""Who knocks at a server, and how."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import websocket_connect

from lltic.ui.server.check.line import V1, Line, hang_up
from lltic.ui.server.identity import cookie_name

__all__ = ["SECONDS", "STRANGER", "Callers", "Visitor"]

SECONDS = 30.0
FORGERY_TOKEN = "0" * 32


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the door: what their browser holds, and what a proxy adds to it."""

    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def logged_in(cls, base_url: str, session: str, **headers: str) -> Visitor:
        """Return who holds this session id."""
        return cls({cookie_name(urlsplit(base_url).netloc): session}, headers)

    def sends(self) -> dict[str, str]:
        """Return the headers of each of their requests."""
        cookies = {"_xsrf": FORGERY_TOKEN, **self.cookies}
        return {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()), **self.headers}


STRANGER = Visitor()


class Callers:
    """Two people and a stranger at one server.

    Parameters
    ----------
    base_url : str
        The server's address.
    owner, other : Visitor
        The one whose pages are opened and attacked, and somebody else with a log-in.
    own_servers : bool
        Each person has a server of their own; this one is the owner's.

    Attributes
    ----------
    kernels : list of str
        Of the owner's pages that were opened.
    answers : list of (str, HTTPResponse)
        All that was answered, by path.
    """

    def __init__(self, base_url: str, owner: Visitor, other: Visitor, own_servers: bool) -> None:
        self._base = base_url.rstrip("/") + "/"
        self.owner = owner
        self.other = other
        self.own_servers = own_servers
        self.kernels: list[str] = []
        self.answers: list[tuple[str, HTTPResponse]] = []
        self._http = AsyncHTTPClient(force_instance=True, defaults={"request_timeout": SECONDS})

    async def get(
        self, path: str, who: Visitor = STRANGER, headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        """Ask for a path."""
        return await self.ask("GET", path, who, headers)

    async def ask(
        self,
        method: str,
        path: str,
        who: Visitor,
        headers: dict[str, str] | None = None,
        *,
        forged: bool = False,
    ) -> HTTPResponse:
        """Ask for something to be done; as another site would when ``forged``."""
        sent = {**who.sends(), **(headers or {})}
        if not forged:
            sent["X-XSRFToken"] = FORGERY_TOKEN
        body = "name=x&password=x" if method == "POST" else None
        request = HTTPRequest(
            self._base + path, method, sent, body, follow_redirects=False, request_timeout=SECONDS
        )
        answer = await self._http.fetch(request, raise_error=False)
        if "Host" not in sent:  # a proxy in front may refuse those by itself, in its own words
            self.answers.append((path, answer))
        return answer

    async def connects(
        self, path: str, who: Visitor, headers: dict[str, str] | None = None
    ) -> bool:
        """Say whether a websocket opens."""
        url = self._base.replace("http", "ws", 1) + path + "?session_id=check"
        sent = {**who.sends(), **(headers or {})}
        try:
            line = await websocket_connect(HTTPRequest(url, headers=sent))
        except HTTPClientError:
            return False
        await hang_up(line)
        return True

    async def line(self, *, binary: bool = False) -> Line:
        """Connect to the owner's first kernel, as its owner."""
        kernel = f"api/kernels/{self.kernels[0]}/channels"
        url = f"{self._base.replace('http', 'ws', 1)}{kernel}?session_id={uuid.uuid4().hex}"
        request = HTTPRequest(url, headers=self.owner.sends())
        socket = await websocket_connect(request, subprotocols=[V1] if binary else None)
        return Line(socket, binary=binary)

    async def leave(self) -> None:
        """End the kernels that were started."""
        try:
            for kernel_id in self.kernels:
                await self.ask("DELETE", f"api/kernels/{kernel_id}", self.owner)
        finally:
            self._http.close()
