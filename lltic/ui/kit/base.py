"""What all components share: their assets, and how an action reaches Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import anywidget
from traitlets import Unicode

__all__ = [
    "ActionCallback",
    "Component",
    "Link",
    "css",
    "esm",
    "link",
    "plain_links",
    "query_string",
]

STATIC = Path(__file__).parent / "static"

ActionCallback = Callable[[str, dict[str, Any]], None]
"""``callback(name, payload)``: what the person chose, and what came with it."""

Link = Mapping[str, Any] | tuple[str, str] | tuple[str, str, Mapping[str, Any]]


def _asset(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def esm(*names: str) -> Unicode:
    """Return the ``_esm`` trait made of the shared prelude and the named modules.

    Parameters
    ----------
    *names : str
        Files in ``static/`` without ``.js``; the last one has the default export.
    """
    text = "\n".join(_asset(f"{name}.js") for name in ("prelude", *names))
    return Unicode(text).tag(sync=True)


def css(*names: str) -> Unicode:
    """Return the ``_css`` trait made of the base sheet and those named."""
    text = "".join(_asset(f"{name}.css") for name in ("base", *names))
    return Unicode(text).tag(sync=True)


def query_string(**parts: str) -> str:
    """Return the parts as an address bar query, leaving out empty ones.

    Examples
    --------
    >>> query_string(case="0147", page="ongoing", hit="")
    '?case=0147&page=ongoing'
    """
    kept = {key: value for key, value in parts.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def link(label: str, action: str, **payload: Any) -> dict[str, Any]:
    """Return one link as plain data; ``query="?…"`` in the payload gives it an address.

    ``page="…"`` is another page of the site, as an address that counts from this one: it is
    opened once everything is saved, and the action is not sent.

    Examples
    --------
    >>> link("Change", "go", query="?page=ongoing")
    {'label': 'Change', 'action': 'go', 'payload': {'query': '?page=ongoing'}}
    """
    return {"label": label, "action": action, "payload": payload}


def plain_links(links: Iterable[Link]) -> list[dict[str, Any]]:
    """Return links given as ``(label, action)``, ``(label, action, payload)`` or dict as dicts."""
    plain = []
    for one in links:
        if isinstance(one, Mapping):
            plain.append({**link(one["label"], one["action"]), **one})
        else:
            plain.append(link(one[0], one[1], **(dict(one[2]) if len(one) > 2 else {})))
    return plain


class Component(anywidget.AnyWidget):
    """A widget that shows data and forwards what the person does.

    Subclasses name the actions they can send in :meth:`allowed_actions`; anything
    else that arrives is dropped, because the browser is not trusted. After the
    callbacks have run, the browser is told (``{"done": turn}``, or ``{"failed": turn}``
    when a callback raised), so that it can end its "busy" state and never leaves a
    person waiting without a word.
    """

    _esm = esm("blank")
    _css = css()
    _sends: tuple[str, ...] = ()

    def __init__(self, **traits: Any) -> None:
        self._callbacks: list[ActionCallback] = []
        super().__init__(**traits)
        self.on_msg(self._receive)

    def on_action(self, callback: ActionCallback, remove: bool = False) -> None:
        """Call ``callback(name, payload)`` whenever the person chooses something.

        Parameters
        ----------
        callback : callable
            Takes the action's name and a dict with what came with it.
        remove : bool
            True takes the callback away again.
        """
        if remove:
            self._callbacks.remove(callback)
        else:
            self._callbacks.append(callback)

    def allowed_actions(self) -> Iterable[str]:
        """Return the names of the actions this component can send."""
        return self._sends

    def checked_payload(self, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Return the payload to pass on, or None to drop the message.

        ``query``, where present, must be the text of an address bar query.
        """
        query = payload.get("query", "")
        if not isinstance(query, str) or not (query == "" or query.startswith("?")):
            return None
        return payload

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        name = content.get("action")
        if not isinstance(name, str) or name not in set(self.allowed_actions()):
            return
        payload = {k: v for k, v in content.items() if k not in ("action", "turn")}
        checked = self.checked_payload(name, payload)
        if checked is None:
            return
        turn = content.get("turn")
        try:
            for callback in tuple(self._callbacks):
                callback(name, checked)
        except Exception:
            self.send({"failed": turn})
            raise
        self.send({"done": turn})
