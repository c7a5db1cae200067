"""The self-test of a running Hub: two people log in as people do, then the holes are tried."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from lltic.errors import LlticError, Problem
from lltic.ui.server.check import Hole, Visitor, self_check

__all__ = ["hub_check", "log_in"]

SECONDS = 60.0
STEPS = 40


def hub_check(address: str, people: tuple[tuple[str, str], tuple[str, str]]) -> list[Hole]:
    """Log two people in at a Hub, and try the known holes of the first one's server.

    Parameters
    ----------
    address : str
        The Hub's public address, such as ``http://127.0.0.1:8000``.
    people : tuple of two (name, password)
        Who exist for this test only.

    Returns
    -------
    list of Hole
        One per thing tried; a Hub with any that is not ``ok`` must not be used.
    """
    with ThreadPoolExecutor(2) as two:
        try:
            browsers = list(two.map(lambda person: log_in(address, *person), people))
        except LlticError as error:
            return [Hole("log-in at the Hub", False, str(error))]
    try:
        base = f"{address.rstrip('/')}/user/{people[0][0]}/"
        one, other = (browser.visitor(base) for browser in browsers)
        return self_check(base, (one, other), own_servers=True)
    finally:
        for browser in browsers:
            browser.leave()


def log_in(address: str, name: str, password: str) -> Browser:
    """Log a person in at a Hub, and wait until their server has let them in.

    Raises
    ------
    LlticError
        ``cannot-log-in`` with the last address and its status.
    """
    browser = Browser(address)
    browser.log_in(name, password)
    return browser


class Browser:
    """What a browser does on the way in: cookies, forms, redirections."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._jar: dict[tuple[str, str], str] = {}

    def visitor(self, base: str) -> Visitor:
        """Return what this browser sends to a server."""
        return Visitor(self._cookies(urlsplit(base).path))

    def log_in(self, name: str, password: str) -> None:
        """Log in, and go on until a page of the person's own server is the next step."""
        asyncio.run(self._log_in(name, password))

    def leave(self) -> None:
        """Log out at the Hub, which stops the person's server."""
        asyncio.run(self._follow(f"{self._address}/hub/logout", stop="/hub/login"))

    async def _log_in(self, name: str, password: str) -> None:
        form = await self._ask(f"{self._address}/hub/login")
        token = re.search(r'name="_xsrf" value="([^"]+)"', form.body.decode("utf-8", "replace"))
        fields = {"username": name, "password": password, "_xsrf": token[1] if token else ""}
        answer = await self._ask(f"{self._address}/hub/login", urlencode(fields))
        base = f"/user/{name}/"
        if answer.code != 302:
            raise LlticError(_trouble("/hub/login", answer.code))
        await self._follow(urljoin(f"{self._address}/hub/login", answer.headers["Location"]), base)
        await self._follow(f"{self._address}{base}login", stop=base)

    async def _follow(self, url: str, stop: str) -> None:
        """Go where one is sent until the page to stop before; wait while a server starts."""
        for _ in range(STEPS):
            if urlsplit(url).path == stop:
                return
            answer = await self._ask(url)
            if answer.code in (301, 302, 303):
                url = urljoin(url, answer.headers["Location"])
            elif answer.code in (200, 202, 503) and "/hub/" in url:
                await asyncio.sleep(0.5)
            else:
                raise LlticError(_trouble(urlsplit(url).path, answer.code))
        raise LlticError(_trouble(urlsplit(url).path, answer.code))

    async def _ask(self, url: str, body: str | None = None) -> HTTPResponse:
        path = urlsplit(url).path
        cookies = "; ".join(f"{k}={v}" for k, v in self._cookies(path).items())
        sent = {"Cookie": cookies, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
        request = HTTPRequest(
            url,
            "POST" if body is not None else "GET",
            {**sent, "Accept": "text/html"},
            body,
            follow_redirects=False,
            request_timeout=SECONDS,
        )
        http = AsyncHTTPClient(force_instance=True)
        try:
            answer = await http.fetch(request, raise_error=False)
        except OSError as error:
            raise LlticError(_trouble(path, 599)) from error
        finally:
            http.close()
        for line in answer.headers.get_list("Set-Cookie"):
            for name, cookie in SimpleCookie(line).items():
                self._jar[cookie["path"] or "/", name] = cookie.value
        return answer

    def _cookies(self, path: str) -> dict[str, str]:
        """Return the cookies for a path, those of the nearest folder winning."""
        found = sorted((p, n) for p, n in self._jar if path.startswith(p) and self._jar[p, n])
        return {name: self._jar[folder, name] for folder, name in found}


def _trouble(path: str, code: int) -> Problem:
    hint = "Look into the Hub's log."
    return Problem("cannot-log-in", path, f"answers {code} on the way in", hint=hint)
