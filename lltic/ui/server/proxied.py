"""The door for people who have signed in at their organisation, behind its proxy.

The proxy says who it is in two headers, and proves in a third that it is the
proxy. The web server believes neither: it passes all three on to the review
service, which compares the secret and knows the account. This server holds no
secret that could be stolen from it.

A fourth header says when the person last showed who they are. To sign, they are
sent through the proxy's sign-in once more, and the service compares the times.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from traitlets import Dict, Type, Unicode

from lltic.errors import LlticError, Problem, Refused
from lltic.ui.server.again import Again, Sign
from lltic.ui.server.app import DOORS, ELSEWHERE, Server
from lltic.ui.server.door import Doorway, Logout, page_asked_for
from lltic.ui.server.identity import ServiceIdentity, cookie_name
from lltic.ui.server.signed_in import signed_in_at

__all__ = [
    "ISSUER_HEADER",
    "SECRET_HEADER",
    "SUBJECT_HEADER",
    "TIME_HEADER",
    "Claim",
    "ProxiedServer",
    "claim_of",
]

OWN_ISSUER = "lltic"
"""The study's own accounts; no proxy speaks for them."""

ISSUER_HEADER = "X-Lltic-Issuer"
SUBJECT_HEADER = "X-Lltic-Subject"
SECRET_HEADER = "X-Lltic-Voucher"  # noqa: S105 - the name of a header
TIME_HEADER = "X-Lltic-Signed-In"

NEXT = "{next}"
SIGN_IN_AGAIN = "/oauth2/start?prompt=login&rd={next}"
"""Where oauth2-proxy asks once more; others have other addresses."""

LEFT_SECONDS = 300
"""How long the log-in remembers that somebody has just signed out on purpose."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a proxy says of a request, and its proof.

    ``signed_in_at`` is when the person last showed who they are, in seconds since 1970; 0
    when the proxy does not say, and then they cannot sign.
    """

    issuer: str
    subject: str
    secret: str = field(repr=False)
    signed_in_at: int = 0


def claim_of(handler: web.RequestHandler) -> Claim | None:
    """Return the claim that came with a request; None unless each header is there once."""
    said = []
    for name in (ISSUER_HEADER, SUBJECT_HEADER, SECRET_HEADER):
        values = handler.request.headers.get_list(name)
        if len(values) != 1 or not values[0].strip():
            return None
        said.append(values[0].strip())
    times = handler.request.headers.get_list(TIME_HEADER)
    at = signed_in_at(times[0], issuer=said[0]) if len(times) == 1 else 0
    claim = Claim(said[0], said[1], said[2], at)
    return None if claim.issuer == OWN_ISSUER else claim


class ProxiedIdentity(ServiceIdentity):
    """Asks for both at every request: the session, and the proxy's word that it is theirs."""

    def ask(self, handler: web.RequestHandler, session: str) -> dict[str, Any]:
        """Return whose session it is; Refused when the proxy does not say the same."""
        claim = claim_of(handler)
        if claim is None:
            raise Refused(Problem("no-voucher", "the request", "did not come through the proxy"))
        return self.client.vouched_session(session, claim.secret, claim.issuer, claim.subject)

    def over_tls(self, handler: JupyterHandler) -> bool:
        """Believe the proxy, which speaks TLS where this server does not."""
        said = handler.request.headers.get("X-Forwarded-Proto", "")
        return said == "https" or super().over_tls(handler)


