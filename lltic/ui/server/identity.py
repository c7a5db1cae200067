"""Who is asking, and whether that kernel is theirs.

The browser holds a random session id and nothing else; the review service keeps
the table behind it. No token, header, query or password of Jupyter's own opens
anything here.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from jupyter_server.auth.authorizer import Authorizer
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from lltic.errors import Refused
from lltic.reviews.client import Client, ServiceDown

__all__ = ["OwnKernelsOnly", "ServiceIdentity", "cookie_name"]


def cookie_name(host: str) -> str:
    """Return the name of the session cookie, different for two servers of one machine.

    Examples
    --------
    >>> cookie_name("127.0.0.1:8866")
    'lltic-127-0-0-1-8866'
    """
    return "lltic-" + re.sub(r"[^A-Za-z0-9]", "-", host.lower())


class ServiceIdentity(IdentityProvider):
    """Asks the review service whose session it is, at every request."""

    @property
    def client(self) -> Client:
        """The line to the review service."""
        return self.parent.client

    @property
    def auth_enabled(self) -> bool:
        """Always: no setting switches the log-in off."""
        return True

    def get_handlers(self) -> list[tuple[str, object]]:
        """Return none: the server's closed list has them."""
        return []

    async def get_user(self, handler: web.RequestHandler) -> User | None:
        """Return whose session it is, or None; 503 when nobody can say."""
        known = getattr(handler, "_jupyter_current_user", None)
        if known is not None:
            return known
        session = self.session_of(handler)
        if not session:
            return None
        try:
            person = await asyncio.to_thread(self.ask, handler, session)
        except ServiceDown:
            raise web.HTTPError(503, "the review service does not answer") from None
        except Refused:
            return None
        return User(person["name"], person["label"], person["label"])

    def ask(self, handler: web.RequestHandler, session: str) -> dict[str, Any]:
        """Return whose session it is; Refused when it is nobody's."""
        return self.client.session(session)

    def is_token_authenticated(self, handler: web.RequestHandler) -> bool:
        """Never: a token would skip the checks of origin and of forgery."""
        return False

    def session_of(self, handler: web.RequestHandler) -> str:
        """Return the session id that came with a request, or nothing."""
        return handler.get_cookie(cookie_name(handler.request.host)) or ""

    def open_session(self, handler: JupyterHandler, session: str) -> None:
        """Give the browser a session id, out of reach of scripts and of other sites."""
        secure = self.over_tls(handler)
        options: dict[str, Any] = {"path": handler.base_url, "httponly": True, "secure": secure}
        handler.set_cookie(cookie_name(handler.request.host), session, samesite="Lax", **options)

    def over_tls(self, handler: JupyterHandler) -> bool:
        """Say whether the browser's words travel encrypted."""
        return handler.request.protocol == "https"

    def forget_session(self, handler: JupyterHandler) -> None:
        """Take the session id from the browser."""
        handler.clear_cookie(cookie_name(handler.request.host), path=handler.base_url)


class OwnKernelsOnly(Authorizer):
    """Everybody reaches the kernels started for them, and nothing else."""

    def is_authorized(
        self, handler: JupyterHandler, user: User, action: str, resource: str
    ) -> bool:
        """Say whether a request is about a kernel of the person who asks."""
        kernel_id = handler.path_kwargs.get("kernel_id", "")
        return resource == "kernels" and self.parent.kernel_manager.belongs_to(
            kernel_id, user.username
        )
