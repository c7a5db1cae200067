"""The log-in and the log-out."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import parse_qsl, urlencode, urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from lltic.errors import LlticError, Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.server.answers import Guarded

__all__ = ["Doorway", "Login", "Logout"]

FORM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""The log-in runs no script at all, and must be able to post its form."""


class Doorway(Guarded):
    """What all log-ins share: no script runs, and they lead to a page of the closed list."""

    @property
    def content_security_policy(self) -> str:
        """No script at all, and the form may be posted here."""
        return FORM_POLICY

    def target(self) -> str:
        """Return where to go now: a page of the closed list, whatever was asked."""
        asked = urlsplit(self.get_query_argument("next", ""))
        pages = {self.base_url + p.lstrip("/") for p in self.server.pages}
        if asked.scheme or asked.netloc or asked.path not in pages:
            return self.base_url
        query = urlencode(parse_qsl(asked.query, max_num_fields=20))
        return asked.path + (f"?{query}" if query else "")


class Login(Doorway):
    """The log-in with name and password, which works without a script."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Show the form, or go on when one is logged in already."""
        if self.current_user:
            self.redirect(self.target())
            return
        ended = bool(self.identity_provider.session_of(self))
        if ended:
            self.identity_provider.forget_session(self)
        self._form(ended=ended)

    @allow_unauthenticated
    async def post(self) -> None:
        """Check name and password with the service, which also counts the attempts."""
        name = self.get_body_argument("name", "").strip().lower()
        password = self.get_body_argument("password", "", strip=False)
        errors = []
        if not name:
            errors.append(("name", "Enter your user name"))
        if not password:
            errors.append(("password", "Enter your password"))
        if errors:
            return self._form(errors, name)
        try:
            person = await asyncio.to_thread(self.server.client.login, name, password)
        except ServiceDown:
            text = "The review service does not answer. Wait a minute and try again"
            return self._form([("name", text)], name, 503)
        except Refused as refusal:
            return self._form([("name", _refusal(refusal))], name, 403)
        before = self.identity_provider.session_of(self)
        self.identity_provider.open_session(self, person["session"])
        if before:
            with contextlib.suppress(LlticError):
                await asyncio.to_thread(self.server.client.logout, before)
        self.redirect(self.target(), status=303)
        return None

    def _form(
        self,
        errors: list[tuple[str, str]] | None = None,
        name: str = "",
        status: int = 0,
        *,
        ended: bool = False,
    ) -> None:
        self.set_status(status or (400 if errors else 200))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        asked = self.get_query_argument("next", "")
        action = self.request.path + (f"?{urlencode({'next': asked})}" if asked else "")
        context = {
            "action": action,
            "errors": errors or [],
            "wrong": dict(errors or []),
            "user_name": name,
            "ended": ended,
            "xsrf": self.xsrf_token.decode("ascii"),
        }
        self.finish(self.page("login", **context))


def _refusal(refusal: Refused) -> str:
    if "locked-out" in refusal.codes:
        return "Too many wrong passwords. Wait a few minutes and try again, or ask your coordinator"
    return "Check your user name and password: together they are not right"


class Logout(Guarded):
    """The end of a session and of everything that came from it."""

    @web.authenticated
    async def post(self) -> None:
        """End the session at the service, then the person's kernels, then the cookie."""
        session = self.identity_provider.session_of(self)
        await asyncio.to_thread(self.server.client.logout, session)
        await self.kernel_manager.discard_all_of(self.current_user.username)
        self.identity_provider.forget_session(self)
        self.redirect(self.onward(), status=303)

    def onward(self) -> str:
        """Return where one finds oneself afterwards."""
        return self.settings["login_url"]
