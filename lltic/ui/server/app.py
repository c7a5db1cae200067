"""The server: a ``Voila`` whose safe values are its defaults.

No configuration file, no environment variable and no command line of Voilà's or
Jupyter's own is read, so that nothing misspelt can open a door.
"""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tornado.ioloop
import tornado.web
from jupyter_core.utils import ensure_async
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from jupyter_server.utils import url_path_join
from traitlets import Bool, Dict, Integer, List, Type, Unicode
from voila.app import Voila
from voila.configuration import VoilaConfiguration

from lltic.errors import LlticError, Problem
from lltic.reviews.client import Client
from lltic.ui.server.again import Again, Pause, Sign
from lltic.ui.server.answers import standing_headers
from lltic.ui.server.channels import MESSAGES, PageConnection
from lltic.ui.server.door import Login, Logout, NewPassword
from lltic.ui.server.handlers import Missing, addresses
from lltic.ui.server.heap import settle
from lltic.ui.server.identity import OwnKernelsOnly, ServiceIdentity
from lltic.ui.server.kernels import PageKernels, PageKernelSpecs
from lltic.ui.server.logs import OneLine
from lltic.ui.server.render import Assets, Page

__all__ = ["FLOORS", "PAGES", "Configuration", "Server", "check_versions"]

HERE = Path(__file__).parent
PAGES = {
    "/": HERE.parent / "pages" / "desk.ipynb",
    "/coding": HERE.parent / "pages" / "coding.ipynb",
}
"""The closed list of pages, by address."""

DOORS = {
    "login": Login,
    "password": NewPassword,
    "logout": Logout,
    "again": Again,
    "pause": Pause,
    "sign": Sign,
}
"""Where one comes in, goes out, and shows again who one is; other shapes have other doors."""

PASSWORD, ELSEWHERE = "password", "elsewhere"
"""How people show once more who they are: by their password here, or at their organisation."""

FLOORS = {"voila": (0, 5, 13), "jupyter_server": (2, 18)}
"""Below these, a person who is logged in can run code (docs/decisions/0004)."""

PING = 30_000  # milliseconds between two signs of life that are asked of a page
MISSED = 2.5  # so many without an answer, and it is unconnected; 1 would cut every line, always
MAX_BODY = 64 * 1024  # a log-in and a goodbye are all that is ever posted

MAX_MESSAGE = 4 * 1024 * 1024  # twice what the service takes


def check_versions(
    installed: Mapping[str, str] | None = None, floors: Mapping[str, tuple[int, ...]] = FLOORS
) -> None:
    """Raise when a library is older than what is known to be safe.

    Parameters
    ----------
    installed : dict of str to str, optional
        Versions by distribution; those of this environment when not given.
    floors : dict of str to tuple of int
        The oldest safe version of each.

    Raises
    ------
    LlticError
        ``too-old`` for each library below its floor.
    """
    problems = []
    for name, floor in floors.items():
        has = installed[name] if installed else version(name)
        if tuple(int(n) for n in re.findall(r"\d+", has)[: len(floor)]) < floor:
            allowed = f"{'.'.join(map(str, floor))} or newer"
            hint = "Install the locked packages again: make install."
            problems.append(Problem("too-old", f"{name} {has}", "is not safe", allowed, hint))
    if problems:
        raise LlticError(problems)


class Configuration(VoilaConfiguration):
    """Voilà's options, at the safe end."""

    template = "lltic"
    allow_template_override = "NO"
    allow_theme_override = "NO"
    file_allowlist = List(Unicode(), ["(?!)"])
    file_denylist = List(Unicode(), [".*"])
    http_header_envs = List(Unicode(), [])
    preheat_kernel = False
    progressive_rendering = False
    show_tracebacks = False
    strip_sources = True
    kernel_spec_manager_class = PageKernelSpecs
    multi_kernel_manager_class = PageKernels


class Notebooks(LargeFileManager):
    """Reads our own notebooks, which need no mark of trust."""

    def mark_trusted_cells(self, nb: Any, path: str = "") -> None:
        """Do nothing: there is no output in them to be shown."""


