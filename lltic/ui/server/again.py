"""Showing once more who one is, with the page still open: to sign, or to go on.

The page posts a password here, past its kernel, and gets a token: a signature
for one step, or a ticket with which the page's own kernel goes on. Somebody who has
no password here is told where to sign in once more instead (``go``).
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado import web

from lltic.errors import LlticError, Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.server.answers import Guarded
from lltic.ui.server.door import page_asked_for

__all__ = ["Again", "Pause", "Sign"]

LONGEST = 1024


class Asked(Guarded):
    """What these answers share: JSON in, which no other site's form can send, and JSON out."""

    def sign_in_address(self, turn: str, page: str) -> str:
        """Return where one signs in once more, to come back to a page of the closed list.

        Nowhere: people have their password here.
        """
        return ""

    def body(self, *names: str) -> list[str]:
        """Return the named texts of the request's body, each empty when it is not there."""
        try:
            said = json.loads(self.request.body or b"{}")
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise web.HTTPError(400)
        texts = [said.get(name, "") for name in names]
        if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts):
            raise web.HTTPError(400)
        return texts

    def say(self, status: int, **what: Any) -> None:
        """Answer with JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(what))

    def refuse(self, error: LlticError, turn: str = "", asked: str = "") -> None:
        """Say in one word why it did not work; the page has the sentence."""
        if isinstance(error, ServiceDown):
            self.say(503, problem="down")
        elif "sign-in-needed" in error.codes:
            page = page_asked_for(self.server, asked)
            self.say(401, problem="elsewhere", go=self.sign_in_address(turn, page))
        elif "locked-out" in error.codes:
            self.say(403, problem="locked")
        elif "no-session" in error.codes:
            self.say(401, problem="over")
        elif "wrong-login" in error.codes:
            self.say(403, problem="wrong")
        elif "must-change" in error.codes:
            self.say(403, problem="change")
        else:
            self.say(403, problem="failed")


class Sign(Asked):
    """A password for a signature: for one person and one step, for two minutes."""

    @allow_unauthenticated
    async def post(self) -> None:
        """Ask the service, which counts wrong passwords and keeps what was signed."""
        password, act, turn, asked = self.body("password", "act", "turn", "next")
        if not self.current_user:
            return self.say(401, problem="over")
        session = self.identity_provider.session_of(self)
        try:
            signed = await asyncio.to_thread(self.signed, session, password, act, turn)
        except LlticError as error:
            return self.refuse(error, turn, asked)
        return self.say(200, signature=signed["signature"])

    def signed(self, session: str, password: str, act: str, turn: str) -> dict[str, Any]:
        """Return the service's answer: a signature; or Refused."""
        return self.server.client.sign(session, password, act)


class Again(Asked):
    """A password for the session's next, and for a ticket with which the page's kernel goes on."""

    @allow_unauthenticated
    async def post(self) -> None:
        """Go on with a session, for whom this kernel serves and for nobody else.

        Without a password it says whether there is a session.
        """
        name, password, kernel_id = self.body("name", "password", "kernel_id")
        user = self.current_user
        if not password:
            return self.say(200 if user else 401)
        if user and user.username != name:
            return self.say(409, problem="other")
        alive = kernel_id in self.kernel_manager
        if alive and not self.kernel_manager.belongs_to(kernel_id, name):
            return self.say(409, problem="other")
        try:
            opened = await self._carry_on(name, password)
            if opened["name"] != name:  # the browser's last session was somebody else's
                await asyncio.to_thread(self.server.client.logout, opened["session"])
                return self.say(409, problem="other")
            self.identity_provider.open_session(self, opened["session"])
            answer = {"ticket": ""}
            if alive:
                ticket = self.server.client.ticket
                answer = await asyncio.to_thread(ticket, opened["session"], kernel_id)
        except LlticError as error:
            return self.refuse(error)
        return self.say(200, ticket=answer["ticket"])

    async def _carry_on(self, name: str, password: str) -> dict[str, Any]:
        """Go on with the browser's session; after a log-out there is none, and a new one begins."""
        client = self.server.client
        before = self.identity_provider.session_of(self)
        if before:
            try:
                return await asyncio.to_thread(client.again, before, password)
            except Refused as error:
                if "no-session" not in error.codes:
                    raise
        return await asyncio.to_thread(client.login, name, password)


class Pause(Asked):
    """The end of a session whose pages stay open: nobody has touched them for long."""

    @web.authenticated
    async def post(self) -> None:
        """End the session at the service; the kernels wait, and can do nothing without it.

        The browser keeps its id, which is worth nothing but to be gone on with.
        """
        session = self.identity_provider.session_of(self)
        try:
            await asyncio.to_thread(self.server.client.logout, session)
        except LlticError as error:
            return self.refuse(error)
        return self.say(200)
