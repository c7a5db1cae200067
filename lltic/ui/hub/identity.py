"""The Hub's word that this is the person, and nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyter_server.auth.identity import User
from jupyter_server.base.handlers import JupyterHandler
from jupyterhub.services.auth import HubOAuth
from jupyterhub.utils import get_browser_protocol
from tornado import web

from lltic.errors import Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.server.identity import OwnKernelsOnly, ServiceIdentity

__all__ = ["HubIdentity", "HubLine", "OwnerOnly"]

REMEMBERED = 30
"""Seconds for which the Hub's answer is believed without asking again."""


class HubLine(HubOAuth):
    """The Hub's OAuth by cookie only: no token in an address or a header opens anything."""

    cache_max_age = REMEMBERED

    def get_token(self, handler: web.RequestHandler, in_cookie: bool = True) -> str | None:
        """Return the token of the cookie."""
        return self._get_token_cookie(handler) if in_cookie else None

    def set_cookie(self, handler: web.RequestHandler, access_token: str) -> None:
        """Give the browser the signed token, out of reach of scripts and of other sites."""
        handler.set_secure_cookie(
            self.cookie_name,
            access_token,
            path=self.cookie_path,
            httponly=True,
            samesite="Lax",
            secure=self.cookie_host_prefix_enabled
            or get_browser_protocol(handler.request) == "https",
        )

    def _patch_xsrf(self, handler: web.RequestHandler) -> None:
        """Leave the server's own defence against forged requests in place."""


class HubIdentity(ServiceIdentity):
    """Lets in the one person this server was started for: by the Hub, and by the service.

    The Hub says who holds the browser; the review service says whether the session that
    this server got for its person is alive. Nobody else comes in, whatever the Hub allows
    them: a Hub's administrator would write in the reviewer's name.
    """

    @property
    def hub(self) -> HubLine:
        """The line to the Hub."""
        return self.parent.hub

    async def get_user(self, handler: web.RequestHandler) -> User | None:
        """Return the person, or None; 403 for anybody else, 503 when nobody can say."""
        known = getattr(handler, "_jupyter_current_user", None)
        if known is not None:
            return known
        model = await self._said_by_hub(handler)
        if model is None:
            return None
        if not self.allows(model):
            raise web.HTTPError(403, "this server is another person's")
        try:
            person = await asyncio.to_thread(self.client.session, self.parent.session)
        except ServiceDown:
            raise web.HTTPError(503, "the review service does not answer") from None
        except Refused:
            return None
        return HubUser(person["name"], person["label"], person["label"], hub=model)

    async def recognises(self, handler: web.RequestHandler) -> bool:
        """Say whether the Hub knows this browser as the person's, whatever the service says."""
        model = await self._said_by_hub(handler)
        return model is not None and self.allows(model)

    async def _said_by_hub(self, handler: web.RequestHandler) -> dict[str, Any] | None:
        token = self.hub.get_token(handler)
        if not token:
            return None
        browser = self.hub.get_session_id(handler)
        return await self.hub.user_for_token(token, session_id=browser, sync=False)

    def allows(self, model: dict[str, Any]) -> bool:
        """Say whether the Hub's answer is about this server's person, with access to it."""
        scopes = self.hub.check_scopes(self.hub.access_scopes, model)
        return bool(scopes) and model.get("name") == self.parent.told.person

    def session_of(self, handler: web.RequestHandler) -> str:
        """Return the session this server has for its person; ask for the person first."""
        return self.parent.session if isinstance(handler.current_user, HubUser) else ""

    def open_session(self, handler: JupyterHandler, session: str) -> None:
        """Go on with a fresh session of the same person; the browser never sees it."""
        self.parent.session = session

    def forget_session(self, handler: JupyterHandler) -> None:
        """Take the Hub's token from the browser."""
        self.hub.clear_cookie(handler)


class HubUser(User):
    """The person, with what the Hub said of them."""

    def __init__(self, *names: str, hub: dict[str, Any]) -> None:
        super().__init__(*names)
        self.hub = hub


class OwnerOnly(OwnKernelsOnly):
    """Asks for the Hub's access once more, and for the kernel's owner."""

    def is_authorized(
        self, handler: JupyterHandler, user: User, action: str, resource: str
    ) -> bool:
        """Say whether a request is about a kernel of the person this server is for."""
        allowed = isinstance(user, HubUser) and self.identity_provider.allows(user.hub)
        return allowed and super().is_authorized(handler, user, action, resource)
