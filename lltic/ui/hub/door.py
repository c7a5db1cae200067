"""The way to the Hub's log-in and back, and the way out."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyterhub.services.auth import HubOAuthCallbackHandler
from jupyterhub.utils import url_path_join
from tornado import web
from tornado.httputil import url_concat

from lltic.errors import Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.server.again import Again, Pause
from lltic.ui.server.door import Doorway, Logout

__all__ = ["Callback", "HubAgain", "HubLogin", "HubLogout", "HubPause"]


class HubLogin(Doorway):
    """Leads to the Hub, which asks who it is."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Go on when logged in; to the Hub's log-in; or out, when this server's time is over."""
        if self.current_user:
            self.redirect(self.target())
        elif await self._is_over():
            self.redirect(way_out(self.server))
        else:
            self.redirect(self._to_hub())

    async def _is_over(self) -> bool:
        """Say whether the session this server lived on has ended: the Hub must start another."""
        try:
            await asyncio.to_thread(self.server.client.session, self.server.session)
        except ServiceDown:
            raise web.HTTPError(503, "the review service does not answer") from None
        except Refused:
            return True
        return False

    def _to_hub(self) -> str:
        hub = self.identity_provider.hub
        verifier, challenge, method = hub.generate_pkce_code_challenge()
        state = hub.set_state_cookie(self, next_url=self.target(), code_verifier=verifier)
        asked = {"state": state, "code_challenge": challenge, "code_challenge_method": method}
        return url_concat(hub.login_url, asked)


class Callback(Doorway, HubOAuthCallbackHandler):
    """Back from the Hub, with a code that is worth a token for this server."""

    def initialize(self, **options: Any) -> None:
        """Use the server's line to the Hub."""
        self.hub_auth = self.identity_provider.hub

    @allow_unauthenticated
    async def get(self) -> None:
        """Check the state, trade the code, give the browser its cookie."""
        await HubOAuthCallbackHandler.get(self)


class HubLogout(Logout):
    """The end of the session, of the kernels, and at the Hub of this server."""

    def onward(self) -> str:
        """Return the Hub's log-out, which stops this server and forgets the browser."""
        return way_out(self.server)


class HubAgain(Again):
    """A password for a new session, from the browser that the Hub let in, for this person alone."""

    @allow_unauthenticated
    async def post(self) -> None:
        """Ask the Hub first: a password alone does not open what it has closed."""
        (name,) = self.body("name")
        if not await self.identity_provider.recognises(self):
            self.say(401, problem="over")
        elif name and name != self.server.told.person:
            self.say(409, problem="other")
        else:
            await super().post()


class HubPause(Pause):
    """The end of the session at the service; the Hub still knows the browser."""

    @web.authenticated
    async def post(self) -> None:
        """End it, so that only the password goes on with it."""
        try:
            await asyncio.to_thread(self.server.client.logout, self.server.session)
        except Refused as error:
            return self.refuse(error)
        return self.say(200)


def way_out(server: Any) -> str:
    """Return the address of the Hub's log-out."""
    return server.hub.hub_host + url_path_join(server.hub.hub_prefix, "logout")
