"""The way to the Hub's log-in and back, and the way out."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyterhub.services.auth import HubOAuthCallbackHandler
from jupyterhub.utils import url_path_join
from tornado import web
from tornado.httputil import url_concat

from lltic.errors import LlticError, Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.server.again import Again, Pause, Sign
from lltic.ui.server.app import PASSWORD
from lltic.ui.server.door import Doorway, Logout, page_asked_for

__all__ = ["Callback", "HubAgain", "HubLogin", "HubLogout", "HubPause", "HubSign"]


class HubLogin(Doorway):
    """Leads to the Hub, which asks who it is."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Go on when logged in; to the Hub's log-in; or out, when this server's time is over."""
        if self.current_user:
            self.redirect(self.target())
        elif await self._is_over():
            back = await self._is_back()
            self.redirect(self.target() if back else way_out(self.server))
        else:
            self.redirect(self._to_hub())

    async def _is_back(self) -> bool:
        """Say whether the person was sent to sign in again and has; then go on with the session."""
        server, turn = self.server, self.server.turn
        server.turn = ""
        if not (turn and await self.identity_provider.recognises(self)):
            return False
        try:
            opened = await asyncio.to_thread(server.client.again_after, server.session, turn)
        except LlticError:
            return False
        self.identity_provider.open_session(self, opened["session"])
        return True

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


class AtTheHub:
    """The way of people who have no password here: the Hub asks their organisation once more."""

    server: Any

    def sign_in_address(self, turn: str, page: str) -> str:
        """Return where the Hub asks, to lead back to a page of this server."""
        hub = self.server.hub
        place = hub.hub_host + url_path_join(hub.hub_prefix, "lltic/sign-in")
        return url_concat(place, {"turn": turn, "next": page})


class HubSign(AtTheHub, Sign):
    """A signature for a password, or for a sign-in that the Hub has vouched for since."""

    def signed(self, session: str, password: str, act: str, turn: str) -> dict[str, Any]:
        """Return the service's answer: a signature; or Refused."""
        if self.server.way == PASSWORD:
            return super().signed(session, password, act, turn)
        if not turn:
            raise web.HTTPError(400)
        return self.server.client.sign_after(session, act, turn)


class HubAgain(AtTheHub, Again):
    """The way on for a page whose session ended, in the browser that the Hub let in."""

    @allow_unauthenticated
    async def post(self) -> None:
        """Ask the Hub first: a password alone does not open what it has closed."""
        name, turn = self.body("name", "turn")
        if not await self.identity_provider.recognises(self):
            self.say(401, problem="over")
        elif name and name != self.server.told.person:
            self.say(409, problem="other")
        elif self.server.way == PASSWORD or not turn:
            await super().post()
        else:
            await self._after_sign_in(turn)

    async def _after_sign_in(self, turn: str) -> None:
        """Go on with the session when the person has signed in since; else send them there."""
        kernel_id, asked = self.body("kernel_id", "next")
        server, client = self.server, self.server.client
        try:
            if not self.current_user:
                opened = await asyncio.to_thread(client.again_after, server.session, turn)
                self.identity_provider.open_session(self, opened["session"])
            answer = {"ticket": ""}
            if kernel_id in self.kernel_manager:
                answer = await asyncio.to_thread(client.ticket, server.session, kernel_id)
        except LlticError as error:
            if "sign-in-needed" not in error.codes:
                return self.refuse(error)
            server.turn = turn
            door = url_concat(self.base_url + "login", {"next": page_asked_for(server, asked)})
            return self.say(401, problem="elsewhere", go=self.sign_in_address(turn, door))
        return self.say(200, ticket=answer["ticket"])


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
