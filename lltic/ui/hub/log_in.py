"""In the Hub's process: the pages of its log-in that JupyterHub does not have.

``/hub/lltic/password`` lets people choose a password of their own;
``/hub/lltic/sign-in`` has their organisation ask once more who they are.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from jupyterhub.auth import Authenticator
from jupyterhub.handlers import BaseHandler
from jupyterhub.handlers.login import LoginHandler
from jupyterhub.utils import get_browser_protocol, url_path_join
from tornado import web
from tornado.httputil import url_concat

from lltic.reviews.client import Client
from lltic.ui.server.new_password import CHOICE, choice_page, choose, stylesheet

__all__ = [
    "MustChange",
    "NewPassword",
    "OwnLogin",
    "SignInAgain",
    "StyleSheet",
    "asks_again",
    "take_turn",
]

TURN = re.compile(r"[0-9a-f]{32}")
COOKIE = "lltic-turn"
AWAY = 900
"""Seconds that somebody may be away to sign in; the review service waits no longer either."""

FORCED = {"prompt": "login", "max_age": "0"}
"""What makes an OpenID provider ask although it remembers the browser."""


class MustChange(web.HTTPError):
    """The password is right, and must be changed before it opens anything."""

    def __init__(self) -> None:
        super().__init__(403, "Your password must be changed first.")


class PasswordForm:
    """The page of the stand-alone server, served by the Hub."""

    def show_form(
        self, errors: tuple[tuple[str, str], ...] = (), name: str = "", status: int = 200
    ) -> None:
        """Write the page, with what is wrong and without what was typed as a secret."""
        handler: Any = self
        here = url_path_join(handler.hub.base_url, "lltic")
        asked = handler.get_argument("next", "")
        handler.set_status(status)
        handler.set_header("Content-Type", "text/html; charset=utf-8")
        handler.set_header("Cache-Control", "no-store")
        html = choice_page(
            action=url_concat(f"{here}/password", {"next": asked} if asked else {}),
            asset=lambda name: f"{here}/{name}",
            errors=errors,
            wrong=dict(errors),
            user_name=name,
            xsrf=handler.xsrf_token.decode("ascii"),
        )
        handler.finish(html)


class OwnLogin(PasswordForm, LoginHandler):
    """The Hub's log-in, which goes on to the choice of another password when it must."""

    async def post(self) -> None:
        """Log in; or ask for another password first."""
        try:
            await super().post()
        except MustChange:
            self.show_form(name=self.get_body_argument("username", "").strip().lower())


class NewPassword(PasswordForm, BaseHandler):
    """Another password for who shows the one they have; then they are logged in."""

    async def get(self) -> None:
        """Show the form."""
        self.show_form()

    async def post(self) -> None:
        """Ask the service, and log the person in with what they chose."""
        said = {field: self.get_body_argument(field, "", strip=False) for field in CHOICE}
        said["name"] = said["name"].strip().lower()
        client = Client(self.authenticator.socket)
        choice = await asyncio.to_thread(choose, client, said)
        if choice.errors:
            self.show_form(choice.errors, said["name"], choice.status)
            return
        await asyncio.to_thread(client.logout, choice.session)  # the person's server gets its own
        user = await self.login_user({"username": said["name"], "password": said["new"]})
        if user is None:
            raise web.HTTPError(403)
        self._jupyterhub_user = user
        self.redirect(self.get_next_url(user))


class StyleSheet(BaseHandler):
    """The style sheet of those pages, for everybody."""

    async def get(self) -> None:
        """Write it."""
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.finish(stylesheet())


class SignInAgain(BaseHandler):
    """Leads to the organisation's sign-in, whoever is logged in, and remembers what for."""

    async def get(self) -> None:
        """Remember the page's turn in the browser, and go."""
        turn = self.get_query_argument("turn", "")
        if not TURN.fullmatch(turn):
            raise web.HTTPError(400)
        self.set_secure_cookie(
            COOKIE,
            turn,
            expires_days=None,
            path=self.hub.base_url,
            httponly=True,
            samesite="Lax",
            secure=get_browser_protocol(self.request) == "https",
            max_age=AWAY,
        )
        sign_in = self.authenticator.login_url(self.hub.base_url)
        self.redirect(url_concat(sign_in, {"next": self.get_next_url()}))


def take_turn(handler: Any) -> str:
    """Return what for somebody was sent to sign in again, once; empty when they were not."""
    kept = handler.get_secure_cookie(COOKIE, max_age_days=1) if handler is not None else None
    if not kept:
        return ""
    handler.clear_cookie(COOKIE, path=handler.hub.base_url)
    return kept.decode("ascii", "replace")


def asks_again(authenticator: type[Authenticator]) -> type[Authenticator]:
    """Return an OIDC authenticator whose provider asks people once more, to sign.

    Parameters
    ----------
    authenticator : type
        One of ``oauthenticator``'s, such as ``GenericOAuthenticator``: its ``login_handler``
        sends people to the provider by tornado's ``authorize_redirect``.
    """

    class Asking(authenticator.login_handler):  # type: ignore[name-defined]
        """Has the provider ask, for who was sent to sign in again."""

        def authorize_redirect(self, *arguments: Any, **more: Any) -> Any:
            """Add to the request that the provider must ask."""
            if self.get_secure_cookie(COOKIE, max_age_days=1):
                more["extra_params"] = {**(more.get("extra_params") or {}), **FORCED}
            return super().authorize_redirect(*arguments, **more)

    def get_handlers(self: Any, app: Any) -> list[tuple[str, type]]:
        """Return the authenticator's, and the way to be asked again."""
        return [*authenticator.get_handlers(self, app), (r"/lltic/sign-in", SignInAgain)]

    made = {"login_handler": Asking, "get_handlers": get_handlers, "asks_again": True}
    return type(authenticator.__name__, (authenticator,), made)
