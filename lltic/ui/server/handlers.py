"""The closed list of addresses, and what is at each of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado import web
from voila.tornado.handler import TornadoVoilaHandler

from lltic.errors import Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.server.answers import KIND_WORDS, Guarded
from lltic.ui.server.render import Page, PageRenderer

__all__ = ["Missing", "addresses"]

KERNEL_ID = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

LINGER = 1.5
"""Seconds a kernel has, after its page has gone, to do what it was told last."""

LEAVING = "lltic-leaving"
"""The cookie in which a page that is being left names its kernel, for a moment: where it is only
loaded again, the new page comes in its place. Worth nothing but to its owner."""

GONE = 4001
"""The code with which a page's line is closed when its kernel has ended."""


def addresses(server: Any) -> list[Any]:
    """Return everything this server answers to; the rest is not found."""

    def at(pattern: str) -> str:
        return server.base_url + pattern

    configuration = {"voila_configuration": server.voila_configuration}
    pages = [
        (at(address.lstrip("/")) + "$", PageHandler, {**configuration, "page": page})
        for address, page in server.loaded.items()
    ]
    return [
        *pages,
        *((at(pattern), door) for pattern, door in server.doors.items()),
        (at(rf"api/kernels/{KERNEL_ID}"), OwnKernel),
        (at(rf"api/kernels/{KERNEL_ID}/channels"), OwnChannels),
        (at(rf"voila/api/shutdown/{KERNEL_ID}"), Leave),
        (at(r"static/(?P<digest>[0-9a-f]+)/(?P<name>page\.css)"), PublicAsset),
        (at(r"static/(?P<digest>[0-9a-f]+)/(?P<name>[a-z.]+)"), Asset),
        (r".*", Missing),
    ]


class PageHandler(Guarded, TornadoVoilaHandler):
    """A page: its kernel is started, its notebook run, its widgets named."""

    def initialize(self, page: Page, **kwargs: Any) -> None:
        """Take the page from the closed list."""
        super().initialize(**kwargs)
        self._page = page
        self._kernel_id = ""

    @web.authenticated
    async def get(self) -> None:
        """Write the page; the first words go out before the kernel has started."""
        if "prefetch" in self.request.headers.get("Sec-Purpose", ""):
            self.set_status(503)  # a browser's guess is not a visit
            return
        if not await self._start_kernel():
            return
        try:
            await self._write_page()
        except BaseException:
            self.kernel_manager.discard_soon(self._kernel_id)
            raise
        finally:
            self._kernel_id = ""

    async def _write_page(self) -> None:
        renderer = PageRenderer(
            self._page,
            self._context(),
            request_handler=self,
            voila_configuration=self.voila_configuration,
            template_paths=self.server.template_paths,
            contents_manager=self.contents_manager,
            base_url=self.base_url,
            page_config={},
        )
        await renderer.initialize()
        self.set_header("Content-Type", "text/html; charset=utf-8")
        kernel = self.kernel_manager.get_kernel(self._kernel_id)
        async for html in renderer.parts(self._kernel_id, kernel):
            self.write(html)
            await self.flush()
        if renderer.failed:
            self.kernel_manager.discard_soon(self._kernel_id)

    def _context(self) -> dict[str, Any]:
        self.xsrf_token  # noqa: B018 - sets the cookie that the page's messages repeat
        return {
            "style": self._asset("page.css"),
            "script": self._asset("client.js"),
            "address": self.request.uri,
            "kernel_id": self._kernel_id,
            "way": self.server.way,
        }

    async def _start_kernel(self) -> bool:
        identity = self.identity_provider
        try:
            self._kernel_id = await self.kernel_manager.start_for(
                self.current_user.username,
                identity.session_of(self),
                self.request.query,
                self.server.client,
                self.get_cookie(LEAVING) or "",
            )
        except ServiceDown:
            self.trouble(503, *KIND_WORDS[503])
        except Refused as refusal:
            problem = refusal.problems[0]
            if problem.code == "too-many-pages":
                # A page that did not say so when it was left keeps its kernel for a moment.
                self.set_header("Refresh", "3")
                text = f"{problem.message}."
                self.trouble(409, "You have two pages open already", text, problem.hint)
            elif problem.code == "server-full":
                text = f"This server {problem.message}."
                self.trouble(503, "Please try again in a few minutes", text, problem.hint)
            else:  # the session ended a moment ago
                self.redirect(self.get_login_url() + "?" + urlencode({"next": self.request.uri}))
        else:
            return True
        return False

    def on_connection_close(self) -> None:
        """Leave no kernel behind when the page was left before it was complete."""
        super().on_connection_close()
        if self._kernel_id:
            self.kernel_manager.discard_soon(self._kernel_id)


class OwnKernel(Guarded, KernelHandler):
    """Whether a page's kernel is still there, and its end; for its owner."""


class OwnChannels(Guarded, KernelWebsocketHandler):
    """A page's line to its kernel; for its owner."""

    def set_default_headers(self) -> None:
        """Set the standing headers, on refused handshakes too."""
        Guarded.set_default_headers(self)

    async def open(self, kernel_id: str) -> None:
        """Connect, and be told when the kernel ends."""
        self.kernel_manager.on_end(kernel_id, self._kernel_ended)
        await super().open(kernel_id)

    def _kernel_ended(self) -> None:
        self.close(GONE, "the kernel has ended")


class Leave(Guarded):
    """A page says that it is being left."""

    auth_resource = "kernels"

    @web.authenticated
    @authorized("execute")
    async def post(self, kernel_id: str) -> None:
        """End the page's kernel in a moment."""
        self.kernel_manager.discard_soon(kernel_id, LINGER)
        self.set_status(204)


class Asset(Guarded):
    """The server's own script and styles, kept by the browser for as long as they are the same."""

    @web.authenticated
    async def get(self, digest: str, name: str) -> None:
        """Write an asset whose content has this digest."""
        self._write(digest, name)

    def _write(self, digest: str, name: str) -> None:
        found = self.server.assets.content(digest, name)
        if found is None:
            raise web.HTTPError(404)
        content, kind = found
        self.set_header("Content-Type", kind)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.finish(content)


class PublicAsset(Asset):
    """The one style sheet that the log-in needs."""

    @allow_unauthenticated
    async def get(self, digest: str, name: str) -> None:
        """Write the style sheet."""
        self._write(digest, name)


class Missing(Guarded):
    """Every other address: a log-in for strangers, a kind word for the others."""

    async def prepare(self) -> None:
        """Say that there is nothing here."""
        await super().prepare()
        if not self._finished:
            raise web.HTTPError(404)
