"""A small host for the kit: real Python components, a real browser, no server.

The page speaks to the Python components as a kernel would: their state becomes
models, their messages and trait changes travel both ways. The host page has the
strict content security policy of the review server.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from patience import PATIENCE
from playwright.sync_api import Browser, BrowserContext, Page

from lltic.ui.kit import Component

ORIGIN = "http://kit.test"
POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HTML = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>kit</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>body{margin:0}</style>
<script src="/host.js"></script></head><body><main id="root"></main></body></html>"""

HOST = """
const models = new Map(), modules = new Map(), styles = new Set();
window.host = { online: true, sent: [], errors: [] };
window.addEventListener("error", (e) => host.errors.push(String(e.message)));
window.addEventListener("unhandledrejection", (e) => host.errors.push(String(e.reason)));
const blocked = (e) => host.errors.push("csp " + e.violatedDirective);
document.addEventListener("securitypolicyviolation", blocked);
class Model {
  constructor(id, state) { this.id = id; this.state = state; this.dirty = {}; this.heard = {}; }
  get(key) { return this.state[key]; }
  set(key, value) { this.state[key] = value; this.dirty[key] = value; this.fire("change:" + key); }
  async save_changes() {
    const state = this.dirty; this.dirty = {};
    if (host.online) host.apply(await window.kernel(this.id, "update", state));
  }
  async send(content) {
    host.sent.push(content);
    if (host.online) host.apply(await window.kernel(this.id, "custom", content));
  }
  on(type, listener) { (this.heard[type] ??= new Set()).add(listener); }
  off(type, listener) { this.heard[type]?.delete(listener); }
  fire(type, ...args) { for (const one of [...(this.heard[type] ?? [])]) one(...args); }
}
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
host.apply = (effects) => {
  for (const { id, kind, content, buffers } of effects ?? []) {
    const model = models.get(id);
    if (kind === "custom") model.fire("msg:custom", content, (buffers ?? []).map(bytes));
    else {
      Object.assign(model.state, content);
      for (const key of Object.keys(content)) model.fire("change:" + key);
      model.fire("change");
    }
  }
};
async function show(node, into) {
  const box = document.createElement("div");
  into.append(box);
  if (node.children) {
    box.className = node.classes.join(" ");
    for (const child of node.children) await show(child, box);
    return;
  }
  const { id, state } = node;
  if (!styles.has(state._css)) {
    styles.add(state._css);
    const style = document.createElement("style");
    style.textContent = state._css;
    document.head.append(style);
  }
  if (!modules.has(state._esm)) {
    const url = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
    modules.set(state._esm, import(url));
  }
  const widget = (await modules.get(state._esm)).default;
  if (!models.has(id)) {
    models.set(id, new Model(id, state));
    await widget.initialize?.({ model: models.get(id) });
  }
  const end = await widget.render({ model: models.get(id), el: box });
  (host.views ??= []).push({ id, box, end });
}
host.mount = async (nodes, into = "#root") => {
  for (const node of nodes) await show(node, document.querySelector(into));
};
host.close = (id) => {
  for (const view of host.views.filter((one) => one.id === id)) { view.end?.(); view.box.remove(); }
  host.views = host.views.filter((one) => one.id !== id);
};
"""


class Bench:
    """A page with components on it, and the kernel behind them."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.components: dict[str, Component] = {}
        self.effects: list[dict[str, Any]] = []
        self.alive = True
        self.requests: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.expose_function("kernel", self._kernel)
        context.route("**/*", self._serve)
        self.page.goto(ORIGIN + "/desk")

    def _serve(self, route: Any) -> None:
        url = route.request.url
        if url.endswith("/host.js"):
            route.fulfill(body=HOST, content_type="text/javascript")
        elif url.startswith(ORIGIN):
            route.fulfill(
                body=HTML, content_type="text/html", headers={"content-security-policy": POLICY}
            )
        else:
            route.abort()

    def _kernel(self, id: str, kind: str, content: Any) -> list[dict[str, Any]]:
        if not self.alive:
            return []
        component = self.components[id]
        if kind == "custom":
            component._handle_custom_msg(content, [])
        else:
            component.set_state(content)
        effects, self.effects = self.effects, []
        return effects

    def _adopt(self, component: Component) -> dict[str, Any]:
        id = component.model_id
        if id not in self.components:
            self.components[id] = component
            component.send = lambda content, buffers=None: self._effect(
                id, "custom", content, buffers
            )
            keys = [key for key in component.keys if not key.startswith("_")]
            component.observe(
                lambda change: self._effect(id, "update", {change["name"]: change["new"]}), keys
            )
        state = component.get_state()
        wanted = {k: v for k, v in state.items() if k in ("_esm", "_css") or not k.startswith("_")}
        wanted.pop("layout", None)
        return {"id": id, "state": wanted}

    def _effect(self, id: str, kind: str, content: Any, buffers: Any = None) -> None:
        packed = [b64encode(one).decode() for one in buffers or ()]
        self.effects.append({"id": id, "kind": kind, "content": content, "buffers": packed})

    def node(self, what: Any) -> dict[str, Any]:
        """Return a component, or ``(classes, parts)`` for a box, as the host wants it."""
        if isinstance(what, tuple):
            classes, parts = what
            return {"classes": classes.split(), "children": [self.node(one) for one in parts]}
        return self._adopt(what)

    def mount(self, *parts: Any, into: str = "#root") -> Page:
        """Show components and boxes; returns the page."""
        self.page.evaluate("([nodes, into]) => host.mount(nodes, into)", [self.nodes(parts), into])
        return self.page

    def nodes(self, parts: Any) -> list[dict[str, Any]]:
        return [self.node(one) for one in parts]

    def push(self) -> None:
        """Bring what Python has changed or sent to the page."""
        effects, self.effects = self.effects, []
        self.page.evaluate("(effects) => host.apply(effects)", effects)

    def reload(self, *parts: Any) -> Page:
        """Reload the page in the same tab and show components on it."""
        self.page.reload()
        return self.mount(*parts)

    def sent(self) -> list[Any]:
        """Return everything the page has sent to Python."""
        return self.page.evaluate("host.sent")

    def actions(self) -> list[Any]:
        return [
            {k: v for k, v in one.items() if k != "turn"} for one in self.sent() if "action" in one
        ]

    def ops(self) -> list[Any]:
        return [one["op"] for one in self.sent() if "op" in one]

    def link(self, state: str) -> None:
        """Play the small client's news about the connection."""
        self.page.evaluate(
            "state => document.dispatchEvent(new CustomEvent('lltic:link', {detail: {state}}))",
            state,
        )

    def errors(self) -> list[str]:
        return self.page.evaluate("host.errors")


@pytest.fixture
def new_bench(browser: Browser) -> Iterator[Callable[..., Bench]]:
    """Return a function that opens a bench: ``new_bench(width=1366, height=768)``."""
    open_contexts = []

    def make(width: int = 1366, height: int = 768, **more: Any) -> Bench:
        size = {"width": width, "height": height}
        context = browser.new_context(
            viewport=size, locale="en-GB", timezone_id="Europe/London", **more
        )
        context.set_default_timeout(PATIENCE * 1000)
        open_contexts.append(context)
        return Bench(context)

    yield make
    for context in open_contexts:
        context.close()


@pytest.fixture
def bench(new_bench: Callable[..., Bench]) -> Iterator[Bench]:
    """Return a bench at 1366 x 768; no script error, CSP violation or foreign request is let by."""
    bench = new_bench()
    yield bench
    assert bench.errors() == []
    assert [url for url in bench.requests if not url.startswith((ORIGIN, "blob:"))] == []
