"""The closed list of addresses, and the few things that can be done at them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from jupyter_server.utils import url_path_join
from tornado import web
from voila.tornado.handler import TornadoVoilaHandler

from lltic.errors import LlticError, Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.server.render import Page, PageRenderer

__all__ = ["PAGE_POLICY", "Missing", "addresses", "standing_headers"]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""``blob:`` is how a component's module is imported; no other script runs."""

FORM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""The log-in runs no script at all, and must be able to post its form."""

KERNEL_ID = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

LINGER = 1.5
"""Seconds a kernel has, after its page has gone, to do what it was told last."""

GONE = 4001
"""The code with which a page's line is closed when its kernel has ended."""

KIND_WORDS = {
    403: ("You cannot open this", "Your log-in does not reach this page."),
    404: ("Page not found", "There is nothing at this address. It may have been mistyped."),
    405: ("Page not found", "There is nothing to be done in this way at this address."),
    503: (
        "Not available just now",
        "The review service does not answer. Everything that was marked as saved is safe. "
        "Wait a minute and try again.",
    ),
}
ANY_TROUBLE = (
    "Sorry, something went wrong",
    "Everything that was marked as saved is safe. Try again, and tell your coordinator if it "
    "happens again.",
)


def standing_headers() -> dict[str, str]:
    """Return the headers of every answer."""
    return {
        "Content-Security-Policy": PAGE_POLICY,
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cache-Control": "no-store",
    }


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
        (at("login"), Login),
        (at("logout"), Logout),
        (at(rf"api/kernels/{KERNEL_ID}"), OwnKernel),
        (at(rf"api/kernels/{KERNEL_ID}/channels"), OwnChannels),
        (at(rf"voila/api/shutdown/{KERNEL_ID}"), Leave),
        (at(r"static/(?P<digest>[0-9a-f]+)/(?P<name>page\.css)"), PublicAsset),
        (at(r"static/(?P<digest>[0-9a-f]+)/(?P<name>[a-z.]+)"), Asset),
        (r".*", Missing),
    ]


class Guarded(JupyterHandler):
    """What all answers share: their headers, and errors in plain words."""

    @property
    def server(self) -> Any:
        """The server that this request came to."""
        return self.settings["lltic"]

    @property
    def content_security_policy(self) -> str:
        """The same for every answer; the log-in has a stricter one of its own."""
        return PAGE_POLICY

    def set_default_headers(self) -> None:
        """Set the standing headers, on websocket handshakes too."""
        for name, value in standing_headers().items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", self.content_security_policy)
        self.clear_header("Server")

    def page(self, template: str, **context: Any) -> str:
        """Return one of the plain pages."""
        html = self.settings["voila_jinja2_env"].get_template(f"{template}.html.j2")
        return html.render(base_url=self.base_url, asset=self._asset, **context)

    def _asset(self, name: str) -> str:
        return url_path_join(self.base_url, self.server.assets.address(name))

    def trouble(self, status: int, title: str, text: str, hint: str = "") -> None:
        """Answer with a page that says what happened, whether words are safe, what to do."""
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.page("trouble", title=title, text=text, hint=hint))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say what went wrong without saying how this server works."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, ServiceDown):
            status_code = 503
        title, text = KIND_WORDS.get(status_code, ANY_TROUBLE)
        self.trouble(status_code, title, text)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log the kind of an error and where it was; its words may quote what somebody wrote."""
        if isinstance(value, web.HTTPError):
            if value.status_code >= 500:
                self.log.error("%s: %s", self.request.path, value.log_message)
            return
        last = tb
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        place = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"
        self.log.error("%s failed: %s at %s", self.request.path, typ.__name__, place)


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
        }

    async def _start_kernel(self) -> bool:
        identity = self.identity_provider
        try:
            self._kernel_id = await self.kernel_manager.start_for(
                self.current_user.username,
                identity.session_of(self),
                self.request.query,
                self.server.client,
            )
        except ServiceDown:
            self.trouble(503, *KIND_WORDS[503])
        except Refused as refusal:
            problem = refusal.problems[0]
            if problem.code == "too-many-pages":
                self.trouble(409, "You have two pages open already", problem.message, problem.hint)
            elif problem.code == "server-full":
                self.trouble(
                    503, "Please try again in a few minutes", problem.message, problem.hint
                )
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


class Login(Guarded):
    """The log-in, which works without a script."""

    @property
    def content_security_policy(self) -> str:
        """No script at all, and the form may be posted here."""
        return FORM_POLICY

    @allow_unauthenticated
    async def get(self) -> None:
        """Show the form, or go on when one is logged in already."""
        if self.current_user:
            self.redirect(self._target())
            return
        ended = bool(self.identity_provider.session_of(self))
        if ended:
            self.identity_provider.forget_session(self)
        self._form(ended=ended)

    @allow_unauthenticated
    async def post(self) -> None:
        """Check name and password with the service, which also counts the attempts."""
        name = self.get_body_argument("name", "").strip().lower()
        password = self.get_body_argument("password", "", strip=False)
        errors = []
        if not name:
            errors.append(("name", "Enter your user name"))
        if not password:
            errors.append(("password", "Enter your password"))
        if errors:
            return self._form(errors, name)
        try:
            person = await asyncio.to_thread(self.server.client.login, name, password)
        except ServiceDown:
            text = "The review service does not answer. Wait a minute and try again"
            return self._form([("name", text)], name, 503)
        except Refused as refusal:
            return self._form([("name", _refusal(refusal))], name, 403)
        before = self.identity_provider.session_of(self)
        self.identity_provider.open_session(self, person["session"])
        if before:
            with contextlib.suppress(LlticError):
                await asyncio.to_thread(self.server.client.logout, before)
        self.redirect(self._target(), status=303)
        return None

    def _form(
        self,
        errors: list[tuple[str, str]] | None = None,
        name: str = "",
        status: int = 0,
        *,
        ended: bool = False,
    ) -> None:
        self.set_status(status or (400 if errors else 200))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        asked = self.get_query_argument("next", "")
        action = self.request.path + (f"?{urlencode({'next': asked})}" if asked else "")
        context = {
            "action": action,
            "errors": errors or [],
            "wrong": dict(errors or []),
            "user_name": name,
            "ended": ended,
            "xsrf": self.xsrf_token.decode("ascii"),
        }
        self.finish(self.page("login", **context))

    def _target(self) -> str:
        """Return where to go now: a page of the closed list, whatever was asked."""
        asked = urlsplit(self.get_query_argument("next", ""))
        pages = {self.base_url + p.lstrip("/") for p in self.server.pages}
        if asked.scheme or asked.netloc or asked.path not in pages:
            return self.base_url
        query = urlencode(parse_qsl(asked.query, max_num_fields=20))
        return asked.path + (f"?{query}" if query else "")


def _refusal(refusal: Refused) -> str:
    if "locked-out" in refusal.codes:
        return "Too many wrong passwords. Wait a few minutes and try again, or ask your coordinator"
    return "Check your user name and password: together they are not right"


class Logout(Guarded):
    """The end of a session and of everything that came from it."""

    @web.authenticated
    async def post(self) -> None:
        """End the session at the service, then the person's kernels, then the cookie."""
        session = self.identity_provider.session_of(self)
        await asyncio.to_thread(self.server.client.logout, session)
        await self.kernel_manager.discard_all_of(self.current_user.username)
        self.identity_provider.forget_session(self)
        self.redirect(self.settings["login_url"], status=303)


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
