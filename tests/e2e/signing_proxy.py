"""The small proxy with a sign-in of its own: what oauth2-proxy does, at a make-believe provider."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from small_provider import CLIENT, SECRET, Provider
from small_proxy import SmallProxy, cookie_of


class SigningProxy(SmallProxy):
    """Sends whom it does not know to the provider, and whom it is asked to send again.

    It passes the ID token on as the time of the sign-in, as oauth2-proxy can.
    """

    def __init__(self, provider: Provider, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.provider = provider
        self.waiting: dict[str, tuple[str, str]] = {}  # state: proof key, where to go then
        self.tokens: dict[str, str] = {}  # cookie: ID token

    def claim(self, who: str) -> tuple[str, str, str] | None:
        token = self.tokens.get(who, "")
        return (self.provider.issuer, claims(token)["sub"], token) if token else None

    async def own_answer(self, head: bytes) -> bytes:
        target = head.split(b" ", 2)[1].decode()
        asked = urlsplit(target)
        query = {key: values[0] for key, values in parse_qs(asked.query).items()}
        if asked.path == "/oauth2/start":
            return self.to_provider(query.get("rd", "/"), query.get("prompt", ""))
        if asked.path == "/oauth2/callback":
            return await self.back(query)
        if not self.claim(cookie_of(head)):
            return self.to_provider(target, "")
        return b""

    def to_provider(self, then: str, prompt: str) -> bytes:
        state, verifier = secrets.token_hex(8), secrets.token_urlsafe(48)
        self.waiting[state] = (verifier, then)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        asked = {"client_id": CLIENT, "redirect_uri": f"{self.address}/oauth2/callback"}
        asked |= {"response_type": "code", "scope": "openid", "state": state}
        asked |= {"code_challenge": digest.rstrip(b"=").decode(), "code_challenge_method": "S256"}
        asked |= {"prompt": prompt} if prompt else {}
        return redirect(f"{self.provider.issuer}/authorize?{urlencode(asked)}")

    async def back(self, query: dict[str, str]) -> bytes:
        verifier, then = self.waiting.pop(query["state"])
        form = {"grant_type": "authorization_code", "code": query["code"]}
        form |= {"redirect_uri": f"{self.address}/oauth2/callback", "code_verifier": verifier}
        form |= {"client_id": CLIENT, "client_secret": SECRET}
        body = urlencode(form).encode()
        url = f"{self.provider.issuer}/token"
        answer = await asyncio.to_thread(urllib.request.urlopen, url, body, 10)
        with answer:
            token = json.loads(answer.read())["id_token"]
        cookie = secrets.token_hex(8)
        self.tokens[cookie] = token
        return redirect(then, f"Set-Cookie: who={cookie}; HttpOnly; Path=/; SameSite=Lax\r\n")


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def redirect(where: str, more: str = "") -> bytes:
    head = f"HTTP/1.1 302 Found\r\nLocation: {where}\r\n{more}"
    return f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
