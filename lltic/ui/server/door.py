"""The log-in, the choice of another password, and the log-out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from lltic.errors import LlticError, Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.server.answers import Guarded
from lltic.ui.server.new_password import CHOICE, UNREACHABLE, choose, refusal_words

__all__ = ["Doorway", "Login", "Logout", "NewPassword", "page_asked_for"]

FORM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""The log-in runs no script at all, and must be able to post its form."""


def page_asked_for(server: Any, asked: str) -> str:
    """Return a page of the closed list with its query, whatever was asked for."""
    pages = {server.base_url + p.lstrip("/") for p in server.pages}
    try:
        parts = urlsplit(asked)
        query = urlencode(parse_qsl(parts.query, max_num_fields=20))
    except ValueError:  # no address at all, or more of it than any page has
        return server.base_url
    if parts.scheme or parts.netloc or parts.path not in pages:
        return server.base_url
    return parts.path + (f"?{query}" if query else "")


class Doorway(Guarded):
    """What all log-ins share: no script runs, and they lead to a page of the closed list."""

    @property
    def content_security_policy(self) -> str:
        """No script at all, and the form may be posted here."""
        return FORM_POLICY

    def target(self) -> str:
        """Return where to go now: a page of the closed list, whatever was asked."""
        return page_asked_for(self.server, self.get_query_argument("next", ""))


class PasswordDoor(Doorway):
    """What both forms with a password share."""

    async def let_in(self, session: str) -> None:
        """Give the browser its session, end the one it had, and go on."""
        before = self.identity_provider.session_of(self)
        self.identity_provider.open_session(self, session)
        if before:
            with contextlib.suppress(LlticError):
                await asyncio.to_thread(self.server.client.logout, before)
        self.redirect(self.target(), status=303)

    def form(
        self,
        kind: str,
        errors: Sequence[tuple[str, str]] = (),
        name: str = "",
        status: int = 0,
        **more: Any,
    ) -> None:
        """Show one of the two forms, with what is wrong and without what was typed as a secret."""
        self.set_status(status or (400 if errors else 200))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        asked = self.get_query_argument("next", "")
        place = "password" if kind == "new_password" else "login"
        action = self.base_url + place + (f"?{urlencode({'next': asked})}" if asked else "")
        context = {
            "action": action,
            "errors": errors,
            "wrong": dict(errors),
            "user_name": name,
            "xsrf": self.xsrf_token.decode("ascii"),
            **more,
        }
        self.finish(self.page(kind, **context))


class NewPassword(PasswordDoor):
    """Another password for who shows the one they have; then they are in."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Show the form."""
        self.form("new_password")

    @allow_unauthenticated
    async def post(self) -> None:
        """Ask the service, and let the person in."""
        said = {field: self.get_body_argument(field, "", strip=False) for field in CHOICE}
        said["name"] = said["name"].strip().lower()
        choice = await asyncio.to_thread(choose, self.server.client, said)
        if choice.errors:
            self.form("new_password", choice.errors, said["name"], choice.status)
        else:
            await self.let_in(choice.session)


class Login(PasswordDoor):
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
        self.form("login", ended=ended)

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
            return self.form("login", errors, name, ended=False)
        try:
            person = await asyncio.to_thread(self.server.client.login, name, password)
        except ServiceDown:
            return self.form("login", [("name", UNREACHABLE)], name, 503, ended=False)
        except Refused as refusal:
            if "must-change" in refusal.codes:
                return self.form("new_password", name=name)
            return self.form("login", [("name", refusal_words(refusal))], name, 403, ended=False)
        return await self.let_in(person["session"])


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
