"""In the Hub's process: who may log in, and what their server is given at its start."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from tornado import web
from traitlets import Unicode

from lltic.errors import LlticError, Refused
from lltic.reviews.client import Client, ServiceDown
from lltic.ui.hub.log_in import MustChange, NewPassword, OwnLogin, StyleSheet, take_turn
from lltic.ui.server.signed_in import claims_of, signed_in_at

__all__ = ["OutsideIdentity", "ReviewAuthenticator", "Voucher"]

OWN_ISSUER = "lltic"
"""The issuer of the study's own accounts (see ``lltic.reviews.vouching``)."""

NO_ANSWER = "The review service does not answer. Wait a minute and try again."

log = logging.getLogger("lltic.hub")


class ReviewAuthenticator(Authenticator):
    """The log-in of the study's own accounts: the review service checks the password."""

    socket = Unicode(help="The review service's Unix socket.").tag(config=True)

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:
        """Return the log-in, and the choice of another password."""
        return [
            (r"/login", OwnLogin),
            (r"/lltic/password", NewPassword),
            (r"/lltic/page\.css", StyleSheet),
        ]

    async def authenticate(self, handler: Any, data: Mapping[str, str]) -> dict[str, Any] | None:
        """Return the account that name and password belong to, or None."""
        client = Client(self.socket)
        name, password = data.get("username", "").strip().lower(), data.get("password", "")
        try:
            person = await asyncio.to_thread(client.login, name, password)
        except ServiceDown:
            raise web.HTTPError(503, NO_ANSWER) from None
        except Refused as refusal:
            if "locked-out" in refusal.codes:
                text = "Too many wrong passwords. Wait a few minutes, or ask your coordinator."
                raise web.HTTPError(403, text) from None
            if "must-change" in refusal.codes:
                raise MustChange from None
            return None
        with contextlib.suppress(LlticError):  # it was a question; the server gets its own
            await asyncio.to_thread(client.logout, person["session"])
        identity = {"issuer": OWN_ISSUER, "subject": person["name"]}
        return {"name": person["name"], "auth_state": identity}


@dataclass(frozen=True)
class Voucher:
    """Vouches for a person at the start of their server; the Hub's ``pre_spawn_hook``.

    Parameters
    ----------
    socket : str
        The review service's Unix socket, as the Hub reaches it.
    secret_file : Path
        Where the voucher's secret is (0600); read at each use.
    inside : str
        The socket as the person's server reaches it; the same when empty.
    """

    socket: str
    secret_file: Path
    inside: str = ""

    async def vouch(
        self, issuer: str, subject: str, turn: str = "", signed_in_at: int = 0
    ) -> dict[str, Any]:
        """Return the service's answer: a grant, and whose it is.

        ``turn`` says what the person was sent to sign in again for, and ``signed_in_at`` when
        they did, in seconds since 1970.
        """
        secret = self.secret_file.read_text("ascii").strip()
        vouch = partial(Client(self.socket).vouch, turn=turn, signed_in_at=signed_in_at)
        return await asyncio.to_thread(vouch, secret, issuer, subject)

    async def __call__(self, spawner: Any) -> None:
        """Put a grant for this person, and for this start, into the server's environment."""
        state = await spawner.user.get_auth_state() or {}
        issuer, subject = state.get("issuer", ""), state.get("subject", "")
        if not (issuer and subject):
            raise web.HTTPError(403, "Log out and in again: who you are is not known any more.")
        answer = await _kindly(self.vouch(issuer, subject))
        if answer["name"] != spawner.user.name:
            log.warning("identity and user do not match; no server is started")
            raise web.HTTPError(403, "Your sign-in belongs to another account. Log out and in.")
        given = {"LLTIC_SOCKET": self.inside or self.socket, "LLTIC_GRANT": answer["grant"]}
        if state.get("asks_again"):
            given["LLTIC_ELSEWHERE"] = "yes"
        spawner.environment = {**spawner.environment, **given}


@dataclass(frozen=True)
class OutsideIdentity:
    """Names a person by issuer and subject; a ``post_auth_hook`` for an OIDC authenticator.

    With an authenticator made by :func:`~lltic.ui.hub.log_in.asks_again` people sign by
    signing in once more; this says when they did (``auth_time``, of the ID token). With
    another they sign with a password of their own here.

    Parameters
    ----------
    voucher : Voucher
        Knows which account it is.
    issuer : str
        The provider's issuer, with the tenant in it.
    subject : str
        The claim that never changes: ``sub``, or ``oid`` with Entra ID. Never a name.
    claims : str
        Where the authenticator keeps the claims in its ``auth_state``.
    """

    voucher: Voucher
    issuer: str
    subject: str = "sub"
    claims: str = "oauth_user"

    async def __call__(self, authenticator: Any, handler: Any, model: dict[str, Any]) -> Any:
        """Replace the name that the authenticator chose by that of the account."""
        state = model.get("auth_state") or {}
        claims = state.get(self.claims) or {}
        subject = claims.get(self.subject)
        if claims.get("iss", self.issuer) != self.issuer or not isinstance(subject, str):
            raise web.HTTPError(403, "Your organisation's sign-in is not the one of this study.")
        at = self._signed_in_at(state, subject)
        asked = self.voucher.vouch(self.issuer, subject, take_turn(handler), at)
        identity = {"issuer": self.issuer, "subject": subject}
        if getattr(authenticator, "asks_again", False):
            identity["asks_again"] = "yes"
        return {**model, "name": (await _kindly(asked))["name"], "auth_state": identity}

    def _signed_in_at(self, state: Mapping[str, Any], subject: str) -> int:
        """Return when the person showed who they are; 0 when no token of theirs says so."""
        token = state.get("id_token") or ""
        theirs = isinstance(token, str) and claims_of(token).get(self.subject) == subject
        return signed_in_at(token, issuer=self.issuer) if theirs else 0


async def _kindly(asked: Any) -> dict[str, Any]:
    """Turn the service's refusals into words for the person."""
    try:
        return await asked
    except ServiceDown:
        raise web.HTTPError(503, NO_ANSWER) from None
    except Refused as refusal:
        if "no-account" in refusal.codes:
            text = "You have no account here. Ask the coordinator of your review for one."
            raise web.HTTPError(403, text) from None
        log.error("the service refuses the Hub's secret: %s", ", ".join(refusal.codes))
        raise web.HTTPError(500, "The Hub may not start servers just now.") from None