class ProxiedLogin(Doorway):
    """Opens a session for whom the proxy names; there is no form and no password."""

    @allow_unauthenticated
    async def get(self) -> None:
        """Let in who was signed in elsewhere and has an account here; tell the others why not."""
        left = self.get_cookie(left_name(self))
        if self.current_user:
            self.redirect(self.target())
        elif left and not self.get_query_argument("again", ""):
            self._say_goodbye()
        else:
            if left:
                self.clear_cookie(left_name(self), path=self.base_url)
            await self._let_in(claim_of(self))

    async def _let_in(self, claim: Claim | None) -> None:
        try:
            if claim is None:
                raise Refused(Problem("no-voucher", "the request", "has no claim"))
            before = self.identity_provider.session_of(self)
            session = await self._carry_on(before, claim) if before else ""
            session = session or await self._open(claim)
        except Refused as refusal:
            self._refuse(claim, refusal)
            return
        self.identity_provider.open_session(self, session)
        self.redirect(self.target())

    async def _open(self, claim: Claim) -> str:
        client = self.server.client
        said = (claim.secret, claim.issuer, claim.subject)
        vouched = await asyncio.to_thread(client.vouch, *said, signed_in_at=claim.signed_in_at)
        opened = await asyncio.to_thread(client.redeem, vouched["grant"])
        return opened["session"]

    async def _carry_on(self, before: str, claim: Claim) -> str:
        """Go on with the same person's session, whose pages may still be open; end another's."""
        client = self.server.client
        said = (claim.secret, claim.issuer, claim.subject)
        try:
            opened = await asyncio.to_thread(client.vouched_again, before, *said)
        except Refused:
            with contextlib.suppress(LlticError):
                await asyncio.to_thread(client.logout, before)
            return ""
        return opened["session"]

    def _refuse(self, claim: Claim | None, refusal: Refused) -> None:
        if claim is not None and "no-account" in refusal.codes:
            text = (
                "Your organisation knows you, but you have no account in this review yet. "
                "Ask the coordinator of your review for one, and send them these two lines:"
            )
            self.trouble(403, "You have no account here", text, f"{claim.issuer}\n{claim.subject}")
            return
        text = "This page is reached through your organisation's sign-in only."
        hint = "Use the address that you were given. If you did, tell your coordinator."
        self.trouble(403, "Sign in through your organisation", text, hint)

    def _say_goodbye(self) -> None:
        """Say that the session here is over; at the organisation one may still be signed in."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        again = f"{self.request.path}?again=yes"
        self.finish(self.page("left", again=again, sign_out=self.server.sign_out))


class ThroughProxy:
    """The way of people who have no password here: through the proxy's sign-in, and back."""

    def sign_in_address(self, turn: str, page: str) -> str:
        """Return where the proxy asks them once more who they are."""
        return self.server.sign_in_again.replace(NEXT, quote(page, safe=""))  # type: ignore[attr-defined]


class ProxiedAgain(ThroughProxy, Again):
    """The way on for a page whose session ended, once its person has signed in again."""

    @allow_unauthenticated
    async def post(self) -> None:
        """Give the page's kernel a ticket of the session that there is by now.

        Without one they are sent through the sign-in and come back to the page by the door.
        """
        name, turn, kernel_id, asked = self.body("name", "turn", "kernel_id", "next")
        user = self.current_user
        if not turn:
            return self.say(200 if user else 401)
        if not user:
            page = page_asked_for(self.server, asked)
            door = f"{self.settings['login_url']}?{urlencode({'next': page})}"
            return self.say(401, problem="elsewhere", go=self.sign_in_address(turn, door))
        alive = kernel_id in self.kernel_manager
        mine = not alive or self.kernel_manager.belongs_to(kernel_id, user.username)
        if user.username != name or not mine:
            return self.say(409, problem="other")
        session = self.identity_provider.session_of(self)
        try:
            given = await asyncio.to_thread(self.server.client.ticket, session, kernel_id)
        except LlticError as error:
            return self.refuse(error)
        return self.say(200, ticket=given["ticket"] if alive else "")


class ProxiedSign(ThroughProxy, Sign):
    """A signature of whom the proxy names, and who has signed in there since they asked to sign."""

    def signed(self, session: str, password: str, act: str, turn: str) -> dict[str, Any]:
        """Ask the service, which compares the times, and writes down how it was."""
        claim = claim_of(self)
        if claim is None or not turn:
            raise Refused(Problem("no-voucher", "the request", "did not come through the proxy"))
        said = (session, claim.secret, claim.issuer, claim.subject, act)
        more = {"turn": turn, "signed_in_at": claim.signed_in_at}
        return self.server.client.vouched_sign(*said, **more)


class ProxiedLogout(Logout):
    """The end of the session here, which the proxy would otherwise open again at once."""

    def onward(self) -> str:
        """Leave a note for the log-in."""
        seconds = {"max_age": LEFT_SECONDS, "path": self.base_url}
        self.set_cookie(left_name(self), "yes", httponly=True, samesite="Lax", **seconds)
        return super().onward()


def left_name(handler: web.RequestHandler) -> str:
    """Return the name of the cookie that says that somebody has just left."""
    return cookie_name(handler.request.host) + "-left"


PROXIED_DOORS = {
    **{place: door for place, door in DOORS.items() if place != "password"},
    "login": ProxiedLogin,
    "logout": ProxiedLogout,
    "again": ProxiedAgain,
    "sign": ProxiedSign,
}


class ProxiedServer(Server):
    """The reviewers' pages behind a proxy that signs people in.

    Traits: ``sign_out`` (where the proxy ends its own session), ``sign_in_again`` (where it
    asks once more who one is, ``{next}`` being where one comes back to), and those of the
    stand-alone server.
    """

    doors = Dict(PROXIED_DOORS)
    way = Unicode(ELSEWHERE)
    identity_provider_class = Type(ProxiedIdentity)
    sign_out = Unicode()
    sign_in_again = Unicode(SIGN_IN_AGAIN)
