"""A small make-believe OpenID provider on 127.0.0.1: a real authorization-code flow with PKCE.

It remembers a browser that has signed in, as real ones do, and asks again when the request says
so (``prompt=login``, ``max_age=0``). Its people are made up.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import http.server
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "lltic-tests", "a-secret-of-the-tests"
FORM = """<!doctype html><html lang="en"><title>Sign in - the make-believe trust</title>
<h1>Make-believe trust: who are you?</h1><p>{said}</p><form method="post">
<label>Trust user name <input name="who"></label>
<label>Trust password <input name="password" type="password"></label>
<button>Continue</button></form>
<a href="{back}">Cancel</a>"""


@dataclass
class Provider:
    """People by user name: their subject. Their password is their user name, backwards.

    ``asks`` can be switched off: then it never asks a browser it remembers, whatever it is told.
    """

    people: dict[str, str]
    port: int = 0
    asks: bool = True
    asked: int = 0  # how often somebody typed a password
    sessions: dict[str, tuple[str, int]] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def code(self, query: dict[str, str], who: str, at: int) -> str:
        """Return where the browser goes back to, with a code that is worth a token once."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = {"query": query, "sub": self.people[who], "auth_time": at}
        said = {"code": code, "state": query.get("state", "")}
        return f"{query['redirect_uri']}?{urlencode(said)}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Trade a code, once, for what the client may know."""
        kept = self.codes.pop(form.get("code", ""), None)
        if kept is None or form.get("redirect_uri") != kept["query"]["redirect_uri"]:
            return None
        if challenge := kept["query"].get("code_challenge"):
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if challenge != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
                return None
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": kept["sub"], "name": "Dr A. Khan"}
        claims |= {"exp": int(time.time()) + 300, "auth_time": kept["auth_time"]}
        if nonce := kept["query"].get("nonce"):
            claims["nonce"] = nonce
        access = secrets.token_urlsafe(16)
        self.tokens[access] = claims
        return {"access_token": access, "token_type": "Bearer", "id_token": signed(claims)}


def signed(claims: dict[str, Any]) -> str:
    """Return an ID token (HS256 with the client's secret)."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    text = b".".join(_text(json.dumps(part).encode()) for part in parts)
    return (text + b"." + _text(hmac.digest(SECRET.encode(), text, "sha256"))).decode()


def _text(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


class Handler(http.server.BaseHTTPRequestHandler):
    """``/authorize``, ``/token``, ``/userinfo``."""

    provider: Provider
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        if where.path == "/userinfo":
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            found = self.provider.tokens.get(token)
            self._json(found or {}, 200 if found else 401)
        elif where.path == "/authorize":
            self._authorize(_flat(where.query))
        else:
            self._answer(404, b"")

    def do_POST(self) -> None:
        where = urlsplit(self.path)
        form = _flat(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        if where.path == "/token":
            found = self.provider.token(form)
            self._json(found or {"error": "invalid_grant"}, 200 if found else 400)
            return
        query, who = _flat(where.query), form.get("who", "")
        if who not in self.provider.people or form.get("password") != who[::-1]:
            self._form(query, "That is not right.")
            return
        self.provider.asked += 1
        session, at = secrets.token_urlsafe(16), int(time.time())
        self.provider.sessions[session] = (who, at)
        cookie = f"trust={session}; HttpOnly; Path=/; SameSite=Lax"
        self._to(self.provider.code(query, who, at), {"Set-Cookie": cookie})

    def _authorize(self, query: dict[str, str]) -> None:
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get("trust")
        known = self.provider.sessions.get(cookie.value) if cookie else None
        must = query.get("prompt") == "login" or query.get("max_age") == "0"
        if query.get("client_id") != CLIENT:
            self._answer(400, b"")
        elif known and not (must and self.provider.asks):
            self._to(self.provider.code(query, *known))
        else:
            self._form(query, "")

    def _form(self, query: dict[str, str], said: str) -> None:
        back = f"{query['redirect_uri']}?{urlencode({'error': 'access_denied'})}"
        page = FORM.format(said=said, back=html.escape(back))
        self._answer(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _to(self, where: str, more: dict[str, str] | None = None) -> None:
        self._answer(302, b"", {"Location": where, **(more or {})})

    def _json(self, what: Any, status: int) -> None:
        self._answer(status, json.dumps(what).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(more or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _flat(query: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(query).items()}


@contextmanager
def small_provider(people: dict[str, str]) -> Iterator[Provider]:
    """Run a provider until the block ends."""
    provider = Provider(people)
    handler = type("Bound", (Handler,), {"provider": provider})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