class Server(Voila):
    """The reviewers' pages behind the log-in of the review service.

    Traits: ``socket`` (the service's Unix socket), ``pages`` (address to notebook), ``doors``
    (where one comes in and goes out), ``way`` (how one shows once more who one is), ``hosts``
    (names other than localhost under which a proxy in front offers this server), ``per_person``
    and ``in_all`` (how many kernels), ``warm`` (kernels are copies of a process that has
    everything loaded, where the system can do that), and of Voilà's own ``ip``, ``port`` and
    ``base_url``.
    """

    name = "lltic"
    _log_formatter_cls = OneLine
    socket = Unicode()
    pages = Dict(default_value=PAGES)
    doors = Dict(default_value=DOORS)
    way = Unicode(PASSWORD)
    hosts = List(Unicode())
    per_person = Integer(2)
    in_all = Integer(60)
    warm = Bool(True)

    ip = Unicode("127.0.0.1")
    port_retries = Integer(0)
    open_browser = False
    root_dir = Unicode(str(HERE.parent / "pages"))
    config_file_paths = List(Unicode(), [])
    identity_provider_class = Type(ServiceIdentity)
    authorizer_class = Type(OwnKernelsOnly)
    kernel_websocket_connection_class = Type(PageConnection)

    def initialize(self, argv: Any = None) -> None:
        """Prepare the server; ``argv`` and configuration files are not read."""
        check_versions()
        settle()
        self.client = Client(self.socket)
        self.client.health()
        self.assets = Assets(HERE / "static")
        self.voila_configuration = Configuration(parent=self)
        self.setup_template_dirs()
        signal.signal(signal.SIGTERM, self._handle_signal_stop)
        signal.signal(signal.SIGINT, self._handle_signal_stop)

    def setup_template_dirs(self) -> None:
        """Know one template, and no folder of static files."""
        self.template_paths = [str(HERE / "template" / "lltic")]
        self.static_paths: list[str] = []

    def init_settings(self) -> dict[str, Any]:
        """Return the web application's settings."""
        settings = super().init_settings()
        self.kernel_manager.allowed_message_types = list(MESSAGES)
        self.kernel_manager.per_person = self.per_person
        self.kernel_manager.in_all = self.in_all
        self.loaded = {
            address: Page(address, Notebooks(parent=self), Path(notebook))
            for address, notebook in self.pages.items()
        }
        return {
            **settings,
            "allow_remote_access": False,
            "allow_unauthenticated_access": False,
            "local_hostnames": ["localhost", *self.hosts],
            "headers": standing_headers(),
            "default_handler_class": Missing,
            "login_url": url_path_join(self.base_url, "login"),
            "xsrf_cookies": True,
            "xsrf_cookie_kwargs": {"samesite": "Lax", "path": self.base_url},
            "websocket_max_message_size": MAX_MESSAGE,
            "ws_ping_interval": PING,
            "ws_ping_timeout": MISSED * PING,
            "log_function": self._log_request,
            "lltic": self,
        }

    def init_handlers(self) -> list[Any]:
        """Return the closed list of addresses."""
        return addresses(self)

    def listen(self) -> None:
        """Serve on one port, that one, until told to stop."""
        try:
            self.app.listen(
                self.port,
                self.ip,
                max_body_size=MAX_BODY,
                max_buffer_size=16 * MAX_BODY,
                **self.listening(),
            )
        except OSError as error:
            hint = "Stop what uses it, or name another with --port."
            where = f"{self.ip}:{self.port}"
            reason = error.strerror or "no"
            raise LlticError(Problem("cannot-listen", where, reason, hint=hint)) from None
        self.log.info("Serving at %s", self.display_url)
        self.ioloop = tornado.ioloop.IOLoop.current()
        if self.warm:
            self.ioloop.add_callback(self.kernel_manager.warm_up)
        self.ioloop.add_callback(self._ready)
        self.ioloop.start()

    def listening(self) -> dict[str, Any]:
        """Return more options of the HTTP server, such as its certificate."""
        return {}

    async def _ready(self) -> None:
        """Tell whoever started this server that it can be used."""

    def start(self) -> None:
        """Serve, with the connection files in a private folder that ends with the server."""
        with tempfile.TemporaryDirectory(prefix="lltic-", dir=self._short_folder()) as folder:
            self.connection_dir = folder
            settings = self.init_settings()
            self.app = tornado.web.Application(**settings)
            self.app.add_handlers(".*$", self.init_handlers())
            try:
                self.listen()
            finally:
                self.stop()

    @staticmethod
    def _short_folder() -> str | None:
        """Kernels are reached through Unix sockets, whose paths are short by law."""
        return "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108 - a private folder in it

    def stop(self) -> None:
        """End all kernels, and what they are copies of."""
        self.kernel_manager.cool_down()
        asyncio.get_event_loop().run_until_complete(
            ensure_async(self.kernel_manager.shutdown_all(now=True))
        )

    def _log_request(self, handler: tornado.web.RequestHandler) -> None:
        """Log what was asked without its query, and without who asked."""
        level = logging.INFO if handler.get_status() < 500 else logging.ERROR
        request = handler.request
        milliseconds = 1000 * request.request_time()
        words = (handler.get_status(), request.method, request.path, milliseconds)
        self.log.log(level, "%d %s %s %.0f ms", *words)
