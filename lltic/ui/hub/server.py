"""The hardened server of one person, started by the Hub.

All that the stand-alone server refuses is refused here, because it is the same
server: only its doors lead elsewhere.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.httpclient import fetch
from jupyterhub.utils import make_ssl_context, url_escape_path, url_path_join
from tornado.ioloop import PeriodicCallback
from traitlets import Bool, Dict, Float, Instance, Integer, Type, Unicode

from lltic.errors import LlticError, Problem, Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.hub.door import Callback, HubAgain, HubLogin, HubLogout, HubPause, HubSign
from lltic.ui.hub.identity import HubIdentity, HubLine, OwnerOnly
from lltic.ui.server.app import DOORS, ELSEWHERE, FLOORS, Server, check_versions

__all__ = ["HubServer", "Start", "started_by_hub"]

HUB_FLOORS = {**FLOORS, "jupyterhub": (6, 1)}
"""Below 5.4.5 a known advisory stands; 6 has the proof key in the way to the Hub and back."""

NEEDED = (
    "JUPYTERHUB_SERVICE_URL",
    "JUPYTERHUB_SERVICE_PREFIX",
    "JUPYTERHUB_API_URL",
    "JUPYTERHUB_API_TOKEN",
    "JUPYTERHUB_CLIENT_ID",
    "JUPYTERHUB_USER",
    "JUPYTERHUB_OAUTH_ACCESS_SCOPES",
    "LLTIC_SOCKET",
    "LLTIC_GRANT",
)
SPENT = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "LLTIC_GRANT")
LOOK = 15_000  # milliseconds between two looks at whether there is anything left to do


@dataclass(frozen=True, slots=True)
class Start:
    """What the Hub said when it started this server; the secrets are not shown.

    ``elsewhere`` says that the person has no password here, and signs in once more to sign.
    """

    person: str
    ip: str
    port: int
    base_url: str
    socket: str
    hosts: tuple[str, ...]
    grant: str = field(repr=False)
    token: str = field(repr=False)
    elsewhere: bool = False


def started_by_hub(environment: MutableMapping[str, str]) -> Start:
    """Read what the Hub said, and take the secrets out of the environment.

    Raises
    ------
    LlticError
        ``not-from-hub`` naming everything that is missing.
    """
    missing = [name for name in NEEDED if not environment.get(name)]
    if missing:
        hint = "JupyterHub starts this server; to serve without it: lltic serve."
        raise LlticError([Problem("not-from-hub", n, "is not set", hint=hint) for n in missing])
    url = urlsplit(environment["JUPYTERHUB_SERVICE_URL"])
    public = urlsplit(environment.get("JUPYTERHUB_PUBLIC_URL", ""))
    start = Start(
        person=environment["JUPYTERHUB_USER"],
        ip=url.hostname or "",
        port=url.port or (443 if url.scheme == "https" else 80),
        base_url=environment["JUPYTERHUB_SERVICE_PREFIX"],
        socket=environment["LLTIC_SOCKET"],
        hosts=(public.hostname,) if public.hostname else (),
        grant=environment["LLTIC_GRANT"],
        token=environment["JUPYTERHUB_API_TOKEN"],
        elsewhere=bool(environment.get("LLTIC_ELSEWHERE")),
    )
    for name in SPENT:
        environment.pop(name, None)
    return start


HUB_DOORS = {
    **{place: door for place, door in DOORS.items() if place != "password"},
    "login": HubLogin,
    "oauth_callback": Callback,
    "logout": HubLogout,
    "again": HubAgain,
    "pause": HubPause,
    "sign": HubSign,
}


class HubServer(Server):
    """The pages of one person.

    Traits: ``told`` (what the Hub said), ``idle_seconds`` (how long it stays without an open
    page), and those of the stand-alone server.
    """

    told = Instance(Start)
    idle_seconds = Integer(1800)
    warm = Bool(False)  # a server for two pages at most would hold 20 MiB ready for a third
    doors = Dict(HUB_DOORS)
    identity_provider_class = Type(HubIdentity)
    authorizer_class = Type(OwnerOnly)
    session = Unicode()
    turn = Unicode()  # for what the person was sent to sign in again, to go on
    _used_at = Float()

    def initialize(self, argv: Any = None) -> None:
        """Get the person's session for the grant, or do not start at all."""
        check_versions(floors=HUB_FLOORS)
        self.ip, self.port, self.base_url = self.told.ip, self.told.port, self.told.base_url
        self.socket = self.told.socket
        self.way = ELSEWHERE if self.told.elsewhere else self.way
        self.in_all = self.per_person
        self.cookie_secret = secrets.token_bytes(32)  # what it signed ends with it
        self.hub = HubLine(parent=self, api_token=self.told.token)
        super().initialize(argv)
        self.session = self._own_session()

    def _own_session(self) -> str:
        person = self.client.redeem(self.told.grant)
        if person["name"] != self.told.person:
            self.client.logout(person["session"])
            hint = "The Hub's names must be the names of the study's accounts."
            raise LlticError(
                Problem("not-this-person", "the grant", "is another person's", hint=hint)
            )
        return person["session"]

    def listening(self) -> dict[str, Any]:
        """Speak TLS, and to the Hub and its proxy alone, when the Hub gave a certificate."""
        keys = (self.hub.keyfile, self.hub.certfile, self.hub.client_ca)
        context = make_ssl_context(*keys, purpose=ssl.Purpose.CLIENT_AUTH)
        return {"ssl_options": context} if context else {}

    async def _ready(self) -> None:
        self._used_at = time.monotonic()
        PeriodicCallback(self.look_around, min(LOOK, 500 * self.idle_seconds)).start()

    async def look_around(self) -> None:
        """Stop when nobody has used a page for a while: none is open, or the session is over."""
        if self.kernel_manager.count() and not await self._is_over():
            self._used_at = time.monotonic()
        if time.monotonic() - self._used_at > self.idle_seconds and not await self._let_go():
            self.ioloop.stop()

    async def _let_go(self) -> bool:
        """Ask the Hub to stop this server: then the proxy knows at once that it is gone."""
        hub = self.hub
        url = url_path_join(hub.api_url, "users", url_escape_path(self.told.person), "server")
        tls = make_ssl_context(hub.keyfile, hub.certfile, hub.client_ca)
        options = {"ssl": tls} if tls else {}
        try:
            await fetch(url, method="DELETE", headers=self._as_server(), **options)
        except Exception as error:  # whatever it is, we end by ourselves, and the Hub sees it
            self.log.warning("The Hub did not stop this server: %s", type(error).__name__)
            return False
        return True

    def _as_server(self) -> dict[str, str]:
        return {"Authorization": f"token {self.hub.api_token}"}

    async def _is_over(self) -> bool:
        try:
            await asyncio.to_thread(self.client.session, self.session)
        except ServiceDown:
            return False
        except Refused:
            return True
        return False
