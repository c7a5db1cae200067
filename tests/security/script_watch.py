"""Somebody who watches a browser for texts that have become part of a page.

Four ways to be found out: the marked function was called; the listener was asked for something;
an element or an attribute carries a payload; a payload is not there as the text that it is.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from patience import PATIENCE
from payloads import MARK, script_payloads
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import TimeoutError as TooLate

__all__ = ["Watch", "watching"]

LOOK = """([texts, marks, places]) => {
  const squeezed = (text) => text.replace(/[\\s\\0-\\x1f\\x7f-\\x9f]+/gu, "");
  const marked = (text) => marks.some((mark) => text.includes(mark));
  const URLS = /^(src|href|xlink:href|action|formaction|data|poster|background|ping|manifest)$/i;
  const wrong = [];
  const ours = (value) => {
    const to = URL.canParse(value, document.baseURI) && new URL(value, document.baseURI);
    if (!to || to.origin === location.origin) return true;
    return to.protocol === "data:" && !marked(decodeURIComponent(value));
  };
  const shown = (root) => {
    const said = [root.textContent];
    for (const node of [root, ...root.querySelectorAll("*")]) {
      if (/^(input|textarea)$/.test(node.localName)) said.push(node.value);
      for (const { value } of node.attributes) said.push(value);
    }
    return said.join(" ");
  };
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      const name = node.localName;
      if (node.content?.querySelectorAll) walk(node.content);
      if (node.shadowRoot) walk(node.shadowRoot);
      if (/^(script|style|noscript|iframe|object|embed)$/.test(name) && marked(node.textContent)) {
        wrong.push(`<${name}> ${node.textContent.slice(0, 80)}`);
      }
      for (const { name: attribute, value } of node.attributes) {
        if (/^(on|srcdoc|style)/i.test(attribute) && marked(value)) {
          wrong.push(`<${name} ${attribute}> ${value.slice(0, 80)}`);
        }
        if (URLS.test(attribute) && !ours(value)) {
          wrong.push(`<${name} ${attribute}> ${value.slice(0, 80)}`);
        }
      }
    }
  };
  walk(document);
  const unseen = [];
  for (const place of places) {
    const all = squeezed([...document.querySelectorAll(place)].map(shown).join(" "));
    const lacking = texts.filter((text) => !all.includes(squeezed(text)));
    unseen.push(...lacking.map((text) => `${place}: ${text}`));
  }
  return { wrong, unseen };
}"""


@dataclass
class Watch:
    """What was found out, by name of the page.

    Parameters
    ----------
    address : str
        Where the listener is.
    """

    address: str
    patience: float = PATIENCE * 1000
    payloads: list[str] = field(init=False)
    ran: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)
    unseen: dict[str, list[str]] = field(default_factory=dict)
    looked_at: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.payloads = script_payloads(self.address)

    def forget(self) -> None:
        """Begin anew."""
        for kept in (self.ran, self.asked, self.dialogs, self.wrong, self.unseen, self.looked_at):
            kept.clear()

    @property
    def found(self) -> dict[str, Any]:
        """What was found out; empty when every text stayed text, and was there to be read."""
        found = {
            "ran": {n: self.payloads[n] for n in sorted(set(self.ran)) if n < len(self.payloads)},
            "asked": sorted(set(self.asked)),
            "dialogs": self.dialogs,
            "wrong": {name: found[:5] for name, found in self.wrong.items()},
            "unseen": {name: found[:5] for name, found in self.unseen.items()},
        }
        return {name: what for name, what in found.items() if what}

    def numbers_asked(self) -> set[int]:
        """Return the numbers of the payloads that made somebody ask the listener."""
        return {int(found[1]) for path in self.asked if (found := re.match(r"/p(\d+)", path))}

    @contextmanager
    def context(self, browser: Browser, **options: Any) -> Iterator[BrowserContext]:
        """Give a browser's window that is watched; its pages' own policy does not help them."""
        context = browser.new_context(bypass_csp=True, **options)
        context.expose_binding(MARK, lambda _, *said: self.ran.append(*said[:1] or (-1,)))
        context.on("dialog", self._said)
        context.set_default_timeout(PATIENCE * 1000)
        yield context
        context.close()

    def _said(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def look(self, page: Page, name: str, *places: str, texts: Sequence[str] | None = None) -> None:
        """Wait for texts to be in each of the places of a page, and look for what is no text.

        Parameters
        ----------
        places : str
            Selectors; the page's main part when none is given.
        texts : sequence of str, optional
            All payloads when not given.
        """
        texts = self.payloads if texts is None else texts
        wanted = [list(texts), [MARK, self.address[7:]], places or (".lltic-main",)]
        with contextlib.suppress(TooLate):
            page.wait_for_function(
                f"(wanted) => ({LOOK})(wanted).unseen.length === 0",
                arg=wanted,
                polling=100,
                timeout=self.patience,
            )
        found = page.evaluate(LOOK, wanted)
        self.looked_at.append(name)
        for kind in ("wrong", "unseen"):
            if found[kind]:
                getattr(self, kind).setdefault(name, []).extend(found[kind])


@contextmanager
def watching() -> Iterator[Watch]:
    """Listen on this machine, and watch."""
    watch: list[Watch] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            watch[0].asked.append(self.path)
            self.send_response(204)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - names that the library looks for

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.daemon_threads = True
    watch.append(Watch(f"http://127.0.0.1:{server.server_port}"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield watch[0]
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()
