"""What all answers share: their headers, and errors in plain words."""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from lltic.reviews.client import ServiceDown

__all__ = ["KIND_WORDS", "PAGE_POLICY", "Guarded", "standing_headers"]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""``blob:`` is how a component's module is imported; no other script runs."""


KIND_WORDS = {
    403: (
        "You cannot open this",
        "Your log-in does not reach this page. Everything that was marked as saved is safe. Ask "
        "your coordinator if you need it.",
    ),
    404: (
        "Page not found",
        "There is nothing at this address. Everything that was marked as saved is safe. Check the "
        "address, or begin with your cases.",
    ),
    405: (
        "Page not found",
        "There is nothing to be done in this way at this address, and nothing was changed. Begin "
        "with your cases.",
    ),
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
